"""Where a board is that cannot tell, reckoned from what it took and when."""

from __future__ import annotations

import pytest

from sketchdesign.core.machine import STANDARD_SERVO
from sketchdesign.plotter.ebb import Ebb
from sketchdesign.plotter.emulator.board import Board
from sketchdesign.plotter.emulator.memory import MemoryTransport
from sketchdesign.plotter.pen import PenSetup
from sketchdesign.plotter.plan import Block
from sketchdesign.plotter.reckoning import Reckoning, note_of, position_in

OLD = "2.4.2"


def move(first: int, second: int, milliseconds: int) -> Block:
    return Block((first, second), 25 * milliseconds, (0, 0), (0, 0), (0.0, 0.0), milliseconds / 1000.0, 50.0)


def started(position: tuple[int, int] = (0, 0)) -> tuple[Board, Ebb]:
    board = Board(OLD)
    plotter = Ebb(MemoryTransport(board), board.clock)
    plotter.connect()
    plotter.start(PenSetup(STANDARD_SERVO), 7, at_home=position == (0, 0), position=position)
    board.queue.position[:] = position
    return board, plotter


def test_it_is_where_the_emulated_board_is_all_along_a_line() -> None:
    board, plotter = started()
    for number in range(200):
        while plotter.status().outstanding >= plotter.capacity:
            board.clock.sleep(0.002)
        plotter.move(move(3 + number % 50, -2 * (number % 31), 25))
        reckoned = plotter.status().position
        board.run()
        assert reckoned == pytest.approx(board.queue.steps(board.tick), abs=3)
    while plotter.status().outstanding:
        board.clock.sleep(0.01)
    assert plotter.status().position == tuple(board.queue.counters)


@pytest.mark.parametrize("after_s", [0.003, 0.05, 0.13, 0.17, 0.2, 0.31, 0.5])
def test_a_stop_tells_exactly_where_it_stopped(after_s: float) -> None:
    board, plotter = started((400, -70))
    plotter.move(move(-300, 500, 150))
    plotter.move(move(250, -40, 150))
    board.clock.sleep(after_s)
    assert plotter.halt().position == tuple(board.queue.position)


def test_a_stop_between_a_move_and_the_pen() -> None:
    board, plotter = started()
    plotter.move(move(-300, 500, 150))
    plotter.pen(up=False, wait_ms=100)
    board.clock.sleep(0.06)
    assert plotter.halt().position == tuple(board.queue.position)
    assert 0 < board.queue.position[1] < 500


def test_an_answer_that_came_late_tells_when_there_was_room() -> None:
    reckoning = Reckoning((0, 0))
    for asked_s, answered_s in ((0.0, 0.0), (0.0, 0.0), (0.05, 0.15)):
        reckoning.take_wait(0.1, asked_s, answered_s)
    assert reckoning.outstanding(0.2) == 2
    assert reckoning.outstanding(0.251) == 1


@pytest.mark.parametrize("position", [(0, 0), (-3, 7), (58_160, 34_400), (23_760, -23_760)])
def test_a_note_keeps_a_position(position: tuple[int, int]) -> None:
    assert 0 < note_of(position) < 1 << 32
    assert position_in(note_of(position)) == position


@pytest.mark.parametrize("position", [None, (70_000, 0), (0, 50_000), (-300, 0), (0, -30_000)])
def test_no_note_of_what_is_unknown_or_far_away(position: tuple[int, int] | None) -> None:
    assert note_of(position) == 0
    assert position_in(0) is None


def test_whoever_comes_later_learns_where_the_board_went() -> None:
    board, plotter = started()
    plotter.move(move(300, -40, 30))
    plotter.move(move(50, 7, 30))
    board.unplug()
    later = Ebb(MemoryTransport(board), board.clock)
    later.connect()
    assert later.status().position is None
    assert later.alive_since(7)
    assert later.status().position == (350, -33) == tuple(board.queue.counters)


def test_a_stop_is_noted_too() -> None:
    board, plotter = started()
    plotter.move(move(300, -40, 100))
    board.clock.sleep(0.05)
    plotter.halt()
    board.unplug()
    later = Ebb(MemoryTransport(board), board.clock)
    later.connect()
    assert later.alive_since(7)
    assert later.status().position == tuple(board.queue.counters)
    assert 0 < board.queue.counters[0] < 300


def test_what_was_lost_stays_unknown() -> None:
    reckoning = Reckoning((5, 5))
    reckoning.take_move((10, 10), 250, 0.0, 0.0)
    reckoning.lose()
    reckoning.take_move((10, 10), 250, 0.0, 0.0)
    assert reckoning.position(1.0) is None
