"""Sketches on the clipboard and in drags: ours as JSON, for other programs as SVG."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QWidget

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import SketchDesignError
from sketchdesign.core.strokes import Sketch
from sketchdesign.gui.thumbnails import sketch_pixmap
from sketchdesign.output.svg import render_svg
from sketchdesign.services.inputs import drawing_json
from sketchdesign.services.project.state import KeptSketch

SKETCHES = "application/x-sketchdesign-sketches+json"
_SVG = "image/svg+xml"
_LARGEST = 16 << 20
_DRAG_PX = 72


class SketchMime(QMimeData):
    """Sketches that are carried. They are written as JSON or SVG when somebody asks for them so, and not before."""

    def __init__(self, kept: Sequence[KeptSketch]) -> None:
        super().__init__()
        self.kept = list(kept)

    def formats(self) -> list[str]:
        return [SKETCHES, _SVG]

    def hasFormat(self, mimetype: str) -> bool:  # noqa: N802
        return mimetype in (SKETCHES, _SVG)

    def retrieveData(self, mimetype: str, _kind: Any) -> Any:  # noqa: N802
        if mimetype == _SVG:
            return QByteArray(_svg(self.kept[0].sketch))
        if mimetype == SKETCHES:
            rows = [{"word": k.word, "model": k.model, "drawing": drawing_json(k.sketch)} for k in self.kept]
            return QByteArray(json.dumps(rows).encode())
        return None


def mime_of(kept: Sequence[KeptSketch]) -> QMimeData:
    """Sketches to be carried somewhere, at least one; programs that know none take the first as SVG."""
    return SketchMime(kept)


def sketches_of(mime: QMimeData) -> list[KeptSketch]:
    """The sketches that are carried; none where there are others' data, or damaged ones."""
    if isinstance(mime, SketchMime):
        return list(mime.kept)
    data = bytes(mime.data(SKETCHES).data())
    if not data or len(data) > _LARGEST:
        return []
    try:
        return [
            KeptSketch(
                Sketch.from_polylines(np.array(line, np.float64).T for line in row["drawing"]),
                str(row["word"]),
                str(row["model"]),
            )
            for row in json.loads(data)
        ]
    except (ValueError, KeyError, TypeError, SketchDesignError, RecursionError):
        return []


def drag_sketches(source: QWidget, kept: Sequence[KeptSketch]) -> None:
    """Let the pointer carry sketches away; returns when they are dropped."""
    if not kept:
        return
    drag = QDrag(source)
    drag.setMimeData(mime_of(kept))
    drag.setPixmap(sketch_pixmap(kept[0].sketch, _DRAG_PX, source.devicePixelRatioF()))
    drag.exec()


def _svg(sketch: Sketch) -> bytes:
    left, top, right, bottom = sketch.bounds
    page = Page(max(right - left, 1.0), max(bottom - top, 1.0))
    lines = [line.astype(np.float64) - np.array([left, top]) for line in sketch.polylines()]
    return render_svg(Drawing(page, (Layer(Pen(width_mm=1.0), Strokes.from_polylines(lines)),))).encode()
