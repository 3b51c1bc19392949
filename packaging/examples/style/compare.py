"""What training on somebody's drawings changes: drawings of the hand, a model before, and the model after.

    python compare.py FOLDER BEFORE AFTER OUT

FOLDER is the one that AFTER was trained on; BEFORE and AFTER are models, by name or path, and draw with the same seeds.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sketchdesign.core.strokes import Sketch
from sketchdesign.design.latentboard import DRAWN_PEN, INPUT_PEN, Cell
from sketchdesign.model.zoo import open_model
from sketchdesign.output.files import write_drawing
from sketchdesign.services.generate import GenerateSettings, generate
from sketchdesign.services.inputs import read_input
from sketchdesign.services.jobs import Job
from sketchdesign.services.latent.boards import finish_board
from sketchdesign.services.latent.tools import Board

ROWS, COLUMNS = 4, 4
SEED = 1
MARGIN_MM, GAP_MM = 4.0, 3.0


def drawings(folder: Path) -> list[Sketch]:
    """The first of the drawings."""
    paths = sorted(folder.rglob("*.svg"))[: ROWS * COLUMNS]
    return [read_input(str(path)).sketch for path in paths]


def sketches(model: str) -> list[Sketch]:
    """New sketches by a model."""
    drawn = Job(generate(open_model(model), GenerateSettings(ROWS * COLUMNS, seed=SEED))).run()
    return [each.sketch for each in drawn.sketches]


def main() -> None:
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    folder, before, after, out = sys.argv[1:]
    blocks = ((drawings(Path(folder)), INPUT_PEN), (sketches(before), DRAWN_PEN), (sketches(after), DRAWN_PEN))
    cells = [
        Cell.of(number // COLUMNS, block * (COLUMNS + 1) + number % COLUMNS, sketch, pen)
        for block, (drawn, pen) in enumerate(blocks)
        for number, sketch in enumerate(drawn)
    ]
    board = Board(tuple(cells), ROWS, len(blocks) * (COLUMNS + 1) - 1, (), {"command": "compare"}, {})
    write_drawing(Job(finish_board(board, None, MARGIN_MM, GAP_MM)).run(), Path(out), dpi=70.0)


if __name__ == "__main__":
    main()
