"""The ``d`` of thousands of SVG paths at once, as numpy arrays (SVG 1.1, section 8.3).

What most programs write is read here: ``M L H V C S Q Z``, absolute and relative. Arcs, smooth quadratic curves,
numbers that run into one another, and whatever is damaged are named and left to others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.groups import places_in_groups
from sketchdesign.core.strokes import IntArray
from sketchdesign.geometry.curves import Curves, Points

_Mask = NDArray[np.bool_]

_OTHER, _SEPARATOR, _DIGIT, _DOT, _SIGN, _EXPONENT, _COMMAND, _END = range(8)
_COMMANDS = b"MLHVCSQZ"
_NUMBERS_NEEDED = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "Z": 0}
_SPACE, _PATH_END = ord(" "), 0


def _table(default: int, values: dict[bytes, int]) -> NDArray[np.uint8]:
    table = np.full(256, default, np.uint8)
    for codes, value in values.items():
        table[list(codes)] = value
    return table


_KINDS = _table(
    _OTHER,
    {
        b" ,\t\n\f\r": _SEPARATOR,
        b"0123456789": _DIGIT,
        b".": _DOT,
        b"+-": _SIGN,
        b"eE": _EXPONENT,
        _COMMANDS + _COMMANDS.lower(): _COMMAND,
        bytes([_PATH_END]): _END,
    },
)
_BETWEEN = (_SEPARATOR, _COMMAND, _END)
_MAY_FOLLOW = np.zeros((8, 8), bool)
_MAY_FOLLOW[np.ix_(_BETWEEN, (*_BETWEEN, _DIGIT, _DOT, _SIGN))] = True
_MAY_FOLLOW[_DIGIT, [*_BETWEEN, _DIGIT, _DOT, _SIGN, _EXPONENT]] = True
_MAY_FOLLOW[_DOT, _DIGIT] = True
_MAY_FOLLOW[_SIGN, [_DIGIT, _DOT]] = True
_MAY_FOLLOW[_EXPONENT, [_DIGIT, _SIGN]] = True

_ARITY = _table(0, {letter.encode() + letter.lower().encode(): size for letter, size in _NUMBERS_NEEDED.items()})


class ParsedPaths(NamedTuple):
    """What many paths hold.

    Attributes:
        curves: their strokes, in order; a closed one ends with its first point, and each part of a path between two
            moves or after a close is one stroke.
        owners: int64 [S], which path each stroke belongs to.
        unread: numbers of the paths that are left to others, rising.
    """

    curves: Curves
    owners: IntArray
    unread: list[int]


class _Words(NamedTuple):
    """Paths as numbers and commands; a command without a letter (0) begins each path.

    Attributes:
        numbers: float64 [N].
        letters: uint8 [C], upper case; ``relative``: bool [C], whether it was written in lower case.
        arguments: int64 [C + 1], where the numbers of each command begin.
        paths: int64 [C], the path of each command.
    """

    numbers: Points
    letters: NDArray[np.uint8]
    relative: _Mask
    arguments: IntArray
    paths: IntArray


class _UnreadableError(Exception):
    """These paths cannot be read here."""

    def __init__(self, paths: IntArray) -> None:
        super().__init__()
        self.paths = paths


def parse_paths(texts: Sequence[str]) -> ParsedPaths:
    """The strokes of many ``d`` attributes, in their order and in user units."""
    unread = {number for number, text in enumerate(texts) if not text.isascii() or "\0" in text}
    while True:
        read = np.array([number for number in range(len(texts)) if number not in unread], np.int64)
        try:
            curves, owners = _traced(_words([texts[number] for number in read]))
        except _UnreadableError as error:
            unread |= set(read[error.paths].tolist())
        else:
            return ParsedPaths(curves, read[owners], sorted(unread))


def _words(texts: Sequence[str]) -> _Words:
    codes = np.frombuffer("\0".join(["", *texts, ""]).encode(), np.uint8)
    kinds = _KINDS[codes]
    before = np.append(np.uint8(_END), kinds[:-1])
    path_begins = np.flatnonzero(kinds == _END)
    glued = (kinds == _SIGN) & (before == _DIGIT)
    in_number = (before == _DIGIT) | (before == _DOT) | (before == _SIGN) | (before == _EXPONENT)
    begins = np.flatnonzero(((kinds == _DIGIT) | (kinds == _DOT) | (kinds == _SIGN)) & ~in_number | glued)
    misplaced = np.flatnonzero(~_MAY_FOLLOW[before, kinds])
    # A number has at most one dot and then one exponent; with more it is two numbers, or none.
    marks = np.flatnonzero((kinds == _DOT) | (kinds == _EXPONENT))
    same_number = np.diff(np.searchsorted(begins, marks, "right")) == 0
    in_order = (kinds[marks[:-1]] == _DOT) & (kinds[marks[1:]] == _EXPONENT)
    faults = np.append(misplaced, marks[1:][same_number & ~in_order])
    _refuse(np.searchsorted(path_begins, faults) - 1)

    places = np.flatnonzero(kinds >= _COMMAND)
    arguments = np.searchsorted(begins, places)
    places = places[:-1]
    paths = np.searchsorted(path_begins, places, "right") - 1
    given, needed = np.diff(arguments), _ARITY[codes[places]]
    letters = codes[places] & ~np.uint8(0x20)
    wrong = np.where(needed == 0, given != 0, (given == 0) | (given % np.maximum(needed, 1) != 0))
    wrong |= np.append(False, letters[:-1] == 0) & (letters != 0) & (letters != ord("M"))
    _refuse(paths[wrong])
    return _Words(_numbers(codes, kinds, np.flatnonzero(glued)), letters, codes[places] != letters, arguments, paths)


def _refuse(paths: IntArray) -> None:
    if len(paths):
        raise _UnreadableError(np.unique(paths))


def _numbers(codes: NDArray[np.uint8], kinds: NDArray[np.uint8], glued: IntArray) -> Points:
    text = np.where((kinds == _SEPARATOR) | (kinds >= _COMMAND), np.uint8(_SPACE), codes)
    text = np.insert(text, glued, _SPACE) if len(glued) else text
    return np.fromstring(text.tobytes(), np.float64, sep=" ")


def _traced(words: _Words) -> tuple[Curves, IntArray]:
    """Follow the pen. One *step* is a command with just the numbers it needs; its *node* is where it ends."""
    needed = _ARITY[words.letters].astype(np.int64)
    repeats = np.where(words.letters == 0, 0, np.diff(words.arguments) // np.maximum(needed, 1))
    repeats[words.letters == ord("Z")] = 1
    command = np.repeat(np.arange(len(repeats)), repeats)
    turn = places_in_groups(repeats)
    letter = words.letters[command]
    moves = (letter == ord("M")) & (turn == 0)
    letter = np.where((letter == ord("M")) & ~moves, np.uint8(ord("L")), letter)
    # The numbers of a first move are absolute even in lower case: there is no point yet to start from.
    relative = words.relative[command] & ~(moves & (np.append(0, words.letters[:-1])[command] == 0))
    argument = words.arguments[command] + turn * needed[command]
    numbers = np.append(words.numbers, [0.0, 0.0])
    cubic, smooth, quadratic = (letter == ord(name) for name in "CSQ")
    _refuse(words.paths[command][1:][smooth[1:] & quadratic[:-1]])  # opinions differ on what is mirrored there

    nodes = _nodes(numbers, letter, argument, relative, moves)
    closed_before = np.append(False, letter[:-1] == ord("Z"))
    reopens = closed_before & ~moves
    widths = 1 + 2 * (cubic | smooth) + quadratic + reopens
    ends = widths.cumsum()
    points = np.empty((int(widths.sum()), 2))
    on_curve = np.ones(len(points), bool)
    points[ends - 1] = nodes
    points[(ends - widths)[reopens]] = nodes[np.flatnonzero(reopens) - 1]

    bases = np.where(relative[:, None], np.roll(nodes, 1, axis=0), 0.0)
    for curved, controls in ((cubic, 2), (smooth, 1), (quadratic, 1)):
        steps = np.flatnonzero(curved)
        for place in range(controls):
            # Controls stand right before the node; the first one of a smooth curve is not written.
            rows = ends[steps] - 1 - controls + place
            points[rows] = numbers[argument[steps, None] + [2 * place, 2 * place + 1]] + bases[steps]
            on_curve[rows] = False
    _reflect(points, on_curve, nodes, ends, smooth, cubic | smooth, closed_before | moves)
    return _strokes(points, on_curve, (ends - widths)[moves | reopens], words.paths[command][moves | reopens])


def _nodes(numbers: Points, letter: NDArray[np.uint8], argument: IntArray, relative: _Mask, moves: _Mask) -> Points:
    """Where each step ends: [n, 2]."""
    flat, upright, closes = (letter == ord(name) for name in "HVZ")
    behind = argument + np.where(letter == ord("C"), 4, np.where((letter == ord("S")) | (letter == ord("Q")), 2, 0))
    nodes: Points = numbers[behind[:, None] + [0, 1]]
    nodes[upright, 1] = nodes[upright, 0]
    nodes[upright | closes, 0] = 0.0
    nodes[flat | closes, 1] = 0.0
    starts = np.maximum.accumulate(np.where(moves, np.arange(len(moves)), 0))
    for axis, unmoved in ((0, upright), (1, flat)):
        _accumulate(nodes[:, axis], ~relative & ~unmoved, closes, starts)
    return nodes


def _accumulate(values: Points, absolute: _Mask, closes: _Mask, starts: IntArray) -> None:
    """Turn offsets into coordinates, in place.

    Args:
        values: one coordinate of each step [n], an offset from the step before where not ``absolute``.
        closes: steps that go back to where their part of the path started, at the step ``starts`` [n].
    """
    begins = np.flatnonzero(absolute | closes)
    runs = np.diff(np.append(begins, len(values)))
    long = runs > 1
    for begin, length in zip(begins[long].tolist(), runs[long].tolist(), strict=True):
        run = values[begin : begin + length]
        if closes[begin]:
            run[0] = values[starts[begin]]
        run.cumsum(out=run)
    alone = begins[~long & closes[begins]]
    values[alone] = values[starts[alone]]


def _reflect(
    points: Points, on_curve: _Mask, nodes: Points, ends: IntArray, smooth: _Mask, cubics: _Mask, fresh: _Mask
) -> None:
    """Set the first control point of smooth cubic curves: the last one of the curve before, mirrored at the node."""
    steps = np.flatnonzero(smooth)
    before = nodes[steps - 1]
    mirrored = 2.0 * before - points[ends[steps - 1] - 2]
    after_cubic = (cubics[steps - 1] & ~fresh[steps])[:, None]
    points[ends[steps] - 3] = np.where(after_cubic, mirrored, before)
    on_curve[ends[steps] - 3] = False


def _strokes(points: Points, on_curve: _Mask, begins: IntArray, owners: IntArray) -> tuple[Curves, IntArray]:
    """Strokes that begin at ``begins`` [n], without those that end where they begin: a move draws nothing."""
    sizes = np.diff(np.append(begins, len(points)))
    drawn = sizes > 1
    rows = np.repeat(drawn, sizes)
    return Curves(points[rows], on_curve[rows], np.append(0, sizes[drawn].cumsum())), owners[drawn]
