"""Reading sketch-rnn's ``.npz`` files without running anything that is in them.

Such a file holds the splits ``train``, ``valid`` and ``test``, each an object array of stroke-3 arrays: numpy writes
that as a pickle, and loading a pickle may run any program. Here its opcodes are only looked at: those that build
arrays of numbers are followed by a small interpreter of our own, anything else is refused by name.
Formats: numpy's NEP 1 (``.npy``), the opcodes of ``pickletools``.
"""

from __future__ import annotations

import ast
import io
import math
import pickletools
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import IO, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.strokes import Sketch

LARGEST_SPLIT = 512 << 20
"""Bytes of one unpacked split that are read at most."""

LONGEST_HEADER = 10_000
_LENGTH_BYTES = {b"\x01\x00": 2, b"\x02\x00": 4}
"""How wide the header's length is in each version of ``.npy``."""

MOST_OPCODES = 10_000_000
"""A drawing takes some 25; without a limit, a small archive of empty lists would fill the memory."""


def read_npz(path: Path, split: str) -> Iterator[Sketch]:
    """Yield the drawings of one split of a sketch-rnn ``.npz`` file, whose first point is implicit.

    Raises:
        InputError: the file cannot be read, or has no such split.
        SketchFormatError: it is damaged, too large, or holds anything but arrays of stroke-3 rows.
    """
    with _refusals(path):
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
            if split not in names:
                raise InputError(f"{path} has no split {split!r}", hint=f"it holds {', '.join(names) or 'nothing'}")
            with archive.open(f"{split}.npy") as packed:
                drawings = read_arrays(packed)
        for rows in drawings:
            yield Sketch.from_stroke3(rows, implicit_first_point=True)


def read_arrays(file: IO[bytes], largest: int = LARGEST_SPLIT) -> list[NDArray[Any]]:
    """The numeric arrays within one ``.npy`` stream: the items of an object array, or the rows of a numeric one.

    Raises:
        SketchFormatError: the stream holds more than ``largest`` bytes, or something else than numbers.
    """
    bounded = _Bounded(file, largest)
    shape, dtype = _read_header(bounded)
    if dtype.hasobject:
        return _object_array_items(bounded, shape, dtype)
    _check_numeric(dtype)
    return list(_array(bounded.read(largest), dtype, shape))


