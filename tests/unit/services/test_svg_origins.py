from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.core.simplify import QUICKDRAW_BOX, QUICKDRAW_EPSILON
from sketchdesign.model.checkpoint import Model
from sketchdesign.services.inputs import as_seen, read_input

MOST_POINTS = 100

Origin = tuple[str, bytes, int | None]


def written_down() -> list[Origin]:
    """What `svg_origins.txt` holds: names, files, and the numbers of lines in them."""
    text = Path(__file__).with_name("svg_origins.txt").read_text(encoding="utf-8")
    found: list[Origin] = []
    for part in text.split("\n=== ")[1:]:
        head, _, body = part.partition("\n")
        name, _, lines = head.partition(" | ")
        found.append((name, body.strip("\n").encode(), None if lines == "none" else int(lines)))
    return found


def in_other_encodings() -> list[Origin]:
    inside = '<svg xmlns="http://www.w3.org/2000/svg"><title>Kätzchen</title><path d="M0 0L9 9"/></svg>'
    return [
        ("byte order mark", inside.encode("utf-8-sig"), 1),
        ("utf-16", f'<?xml version="1.0" encoding="utf-16"?>{inside}'.encode("utf-16"), 1),
        ("latin-1", f'<?xml version="1.0" encoding="iso-8859-1"?>{inside}'.encode("latin-1"), 1),
        ("latin-1 without saying so", inside.encode("latin-1"), None),
        ("no bytes", b"", None),
    ]


ORIGINS = written_down() + in_other_encodings()


@pytest.fixture(scope="module")
def model(tiny_model: Callable[..., Model]) -> Model:
    model = tiny_model()
    return replace(model, info=replace(model.info, max_points=MOST_POINTS))


def test_there_are_a_hundred_files_of_mixed_origin() -> None:
    assert len(ORIGINS) >= 100
    assert len({name for name, _, _ in ORIGINS}) == len(ORIGINS)
    assert sum(lines is None for _, _, lines in ORIGINS) <= 20


@pytest.mark.parametrize(("name", "data", "lines"), ORIGINS, ids=[name for name, _, _ in ORIGINS])
def test_a_file_of_any_origin_is_encoded_or_explained(
    name: str, data: bytes, lines: int | None, model: Model, tmp_path: Path
) -> None:
    from sketchdesign.model.encode import encode

    path = tmp_path / "in.svg"
    path.write_bytes(data)
    if lines is None:
        with pytest.raises(InputError) as caught:
            as_seen(model.info, read_input(str(path)))
        sentence = str(caught.value)
        assert "in.svg" in sentence
        assert "\n" not in sentence
        assert len(sentence.replace(str(path), "")) < 150
        return
    given = read_input(str(path))
    assert given.sketch.stroke_count == lines
    seen = as_seen(model.info, given)
    assert seen.sketch.bounds[:2] == pytest.approx((0.0, 0.0), abs=QUICKDRAW_EPSILON)
    assert max(seen.sketch.bounds) == pytest.approx(QUICKDRAW_BOX, abs=2 * QUICKDRAW_EPSILON)
    assert 1 <= len(seen.rows) <= MOST_POINTS
    assert np.isfinite(encode(model, [seen.rows]).mu).all()
