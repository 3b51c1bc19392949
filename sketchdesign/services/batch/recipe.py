"""Recipes of batches: a TOML file says what is made, what all files have in common, and what takes turns::

    make = "tile"
    names = "{model}-{class}-{seed:03}-{repeat}-{colourway}.svg"

    [settings]
    model = "doodles"
    tile = "90x60mm"

    [matrix]
    class = ["cat", "pig"]
    seed = "1-50"
    repeat = ["half-drop", "ogee"]

    [matrix.colourway]
    ink = ["#203060"]
    rust = { pens = ["#a04020", "#203060:0.5mm"], ground = "#f6efe0" }

Any setting may be a list in ``[matrix]``; the files are all combinations, the last list turning fastest. ``colourway``
gives names to lists of pens, with or without a ground, and ``format`` is for the ending of the names alone. A sheet of
several pages is as many files; ``{place}`` in the names, or else their ends, tell them apart.
"""

from __future__ import annotations

import difflib
import functools
import itertools
import math
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

from sketchdesign.core.errors import InputError
from sketchdesign.core.quickdraw import read_bytes
from sketchdesign.services.batch.names import NameTemplate, check_unique
from sketchdesign.services.batch.settings import KINDS, BatchSettings, SketchesSettings, key_of, setting_fields

MOST_ITEMS = 100_000

_TOP = ("make", "names", "settings", "matrix")
_SEEDS_HINT = 'write seed = "1-200" or seed = [3, 5, 8]'
_GROUND_HINT = 'write for example ink = { pens = ["#203060"], ground = "#f6efe0" }'
_COLOURWAY_HINT = 'write for example ink = ["#203060", "#a04020:0.5mm"] below [matrix.colourway]'


@dataclass(frozen=True)
class Item:
    """One file to be made: its name, and what it is made from."""

    name: str
    settings: BatchSettings


@dataclass(frozen=True)
class Recipe:
    """What a file of TOML asks for.

    Attributes:
        folder: where the recipe lies; models and files are named from there.
        items: the whole matrix.
        name: of its file.
    """

    folder: Path
    items: tuple[Item, ...]
    name: str = ""

    @property
    def sketches(self) -> int:
        """How many sketches are drawn in all."""
        return sum(settings.sketches for settings in {item.settings for item in self.items})


@dataclass(frozen=True)
class _Choice:
    """One of the values that take turns: what names say, and the fields that it sets."""

    label: object
    changes: Mapping[str, Any]


def load_recipe(path: Path) -> Recipe:
    """Read a recipe and check all of it.

    Raises:
        InputError: the file cannot be read or is no TOML, a key is unknown, a value cannot be used, a name suits no
            file or two of them, or there are more than `MOST_ITEMS`.
    """
    try:
        table = tomllib.loads(read_bytes(path).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path} is no TOML file: {error}", hint="correct it there") from error
    try:
        return Recipe(path.resolve().parent, _items(table), path.name)
    except InputError as error:
        raise InputError(f"{path}: {error.what}", hint=error.hint) from None


def _items(table: Mapping[str, Any]) -> tuple[Item, ...]:
    _check_known(table, _TOP, "is no part of a recipe")
    kind = _kind(table.get("make"))
    base = _base(kind, _table(table, "settings"))
    axes = _axes(kind, _table(table, "matrix"))
    _check_given_once(_table(table, "settings"), axes)
    count = math.prod(map(len, axes.values()))
    if count > MOST_ITEMS:
        raise InputError(f"the matrix has {count} files", hint=f"make up to {MOST_ITEMS} at a time")
    for settings in _each_choice_once(base, axes):
        settings.check()
    template = _template(table.get("names"), table["make"], kind, axes)
    items = tuple(itertools.islice(_combined(base, axes, template), MOST_ITEMS + 1))
    if len(items) > MOST_ITEMS:
        raise InputError(f"the matrix has more than {MOST_ITEMS} sheets", hint="make fewer at a time")
    check_unique(item.name for item in items)
    _check_endings({Path(item.name).suffix.lower() for item in items}, sketches=kind is SketchesSettings)
    return items