def _read_header(file: _Bounded) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and dtype of a ``.npy`` stream, whose contents come next."""
    start = file.read(8)
    if start[:6] != b"\x93NUMPY" or start[6:] not in _LENGTH_BYTES:
        raise SketchFormatError("a split is no numpy array")
    length = int.from_bytes(file.read(_LENGTH_BYTES[start[6:]]), "little")
    if length > LONGEST_HEADER:
        raise SketchFormatError("a numpy header is too long")
    # Python 2 wrote the sides of a shape as 70000L.
    header = ast.literal_eval(re.sub(r"(\d)L\b", r"\1", file.read(length).decode("latin1")))
    if header["fortran_order"] and len(header["shape"]) > 1:
        raise SketchFormatError("an array is stored column by column")
    if not isinstance(header["descr"], str):
        raise SketchFormatError("it holds records, not numbers")
    return header["shape"], np.dtype(header["descr"])


def _object_array_items(file: _Bounded, shape: tuple[int, ...], dtype: np.dtype[Any]) -> list[NDArray[Any]]:
    if dtype != np.dtype(object) or len(shape) != 1:
        raise SketchFormatError("the split is not a list of drawings")
    outer = _Machine().run(file)
    if not isinstance(outer, _PickledArray):
        raise SketchFormatError("the split is not a list of drawings")
    items = outer.items()
    if len(items) != shape[0]:
        raise SketchFormatError(f"the split announces {shape[0]} drawings and holds {len(items)}")
    return [_numeric_array(item) for item in items]


def _numeric_array(item: object) -> NDArray[Any]:
    if isinstance(item, _PickledArray):
        return item.numbers()
    raise SketchFormatError(f"the split holds a {type(item).__name__} where a drawing should be")


class _Symbol(Enum):
    """The only names that a pickle may mention here; none of them is ever looked up or called."""

    RECONSTRUCT = "_reconstruct"
    FROM_BUFFER = "_frombuffer"
    NDARRAY = "ndarray"
    DTYPE = "dtype"
    ENCODE = "encode"


_SYMBOLS = {
    ("numpy.core.multiarray", "_reconstruct"): _Symbol.RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _Symbol.RECONSTRUCT,
    ("numpy.core.numeric", "_frombuffer"): _Symbol.FROM_BUFFER,
    ("numpy._core.numeric", "_frombuffer"): _Symbol.FROM_BUFFER,
    ("numpy", "ndarray"): _Symbol.NDARRAY,
    ("numpy", "dtype"): _Symbol.DTYPE,
    ("_codecs", "encode"): _Symbol.ENCODE,
}


class _PickledDtype:
    """A dtype in the making: its letters and, after BUILD, its byte order."""

    def __init__(self, letters: str) -> None:
        self.letters = letters
        self.order: Literal["<", ">"] = "<"

    def build(self, state: Any) -> None:
        self.order = ">" if state[1] == ">" else "<"

    def dtype(self) -> np.dtype[Any]:
        if self.letters.startswith("O"):
            return np.dtype(object)
        dtype = np.dtype(self.letters).newbyteorder(self.order)
        _check_numeric(dtype)
        return dtype


class _PickledArray:
    """An array in the making: empty until BUILD brings its shape, dtype and contents."""

    def __init__(self, shape: Any = (), dtype: _PickledDtype | None = None, data: Any = b"") -> None:
        self.shape, self.declared, self.data = shape, dtype, data

    def build(self, state: Any) -> None:
        _, self.shape, self.declared, fortran, self.data = state
        if fortran and len(self.shape) > 1:
            raise SketchFormatError("an array is stored column by column")

    def items(self) -> list[object]:
        if self.declared is None or not isinstance(self.data, list):
            raise SketchFormatError("the split is not a list of drawings")
        return self.data

    def numbers(self) -> NDArray[Any]:
        if self.declared is None:
            raise SketchFormatError("an array has no contents")
        data = self.data.encode("latin1") if isinstance(self.data, str) else self.data
        if not isinstance(data, bytes | bytearray):
            raise SketchFormatError("a drawing is not an array of numbers")
        return _array(data, self.declared.dtype(), self.shape)


class _Mark:
    """Where a group of values begins on the stack."""


class _Machine:
    """A pickle machine that knows lists, tuples, numbers, text, and how numpy spells an array of them."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self, file: _Bounded) -> Any:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(file)):  # type: ignore[arg-type]
            name = opcode.name
            if count > MOST_OPCODES:
                raise SketchFormatError("it holds more than any set of drawings needs")
            if name in _CONSTANTS:
                self.stack.append(_CONSTANTS[name]())
            elif name in _LITERALS:
                self.stack.append(argument)
            elif name in _ACTIONS:
                _ACTIONS[name](self, argument)
            elif name == "STOP":
                return self.stack.pop()
            elif name not in ("PROTO", "FRAME"):
                raise SketchFormatError(f"it asks for {name}, which no array of drawings needs")
        raise SketchFormatError("it ends too early")

    def symbol(self, module: str, name: str) -> None:
        if (module, name) not in _SYMBOLS:
            raise SketchFormatError(f"it asks for {module}.{name}, which no array of drawings needs")
        self.stack.append(_SYMBOLS[module, name])

    def since_mark(self) -> list[Any]:
        values = []
        while not isinstance(value := self.stack.pop(), _Mark):
            values.append(value)
        return values[::-1]

    def tuple_of(self, count: int) -> None:
        values = tuple(self.stack.pop() for _ in range(count))
        self.stack.append(values[::-1])

    def extend(self, values: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            raise SketchFormatError("it fills something that is no list")
        self.stack[-1].extend(values)

    def reduce(self) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if function is _Symbol.RECONSTRUCT and arguments[0] is _Symbol.NDARRAY:
            self.stack.append(_PickledArray())
        elif function is _Symbol.FROM_BUFFER:
            data, dtype, shape, order = arguments
            if order != "C" and len(shape) > 1:
                raise SketchFormatError("an array is stored column by column")
            self.stack.append(_PickledArray(shape, dtype, data))
        elif function is _Symbol.DTYPE and isinstance(arguments[0], str):
            self.stack.append(_PickledDtype(arguments[0]))
        elif function is _Symbol.ENCODE and arguments[1] == "latin1":
            self.stack.append(arguments[0].encode("latin1"))
        else:
            raise SketchFormatError("it calls something that no array of drawings needs")

    def build(self) -> None:
        state = self.stack.pop()
        if not isinstance(self.stack[-1], _PickledArray | _PickledDtype):
            raise SketchFormatError("it fills something that is no array")
        self.stack[-1].build(state)

    def stack_symbol(self) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.symbol(module, name)


_CONSTANTS: dict[str, Callable[[], Any]] = {
    "MARK": _Mark,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
}
_NUMBERS = {"BININT", "BININT1", "BININT2", "LONG1"}
_TEXTS = {"BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINSTRING", "SHORT_BINSTRING"}
_BYTES = {"BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"}
_LITERALS = _NUMBERS | _TEXTS | _BYTES
_ACTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    "GLOBAL": lambda machine, argument: machine.symbol(*argument.split(" ", 1)),
    "STACK_GLOBAL": lambda machine, _: machine.stack_symbol(),
    "REDUCE": lambda machine, _: machine.reduce(),
    "BUILD": lambda machine, _: machine.build(),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.since_mark())),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "LIST": lambda machine, _: machine.stack.append(machine.since_mark()),
    "APPEND": lambda machine, _: machine.extend([machine.stack.pop()]),
    "APPENDS": lambda machine, _: machine.extend(machine.since_mark()),
    "MEMOIZE": lambda machine, _: machine.memo.__setitem__(len(machine.memo), machine.stack[-1]),
    "BINPUT": lambda machine, place: machine.memo.__setitem__(place, machine.stack[-1]),
    "LONG_BINPUT": lambda machine, place: machine.memo.__setitem__(place, machine.stack[-1]),
    "BINGET": lambda machine, place: machine.stack.append(machine.memo[place]),
    "LONG_BINGET": lambda machine, place: machine.stack.append(machine.memo[place]),
}


