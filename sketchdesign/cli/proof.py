"""``proof``: does a tile meet itself?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.wording import seam_verdict

SEAMLESS, NOT_SEAMLESS = 0, 1
_MOST_SHOWN = 200


def proof(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A tile as .svg, from any program.")],
    tolerance: Annotated[str, typer.Option(help="How far apart the halves of a stroke may be.")] = "0.000001mm",
) -> None:
    """Check that all strokes go on at the opposite edge; the exit code is 1 where they do not."""
    from sketchdesign.core.errors import InputError
    from sketchdesign.core.units import parse_length_mm
    from sketchdesign.services.tiles.making import prove_file

    console: Console = context.obj
    tolerance_mm = parse_length_mm(tolerance)
    if not 0.0 < tolerance_mm <= 1.0:
        raise InputError(f"a tolerance of {tolerance} makes no sense", hint="choose a length up to 1mm")
    proved = prove_file(file, tolerance_mm)
    verdict = seam_verdict(proved)
    if proved.reaches_edges:
        verdict += f" Largest error {proved.seam_error_mm:.3g} mm."
    lines = [f"- {problem.text}" for problem in proved.problems[:_MOST_SHOWN]]
    console.result(
        {
            "seamless": proved.seamless,
            "seam_error_mm": proved.seam_error_mm,
            "reaches_edges": proved.reaches_edges,
            "problems": [problem.to_json() for problem in proved.problems[:_MOST_SHOWN]],
            "problem_count": len(proved.problems),
        },
        "\n".join([verdict, *lines]),
    )
    raise typer.Exit(SEAMLESS if proved.seamless else NOT_SEAMLESS)
