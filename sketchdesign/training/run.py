"""A whole training run in one folder: train, save, go on after a stop, and write the finished model.

The folder holds ``state.safetensors`` (everything needed to go on), ``losses.csv``, ``run.json`` (the settings and
what was read), pictures (``drawings.png``, a random part of what is learned; ``samples.png`` and ``losses.png``, made
anew with every evaluation) and at the end ``<name>.safetensors``, the model for the application.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

import torch

from sketchdesign import __version__
from sketchdesign.core.errors import CancelledError, OutputError, SketchFormatError
from sketchdesign.core.files import write_atomic
from sketchdesign.model.checkpoint import LatentGaussian, save_model
from sketchdesign.model.header import SUFFIX
from sketchdesign.model.info import REFERENCE_START, ModelInfo
from sketchdesign.model.tensors import network_from_state
from sketchdesign.model.zoo import open_model
from sketchdesign.training.best import BestWeights
from sketchdesign.training.config import TrainConfig
from sketchdesign.training.distributed import ALONE, STOP_ASKED_EVERY, Ranks
from sketchdesign.training.evaluate import Evaluation, evaluate
from sketchdesign.training.history import LossTable, Progress
from sketchdesign.training.latent_fit import fit_latent
from sketchdesign.training.loop import CPU, Losses, StepReport, Trainer
from sketchdesign.training.pictures import contact_sheet, drawings_sheet, loss_curves
from sketchdesign.training.readers import DataReport, SketchReader, load_split
from sketchdesign.training.samples import COLUMNS, draw_samples
from sketchdesign.training.warm_start import starting_weights

STATE_NAME = "state.safetensors"
BEST_NAME = "best.safetensors"
LOSSES_NAME = "losses.csv"
RUN_NAME = "run.json"

_ROW_EVERY = 50
"""Steps whose mean is one row of the losses."""


@dataclass(frozen=True)
class Result:
    """A finished run: the model's file, its scores on the validation drawings, and what was read for training."""

    model_path: Path
    info: ModelInfo
    scores: Evaluation
    data: DataReport


@dataclass(frozen=True)
class Surroundings:
    """Where and from what a run trains, beside its settings.

    Attributes:
        device: where to compute.
        ranks: this process among those of the run.
        start: name or path of the model to go on from; empty for a fresh start. Once a run has a state, it goes on
            from that.
        readers: of files of one sketch, by their endings; see `load_split`.
    """

    device: torch.device = CPU
    ranks: Ranks = ALONE
    start: str = ""
    readers: Mapping[str, SketchReader] = field(default_factory=dict)


def train(
    config: TrainConfig,
    data_dir: Path,
    out_dir: Path,
    report: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
    surroundings: Surroundings | None = None,
) -> Result:
    """Train to the end, from where an earlier run in ``out_dir`` stopped if there was one.

    Ctrl-C, like ``cancelled``, ends the run after the step it is at and saves it; a second Ctrl-C ends it at once,
    with what was saved before. A polite kill (SIGTERM) does as Ctrl-C.

    Args:
        config: the settings.
        data_dir: holds ``train`` and ``valid``, see `load_split`.
        out_dir: is made if it does not exist.
        report: called after every row of the losses.
        cancelled: asked after every step.
        surroundings: the device and so on.

    Raises:
        InputError: the drawings or the start model cannot be used.
        CheckpointError: ``out_dir`` holds the state of another run, or a damaged one.
        OutputError: ``out_dir`` cannot be written.
        CancelledError: the run was stopped; it is saved and can go on.
    """
    run = _Run(config, data_dir, out_dir, surroundings or Surroundings())
    with _interruption() as interrupted:
        run.train(report, lambda: interrupted.is_set() or cancelled())
    return run.finish()


def train_beside(config: TrainConfig, data_dir: Path, out_dir: Path, surroundings: Surroundings) -> None:
    """Take part in a run whose first process is another one, which reports and writes; see `train`."""
    run = _Run(config, data_dir, out_dir, surroundings)
    with _interruption() as interrupted:
        run.train(lambda progress: None, interrupted.is_set)


