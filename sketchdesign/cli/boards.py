"""What the commands around the latent space share: their arguments, and the way from a board to files."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sketchdesign.cli.console import Console, rejected_sentence
from sketchdesign.cli.options import DpiOption, GapOption, LandscapeOption, MarginOption
from sketchdesign.cli.wording import counted
from sketchdesign.core.errors import InputError
from sketchdesign.core.pages import PAGE_NAMES

if TYPE_CHECKING:
    from sketchdesign.design.latentboard import Palette
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.services.jobs import Work
    from sketchdesign.services.latent.tools import Board

_INPUT_HELP = "A sketch: an .svg, .ndjson, .bin or .npz file, with #N for its Nth drawing from 0, or example:NAME."

InputArgument = Annotated[str, typer.Argument(metavar="INPUT", help=_INPUT_HELP)]
InputsArgument = Annotated[list[str], typer.Argument(metavar="INPUT...", help=_INPUT_HELP)]
FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Independent noise for each sketch. Default: shared, so that neighbours match.")
]
ColoursOption = Annotated[
    str | None,
    typer.Option(metavar="A,B,C,D", help="Colours of the corners as #rrggbb, or one for all. Default: four of ours."),
]
PensOption = Annotated[
    str | None,
    typer.Option(metavar="A,B,...", help="Colours of the pens at hand; each sketch takes the one nearest to its own."),
]


@dataclass(frozen=True)
class PaletteOptions:
    """How sketches on a way or a grid are told apart, and how alike neighbours are."""

    colours: ColoursOption = None
    pens: PensOption = None
    fresh: FreshOption = False

    def palette(self) -> Palette:
        """The colours that are asked for.

        Raises:
            InputError: one is no colour, or there are too many.
        """
        return parse_palette(self.colours, self.pens)


@dataclass(frozen=True)
class BoardOptions:
    """How the result is laid out and written."""

    output: Annotated[
        list[Path],
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help="Output file; its ending picks the format. A folder takes numbered frames. Repeatable.",
        ),
    ]
    page: Annotated[
        str | None, typer.Option(help=f"{PAGE_NAMES}, or a size such as 120x80mm. Default: one that fits.")
    ] = None
    landscape: LandscapeOption = False
    margin: MarginOption = "8mm"
    gap: GapOption = "4mm"
    route: Annotated[bool, typer.Option("--route", help="Join and order the strokes for a plotter.")] = False
    dpi: DpiOption = 150.0
    fps: Annotated[float, typer.Option(help="Frames a second, where OUT is a .gif.")] = 12.0
    there_and_back: Annotated[
        bool, typer.Option("--there-and-back", help="Let frames run to the end and back, so that a .gif closes.")
    ] = False

    def check(self) -> None:
        """Fail before any work if the result could not be written.

        Raises:
            InputError, OutputError: a path or a length cannot be used.
        """
        from sketchdesign.core.drawing import Page
        from sketchdesign.core.units import parse_length_mm
        from sketchdesign.services.export import check_outputs
        from sketchdesign.services.latent.frames import Film, check_film, is_film

        check_outputs([path for path in self.output if not is_film(path)], sketches=True)
        for path in self._films():
            check_film(path)
        Film(self.fps)
        parse_length_mm(self.margin)
        parse_length_mm(self.gap)
        if self.page is not None:
            Page.parse(self.page)

    def write(self, console: Console, work: Work[Board] | Board) -> None:
        """Do the work, where it is not done yet, write the files, and say what was done."""
        from sketchdesign.core.drawing import Page
        from sketchdesign.core.files import together
        from sketchdesign.core.units import parse_length_mm
        from sketchdesign.services.latent.boards import export_board, finish_board
        from sketchdesign.services.latent.frames import Film, export_film, is_film

        board = console.run(work) if isinstance(work, Generator) else work
        paper = None if self.page is None else Page.parse(self.page, landscape=self.landscape)
        margin_mm, gap_mm = parse_length_mm(self.margin), parse_length_mm(self.gap)
        drawing = console.run(finish_board(board, paper, margin_mm, gap_mm, routed=self.route))
        report = board.report | {"strokes": drawing.stroke_count}
        with together():
            export_board(board, drawing, [path for path in self.output if not is_film(path)], self.dpi)
            for path in self._films():
                report["frames"] = export_film(board, path, Film(self.fps, self.there_and_back), self.dpi)
        console.result(report, _sentence(report))

    def _films(self) -> list[Path]:
        from sketchdesign.services.latent.frames import is_film

        return [path for path in self.output if is_film(path)]


def open_reader(name: str) -> Model:
    """Open a model that can read sketches.

    Raises:
        InputError, CheckpointError: there is no such model, or it has no encoder.
    """
    from sketchdesign.model.encode import check_encoder
    from sketchdesign.model.zoo import open_model

    model = open_model(name)
    check_encoder(model.info)
    return model


def parse_palette(colours: str | None, pens: str | None) -> Palette:
    """Corner colours and pens between commas; one or two colours are repeated.

    Raises:
        InputError: one is no colour, or there are too many.
    """
    from sketchdesign.core.colour import parse_colour
    from sketchdesign.design.latentboard import CORNER_COLOURS, Palette

    available = () if pens is None else tuple(parse_colour(part) for part in pens.split(","))
    if colours is None:
        return Palette(CORNER_COLOURS, available)
    corners = tuple(parse_colour(part) for part in colours.split(","))
    if len(corners) not in (1, 2, 4):
        raise InputError(f"{len(corners)} colours are given for four corners", hint="give 1, 2 or 4")
    return Palette(corners * (4 // len(corners)), available)


def _sentence(report: dict[str, Any]) -> str:
    unfinished = round((1.0 - report["ended_share"]) * report["sketches"])
    end = f", {unfinished} of them unfinished" if unfinished else ""
    seed = f", seed {report['seed']}" if "seed" in report else ""
    frames = f" {counted(report['frames'], 'frame')}." if "frames" in report else ""
    sketches, strokes = counted(report["sketches"], "sketch", "sketches"), counted(report["strokes"], "stroke")
    made = f"{sketches}{end}, {strokes} on the page{seed}.{frames}"
    return made + rejected_sentence(report.get("rejected", {}))
