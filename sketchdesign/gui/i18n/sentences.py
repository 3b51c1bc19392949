"""What services say in other languages.

Services speak English and know nothing of catalogues. What they say is made from few sentences, so these are found
again by their pattern: ``i18n/errors/<language>.json`` holds them with a hole ``{}`` for each part that changes, and
in the translation ``{0}`` where the part stands as it is, or ``<0>`` where it is a sentence that is translated, too.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_FOLDER = Path(__file__).parent / "errors"
_HOLE = "{}"
_PLACE = re.compile(r"\{(\d)\}|<(\d)>")
_LONGEST = 2000
"""Longer sentences hold what a file holds; to search them for patterns would take too long."""


@dataclass(frozen=True)
class _Pattern:
    """A sentence with holes. The names of files may hold what stands between two: short parts are tried before long."""

    known: tuple[re.Pattern[str], re.Pattern[str]]
    translated: str

    @classmethod
    def of(cls, english: str, translated: str) -> Self:
        words = [re.escape(each) for each in english.split(_HOLE)]
        short, long = (re.compile(part.join(words), re.DOTALL) for part in ("(.*?)", "(.*)"))
        return cls((short, long), translated)


class Sentences:
    """The sentences of a language; none for English and for unknown languages."""

    def __init__(self, language: str) -> None:
        words = read_sentences(language)
        self._plain = {english: words[english] for english in words if _HOLE not in english}
        with_holes = [english for english in words if _HOLE in english]
        # What says most of itself is meant; "cannot open {}: {}" before "{}: {}".
        with_holes.sort(key=lambda english: -len(english.replace(_HOLE, "")))
        self._patterns = [_Pattern.of(english, words[english]) for english in with_holes]

    def translated(self, text: str) -> str | None:
        """A sentence in the language; None where it, or a part of it that should be, is not known."""
        if text in self._plain or not text:
            return self._plain.get(text, "")
        if len(text) > _LONGEST:
            return None
        for pattern in self._patterns:
            for known in pattern.known:
                found = known.fullmatch(text)
                said = None if found is None else self._filled(pattern.translated, found.groups())
                if said is not None:
                    return said
        return None

    def _filled(self, sentence: str, parts: tuple[str, ...]) -> str | None:
        spoken = {number: self.translated(part) for number, part in enumerate(parts) if f"<{number}>" in sentence}
        if None in spoken.values():
            return None
        return _PLACE.sub(lambda at: parts[int(at[1])] if at[1] else str(spoken[int(at[2])]), sentence)


def read_sentences(language: str) -> dict[str, str]:
    """The sentences of a language by their English pattern."""
    path = _FOLDER / f"{language}.json"
    if not path.is_file():
        return {}
    words: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return words
