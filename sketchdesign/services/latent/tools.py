"""What the latent tools share: sketches encoded, points of latent space drawn, and the board they end up on."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import FloatArray
from sketchdesign.design.latentboard import Cell
from sketchdesign.model.sampling import Sampling
from sketchdesign.services.generate import DrawnSketch, GenerateSettings, class_labels
from sketchdesign.services.inputs import GivenSketch, SeenSketch, as_seen
from sketchdesign.services.jobs import Progress

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.model.critic import Aim, Merit
    from sketchdesign.model.pool import Request

MOST_CELLS = 10_000


@dataclass(frozen=True)
class Board:
    """What a tool made.

    Attributes:
        cells: inputs and results in their places.
        rows, columns: of cells.
        results: the sketches that were drawn, row by row.
        recipe: how to make them again.
        report: what a script wants to know.
    """

    cells: tuple[Cell, ...]
    rows: int
    columns: int
    results: tuple[DrawnSketch, ...]
    recipe: dict[str, Any]
    report: dict[str, Any]


@dataclass(frozen=True)
class Encoded:
    """An input in latent space.

    Attributes:
        seen: as the model sees it.
        mu, sigma: float32 [z_size], mean and standard deviation of q(z | sketch).
        label: the class it is decoded as.
    """

    seen: SeenSketch
    mu: FloatArray
    sigma: FloatArray
    label: int


@dataclass(frozen=True)
class Points:
    """Points to be drawn.

    Attributes:
        z: float32 [n, z_size], or None for a decoder-only model.
        vectors: float32 [n, class_size] class embeddings, or None for a model without classes.
        labels: the class that each is called by.
    """

    z: FloatArray | None
    vectors: FloatArray | None
    labels: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.labels)


class Studio:
    """A model at work on one task.

    Args:
        model: the checkpoint.
        settings: seed, temperatures, class, candidates, device; the count is not used.
        fresh: independent noise for each sketch. Otherwise all share theirs, so that neighbours in latent space are
            alike on paper and a point is drawn alike wherever it stands.

    Raises:
        InputError: the class is not one of the model's, or the device is not there.
    """

    def __init__(self, model: Model, settings: GenerateSettings, *, fresh: bool = False) -> None:
        from sketchdesign.model.runtime import choose_device, choose_threads
        from sketchdesign.model.sampler import Sampler

        self.asked_label = class_labels(model.info.classes, settings)[0] if settings.class_name else None
        self.model = model
        self.settings = settings
        self.fresh = fresh
        self.words = model.info.classes or (model.info.name,)
        self.rejected: Counter[str] = Counter()
        self.sampler = Sampler(model, choose_device(settings.device), choose_threads(settings.threads))

    def encode(self, inputs: Sequence[GivenSketch]) -> list[Encoded]:
        """Encode inputs.

        Raises:
            InputError: the model has no encoder, or cannot read one of them.
        """
        from sketchdesign.model.encode import check_encoder, encode

        check_encoder(self.model.info)
        seen = [as_seen(self.model.info, given) for given in inputs]
        encoding = encode(self.model, [each.rows for each in seen])
        labels = self.labels(inputs, [each.rows for each in seen])
        return [Encoded(*each) for each in zip(seen, encoding.mu, encoding.sigma, labels, strict=True)]

    def read_set(self, inputs: Sequence[GivenSketch]) -> FloatArray:
        """The encodings float32 [n, z_size] of many sketches; those that are too long for the model are left out.

        Raises:
            InputError: the model has no encoder, or can read none of them.
        """
        from sketchdesign.model.encode import check_encoder, encode

        check_encoder(self.model.info)
        rows = []
        refusal = InputError("there is no sketch to learn from", hint="name a file that holds some")
        for given in inputs:
            try:
                rows.append(as_seen(self.model.info, given).rows)
            except InputError as error:
                refusal = error
        if not rows:
            raise refusal
        return encode(self.model, rows).mu

    def labels(self, inputs: Sequence[GivenSketch], rows: Sequence[FloatArray]) -> list[int]:
        """The class of each input: the one that was asked for, else what it is said to be, else the likeliest.

        Args:
            inputs: as they came.
            rows: the same as the model sees them.
        """
        from sketchdesign.model.recognise import likeliest_classes

        known = [self.known_label(each) for each in inputs]
        return [
            likeliest_classes(self.model, [own])[0] if label is None else label
            for label, own in zip(known, rows, strict=True)
        ]

    def known_label(self, given: GivenSketch) -> int | None:
        """The class that was asked for, else what an input is said to be; None where nobody says it."""
        if self.asked_label is not None or len(self.words) == 1:
            return self.asked_label or 0
        return self.words.index(given.word) if given.word in self.words else None

    def points(self, z: FloatArray | None, labels: Sequence[int], weights: NDArray[np.float64] | None = None) -> Points:
        """Points of latent space, each of a class or of a blend of classes.

        Args:
            z: float32 [n, z_size].
            labels: the class of each point; with ``weights`` those of the k points that are blended.
            weights: [n, k] how much of each of them; rows sum to 1.
        """
        from sketchdesign.model.latent import class_vectors

        vectors = class_vectors(self.model, labels, self.settings.sampling.class_guidance)
        if weights is None:
            return Points(z, vectors, tuple(labels))
        named = tuple(labels[nearest] for nearest in weights.argmax(axis=1).tolist())
        if vectors is not None:
            vectors = np.einsum("nk,kc->nc", weights, vectors.astype(np.float64)).astype(np.float32)
        return Points(z, vectors, named)

    def points_of(self, encoded: Sequence[Encoded]) -> Points:
        """The points that inputs were encoded to."""
        return self.points(np.stack([each.mu for each in encoded]), [each.label for each in encoded])

    def draw(
        self,
        points: Points,
        sampling: Sampling | None = None,
        begun: Sequence[FloatArray] = (),
        aim: Aim | None = None,
    ) -> Generator[Progress, None, list[DrawnSketch]]:
        """Draw a sketch at each point, several candidates and anew until it ends, as the settings say.

        Args:
            points: where.
            sampling: how; as the settings say by default.
            begun: rows that each begins with.
            aim: what they are to show, see `aim`. Default: whatever they like.
        """
        from sketchdesign.model.drawing import ANYTHING, draw_curated

        count = len(points)
        drawn = yield from draw_curated(
            self.sampler,
            count,
            partial(self._request, points, begun),
            self.settings.sampling if sampling is None else sampling,
            self.settings.curation(),
            lambda good: Progress(good, count, "sketches"),
            self.settings.precedence(count),
            ANYTHING if aim is None else aim,
        )
        self.rejected += drawn.rejected
        return [
            DrawnSketch(each.sketch, self.words[label], each.ended)
            for each, label in zip(drawn.sketches, points.labels, strict=True)
        ]

    def aim(self, points: Points, merit: Merit | None = None) -> Aim:
        """To show the class of each point, and to be the best of several by ``merit``, if the sampling allows it."""
        from sketchdesign.model.critic import Aim

        return Aim([self.words[label] for label in points.labels], merit)

    def recipe(self, command: str, inputs: Sequence[Encoded], operation: dict[str, Any]) -> dict[str, Any]:
        """How a board is made again: the model, the inputs with their z, and what was done with them."""
        settings = self.settings.to_json()
        del settings["count"]
        return {
            "command": command,
            "model": {"name": self.model.info.name, "sha256": self.model.sha256},
            "sampling": settings | {"fresh": self.fresh},
            "inputs": [self.input_json(each) for each in inputs],
            "operation": operation,
        }

    def counts(self, drawn: Sequence[DrawnSketch]) -> dict[str, Any]:
        """What every tool reports of its results."""
        return {
            "sketches": len(drawn),
            "ended_share": sum(each.ended for each in drawn) / len(drawn),
            "rejected": dict(self.rejected),
            "seed": self.settings.seed,
            "device": self.sampler.device.type,
        }

    def input_json(self, encoded: Encoded) -> dict[str, Any]:
        """An input's polylines, class and z."""
        return {**encoded.seen.to_json(), "class": self.words[encoded.label], "z": z_text(encoded.mu)}

    def _request(
        self, points: Points, begun: Sequence[FloatArray], numbers: list[int], candidate: int, attempt: int
    ) -> Request:
        from sketchdesign.model.pool import Request

        places = numbers if self.fresh else [0] * len(numbers)
        keys = [
            self.settings.stream("latent", number, candidate, attempt, stands_for=place)
            for number, place in zip(numbers, places, strict=True)
        ]
        return Request(
            np.array(keys, np.uint64),
            None if points.z is None else points.z[numbers],
            None if points.vectors is None else points.vectors[numbers],
            scored=self.settings.best_of > 1,
            begun=[begun[number] for number in numbers] if begun else (),
        )


def z_text(z: FloatArray) -> str:
    """A latent vector as base64 of little-endian float32."""
    return base64.b64encode(z.astype("<f4").tobytes()).decode()


def check_count(count: int, what: str) -> None:
    """Refuse nothing and far too many.

    Raises:
        InputError: the count is not from 1 to `MOST_CELLS`.
    """
    if not 1 <= count <= MOST_CELLS:
        raise InputError(f"{count} {what} are out of range", hint=f"choose a number from 1 to {MOST_CELLS}")
