"""Finding the place where a plot broke off."""

from __future__ import annotations

from typing import NamedTuple

from sketchdesign.core.errors import InputError, PlotterError
from sketchdesign.plotter.job import Job, with_speeds
from sketchdesign.plotter.journal import Header, Trace
from sketchdesign.plotter.protocol import Plotter
from sketchdesign.plotter.section import Place, Section, Steps, locate, place_in

_OFF_STEPS = 3.0
_BEHIND, _AHEAD = 40, 60
"""Items around the last one sent among which the machine may stand."""


class HomeNeededError(PlotterError):
    """The machine does not know any more where it is; a person must move it to its home corner."""


class Resumption(NamedTuple):
    """Where to go on.

    Attributes:
        copy, layer: from 0.
        place: in the layer.
        position: of the machine now.
        at_home: the machine was moved to its home corner by hand, and counts from there.
    """

    copy: int
    layer: int
    place: Place
    position: Steps
    at_home: bool


def check_journal(job: Job, header: Header, trace: Trace) -> None:
    """Refuse a journal of something else.

    Raises:
        InputError: it belongs to another drawing, or all is drawn.
    """
    if header.drawing != job.fingerprint:
        raise InputError(
            "the journal belongs to another drawing, or to other layers of it",
            hint="resume with the same file and options, or start without --resume",
        )
    if trace.complete:
        raise InputError("the plot in the journal is complete", hint="start without --resume to draw it again")


def find_place(
    job: Job, header: Header, trace: Trace, plotter: Plotter, *, home_confirmed: bool, whole_stroke: bool
) -> Resumption:
    """Ask a connected machine where it stands, and find that in the drawing. Nothing moves.

    Args:
        home_confirmed: a person says that the machine stands in its home corner.
        whole_stroke: draw a stroke that was cut off from its beginning.

    Raises:
        HomeNeededError: the machine does not know where it is.
    """
    alive = plotter.alive_since(header.mark)
    position = plotter.status().position
    strokes = job.layers[trace.layer].plan.strokes
    machine = with_speeds(job.machine, trace.speeds or {})
    section = Section(strokes, trace.begun, trace.start, machine, ramps=trace.ramps)
    found: Place | None = None
    if alive and not trace.homeless and not home_confirmed:
        found, position = _standing_at(section, trace, position)
    if found is None or position is None:
        if not home_confirmed:
            raise HomeNeededError(
                "the plotter was switched off or lost its position since",
                hint="move the carriage to its home corner by hand, then resume with --home-confirmed",
            )
        found, position = _remembered(section, trace, alive=alive), (0, 0)
    place = section.settled(found)
    if whole_stroke:
        place = Place(place.stroke, 0.0)
    return Resumption(trace.copy, trace.layer, place, position, home_confirmed)


def _standing_at(section: Section, trace: Trace, position: Steps | None) -> tuple[Place | None, Steps | None]:
    """The place that belongs to the machine's position, and that position; nothing where they do not fit together.

    A machine that cannot tell its position stands where the journal says, or has done all that it took; it must be
    moved home where the last item was sent and nobody knows whether it was taken.
    """
    unknown = (None, None)
    if not trace.moving:
        return (trace.place, trace.position) if position in (None, trace.position) else unknown
    if position is None:
        if trace.sent != trace.taken:
            return unknown
        last = section.item(trace.taken - 1)
        return place_in(last, 1.0), last.end
    expected = trace.sent - 1
    numbers = range(max(0, expected - _BEHIND), min(section.item_count, expected + _AHEAD))
    found = locate(((number, section.item(number)) for number in numbers), position, expected, None)
    if found is None or found.off_steps > _OFF_STEPS:
        return unknown
    return found.place, position


def _remembered(section: Section, trace: Trace, *, alive: bool) -> Place:
    """How far the journal knows that the drawing came, where the machine cannot tell any more.

    A machine that is still on has done all that it took. One that was switched off since has so, too, if this program
    ended before it; but if it vanished, it may have lost its power or only its cable: then what it had not drawn when
    it was seen last counts as not drawn, because a line drawn twice is better than a gap.
    """
    if not trace.moving or section.plan.machine.plans_itself or (trace.seen and not alive):
        return trace.place
    return place_in(section.item(trace.taken - 1), 1.0) if trace.taken else trace.begun
