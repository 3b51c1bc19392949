"""What an SVG document says besides its lines: its page in millimetres, and the names of its layers."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import LARGEST_PAGE_MM, Page
from sketchdesign.core.errors import SketchFormatError
from sketchdesign.core.units import MM_PER_UNIT
from sketchdesign.geometry.svg_lengths import depends_on_window, length_mm

_Array = NDArray[np.float64]

_INKSCAPE = "{http://www.inkscape.org/namespaces/inkscape}"
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_SIZE_HINT = "give it a width and a height in mm"


class Sheet(NamedTuple):
    """The paper of a document.

    Attributes:
        page: its size.
        mm_per_unit: float64 [2], mm in a user unit across and down.
        corner: float64 [2], the user coordinates of the upper left corner.
    """

    page: Page
    mm_per_unit: _Array
    corner: _Array

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in user units, of which percentages are meant."""
        return self.page.width_mm / float(self.mm_per_unit[0]), self.page.height_mm / float(self.mm_per_unit[1])


def sheet_of(root: Element) -> Sheet:
    """The paper that width, height and viewBox of the root describe.

    A size that depends on a window, such as 100%, is left to the viewBox, whose units are pixels then.

    Raises:
        SketchFormatError: they give no size between 0.1 mm and 10 m.
    """
    view = [float(number) for number in _NUMBER.findall(root.get("viewBox", ""))]
    if len(view) != 4 or not min(view[2:]) > 0.0:
        view = []
    sides = [_side_mm(root, name, bool(view)) for name in ("width", "height")]
    if view:
        given = next((side / size for side, size in zip(sides, view[2:], strict=True) if side), MM_PER_UNIT["px"])
        sides = [side or size * given for side, size in zip(sides, view[2:], strict=True)]
    width, height = sides
    if not width or not height or not 0.1 <= min(width, height) <= max(width, height) <= LARGEST_PAGE_MM:
        raise SketchFormatError("it does not say how large it is", hint=_SIZE_HINT)
    size = np.array(view[2:] if view else [width / MM_PER_UNIT["px"], height / MM_PER_UNIT["px"]])
    return Sheet(Page(width, height), np.array([width, height]) / size, np.array(view[:2] or [0.0, 0.0]))


def _side_mm(root: Element, name: str, has_view: bool) -> float | None:
    """One side of the page; None where it is not given, or left to the viewBox."""
    text = root.get(name)
    if text is None:
        return None
    side_mm = length_mm(text)
    if side_mm is not None:
        return side_mm
    if not depends_on_window(text):
        raise SketchFormatError(f"its {name} {text[:40]!r} is no length", hint=_SIZE_HINT)
    if not has_view:
        raise SketchFormatError(
            f"its {name} of {text.strip():.40} is a share of a window, and so no size on paper", hint=_SIZE_HINT
        )
    return None


def label_of(group: Element | None) -> str:
    """The name of a layer without the number in front."""
    if group is None:
        return ""
    text = group.get(f"{_INKSCAPE}label") or group.get("id") or ""
    # Writers number the layers themselves.
    return re.sub(r"^([%!]?)\d+\s+", r"\1", text)
