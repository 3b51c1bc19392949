"""The emulated plotter on a pseudo-terminal, for programs that want a serial port."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from pathlib import Path
from types import TracebackType

from sketchdesign.core.errors import PlotterError
from sketchdesign.plotter.emulator.board import Board

_LONGEST_WAIT_S = 0.02
_PACKET = 64


class PtyServer:
    """Serves a board, which must keep real time, in a thread of its own, from construction until `close`.

    The board belongs to that thread until then.

    Args:
        board: what answers.
        link: a path at which the port is found also after its cable was pulled and put back, when it gets another
            name from the system.

    Attributes:
        port: what to open: the link, or the terminal itself.

    Raises:
        PlotterError: this system has no pseudo-terminals.
    """

    def __init__(self, board: Board, link: Path | None = None) -> None:
        if sys.platform == "win32":
            raise PlotterError(
                "Windows has no pseudo-terminals for an emulated plotter",
                hint="choose the simulated plotter in the app",
            )
        self._board = board
        self._link = link
        self._ends: tuple[int, int] | None = None
        self._pending = b""
        self._open()
        self.port = str(link) if link is not None else self._terminal
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="emulated plotter", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take the port away and stop the thread; closing twice is harmless."""
        self._stop.set()
        self._thread.join()
        self._hang_up()

    def __enter__(self) -> PtyServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _serve(self) -> None:
        board = self._board
        while not self._stop.is_set():
            board.run()
            if not board.connected(self._plug):
                self._hang_up()
                if board.present:
                    self._open()
                else:
                    self._stop.wait(_LONGEST_WAIT_S)
                continue
            self._exchange()

    def _exchange(self) -> None:
        if self._ends is None:
            return
        master = self._ends[0]
        board = self._board
        self._pending += board.take()
        wait_s = min(max(board.next_event_s() - board.clock.now(), 0.0), _LONGEST_WAIT_S)
        readable, writable, _ = select.select([master], [master] if self._pending else [], [], wait_s)
        if writable:
            self._pending = self._pending[os.write(master, self._pending) :]
        if readable:
            data = os.read(master, _PACKET)
            board.run()
            board.receive(data)

    def _open(self) -> None:
        if sys.platform == "win32":
            return
        import tty

        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        # Our own hold on the far end keeps the terminal alive, and raw, while no program has it open.
        self._ends = (master, slave)
        self._terminal = os.ttyname(slave)
        self._plug = self._board.plug_in()
        self._pending = b""
        if self._link is not None:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self._terminal)

    def _hang_up(self) -> None:
        if self._ends is None:
            return
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        for end in self._ends:
            with contextlib.suppress(OSError):
                os.close(end)
        self._ends = None
