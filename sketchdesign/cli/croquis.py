"""``croquis``: does a tile show faults once it is repeated?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.wording import counted


def croquis(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A tile that sketchdesign wrote, or any tile as .svg.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="OUT", help="Draw the faults over the repeat, such as a .png."),
    ] = None,
) -> None:
    """Find holes, alleyways, line-ups and crowds, which only show in the repeat, and score the tile from 0 to 1."""
    from sketchdesign.services.export import check_outputs
    from sketchdesign.services.tiles.croquis import check_file, export_overlay

    console: Console = context.obj
    if output is not None:
        check_outputs([output])
    checked = check_file(file)
    if output is not None:
        export_overlay(checked.design, checked.croquis, output)
    found = checked.croquis
    lines = [
        f"Score {found.score:.2f}: {counted(found.motifs, 'motif')}, {found.spacing_mm:.1f} mm apart on the average.",
        *(f"- hole at {h.x_mm:.1f}, {h.y_mm:.1f} mm, {2 * h.radius_mm:.1f} mm wide" for h in found.holes),
        *(
            f"- alleyway {a.width_mm:.1f} mm wide through {a.x_mm:.1f}, {a.y_mm:.1f} mm at {a.degrees:.0f} degrees"
            for a in found.alleyways
        ),
        *(
            f"- line-up of {r.motifs} motifs through {r.x_mm:.1f}, {r.y_mm:.1f} mm at {r.degrees:.0f} degrees"
            for r in found.line_ups
        ),
        *(f"- crowd at {c.x_mm:.1f}, {c.y_mm:.1f} mm, {c.density:.1f} times the mean" for c in found.crowds),
    ]
    console.result({**found.to_json(), "joined": checked.joined}, "\n".join(lines))
