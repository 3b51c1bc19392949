"""Names of the files of a batch, from a template such as ``{model}-{class}-{seed:04}-{repeat}.svg``."""

from __future__ import annotations

import difflib
import re
import string
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sketchdesign.core.errors import InputError

LONGEST_NAME_BYTES = 200
"""File systems take 255; temporary names are longer than the final ones."""

_PATHS = ("model", "design")
_DIGITS = re.compile(r"0?\d{0,2}")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_NOT_IN_A_WORD = re.compile(r"[^\w.+=@]+")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_OURS = re.compile(r"manifest\.jsonl|contact(-\d+)?\.png", re.IGNORECASE)

_HINT = 'write for example names = "{model}-{seed:04}.svg"'


@dataclass(frozen=True)
class _Part:
    """Text as it is, then a field; ``width`` is what stands behind its colon."""

    text: str
    field: str
    width: str


@dataclass(frozen=True)
class NameTemplate:
    """A template taken apart."""

    parts: tuple[_Part, ...]

    @classmethod
    def parse(cls, text: str, known: Collection[str]) -> NameTemplate:
        """Read a template whose fields are among ``known``.

        Raises:
            InputError: a field is unknown, or a character has no place in the name of a file.
        """
        try:
            parsed = list(string.Formatter().parse(text))
        except ValueError as error:
            raise InputError(f"the names {text!r:.80} cannot be read: {str(error).lower()}", hint=_HINT) from None
        parts = []
        for literal, field, width, conversion in parsed:
            unsafe = _UNSAFE.search(literal)
            if unsafe:
                raise InputError(f"{unsafe[0]!r} has no place in the name of a file", hint=_HINT)
            if field is not None and field not in known:
                near = difflib.get_close_matches(field, known, n=1)
                guess = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
                raise InputError(f"{{{field}}} in the names is no setting", hint=guess)
            if conversion or not _DIGITS.fullmatch(width or ""):
                raise InputError(f"{{{field}}} in the names cannot be formed so", hint="only digits may follow a colon")
            parts.append(_Part(literal, field or "", width or ""))
        return cls(tuple(parts))

    @property
    def fields(self) -> set[str]:
        """The settings that it names."""
        return {part.field for part in self.parts if part.field}

    def name(self, values: Mapping[str, object]) -> str:
        """The name of one file.

        Raises:
            InputError: a setting that it names has no value, or no file can be called so.
        """
        words = [part.text + (_word(part, values[part.field]) if part.field else "") for part in self.parts]
        name = unicodedata.normalize("NFC", "".join(words))
        _check(name)
        return name


def check_unique(names: Iterable[str]) -> None:
    """See that no two files are called alike, also where upper and lower case are not told apart.

    Raises:
        InputError: two are.
    """
    seen: set[str] = set()
    for name in names:
        folded = name.casefold()
        if folded in seen:
            raise InputError(f"more than one file would be called {name}", hint="name every list of [matrix] in names")
        seen.add(folded)


def _word(part: _Part, value: object) -> str:
    """A value as a part of a name: a model's path as its file's name without ending, ``drop:1/3`` as ``drop-1-3``."""
    if value is None:
        raise InputError(f"{{{part.field}}} in the names has no value", hint=f"set {part.field}, or leave it out")
    if part.width:
        if type(value) is not int:
            raise InputError(
                f"{{{part.field}:{part.width}}} counts digits, but {value!r:.40} is no whole number",
                hint=f"write {{{part.field}}}",
            )
        return format(value, part.width)
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    if part.field in _PATHS:
        file, sign, number = Path(text).name.partition("#")
        text = file.split(".")[0] + sign + number
    return _NOT_IN_A_WORD.sub("-", text).strip("-")


def _check(name: str) -> None:
    if not Path(name).stem or name[0] in ".- " or name[-1] in ". " or _UNSAFE.search(name) or _DEVICES.fullmatch(name):
        raise InputError(f"{name!r:.80} is no good name for a file", hint=_HINT)
    if len(name.encode()) > LONGEST_NAME_BYTES:
        raise InputError(f"the name {name:.40}... is too long", hint="name fewer settings")
    if _OURS.fullmatch(name):
        raise InputError(f"{name} is the name of a file that every batch writes", hint="choose other names")
