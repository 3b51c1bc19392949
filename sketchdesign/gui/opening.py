"""Files that come in by menu or drop: projects, models, sketches."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

from PySide6.QtCore import QMimeData

from sketchdesign.core.errors import InputError
from sketchdesign.core.simplify import QUICKDRAW_EPSILON, simplified
from sketchdesign.core.strokes import Sketch
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.services.inputs import read_input
from sketchdesign.services.project.file import SUFFIX
from sketchdesign.services.project.presets import SUFFIX as PRESET_ENDING
from sketchdesign.services.project.state import PAPER_PX, Project

SKETCH_ENDINGS = (".svg", ".ndjson", ".bin", ".npz")
MODEL_ENDINGS = (".safetensors", ".json", ".index")
PALETTE_ENDINGS = (".gpl", ".ase", ".toml")
_ON_PAPER = 0.72
"""The share of the paper that an opened sketch fills."""


def kind_of(path: Path) -> str:
    """What a file is by its ending: "project", "model", "sketch", "palette", "preset" or nothing."""
    ending = path.suffix.lower()
    if path.name.lower().endswith(PRESET_ENDING):
        return "preset"
    if ending in PALETTE_ENDINGS:
        return "palette"
    if ending == SUFFIX:
        return "project"
    if ending in MODEL_ENDINGS:
        return "model"
    return "sketch" if ending in SKETCH_ENDINGS else ""


def files_of(mime: QMimeData) -> list[Path]:
    """Local files of known kinds in a drop."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    return [path for path in paths if kind_of(path)]


def open_sketch(session: Session, text: str) -> None:
    """Put a sketch on the paper of the Sketch workspace: a file, one drawing of it, or ``example:NAME``."""

    def take(ink: Sketch) -> None:
        session.change(tr("Open sketch"), sketch=replace(session.project.sketch, ink=ink))
        # Not before: for a file that cannot be read nobody wants to leave where they are.
        session.room_asked.emit("sketch")

    task = session.workers.call("open sketch", tr("Opening"), lambda: on_paper(read_input(text).sketch))
    task.finished.connect(take)


def open_drawing(session: Session, path: Path) -> None:
    """Open a design from a file of ours that keeps one, in its workspace; any other file as a sketch."""
    from sketchdesign.services.project.reopen import reopened

    project = session.project
    if path.suffix.lower() != ".svg":
        open_sketch(session, str(path))
        return
    task = session.workers.call("open sketch", tr("Opening"), lambda: reopened(path, project))
    task.finished.connect(lambda opened: _show_design(session, path, project, opened))


def _show_design(session: Session, path: Path, before: Project, opened: Project | None) -> None:
    if opened is None:
        open_sketch(session, str(path))
        return
    parts = {each.name: getattr(opened, each.name) for each in fields(opened)}
    session.change(tr("Open design"), **parts)
    session.room_asked.emit("pattern" if opened.sheet == before.sheet and opened.page == before.page else "sheet")
    if opened.model != before.model:
        session.workers.open_model(opened.model)


def on_paper(sketch: Sketch) -> Sketch:
    """A sketch in the middle of the paper, in as few points as it needs.

    Raises:
        InputError: it is empty.
    """
    left, top, right, bottom = sketch.bounds
    side = max(right - left, bottom - top)
    if not side > 0.0:
        raise InputError("the file shows no lines", hint="choose another file")
    scale = _ON_PAPER * PAPER_PX / side
    middle = PAPER_PX / 2.0
    shift = (middle - scale * (left + right) / 2.0, middle - scale * (top + bottom) / 2.0)
    return simplified(sketch.transformed(scale, shift), QUICKDRAW_EPSILON / 4.0)
