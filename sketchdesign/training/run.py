"""A whole training run in one folder: train, save, go on after a stop, and write the finished model.

The folder holds ``state.safetensors`` (everything needed to go on), ``losses.csv``, ``run.json`` (the settings and
what was read) and at the end ``<name>.safetensors``, the model for the application.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import numpy as np

from sketchdesign import __version__
from sketchdesign.core.errors import CancelledError, InputError, OutputError
from sketchdesign.core.files import write_atomic
from sketchdesign.model.checkpoint import SUFFIX, LatentGaussian, save_model
from sketchdesign.model.info import REFERENCE_START, ModelInfo
from sketchdesign.training.config import TrainConfig
from sketchdesign.training.evaluate import Evaluation, evaluate
from sketchdesign.training.history import LossTable, Progress
from sketchdesign.training.latent_fit import fit_latent
from sketchdesign.training.loop import Losses, StepReport, Trainer
from sketchdesign.training.readers import DataReport, load_split

STATE_NAME = "state.safetensors"
LOSSES_NAME = "losses.csv"

_ROW_EVERY = 50
"""Steps whose mean is one row of the losses."""


@dataclass(frozen=True)
class Result:
    """A finished run: the model's file, its scores on the validation drawings, and what was read for training."""

    model_path: Path
    info: ModelInfo
    scores: Evaluation
    data: DataReport


def train(
    config: TrainConfig,
    data_dir: Path,
    out_dir: Path,
    report: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Result:
    """Train to the end, from where an earlier run in ``out_dir`` stopped if there was one.

    Ctrl-C, like ``cancelled``, ends the run after the step it is at and saves it; a second Ctrl-C ends it at once,
    with what was saved before.

    Args:
        config: the settings.
        data_dir: holds ``train`` and ``valid``, see `load_split`.
        out_dir: is made if it does not exist.
        report: called after every row of the losses.
        cancelled: asked after every step.

    Raises:
        InputError: the drawings cannot be used.
        CheckpointError: ``out_dir`` holds the state of another run, or a damaged one.
        OutputError: ``out_dir`` cannot be written.
        CancelledError: the run was stopped; it is saved and can go on.
    """
    run = _Run(config, data_dir, out_dir)
    with _interruption() as interrupted:
        run.train(report, lambda: interrupted.is_set() or cancelled())
    return run.finish()


def write_model(config: TrainConfig, data_dir: Path, out_dir: Path) -> Result:
    """Write the model as far as a run in ``out_dir`` has come, without training.

    Raises:
        InputError: there is no run in ``out_dir``, or the drawings cannot be used.
        CheckpointError: it is another run, or its state is damaged.
    """
    if not (out_dir / STATE_NAME).exists():
        raise InputError(f"{out_dir} holds no training run", hint="train first")
    return _Run(config, data_dir, out_dir).finish()


class _Run:
    def __init__(self, config: TrainConfig, data_dir: Path, out_dir: Path) -> None:
        self.config = config
        self.out_dir = _made(out_dir)
        self.drawings, self.data = load_split(data_dir, config.classes, "train", config.max_points)
        self.valid, _ = load_split(data_dir, config.classes, "valid", config.max_points)
        self.trainer = Trainer(config, self.drawings)
        self.state_path = self.out_dir / STATE_NAME
        if self.state_path.exists():
            self.trainer.resume(self.state_path)
        settings = {
            "application": f"sketchdesign {__version__}",
            "config": config.as_dict(),
            "data": self.data.as_dict(),
        }
        write_atomic(self.out_dir / "run.json", json.dumps(settings, indent=1))

    def train(self, report: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        table = LossTable(self.out_dir / LOSSES_NAME, self.trainer.step)
        pending: list[StepReport] = []
        for done in self.trainer.run():
            pending.append(done)
            at_end, stopping = done.step == self.config.steps, stopped()
            validate = not stopping and (at_end or done.step % self.config.evaluate_every == 0)
            if validate or stopping or at_end or done.step % _ROW_EVERY == 0:
                progress = self._progress(pending, self.trainer.evaluate(self.valid) if validate else None)
                table.append(progress)
                report(progress)
                pending = []
            if stopping or at_end or done.step % self.config.save_every == 0:
                self.trainer.save(self.state_path)
            if stopping:
                raise CancelledError(f"training stopped at step {done.step} and can go on from there")

    def _progress(self, steps: list[StepReport], validation: Losses | None) -> Progress:
        means = np.mean([(*step.losses, step.seconds) for step in steps], axis=0)
        last = steps[-1]
        losses = Losses(float(means[0]), float(means[1]))
        return Progress(last.step, self.config.steps, losses, last.learning_rate, float(means[2]), validation)

    def finish(self) -> Result:
        """Fit the latent Gaussians, score the averaged weights, and write both as a model."""
        config, trainer = self.config, self.trainer
        latent = None
        if config.architecture.conditional:
            latent = LatentGaussian(*fit_latent(trainer.average, self.drawings, trainer.scale_factor))
        scores = evaluate(trainer.average, self.valid, trainer.scale_factor, config.max_points, REFERENCE_START)
        info = ModelInfo(
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
            losses={key: float(value) for key, value in scores.overall._asdict().items()},
            settings=config.as_dict() | {"drawings": len(self.drawings), "validated_on": "valid"},
        )
        path = self.out_dir / f"{_file_name(info.name)}{SUFFIX}"
        save_model(path, info, trainer.average.state_dict(), latent)
        return Result(path, info, scores, self.data)


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
    """An event that the first Ctrl-C sets. The second is as usual."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return
    usual = signal.getsignal(signal.SIGINT)

    def first(number: int, frame: FrameType | None) -> None:
        event.set()
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, first)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, usual)
