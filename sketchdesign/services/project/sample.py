"""What is there at the first start: a pattern to change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sketchdesign.core.drawing import Pen
from sketchdesign.design.layout import Layout
from sketchdesign.services.jobs import Work
from sketchdesign.services.project.state import FIRST_MODEL, Colourway, KeptSketch, PatternSettings, Project

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

_CATS, _SEED, _TEMPERATURE, _BEST_OF = 6, 2, 0.15, 4
_LINE_MM = 0.5


def sample_project(model: Model, project: Project, colourways: tuple[Colourway, ...]) -> Work[Project]:
    """Cats in half-drop, drawn by the model.

    Args:
        model: that draws them.
        project: to which they are added.
        colourways: at least one, of two colours each; the first is shown.
    """
    from sketchdesign.model.sampling import Sampling
    from sketchdesign.services.generate import GenerateSettings, generate

    sampling = Sampling.preset("default", _TEMPERATURE)
    settings = GenerateSettings(_CATS, seed=_SEED, sampling=sampling, best_of=_BEST_OF)
    generated = yield from generate(model, settings)
    cats = tuple(KeptSketch(each.sketch, each.word, FIRST_MODEL) for each in generated.sketches if len(each.sketch) > 1)
    pattern = PatternSettings(
        motifs=cats,
        repeat="half-drop",
        cell_mm=(80.0, 80.0),
        layout=Layout("grid", rows=2, columns=2, gap_mm=5.0),
        colourways=colourways,
        ground=colourways[0].ground,
    )
    pens = tuple(Pen(colour, colour, _LINE_MM) for colour in colourways[0].colours)
    return replace(project, pattern=pattern, pens=pens)
