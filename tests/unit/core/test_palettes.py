from __future__ import annotations

import struct
from pathlib import Path

import pytest

from sketchdesign.core import palettes
from sketchdesign.core.errors import SketchDesignError, SketchFormatError
from sketchdesign.core.palettes import Palette, Swatch, read_palettes

GPL = """GIMP Palette
Name: Autumn leaves
Columns: 3
# by hand
 32  48  96\tdeep blue
255 255   0 Untitled
  0   0   0
"""


def name(text: str) -> bytes:
    return struct.pack(">H", len(text) + 1) + (text + "\0").encode("utf-16-be")


def colour(text: str, model: bytes, *values: float) -> bytes:
    body = name(text) + model + struct.pack(f">{len(values)}fH", *values, 2)
    return struct.pack(">HI", 1, len(body)) + body


def group(text: str, *colours: bytes) -> bytes:
    body = name(text)
    return struct.pack(">HI", 0xC001, len(body)) + body + b"".join(colours) + struct.pack(">HI", 0xC002, 0)


def ase(*blocks: bytes, count: int | None = None) -> bytes:
    return b"ASEF" + struct.pack(">HHI", 1, 0, 1000 if count is None else count) + b"".join(blocks)


def counted(*blocks: bytes) -> bytes:
    return ase(*blocks, count=len(blocks))


def read(tmp_path: Path, ending: str, data: bytes) -> tuple[Palette, ...]:
    path = tmp_path / f"colours{ending}"
    path.write_bytes(data)
    return read_palettes(path)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_gimp_palette_keeps_names(tmp_path: Path, newline: str) -> None:
    (palette,) = read(tmp_path, ".gpl", GPL.replace("\n", newline).encode())
    assert palette.name == "Autumn leaves"
    assert palette.swatches == (Swatch("deep blue", "#203060"), Swatch("", "#ffff00"), Swatch("", "#000000"))


def test_an_old_gimp_palette_is_called_after_its_file(tmp_path: Path) -> None:
    (palette,) = read(tmp_path, ".gpl", "GIMP Palette\n1 2 3 Caf\xe9\n".encode("latin-1"))
    assert palette == Palette("colours", (Swatch("Caf\u00e9", "#010203"),))


def test_every_model_of_an_adobe_file_is_read(tmp_path: Path) -> None:
    blocks = (
        colour("Red", b"RGB ", 1.0, 0.0, 0.0),
        colour("Middle", b"Gray", 0.5),
        colour("Ink", b"CMYK", 1.0, 0.5, 0.0, 0.2),
        colour("White", b"LAB ", 1.0, 0.0, 0.0),
        colour("Black", b"LAB ", 0.0, 0.0, 0.0),
        # sRGB red is L 54.29, a 80.80, b 69.89 under D50 (Lindbloom's calculator).
        colour("Red again", b"LAB ", 0.542917, 80.8125, 69.8851),
    )
    (palette,) = read(tmp_path, ".ase", counted(*blocks))
    assert palette.name == "colours"
    assert [swatch.name for swatch in palette.swatches] == ["Red", "Middle", "Ink", "White", "Black", "Red again"]
    codes = [swatch.colour for swatch in palette.swatches]
    assert codes[:5] == ["#ff0000", "#808080", "#0066cc", "#ffffff", "#000000"]
    assert all(abs(a - b) <= 2 for a, b in zip(bytes.fromhex(codes[5][1:]), (255, 0, 0), strict=True))


def test_groups_of_an_adobe_file_are_palettes(tmp_path: Path) -> None:
    loose = colour("loose", b"Gray", 0.0)
    data = ase(group("Ink", colour("a", b"Gray", 1.0)), loose, group("Empty"), group("", colour("b", b"Gray", 1.0)))
    # The number of blocks counts groups' ends; a larger one than there are is damage.
    data = data[:8] + struct.pack(">I", 9) + data[12:]
    assert [(each.name, len(each.swatches)) for each in read(tmp_path, ".ase", data)] == [
        ("colours", 1),
        ("Ink", 1),
        ("colours", 1),
    ]


GOOD = counted(colour("Red", b"RGB ", 1.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("ending", "data", "reason"),
    [
        (".gpl", b"", "not a GIMP palette"),
        (".gpl", b"JASC-PAL\n0100\n", "not a GIMP palette"),
        (".gpl", b"GIMP Palette\n", "no colours"),
        (".gpl", b"GIMP Palette\n1 2 300 x\n", "line 2"),
        (".gpl", b"GIMP Palette\n1 2\n", "line 2"),
        (".gpl", b"GIMP Palette\n\0\0\0\n", "line 2"),
        (".ase", b"", "not an Adobe swatch file"),
        (".ase", b"ASEX" + GOOD[4:], "not an Adobe swatch file"),
        (".ase", GOOD[:4] + b"\0\2" + GOOD[6:], "not an Adobe swatch file"),
        (".ase", GOOD.replace(b"RGB ", b"HSB "), "not an Adobe swatch file"),
        (".ase", counted(colour("x", b"RGB ", float("nan"), 0.0, 0.0)), "not an Adobe swatch file"),
        (".ase", GOOD[:12] + b"\0\1\xff\xff\xff\xff" + GOOD[18:], "not an Adobe swatch file"),
        (".ase", GOOD[:18] + b"\xff\xff" + GOOD[20:], "not an Adobe swatch file"),
        (".ase", GOOD[:8] + b"\xff\xff\xff\xff" + GOOD[12:], "not an Adobe swatch file"),
        (".ase", counted(), "no colours"),
        (".txt", b"", "by its ending"),
    ],
)
def test_bad_files_make_one_sentence(tmp_path: Path, ending: str, data: bytes, reason: str) -> None:
    with pytest.raises(SketchDesignError, match=reason):
        read(tmp_path, ending, data)


def test_an_adobe_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    for length in range(len(GOOD)):
        with pytest.raises(SketchFormatError):
            read(tmp_path, ".ase", GOOD[:length])


def test_endless_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SketchFormatError, match="too large"):
        read(tmp_path, ".gpl", b"GIMP Palette\n" + b"#" * 2**20)
    monkeypatch.setattr(palettes, "MOST_SWATCHES", 2)
    for ending, data in ((".gpl", GPL.encode()), (".ase", counted(*[colour("x", b"Gray", 0.1)] * 3))):
        with pytest.raises(SketchFormatError, match="more than 2 colours"):
            read(tmp_path, ending, data)


def test_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SketchDesignError, match="cannot read"):
        read_palettes(tmp_path / "none.gpl")
