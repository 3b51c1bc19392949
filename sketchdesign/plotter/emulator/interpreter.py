"""From a line of text to what the board does and says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sketchdesign.plotter.emulator import commands_motion, commands_state
from sketchdesign.plotter.emulator.dialect import (
    LINE,
    MISSING,
    RX_OVERRUN,
    Parameters,
    extra_parameter,
    invalid_value,
    verify_checksum,
)
from sketchdesign.plotter.emulator.motion import Answer, Waiting

if TYPE_CHECKING:
    from sketchdesign.plotter.emulator.board import Board

_HANDLERS: dict[str, Callable[[Board, Parameters], Answer]] = commands_motion.HANDLERS | commands_state.HANDLERS


def interpret(board: Board, line: str | None) -> Answer:
    """Carry out one command and return its answer, or where it waits, what gives the answer in the end.

    Args:
        line: the command without its end of line, ``None`` for one that was too long.
    """
    if not line:
        return board.syntax.error("", RX_OVERRUN)
    if board.settings.checksums:
        line, problem = verify_checksum(line)
        if problem:
            return board.syntax.error(line[:2].upper(), problem)
    length = 1 if line[1:2] in ("", ",") else 2
    name, parameters = line[:length].upper(), Parameters(line[length:])
    handler = _HANDLERS.get(name)
    if handler is None or not board.firmware.knows(name):
        return _unknown(board, name, parameters)
    answer = handler(board, parameters)
    if isinstance(answer, str):
        return _with_errors(board, name, parameters, answer)
    return _in_the_end(board, name, parameters, answer)


def _in_the_end(board: Board, name: str, parameters: Parameters, waiting: Waiting) -> Waiting:
    return _with_errors(board, name, parameters, (yield from waiting))


def _unknown(board: Board, name: str, parameters: Parameters) -> str:
    codes = "".join(f"{ord(letter):02X}" for letter in name)
    reply = board.syntax.error(name, f"!8 Err: Unknown command '{name}:{codes}'")
    if not board.firmware.is_3 and not parameters.at_end:
        reply += extra_parameter(board.firmware) + LINE
    return reply


def _with_errors(board: Board, name: str, p: Parameters, reply: str) -> str:
    """Firmware 3 answers with the first mistake alone; older firmware adds each to whatever it has said."""
    extra = not p.at_end and not p.failed and name != "R" and "Err:" not in reply
    if not (extra or p.failed):
        return reply
    complaints = (
        (bool(p.comma), p.comma),
        (p.missing, MISSING),
        (p.invalid, invalid_value(board.firmware)),
        (extra, extra_parameter(board.firmware)),
    )
    found = [complaint for applies, complaint in complaints if applies]
    if board.firmware.is_3:
        return board.syntax.error(name, found[0])
    return reply + "".join(complaint + LINE for complaint in found)
