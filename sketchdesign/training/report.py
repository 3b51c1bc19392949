"""Measuring a finished model against real drawings: likelihood, recognisability, variety, and whether it copies.

The likelihoods are those of `training.evaluate`. For all else, sketches are drawn in three ways and shown to the
judge beside real drawings: *generated* from the model's own latent Gaussians, *reconstructed* from the encoder's mean
for a real drawing, and *interpolated*, from the middle of the arc between the means of two drawings of one class.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import torch

from sketchdesign.core.errors import InputError
from sketchdesign.core.seeds import stream_key
from sketchdesign.core.strokes import FloatArray, IntArray
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.critic import Aim
from sketchdesign.model.drawing import DrawnSet, draw_until_ended, prior_request
from sketchdesign.model.judge import Judge, Judgement
from sketchdesign.model.latent import class_vectors, slerp
from sketchdesign.model.pool import Request
from sketchdesign.model.quality import Nearest, frechet_distance, nearest, precision_recall
from sketchdesign.model.raster import outlines
from sketchdesign.model.sampler import Sampler
from sketchdesign.training.data import DrawingSet
from sketchdesign.training.evaluate import Evaluation, Score, evaluate
from sketchdesign.training.latent_fit import encode_all
from sketchdesign.training.measures import (
    FEWEST_SAMPLES,
    Examples,
    Measures,
    Pair,
    Recognised,
    Report,
    ReportSettings,
)
from sketchdesign.training.readers import SketchReader, load_split
from sketchdesign.training.train_judge import outlines_of

Told = TypeVar("Told")
Way = Literal["generated", "reconstructed", "interpolated"]

_EXAMPLES = 5
_EXAMPLE_PAIRS = 3


def measure(
    model: Model,
    judge: Judge,
    data_dir: Path,
    settings: ReportSettings,
    tell: Callable[[int, int, str], Told],
    *,
    device: torch.device,
    threads: int = 1,
    readers: Mapping[str, SketchReader] | None = None,
) -> Generator[Told, None, Report]:
    """Measure a model.

    Drawings longer than the model's N_max are left out: it cannot draw them.

    Args:
        model: its network is moved to ``device``.
        judge: looks at the pictures.
        data_dir: holds ``train`` and the split to measure on, see `load_split`.
        settings: what to measure.
        tell: makes what is yielded of how much is done, how much there is to do, and of what.
        device, threads: see `Sampler`.
        readers: of files of one sketch, by their endings; see `load_split`.

    Raises:
        InputError: a class is not one of the model's, or has too few drawings.
    """
    info = model.info
    real = _real_drawings(model, data_dir, settings, readers)
    yield tell(0, 1, "likelihoods")
    scores = evaluate(model.network, real, info.scale_factor, info.max_points, info.start_token, seed=settings.seed)
    # Encoded before the sampler may take the network to a GPU.
    subjects = [_subject(model, real, label, settings) for label in np.unique(real.labels).tolist()]
    sampler = Sampler(model, device, threads)
    total = sum(sum(subject.counts.values()) for subject in subjects)
    done = 0
    seen: dict[str, _Seen] = {}
    examples: dict[str, Examples] = {}
    for subject in subjects:
        drawn: dict[Way, DrawnSet] = {}
        for way, count in subject.counts.items():

            def tell_ended(ended: int, before: int = done) -> Told:
                return tell(before + ended, total, "sketches")

            drawn[way] = yield from _draw(sampler, subject, way, settings, tell_ended)
            done += count
        train, _ = load_split(data_dir, (subject.name,), "train", info.max_points, readers=readers)
        seen[subject.name], closest = _look(judge, subject, drawn, train)
        examples[subject.name] = _examples(subject, drawn, train, closest)
    return _report(scores, seen, examples)


@dataclass(frozen=True)
class _Subject:
    """One class of the model.

    Attributes:
        name, label: the class, and its number in the model.
        real: all real drawings of it.
        chosen: indices of those in ``real`` that are compared with sketches.
        mu: [n, z] the encodings of the chosen ones; None without an encoder.
        counts: how many sketches to draw in each way.
    """

    name: str
    label: int
    real: DrawingSet
    chosen: IntArray
    mu: FloatArray | None
    counts: dict[Way, int]


@dataclass(frozen=True)
class _Seen:
    """What the judge saw of one class: features [n, F] of as many drawings of each kind, and numbers."""

    real: FloatArray
    train: FloatArray
    generated: FloatArray
    distance_real: FloatArray
    distance_generated: FloatArray
    recognised: Recognised
    drawn: int
    never_ending_before: float
    never_ending_after: float


def measured_classes(model: Model, wanted: tuple[str, ...]) -> dict[int, str]:
    """The classes to measure: their numbers in the model, and the names of their drawings.

    Raises:
        InputError: the model has no such class.
    """
    own = model.info.classes or (model.info.name,)
    if not wanted:
        return dict(enumerate(own))
    if len(own) == len(wanted) == 1:
        return {0: wanted[0]}
    unknown = [name for name in wanted if name not in own]
    if unknown:
        raise InputError(f"the model has no class {unknown[0]!r}", hint=f"choose among {', '.join(own)}")
    return {own.index(name): name for name in wanted}


def _real_drawings(
    model: Model, data_dir: Path, settings: ReportSettings, readers: Mapping[str, SketchReader] | None
) -> DrawingSet:
    """The drawings to measure on, labelled with the model's own class numbers."""
    names = measured_classes(model, settings.classes)
    limit = model.info.max_points
    drawings, _ = load_split(data_dir, tuple(names.values()), settings.split, limit, readers=readers)
    own = model.info.classes or (model.info.name,)
    classes = tuple(names.get(label, name) for label, name in enumerate(own))
    return replace(drawings, labels=np.array(list(names))[drawings.labels], classes=classes)


