"""The motion queue and the machine behind it: motors, step counters and the pen."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum

from sketchdesign.plotter.emulator.blocks import TICKS_PER_MS, Block, Delay, EnableMotors, Engraver, Motion, Servo
from sketchdesign.plotter.emulator.firmware import Firmware
from sketchdesign.plotter.emulator.record import MotionRecord
from sketchdesign.plotter.emulator.steps import AxisMove


class Wait(Enum):
    """What a command waits for while the board reads nothing else."""

    ROOM = "room in the queue"
    IDLE = "the end of all motion"


Waiting = Generator[Wait, None, str]
"""A command that may wait, and answers in the end."""

Answer = str | Waiting


@dataclass(slots=True)
class Running:
    """The block that is being executed.

    Attributes:
        begin, end: machine time in ticks.
        axes: both motors, of a move.
        origin: where they stood, in steps of 1/16.
        noted: the tick of the move up to which it is in the record.
    """

    block: Block
    begin: int
    end: int
    axes: tuple[AxisMove, AxisMove] | None = None
    origin: tuple[int, int] = (0, 0)
    noted: int = 0


@dataclass(frozen=True)
class Stopped:
    """What an emergency stop threw away: whether it stopped anything, and the steps of both motors left over."""

    interrupted: bool
    queued: tuple[int, int]
    running: tuple[int, int]


class Servos:
    """Settings of the pen servo, in units of 83.3 ns."""

    def __init__(self, firmware: Firmware) -> None:
        newer = firmware.version >= (2, 6, 0)
        self.up, self.down = (22565, 15302) if newer else (12000, 16000)
        self.rate_up = self.rate_down = 400
        self.channels = 8
        self.slot_ms = 3
        self.pin = 1

    def sweep_ticks(self, rate: int) -> int:
        """How long the servo takes from one end to the other at ``rate``."""
        frames = -(-abs(self.up - self.down) // rate) if rate else 1
        return frames * self.channels * self.slot_ms * TICKS_PER_MS


class MotionQueue:
    """One block that runs, a queue of limited depth behind it, and the state that they change.

    Attributes:
        depth: how many blocks can wait.
        counters: the steps that ``QS`` tells.
        position: where the motors really are, in steps of 1/16 since the power came on: nothing but motion changes it.
        pen_up: the pen state that ``QP`` tells.
        modes: 0 for a motor that is off, else 1 to 5 for 1/16 to full steps.
    """

    def __init__(self, firmware: Firmware) -> None:
        self._firmware = firmware
        self.record = MotionRecord()
        self.position = [0, 0]
        self.reset(0)

    def reset(self, tick: int) -> None:
        """As after switching on. The record and the place of the motors stay."""
        self.running: Running | None = None
        self.waiting: deque[Block] = deque()
        self.depth = 1
        self.counters = [0, 0]
        self.accumulators = [0, 0]
        self.modes = [0, 0]
        self.fineness = 1
        self.servos = Servos(self._firmware)
        self.pen_up = True
        self.engraver_on = False
        # Where the last move ended, if the machine then had nothing more to do.
        self._starved_at: int | None = None
        self.record.add_pen_change(tick, True, tick)

    @property
    def has_room(self) -> bool:
        return self.running is None or len(self.waiting) < self.depth

    @property
    def idle(self) -> bool:
        return self.running is None

    def push(self, block: Block, tick: int) -> None:
        """Queue a block; there must be room."""
        if self.running is None:
            if self._starved_at is not None and isinstance(block, Motion) and not self.pen_up:
                self.record.add_pause(self._starved_at, tick)
            self._begin(block, tick)
        else:
            self.waiting.append(block)

    def advance(self, tick: int) -> None:
        """Let the machine work until ``tick``."""
        while self.running is not None and self.running.end <= tick:
            last = self.running
            self._leave(last, last.end)
            self.running = None
            if self.waiting:
                self._begin(self.waiting.popleft(), last.end)
            else:
                self._starved_at = last.end if last.axes is not None else None

    def steps(self, tick: int) -> tuple[int, int]:
        """Both step counters, also in the middle of a move."""
        first, second = self.counters
        if self.running is not None and self.running.axes is not None:
            k = tick - self.running.begin
            first += self.running.axes[0].position(k)
            second += self.running.axes[1].position(k)
        return first, second

    def moving(self, tick: int) -> tuple[bool, bool]:
        """Which motor has steps left in the move that runs."""
        if self.running is None or self.running.axes is None:
            return False, False
        k = tick - self.running.begin
        first, second = self.running.axes
        return k < first.ticks, k < second.ticks

    def note(self, tick: int) -> None:
        """Bring the record up to date in the middle of a move."""
        running = self.running
        if running is None or running.axes is None:
            return
        k = min(tick, running.end) - running.begin
        if k > running.noted:
            scales = [1 << (self.fineness - 1) if mode else 0 for mode in self.modes]
            self.record.add_motion(
                running.begin, (running.noted, k), not self.pen_up, running.origin, scales, running.axes
            )
            running.noted = k

    def stop(self, tick: int, everything: bool) -> Stopped:
        """An emergency stop: drop the moves, or everything that runs and waits."""
        self.note(tick)
        now = self.running
        moved = now is not None and now.axes is not None
        fifo = [block for block in self.waiting if isinstance(block, Motion)]
        interrupted = moved or bool(self.waiting if everything else fifo)
        left = Stopped(
            interrupted,
            (sum(b.first.steps for b in fifo), sum(b.second.steps for b in fifo)),
            _steps_left(now, tick) if now is not None else (0, 0),
        )
        self.waiting = deque(block for block in self.waiting if not (everything or isinstance(block, Motion)))
        if now is not None and (moved or everything):
            self._leave(now, tick)
            self.running = self._starved_at = None
            if self.waiting:
                self._begin(self.waiting.popleft(), tick)
        return left

    def clear_counters(self, tick: int) -> None:
        """Set both step counters to zero."""
        if self.running is not None and self.running.axes is not None:
            k = tick - self.running.begin
            self.counters = [-axis.position(k) for axis in self.running.axes]
        else:
            self.counters = [0, 0]
            if self._firmware.clears_accumulators:
                self.accumulators = [0, 0]

    def enable(self, block: EnableMotors, tick: int) -> None:
        """Switch the motors, which forgets where they are."""
        if block.first:
            self.fineness = min(block.first, 5)
        self.modes = [block.first, block.second]
        self.clear_counters(tick)

    def set_servo(self, servo: Servo, tick: int) -> None:
        """Start a servo; the pen counts as up exactly where it is sent to the position of ``SC,4``."""
        if not servo.is_pen:
            return
        up = servo.position == self.servos.up
        self.note(tick)
        self.pen_up = up
        self.record.add_pen_change(tick, up, tick + self.servos.sweep_ticks(servo.rate))

    def lift_queued_pens(self) -> None:
        """Turn every pen movement that waits into one up."""
        up, rate = self.servos.up, self.servos.rate_up
        self.waiting = deque(
            Servo(up, rate, True, block.ticks) if isinstance(block, Servo) and block.is_pen else block
            for block in self.waiting
        )

    def _begin(self, block: Block, tick: int) -> None:
        match block:
            case Motion():
                first, second = axes = block.start((self.accumulators[0], self.accumulators[1]))
                end = tick + max(1, first.ticks, second.ticks) + self._firmware.extra_ticks
                self.running = Running(block, tick, end, axes, (self.position[0], self.position[1]))
            case Delay():
                self.running = Running(block, tick, tick + max(1, block.ticks))
            case Servo():
                self.set_servo(block, tick)
                self.running = Running(block, tick, tick + max(1, block.ticks))
            case EnableMotors():
                self.enable(block, tick)
                self.running = Running(block, tick, tick + 1)
            case Engraver():
                self.engraver_on = block.on
                self.running = Running(block, tick, tick + 1)

    def _leave(self, running: Running, tick: int) -> None:
        if running.axes is None:
            return
        self.note(tick)
        k = tick - running.begin
        for motor, axis in enumerate(running.axes):
            made = axis.position(k)
            self.counters[motor] += made
            self.accumulators[motor] = axis.accumulator(k)
            if self.modes[motor]:
                self.position[motor] += made << (self.fineness - 1)


def _steps_left(running: Running, tick: int) -> tuple[int, int]:
    if not isinstance(running.block, Motion) or running.axes is None:
        return 0, 0
    k = tick - running.begin
    first, second = (axis.position(k) for axis in running.axes)
    return running.block.first.steps - abs(first), running.block.second.steps - abs(second)
