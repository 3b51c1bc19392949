"""Bytes to and from a plotter, over a serial port.

The only place that knows pyserial. Everything above works with any `Transport`, so that the emulator in memory
stands in for the machine without a port.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sketchdesign.core.errors import PlotterError, PortLostError

if TYPE_CHECKING:
    import serial

EBB_USB_IDS = (0x04D8, 0xFD92)
EBB_PRODUCT = "EiBotBoard"

_WRITE_TIMEOUT_S = 2.0
_PAUSE_S = 0.005


class SerialLine(NamedTuple):
    """How bytes travel over a serial port.

    Attributes:
        baud: bits per second. USB itself ignores it; it must then only be a rate that every system knows.
        rts_cts, xon_xoff: the device holds data up by a wire, or by control characters. A write then returns when the
            device has taken everything, so that nothing is left in between when it shall stop.
        patience_s: how long the device may take nothing; 0 for the usual two seconds.
    """

    baud: int = 9600
    rts_cts: bool = False
    xon_xoff: bool = False
    patience_s: float = 0.0


USB_LINE = SerialLine()


class Transport(Protocol):
    """A line to a plotter. Every call is bounded in time.

    Attributes:
        name: the port as a person knows it.
    """

    name: str

    def write(self, data: bytes) -> None:
        """Send all of ``data``.

        Raises:
            PortLostError: the device vanished, or took nothing for two seconds.
        """
        ...

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived, waiting at most ``timeout_s`` for the first byte; ``b""`` when there is none.

        Raises:
            PortLostError: the device vanished.
        """
        ...

    def close(self) -> None:
        """Let go of the port; closing twice is harmless."""
        ...


class PlotterPort(NamedTuple):
    """A port with a plotter on it.

    Attributes:
        port: what `open_serial` takes.
        description: what the system says is there.
        nickname: the name that its owner gave to the board, or nothing.
    """

    port: str
    description: str
    nickname: str


class UsbPort(Protocol):
    """What pyserial tells about a port."""

    device: str
    description: str
    vid: int | None
    pid: int | None
    serial_number: str | None


def find_plotters(list_ports: Callable[[], Iterable[UsbPort]] | None = None) -> list[PlotterPort]:
    """The EiBotBoards on this machine, known by their USB ids or their product name, in order of their ports.

    Args:
        list_ports: what is plugged in; the system's own list when absent.
    """
    if list_ports is None:
        from serial.tools.list_ports import comports

        list_ports = comports
    found = [
        PlotterPort(port.device, port.description or "", _nickname(port))
        for port in list_ports()
        if (port.vid, port.pid) == EBB_USB_IDS or (port.description or "").startswith(EBB_PRODUCT)
    ]
    return sorted(found)


def open_serial(port: str, line: SerialLine = USB_LINE) -> Transport:
    """Open a serial port in raw mode, for this process alone.

    Args:
        line: what the device expects.

    Raises:
        PlotterError: there is no such port, it may not be used, or another program has it.
    """
    import serial

    try:
        device = serial.Serial(
            port,
            line.baud,
            timeout=0,
            write_timeout=line.patience_s or _WRITE_TIMEOUT_S,
            rtscts=line.rts_cts,
            xonxoff=line.xon_xoff,
            exclusive=True,
        )
    except (serial.SerialException, ValueError) as error:
        raise _cannot_open(port, error) from error
    _keep_others_out(device, port)
    return SerialTransport(port, device)


class SerialTransport:
    """A port opened with pyserial."""

    def __init__(self, name: str, device: serial.Serial) -> None:
        self.name = name
        self._device = device
        self._lost = _errors_of_a_lost_port()

    def write(self, data: bytes) -> None:
        import serial

        try:
            self._device.write(data)
            if self._device.rtscts or self._device.xonxoff:
                self._wait_until_taken()
        except serial.SerialTimeoutException as error:
            raise PortLostError(
                f"the plotter on {self.name} took no data for {self._device.write_timeout:g} seconds",
                hint="switch it off and on again, then resume",
            ) from error
        except self._lost as error:
            raise self._vanished() from error

    def _wait_until_taken(self) -> None:
        import serial

        end_s = time.monotonic() + self._device.write_timeout
        while self._device.out_waiting:
            if time.monotonic() > end_s:
                self._device.reset_output_buffer()
                raise serial.SerialTimeoutException
            time.sleep(_PAUSE_S)

    def read(self, timeout_s: float) -> bytes:
        try:
            if self._device.timeout != timeout_s:
                self._device.timeout = timeout_s
            first: bytes = self._device.read(1)
            waiting = self._device.in_waiting if first else 0
            return first + self._device.read(waiting) if waiting else first
        except self._lost as error:
            raise self._vanished() from error

    def close(self) -> None:
        with contextlib.suppress(*self._lost):  # a device that is gone cannot be closed any better
            self._device.close()

    def _vanished(self) -> PortLostError:
        return PortLostError(
            f"the plotter on {self.name} is gone", hint="check its cable and its power, connect it again and resume"
        )


def _nickname(port: UsbPort) -> str:
    """The board's own name: part of the product name, or the serial number where the system hides the product."""
    product, _, nickname = (port.description or "").partition(",")
    if product.startswith(EBB_PRODUCT):
        # Windows and Linux put the port or the word for "no product" behind it; a nickname follows a comma.
        return nickname.split(" - ")[-1].strip()
    return (port.serial_number or "").strip()


def _errors_of_a_lost_port() -> tuple[type[Exception], ...]:
    """What pyserial lets through when a device vanishes: its own, the system's, and termios's, which is neither."""
    if sys.platform == "win32":
        return (OSError, TypeError)
    import termios

    return (OSError, TypeError, termios.error)


def _keep_others_out(device: serial.Serial, port: str) -> None:
    """Refuse programs that take no lock, which the lock of pyserial alone does not.

    Not on pseudo-terminals: there the mark would outlive a process that was killed.
    """
    if sys.platform == "win32" or os.path.realpath(port).startswith(("/dev/pts/", "/dev/ttys")):
        return
    import fcntl
    import termios

    fcntl.ioctl(device.fileno(), termios.TIOCEXCL)


def _cannot_open(port: str, error: Exception) -> PlotterError:
    reason = getattr(error, "errno", None)
    text = str(error).lower()
    if reason == errno.ENOENT or "filenotfounderror" in text or not port:
        return PlotterError(
            f"there is no port {port!r}", hint="plug the plotter in and see sketchdesign plotters for what is there"
        )
    if reason in (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK) or ("permissionerror" in text and reason is None):
        return PlotterError(
            f"the plotter on {port} is in use by another program", hint="close that program or wait until it is done"
        )
    if reason in (errno.EACCES, errno.EPERM):
        return PlotterError(
            f"you are not allowed to use {port}",
            hint="install the udev rule 70-sketchdesign.rules or join the group dialout, then plug it in again",
        )
    return PlotterError(f"{port} cannot be opened as a serial port", hint="choose one that sketchdesign plotters lists")
