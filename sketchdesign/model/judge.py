"""The judge: a small network that looks at a drawing as a picture and names its class.

It measures sketch models and takes no part in them. What it reports rests on pictures alone, so drawings of people
and of any model are judged alike. Its file is a ``.safetensors`` of half-precision tensors whose metadata entry
``sketchdesign-judge`` holds a JSON header; nothing in it is run, and nothing is read before sizes are known to fit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

from sketchdesign.core.errors import CheckpointError, InputError
from sketchdesign.core.files import atomic_path
from sketchdesign.core.strokes import FloatArray
from sketchdesign.model import fields
from sketchdesign.model.header import file_sha256, opened, reading
from sketchdesign.model.raster import SIZE_PX, Outlines, rasterise
from sketchdesign.model.tensors import Shape, Unfilled, check_finite, check_shapes
from sketchdesign.model.zoo import BUNDLE_FOLDERS

JUDGE_KEY = "sketchdesign-judge"
FORMAT_VERSION = 1
MAX_JUDGE_BYTES = 64 * 2**20

_BUNDLED = Path("judge") / "judge.safetensors"
_BUNDLED_CRITIC = Path("judge") / "critic.safetensors"
_COUNTER = "num_batches_tracked"
"""A number of batch normalisation that nothing here reads; it is not written."""
_BATCH = 256
_LARGEST = {"size_px": 256, "width": 128, "feature_size": 2048}
_MOST_CLASSES = 10_000


@dataclass(frozen=True)
class JudgeInfo:
    """A judge's description.

    Attributes:
        classes: the names it chooses from.
        size_px: side of the pictures it looks at.
        width: channels of its first layer.
        feature_size: length of the vector before its last layer.
        accuracy: share of drawings it was not trained on that it names right; 0 where that was not measured.
        data: what it was trained on, with the attribution that data asks for.
        licence: of the weights.
        settings: how it was trained; plain JSON values.

    Raises:
        CheckpointError: a number lies outside what any judge could have.
    """

    classes: tuple[str, ...]
    size_px: int = SIZE_PX
    width: int = 32
    feature_size: int = 128
    accuracy: float = 0.0
    data: str = ""
    licence: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key, largest in _LARGEST.items():
            if not 1 <= getattr(self, key) <= largest:
                raise CheckpointError(f"{key} is {getattr(self, key)}, expected 1 to {largest}")
        if self.size_px % 2:
            raise CheckpointError(f"size_px is {self.size_px}, expected an even number")
        if not 0.0 <= self.accuracy <= 1.0:
            raise CheckpointError(f"the accuracy is {self.accuracy}, expected 0 to 1")
        if not 1 <= len(self.classes) <= _MOST_CLASSES or len(set(self.classes)) < len(self.classes):
            raise CheckpointError("its classes are none, too many, or named twice")


class Block(nn.Module):
    """Two 3x3 convolutions, the first of which halves the picture, and a way around the second."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.halve = nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False)
        self.halve_norm = nn.BatchNorm2d(outputs)
        self.refine = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.refine_norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.halve_norm(self.halve(x)))
        return torch.relu(x + self.refine_norm(self.refine(x)))


class JudgeNetwork(nn.Module):
    """Pictures [B, 1, S, S] of ink 0..1 to features [B, F] and logits [B, C]."""

    def __init__(self, info: JudgeInfo) -> None:
        super().__init__()
        width = info.width
        # Four neighbouring pixels become channels: as good as a first layer at full size, at a quarter of its cost.
        self.stem = nn.Conv2d(4, width, 3, 1, 1, bias=False)
        self.stem_norm = nn.BatchNorm2d(width)
        self.blocks = nn.Sequential(Block(width, 2 * width), Block(2 * width, 4 * width), Block(4 * width, 8 * width))
        self.features = nn.Linear(8 * width, info.feature_size)
        self.classes = nn.Linear(info.feature_size, len(info.classes))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        x = nn.functional.pixel_unshuffle(pictures, 2).contiguous(memory_format=torch.channels_last)
        x = self.blocks(torch.relu(self.stem_norm(self.stem(x))))
        features = torch.relu(self.features(x.mean(dim=(2, 3))))
        return features, self.classes(features)


