"""A report as files: a table for people (Markdown), the same for programs (JSON), and a page of pictures (PNG)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from sketchdesign.core.errors import InputError
from sketchdesign.core.files import write_atomic
from sketchdesign.core.strokes import Sketch
from sketchdesign.training.measures import Examples, Measures, Pair, Report
from sketchdesign.training.pictures import contact_sheet

TABLE_ENDINGS = (".md", ".json")
MOST_ROWS = 100
"""Classes on a page of pictures; more would make it too tall to open."""

_CELL_PX, _LABEL_PX, _HEAD_PX, _SPACE_PX = 84, 110, 28, 30
_PAPER, _INK, _FAINT = "#ffffff", "#1b1b1b", "#6a6a6a"

_COLUMNS: tuple[tuple[str, Callable[[Measures], str]], ...] = (
    ("drawings", lambda m: str(m.score.sketches)),
    ("L_R", lambda m: f"{m.score.L_R:.4f}"),
    ("L_KL", lambda m: f"{m.score.L_KL:.4f}"),
    ("nats per point", lambda m: f"{m.score.nats_per_point:.3f}"),
    ("never end", lambda m: f"{m.never_ending_before:.1%}, {m.never_ending_after:.1%}"),
    ("real", lambda m: _percent(m.recognised.real)),
    ("generated", lambda m: _percent(m.recognised.generated)),
    ("share", lambda m: "" if m.recognised.generated_share is None else f"{m.recognised.generated_share:.2f}"),
    ("reconstructed", lambda m: _percent(m.recognised.reconstructed)),
    ("interpolated", lambda m: _percent(m.recognised.interpolated)),
    ("Frechet", lambda m: f"{m.frechet:.2f} ({m.frechet_real:.2f})"),
    ("precision", lambda m: f"{m.precision:.2f}"),
    ("recall", lambda m: f"{m.recall:.2f}"),
    ("nearest", lambda m: "" if m.nearest_ratio is None else f"{m.nearest_ratio:.2f}"),
)

_LEGEND = """\
- **drawings**: real ones, of at most N_max points, that the model is measured on.
- **L_R, L_KL**: nats, as in the paper's Table 1, for this N_max; **nats per point** do not depend on N_max.
- **never end**: generated sketches that never ended, before and after drawing them anew.
- **real, generated, reconstructed, interpolated**: share that the judge takes for their class, among all its classes;
  for all classes the mean. **share**: generated as a share of real.
- **Frechet**: distance between the judge's features of generated and real drawings; in brackets that between training
  drawings and real ones, as many of each. Only values from equal numbers compare.
- **precision, recall**: generated sketches that lie among real ones, real ones that lie among generated (k = 3).
- **nearest**: median distance of a generated sketch from its nearest training drawing, as a share of the same for
  real drawings that the model has not seen. Near 1 or above: it does not copy."""


def check_table_path(path: Path) -> None:
    """Refuse a file that no table can be written to.

    Raises:
        InputError: its ending is not one of `TABLE_ENDINGS`.
    """
    if path.suffix.lower() not in TABLE_ENDINGS:
        raise InputError(f"{path} cannot hold the report", hint=f"let its name end in {' or '.join(TABLE_ENDINGS)}")


def write_table(path: Path, report: Report, heading: Mapping[str, Any]) -> None:
    """Write the report, as Markdown or JSON by the path's ending.

    Args:
        path: the file.
        report: what was measured.
        heading: what, on what and how, as plain JSON values.

    Raises:
        InputError: the ending is neither.
        OutputError: the file cannot be written.
    """
    check_table_path(path)
    if path.suffix.lower() == ".json":
        write_atomic(path, json.dumps({**heading, **report.to_json()}, indent=1, ensure_ascii=False) + "\n")
    else:
        write_atomic(path, markdown(report, heading))


def markdown(report: Report, heading: Mapping[str, Any]) -> str:
    """The report as a Markdown document: what was measured, one row a class, and what the columns mean."""
    facts = "\n".join(f"- {key.replace('_', ' ')}: {_plain(value)}" for key, value in heading.items())
    rows = [("class", *(name for name, _ in _COLUMNS)), ("---", *("--:" for _ in _COLUMNS))]
    rows += [_row(name, measures) for name, measures in report.classes.items()]
    if len(report.classes) > 1:
        rows.append(_row("**all**", report.overall))
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    n_max = report.overall.score.n_max
    return f"# {_plain(heading.get('model', 'Model'))}\n\n{facts}\n- N_max: {n_max}\n\n{table}\n\n{_LEGEND}\n"


def page(report: Report) -> bytes:
    """A PNG, one row a class: generated sketches, drawings beside their reconstructions, and the generated sketches
    that come nearest to a training drawing beside that drawing.

    Raises:
        InputError: there are more classes than a page can show.
    """
    if len(report.examples) > MOST_ROWS:
        raise InputError(f"{len(report.examples)} classes are too many for one page", hint=f"show up to {MOST_ROWS}")
    strips = {name: _strips(examples) for name, examples in report.examples.items()}
    titles = list(next(iter(strips.values())))
    widths = [max(len(row[title]) for row in strips.values()) * _CELL_PX for title in titles]
    size = (_LABEL_PX + sum(widths) + _SPACE_PX * len(titles), _HEAD_PX + _CELL_PX * len(strips))
    image = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(13)
    for row, (name, parts) in enumerate(strips.items()):
        top = _HEAD_PX + row * _CELL_PX
        draw.text((8, top + _CELL_PX // 2), name, fill=_INK, font=font, anchor="lm")
        left = _LABEL_PX
        for title, width in zip(titles, widths, strict=True):
            if not row:
                draw.text((left + 6, _HEAD_PX // 2), title, fill=_FAINT, font=font, anchor="lm")
            if parts[title]:
                image.paste(_strip(parts[title]), (left, top))
            left += width + _SPACE_PX
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _strips(examples: Examples) -> dict[str, list[Sketch]]:
    strips = {"generated": list(examples.generated)}
    if examples.reconstructed:
        strips["drawings and their reconstructions"] = _flat(examples.reconstructed)
    strips["generated, and nearest training drawing"] = _flat(examples.nearest)
    return strips


def _flat(pairs: Sequence[Pair]) -> list[Sketch]:
    return [sketch for pair in pairs for sketch in pair]


def _strip(sketches: list[Sketch]) -> Image.Image:
    drawn = contact_sheet(sketches, len(sketches), cell_px=_CELL_PX, gap_px=8, line_px=1.3)
    return Image.open(io.BytesIO(drawn))


def _row(name: str, measures: Measures) -> tuple[str, ...]:
    return (name.replace("|", "\\|"), *(cell(measures) for _, cell in _COLUMNS))


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {_plain(item)}" for key, item in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)
