"""What a model says about itself: the header of a checkpoint, checked before anything is allocated for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NoReturn, get_args

from sketchdesign.core.errors import CheckpointError
from sketchdesign.model import fields
from sketchdesign.model.architecture import Architecture, CellKind

FORMAT_VERSION = 1

StartToken = tuple[float, float, float, float, float]
REFERENCE_START: StartToken = (0.0, 0.0, 1.0, 0.0, 0.0)
"""The first decoder input of the paper and of the reference implementation: no offset, pen down."""
ZERO_START: StartToken = (0.0, 0.0, 0.0, 0.0, 0.0)
"""The first decoder input that the models published with sketch-rnn-js were trained for."""

_SIZES = {
    "decoder_size": (1, 8192),
    "encoder_size": (0, 8192),
    "z_size": (0, 2048),
    "mixtures": (1, 500),
    "class_count": (0, 10_000),
    "class_size": (0, 2048),
    "hyper_size": (1, 4096),
    "hyper_embedding": (1, 2048),
}
_LONGEST_DRAWING = 100_000
_LONGEST_TEXT = 10_000


@dataclass(frozen=True)
class ModelInfo:
    """A model's description.

    Attributes:
        name: what the model is called in lists and recipes.
        architecture: everything that decides the shapes of its tensors.
        max_points: the most points of a drawing that it was trained on, N_max.
        scale_factor: pixels of the training drawings per model unit.
        start_token: the stroke-5 row that the decoder reads first.
        implicit_first_point: True where the origin is the drawing's first point and has no row of its own.
        classes: names of what it draws; one per embedding in a class-conditioned model.
        licence: of the weights.
        data: what it was trained on, with the attribution that data asks for.
        steps: how many training steps made it.
        losses: its losses on drawings it was not trained on, in nats.
        settings: how it was trained; plain JSON values.

    Raises:
        CheckpointError: a number lies outside what any sketch-rnn could have, or two of them contradict each other.
    """

    name: str
    architecture: Architecture
    max_points: int
    scale_factor: float = 1.0
    start_token: StartToken = REFERENCE_START
    implicit_first_point: bool = True
    classes: tuple[str, ...] = ()
    licence: str = ""
    data: str = ""
    steps: int = 0
    losses: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_architecture(self.architecture)
        _check_range("max_points", self.max_points, 1, _LONGEST_DRAWING)
        _check_range("scale_factor", self.scale_factor, 1e-6, 1e6)
        _check_range("steps", self.steps, 0, 10**12)
        for value in self.start_token:
            _check_range("a value of start_token", value, -1000, 1000)
        for key, loss in self.losses.items():
            _check_range(f"the loss {key}", loss, -1e6, 1e6)
        for key in ("name", "licence", "data"):
            if len(getattr(self, key)) > _LONGEST_TEXT:
                raise CheckpointError(f"its {key} is longer than {_LONGEST_TEXT} letters")
        count = self.architecture.class_count
        if count and count != len(self.classes):
            raise CheckpointError(f"it has {count} class embeddings but names {len(self.classes)} classes")

    @property
    def latent_count(self) -> int:
        """C, the number of Gaussians that a `LatentGaussian` of this model holds: one per class, at least one."""
        return max(1, len(self.classes))


def check_architecture(architecture: Architecture) -> None:
    """Refuse sizes that no sketch-rnn has, or that contradict each other.

    Raises:
        CheckpointError: with the first such size.
    """
    a = architecture
    for key, (low, high) in _SIZES.items():
        _check_range(key, getattr(a, key), low, high)
    if a.log_sigma_min is not None:
        _check_range("log_sigma_min", a.log_sigma_min, -50, 10)
    if a.conditional != (a.encoder_size > 0):
        raise CheckpointError(f"z_size is {a.z_size} but encoder_size is {a.encoder_size}")
    if (a.class_count > 0) != (a.class_size > 0):
        raise CheckpointError(f"class_count is {a.class_count} but class_size is {a.class_size}")
    if a.learned_prior and not (a.class_count and a.conditional):
        raise CheckpointError("it claims a learned prior without having both classes and a latent vector")


def info_to_json(info: ModelInfo) -> str:
    """The header as one line of JSON; equal infos give equal text.

    Raises:
        CheckpointError: ``settings`` or ``losses`` hold something JSON has no word for.
    """
    try:
        document = {"format": FORMAT_VERSION} | asdict(info)
        return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"the description of {info.name} is not plain JSON: {error}") from error


def info_from_json(header: str) -> ModelInfo:
    """Read what `info_to_json` wrote.

    Raises:
        CheckpointError: the text is damaged, of a later version, or describes an impossible model.
    """
    document = _document(header)
    version = fields.whole(document, "format")
    if version > FORMAT_VERSION:
        raise CheckpointError(f"it has format {version}, from a later version of sketchdesign", hint="update it")
    losses = fields.mapping(document, "losses")
    return ModelInfo(
        name=fields.text(document, "name"),
        architecture=_architecture(fields.mapping(document, "architecture")),
        max_points=fields.whole(document, "max_points"),
        scale_factor=fields.number(document, "scale_factor"),
        start_token=read_start_token(document),
        implicit_first_point=fields.flag(document, "implicit_first_point"),
        classes=fields.texts(document, "classes"),
        licence=fields.text(document, "licence"),
        data=fields.text(document, "data"),
        steps=fields.whole(document, "steps"),
        losses={key: fields.number(losses, key) for key in losses},
        settings=fields.mapping(document, "settings"),
    )


def read_start_token(document: fields.Fields) -> StartToken:
    """The five numbers under ``start_token``.

    Raises:
        CheckpointError: there are not five, or they are no numbers.
    """
    token = fields.numbers(document, "start_token")
    if len(token) != 5:
        raise CheckpointError(f"start_token has {len(token)} numbers, expected 5")
    return token


def _document(header: str) -> fields.Fields:
    try:
        document = json.loads(header, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise CheckpointError("its header is not valid JSON") from error
    if not isinstance(document, dict):
        raise CheckpointError("its header is not a JSON object")
    return document


def _architecture(document: fields.Fields) -> Architecture:
    # A field that a file does not have is one that came later than the file: its default is what the file meant.
    values: dict[str, Any] = {}
    for key in document:
        if key in _SIZES:
            values[key] = fields.whole(document, key)
        elif key in ("decoder", "encoder"):
            values[key] = _cell_kind(document, key)
        elif key == "log_sigma_min":
            values[key] = None if document[key] is None else fields.number(document, key)
        elif key == "learned_prior":
            values[key] = fields.flag(document, key)
        else:
            raise CheckpointError(f"its architecture has an unknown field {key!r:.40}", hint="update sketchdesign")
    return Architecture(**values)


def _cell_kind(document: fields.Fields, key: str) -> CellKind:
    kinds: tuple[CellKind, ...] = get_args(CellKind)
    for kind in kinds:
        if document[key] == kind:
            return kind
    raise CheckpointError(f"its {key} is {document[key]!r:.40}, expected {' or '.join(kinds)}")


def _check_range(name: str, value: float, low: float, high: float) -> None:
    # Written so that NaN fails too.
    if not low <= value <= high:
        raise CheckpointError(f"{name} is {value!s:.20}, expected {low} to {high}")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
