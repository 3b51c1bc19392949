"""The pens of a project and their colours under several names. An edit is another project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.drawing import Pen
from sketchdesign.core.errors import InputError
from sketchdesign.services.project.state import Colourway, Project

MOST_PENS = 12
NEW_PENS = ("#a04020", "#2f6f6b", "#d9a441", "#7a3b69", "#3f5fd8", "#5b7f3a")
"""The colours of pens that are added, in turn."""


def colourways(project: Project, first_name: str) -> tuple[Colourway, ...]:
    """All colourways; a project that has none shows its pens as one called ``first_name``."""
    return project.pattern.colourways or (Colourway(first_name, _colours(project), project.pattern.ground),)


def with_colour(project: Project, pen: int, colour: str) -> Project:
    """A pen in another colour, here and in the colourway that is shown."""
    pens = [_coloured(own, colour) if number == pen else own for number, own in enumerate(project.pens)]
    return _kept(replace(project, pens=tuple(pens)))


def with_ground(project: Project, colour: str) -> Project:
    """The cloth in another colour, here and in the colourway that is shown."""
    return _kept(replace(project, pattern=replace(project.pattern, ground=parse_colour(colour))))


def shown(project: Project, number: int) -> Project:
    """The project in the colours of another colourway."""
    chosen = project.pattern.colourways[number]
    pens = [_coloured(pen, colour) for pen, colour in zip(project.pens, chosen.colours, strict=False)]
    pattern = replace(project.pattern, colourway=number, ground=chosen.ground)
    return replace(project, pens=(*pens, *project.pens[len(pens) :]), pattern=pattern)


def added(project: Project, first_name: str, more: Sequence[Colourway]) -> Project:
    """More colourways, of which the first is shown. Those with too few colours use them in turns.

    Args:
        project: where to.
        first_name: what its own pens are called if it has no colourway yet.
        more: at least one, each with a colour.
    """
    every = colourways(project, first_name)
    count = len(project.pens)
    pattern = replace(project.pattern, colourways=(*every, *(_in_turns(each, count) for each in more)))
    return shown(replace(project, pattern=pattern), len(every))


def with_palette(project: Project, first_name: str, palette: Colourway, names: Sequence[str]) -> Project:
    """Pens of a palette's colours, as many as it has up to `MOST_PENS`, and a colourway that remembers them.

    Args:
        project: whose pens these become. Its lines keep their widths.
        first_name: what its own pens are called if it has no colourway yet.
        palette: at least one colour.
        names: of the pens; an empty one is called by its colour.
    """
    colours = palette.colours[:MOST_PENS]
    widths = [project.pens[min(number, len(project.pens) - 1)].width_mm for number in range(len(colours))]
    pens = tuple(
        Pen(name or colour, colour, width)
        for colour, width, name in zip(colours, widths, (*names, *[""] * len(colours)), strict=False)
    )
    every = tuple(_in_turns(each, len(pens)) for each in colourways(project, first_name))
    pattern = replace(project.pattern, colourways=every)
    return added(replace(project, pens=pens, pattern=pattern), first_name, [palette])


def duplicated(project: Project, first_name: str, name: str) -> Project:
    """One more colourway of the colours that are shown, under a name."""
    return added(project, first_name, [Colourway(name, _colours(project), project.pattern.ground)])


def renamed(project: Project, first_name: str, name: str) -> Project:
    """The colourway that is shown under another name."""
    every = list(colourways(project, first_name))
    number = min(project.pattern.colourway, len(every) - 1)
    every[number] = replace(every[number], name=name)
    return replace(project, pattern=replace(project.pattern, colourways=tuple(every)))


def removed(project: Project) -> Project:
    """Without the colourway that is shown; the one before it is shown then. The last one stays."""
    every, number = list(project.pattern.colourways), project.pattern.colourway
    if len(every) < 2 or number >= len(every):
        return project
    del every[number]
    left = replace(project, pattern=replace(project.pattern, colourways=tuple(every)))
    return shown(left, max(0, number - 1))


def with_more_pens(project: Project) -> Project:
    """One more pen, in every colourway.

    Raises:
        InputError: there are `MOST_PENS`.
    """
    number = len(project.pens)
    if number >= MOST_PENS:
        raise InputError(f"a design has at most {MOST_PENS} pens", hint="use one pen for several motifs")
    colour = NEW_PENS[(number - 1) % len(NEW_PENS)]
    pen = Pen(colour, colour, project.pens[-1].width_mm)
    every = tuple(replace(each, colours=(*each.colours[:number], colour)) for each in project.pattern.colourways)
    return replace(project, pens=(*project.pens, pen), pattern=replace(project.pattern, colourways=every))


def with_fewer_pens(project: Project) -> Project:
    """Without the last pen, in every colourway. The first one stays."""
    number = len(project.pens) - 1
    if not number:
        return project
    every = tuple(replace(each, colours=each.colours[:number]) for each in project.pattern.colourways)
    return replace(project, pens=project.pens[:number], pattern=replace(project.pattern, colourways=every))


def _colours(project: Project) -> tuple[str, ...]:
    return tuple(pen.colour for pen in project.pens)


def _in_turns(colourway: Colourway, count: int) -> Colourway:
    """A colourway of so many colours; one that has too few uses them again."""
    own = colourway.colours
    return replace(colourway, colours=tuple(own[number % len(own)] for number in range(count)))


def _coloured(pen: Pen, colour: str) -> Pen:
    """A pen in another colour. It keeps a name that a person gave it."""
    code = parse_colour(colour)
    named_by_colour = pen.name in ("black", pen.colour)
    name = ("black" if code == "#000000" else code) if named_by_colour else pen.name
    return replace(pen, colour=code, name=name)


def _kept(project: Project) -> Project:
    """The pens' colours written into the colourway that is shown."""
    pattern = project.pattern
    if not pattern.colourways:
        return project
    every = list(pattern.colourways)
    number = min(pattern.colourway, len(every) - 1)
    every[number] = replace(every[number], colours=_colours(project), ground=pattern.ground)
    return replace(project, pattern=replace(pattern, colourways=tuple(every)))
