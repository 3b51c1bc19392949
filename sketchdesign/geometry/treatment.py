"""What may be done to the strokes of a drawing besides routing them, in the order in which it makes sense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sketchdesign.core.drawing import Drawing, Strokes
from sketchdesign.geometry.occlude import occlude_drawing
from sketchdesign.geometry.passes import multipass, reloop
from sketchdesign.geometry.smooth import smooth


@dataclass(frozen=True)
class Treatment:
    """What to do to a drawing.

    Attributes:
        smooth_mm: how far smoothing may move a line; None leaves lines as they are.
        occlude: closed strokes hide what was drawn before them.
        passes: how often the pen goes over each stroke.
        reloop_seed: closed strokes begin at random points; None leaves it to the route.
    """

    smooth_mm: float | None = None
    occlude: bool = False
    passes: int = 1
    reloop_seed: int | None = None

    def __str__(self) -> str:
        """The options of the command ``optimise`` that ask for it."""
        words = [f"--smooth {self.smooth_mm:g}mm"] if self.smooth_mm is not None else []
        words += ["--occlude"] if self.occlude else []
        words += [f"--multipass {self.passes}"] if self.passes != 1 else []
        words += ["--reloop"] if self.reloop_seed is not None else []
        return " ".join(words)

    def before_routing(self, drawing: Drawing) -> Drawing:
        """The drawing smoothed, without what is hidden, and drawn as often as asked.

        Raises:
            InputError: the tolerance or the number of passes makes no sense.
        """
        if self.smooth_mm is not None:
            tolerance_mm = self.smooth_mm
            drawing = _each_layer(drawing, lambda strokes: smooth(strokes, tolerance_mm))
        if self.occlude:
            drawing = occlude_drawing(drawing)
        return _each_layer(drawing, lambda strokes: multipass(strokes, self.passes))

    def after_routing(self, drawing: Drawing) -> Drawing:
        """The routed drawing with its loops begun at random."""
        seed = self.reloop_seed
        return drawing if seed is None else _each_layer(drawing, lambda strokes: reloop(strokes, seed))


def _each_layer(drawing: Drawing, change: Callable[[Strokes], Strokes]) -> Drawing:
    return drawing.with_layers(replace(layer, strokes=change(layer.strokes)) for layer in drawing.layers)