def _kind(make: object) -> type[BatchSettings]:
    if make is None:
        raise InputError("it does not say what to make", hint=f'write make = "tile", or one of {", ".join(KINDS)}')
    kind = KINDS.get(make) if isinstance(make, str) else None
    if kind is None:
        near = difflib.get_close_matches(str(make), KINDS, n=1)
        guess = f"did you mean {near[0]}? " if near else ""
        raise InputError(f"make is {make!r:.60}", hint=f"{guess}use one of {', '.join(KINDS)}")
    return kind


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, Mapping):
        raise InputError(f"{key} is not a table", hint=f"write [{key}] and what belongs to it below")
    return value


def _base(kind: type[BatchSettings], table: Mapping[str, Any]) -> BatchSettings:
    names = setting_fields(kind)
    _check_known(table, names, "is no setting of what is made", "settings.")
    return kind(**{names[key]: _typed(kind, f"settings.{key}", key, value) for key, value in table.items()})


def _axes(kind: type[BatchSettings], table: Mapping[str, Any]) -> dict[str, Sequence[_Choice]]:
    names = setting_fields(kind)
    special = ("format", *(("colourway",) if "pens" in names else ()))
    _check_known(table, (*names, *special), "is nothing that can take turns", "matrix.")
    axes: dict[str, Sequence[_Choice]] = {}
    for key, value in table.items():
        if key == "colourway":
            axes[key] = _colourways(value)
            continue
        values = _seeds(value) if key == "seed" and isinstance(value, str) else value
        if not isinstance(values, Sequence) or isinstance(values, str) or not values:
            hint = _SEEDS_HINT if key == "seed" else f"write {key} = [...] with at least one value"
            raise InputError(f"matrix.{key} is {value!r:.60}", hint=hint)
        if key == "format":
            axes[key] = [_Choice(_text("matrix.format", each).removeprefix("."), {}) for each in values]
        else:
            typed = [_typed(kind, f"matrix.{key}", key, each) for each in values]
            axes[key] = [_Choice(each, {names[key]: each}) for each in typed]
    return axes


def _seeds(text: str) -> range:
    low, _, high = text.partition("-")
    try:
        seeds = range(int(low), int(high or low) + 1)
    except ValueError:
        raise InputError(f"matrix.seed is {text!r:.60}", hint=_SEEDS_HINT) from None
    if not 0 < seeds.stop - seeds.start <= MOST_ITEMS:
        raise InputError(f"matrix.seed is {text!r:.60}", hint=f"write a range of 1 to {MOST_ITEMS} seeds")
    return seeds


def _colourways(table: object) -> list[_Choice]:
    if not isinstance(table, Mapping) or not table:
        raise InputError("matrix.colourway is not a table of pens", hint=_COLOURWAY_HINT)
    choices = []
    for name, given in table.items():
        colours = given if isinstance(given, Mapping) else {"pens": given}
        pens, ground = colours.get("pens"), colours.get("ground")
        listed = [pens] if isinstance(pens, str) else pens
        if not isinstance(listed, list) or not listed or not all(isinstance(pen, str) for pen in listed):
            raise InputError(f"matrix.colourway.{name:.40} is {given!r:.60}", hint=_COLOURWAY_HINT)
        if not isinstance(ground, str | None) or set(colours) - {"pens", "ground"}:
            raise InputError(f"matrix.colourway.{name:.40} is {given!r:.60}", hint=_GROUND_HINT)
        behind = {} if ground is None else {"ground": ground}
        choices.append(_Choice(name, {"pens": ",".join(listed), **behind}))
    return choices


def _check_given_once(settings: Mapping[str, Any], axes: Mapping[str, Sequence[_Choice]]) -> None:
    given = dict.fromkeys(settings, "[settings]")
    for axis, choices in axes.items():
        for key in dict.fromkeys(key_of(field) for choice in choices for field in choice.changes):
            if key in given:
                raise InputError(f"{key} is given in {given[key]} and again by matrix.{axis}", hint="leave one out")
            given[key] = f"matrix.{axis}"


