"""A board's results as the frames of an animation: an animated GIF, or a folder of numbered SVG files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sketchdesign.core.drawing import Drawing, Page
from sketchdesign.core.errors import InputError
from sketchdesign.core.files import check_writable, write_atomic
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.grid import GridLayout
from sketchdesign.design.latentboard import INPUT_PEN, Box, Cell, arrange_board
from sketchdesign.output.files import write_drawing
from sketchdesign.output.gif import render_gif
from sketchdesign.services.folders import make_folder
from sketchdesign.services.latent.tools import Board

GIF = ".gif"
SIDE_MM, MARGIN_MM = 60.0, 4.0


@dataclass(frozen=True)
class Film:
    """How frames follow each other.

    Attributes:
        frames_per_s: of a GIF.
        there_and_back: run to the end and back, so that the animation closes.
    """

    frames_per_s: float = 12.0
    there_and_back: bool = False

    def __post_init__(self) -> None:
        if not 0.1 <= self.frames_per_s <= 100.0:
            raise InputError(
                f"{self.frames_per_s:g} frames a second are out of range", hint="choose a number from 0.1 to 100"
            )


def is_film(path: Path) -> bool:
    """Whether frames are written to a path: a GIF, or a folder, which has no ending if it is yet to be made."""
    return path.suffix.lower() in (GIF, "") or path.is_dir()


def check_film(path: Path) -> None:
    """Fail before any work if frames could not be written to ``path``.

    Raises:
        InputError, OutputError: it has no name, the folder around it is missing or read-only, or a file is in its
            place.
    """
    if path == Path():  # also what an empty path is read as
        raise InputError("frames need a name of their own", hint="name a folder for them, or a .gif")
    if path.name.startswith(".") and path.name != ".." and not path.is_dir():
        raise InputError(f"{path} is an ending without a name", hint="write a name before it")
    if path.is_dir():
        check_writable(path / "frame-0001.svg")
    else:
        check_writable(path)
        if path.suffix.lower() != GIF and path.exists():
            raise InputError(f"{path} is a file without an ending", hint="name a folder, or a file with an ending")


def export_film(board: Board, path: Path, film: Film, dpi: float) -> int:
    """Write a board's results one after the other; returns how many frames there are.

    Raises:
        InputError, OutputError: as `check_film`, or the animation is too large.
    """
    check_film(path)
    frames = board_frames(board)
    if film.there_and_back:
        frames += frames[-2:0:-1]
    if path.suffix.lower() == GIF and not path.is_dir():
        recipe = Provenance({**board.recipe, "frames": len(frames)})
        write_atomic(path, render_gif(frames, dpi, round(1000.0 / film.frames_per_s), recipe))
        return len(frames)
    make_folder(path)
    for number, frame in enumerate(frames, 1):
        write_drawing(frame, path / f"frame-{number:04}.svg")
    return len(frames)


def board_frames(board: Board) -> list[Drawing]:
    """Each result of a board on a page of its own, all at one scale and centred, with the recipe and its number."""
    cells = sorted(
        (cell for cell in board.cells if cell.parts[-1].pen != INPUT_PEN), key=lambda cell: (cell.row, cell.column)
    )
    half = max(max(right - left, bottom - top) for left, top, right, bottom in map(_bounds, cells)) / 2.0
    page, layout = Page(SIDE_MM, SIDE_MM), GridLayout(1, 1, MARGIN_MM, 0.0)
    frames = []
    for number, cell in enumerate(cells):
        drawing = arrange_board([_framed(cell, half)], layout, page)
        frames.append(replace(drawing, provenance=Provenance({**board.recipe, "frame": number})))
    return frames


def _framed(cell: Cell, half: float) -> Cell:
    left, top, right, bottom = _bounds(cell)
    x, y = (left + right) / 2.0, (top + bottom) / 2.0
    return Cell(0, 0, cell.parts, (x - half, y - half, x + half, y + half))


def _bounds(cell: Cell) -> Box:
    if cell.box is not None:
        return cell.box
    return Sketch.from_polylines([line for part in cell.parts for line in part.sketch.polylines()]).bounds
