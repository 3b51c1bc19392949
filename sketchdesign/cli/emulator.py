"""``emulator``: a plotter to try things on."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from sketchdesign.cli.console import Console

_LONGEST_NICKNAME = 16


def emulator(
    context: typer.Context,
    firmware: Annotated[str, typer.Option(help="Version: 2.4.2, 2.5.3, 2.6.2, 2.8.1 or 3.0.3.")] = "3.0.3",
    fault: Annotated[
        str,
        typer.Option(
            metavar="WHAT@WHEN,...",
            help="What goes wrong, at a command or a time: drop@120, stall@50:300ms, power@3.5s, "
            "hang, garbage, dup, button, lowvolt.",
        ),
    ] = "",
    log: Annotated[
        Path | None, typer.Option(help="Write each command, and the final positions, as JSON lines.")
    ] = None,
    nickname: Annotated[str, typer.Option(help="The name of the board.")] = "",
    seconds: Annotated[float | None, typer.Option(help="Stop after so long. Default: when told to.")] = None,
) -> None:
    """Run an emulated EiBotBoard on a port of its own until Ctrl-C; it prints the port."""
    from sketchdesign.core.errors import InputError
    from sketchdesign.plotter.clock import RealClock
    from sketchdesign.plotter.emulator.board import Board, LoggedCommand
    from sketchdesign.plotter.emulator.pty_server import PtyServer
    from sketchdesign.plotter.emulator.running import emulator_folder, link_for

    console: Console = context.obj
    if seconds is not None and not 0.0 < seconds < math.inf:
        raise InputError(f"it cannot run for {seconds:g} s", hint="give --seconds a number above 0")
    if len(nickname) > _LONGEST_NICKNAME:
        raise InputError(f"a board keeps no nickname of {len(nickname)} letters", hint="choose up to 16")
    with _json_lines(log) as write:

        def note(command: LoggedCommand) -> None:
            write(command._asdict())

        board = Board(firmware, faults=fault, clock=RealClock(), nickname=nickname, on_command=note)
        with PtyServer(board, link_for(board.firmware.name, emulator_folder())) as server:
            console.result(
                {"port": server.port, "firmware": board.firmware.name},
                # The port comes last and alone, so that it can be copied.
                f"Emulated plotter with firmware {board.firmware.name}, until Ctrl-C, on\n{server.port}",
            )
            sys.stdout.flush()  # whoever reads this from a pipe waits for the port
            _wait(seconds)
        first, second = board.queue.steps(board.tick)
        write({"steps": [first, second], "pen_up": board.queue.pen_up, "time_s": board.time_s})


def _wait(seconds: float | None) -> None:
    """Until then, or until somebody ends it, which is what is meant to happen."""
    deadline_s = None if seconds is None else time.monotonic() + seconds
    try:
        while deadline_s is None or time.monotonic() < deadline_s:
            time.sleep(0.1)
    except KeyboardInterrupt:
        return


@contextmanager
def _json_lines(path: Path | None) -> Iterator[Any]:
    """Writes objects to a file, a line each, at once; to nowhere without one."""
    from sketchdesign.core.errors import OutputError
    from sketchdesign.core.files import check_writable

    if path is None:
        yield lambda _entry: None
        return
    check_writable(path)
    try:
        file: IO[str] = path.open("w", encoding="utf-8", buffering=1)
    except OSError as error:
        raise OutputError(f"cannot write {path}", hint="choose another path for the log") from error
    full: list[OSError] = []

    def write(entry: Any) -> None:
        # Called on the thread that serves the board, which goes on although its log cannot.
        try:
            if not full:
                print(json.dumps(entry, ensure_ascii=False), file=file)
        except OSError as error:
            full.append(error)

    try:
        yield write
    finally:
        with suppress(OSError):
            file.close()
    if full:
        reason = (full[0].strerror or str(full[0])).lower()
        raise OutputError(f"the log {path} is not complete: {reason}", hint="choose another path for it") from full[0]
