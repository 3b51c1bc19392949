"""The step arithmetic in closed form, against the interrupt routine tick by tick and against plotink's calculator."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from plotink import ebb_calc

from sketchdesign.plotter.emulator.blocks import AxisRequest, Delay, Motion
from sketchdesign.plotter.emulator.firmware import VERSIONS, Firmware
from sketchdesign.plotter.emulator.moves import home_moves, low_level_axis, simple_move, simple_problem, turn_of
from sketchdesign.plotter.emulator.steps import NEVER, STEP, AxisMove, Turn, counted, timed

V2_5, V2_8, V3 = Firmware((2, 5, 3)), Firmware((2, 8, 1)), Firmware((3, 0, 3))


def interrupt_routine(
    start: int, rate: int, accel: int, jerk: int, after: Turn, ticks: int, steps: int | None
) -> tuple[int, int, int, list[int]]:
    """Tick, net position, accumulator and the position after each tick, made one tick at a time."""
    accumulator, position, made, trace = start, 0, 0, [0]
    for tick in range(1, ticks + 1):
        accel += jerk
        rate += accel
        accumulator += 0 if rate < 0 and after is Turn.HALT else rate
        if not 0 <= accumulator < STEP:
            step = 1 if accumulator >= STEP else -1
            accumulator -= step * STEP
            position += abs(step) if after is Turn.MIRROR else step
            made += 1
        trace.append(position)
        if steps is not None and made == steps:
            return tick, position, accumulator, trace
    return ticks, position, accumulator, trace


RATES = st.integers(0, STEP - 1)
ACCELS = st.integers(-2_000_000, 2_000_000)
ACCUMULATORS = st.integers(0, STEP - 1)


@settings(max_examples=120, deadline=None)
@given(start=ACCUMULATORS, rate=RATES, accel=ACCELS, steps=st.integers(1, 60), after=st.sampled_from(Turn))
@example(start=2_142_347_502, rate=2_147_310_892, accel=-1_827_206, steps=22, after=Turn.MIRROR)
def test_counted_moves_end_with_the_step_of_the_interrupt_routine(
    start: int, rate: int, accel: int, steps: int, after: Turn
) -> None:
    move = counted(start, rate, accel, 0, steps, 1, after)
    limit = 3000
    tick, position, accumulator, trace = interrupt_routine(start, rate, accel, 0, after, limit, steps)
    assume(rate + accel * tick < STEP)  # more than a step a tick is more than the board can make
    if len(trace) - 1 == limit:
        assert move.ticks >= limit
    else:
        assert (move.ticks, move.position(tick), move.accumulator(tick)) == (tick, position, accumulator)
    middle = tick // 2
    assert move.position(middle) == trace[middle]


@settings(max_examples=120, deadline=None)
@given(
    start=ACCUMULATORS,
    rate=st.integers(-STEP // 2, STEP // 2),
    accel=st.integers(-400_000, 400_000),
    jerk=st.integers(-300, 300),
    ticks=st.integers(1, 1500),
)
def test_timed_moves_with_jerk_follow_the_interrupt_routine(
    start: int, rate: int, accel: int, jerk: int, ticks: int
) -> None:
    move = timed(start, rate, accel, jerk, ticks, 1, Turn.REVERSE)
    _, position, accumulator, trace = interrupt_routine(start, rate, accel, jerk, Turn.REVERSE, ticks, None)
    assert move.position(ticks) == position
    assert move.accumulator(ticks) == accumulator
    assert move.position(ticks // 3) == trace[ticks // 3]


@settings(max_examples=60, deadline=None)
@given(
    rate=st.integers(-STEP // 8, STEP // 8),
    accel=st.integers(-600_000, 600_000),
    jerk=st.integers(-2000, 2000),
    steps=st.integers(1, 40),
)
def test_counted_moves_with_jerk_follow_the_interrupt_routine(rate: int, accel: int, jerk: int, steps: int) -> None:
    move = counted(0, rate, accel, jerk, steps, 1, Turn.REVERSE)
    limit = 2500
    tick, position, _, trace = interrupt_routine(0, rate, accel, jerk, Turn.REVERSE, limit, steps)
    if len(trace) - 1 == limit:
        assert move.ticks >= limit
    else:
        assert (move.ticks, move.position(tick)) == (tick, position)


@settings(max_examples=150, deadline=None)
@given(
    rate=st.integers(1, STEP - 1),
    accel=st.integers(-3000, 3000),
    ticks=st.integers(1, 20_000),
)
def test_lt_is_what_plotink_predicts(rate: int, accel: int, ticks: int) -> None:
    axis = low_level_axis(V3, rate, 0, accel, 0, clear=True, timed=True)
    assert axis is not None
    move, _ = Motion(axis, axis, turn_of(V3), ticks).start((0, 0))
    assert (move.position(ticks), move.accumulator(ticks)) == ebb_calc.move_dist_lt(rate, accel, ticks)


@pytest.mark.parametrize(
    ("rate", "steps", "accel"),
    [
        (3_865_471, 60, 1732),  # the example of the command reference: 45 to 250 steps/s
        (85_899_345, 400, 0),
        (171_798_691, -250, 3000),
        (429_496_729, 1000, -20_000),
        (85_899_345, 37, -1_000_000),  # turns around on its way
        (1, 3, 4000),
    ],
)
def test_lm_takes_the_time_that_plotink_predicts(rate: int, steps: int, accel: int) -> None:
    axis = low_level_axis(V3, rate, steps, accel, 0, clear=True, timed=False)
    assert axis is not None
    move, _ = Motion(axis, axis, turn_of(V3)).start((0, 0))
    ticks, position, accumulator = ebb_calc.calculate_lm(steps, rate, accel)
    assert (move.ticks, move.position(move.ticks), move.accumulator(move.ticks)) == (ticks, position, accumulator)


def test_t3_is_what_plotink_predicts() -> None:
    for rate, accel, jerk, ticks in ((10_000_000, 20_000, 11, 2000), (-30_000_000, 5000, -7, 3000)):
        axis = low_level_axis(V3, rate, 0, accel, jerk, clear=True, timed=True)
        assert axis is not None
        move, _ = Motion(axis, axis, turn_of(V3), ticks).start((0, 0))
        assert (move.position(ticks), move.accumulator(ticks)) == ebb_calc.move_dist_t3(ticks, rate, accel, jerk)


def test_a_move_that_loses_its_speed_never_ends_on_2_8() -> None:
    axis = low_level_axis(V2_8, 85_899_345, 37, -1_000_000, 0, clear=True, timed=False)
    assert axis is not None
    move, _ = Motion(axis, axis, turn_of(V2_8)).start((0, 0))
    assert move.ticks == NEVER
    assert 0 < move.position(100_000) < 37


def test_the_same_move_differs_between_generations() -> None:
    def ticks(firmware: Firmware) -> int:
        axis = low_level_axis(firmware, 10_000_000, 100, 50_000, 0, clear=False, timed=False)
        assert axis is not None
        return Motion(axis, axis, turn_of(firmware)).start((0, 0))[0].ticks

    # Older firmware adds the acceleration after the step instead of before it.
    assert ticks(V2_8) == ticks(V3)
    assert 0 <= ticks(V2_5) - ticks(V3) <= 1


def test_contradicting_signs_are_no_move_on_3() -> None:
    assert low_level_axis(V3, -5, -10, 0, 0, clear=False, timed=False) is None


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("duration_ms", "steps"), [(25, 100), (40, -777), (1000, 20), (5, 3), (31, 775)])
def test_simple_moves_make_their_steps_in_about_their_time(
    version: tuple[int, int, int], duration_ms: int, steps: int
) -> None:
    firmware = Firmware(version)
    motion = simple_move(firmware, duration_ms, (steps, 0), clear=3)
    assert isinstance(motion, Motion)
    move, other = motion.start((0, 0))
    assert move.position(move.ticks) == steps
    assert other.ticks == 0
    # Without the remainder of the division the rate is up to one part in steps·2^15/ticks too low.
    slack = 1 + (0 if firmware.is_3 else 25 * duration_ms * 25 * duration_ms // (abs(steps) << 15) + 1)
    assert -1 <= move.ticks - 25 * duration_ms <= slack


def test_pauses_and_their_limits() -> None:
    assert simple_move(V3, 250_000, (0, 0)) == Delay(100_000 * 25)
    assert simple_move(V2_8, 70_000, (0, 0)) == Delay(0)
    assert simple_move(V2_8, 750, (0, 0)) == Delay(750 * 25)


@pytest.mark.parametrize(
    ("firmware", "duration_ms", "steps", "problem"),
    [
        (V3, 1, (26, 0), "!1 Err: Invalid step rate"),
        (V3, 1, (24, 0), ""),
        (V2_8, 1, (26, 0), "!0 Err: <axis1> step rate > 25K steps/second."),
        (V2_8, 2000, (0, 1), "!0 Err: <axis2> step rate < 1.31Hz."),
        (V3, 2000, (0, 1), ""),
        (V2_8, 1 << 24, (1, 0), "!0 Err: <move_duration> larger than 16777215 ms."),
        (V2_8, 0xFFFFFF, (0, 1 << 24), "!0 Err: <axis2> larger than 16777215 steps."),
    ],
)
def test_limits_of_simple_moves(firmware: Firmware, duration_ms: int, steps: tuple[int, int], problem: str) -> None:
    assert simple_problem(firmware, duration_ms, steps) == problem


@pytest.mark.parametrize("steps", [(5000, 1), (-5000, 2), (1, -9000), (-3, -8000), (300, 200), (0, 0), (10, 0)])
def test_homing_arrives(steps: tuple[int, int]) -> None:
    for firmware in (V2_8, V3):
        made = np.zeros(2, dtype=int)
        for move in home_moves(firmware, 400, steps):
            if isinstance(move, Motion):
                made += [axis.position(axis.ticks) for axis in move.start((0, 0))]
        assert tuple(made) == steps


def test_the_accumulator_carries_over() -> None:
    first = counted(0, STEP // 3, 0, 0, 2, 1, Turn.REVERSE)
    again = counted(first.accumulator(first.ticks), STEP // 3, 0, 0, 2, 1, Turn.REVERSE)
    assert first.ticks == 7  # a third is rounded down, so the sixth tick is just short of the second step
    assert again.start == first.accumulator(7)
    assert again.ticks == 6


def test_a_motor_without_steps_keeps_its_accumulator() -> None:
    move = counted(12345, 1000, 5, 0, 0, 1, Turn.REVERSE)
    assert (move.ticks, move.position(50), move.accumulator(50)) == (0, 0, 12345)
    assert AxisMove(7, 0).position(10) == 0
    assert AxisRequest(1).steps == 0
