"""From the numbers of a motion command to a block of the queue, with the arithmetic of each firmware."""

from __future__ import annotations

import numpy as np

from sketchdesign.plotter.emulator.blocks import TICKS_PER_MS, AxisRequest, Delay, Motion, preset_for
from sketchdesign.plotter.emulator.firmware import Firmware
from sketchdesign.plotter.emulator.steps import STEP, Turn

_LONGEST_DELAY_MS = 100_000
_LARGEST = 0xFFFFFF
_SLOWEST = 1311
_SHORT_MS = 30


def turn_of(firmware: Firmware) -> Turn:
    """What the firmware does with a rate that has passed zero."""
    if firmware.is_3:
        return Turn.REVERSE
    return Turn.HALT if firmware.version >= (2, 7, 0) else Turn.MIRROR


def simple_problem(firmware: Firmware, duration_ms: int, steps: tuple[int, int]) -> str:
    """Why a move at constant rate is refused; nothing where it is not."""
    if firmware.is_3:
        rates = [_float_rate(count, duration_ms) for count in steps if count]
        return "" if all(0 < rate < STEP - 1 for rate in rates) else "!1 Err: Invalid step rate"
    if duration_ms > _LARGEST:
        return "!0 Err: <move_duration> larger than 16777215 ms."
    for axis, count in enumerate(map(abs, steps), start=1):
        if count > _LARGEST:
            return f"!0 Err: <axis{axis}> larger than 16777215 steps."
        if count // duration_ms > TICKS_PER_MS:
            return f"!0 Err: <axis{axis}> step rate > 25K steps/second."
        if count and duration_ms // _SLOWEST >= count:
            return f"!0 Err: <axis{axis}> step rate < 1.31Hz."
    return ""


def simple_move(firmware: Firmware, duration_ms: int, steps: tuple[int, int], clear: int = 0) -> Motion | Delay:
    """A move at constant rates; without any steps it is a pause."""
    if steps == (0, 0):
        return Delay(_delay_ms(firmware, duration_ms) * TICKS_PER_MS)
    first, second = (
        AxisRequest(
            _float_rate(count, duration_ms) if firmware.is_3 else _fixed_rate(firmware, count, duration_ms),
            steps=abs(count),
            sign=-1 if count < 0 else 1,
            preset=0 if clear & bit and firmware.clears_accumulators else None,
        )
        for count, bit in zip(steps, (1, 2), strict=True)
    )
    return Motion(first, second, Turn.REVERSE)


def low_level_axis(
    firmware: Firmware, rate: int, steps: int, accel: int, jerk: int, clear: bool, timed: bool
) -> AxisRequest | None:
    """One motor of ``LM``, ``LT``, ``L3`` or ``T3``; ``None`` for a contradiction of signs.

    The rate of a tick includes the change made in it; half an acceleration is taken off first, so that the distance
    is that of the textbook. Firmware before 2.7 did neither.
    """
    sign = 1
    if firmware.is_3:
        if steps < 0:
            if rate < 0:
                return None
            steps, rate, accel = -steps, -rate, -accel
    else:
        negative = rate < 0 if timed else steps < 0
        sign = -1 if negative else 1
        steps = abs(steps)
        rate = abs(rate) if timed else rate
    if firmware.version < (2, 7, 0):
        return AxisRequest(rate - accel, accel, 0, steps, sign)
    rate = rate - _toward_zero(accel, 2) + _toward_zero(jerk, 6)
    preset = preset_for(rate + accel, accel + jerk or jerk) if clear else None
    return AxisRequest(rate, accel - jerk, jerk, steps, sign, preset)


def home_moves(firmware: Firmware, rate: int, steps: tuple[int, int]) -> list[Motion | Delay]:
    """The one or two moves of ``HM``: older firmware cannot step slowly, so it first brings the shorter way to its end
    and goes the rest with one motor alone."""
    clear = 3 if firmware.clears_accumulators else 0
    lengths = (abs(steps[0]), abs(steps[1]))
    long, short = (0, 1) if lengths[0] > lengths[1] else (1, 0)
    duration_ms = lengths[long] * 1000 // rate
    moves: list[Motion | Delay] = []
    if not firmware.is_3 and lengths[short] and duration_ms // _SLOWEST >= lengths[short]:
        diagonal = [lengths[short] if count > 0 else -lengths[short] for count in steps]
        moves.append(simple_move(firmware, max(1, lengths[short] * 1000 // rate), (diagonal[0], diagonal[1]), clear))
        rest = [0, 0]
        rest[long] = steps[long] - diagonal[long]
        steps = (rest[0], rest[1])
    moves.append(simple_move(firmware, max(10, duration_ms), steps, clear))
    return moves


def _delay_ms(firmware: Firmware, duration_ms: int) -> int:
    if firmware.is_3:
        return min(duration_ms, _LONGEST_DELAY_MS)
    return duration_ms if duration_ms <= 0x10000 else 0


def _float_rate(steps: int, duration_ms: int) -> int:
    """Firmware 3 computes the rate in floats of 32 bits."""
    per_step = np.float32(85899350.0) / np.float32(duration_ms)
    return min(int(np.float32(abs(steps)) * per_step), STEP - 1)


def _fixed_rate(firmware: Firmware, steps: int, duration_ms: int) -> int:
    """Older firmware divides integers of 32 bits, and only in long moves goes on with the remainder."""
    count, ticks = abs(steps), TICKS_PER_MS * duration_ms
    if count == 0:
        return 0
    remainder = 0
    if count < 0x1FFFF:
        whole, rest = divmod(count << 15, ticks)
        if duration_ms > _SHORT_MS and firmware.version >= (2, 4, 5):
            remainder = (rest << 16) // ticks
    else:
        whole = count // duration_ms * 0x8000 // TICKS_PER_MS
    return min((min(max(whole, 1), 0x8000) << 16) + remainder, STEP - (1 if firmware.version >= (2, 7, 0) else 0))


def _toward_zero(value: int, divisor: int) -> int:
    return value // divisor if value >= 0 else -(-value // divisor)
