"""The emulator on a pseudo-terminal, with our own transport and with plotink, which knows nothing of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from plotink import ebb3_motion, ebb_motion, ebb_serial

from sketchdesign.core.errors import PlotterError, PortLostError
from sketchdesign.plotter.clock import RealClock
from sketchdesign.plotter.emulator.board import Board
from sketchdesign.plotter.emulator.pty_server import PtyServer
from sketchdesign.plotter.emulator.running import emulator_folder, link_for, running_emulators
from sketchdesign.plotter.transport import Transport, open_serial

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


@pytest.fixture
def legacy() -> Iterator[tuple[Board, str]]:
    board = Board("2.8.1", clock=RealClock(), nickname="Nib")
    with PtyServer(board) as server:
        yield board, server.port


def read_until(transport: Transport, end: bytes) -> bytes:
    said = b""
    deadline_s = time.monotonic() + 5.0
    while not said.endswith(end) and time.monotonic() < deadline_s:
        said += transport.read(0.2)
    return said


def wait_for(path: Path) -> None:
    deadline_s = time.monotonic() + 5.0
    while not path.exists() and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert path.exists()


def test_plotink_of_the_second_generation(legacy: tuple[Board, str]) -> None:
    board, port = legacy
    device = ebb_serial.testPort(port)
    assert device is not None
    assert ebb_serial.min_version(device, "2.8.0")
    assert not ebb_serial.min_version(device, "3.0.0")
    assert ebb_serial.query_nickname(device, False) == "Nib"
    ebb_motion.sendEnableMotors(device, 1)
    assert ebb_motion.query_enable_motors(device) == (1, 1)
    assert ebb_motion.queryVoltage(device)
    ebb_motion.setPenUpPos(device, 12000)
    ebb_motion.setPenDownPos(device, 18000)
    ebb_motion.sendPenDown(device, 10)
    assert not ebb_motion.QueryPenUp(device)
    for _ in range(10):
        ebb_motion.doABMove(device, 30, 10, 10)
    ebb_motion.doLowLevelMove(device, 85_899_345, 20, 0, 42_949_672, 10, 0, 3)
    ebb_motion.doTimedPause(device, 10)
    time.sleep(0.1)
    assert ebb_motion.query_steps(device) == (420, 210)
    ebb_motion.sendPenUp(device, 10)
    time.sleep(0.05)
    assert ebb_motion.QueryPenUp(device)
    ebb_motion.doAbsMove(device, 20_000)
    ebb_motion.setEBBLV(device, 17)
    assert ebb_motion.queryEBBLV(device) == 17
    assert ebb_motion.QueryPRGButton(device).strip() == "0"
    ebb_motion.sendDisableMotors(device)
    time.sleep(0.1)
    assert ebb_motion.query_enable_motors(device) == (0, 0)
    ebb_serial.closePort(device)
    assert [command.reply for command in board.commands if "Err" in command.reply] == []


def test_plotink_of_the_third_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    board = Board("3.0.3", clock=RealClock())
    with PtyServer(board) as server:
        plotter = ebb3_motion.EBBMotionWrap()
        # It looks for ports by their USB ids, which a pseudo-terminal has not.
        monkeypatch.setattr(plotter, "_get_port_name", lambda name: setattr(plotter, "port_name", name))
        assert plotter.connect(server.port)
        assert str(plotter.version) == "3.0.3"
        plotter.motors_enable(1, 1)
        assert plotter.motors_query_enabled() == (1, 1)
        plotter.pen_pos_up(12000)
        plotter.pen_pos_down(18000)
        plotter.pen_lower(10)
        plotter.xy_move(100, -40, 50)
        plotter.timed_pause(10)
        plotter.pen_raise(10)
        time.sleep(0.2)
        assert plotter.query_steps() == (-40, 100)
        assert plotter.query_statusbyte() == 0x10
        plotter.abs_move(20_000)
        plotter.clear_accumulators()
        plotter.clear_steps()
        assert plotter.query_voltage()
        assert plotter.query_current() == (394, 300)
        assert plotter.var_write_int32(-123_456, 8)
        assert plotter.var_read_int32(8) == -123_456
        assert plotter.write_nickname("Nib")
        plotter.query_nickname()
        assert plotter.name == "Nib"
        plotter.servo_timeout(1000, 1)
        plotter.dio_b_config(3, 1, 0)
        assert plotter.dio_b_read(3)
        plotter.motors_disable()
        assert plotter.err is None
        plotter.disconnect()
    assert [command.reply for command in board.commands if "Err" in command.reply] == []


def test_our_own_transport(legacy: tuple[Board, str]) -> None:
    _, port = legacy
    transport = open_serial(port)
    transport.write(b"V\rSM,50,40,20\r")
    assert read_until(transport, b"OK\r\n") == b"EBBv13_and_above EB Firmware Version 2.8.1\r\nOK\r\n"
    with pytest.raises(PlotterError, match="in use by another program"):
        open_serial(port)
    transport.close()
    time.sleep(0.1)
    again = open_serial(port)
    again.write(b"QS\r")
    assert read_until(again, b"OK\r\n") == b"40,20\n\rOK\r\n"
    again.close()


def test_back_pressure_takes_real_time(legacy: tuple[Board, str]) -> None:
    transport = open_serial(legacy[1])
    begin_s = time.monotonic()
    for _ in range(20):
        transport.write(b"SM,10,5,5\r")
        assert read_until(transport, b"\n") == b"OK\r\n"
    assert 0.15 < time.monotonic() - begin_s < 2.0
    transport.close()


def test_a_pulled_cable_is_put_back_under_the_same_name(tmp_path: Path) -> None:
    board = Board("3.0.3", faults="drop@2:100ms", clock=RealClock())
    link = link_for("3.0.3", tmp_path)
    with PtyServer(board, link) as server:
        assert server.port == str(link)
        transport = open_serial(server.port)
        transport.write(b"SM,10,40,40\r")
        assert read_until(transport, b"OK\r\n") == b"OK\r\n"
        transport.write(b"SM,10,2,2\r")
        with pytest.raises(PortLostError):
            read_until(transport, b"never said")
        transport.close()
        wait_for(link)
        again = open_serial(server.port)
        again.write(b"QS\r")
        assert read_until(again, b"OK\r\n") == b"42,42\n\rOK\r\n"
        again.close()
    assert not link.exists()


def test_running_emulators_are_found(tmp_path: Path) -> None:
    stale = tmp_path / "ebb-2.8.1-999999999"
    stale.symlink_to("/dev/null")
    with PtyServer(Board("3.0.3", clock=RealClock()), link_for("3.0.3", tmp_path)) as server:
        assert [(port.port, port.description) for port in running_emulators(tmp_path)] == [
            (server.port, "emulated EiBotBoard, firmware 3.0.3")
        ]
    assert running_emulators(tmp_path) == []
    assert not stale.is_symlink()


def test_the_folder_of_links_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = emulator_folder()
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o777 == 0o700


def test_no_pseudo_terminals_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(PlotterError, match="Windows has no pseudo-terminals"):
        PtyServer(Board(clock=RealClock()))
    assert running_emulators() == []
