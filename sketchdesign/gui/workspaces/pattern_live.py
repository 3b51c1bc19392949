"""Keeps what the canvas shows up with the project: a quick preview while a control moves, then the layout itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.gui.workers import Failure, Task
from sketchdesign.gui.workspaces.pattern_frames import Frame, frame_of, repainted
from sketchdesign.services.jobs import Work
from sketchdesign.services.project.pattern import Checked, check_pattern, lay_out, sketched
from sketchdesign.services.project.state import PatternSettings, Project

LANE, CHECK_LANE = "pattern", "pattern check"
SETTLED_MS = 140
"""When nothing has changed for so long, what was previewed is computed."""


class LivePattern(QObject):
    """The newest frame and what was found in it.

    Args:
        session: whose workers compute.
        px_per_mm: tells the scale that is looked at, in device pixels.

    Attributes:
        frame: what is shown; None without motifs.
        checked: of the frame; None until it is known.
        problem: why there is no layout, in a sentence.
    """

    changed = Signal()
    """There is another frame, or a problem."""
    checks_changed = Signal()

    def __init__(self, session: Session, px_per_mm: Callable[[], float]) -> None:
        super().__init__()
        self._session = session
        self._px_per_mm = px_per_mm
        self.frame: Frame | None = None
        self.checked: Checked | None = None
        self.problem = ""
        self._wanted: Project | None = None
        self._task: Task | None = None
        self._task_exact = False
        self._painting = False
        self._settle = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settle.timeout.connect(self._next)

    @property
    def is_current(self) -> bool:
        """The frame shows the layout that was asked for last, and not a preview."""
        return self.frame is not None and self.frame.exact and self._shows_wanted()

    def ask(self, project: Project) -> None:
        """Show a project's pattern."""
        before, self._wanted = self._wanted, project
        if not project.pattern.motifs:
            self.frame, self.checked, self.problem = None, None, ""
            self.changed.emit()
            return
        if before is not None and _key(before) == _key(project):
            self.repaint()
            return
        self._settle.start()
        if self.problem:
            self.problem = ""
            self.changed.emit()
        if self._task is not None and self._task_exact:
            self._task.cancel()
        self._next()

    def repaint(self) -> None:
        """The scale or the colours have changed: paint the same lines anew."""
        frame, project = self.frame, self._wanted
        if frame is None or project is None or self._painting or not self._shows_wanted():
            return
        pens, ground, scale = project.pens, project.pattern.ground, self._px_per_mm()
        old = tuple(layer[0].pen for layer in frame.layers if layer)
        shown = tuple(pen for pen, layer in zip(pens, frame.layers, strict=True) if layer)
        if (old, frame.ground, frame.px_per_mm) == (shown, ground, scale):
            return
        self._painting = True
        task = self._session.workers.call(
            "pattern.paint", tr("Painting"), lambda: repainted(frame, pens, ground, scale), lane=LANE, quiet=True
        )
        task.follow(self, finished=lambda painted: self._take_painted(frame, painted), ended=self._painted)

    def _shows_wanted(self) -> bool:
        frame, project = self.frame, self._wanted
        return (
            frame is not None
            and project is not None
            and (_bare(frame.laid.pattern), len(frame.layers)) == _key(project)
        )

    def _next(self) -> None:
        """Begin what is to be done next, unless something is under way: it calls again when it ends."""
        project, frame = self._wanted, self.frame
        if self._task is not None or project is None or not project.pattern.motifs or self.is_current:
            return
        exact = frame is None or _is_quick(project.pattern) or not self._settle.isActive()
        if not exact and self._shows_wanted():
            return
        self._task_exact = exact
        self._task = self._session.workers.run(
            "", tr("Laying out"), lambda: _framed(project, frame, self._px_per_mm(), exact), lane=LANE, quiet=True
        )
        self._task.follow(self, finished=self._take, failed=self._fail, ended=self._ended)

    def _take(self, frame: Frame) -> None:
        self.frame, self.problem = frame, ""
        if frame.exact:
            self._check(frame)
        self.changed.emit()

    def _fail(self, failure: Failure) -> None:
        self.problem = f"{failure.what[:1].upper()}{failure.what[1:]}. {failure.hint}".strip()
        self.changed.emit()

    def _ended(self) -> None:
        self._task = None
        if self.problem:
            return
        self._next()
        self.repaint()

    def _take_painted(self, before: Frame, painted: Frame) -> None:
        if self.frame is before:
            self.frame = painted
            self.changed.emit()

    def _painted(self) -> None:
        self._painting = False
        self.repaint()

    def _check(self, frame: Frame) -> None:
        self.checked = None
        self.checks_changed.emit()
        task = self._session.workers.run(
            "pattern.check", tr("Checking"), lambda: check_pattern(frame.laid), lane=CHECK_LANE, quiet=True
        )

        def take(checked: Checked) -> None:
            self.checked = checked
            self.checks_changed.emit()

        task.follow(self, finished=take)


def _framed(project: Project, before: Frame | None, px_per_mm: float, exact: bool) -> Work[Frame]:
    pattern, pens = project.pattern, project.pens
    if exact or before is None:
        laid = yield from lay_out(pattern, pens)
    else:
        laid = sketched(before.laid, pattern, pens)
    return frame_of(laid, pens, pattern.ground, px_per_mm, exact=exact)


def _is_quick(pattern: PatternSettings) -> bool:
    """Nothing is tossed, so that the layout is as quick as its preview."""
    return pattern.layout.kind == "grid" or pattern.by_hand


def _key(project: Project) -> tuple[Any, ...]:
    """What the places of the motifs depend on."""
    return _bare(project.pattern), len(project.pens)


def _bare(pattern: PatternSettings) -> PatternSettings:
    return replace(pattern, colourways=(), colourway=0, ground="")
