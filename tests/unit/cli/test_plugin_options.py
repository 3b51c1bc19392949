"""The commands that take a plugin's parameters as options, and the names that these therefore cannot have."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from sketchdesign.cli.main import app
from sketchdesign.services.parameters import parameter_fields
from sketchdesign.services.plugins.registry import find_plugin, taken_names


@pytest.mark.parametrize(
    ("kind", "words", "plugin"),
    [
        ("generator", ("make", "grid"), "grid"),
        ("layout", ("arrange", "rows"), "rows"),
        ("exporter", ("export", "svg"), "svg"),
        ("plotter", ("plot",), "ebb"),
        ("plotter", ("plotters", "jog"), "ebb"),
        ("plotter", ("plotters", "home"), "ebb"),
        ("plotter", ("plotters", "pen"), "ebb"),
        ("plotter", ("plotters", "motors-off"), "ebb"),
    ],
)
def test_what_a_command_has_itself_no_parameter_of_a_plugin_may_be_called(
    kind: str, words: tuple[str, ...], plugin: str
) -> None:
    command: Any = typer.main.get_command(app)
    with command.make_context("sketchdesign", [], resilient_parsing=True) as context:
        for word in words:
            command = command.get_command(context, word)
    theirs = {field.name for field in parameter_fields(find_plugin(kind, plugin).target.Parameters)}
    ours = {parameter.name.replace("_", "-") for parameter in command.params if parameter.name not in theirs}
    ours -= {"install-completion", "show-completion"}
    assert ours
    assert ours <= taken_names(kind)
