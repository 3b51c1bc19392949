"""What a person may ask of a running plot, from any thread, and what it tells them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from sketchdesign.plotter.pen import PenSetup


class State(Enum):
    """What a plot is doing."""

    IDLE = "idle"
    PLOTTING = "plotting"
    PAUSED = "paused"
    PEN_CHANGE = "pen change"
    PAPER_CHANGE = "paper change"
    DISCONNECTED = "disconnected"
    STOPPED = "stopped"
    DONE = "done"


WAITING = (State.PAUSED, State.PEN_CHANGE, State.PAPER_CHANGE)
"""States in which a person is waited for."""


class Pause(Enum):
    """How soon to pause: when the pen lifts next, now by slowing down, or at once whatever it takes."""

    NEXT_LIFT = "next lift"
    NOW = "now"
    EMERGENCY = "emergency"


@dataclass(frozen=True)
class StateChanged:
    """The plot is in another state; ``reason`` says why, for a person."""

    state: State
    reason: str = ""


@dataclass(frozen=True)
class LayerStarted:
    """A layer begins: numbers count from 1."""

    copy: int
    layer: int
    label: str
    colour: str


@dataclass(frozen=True)
class Progress:
    """How far the plot has come.

    Attributes:
        copy, layer: numbers from 1.
        strokes, of_strokes: finished, and all, of this layer.
        seconds_left: until everything is drawn, without pauses.
    """

    copy: int
    layer: int
    strokes: int
    of_strokes: int
    seconds_left: float


Event = StateChanged | LayerStarted | Progress
Report = Callable[[Event], None]


def event_json(event: Event) -> dict[str, Any]:
    """An event as one JSON object; ``event`` says which it is."""
    names = {StateChanged: "state", LayerStarted: "layer", Progress: "progress"}
    values = {key: value.value if isinstance(value, Enum) else value for key, value in asdict(event).items()}
    return {"event": names[type(event)], **values}


@dataclass(frozen=True)
class Adjust:
    """Change the pen or the speeds; what is None stays."""

    pen: PenSetup | None = None
    draw_mm_s: float | None = None
    travel_mm_s: float | None = None


@dataclass(frozen=True)
class Jog:
    """Move the pen, which is up, by some mm."""

    dx_mm: float
    dy_mm: float


@dataclass(frozen=True)
class WalkHome:
    """Move the pen, which is up, to the home corner."""


@dataclass(frozen=True)
class TestPen:
    """Lower the pen and lift it again."""

    __test__ = False  # no test case, whatever a collector thinks of its name


Task = Adjust | Jog | WalkHome | TestPen


class Control:
    """Requests to a running plot. Every method may be called from any thread and returns at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pause: Pause | None = None
        self._stop = False
        self._leave = False
        self._resume = False
        self._tasks: deque[Task] = deque()

    def pause(self, when: Pause = Pause.NEXT_LIFT) -> None:
        """Lift the pen and wait; a more urgent request takes the place of a patient one."""
        order = list(Pause)
        with self._lock:
            if self._pause is None or order.index(when) > order.index(self._pause):
                self._pause = when

    def resume(self) -> None:
        """Go on after a pause, a change of the pen or of the paper."""
        with self._lock:
            self._resume = True

    def stop(self) -> None:
        """End the plot at once: pen up, motors off. What is drawn stays in the journal."""
        with self._lock:
            self._stop = True

    def leave(self) -> None:
        """Pause now, and end there: the motors hold the carriage, so that the plot can be resumed exactly."""
        self.pause(Pause.NOW)
        with self._lock:
            self._leave = True

    def ask(self, task: Task) -> None:
        """Do something during a pause."""
        with self._lock:
            self._tasks.append(task)

    @property
    def stopping(self) -> bool:
        return self._stop

    @property
    def leaving(self) -> bool:
        return self._leave

    @property
    def pausing(self) -> Pause | None:
        return self._pause

    def begin_waiting(self) -> None:
        """A pause has come: forget the request for it, and what was asked before it."""
        with self._lock:
            self._pause = None
            self._resume = False

    def next_task(self) -> Task | None:
        with self._lock:
            return self._tasks.popleft() if self._tasks else None

    def take_resume(self) -> bool:
        """Whether to go on; asking forgets the request."""
        with self._lock:
            wanted, self._resume = self._resume, False
            return wanted
