"""The settings of a training run, and the TOML files that hold them.

A file names the classes and what differs from a preset::

    data = "drawings"
    preset = "magenta"
    classes = ["cat", "chair"]
    steps = 40000

    [architecture]
    class_size = 32

    [augmentation]
    scale = 0.1

Beside the settings it may name places: ``data``, ``out``, and ``start``, the model to go on from.
"""

from __future__ import annotations

import difflib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from sketchdesign.core.errors import CheckpointError, InputError
from sketchdesign.core.quickdraw import read_bytes
from sketchdesign.model.architecture import Architecture
from sketchdesign.model.info import check_architecture
from sketchdesign.model.zoo import find_models
from sketchdesign.training.data import Augmentation


@dataclass(frozen=True)
class TrainConfig:
    """One run. The defaults train a small VAE on a few classes of QuickDraw on two CPU cores.

    Attributes:
        classes: class names, in the order of their indices; one file each in the data's splits.
        name, licence, source: what the finished model says about itself and about its drawings.
        max_points: drawings with more points are left out. N_max, by which losses are normalised, is the same.
        architecture: sizes and cells of the network.
        augmentation: how drawings are varied.
        batch_size, steps: drawings per step and length of the run.
        learning_rate: peak; reached after ``warmup`` steps.
        schedule: how it falls from there to ``final_rate`` of it: "cosine" arrives at the last step, "exponential"
            comes closer by the factor ``rate_decay`` with each step.
        weight_decay: decoupled (AdamW).
        clip_norm, clip_value: limits of the gradient's global norm and of each of its elements; 0 sets none.
        kl_weight, kl_floor, kl_anneal, kl_start: w_KL, KL_min, R and eta_min of eq. 11. A kl_start of 1 skips the
            annealing, as befits a run that goes on from a finished model.
        recurrent_keep: keep probability of recurrent dropout (0.9 in the paper; 1 turns it off), to 1/256.
        output_dropout: dropout on the decoder's hidden vector before the mixture head, to 1/256.
        ema: decay of the averaged weights, which are the ones to evaluate and to publish; 0 follows the weights.
        seed: everything random derives from it and the step's number.
        precision: "bfloat16" or "float32" for the recurrent products; "auto" asks the processor.
        compile: compile the step-by-step cells (layer_norm, hyper) on a GPU; costs a minute at the start.
        evaluate_every, save_every: in steps.
        patience: stop after this many evaluations without a better one, and publish the best; 0 goes on to the end
            and publishes what is there.

    Raises:
        InputError: a setting is out of its range, or two contradict each other.
    """

    classes: tuple[str, ...]
    name: str = ""
    licence: str = ""
    source: str = ""
    max_points: int = 100
    architecture: Architecture = field(default_factory=lambda: Architecture(log_sigma_min=-6.0))
    augmentation: Augmentation = field(default_factory=Augmentation)
    batch_size: int = 128
    steps: int = 20_000
    learning_rate: float = 1e-3
    warmup: int = 200
    schedule: Literal["cosine", "exponential"] = "cosine"
    final_rate: float = 0.02
    rate_decay: float = 0.9999
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    clip_value: float = 0.0
    kl_weight: float = 0.5
    kl_floor: float = 0.2
    kl_anneal: float = 0.9995
    kl_start: float = 0.01
    recurrent_keep: float = 1.0
    output_dropout: float = 0.1
    ema: float = 0.999
    seed: int = 1
    compile: bool = False
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    evaluate_every: int = 1000
    save_every: int = 500
    patience: int = 0

    def __post_init__(self) -> None:
        if not self.classes:
            raise InputError("no classes are given", hint='write for example classes = ["cat"]')
        if len(set(self.classes)) != len(self.classes):
            raise InputError("a class is given twice")
        for key, (low, high) in _RANGES.items():
            value = getattr(self, key)
            if not low <= value <= high:
                raise InputError(f"{key} is {value:g}", hint=f"choose a value from {low:g} to {high:g}")
        for key in ("scale", "drop", "jitter_px"):
            value = getattr(self.augmentation, key)
            if not 0.0 <= value < (math.inf if key == "jitter_px" else 1.0):
                raise InputError(f"augmentation.{key} is {value:g}", hint="choose a value of at least 0 and below 1")
        if self.architecture.class_count not in (0, len(self.classes)):
            raise InputError(
                f"the network has {self.architecture.class_count} classes, but {len(self.classes)} are given"
            )

    @property
    def model_name(self) -> str:
        """What the finished model is called: its name, or its classes."""
        return self.name or "-".join(self.classes[:3]) + ("-and-more" if len(self.classes) > 3 else "")

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values, for provenance."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain


