from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.provenance import Provenance
from sketchdesign.output.files import read_provenance
from sketchdesign.output.gif import render_gif

RECIPE = Provenance({"command": "walk", "note": "ä" * 5000})


def frames(count: int) -> list[Drawing]:
    lines = [Strokes.from_polylines([[[1.0, 1.0 + n], [19.0, 1.0 + n]]]) for n in range(count)]
    return [Drawing(Page(20.0, 10.0), (Layer(Pen("red", "#ff0000", 1.0), line),)) for line in lines]


def test_frames_follow_each_other_and_carry_the_recipe(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(render_gif(frames(4), 50.0, 83, RECIPE))
    with Image.open(path) as picture:
        assert (getattr(picture, "n_frames", 1), picture.size) == (4, (39, 20))
        assert picture.info["loop"] == 0
        assert picture.info["duration"] == 80
        reds = []
        for number in range(4):
            picture.seek(number)
            shade = np.asarray(picture.convert("RGB")).astype(int)
            rows = np.flatnonzero((shade[:, :, 0] - shade[:, :, 1]).max(axis=1) > 128)
            reds.append(rows.mean())
    assert reds == sorted(reds)
    assert reds[0] != reds[-1]
    assert read_provenance(path) == RECIPE


def test_too_many_pixels_are_refused() -> None:
    with pytest.raises(InputError, match=r"animation of 300 frames .* too large"):
        render_gif(frames(1) * 300, 2000.0, 100, RECIPE)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG", b"GIF89a" + bytes(40)])
def test_other_files_are_no_animation(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(content)
    with pytest.raises(SketchFormatError):
        read_provenance(path)


def test_an_animation_of_others_does_not_say_how_it_was_made(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("P", (4, 4)).save(buffer, "GIF")
    (tmp_path / "a.gif").write_bytes(buffer.getvalue())
    with pytest.raises(SketchFormatError, match="does not say how"):
        read_provenance(tmp_path / "a.gif")
