"""Designs as plain JSON values, small enough to ride in the provenance of every file made from them."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Layer, Pen, Strokes
from sketchdesign.core.errors import SketchDesignError, SketchFormatError
from sketchdesign.design.repeat import make_repeat
from sketchdesign.design.tile import Design

STEP_MM = 2.0**-22
"""Points are kept in steps of about a quarter of a millionth of a millimetre: finer than strokes are told apart."""

_MOST_BYTES = 2**28
_LARGEST_MM = 1e6


def quantised(strokes: Strokes) -> Strokes:
    """Strokes with their points rounded to `STEP_MM`, as they come back from an archive."""
    return Strokes(np.rint(strokes.points / STEP_MM) * STEP_MM, strokes.offsets)


def design_to_json(design: Design, cell_mm: tuple[float, float]) -> dict[str, Any]:
    """The design, its points rounded to `STEP_MM`.

    Args:
        design: what to keep.
        cell_mm: the size that `make_repeat` made its repeat with.
    """
    return {
        "repeat": design.repeat.name,
        "cell_mm": list(cell_mm),
        "kaleidoscope": design.kaleidoscope,
        "mirrored_pen": design.mirrored_pen,
        "layers": [
            {
                "pen": {"name": layer.pen.name, "colour": layer.pen.colour, "width_mm": layer.pen.width_mm},
                "label": layer.label,
                "points": _packed(np.diff(np.rint(layer.strokes.points / STEP_MM), axis=0, prepend=np.zeros((1, 2)))),
                "counts": _packed(np.diff(layer.strokes.offsets)),
                "motifs": _packed(np.diff(motifs, prepend=0)),
            }
            for layer, motifs in zip(design.layers, design.motifs, strict=True)
        ],
    }


def design_from_json(document: Any) -> Design:
    """Read back what `design_to_json` wrote.

    Raises:
        SketchFormatError: the document is not one of its.
    """
    try:
        width, height = (float(side) for side in document["cell_mm"])
        if not 0.0 < min(width, height) <= max(width, height) < _LARGEST_MM:
            raise ValueError
        layers, motifs = [], []
        for each in document["layers"]:
            pen = Pen(str(each["pen"]["name"]), str(each["pen"]["colour"]), float(each["pen"]["width_mm"]))
            points = np.cumsum(_unpacked(each["points"]).reshape(-1, 2), axis=0).astype(np.float64) * STEP_MM
            strokes = Strokes(points, np.concatenate([[0], np.cumsum(_unpacked(each["counts"]))]))
            layers.append(Layer(pen, strokes, str(each["label"])))
            motifs.append(np.cumsum(_unpacked(each["motifs"])))
        if not layers or any(len(own) != len(layer.strokes) for own, layer in zip(motifs, layers, strict=True)):
            raise ValueError
        repeat = make_repeat(str(document["repeat"]), width, height)
        return Design(
            repeat, tuple(layers), tuple(motifs), bool(document["kaleidoscope"]), bool(document["mirrored_pen"])
        )
    except (KeyError, TypeError, ValueError, zlib.error, SketchDesignError) as error:
        raise SketchFormatError("the design kept in the file is damaged", hint="make the tile again") from error


def _packed(values: NDArray[Any]) -> str:
    # Byte planes: the high bytes of small numbers are all alike, and compress to nothing.
    planes = np.ascontiguousarray(values.astype("<i8").reshape(-1, 1).view(np.uint8).T)
    return base64.b64encode(zlib.compress(planes.tobytes(), 9)).decode()


def _unpacked(text: str) -> NDArray[np.int64]:
    reader = zlib.decompressobj()
    data = reader.decompress(base64.b64decode(text, validate=True), _MOST_BYTES)
    if not reader.eof or len(data) % 8:
        raise ValueError
    planes = np.frombuffer(data, np.uint8).reshape(8, -1)
    return np.ascontiguousarray(planes.T).view("<i8").ravel().astype(np.int64)
