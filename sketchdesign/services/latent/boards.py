"""From what a latent tool made to files: arranged on a page, routed if wished, with its recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sketchdesign.core.drawing import Drawing, Page
from sketchdesign.core.provenance import Provenance
from sketchdesign.design.grid import GridLayout
from sketchdesign.design.latentboard import arrange_board, board_page
from sketchdesign.geometry.optimise import optimise
from sketchdesign.output.sketches import SketchRecord
from sketchdesign.services.export import export_records
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.latent.tools import Board


def finish_board(
    board: Board, page: Page | None, margin_mm: float, gap_mm: float, *, routed: bool = False
) -> Work[Drawing]:
    """The board as a drawing in millimetres.

    Args:
        board: what a tool made.
        page: the paper; None for one that fits.
        margin_mm, gap_mm: free border, and free space between the cells.
        routed: join and order the strokes. Otherwise they stay in the order in which they were drawn,
            which is what a board is read for; a few dozen sketches gain seconds at most.
    """
    layout = GridLayout(board.rows, board.columns, margin_mm, gap_mm)
    paper = board_page(board.rows, board.columns, margin_mm, gap_mm) if page is None else page
    drawing = arrange_board(board.cells, layout, paper)
    pipeline = None
    if routed:
        yield Progress(0, 1, "routing")
        drawing, report = optimise(drawing)
        pipeline = report.pipeline
    recipe = {
        **board.recipe,
        "layout": layout.to_json(),
        "page": {"width_mm": paper.width_mm, "height_mm": paper.height_mm},
        "pipeline": pipeline,
    }
    return replace(drawing, provenance=Provenance(recipe))


def export_board(board: Board, drawing: Drawing, paths: Sequence[Path], dpi: float) -> None:
    """Write the results as records to ``.ndjson`` and ``.npz``, else the whole board as a drawing."""
    seed = board.report.get("seed", 0)  # what shows a given sketch has none
    records = [
        SketchRecord(each.word, each.sketch, seed, number, each.ended) for number, each in enumerate(board.results)
    ]
    export_records(records, lambda: drawing, drawing.provenance, paths, dpi)
