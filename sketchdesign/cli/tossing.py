"""Options that say how motifs are tossed, for the commands that do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sketchdesign.design.layout import Layout
    from sketchdesign.services.tiles.motifs import MixPart


@dataclass(frozen=True)
class TossingOptions:
    """How many motifs, how dense, how turned, and which."""

    motifs: Annotated[int, typer.Option(help="Number of motifs that are tossed.")] = 12
    density: Annotated[float, typer.Option(help="Share of the area that tossed motifs cover, 0.01 to 0.9.")] = 0.4
    gap: Annotated[str, typer.Option(help="Least distance between motifs.")] = "2mm"
    rotate: Annotated[str, typer.Option(help="one-way, two-way, four-way or free.")] = "one-way"
    scale: Annotated[str, typer.Option(help="Range of sizes, such as 0.7-1.3.")] = "1"
    flip: Annotated[float, typer.Option(help="Share of motifs that are mirrored.")] = 0.0
    mix: Annotated[
        str | None,
        typer.Option(
            metavar="NAME:N@S,...",
            help="Classes of the model, or files, with their weight and size: cat:3,flower:1@0.5.",
        ),
    ] = None
    apart: Annotated[bool, typer.Option("--apart", help="Keep motifs of one class or file from being neighbours.")] = (
        False
    )

    def layout(self, base: Layout, given: Callable[[str], bool]) -> Layout:
        """A layout with what these options say.

        Args:
            base: it keeps what they do not say.
            given: whether a person gave an option, by its name here.
        """
        from sketchdesign.core.units import parse_length_mm
        from sketchdesign.services.tiles.settings import parse_range

        said: dict[str, tuple[str, Any]] = {
            "motifs": ("motifs", self.motifs),
            "density": ("density", self.density),
            "gap": ("gap_mm", parse_length_mm(self.gap)),
            "rotate": ("turns", self.rotate),
            "scale": ("scale", parse_range(self.scale)),
            "flip": ("flip", self.flip),
            "apart": ("unlike", self.apart),
        }
        return replace(base, **dict(value for name, value in said.items() if given(name)))

    def parts(self) -> tuple[MixPart, ...]:
        """The mix that was asked for, if any."""
        from sketchdesign.services.tiles.motifs import parse_mix

        return parse_mix(self.mix) if self.mix is not None else ()


def given_options(context: typer.Context) -> Callable[[str], bool]:
    """Tells of a parameter of the command whether a person gave it."""

    def given(name: str) -> bool:
        source = context.get_parameter_source(name)
        return source is not None and source.name != "DEFAULT"

    return given
