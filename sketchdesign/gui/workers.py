"""The only bridge between services and Qt: work runs on threads of our own, its news arrive on the main thread.

A lane is one thread. The lane ``model`` owns the models and everything drawn with them; ``work`` computes layouts and
routes; ``sheets`` fills and routes pages one after the other, so that who asks second finds what the first has made;
``files`` reads and writes, so that a save never waits for a long route. More lanes are made by naming them
(the plotter's port belongs to one).

Work with a key replaces earlier work of the same key: the newest request wins, the older one is cancelled.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from sketchdesign.core.errors import CancelledError, SketchDesignError
from sketchdesign.gui.i18n import tr_said
from sketchdesign.services.jobs import Job, Progress, Work

if TYPE_CHECKING:
    from sketchdesign.geometry.vpype_worker import VpypeWorker
    from sketchdesign.model.checkpoint import Model

Result = TypeVar("Result")

MODEL, WORK, FILES, SHEETS = "model", "work", "files", "sheets"

_MODELS_KEPT = 4
_PROGRESS_EVERY_S = 0.03
_JOIN_S = 3.0


@dataclass(frozen=True)
class Failure:
    """What went wrong, what to do about it, and details for a report."""

    what: str
    hint: str = ""
    details: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """An error as a person should see it."""
        if isinstance(error, SketchDesignError):
            return cls(*tr_said(error.what, error.hint))
        details = "".join(traceback.format_exception(error))
        return cls(*tr_said(f"an error in the program itself: {type(error).__name__}: {error}"), details)


class Task(QObject):
    """Work under way, seen from the main thread. Exactly one of ``finished``, ``failed``, ``cancelled`` comes last."""

    progressed = Signal(object)
    """A `Progress`."""
    finished = Signal(object)
    """The result."""
    failed = Signal(object)
    """A `Failure`; the window shows it, unless the task is quiet."""
    cancelled = Signal()
    ended = Signal()
    """After any of the three."""

    def __init__(self, title: str, key: str, job: Job[Any], *, quiet: bool) -> None:
        super().__init__()
        self.title, self.key, self.quiet = title, key, quiet
        self.progress: Progress | None = None
        self.is_ended = False
        self._job = job
        self._first: tuple[float, Progress] | None = None

    def follow(
        self,
        owner: QObject,
        *,
        finished: Callable[[Any], object] | None = None,
        failed: Callable[[Failure], object] | None = None,
        progressed: Callable[[Progress], object] | None = None,
        ended: Callable[[], object] | None = None,
    ) -> None:
        """Call functions on its news, as long as ``owner`` lives. A window may be gone before its work is."""
        pairs = ((self.finished, finished), (self.failed, failed), (self.progressed, progressed), (self.ended, ended))
        for signal, act in pairs:
            if act is not None:
                signal.connect(_while_valid(owner, act))

    def cancel(self) -> None:
        """Ask the work to stop; it does within one of its steps."""
        self._job.cancel()

    def seconds_left(self) -> float | None:
        """How long it will still take at the pace of what is done; None while nobody can know."""
        if self._first is None or self.progress is None:
            return None
        began, first = self._first
        done = self.progress.done - first.done
        if done <= 0 or self.progress.what != first.what:
            return None
        return (time.monotonic() - began) / done * (self.progress.total - self.progress.done)

    def take(self, kind: str, value: Any) -> None:
        """News from the thread that does the work."""
        if kind == "progress":
            if self._first is None or self._first[1].what != value.what:
                self._first = (time.monotonic(), value)
            self.progress = value
            self.progressed.emit(value)
            return
        self.is_ended = True
        if kind == "finished":
            self.finished.emit(value)
        elif kind == "failed":
            self.failed.emit(value)
        else:
            self.cancelled.emit()
        self.ended.emit()


class Workers(QObject):
    """Starts work and hands out a `Task` for it. All methods are for the main thread."""

    task_added = Signal(object)
    failed = Signal(object)
    """The `Failure` of any task that is not quiet."""
    model_opened = Signal(str, object)
    """The name that a model was asked for by, and its `ModelInfo`."""

    _told = Signal(int, str, object)

    def __init__(self) -> None:
        super().__init__()
        self._told.connect(self._take)
        self._tasks: dict[int, Task] = {}
        self._lanes: dict[str, _Lane] = {}
        self._line = _Line()
        self._models = _Models(self._line.carrying(self.model_opened.emit))
        self._vpype: VpypeWorker | None = None
        self._count = 0

    @property
    def tasks(self) -> list[Task]:
        """Those that have not ended."""
        return list(self._tasks.values())

    def draw(
        self, key: str, title: str, model: str, make: Callable[[Model], Work[Result]], *, quiet: bool = False
    ) -> Task:
        """Run work that needs a model on the thread that owns the models.

        Args:
            key: newer work of the same key replaces this one; empty for work that nothing replaces.
            title: for the list of jobs, such as "Drawing endings".
            model: the name of a bundled model or a path.
            make: makes the work, given the open model; runs on the models' thread.
            quiet: the window shows neither the job nor its failure.
        """

        def work() -> Work[Result]:
            opened = yield from self._models.open(model)
            return (yield from make(opened))

        return self._start(MODEL, key, title, work, quiet=quiet)

    def run(
        self, key: str, title: str, make: Callable[[], Work[Result]], *, lane: str = WORK, quiet: bool = False
    ) -> Task:
        """Run work that needs no model; see `draw`."""
        return self._start(lane, key, title, make, quiet=quiet)

    def call(
        self, key: str, title: str, function: Callable[[], Result], *, lane: str = FILES, quiet: bool = False
    ) -> Task:
        """Run a plain function that may take longer than a picture; see `draw`."""

        def work() -> Work[Result]:
            yield Progress(0, 1, title)
            return function()

        return self._start(lane, key, title, work, quiet=quiet)

    def open_model(self, name: str, *, quiet: bool = False) -> Task:
        """Make a model ready; `model_opened` tells about it."""

        def work() -> Work[Any]:
            return (yield from self._models.open(name)).info

        return self._start(MODEL, f"open {name}", name, work, quiet=quiet)

    def vpype(self) -> VpypeWorker:
        """The process that routes. For work on the lane ``work`` alone: it serves one at a time."""
        from sketchdesign.geometry.vpype_worker import VpypeWorker

        if self._vpype is None:
            self._vpype = VpypeWorker()
        return self._vpype

    def close(self) -> None:
        """Cancel everything and wait for the threads."""
        for task in self.tasks:
            task.cancel()
        for lane in self._lanes.values():
            lane.close()
        # What could not be stopped in time may still have something to say when nothing is left of this.
        self._line.cut()
        if self._vpype is not None:
            self._vpype.close()

    @property
    def is_running(self) -> bool:
        """Whether a thread is still at work; after `close`, one that could not be stopped in time."""
        return any(lane.is_running for lane in self._lanes.values())

    def _start(self, lane: str, key: str, title: str, make: Callable[[], Work[Any]], *, quiet: bool) -> Task:
        for older in self.tasks:
            if key and older.key == key:
                older.cancel()
        job = Job(_deferred(make))
        self._count += 1
        task = Task(title, key, job, quiet=quiet)
        self._tasks[self._count] = task
        if lane not in self._lanes:
            self._lanes[lane] = _Lane(lane, self._line.carrying(self._told.emit))
        self._lanes[lane].add(self._count, job)
        self.task_added.emit(task)
        return task

    def _take(self, number: int, kind: str, value: Any) -> None:
        task = self._tasks[number] if kind == "progress" else self._tasks.pop(number)
        task.take(kind, value)
        if kind == "failed" and not task.quiet:
            self.failed.emit(value)


class _Line:
    """The way from threads to the main thread, until it is cut. A signal of an object that is gone must not be sent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_cut = False

    def carrying(self, tell: Callable[..., object]) -> Callable[..., None]:
        """A function that tells as long as the line is there."""

        def carried(*news: object) -> None:
            with self._lock:
                if not self._is_cut:
                    tell(*news)

        return carried

    def cut(self) -> None:
        """From now on nothing is told, and nothing is being told either."""
        with self._lock:
            self._is_cut = True


