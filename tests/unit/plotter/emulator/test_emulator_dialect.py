"""The emulator's answers, byte by byte, in both syntaxes and all versions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.plotter.emulator.board import Board
from sketchdesign.plotter.emulator.dialect import ECHO, LineReader
from sketchdesign.plotter.emulator.firmware import VERSIONS, Firmware, find_firmware
from sketchdesign.plotter.emulator.memory import MemoryTransport

Wire = Callable[..., tuple[Board, Callable[[str], str]]]

VERSION_NAMES = [Firmware(version).name for version in VERSIONS]


@pytest.mark.parametrize("firmware", VERSION_NAMES)
def test_what_all_versions_say_alike(wire: Wire, firmware: str) -> None:
    _, ask = wire(firmware)
    assert ask("V") == f"EBBv13_and_above EB Firmware Version {firmware}\r\n"
    assert ask("v") == f"EBBv13_and_above EB Firmware Version {firmware}\r\n"
    assert ask("SM,10,20,-5") == "OK\r\n"
    assert ask("XM,10,20,-5") == "OK\r\n"
    assert ask("SP,0,50") == "OK\r\n"
    assert ask("QP") == "0\n\rOK\r\n"
    assert ask("TP,50") == "OK\r\n"
    assert ask("QP") == "1\n\rOK\r\n"
    assert ask("QB") == "0\r\nOK\r\n"
    assert ask("EM,1,1") == "OK\r\n"
    assert ask("SC,4,15000") == "OK\r\n"
    assert ask("SL,7") == "OK\r\n"
    assert ask("SN,41") == ask("NI") == "OK\r\n"
    assert ask("PI,B,3") == "PI,0\r\n"
    assert ask("ZZ") == "!8 Err: Unknown command 'ZZ:5A5A'\r\n"
    assert ask("SM,10") == "!4 Err: Missing parameter(s)\r\n"
    assert ask("SM,10;20") == "!5 Err: Need comma next, found: ';'\r\n"
    assert ask("R") == "OK\r\n"


@pytest.mark.parametrize(
    ("command", "legacy", "future"),
    [
        ("SM,20,10,10", "OK\r\n", "SM\n"),
        ("LM,85899345,10,0,0,0,0", "OK\r\n", "LM\n"),
        ("LT,100,85899345,0,0,0,3", "OK\r\n", "LT\n"),
        ("L3,85899345,10,0,1,0,0,0,0,3", "OK\r\n", "L3\n"),
        ("T3,100,85899345,0,1,0,0,0,3", "OK\r\n", "T3\n"),
        ("HM,4000", "OK\r\n", "HM\n"),
        ("V", "EBBv13_and_above EB Firmware Version 3.0.3\r\n", "V,EBBv13_and_above EB Firmware Version 3.0.3\n"),
        ("QG", "10\r\n", "QG,10\n"),
        ("QM", "QM,0,0,0,0\n\r", "QM,0,0,0,0\n"),
        ("QS", "0,0\n\rOK\r\n", "QS,0,0\n"),
        ("QE", "0,0\n\rOK\r\n", "QE,0,0\n"),
        ("QC", "394,300\r\nOK\r\n", "QC,394,300\n"),
        ("QL,5", "0\r\nOK\r\n", "QL,0\n"),
        ("QN", "0\r\nOK\r\n", "QN,0\n"),
        ("QT", "\r\nOK\r\n", "QT,\n"),
        ("QR", "0\n\rOK\r\n", "QR,0\n"),
        ("ES", "0\n\rOK\r\n", "ES,0\n"),
        ("QU,2", "QU,32\r\nOK\r\n", "QU,32\n\n"),
        ("QU,3", "QU,1\r\nOK\r\n", "QU,1\n\n"),
        ("QU,99", "!6 Err: Invalid parameter value\r\n", "QU,!6 Err: Invalid parameter value\n"),
        ("CU,77,1", "!6 Err: Invalid parameter value\r\n", "CU,!6 Err: Invalid parameter value\n"),
        ("I", "I,128,255,130,0,7\r\n", "I,128,255,130,0,7\n"),
        ("A", "A,0:394,11:300\n\r", "A,0:394,11:300\n"),
        ("MR,71", "MR,0\r\n", "MR,0\n"),
        ("ZZ,1", "!8 Err: Unknown command 'ZZ:5A5A'\r\n", "ZZ,!8 Err: Unknown command 'ZZ:5A5A'\n"),
        ("B", "!8 Err: Unknown command 'B:42'\r\n", "B,!8 Err: Unknown command 'B:42'\n"),
        ("QS,1", "!7 Err: Extra parameter\r\n", "QS,!7 Err: Extra parameter\n"),
        ("SM,1,100", "!1 Err: Invalid step rate\r\n", "SM,!1 Err: Invalid step rate\n"),
        ("EM,2", "", "EM"),
    ],
)
def test_firmware_3_in_both_syntaxes(wire: Wire, command: str, legacy: str, future: str) -> None:
    _, ask = wire("3.0.3")
    assert ask(command) == legacy
    _, ask = wire("3.0.3", future=True)
    assert ask(command) == future


def test_the_syntax_switches_with_its_own_line_ends(wire: Wire) -> None:
    _, ask = wire("3.0.3")
    assert ask("CU,10,1") == "\n"
    assert ask("CU,10,1") == "CU\n"
    assert ask("CU,10,0") == "CUOK\r\n"
    assert ask("CU,1,0") == "\r\n"
    assert ask("SM,10,1,1") == "\r\n"
    ask("CU,10,1")
    assert ask("R") == "R\n"
    assert ask("SM,10,1,1") == "OK\r\n"


@pytest.mark.parametrize(
    ("command", "since"),
    [
        ("QS", 1),
        ("CS", 1),
        ("LM,85899345,10,0,0,0,0", 1),
        ("QG", 2),
        ("QT", 2),
        ("QR", 2),
        ("SR,60000", 2),
        ("HM,1000", 2),
        ("QE", 3),
        ("LT,100,85899345,0,0,0", 3),
        ("QU,2", 4),
        ("T3,100,85899345,0,1,0,0,0", 4),
    ],
)
def test_which_version_knows_what(wire: Wire, command: str, since: int) -> None:
    for index, firmware in enumerate(VERSION_NAMES):
        _, ask = wire(firmware)
        assert ask(command).startswith("!8") == (index < since)


def test_the_older_versions_slips(wire: Wire) -> None:
    _, ask = wire("2.8.1")
    assert ask("CU,1,5") == "OK\r\n!6 Err: Invalid parameter value\r\n"
    assert ask("QS,1") == "0,0\n\rOK\r\n!7 Err: Extra parameter\r\n"
    assert ask("CU,4,32") == ask("CU,10,1") == ask("CU,60,250") == "OK\r\n"
    assert ask("SM,10,5,5") == "OK\r\n"
    assert ask("ZZ,1") == "!8 Err: Unknown command 'ZZ:5A5A'\r\n!7 Err: Extra parameter\r\n"
    assert ask("QC") == "0394,0300\r\nOK\r\n"
    assert ask("QN") == "0000000000\r\nOK\r\n"
    assert ask("SM,1,100") == "!0 Err: <axis1> step rate > 25K steps/second.\n\r"
    assert ask("EM,2") == ""
    assert ask("ES") == "0,0,0,0,0\n\rOK\r\n"
    _, ask = wire("2.4.2")
    assert ask("CU,1,5") == "OK\r\n!6 Err: Invalid paramter value\r\n"
    assert ask("QM") == "QM,0,0,0\n\r"
    _, ask = wire("2.6.2")
    assert ask("LM,0,0,0,0,0,0") == ""
    assert ask("QM") == "QM,0,0,0,0\n\r"


def test_numbers_out_of_range(wire: Wire) -> None:
    _, ask = wire("3.0.3")
    invalid = "!6 Err: Invalid parameter value\r\n"
    assert ask("SP,256") == ask("SP,-1") == ask("SC,4,65536") == ask("SM,10,2147483648") == invalid
    assert ask("SM,0,1,1") == ask("HM,0") == ask("LT,0,1,1,1,1") == ask("LM,0,0,0,0,0,0") == invalid
    assert ask("LM,-5,-10,0,0,0,0") == ask("SM,10,5,5,4") == ask("PI,F,1") == invalid


def test_bytes_in_any_portions() -> None:
    reader = LineReader()
    assert reader.feed(b"S") == []
    assert reader.feed(b"M,1") == []
    assert reader.feed(b"0,5,5\r\n\r\nQG\rq") == ["SM,10,5,5", "QG"]
    assert reader.feed(b"s\n") == ["qs"]
    assert reader.feed(b"Q\x07P\x08S\r") == [ECHO, "QS"]
    assert reader.feed(b"x" * 300 + b"\r") == [None, "x" * 44]
    assert reader.feed(b"y" * 255 + b"\r") == ["y" * 255]


def test_several_commands_in_one_packet() -> None:
    transport = MemoryTransport(Board("3.0.3"))
    transport.write(b"QP\rQB\n\r\nNI\rQN\r")
    said = b""
    while more := transport.read(1.0):
        said += more
    assert said == b"1\n\rOK\r\n0\r\nOK\r\nOK\r\n1\r\nOK\r\n"


def test_a_backspace_is_echoed_and_a_long_line_refused(wire: Wire) -> None:
    board, ask = wire("3.0.3")
    assert ask("QPX\b") == " \b1\n\rOK\r\n"
    assert ask("S" * 256).startswith("!3 Err: RX Buffer overrun\r\n")
    assert [command.text for command in board.commands[:2]] == ["QP", ""]


def test_checksums(wire: Wire) -> None:
    _, ask = wire("3.0.3")
    assert ask("CU,54,1") == "OK\r\n"
    assert ask("SM,1000,1000,1000,153") == "OK\r\n"
    assert ask("SM,1000,1000,1000,152") == "!9 Err: Checksum incorrect, expected 153\r\n"
    assert ask("QS") == "!10 Err: No checksum found but required\r\n"


def test_what_the_board_remembers(wire: Wire) -> None:
    board, ask = wire("3.0.3", future=True)
    ask("SL,71,3"), ask("SN,12"), ask("ST,Nib"), ask("SR,1000,1")
    assert [ask("QL,3"), ask("QL"), ask("QN"), ask("QT"), ask("QR")] == [
        "QL,71\n",
        "QL,0\n",
        "QN,12\n",
        "QT,Nib\n",
        "QR,1\n",
    ]
    ask("R")
    assert [ask("QL,3"), ask("QN"), ask("QT")] == ["0\r\nOK\r\n", "0\r\nOK\r\n", "Nib\r\nOK\r\n"]
    assert board.nickname == "Nib"


def test_motors_on_and_off(wire: Wire) -> None:
    _, ask = wire("3.0.3", future=True)
    assert ask("EM,2,2") == "EM\n"
    assert ask("QE") == "QE,8,8\n"
    assert [ask("PI,E,0"), ask("PI,C,1"), ask("PI,E,2"), ask("PI,E,1"), ask("PI,A,6")] == [
        "PI,0\n",
        "PI,0\n",
        "PI,1\n",
        "PI,1\n",
        "PI,0\n",
    ]
    assert ask("EM,0,1") == "EM\n"
    assert ask("QE") == "QE,0,8\n"
    ask("SM,20,10,10")
    assert ask("QE") == "QE,8,8\n"
    ask("ES,1")
    assert ask("QE") == "QE,0,0\n"


def test_unknown_firmware() -> None:
    with pytest.raises(InputError, match=r"firmware '9\.9\.9'; choose one of 2\.4\.2"):
        find_firmware("9.9.9")
