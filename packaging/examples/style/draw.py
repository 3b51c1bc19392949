"""Draw 200 cats as one person would, who curls every line: what the example of training on a single hand learns from.

    python draw.py FOLDER

writes FOLDER/cat/000.svg and so on. The drawings are in the public domain.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

COUNT = 200
SIDE_PX = 255.0

Line = list[tuple[float, float]]


def round_and_round(wobble: Callable[[float], float], x: float, y: float, rx: float, ry: float) -> Line:
    """A head outline that is drawn almost twice over, a little wider the second time."""
    turns = [math.tau * step / 13 for step in range(24)]
    return [
        (
            x + rx * (0.94 + 0.006 * step) * math.cos(turn - 1.9) + wobble(2.5),
            y + ry * (0.94 + 0.006 * step) * math.sin(turn - 1.9) + wobble(2.5),
        )
        for step, turn in enumerate(turns)
    ]


def curl(wobble: Callable[[float], float], x: float, y: float, radius: float, turn: int) -> Line:
    """A spiral eye, from outside to inside, turning right (1) or left (-1)."""
    return [
        (
            x + turn * radius * (1.0 - step / 10) * math.cos(0.95 * step) + wobble(0.6),
            y + radius * (1.0 - step / 10) * math.sin(0.95 * step) + wobble(0.6),
        )
        for step in range(10)
    ]


def ear(wobble: Callable[[float], float], x: float, y: float, height: float, side: int) -> Line:
    """A tall ear whose tip is rolled outward."""
    way = [(-12, 0), (-9, 0.55), (1, 1.0), (12, 1.06), (15, 0.88), (6, 0.85), (11, 0.5), (17, 0.0)]
    return [(x + side * dx + wobble(1.5), y - height * share + wobble(1.5)) for dx, share in way]


def wave(wobble: Callable[[float], float], x: float, y: float, length: float, side: int) -> Line:
    """A whisker that goes up and down."""
    bends = (0.0, 7.0, -5.0, 6.0, -2.0)
    return [(x + side * length * n / 4 + wobble(1.5), y + bend + wobble(1.5)) for n, bend in enumerate(bends)]


def cat(random: Random) -> list[Line]:
    """One drawing, as lines in pixels in the order in which they were drawn."""

    def wobble(size: float) -> float:
        return random.gauss(0.0, size)

    x, y = 127.0 + wobble(4.0), 158.0 + wobble(4.0)
    rx, ry = 74.0 + wobble(6.0), 66.0 + wobble(5.0)
    height = 66.0 + wobble(8.0)
    lines = [round_and_round(wobble, x, y, rx, ry)]
    lines += [ear(wobble, x + side * 0.5 * rx, y - 0.78 * ry, height, side) for side in (-1, 1)]
    lines += [curl(wobble, x + side * 0.4 * rx, y - 0.16 * ry, 15.0 + wobble(1.5), side) for side in (-1, 1)]
    lines.append([(x - 6 + wobble(1), y + 14), (x + 6 + wobble(1), y + 14), (x, y + 23), (x - 5, y + 15)])
    fringe = 5
    lines.append(
        [(x - 24 + 9.0 * n + wobble(1.5), y - ry + (4 if n % 2 else 24) + wobble(2.0)) for n in range(fringe + 1)]
    )
    for side in (-1, 1):
        lines += [wave(wobble, x + side * 22, y + 24 + 15 * row, 66.0 + wobble(6.0), side) for row in range(2)]
    return lines


def as_svg(lines: list[Line]) -> str:
    paths = "\n".join('<path d="M' + " ".join(f"{x:.1f},{y:.1f}" for x, y in line) + '"/>' for line in lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE_PX:g}" height="{SIDE_PX:g}" '
        f'viewBox="0 0 {SIDE_PX:g} {SIDE_PX:g}" fill="none" stroke="#000" stroke-width="2">\n{paths}\n</svg>\n'
    )


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[1]) / "cat"
    folder.mkdir(parents=True, exist_ok=True)
    random = Random(1)
    for number in range(COUNT):
        (folder / f"{number:03}.svg").write_text(as_svg(cat(random)), encoding="utf-8")
    print(f"{COUNT} drawings in {folder}")


if __name__ == "__main__":
    main()