def _each_choice_once(base: BatchSettings, axes: Mapping[str, Sequence[_Choice]]) -> Iterator[BatchSettings]:
    """Settings in which each value occurs that takes turns; far fewer than all combinations."""
    first = replace(base, **{key: value for choices in axes.values() for key, value in choices[0].changes.items()})
    yield first
    for axis, choices in axes.items():
        tried = choices
        if axis == "seed":
            # They may be many, and whether they can be used shows at the ends.
            seeds = sorted(choices, key=lambda choice: choice.changes["seed"])
            tried = [seeds[0], seeds[-1]]
        for choice in tried:
            yield replace(first, **choice.changes)


def _template(
    text: object, make: str, kind: type[BatchSettings], axes: Mapping[str, Sequence[_Choice]]
) -> NameTemplate:
    if text is None:
        ending = ".{format}" if "format" in axes else ".svg"
        words = [f"{{{axis}}}" for axis in axes if axis != "format"]
        text = "-".join(words or [make]) + ending
    known = {"number", "place", *setting_fields(kind), *axes}
    return NameTemplate.parse(_text("names", text), known)


def _combined(base: BatchSettings, axes: Mapping[str, Sequence[_Choice]], template: NameTemplate) -> Iterator[Item]:
    """All combinations, the last axis turning fastest."""
    for number, choices in enumerate(itertools.product(*axes.values()), 1):
        settings = replace(base, **{key: value for choice in choices for key, value in choice.changes.items()})
        labels = {axis: choice.label for axis, choice in zip(axes, choices, strict=True)}
        own = {key: getattr(settings, name) for key, name in setting_fields(type(base)).items()}
        for place, single in settings.each_file():
            name = template.name({"number": number, **own, **labels, "place": place})
            yield Item(name if not place or "place" in template.fields else _with_place(name, place), single)


def _with_place(name: str, place: str) -> str:
    """``wall.svg`` as ``wall-r1c2.svg``."""
    path = Path(name)
    return f"{path.stem}-{place}{path.suffix}"


def _check_endings(endings: Collection[str], *, sketches: bool) -> None:
    from sketchdesign.output.files import WRITERS
    from sketchdesign.output.sketches import SKETCH_WRITERS
    from sketchdesign.services.plugins.registry import known_endings

    ours = [*WRITERS, *(SKETCH_WRITERS if sketches else ())]
    unknown = sorted(set(endings) - set(ours))
    if unknown and (others := sorted(set(unknown) - set(known_endings("exporter")))):
        raise InputError(f"no file can be written with the ending {others[0]!r}", hint=f"use one of {' '.join(ours)}")


def _check_known(table: Mapping[str, Any], known: Collection[str], what: str, where: str = "") -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            guess = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
            raise InputError(f"{where}{key:.60} {what}", hint=guess)


_EXPECTED: dict[type, str] = {
    int: "a whole number",
    float: "a number",
    str: "a text in quotation marks",
    bool: "true or false",
}


def _typed(kind: type[BatchSettings], where: str, key: str, value: object) -> Any:
    """A value that has the type of a setting."""
    hint = _hints(kind)[key]
    if hint is float and type(value) is int and abs(value) <= 10**12:
        return float(value)
    if type(value) is not hint or (isinstance(value, float) and not math.isfinite(value)):
        raise InputError(f"{where} is {value!r:.60}", hint=f"give {_EXPECTED[hint]}")
    return _text(where, value) if hint is str else value


@functools.cache
def _hints(kind: type[BatchSettings]) -> dict[str, type]:
    """The type of each setting; a setting may be left out, but not be given as nothing."""
    hints = get_type_hints(kind)
    plain = {each.name: [part for part in get_args(hints[each.name]) if part is not NoneType] for each in fields(kind)}
    return {key_of(name): parts[0] if parts else hints[name] for name, parts in plain.items()}


def _text(where: str, value: object) -> str:
    if not isinstance(value, str) or not value or not value.isprintable():
        raise InputError(f"{where} is {value!r:.60}", hint="give a text in quotation marks")
    return value
