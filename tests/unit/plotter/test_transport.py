"""The serial port: finding plotters, opening, losing and refusing ports."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import serial

from sketchdesign.core.errors import PlotterError, PortLostError
from sketchdesign.plotter.clock import RealClock, VirtualClock
from sketchdesign.plotter.transport import PlotterPort, SerialLine, Transport, find_plotters, open_serial

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


@dataclass
class Usb:
    device: str
    description: str
    vid: int | None = None
    pid: int | None = None
    serial_number: str | None = None


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """Our end of a pseudo-terminal, and the name of the other."""
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    for end in (master, slave):
        with contextlib.suppress(OSError):  # closed by the test
            os.close(end)


def test_plotters_are_known_by_their_ids_or_their_name() -> None:
    ports = [
        Usb("/dev/ttyS0", "n/a"),
        Usb("/dev/ttyACM1", "EiBotBoard,Nib", 0x04D8, 0xFD92, "Nib"),
        Usb("/dev/ttyACM0", "EiBotBoard", 0x04D8, 0xFD92),
        Usb("COM7", "USB Serial Device (COM7)", 0x04D8, 0xFD92, "Blot"),
        Usb("/dev/ttyACM2", "Arduino Uno", 0x2341, 0x0043),
        Usb("/dev/cu.usbmodem1", "EiBotBoard"),
    ]
    assert find_plotters(lambda: ports) == [
        PlotterPort("/dev/cu.usbmodem1", "EiBotBoard", ""),
        PlotterPort("/dev/ttyACM0", "EiBotBoard", ""),
        PlotterPort("/dev/ttyACM1", "EiBotBoard,Nib", "Nib"),
        PlotterPort("COM7", "USB Serial Device (COM7)", "Blot"),
    ]


def test_bytes_go_both_ways(terminal: tuple[int, str]) -> None:
    master, port = terminal
    transport: Transport = open_serial(port)
    assert transport.name == port
    transport.write(b"V\r")
    assert os.read(master, 10) == b"V\r"
    os.write(master, b"\x00\x03EBB\r\n\x11")
    assert transport.read(1.0) == b"\x00\x03EBB\r\n\x11"
    transport.close()
    transport.close()


def test_reading_waits_no_longer_than_told(terminal: tuple[int, str]) -> None:
    transport = open_serial(terminal[1])
    begin_s = time.monotonic()
    assert transport.read(0.05) == b""
    assert 0.04 < time.monotonic() - begin_s < 1.0
    transport.close()


def test_a_device_that_vanishes(terminal: tuple[int, str]) -> None:
    master, port = terminal
    transport = open_serial(port)
    os.close(master)
    with pytest.raises(PortLostError, match=f"plotter on {port} is gone; check its cable"):
        transport.read(0.1)
    with pytest.raises(PortLostError, match="is gone"):
        transport.write(b"V\r")
    transport.close()


def test_a_device_that_takes_nothing(terminal: tuple[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sketchdesign.plotter.transport._WRITE_TIMEOUT_S", 0.1)
    transport = open_serial(terminal[1])
    with pytest.raises(PortLostError, match=r"took no data for 0\.1 seconds"):
        transport.write(b"x" * 100_000)
    transport.close()


def test_a_device_that_holds_data_up(terminal: tuple[int, str]) -> None:
    master, port = terminal
    transport = open_serial(port, SerialLine(xon_xoff=True, patience_s=0.2))
    transport.write(b"PU;")
    assert os.read(master, 10) == b"PU;"
    os.write(master, b"\x13")
    time.sleep(0.05)
    with pytest.raises(PortLostError, match=r"took no data for 0\.2 seconds"):
        transport.write(b"PD;")
    os.write(master, b"\x11")
    time.sleep(0.05)
    transport.write(b"PA1,1;")
    assert os.read(master, 10) == b"PA1,1;"
    transport.close()


def test_a_second_user_is_refused(terminal: tuple[int, str]) -> None:
    first = open_serial(terminal[1])
    with pytest.raises(PlotterError, match=r"in use by another program; close that program"):
        open_serial(terminal[1])
    first.close()
    open_serial(terminal[1]).close()


def test_no_such_port() -> None:
    with pytest.raises(PlotterError, match="there is no port '/dev/ttyACM99'"):
        open_serial("/dev/ttyACM99")
    with pytest.raises(PlotterError, match="there is no port ''"):
        open_serial("")


def test_what_is_no_port(tmp_path: Path) -> None:
    file = tmp_path / "drawing.svg"
    file.touch()
    with pytest.raises(PlotterError, match="cannot be opened as a serial port"):
        open_serial(str(file))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            serial.SerialException(errno.EACCES, "could not open port"),
            "not allowed to use /dev/ttyACM0; install the udev",
        ),
        (serial.SerialException(errno.EBUSY, "could not open port"), "in use by another program"),
        (serial.SerialException("could not open port 'COM7': PermissionError(13, 'denied', None, 5)"), "in use by"),
        (
            serial.SerialException("could not open port 'COM9': FileNotFoundError(2, 'gone', None, 2)"),
            "there is no port",
        ),
    ],
)
def test_what_systems_say(error: Exception, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(serial, "Serial", refuse)
    with pytest.raises(PlotterError, match=message):
        open_serial("/dev/ttyACM0")


def test_clocks() -> None:
    virtual = VirtualClock()
    virtual.sleep(2.5)
    virtual.sleep(-1.0)
    assert virtual.now() == 2.5
    virtual.advance_to(2.0)
    assert virtual.now() == 2.5
    virtual.advance_to(4.0)
    assert virtual.now() == 4.0
    real = RealClock()
    begin_s = real.now()
    real.sleep(0.02)
    real.sleep(-1.0)
    assert real.now() - begin_s >= 0.015