class _Run:
    def __init__(self, config: TrainConfig, data_dir: Path, out_dir: Path, where: Surroundings) -> None:
        self.config = config
        self.ranks = where.ranks
        self.out_dir = _made(out_dir)
        limits = config.max_points
        self.drawings, self.data = load_split(data_dir, config.classes, "train", limits, readers=where.readers)
        self.valid, _ = load_split(data_dir, config.classes, "valid", limits, readers=where.readers)
        self.state_path = self.out_dir / STATE_NAME
        self.start: dict[str, str] = {}
        if self.state_path.exists():
            self.trainer = Trainer(config, self.drawings, device=where.device, ranks=where.ranks)
            self.trainer.resume(self.state_path)
            self.start = _start_of(self.out_dir / RUN_NAME)
        else:
            self.trainer = self._new_trainer(where)
        self.best = BestWeights(self.out_dir / BEST_NAME, self.trainer.step)
        if self.ranks.first:
            self._describe()

    def _new_trainer(self, where: Surroundings) -> Trainer:
        if not where.start:
            return Trainer(self.config, self.drawings, device=where.device, ranks=where.ranks)
        model = open_model(where.start)
        weights = starting_weights(model, self.config.architecture, self.config.classes)
        trainer = Trainer(self.config, self.drawings, model.info.scale_factor, where.device, where.ranks)
        trainer.warm_start(weights)
        self.start = {"name": model.info.name, "sha256": model.sha256}
        return trainer

    def _describe(self) -> None:
        settings = {
            "application": f"sketchdesign {__version__}",
            "config": self.config.as_dict(),
            "start": self.start,
            "data": self.data.as_dict(),
        }
        write_atomic(self.out_dir / RUN_NAME, json.dumps(settings, indent=1))
        write_atomic(self.out_dir / "drawings.png", drawings_sheet(self.drawings))

    def train(self, report: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        if self._patience_is_over():
            return
        table = LossTable(self.out_dir / LOSSES_NAME, self.trainer.step) if self.ranks.first else None
        pending: list[StepReport] = []
        for done in self.trainer.run():
            pending.append(done)
            at_end, stopping = done.step == self.config.steps, self._stopping(done.step, stopped)
            validate = not stopping and (at_end or done.step % self.config.evaluate_every == 0)
            if validate or stopping or at_end or done.step % _ROW_EVERY == 0:
                progress = self._progress(pending, self.trainer.evaluate(self.valid) if validate else None)
                if table is not None:
                    table.append(progress)
                    self._show(progress)
                self._remember(progress)
                report(progress)
                pending = []
            over = self._patience_is_over()
            if stopping or at_end or over or done.step % self.config.save_every == 0:
                self._save()
            if stopping:
                raise CancelledError(f"training stopped at step {done.step} and can go on from there")
            if over:
                return

    def _stopping(self, step: int, stopped: Callable[[], bool]) -> bool:
        if self.ranks.count > 1 and step % STOP_ASKED_EVERY:
            return False
        return self.ranks.any(stopped(), self.trainer.device)

    def _save(self) -> None:
        if self.ranks.first:
            self.trainer.save(self.state_path)

    def _progress(self, steps: list[StepReport], validation: Losses | None) -> Progress:
        # In float64, as the sums of Python would be.
        means = torch.stack([step.measured for step in steps]).cpu().double().mean(dim=0).tolist()
        seconds = sum(step.seconds for step in steps) / len(steps)
        last = steps[-1]
        return Progress(last.step, self.config.steps, Losses(*means), last.learning_rate, seconds, validation)

    def _show(self, progress: Progress) -> None:
        """The pictures that come with an evaluation."""
        if progress.validation is None:
            return
        write_atomic(self.out_dir / "losses.png", loss_curves(self.out_dir / LOSSES_NAME))
        trainer = self.trainer
        try:
            sketches = draw_samples(self._info(), trainer.published(), self.drawings, trainer.device)
        except SketchFormatError:  # a network may begin with lines that leave every paper
            return
        write_atomic(self.out_dir / "samples.png", contact_sheet(sketches, COLUMNS))

    def _remember(self, progress: Progress) -> None:
        if self.config.patience and progress.validation is not None:
            reconstruction, kl = progress.validation
            score = reconstruction + self.config.kl_weight * max(kl, self.config.kl_floor)
            self.best.offer(progress.step, score, self.trainer.average, write=self.ranks.first)

    def _patience_is_over(self) -> bool:
        waited = (self.trainer.step - self.best.step) // self.config.evaluate_every
        return bool(self.config.patience and self.best.known and waited >= self.config.patience)

    def _info(self) -> ModelInfo:
        config, trainer = self.config, self.trainer
        return ModelInfo(
            name=config.model_name,
            architecture=config.architecture,
            max_points=config.max_points,
            scale_factor=trainer.scale_factor,
            start_token=REFERENCE_START,
            implicit_first_point=True,
            classes=config.classes,
            licence=config.licence,
            data=config.source,
            steps=trainer.step,
            settings=config.as_dict() | {"drawings": len(self.drawings), "validated_on": "valid", "start": self.start},
        )

    def finish(self) -> Result:
        """Fit the latent Gaussians, score the averaged weights, and write both as a model."""
        config, trainer = self.config, self.trainer
        network, info = trainer.published(), self._info()
        if config.patience and self.best.known:
            network = network_from_state(config.architecture, self.best.load())
            info = replace(info, steps=self.best.step)
        latent = None
        if config.architecture.conditional:
            latent = LatentGaussian(*fit_latent(network, self.drawings, trainer.scale_factor))
        scores = evaluate(network, self.valid, trainer.scale_factor, config.max_points, REFERENCE_START)
        info = replace(info, losses={key: float(value) for key, value in scores.overall._asdict().items()})
        path = self.out_dir / f"{_file_name(info.name)}{SUFFIX}"
        save_model(path, info, network.state_dict(), latent)
        return Result(path, info, scores, self.data)


def _start_of(path: Path) -> dict[str, str]:
    """What a run's description says about its start model; nothing if it is lost."""
    try:
        start = json.loads(path.read_text(encoding="utf-8"))["start"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return {key: str(start[key]) for key in ("name", "sha256") if key in start} if isinstance(start, dict) else {}


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {(error.strerror or str(error)).lower()}") from error
    return folder


def _file_name(name: str) -> str:
    """A model's name as a file name that every system accepts."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name).strip(".-") or "model"


@contextmanager
def _interruption() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C or polite kill sets. The second is as usual."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in usual.items():
            signal.signal(number, handler)

    def first(number: int, frame: FrameType | None) -> None:
        event.set()
        restore()

    for number in usual:
        signal.signal(number, first)
    try:
        yield event
    finally:
        restore()