class Judgement(NamedTuple):
    """What a judge makes of N sketches.

    Attributes:
        features: float32 [N, F], the vectors before its last layer.
        labels: int64 [N], the likeliest class of each.
    """

    features: FloatArray
    labels: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Judge:
    """A judge in memory.

    Attributes:
        info: its description.
        network: frozen, float32, in evaluation mode, on the CPU.
        sha256: of the file it came from.
    """

    info: JudgeInfo
    network: JudgeNetwork
    sha256: str = ""

    def look(self, drawn: Outlines) -> Judgement:
        """Judge sketches by their pictures, a few at a time so that any number of them fits into memory."""
        count = len(drawn.starts) - 1
        features = np.empty((count, self.info.feature_size), np.float32)
        labels = np.empty(count, np.int64)
        with torch.inference_mode():
            for begin in range(0, count, _BATCH):
                end = min(count, begin + _BATCH)
                pictures = rasterise(drawn.part(begin, end), self.info.size_px)
                seen, logits = self.network(as_input(pictures))
                features[begin:end], labels[begin:end] = seen.numpy(), logits.argmax(dim=1).numpy()
        return Judgement(features, labels)

    def labels_of(self, names: tuple[str, ...]) -> NDArray[np.int64]:
        """The judge's number of each class name; -1 for those it does not know."""
        return np.array([self.info.classes.index(name) if name in self.info.classes else -1 for name in names])


def as_input(pictures: NDArray[np.uint8]) -> Tensor:
    """Pictures uint8 [N, S, S] as the network's input, float32 [N, 1, S, S]."""
    return torch.from_numpy(pictures).unsqueeze(1).float() / 255.0


def bundled_judge() -> Path:
    """The judge that comes with the product.

    Raises:
        InputError: this installation has none.
    """
    found = _bundled(_BUNDLED)
    if found is None:
        raise InputError("no judge is bundled with this installation", hint="train one, and name it with --judge")
    return found


def bundled_critic() -> Path | None:
    """The judge that `critic` rejects sketches by, if this installation has it."""
    return _bundled(_BUNDLED_CRITIC)


def _bundled(name: Path) -> Path | None:
    return next((folder / name for folder in BUNDLE_FOLDERS if (folder / name).is_file()), None)


def save_judge(path: Path, info: JudgeInfo, network: JudgeNetwork) -> None:
    """Write a judge in half precision, all of it or nothing.

    Raises:
        CheckpointError: a tensor is not finite, or too large for half precision.
        OutputError: the file cannot be written.
    """
    stored = {
        name: tensor.detach().cpu().to(torch.float16).contiguous()
        for name, tensor in network.state_dict().items()
        if not name.endswith(_COUNTER)
    }
    check_finite(stored)
    header = json.dumps({"format": FORMAT_VERSION} | asdict(info), sort_keys=True, allow_nan=False)
    with atomic_path(path) as temporary:
        save_file(stored, temporary, {JUDGE_KEY: header})


def load_judge(path: Path) -> Judge:
    """Open a judge's file.

    Raises:
        CheckpointError: it is missing, damaged, too large, of a later version, or not a judge.
    """
    with reading(path):
        with opened(path, "pt", MAX_JUDGE_BYTES) as file:
            info = _info((file.metadata() or {}).get(JUDGE_KEY))
            _check_tensors(info, file)
            # A copy, because the file's own memory map would not survive a change of the file.
            state = {name: file.get_tensor(name).to(torch.float32, copy=True) for name in file.keys()}  # noqa: SIM118
        check_finite(state)
        return Judge(info, _network(info, state), file_sha256(path))


def _network(info: JudgeInfo, state: dict[str, Tensor]) -> JudgeNetwork:
    network = _hollow(info)
    counters = {name: torch.zeros((), dtype=torch.int64) for name in network.state_dict() if name.endswith(_COUNTER)}
    network.load_state_dict(state | counters, assign=True)
    return network.requires_grad_(False).eval()


def _hollow(info: JudgeInfo) -> JudgeNetwork:
    with torch.device("meta"), Unfilled():
        return JudgeNetwork(info)


def _check_tensors(info: JudgeInfo, file: Any) -> None:
    expected: dict[str, Shape] = {
        name: tuple(tensor.shape) for name, tensor in _hollow(info).state_dict().items() if not name.endswith(_COUNTER)
    }
    parts = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
    check_shapes({name: tuple(part.get_shape()) for name, part in parts.items()}, expected)
    for name, part in parts.items():
        if part.get_dtype() != "F16":
            raise CheckpointError(f"{name} has type {part.get_dtype()}, expected F16")


def _info(header: str | None) -> JudgeInfo:
    if header is None:
        raise CheckpointError("it is a safetensors file of another kind, not a judge")
    try:
        document = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise CheckpointError("its header is not valid JSON") from error
    if not isinstance(document, dict):
        raise CheckpointError("its header is not a JSON object")
    if fields.whole(document, "format") > FORMAT_VERSION:
        raise CheckpointError("it is from a later version of sketchdesign", hint="update it")
    return JudgeInfo(
        classes=fields.texts(document, "classes"),
        size_px=fields.whole(document, "size_px"),
        width=fields.whole(document, "width"),
        feature_size=fields.whole(document, "feature_size"),
        accuracy=fields.number(document, "accuracy"),
        data=fields.text(document, "data"),
        licence=fields.text(document, "licence"),
        settings=fields.mapping(document, "settings"),
    )