_RANGES: dict[str, tuple[float, float]] = {
    "max_points": (3, 100_000),
    "batch_size": (1, 100_000),
    "steps": (1, 10**9),
    "learning_rate": (0.0, 1.0),
    "warmup": (0, 10**9),
    "final_rate": (0.0, 1.0),
    "rate_decay": (0.0, 1.0),
    "weight_decay": (0.0, 10.0),
    "clip_norm": (0.0, 1e6),
    "clip_value": (0.0, 1e6),
    "kl_weight": (0.0, 1e3),
    "kl_floor": (0.0, 1e3),
    "kl_anneal": (0.0, 1.0),
    "kl_start": (0.0, 1.0),
    "recurrent_keep": (0.01, 1.0),
    "output_dropout": (0.0, 0.99),
    "ema": (0.0, 1.0),
    "seed": (0, 2**31 - 1),
    "evaluate_every": (1, 10**9),
    "save_every": (1, 10**9),
    "patience": (0, 10**9),
}

PRESETS: dict[str, dict[str, Any]] = {
    # Ha & Eck 2017, section 3 and appendix: HyperLSTM decoder of 2048, layer-norm encoder of 512.
    "paper": {
        "max_points": 250,
        "architecture": Architecture(decoder="hyper", decoder_size=2048, encoder="layer_norm", encoder_size=512),
        "augmentation": Augmentation(scale=0.10, drop=0.0, jitter_px=0.0),
        "batch_size": 100,
        "learning_rate": 1e-4,
        "warmup": 0,
        "final_rate": 1.0,
        "weight_decay": 0.0,
        "clip_norm": 0.0,
        "clip_value": 1.0,
        "kl_anneal": 0.99999,
        "recurrent_keep": 0.9,
        "output_dropout": 0.0,
        "ema": 0.0,
    },
    # The defaults of Magenta's sketch_rnn. Its KL weight starts at 0.01, of which w_KL is 0.5.
    "magenta": {
        "max_points": 250,
        "architecture": Architecture(),
        "augmentation": Augmentation(scale=0.15, drop=0.10, jitter_px=0.0),
        "batch_size": 100,
        "steps": 10_000_000,
        "learning_rate": 1e-3,
        "warmup": 0,
        "schedule": "exponential",
        "final_rate": 0.01,
        "rate_decay": 0.9999,
        "weight_decay": 0.0,
        "clip_norm": 0.0,
        "clip_value": 1.0,
        "kl_anneal": 0.99995,
        "kl_start": 0.02,
        "recurrent_keep": 0.9,
        "output_dropout": 0.0,
        "ema": 0.0,
    },
}
"""Named base settings; a file says what differs from one of them."""


@dataclass(frozen=True)
class RunFile:
    """What a TOML file says.

    Attributes:
        config: the settings.
        data: the folder of drawings; None if the file does not say.
        out: the folder to write to; by default one beside the file, of its name without ending.
        start: name or path of the model to go on from; empty for a fresh start.
    """

    config: TrainConfig
    data: Path | None
    out: Path
    start: str


PLACES = ("data", "out", "start")


