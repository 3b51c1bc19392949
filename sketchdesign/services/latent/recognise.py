"""What a sketch is: the model or class that finds it likeliest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sketchdesign.core.errors import InputError
from sketchdesign.services.inputs import GivenSketch, as_seen
from sketchdesign.services.jobs import Progress, Work


@dataclass(frozen=True)
class Guess:
    """A class (or a model without classes, by its name), how likely it finds each point in nats, and its model."""

    name: str
    nats_per_point: float
    model: str


def recognise(given: GivenSketch, models: Sequence[str], *, device: str = "auto") -> Work[list[Guess]]:
    """All classes of several models, the likeliest first; of a class that several models know, the best.

    Raises:
        InputError, CheckpointError: there is no model, one cannot be opened, or none can read the sketch.
    """
    from sketchdesign.model.recognise import class_scores
    from sketchdesign.model.runtime import choose_device, use_one_thread
    from sketchdesign.model.zoo import open_model

    if not models:
        raise InputError("there is no model to recognise with", hint="name some with --models")
    chosen = choose_device(device)
    use_one_thread()
    best: dict[str, Guess] = {}
    for number, text in enumerate(models):
        yield Progress(number, len(models), "models")
        model = open_model(text)
        model.network.to(chosen)
        names = model.info.classes or (model.info.name,)
        scores = class_scores(model, [as_seen(model.info, given).rows])[0].tolist()
        for name, score in zip(names, scores, strict=True):
            if name not in best or score > best[name].nats_per_point:
                best[name] = Guess(name, score, model.info.name)
    return sorted(best.values(), key=lambda guess: -guess.nats_per_point)
