"""Drawings as the frames of an animated GIF."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.provenance import Provenance
from sketchdesign.output.png import LARGEST_PIXELS, render_png
from sketchdesign.output.provenance import LARGEST_PROVENANCE, no_provenance, opened

_COLOURS = 64
"""Enough for a few pens and the shades at their edges."""

_MS_PER_TICK = 10
"""GIF counts time in hundredths of a second."""


def render_gif(frames: Sequence[Drawing], dpi: float, frame_ms: int, provenance: Provenance) -> bytes:
    """An endless animation of drawings on one size of page, with its provenance as the comment.

    Raises:
        InputError: there are more pixels than `LARGEST_PIXELS` in all, or a frame cannot be rendered.
    """
    from PIL import Image

    images: list[Image.Image] = []
    for frame in frames:
        with Image.open(io.BytesIO(render_png(frame, dpi))) as picture:
            width, height = picture.size
            if width * height * len(frames) > LARGEST_PIXELS:
                raise InputError(
                    f"an animation of {len(frames)} frames of {width} x {height} pixels is too large",
                    hint="use fewer steps or fewer dpi",
                )
            images.append(picture.quantize(_COLOURS))
    buffer = io.BytesIO()
    images[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=max(1, round(frame_ms / _MS_PER_TICK)) * _MS_PER_TICK,
        loop=0,
        comment=provenance.to_json().encode(),
    )
    return buffer.getvalue()


def read_gif_provenance(path: Path) -> Provenance:
    """The provenance in the comment of an animation of ours.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it is no GIF, or carries no provenance.
    """
    from PIL import Image

    with opened(path) as file:
        try:
            with Image.open(file, formats=["GIF"]) as picture:
                comment = picture.info.get("comment", b"")
        except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
            raise SketchFormatError(f"{path} is not a GIF file or is damaged") from error
    if not comment or len(comment) > LARGEST_PROVENANCE:
        raise no_provenance(path)
    return Provenance.from_json(comment.decode("utf-8", "replace"))
