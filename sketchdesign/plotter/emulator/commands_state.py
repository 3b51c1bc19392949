"""The commands that ask, that set up the board, and that reach its pins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sketchdesign.plotter.emulator.dialect import LINE, REVERSED, Parameters
from sketchdesign.plotter.emulator.motion import Answer, Wait, Waiting

if TYPE_CHECKING:
    from sketchdesign.plotter.emulator.board import Board

_LARGEST_COUNT = 0xFFFFFFFE
_LONGEST_NICKNAME = 16
_CURRENT_READING = 394
_PORTS = "ABCDE"
_MODE_PINS = {  # motor drivers: finest to full steps, as MS1, MS2 and MS3
    1: (1, 1, 1),
    2: (1, 1, 0),
    3: (0, 1, 0),
    4: (1, 0, 0),
    5: (0, 0, 0),
}


def version(board: Board, _p: Parameters) -> str:
    """``V``"""
    return board.syntax.bare("V", board.firmware.banner)


def query_motion(board: Board, _p: Parameters) -> str:
    """``QM``: a command runs, motor 1 moves, motor 2 moves; since 2.4.4 also whether something is queued."""
    first, second = board.queue.moving(board.tick)
    numbers = [not board.queue.idle, first, second, bool(board.queue.waiting)]
    shown = numbers if board.firmware.version >= (2, 4, 4) else numbers[:3]
    return board.syntax.named("QM", ",".join(str(int(number)) for number in shown), REVERSED)


def query_general(board: Board, _p: Parameters) -> str:
    """``QG``: one byte with everything; reading it clears the latches."""
    queue = board.queue
    first, second = queue.moving(board.tick)
    status = bool(queue.waiting) | second << 1 | first << 2 | (not queue.idle) << 3
    status |= queue.pen_up << 4 | board.button_pressed << 5
    if board.firmware.is_3:
        status |= board.power_lost << 6
        board.power_lost = False
    board.button_pressed = False
    return board.syntax.bare("QG", f"{status:02X}")


def query_pen(board: Board, _p: Parameters) -> str:
    """``QP``: 1 for up."""
    return board.syntax.data("QP", str(int(board.queue.pen_up)), REVERSED)


def query_button(board: Board, _p: Parameters) -> str:
    """``QB``: whether the button was pressed since the last time."""
    pressed, board.button_pressed = board.button_pressed, False
    return board.syntax.data("QB", str(int(pressed)))


def query_steps(board: Board, _p: Parameters) -> str:
    """``QS``"""
    first, second = board.queue.steps(board.tick)
    return board.syntax.data("QS", f"{first},{second}", REVERSED)


def clear_steps(board: Board, _p: Parameters) -> str:
    """``CS``"""
    board.queue.clear_counters(board.tick)
    return board.syntax.done("CS")


def query_enable(board: Board, _p: Parameters) -> str:
    """``QE``: 0 for a motor that is off, else its microsteps per step."""
    fineness = 1 << (5 - board.queue.fineness)
    return board.syntax.data("QE", ",".join(str(fineness if mode else 0) for mode in board.queue.modes), REVERSED)


def query_current(board: Board, _p: Parameters) -> str:
    """``QC``: the setting of the motor current and the supply voltage, each of 1023."""
    numbers = (_CURRENT_READING, board.supply)
    width = 1 if board.firmware.is_3 else 4
    return board.syntax.data("QC", ",".join(f"{number:0{width}d}" for number in numbers))


def query_utility(board: Board, p: Parameters) -> str:
    """``QU,what``"""
    what = p.byte()
    known: dict[int, object] = {
        1: "00",
        2: board.firmware.deepest_queue,
        3: board.queue.depth,
        4: "000",
        5: "000",
        6: len(board.queue.waiting),
        60: board.settings.power_threshold,
        61: board.settings.motor_timeout_s,
        200: ",".join(map(str, board.queue.accumulators)),
    }
    p.invalid |= not p.failed and what not in known
    if p.failed:
        return ""
    # The one query with two ends of line in the new syntax.
    return f"QU,{known[what]}" + ("\n" if board.syntax.future else LINE) + board.syntax.done("")


def configure(board: Board, p: Parameters) -> Waiting:
    """``CU,what,value``"""
    what, value = p.byte(), p.signed_word()
    if p.failed:
        return ""
    settings = board.settings
    is_switch = what in (1, 2, 3, 10, 54)
    if is_switch and _configures(board, what) and value not in (0, 1):
        p.invalid = True
    elif not _configures(board, what):
        p.invalid = board.firmware.is_3
    elif what == 1:
        board.syntax.acknowledges = value == 1
    elif what == 2:
        settings.limit_checks = value == 1
    elif what == 4:
        while not board.queue.idle:
            yield Wait.IDLE
        board.queue.depth = min(max(value, 1), board.firmware.deepest_queue)
    elif what == 10:
        name = "CU" if board.syntax.future else ""
        board.syntax.future = value == 1
        # The name is still written in the old syntax, the end of line already in the new one.
        return name + board.syntax.done("")
    elif what == 50:
        settings.auto_enable = value != 0
    elif what == 54:
        settings.checksums = value == 1
    elif what == 60:
        settings.power_threshold = value & 0x3FF
    elif what == 61:
        settings.motor_timeout_s = value & 0xFFFF
    return board.syntax.done("CU")


def _configures(board: Board, what: int) -> bool:
    """Whether the firmware has a setting of that number."""
    if board.firmware.is_3:
        return what in (1, 2, 3, 4, 10, 50, 51, 52, 53, 54, 60, 61, 250, 251, 252, 253, 255)
    return what in ((1, 2, 3, 50, 51, 52, 53) if board.firmware.version >= (2, 8, 0) else (1, 2))


def set_layer(board: Board, p: Parameters) -> str:
    """``SL,value[,index]``: a byte to remember."""
    value = p.byte()
    index = p.byte(default=0) if board.firmware.is_3 else 0
    if p.failed:
        return ""
    board.settings.variables[min(index, board.firmware.variables - 1)] = value
    return board.syntax.done("SL")


def query_layer(board: Board, p: Parameters) -> str:
    """``QL[,index]``"""
    index = p.byte(default=0) if board.firmware.is_3 else 0
    if p.failed:
        return ""
    value = board.settings.variables[min(index, board.firmware.variables - 1)]
    return board.syntax.data("QL", str(value) if board.firmware.is_3 else f"{value:03d}")


def set_nodes(board: Board, p: Parameters) -> str:
    """``SN,value``"""
    value = p.unsigned()
    if not p.failed:
        board.settings.node_count = value
    return board.syntax.done("SN")


def count_node(board: Board, _p: Parameters) -> str:
    """``NI``"""
    board.settings.node_count = min(board.settings.node_count + 1, _LARGEST_COUNT)
    return board.syntax.done("NI")


def uncount_node(board: Board, _p: Parameters) -> str:
    """``ND``"""
    board.settings.node_count = max(board.settings.node_count - 1, 0)
    return board.syntax.done("ND")


def query_nodes(board: Board, _p: Parameters) -> str:
    """``QN``"""
    count = board.settings.node_count
    return board.syntax.data("QN", str(count) if board.firmware.is_3 else f"{count:010d}")


def set_nickname(board: Board, p: Parameters) -> str:
    """``ST,name``"""
    nickname = p.text(_LONGEST_NICKNAME)
    if not p.failed:
        board.nickname = nickname
    return board.syntax.done("ST")


def query_nickname(board: Board, _p: Parameters) -> str:
    """``QT``"""
    return board.syntax.data("QT", board.nickname)


def servo_power(board: Board, p: Parameters) -> str:
    """``SR,timeout[,state]``"""
    p.unsigned()
    state = p.byte() if p.more() else int(board.settings.servo_power)
    p.invalid |= state > 1
    if p.failed:
        return ""
    board.settings.servo_power = state == 1
    return board.syntax.done("SR")


def query_servo_power(board: Board, _p: Parameters) -> str:
    """``QR``"""
    return board.syntax.data("QR", str(int(board.settings.servo_power)), REVERSED)


def reset(board: Board, _p: Parameters) -> str:
    """``R``: everything as after switching on, once the answer is out."""
    reply = board.syntax.done("R")
    board.restart()
    return reply


def reboot(board: Board, _p: Parameters) -> str:
    """``RB``: off the bus and on again."""
    board.power_cycle()
    return ""


def bootloader(board: Board, _p: Parameters) -> str:
    """``BL``: off the bus for good."""
    board.power_cycle(float("inf"))
    return ""


def pin_input(board: Board, p: Parameters) -> str:
    """``PI,port,pin``: the lines to the motor drivers, and what ``PO`` has set."""
    port, pin = p.letter(), p.byte()
    p.invalid |= not p.failed and (port not in _PORTS or pin > 7)
    if p.failed:
        return ""
    modes, levels = board.queue.modes, _MODE_PINS[board.queue.fineness]
    wired = {"E0": not modes[0], "C1": not modes[1], "E2": levels[0], "E1": levels[1], "A6": levels[2]}
    value = int(wired.get(f"{port}{pin}", board.settings.pins.get(f"{port}{pin}", 0)))
    return board.syntax.named("PI", str(value))


def pin_output(board: Board, p: Parameters) -> str:
    """``PO,port,pin,value``"""
    return _pin(board, p, "PO")


def pin_direction(board: Board, p: Parameters) -> str:
    """``PD,port,pin,direction``"""
    return _pin(board, p, "PD")


def _pin(board: Board, p: Parameters, name: str) -> str:
    port, pin, value = p.letter(), p.byte(), p.byte()
    p.invalid |= not p.failed and (port not in _PORTS or pin > 7 or value > 1)
    if p.failed:
        return ""
    if name == "PO":
        board.settings.pins[f"{port}{pin}"] = value
    return board.syntax.done(name)


def inputs(board: Board, _p: Parameters) -> str:
    """``I``: all ports."""
    numbers = (128, 255, 130, 0, 7)
    width = 1 if board.firmware.is_3 else 3
    return board.syntax.named("I", ",".join(f"{number:0{width}d}" for number in numbers))


def analog_inputs(board: Board, _p: Parameters) -> str:
    """``A``: the channels that are switched on."""
    channels = {0: _CURRENT_READING, 11: board.supply}
    if board.firmware.is_3:
        return board.syntax.named("A", ",".join(f"{c}:{v}" for c, v in channels.items()), REVERSED)
    return board.syntax.named("A", ",".join(f"{c:02d}:{v:04d}" for c, v in channels.items()))


def memory_read(board: Board, p: Parameters) -> str:
    """``MR,address``; all memory reads as zero."""
    p.word()
    if p.failed:
        return ""
    return board.syntax.named("MR", "0" if board.firmware.is_3 else "000")


def _accepts(name: str, required: int, optional: int = 0) -> Callable[[Board, Parameters], str]:
    """A command that only has to be well formed, because nothing that a plotter does depends on it."""

    def handler(board: Board, p: Parameters) -> str:
        for _ in range(required):
            p.word()
        for _ in range(optional):
            p.word(default=0)
        return "" if p.failed else board.syntax.done(name)

    return handler


HANDLERS: dict[str, Callable[[Board, Parameters], Answer]] = {
    "V": version,
    "QM": query_motion,
    "QG": query_general,
    "QP": query_pen,
    "QB": query_button,
    "QS": query_steps,
    "CS": clear_steps,
    "QE": query_enable,
    "QC": query_current,
    "QU": query_utility,
    "CU": configure,
    "SL": set_layer,
    "QL": query_layer,
    "SN": set_nodes,
    "NI": count_node,
    "ND": uncount_node,
    "QN": query_nodes,
    "ST": set_nickname,
    "QT": query_nickname,
    "SR": servo_power,
    "QR": query_servo_power,
    "R": reset,
    "RB": reboot,
    "BL": bootloader,
    "PI": pin_input,
    "PO": pin_output,
    "PD": pin_direction,
    "I": inputs,
    "A": analog_inputs,
    "MR": memory_read,
    "MW": _accepts("MW", 2),
    "C": _accepts("C", 5),
    "O": _accepts("O", 1, 4),
    "AC": _accepts("AC", 2),
    "PC": _accepts("PC", 2, 6),
    "PG": _accepts("PG", 1),
    "T": _accepts("T", 2),
}
