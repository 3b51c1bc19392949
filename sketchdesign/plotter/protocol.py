"""What the runner asks of a machine, whatever its make."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from sketchdesign.plotter.pen import PenSetup
from sketchdesign.plotter.plan import Block


class Status(NamedTuple):
    """What a machine says about itself.

    Attributes:
        outstanding: commands sent and perhaps not finished, at most; 0 means that everything has been done.
        position: step counts of both motors, or nothing where the machine cannot tell, or its motors have no power.
        pen_up: whether the pen is up, or on its way there.
        button: whether its button was pressed since the last time.
        powered: whether the motors have power.
    """

    outstanding: int
    position: tuple[int, int] | None
    pen_up: bool
    button: bool
    powered: bool


class Plotter(Protocol):
    """A machine that takes moves into a queue. Each call is bounded in time.

    All calls may raise `PortLostError` when the machine vanishes, and `PlotterError` when it does not answer.

    Attributes:
        name: the port, as a person knows it.
        ramps: whether moves may change their speed.
        capacity: how many commands it holds, the one that runs included.
    """

    name: str
    ramps: bool
    capacity: int

    def connect(self) -> None:
        """Find out what it is; nothing moves."""
        ...

    def alive_since(self, mark: int) -> bool:
        """Whether it has been on ever since `start` marked it so."""
        ...

    def start(self, pen: PenSetup, mark: int, *, at_home: bool, position: tuple[int, int] | None = None) -> None:
        """Make ready to draw: pen up, motors on.

        Args:
            pen: how it moves.
            mark: what the machine shall keep as long as it is on, 1 to 255.
            at_home: it counts from where it stands.
            position: else, where it stands, for a machine that cannot tell.
        """
        ...

    def set_pen(self, pen: PenSetup) -> None:
        """Use other heights and speeds of the pen from now on."""
        ...

    def move(self, block: Block) -> None:
        """Put a move into the queue."""
        ...

    def pen(self, *, up: bool, wait_ms: int) -> None:
        """Put a movement of the pen into the queue; what follows waits for it."""
        ...

    def status(self) -> Status:
        """Ask how it is doing."""
        ...

    def halt(self) -> Status:
        """Forget the queue, stand still and lift the pen, at once; says where it stopped."""
        ...

    def motors_off(self) -> None:
        """Let the carriage move freely; the position is lost."""
        ...

    def close(self) -> None:
        """Leave it as it was found and let go of the port."""
        ...
