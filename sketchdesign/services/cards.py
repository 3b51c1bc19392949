"""A model's card: what it is, what it was trained on and how well, with a picture of what it draws."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sketchdesign.core.drawing import Page
from sketchdesign.core.files import together, write_atomic
from sketchdesign.design.grid import GridLayout, arrange_grid
from sketchdesign.output.png import render_png
from sketchdesign.services.generate import GenerateSettings, generate
from sketchdesign.services.jobs import Work

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.model.info import ModelInfo

ROWS, COLUMNS = 5, 8
CELL_MM = 24.0
PICTURE_DPI = 120.0
PICTURE_SEED = 1

LOSS_NAMES = {
    "L_R": "reconstruction L_R",
    "L_s": "of it offsets L_s",
    "L_p": "of it pen states L_p",
    "L_KL": "divergence L_KL",
    "nats_per_point": "nats per point",
    "n_max": "N_max that the losses are divided by",
    "sketches": "drawings they were measured on",
}


def write_card(model: Model, path: Path) -> Work[None]:
    """Write ``NAME.md`` and beside it the picture ``NAME.png``.

    Raises:
        InputError, OutputError: the files cannot be written.
    """
    picture = path.with_suffix(".png")
    drawn = yield from generate(model, GenerateSettings(ROWS * COLUMNS, seed=PICTURE_SEED))
    page = Page(COLUMNS * CELL_MM, ROWS * CELL_MM)
    layout = GridLayout(ROWS, COLUMNS, margin_mm=2.0, gap_mm=3.0)
    sheet = arrange_grid([each.sketch for each in drawn.sketches], layout, page)
    with together():
        write_atomic(picture, render_png(sheet, PICTURE_DPI))
        write_atomic(path, render_card(model.info, model.sha256, picture.name, drawn.ended_share_before))


def render_card(info: ModelInfo, sha256: str, picture: str, ended_share: float) -> str:
    """The card as Markdown."""
    a = info.architecture
    cells = f"decoder {a.decoder} {a.decoder_size}"
    if a.conditional:
        cells = f"encoder {a.encoder} 2 x {a.encoder_size}, {cells}, z {a.z_size}"
    facts = {
        "classes": ", ".join(info.classes) or "one, unnamed",
        "network": f"{cells}, {a.mixtures} mixtures",
        "longest drawing": f"{info.max_points} points",
        "training data": info.data,
        "licence": info.licence,
        "training steps": f"{info.steps:,}",
        "share of sketches that end by themselves": f"{ended_share:.1%}",
        "SHA-256": f"`{sha256}`",
    }
    losses = {LOSS_NAMES.get(key, key): f"{value:.4g}" for key, value in info.losses.items()}
    parts = [
        f"# {info.name}",
        f"![Sketches by {info.name}]({picture})",
        f"Drawn at the default sampling with seed {PICTURE_SEED}.",
        _table("fact", "value", facts),
        "## Losses on drawings it was not trained on, in nats",
        _table("loss", "value", losses),
        "## Settings",
        f"```json\n{json.dumps(info.settings, indent=1, sort_keys=True)}\n```",
    ]
    return "\n\n".join(parts) + "\n"


def _table(left: str, right: str, rows: Mapping[str, Any]) -> str:
    return "\n".join([f"| {left} | {right} |", "|---|---|", *(f"| {key} | {value} |" for key, value in rows.items())])
