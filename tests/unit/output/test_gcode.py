from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.machine import MachineProfile
from sketchdesign.core.provenance import Provenance
from sketchdesign.output import gcode, provenance
from sketchdesign.output.gcode import Z_AXIS, GcodeSettings, read_gcode_provenance, render_gcode


def drawing(*lines: object, label: str = "") -> Drawing:
    strokes = Strokes.from_polylines(np.array(line, float) for line in lines)
    return Drawing(Page(210, 100), (Layer(Pen(), strokes, label),), Provenance({"seed": 3}))


def commands(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(";")]


def test_a_stroke_is_a_travel_the_pen_down_lines_and_the_pen_up() -> None:
    machine = MachineProfile("mine", 300, 200, draw_mm_s=50, travel_mm_s=100, lift_s=0.2, drop_s=0.1)
    text = render_gcode(drawing([[0, 100], [1, 98.5], [210, 0]]), GcodeSettings(machine))
    assert commands(text) == [
        *("G21", "G90", "M5", "G4 P0.2"),
        *("G0 X0 Y0 F6000", "M3 S1000", "G4 P0.1", "G1 X1 Y1.5 F3000", "G1 X210 Y100", "M5", "G4 P0.2"),
        *("G0 X0 Y0 F6000", "M2"),
    ]


def test_a_pen_on_a_z_axis_leaves_the_drawing_speed_alone() -> None:
    lines = commands(render_gcode(drawing([[0, 0], [1, 0]], [[2, 0], [3, 0]]), Z_AXIS))
    assert lines[2] == "G0 Z5"
    assert [lines[at + 2] for at, line in enumerate(lines) if line == "G1 Z0 F600"] == [
        "G1 X1 Y100 F3012",
        "G1 X3 Y100 F3012",
    ]


def test_dots_lower_the_pen() -> None:
    lines = commands(render_gcode(drawing([[3, 4]])))
    at = lines.index("G0 X3 Y96 F9036")
    assert lines[at + 1 : at + 4] == ["M3 S1000", "G4 P0.146", "M5"]


def test_the_machine_halts_between_pens_that_draw() -> None:
    line = Strokes.from_polylines([[[0, 0], [1, 1]]])
    layers = (
        Layer(Pen("a"), Strokes.empty()),
        *(Layer(Pen("b"), line), Layer(Pen("c"), Strokes.empty()), Layer(Pen("d"), line)),
    )
    lines = render_gcode(Drawing(Page(10, 10), layers)).splitlines()
    marks = [text for text in lines if text == "M0" or text.startswith("; layer")]
    assert marks == ["; layer 1 a 0.3", "; layer 2 b 0.3", "; layer 3 c 0.3", "; layer 4 d 0.3", "M0"]


def test_no_byte_is_a_command_that_boards_obey_at_once() -> None:
    sheet = drawing([[0, 0], [1 / 3, 1]], label="! what? ~\u00e9\n\x18" + "long " * 50)
    made = Provenance({"word": "!?~ \x18\u0090\n"}, "app!")
    text = render_gcode(Drawing(sheet.page, sheet.layers, made))
    assert re.fullmatch(r"[ -~\n]*", text)
    assert not set(text) & set("!?~")
    assert max(len(line) for line in text.splitlines()) < 80


@pytest.mark.parametrize("command", ["", " ", "M3\nM5", "M3 S!", "M3 " * 40, "\u00e9"])
def test_pen_commands_are_one_safe_line(command: str) -> None:
    with pytest.raises(InputError, match="cannot move a pen"):
        GcodeSettings(pen_down=command)
    with pytest.raises(InputError, match="cannot move a pen"):
        GcodeSettings(pen_up=command)


def test_strokes_far_away_are_refused() -> None:
    with pytest.raises(InputError, match="100 m from the page"):
        render_gcode(drawing([[0, 0], [1e16, 0]]))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_provenance_survives_awkward_text_and_length(tmp_path: Path, newline: str) -> None:
    made = Provenance({"word": "!?~\\!\u0000\ud800\u00e9\n; sketchdesign", "z": [0.25] * 100_000})
    path = tmp_path / "sheet.gcode"
    text = render_gcode(Drawing(Page(10, 10), (), made))
    path.write_bytes(text.replace("\n", newline).encode())
    assert read_gcode_provenance(path) == made


def test_provenance_survives_lines_that_senders_put_in_front(tmp_path: Path) -> None:
    path = tmp_path / "sheet.gcode"
    path.write_text("%\n; job 7\n" + render_gcode(drawing([[0, 0]])))
    assert read_gcode_provenance(path) == Provenance({"seed": 3})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "does not say how it was made"),
        (b"G21\nG90\n", "does not say how it was made"),
        (b"\xff\x00" * 5000, "does not say how it was made"),
        (b"; sketchdesign {}", "damaged"),
        (b'; sketchdesign {"schema"\nG21\n', "damaged"),
        (b"; sketchdesign \xff", "damaged"),
    ],
)
def test_other_files_are_refused_in_a_sentence(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "other.gcode"
    path.write_bytes(content)
    with pytest.raises(SketchFormatError, match=reason):
        read_gcode_provenance(path)


def test_endless_provenance_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (gcode, provenance):
        monkeypatch.setattr(module, "LARGEST_PROVENANCE", 900)
    path = tmp_path / "other.gcode"
    path.write_text("; sketchdesign x\n" * 1000)
    with pytest.raises(SketchFormatError, match="too large"):
        read_gcode_provenance(path)


def test_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_gcode_provenance(tmp_path / "absent.gcode")
