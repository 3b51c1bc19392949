"""The emulator's queue, clock, pen and record."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sketchdesign.core.errors import PlotterError, PortLostError
from sketchdesign.plotter.emulator.board import Board
from sketchdesign.plotter.emulator.memory import MemoryTransport

Wire = Callable[..., tuple[Board, Callable[[str], str]]]


def everything(transport: MemoryTransport, quiet_s: float) -> bytes:
    """All that is said until it is quiet for so long."""
    said = b""
    while more := transport.read(quiet_s):
        said += more
    return said


def send(transport: MemoryTransport, command: str, wait_s: float = 60.0) -> float:
    """Send a command, wait for its answer and return how long that took."""
    begin_s = transport._board.clock.now()
    transport.write(command.encode() + b"\r")
    assert transport.read(wait_s).endswith(b"\n")
    return transport._board.clock.now() - begin_s


def test_the_answer_is_withheld_while_the_queue_is_full() -> None:
    board = Board("2.8.1")
    transport = MemoryTransport(board)
    times = [send(transport, "SM,500,100,100") for _ in range(4)]
    # One runs, one is queued; then each must wait for the end of one.
    assert times[0] < 0.01
    assert times[1] < 0.01
    assert times[2] == pytest.approx(0.5, abs=0.02)
    assert times[3] == pytest.approx(0.5, abs=0.02)


def test_nothing_is_read_while_a_command_waits_for_room() -> None:
    board = Board("2.8.1")
    transport = MemoryTransport(board)
    transport.write(b"SM,1000,100,100\r" * 3 + b"ES\r")
    said = everything(transport, 0.5)
    assert said == b"OK\r\nOK\r\n"
    assert board.time_s < 0.6
    assert everything(transport, 0.6) == b"OK\r\n1,100,100,100,100\n\rOK\r\n"
    assert board.commands[-1].time_s == pytest.approx(1.0, abs=0.02)


def test_a_longer_queue_takes_more() -> None:
    board = Board("3.0.3")
    transport = MemoryTransport(board)
    send(transport, "CU,4,32")
    assert sum(send(transport, "SM,500,100,100") for _ in range(33)) < 0.1
    assert send(transport, "SM,500,100,100") > 0.3
    transport.write(b"QU,6\r")
    assert transport.read(1.0) == b"QU,32\r\nOK\r\n"
    board.finish()
    assert board.queue.counters == [3400, 3400]
    assert board.time_s == pytest.approx(17.0, abs=0.01)


def test_the_queue_is_made_longer_only_at_rest() -> None:
    transport = MemoryTransport(Board("3.0.3"))
    send(transport, "SM,400,10,10")
    assert send(transport, "CU,4,8") == pytest.approx(0.4, abs=0.02)


def test_counters_and_status_in_the_middle_of_a_move() -> None:
    board = Board("3.0.3")
    transport = MemoryTransport(board)
    transport.write(b"CU,10,1\r")
    transport.read(0.1)
    send(transport, "SM,1000,1000,-500")
    board.clock.sleep(0.5)
    transport.write(b"QS\rQG\rQM\r")
    steps, status, motion = everything(transport, 0.01).decode().splitlines()
    first, second = map(int, steps[3:].split(","))
    assert first == pytest.approx(500, abs=3)
    assert second == pytest.approx(-250, abs=3)
    assert status == "QG,1E"
    assert motion == "QM,1,1,1,0"


def test_the_pen_bit_changes_when_the_queued_pen_move_begins() -> None:
    board = Board("3.0.3")
    transport = MemoryTransport(board)
    send(transport, "SM,300,100,0")
    send(transport, "SP,0,200")
    assert board.queue.pen_up
    board.clock.sleep(0.35)
    board.run()
    assert not board.queue.pen_up
    assert not board.idle
    board.finish()
    assert board.time_s == pytest.approx(0.5, abs=0.02)


def test_pen_up_at_once(wire: Wire) -> None:
    board = Board("3.0.3")
    transport = MemoryTransport(board)
    send(transport, "CU,4,10")
    for command in ("SP,0,100", "SM,1000,100,0", "SP,0,100", "SM,1000,100,0"):
        send(transport, command)
    board.clock.sleep(0.5)
    send(transport, "SP,3")
    assert board.queue.pen_up
    board.finish()
    assert board.queue.pen_up
    drawn = [path for path in board.path() if path.pen_down]
    assert len(drawn) == 1
    assert drawn[0].steps[-1, 0] == pytest.approx(40, abs=2)
    older, ask = wire("2.8.1")
    ask("SP,0"), ask("SP,3")
    assert older.queue.pen_up  # it knows only up and down, and queues both


def test_another_servo_position_reads_as_down(wire: Wire) -> None:
    board, ask = wire("3.0.3")
    ask("SC,4,12000"), ask("SC,5,18000"), ask("SP,1")
    ask("S2,12001,4,0,100")
    assert not board.queue.pen_up
    ask("S2,12000,4,0,100")
    assert board.queue.pen_up
    ask("S2,18000,5,0,100")  # another pin
    assert board.queue.pen_up


def test_the_servo_takes_its_time(wire: Wire) -> None:
    board, ask = wire("3.0.3")
    for command in ("SC,4,12000", "SC,5,18000", "SC,12,600", "SC,11,1200", "SP,1,10", "SP,0,10"):
        ask(command)
    up, down = board.queue.record.pen_changes[-2:]
    assert (down.settled_tick - down.tick) / 25 == pytest.approx(10 * 24)
    assert (up.settled_tick - up.tick) / 25 == pytest.approx(5 * 24)


def test_emergency_stop_of_older_firmware_tells_what_is_left() -> None:
    board = Board("2.8.1")
    transport = MemoryTransport(board)
    send(transport, "SM,1000,1000,500")
    send(transport, "SM,1000,300,-200")
    board.clock.sleep(0.25)
    transport.write(b"ES\r")
    interrupted, fifo1, fifo2, left1, left2 = map(int, transport.read(1.0).split(b"\n")[0].split(b","))
    assert (interrupted, fifo1, fifo2) == (1, 300, 200)
    assert left1 == pytest.approx(750, abs=5)
    assert left2 == pytest.approx(375, abs=5)
    assert board.idle
    assert board.queue.counters == [1000 - left1, 500 - left2]


def test_emergency_stop_of_firmware_3_forgets_everything() -> None:
    board = Board("3.0.3")
    transport = MemoryTransport(board)
    send(transport, "CU,4,8")
    for command in ("SP,0,200", "SM,500,100,100", "SP,1,200"):
        send(transport, command)
    board.clock.sleep(0.3)
    transport.write(b"ES\r")
    assert transport.read(1.0) == b"1\n\rOK\r\n"
    board.finish()
    assert not board.queue.pen_up  # the pen stays where it is


def test_homing_waits_and_goes_back(wire: Wire) -> None:
    board, ask = wire("3.0.3")
    ask("CU,4,8")
    ask("SM,500,900,-300"), ask("HM,4000")
    board.finish()
    assert board.queue.counters == [0, 0]
    ask("HM,2000,-40,77")
    assert board.queue.counters == [-40, 77]


def test_counters_are_cleared_but_the_machine_stays_where_it_is(wire: Wire) -> None:
    board, ask = wire("3.0.3")
    ask("SM,100,400,200"), ask("EM,1,1"), ask("SM,100,50,0"), ask("CS"), ask("SM,100,1,1")
    assert ask("QS") == "1,1\n\rOK\r\n"
    assert board.queue.position == [451, 201]
    ask("EM,3,3"), ask("SM,100,10,0")
    assert board.queue.position == [491, 201]  # a step is now four sixteenths


def test_motors_that_are_off_do_not_move(wire: Wire) -> None:
    board, ask = wire("3.0.3")
    ask("EM,0,0"), ask("CU,50,0"), ask("SM,100,400,200")
    assert board.queue.counters == [400, 200]
    assert board.queue.position == [0, 0]
    assert board.path()[-1].steps.max() == 0


def test_the_path_is_rebuilt(wire: Wire) -> None:
    board, ask = wire("3.0.3")
    for command in ("SM,200,800,0", "SP,0,100", "SM,200,0,400", "SM,200,-400,-400", "SP,1,100", "SM,50,10,10", "SP,0"):
        ask(command)
    paths = board.path()
    assert [path.pen_down for path in paths] == [False, True, False, True]
    travel, stroke, _, dot = paths
    assert travel.steps[[0, -1]].tolist() == [[0, 0], [800, 0]]
    assert stroke.steps[[0, -1]].tolist() == [[800, 0], [400, 0]]
    assert stroke.steps[:, 1].max() == 400
    assert np.all(np.diff(stroke.times_s) >= 0.0)
    assert dot.steps.tolist() == [[410, 10]]
    middle = np.interp(travel.times_s[0] + 0.1, travel.times_s, travel.steps[:, 0])
    assert middle == pytest.approx(400, abs=2)


def test_the_path_of_an_accelerated_move_is_that_of_the_interrupt_routine(wire: Wire) -> None:
    board, ask = wire("3.0.3")
    rate, accel, steps = 50_000_000, 30_000, 400
    ask(f"LM,{rate},{steps},{accel},0,0,0,3")
    path = board.path()[0]
    register, accumulator, position, trace = rate - accel // 2, 0, 0, [0]
    while position < steps:
        register += accel
        accumulator += register
        position, trace = position + (accumulator >> 31), [*trace, position + (accumulator >> 31)]
        accumulator &= (1 << 31) - 1
    ticks = np.rint((path.times_s - path.times_s[0]) * 25_000).astype(int)
    assert path.steps[:, 0].tolist() == [trace[tick] for tick in ticks]
    assert board.peak_step_rate() == pytest.approx(register / 2**31 * 25_000, rel=1e-6)


def test_a_starved_stroke_is_an_underrun() -> None:
    board = Board("3.0.3")
    transport = MemoryTransport(board)
    send(transport, "SP,0,100")
    send(transport, "SM,50,10,10")
    send(transport, "SM,50,10,10")
    board.clock.sleep(0.5)
    assert board.underruns() == []  # the stroke may be over
    send(transport, "SM,50,10,10")
    (starved,) = board.underruns()
    assert starved.seconds == pytest.approx(0.4, abs=0.01)
    board.finish()
    send(transport, "SP,1,100")
    board.finish()
    board.clock.sleep(0.5)
    send(transport, "SM,50,10,10")
    assert len(board.underruns()) == 1


def test_every_command_is_told_of() -> None:
    told: list[str] = []
    board = Board("3.0.3", on_command=lambda command: told.append(command.text))
    transport = MemoryTransport(board)
    send(transport, "V")
    send(transport, "QS")
    assert told == ["V", "QS"]
    assert [(command.number, command.reply) for command in board.commands][1] == (2, "0,0\n\rOK\r\n")
    assert board.commands[1].time_s == pytest.approx(board.time_s, abs=0.001)


def test_one_host_at_a_time() -> None:
    board = Board()
    first = MemoryTransport(board)
    with pytest.raises(PlotterError, match="in use by another program"):
        MemoryTransport(board)
    first.close()
    first.close()
    with pytest.raises(PortLostError, match="gone"):
        first.write(b"V\r")
    MemoryTransport(board).write(b"V\r")


def test_rebooting_drops_off_the_bus() -> None:
    board = Board("3.0.3", nickname="Nib")
    transport = MemoryTransport(board)
    send(transport, "SM,100,40,40")
    transport.write(b"RB\r")
    with pytest.raises(PortLostError):
        transport.read(1.0)
    again = MemoryTransport(board)
    again.write(b"QS\rQT\r")
    assert everything(again, 1.0) == b"0,0\n\rOK\r\nNib\r\nOK\r\n"


def test_a_move_that_never_ends_is_said_so() -> None:
    board = Board("2.8.1")
    send(MemoryTransport(board), "LM,85899345,37,-1000000,0,0,0,3")
    with pytest.raises(PlotterError, match="for ever"):
        board.finish()
