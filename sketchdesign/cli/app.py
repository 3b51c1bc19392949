"""``sketchdesign app``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sketchdesign.core.errors import InputError


def app(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A project, a sketch (.svg ...) or a model to open.")
    ] = None,
) -> None:
    """Open the desktop app."""
    if not has_display():
        raise InputError("there is no display to open a window on", hint="use the commands, see sketchdesign --help")
    try:
        from sketchdesign.gui.app import run_app
    except ImportError as error:
        raise InputError(
            f"Qt cannot be loaded: {error}",
            hint="install what it names; on Debian and Ubuntu libegl1, libgl1, libxkbcommon0, libdbus-1-3 and "
            "libfontconfig1",
        ) from error
    code = run_app(file)
    if code:
        raise typer.Exit(code)


def has_display() -> bool:
    """Whether windows can be shown: on Linux, whether there is a display server or Qt is told to do without."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