def _check_numeric(dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "iuf":
        raise SketchFormatError(f"it holds values of type {dtype}, not numbers")


def _array(data: bytes | bytearray, dtype: np.dtype[Any], shape: Any) -> NDArray[Any]:
    if not isinstance(shape, tuple) or not all(isinstance(side, int) and side >= 0 for side in shape):
        raise SketchFormatError("an array has no proper shape")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise SketchFormatError(f"an array of shape {list(shape)} does not have {len(data)} bytes")
    return np.frombuffer(data, dtype).reshape(shape)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...
    def readline(self, size: int, /) -> bytes: ...


class _Bounded:
    """A stream that refuses to give more than ``left`` bytes, however many the file announces."""

    def __init__(self, file: _Readable, left: int) -> None:
        self.file, self.left = file, left

    def read(self, size: int, /) -> bytes:
        return self._count(self.file.read(min(size, self.left + 1)))

    def readline(self) -> bytes:
        return self._count(self.file.readline(min(io.DEFAULT_BUFFER_SIZE, self.left + 1)))

    def _count(self, data: bytes) -> bytes:
        self.left -= len(data)
        if self.left < 0:
            raise SketchFormatError("it unpacks to more than any set of drawings needs")
        return data


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Whatever a damaged archive may raise, as one sentence."""
    try:
        yield
    except SketchFormatError as error:
        raise SketchFormatError(f"{path} cannot be used: {error.what}", hint=error.hint) from None
    except zipfile.BadZipFile:
        raise SketchFormatError(f"{path} is no .npz archive", hint="download or copy the file again") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    except _SIGNS_OF_DAMAGE as error:
        raise SketchFormatError(f"{path} is damaged", hint="download or copy the file again") from error


_SIGNS_OF_DAMAGE = (
    # from the interpreter, on values that do not fit together
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError),
    # from the header
    *(SyntaxError, MemoryError),
    # from the archive: cut short, encrypted, packed in an unknown way
    *(EOFError, struct.error, zlib.error, RuntimeError),
)
