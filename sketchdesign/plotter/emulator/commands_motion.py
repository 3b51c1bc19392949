"""The commands that move something: motors and servos."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from sketchdesign.plotter.emulator.blocks import TICKS_PER_MS, AxisRequest, Delay, EnableMotors, Engraver, Motion, Servo
from sketchdesign.plotter.emulator.dialect import LINE, REVERSED, Parameters
from sketchdesign.plotter.emulator.motion import Answer, Wait, Waiting
from sketchdesign.plotter.emulator.moves import home_moves, low_level_axis, simple_move, simple_problem, turn_of

if TYPE_CHECKING:
    from sketchdesign.plotter.emulator.board import Board

_FURTHEST = 0xFFFFFF
_FIRST_PIN_OF_PORT_B = 3
_LAST_PIN = 24


def stepper_move(board: Board, p: Parameters) -> Waiting:
    """``SM,duration,steps1[,steps2[,clear]]``"""
    duration_ms, first, second = p.unsigned(), p.signed(), p.signed(default=0)
    return (yield from _simple(board, p, "SM", duration_ms, first, second))


def mixed_move(board: Board, p: Parameters) -> Waiting:
    """``XM,duration,stepsA,stepsB[,clear]``: the sum for one motor, the difference for the other."""
    duration_ms, a, b = p.unsigned(), p.signed(), p.signed()
    return (yield from _simple(board, p, "XM", duration_ms, a + b, a - b))


def _simple(board: Board, p: Parameters, name: str, duration_ms: int, first: int, second: int) -> Waiting:
    clear = p.unsigned(default=0) if board.firmware.clears_accumulators else 0
    if board.settings.limit_checks and not p.failed:
        p.invalid |= duration_ms == 0 or (board.firmware.is_3 and clear > 3)
    if p.failed:
        return ""
    duration_ms = max(1, duration_ms)
    problem = simple_problem(board.firmware, duration_ms, (first, second)) if board.settings.limit_checks else ""
    if problem:
        return board.syntax.error(name, problem, LINE if board.firmware.is_3 else REVERSED)
    yield from _queue(board, simple_move(board.firmware, duration_ms, (first, second), min(clear, 3)))
    return board.syntax.done(name)


def low_level_move(board: Board, p: Parameters) -> Waiting:
    """``LM,rate1,steps1,accel1,rate2,steps2,accel2[,clear]``"""
    return (yield from _low_level(board, p, "LM", timed=False, jerks=False))


def low_level_jerk_move(board: Board, p: Parameters) -> Waiting:
    """``L3,rate1,steps1,accel1,jerk1,rate2,steps2,accel2,jerk2[,clear]``"""
    return (yield from _low_level(board, p, "L3", timed=False, jerks=True))


def timed_move(board: Board, p: Parameters) -> Waiting:
    """``LT,ticks,rate1,accel1,rate2,accel2[,clear]``"""
    return (yield from _low_level(board, p, "LT", timed=True, jerks=False))


def timed_jerk_move(board: Board, p: Parameters) -> Waiting:
    """``T3,ticks,rate1,accel1,jerk1,rate2,accel2,jerk2[,clear]``"""
    return (yield from _low_level(board, p, "T3", timed=True, jerks=True))


def _low_level(board: Board, p: Parameters, name: str, timed: bool, jerks: bool) -> Waiting:
    firmware = board.firmware
    ticks = p.unsigned() if timed else None
    numbers = []
    for _ in range(2):
        rate = p.signed() if firmware.is_3 or timed else p.unsigned()
        steps = 0 if timed else p.signed()
        numbers.append((rate, steps, p.signed(), p.signed() if jerks else 0))
    clear = p.unsigned(default=0) if firmware.clears_accumulators else 0
    if p.failed:
        return ""
    still = [not (rate or accel or jerk) or (steps == 0 and not timed) for rate, steps, accel, jerk in numbers]
    if (all(still) and not timed) or ticks == 0:
        # Before 2.7 such a command goes without any answer.
        p.invalid = firmware.clears_accumulators
        return ""
    axes: list[AxisRequest] = []
    for bit, (rate, steps, accel, jerk) in zip((1, 2), numbers, strict=True):
        axis = low_level_axis(firmware, rate, steps, accel, jerk, bool(min(clear, 3) & bit), timed)
        if axis is None:
            p.invalid = True
            return ""
        axes.append(axis)
    yield from _queue(board, Motion(axes[0], axes[1], turn_of(firmware), ticks))
    return board.syntax.done(name)


def home(board: Board, p: Parameters) -> Waiting:
    """``HM,rate[,position1,position2]``: to a place in steps, once everything before it is done."""
    rate = p.unsigned()
    targets = (p.signed(default=0), p.signed(default=0)) if board.firmware.version >= (2, 7, 0) else (0, 0)
    p.invalid |= not p.failed and rate == 0
    if p.failed:
        return ""
    while not board.queue.idle:
        yield Wait.IDLE
    first, second = (target - at for target, at in zip(targets, board.queue.counters, strict=True))
    if max(abs(first), abs(second)) > _FURTHEST:
        return board.syntax.error("HM", "!0 Err: steps to home larger than 16,777,215.", REVERSED)
    if rate // 1000 > TICKS_PER_MS:
        axis = 1 if abs(first) > abs(second) else 2
        return board.syntax.error("HM", f"!0 Err: HM <axis{axis}> step rate > 25K steps/second.", REVERSED)
    for move in home_moves(board.firmware, rate, (first, second)):
        yield from _queue(board, move)
    return board.syntax.done("HM")


def set_pen(board: Board, p: Parameters) -> Waiting:
    """``SP,state[,delay[,pin]]``: 0 down, 1 up; 2 and 3 up at once, on firmware 3."""
    state, delay_ms = p.byte(), p.word(default=0)
    pin = p.byte(default=1)
    if p.failed:
        return ""
    queue = board.queue
    queue.servos.pin = pin if pin <= 7 else 1
    if board.firmware.is_3 and state in (2, 3):
        if state == 3:
            queue.lift_queued_pens()
        queue.set_servo(_pen(board, up=True, delay_ms=0), board.tick)
    else:
        yield from _queue(board, _pen(board, up=state != 0, delay_ms=delay_ms))
    return board.syntax.done("SP")


def toggle_pen(board: Board, p: Parameters) -> Waiting:
    """``TP[,delay]``: the other state than now, whatever is queued."""
    delay_ms = p.word(default=0)
    if p.failed:
        return ""
    yield from _queue(board, _pen(board, up=not board.queue.pen_up, delay_ms=delay_ms))
    return board.syntax.done("TP")


def general_servo(board: Board, p: Parameters) -> Waiting:
    """``S2,position,pin[,rate[,delay]]``; position 0 switches that output off at once."""
    position, pin = p.word(), p.byte()
    rate, delay_ms = p.word(default=0), p.word(default=0)
    p.invalid |= pin > _LAST_PIN
    if p.failed:
        return ""
    is_pen = pin == board.queue.servos.pin + _FIRST_PIN_OF_PORT_B
    if position:
        yield from _queue(board, Servo(position, rate, is_pen, delay_ms * TICKS_PER_MS))
    return board.syntax.done("S2")


def configure_servo(board: Board, p: Parameters) -> Waiting:
    """``SC,what,value``"""
    what, value = p.byte(), p.word()
    if p.failed:
        return ""
    servos = board.queue.servos
    match what:
        case 1:
            yield from _queue(board, _pen(board, up=board.queue.pen_up, delay_ms=0))
        case 4:
            servos.up = value
        case 5:
            servos.down = value
        case 8:
            servos.channels = min(value, 24)
        case 9:
            servos.slot_ms = min(value, 6)
        case 10:
            servos.rate_up = servos.rate_down = value
        case 11:
            servos.rate_up = value
        case 12:
            servos.rate_down = value
        case 13:
            board.settings.pins["alternative pause"] = value
    return board.syntax.done("SC")


def enable_motors(board: Board, p: Parameters) -> Waiting:
    """``EM,first,second``; queued since 2.8, where the second may not be left out in spite of the reference."""
    first = p.byte()
    if p.failed:
        return ""
    if not board.firmware.queues_motor_enable:
        second = p.byte() if p.more() else board.queue.modes[1]
        board.queue.enable(EnableMotors(first, second), board.tick)
        return board.syntax.done("EM")
    if not p.more():
        return "EM" if board.syntax.future else ""
    second = p.byte()
    if p.failed:
        return ""
    yield from _queue(board, EnableMotors(first, second), enables=False)
    return board.syntax.done("EM")


def engraver(board: Board, p: Parameters) -> Waiting:
    """``SE,state[,power[,queued]]``"""
    state = p.byte()
    p.word(default=0)
    queued = p.byte(default=0)
    if p.failed:
        return ""
    if queued:
        yield from _queue(board, Engraver(state != 0))
    else:
        board.queue.engraver_on = state != 0
    return board.syntax.done("SE")


def emergency_stop(board: Board, p: Parameters) -> str:
    """``ES[,1]``: stop all moves now and forget those that wait; with 1 the motors go limp."""
    limp = p.byte(default=0) == 1
    if p.failed:
        return ""
    stopped = board.queue.stop(board.tick, everything=board.firmware.is_3)
    if limp and board.firmware.version >= (2, 8, 0):
        board.queue.modes = [0, 0]
    if board.firmware.is_3:
        return board.syntax.data("ES", str(int(stopped.interrupted)), REVERSED)
    numbers = (int(stopped.interrupted), *stopped.queued, *stopped.running)
    return board.syntax.data("ES", ",".join(map(str, numbers)), REVERSED)


def _pen(board: Board, up: bool, delay_ms: int) -> Servo:
    servos = board.queue.servos
    board.settings.servo_power = True
    return Servo(
        servos.up if up else servos.down,
        servos.rate_up if up else servos.rate_down,
        True,
        delay_ms * TICKS_PER_MS,
    )


def _queue(
    board: Board, block: Motion | Delay | Servo | EnableMotors | Engraver, enables: bool = True
) -> Generator[Wait, None, None]:
    queue = board.queue
    if enables and isinstance(block, Motion) and board.settings.auto_enable:
        queue.modes = [mode or queue.fineness for mode in queue.modes]
    while not queue.has_room:
        yield Wait.ROOM
    queue.push(block, board.tick)


HANDLERS: dict[str, Callable[[Board, Parameters], Answer]] = {
    "SM": stepper_move,
    "XM": mixed_move,
    "LM": low_level_move,
    "L3": low_level_jerk_move,
    "LT": timed_move,
    "T3": timed_jerk_move,
    "HM": home,
    "SP": set_pen,
    "TP": toggle_pen,
    "S2": general_servo,
    "SC": configure_servo,
    "EM": enable_motors,
    "SE": engraver,
    "ES": emergency_stop,
}