def _subject(model: Model, drawings: DrawingSet, label: int, settings: ReportSettings) -> _Subject:
    name = drawings.classes[label]
    real = drawings.subset(np.flatnonzero(drawings.labels == label))
    if len(real) < FEWEST_SAMPLES:
        raise InputError(
            f"class {name!r} has {len(real)} drawings of up to {model.info.max_points} points to measure on",
            hint=f"{FEWEST_SAMPLES} are needed",
        )
    rng = np.random.default_rng((settings.seed, label))
    chosen = np.sort(rng.permutation(len(real))[: settings.samples])
    counts: dict[Way, int] = {"generated": settings.samples}
    mu = None
    if model.info.architecture.conditional:
        mu = encode_all(model.network, real.subset(chosen), model.info.scale_factor)[0].astype(np.float32)
        counts |= {"reconstructed": len(chosen), "interpolated": len(chosen)}
    return _Subject(name, label, real, chosen, mu, counts)


def _draw(
    sampler: Sampler, subject: _Subject, way: Way, settings: ReportSettings, tell: Callable[[int], Told]
) -> Generator[Told, None, DrawnSet]:
    z = subject.mu
    if z is not None and way == "interpolated":
        z = slerp(z, np.roll(z, 1, axis=0), 0.5)

    def request(numbers: list[int], attempt: int) -> Request:
        paths = ((settings.seed, "evaluate", way, subject.name, number, attempt) for number in numbers)
        keys = np.array([stream_key(*path) for path in paths], np.uint64)
        labels = [subject.label] * len(numbers)
        if z is None or way == "generated":
            return prior_request(sampler.model, keys, labels, settings.sampling)
        return Request(keys, z[numbers], class_vectors(sampler.model, labels, settings.sampling.class_guidance))

    count = subject.counts[way]
    # As `generate` draws them. The other ways show what a given z holds, whether it is recognised or not.
    info = sampler.model.info
    aim = Aim([(info.classes or (info.name,))[subject.label]] * count if way == "generated" else ())
    return (yield from draw_until_ended(sampler, count, request, settings.sampling, tell, aim=aim))


