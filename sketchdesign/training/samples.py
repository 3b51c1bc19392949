"""What a network draws while it learns, as a sheet that compares with the one before it."""

from __future__ import annotations

import numpy as np
import torch

from sketchdesign.core.seeds import stream_key
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.checkpoint import LatentGaussian, Model
from sketchdesign.model.drawing import prior_request
from sketchdesign.model.info import ModelInfo
from sketchdesign.model.network import SketchRNN
from sketchdesign.model.sampler import Sampler
from sketchdesign.model.sampling import Sampling
from sketchdesign.training.data import DrawingSet
from sketchdesign.training.latent_fit import fit_latent

COLUMNS = 10
_FEWEST_ROWS, _MOST_ROWS = 4, 12
_MOST_ENCODED = 2000
_SEED = 1


def draw_samples(
    info: ModelInfo, network: SketchRNN, drawings: DrawingSet, device: torch.device, seed: int = _SEED
) -> list[Sketch]:
    """New sketches at the default temperatures, `COLUMNS` to a row and each row of one class.

    The seed fixes the noise, so that two states of a run draw the same sketches better or worse. Sketches that do not
    end are shown too.

    Args:
        info: the description; its scale factor gives the pixels.
        network: frozen, on the CPU. It moves to the device.
        drawings: what it learns from; a part of them is encoded to find where z lies.
        device: where to draw.
        seed: of the sketches.
    """
    latent = None
    if info.architecture.conditional:
        latent = LatentGaussian(*fit_latent(network, _part(drawings), info.scale_factor))
    # The sampler sets the whole process to one thread; training shall keep its own.
    threads = torch.get_num_threads()
    try:
        sampler = Sampler(Model(info, network, latent, sha256=""), device)
        labels = _labels(len(info.classes))
        keys = np.array([stream_key(seed, "sheet", place) for place in range(len(labels))], np.uint64)
        sampling = Sampling.preset()
        sketches = [Sketch.empty()] * len(labels)
        for finished in sampler.sample(prior_request(sampler.model, keys, labels, sampling), sampling):
            for drawn in finished:
                sketches[drawn.number] = drawn.sketch
        return sketches
    finally:
        torch.set_num_threads(threads)


def _labels(count: int) -> list[int]:
    """The class of each sketch: rows of all classes, or of some spread over a long list."""
    rows = min(max(count, _FEWEST_ROWS), _MOST_ROWS)
    of_rows = [row % count if count <= rows else row * count // rows for row in range(rows)]
    return [label for label in of_rows for _ in range(COLUMNS)]


def _part(drawings: DrawingSet) -> DrawingSet:
    """At most `_MOST_ENCODED` drawings, as many of each class as possible."""
    share = max(1, _MOST_ENCODED // len(drawings.classes))
    members = [np.flatnonzero(drawings.labels == label)[:share] for label in range(len(drawings.classes))]
    return drawings.subset(np.concatenate(members))