def load_run(path: Path) -> RunFile:
    """Read a TOML file of settings and places. Places are relative to the file; a bundled model goes by its name.

    ``class_count`` follows from the classes once ``class_size`` is set, and a network without z has no encoder.

    Raises:
        InputError: the file cannot be read or is no TOML, a key is unknown, or a value has the wrong type or range.
    """
    try:
        table = tomllib.loads(read_bytes(path).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path} is no TOML file: {error}") from error
    try:
        places = {key: _place(key, table.pop(key)) for key in PLACES if key in table}
        config = config_from_table(table)
    except InputError as error:
        raise InputError(f"{path}: {error.what}", hint=error.hint) from None
    start = places.get("start", "")
    return RunFile(
        config,
        data=path.parent / places["data"] if "data" in places else None,
        out=path.parent / places.get("out", path.stem),
        start=start if not start or start in dict(find_models()) else str(path.parent / start),
    )


def load_config(path: Path) -> TrainConfig:
    """The settings of a TOML file; see `load_run`."""
    return load_run(path).config


def _place(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise InputError(f"{key} is {value!r}", hint="give a path in quotation marks")
    return value


def config_from_table(table: Mapping[str, Any]) -> TrainConfig:
    """Settings from the plain values of a TOML document; see `load_config`."""
    values = dict(table)
    preset = values.pop("preset", None)
    if preset is not None and preset not in PRESETS:
        raise InputError(f"preset {preset!r} is unknown", hint=f"use {' or '.join(PRESETS)}")
    if "classes" not in values:
        raise InputError("no classes are given", hint='write for example classes = ["cat"]')
    base = TrainConfig(classes=("",), **(PRESETS[preset] if preset else {}))
    config = _updated(replace(base, classes=_texts("classes", values.pop("classes"))), values, "")
    return replace(config, architecture=_completed(config.architecture, len(config.classes)))


def _completed(architecture: Architecture, class_count: int) -> Architecture:
    architecture = replace(
        architecture,
        class_count=class_count if architecture.class_size else 0,
        encoder_size=architecture.encoder_size if architecture.z_size else 0,
    )
    try:
        check_architecture(architecture)
    except CheckpointError as error:
        raise InputError(f"the architecture is impossible: {error.what}") from None
    return architecture


Settings = TypeVar("Settings", TrainConfig, Architecture, Augmentation)

_DERIVED = {"class_count"}


def _updated(base: Settings, table: Mapping[str, Any], where: str) -> Settings:
    """``base`` with the values of ``table``, whose keys and types are checked. ``where`` is empty or ends in a dot."""
    known: set[str] = {item.name for item in fields(base)} - _DERIVED
    names = sorted(known if where else known.union(PLACES))
    hints = get_type_hints(type(base))
    changes: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, names, n=1)
            guess = f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"
            raise InputError(f"{where}{key} is no setting", hint=guess)
        changes[key] = _typed(f"{where}{key}", value, hints[key], getattr(base, key))
    return replace(base, **changes)


def _typed(key: str, value: Any, hint: Any, base: Any) -> Any:
    if isinstance(base, Architecture):
        return _updated(base, _table(key, value), f"{key}.")
    if isinstance(base, Augmentation):
        return _updated(base, _table(key, value), f"{key}.")
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        if value not in choices:
            raise InputError(f"{key} is {value!r}", hint=f"use {', '.join(choices)}")
        return value
    if hint in (int, str, bool):
        expected = {int: "a whole number", str: "a text", bool: "true or false"}[hint]
        fits = type(value) is hint
    elif get_origin(hint) is tuple:
        return _texts(key, value)
    else:
        expected = "a number"
        fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e12
    if not fits:
        raise InputError(f"{key} is {value!r}", hint=f"give {expected}")
    return value if hint in (int, str, bool) else float(value)


def _table(key: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{key} is not a table", hint=f"write [{key}] and its settings below it")
    return value


def _texts(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise InputError(f"{key} is {value!r}", hint="give a list of names")
    return tuple(value)