def _look(judge: Judge, subject: _Subject, drawn: Mapping[Way, DrawnSet], train: DrawingSet) -> tuple[_Seen, Nearest]:
    """Show everything of one class to the judge; also the training drawings nearest to the generated sketches."""
    known = int(judge.labels_of((subject.name,))[0])
    real, training = judge.look(outlines_of(subject.real)), judge.look(outlines_of(train))
    looks = {way: judge.look(outlines([d.sketch for d in made.sketches])) for way, made in drawn.items()}
    generated = looks["generated"]
    closest = nearest(generated.features, training.features)

    def share(judgement: Judgement | None) -> float | None:
        return None if judgement is None or known < 0 else float((judgement.labels == known).mean())

    made = drawn["generated"]
    count = len(made.sketches)
    # As many of each kind, since the distances between sets depend on it.
    few = min(count, len(subject.chosen), len(train))
    spread = np.linspace(0, len(train) - 1, few).astype(np.int64)
    seen = _Seen(
        real=real.features[subject.chosen][:few],
        train=training.features[spread],
        generated=generated.features[:few],
        distance_real=nearest(real.features, training.features).distance.astype(np.float32),
        distance_generated=closest.distance.astype(np.float32),
        recognised=Recognised(
            share(real), share(generated), share(looks.get("reconstructed")), share(looks.get("interpolated"))
        ),
        drawn=count,
        never_ending_before=1.0 - made.ended_at_first / count,
        never_ending_after=1.0 - sum(d.ended for d in made.sketches) / count,
    )
    return seen, closest


def _examples(subject: _Subject, drawn: Mapping[Way, DrawnSet], train: DrawingSet, closest: Nearest) -> Examples:
    generated = [made.sketch for made in drawn["generated"].sketches]
    reconstructed = [made.sketch for made in drawn["reconstructed"].sketches] if "reconstructed" in drawn else []
    originals = subject.real.sketches(subject.chosen[:_EXAMPLE_PAIRS])
    suspects = np.argsort(closest.distance, kind="stable")[:_EXAMPLE_PAIRS]
    models = train.sketches(closest.which[suspects])
    return Examples(
        tuple(generated[:_EXAMPLES]),
        # Without reconstructions there are no pairs.
        tuple(map(Pair, originals, reconstructed)),
        tuple(Pair(generated[place], model) for place, model in zip(suspects.tolist(), models, strict=True)),
    )


def _report(scores: Evaluation, seen: Mapping[str, _Seen], examples: dict[str, Examples]) -> Report:
    classes = {name: _measures(scores.classes[name], [own], own.recognised) for name, own in seen.items()}
    ways = ("real", "generated", "reconstructed", "interpolated")
    means = {way: _mean(getattr(own.recognised, way) for own in seen.values()) for way in ways}
    return Report(_measures(scores.overall, list(seen.values()), Recognised(**means)), classes, examples)


def _measures(score: Score, seen: list[_Seen], recognised: Recognised) -> Measures:
    """The measures of some classes together, from their pooled features."""
    real, train, generated = (
        np.concatenate([getattr(own, kind) for own in seen]) for kind in ("real", "train", "generated")
    )
    within = precision_recall(real, generated)
    return Measures(
        score=score,
        drawn=sum(own.drawn for own in seen),
        never_ending_before=float(np.mean([own.never_ending_before for own in seen])),
        never_ending_after=float(np.mean([own.never_ending_after for own in seen])),
        recognised=recognised,
        frechet=frechet_distance(generated, real),
        frechet_real=frechet_distance(train, real),
        precision=within.precision,
        recall=within.recall,
        nearest_generated=float(np.median(np.concatenate([own.distance_generated for own in seen]))),
        nearest_real=float(np.median(np.concatenate([own.distance_real for own in seen]))),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