class _Lane:
    """One thread that runs jobs in turn and tells of them by number: it never touches an object of Qt."""

    def __init__(self, name: str, tell: Callable[[int, str, Any], None]) -> None:
        self._tell = tell
        self._waiting: list[tuple[int, Job[Any]]] = []
        self._news = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"sketchdesign {name}", daemon=True)
        self._thread.start()

    def add(self, number: int, job: Job[Any]) -> None:
        with self._news:
            self._waiting.append((number, job))
            self._news.notify()

    def close(self) -> None:
        with self._news:
            self._closed = True
            self._news.notify()
        self._thread.join(_JOIN_S)

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                number, job = self._waiting.pop(0)
            self._run_job(number, job)

    def _run_job(self, number: int, job: Job[Any]) -> None:
        told_at = 0.0

        def report(progress: Progress) -> None:
            nonlocal told_at
            now = time.monotonic()
            # What was found is told in any case: nobody will find it again.
            if progress.found or now - told_at >= _PROGRESS_EVERY_S:
                told_at = now
                self._tell(number, "progress", progress)

        try:
            result = job.run(report)
        except CancelledError:
            self._tell(number, "cancelled", None)
        except Exception as error:
            self._tell(number, "failed", Failure.of(error))
        else:
            self._tell(number, "finished", result)


class _Models:
    """Open models, the latest few. Used by one thread."""

    def __init__(self, tell: Callable[[str, Any], None]) -> None:
        self._tell = tell
        self._open: OrderedDict[str, Model] = OrderedDict()

    def open(self, name: str) -> Work[Model]:
        if name not in self._open:
            yield Progress(0, 1, "models")
            from sketchdesign.model.preload import load_libraries
            from sketchdesign.model.zoo import open_model

            load_libraries()
            self._open[name] = open_model(name)
            self._tell(name, self._open[name].info)
            while len(self._open) > _MODELS_KEPT:
                self._open.popitem(last=False)
        self._open.move_to_end(name)
        return self._open[name]


def _while_valid(owner: QObject, act: Callable[..., object]) -> Callable[..., None]:
    def call(*news: object) -> None:
        if isValid(owner):
            act(*news)

    return call


def _deferred(make: Callable[[], Work[Result]]) -> Work[Result]:
    return (yield from make())
