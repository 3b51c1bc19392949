"""Plots a job: feeds the machine, pauses, stops and keeps the journal.

One thread runs it. It alone talks to the machine and knows where the pen is; everybody else asks through a `Control`
and listens to the events.
"""

from __future__ import annotations

import math
from dataclasses import replace

from sketchdesign.core.errors import PlotterError, PortLostError
from sketchdesign.core.machine import MachineProfile
from sketchdesign.plotter.clock import Clock
from sketchdesign.plotter.control import (
    Adjust,
    Control,
    Event,
    Jog,
    LayerStarted,
    Pause,
    Progress,
    Report,
    State,
    StateChanged,
    Task,
    TestPen,
    WalkHome,
)
from sketchdesign.plotter.feeder import OFF_STEPS, Feeder, PositionLostError, PowerLostError
from sketchdesign.plotter.job import Job, speeds_of
from sketchdesign.plotter.journal import Journal
from sketchdesign.plotter.plan import HOME_MM, Item, Kind
from sketchdesign.plotter.protocol import Plotter, Status
from sketchdesign.plotter.recovery import Resumption
from sketchdesign.plotter.section import BEGINNING, Found, Place, Section, Steps, steps_mm, travel

_WAIT_S = 0.05
_NO_NUMBER = -1


class StoppedError(PlotterError):
    """A person stopped the plot."""


class LeftError(PlotterError):
    """A person left the plot in a pause."""


class _EmergencyError(Exception):
    """A person wants everything to stand still."""


class Runner:
    """Draws a job on a connected machine.

    Args:
        job: what to draw.
        plotter: connected.
        journal: open.
        mark: what the machine shall keep as long as it is on, 1 to 255.
        control: where requests come from.
        clock: for waiting.
        report: told of each event, on this thread.
    """

    def __init__(
        self, job: Job, plotter: Plotter, journal: Journal, mark: int, control: Control, clock: Clock, report: Report
    ) -> None:
        self._job = job
        self._plotter = plotter
        self._journal = journal
        self._mark = mark
        self._control = control
        self._clock = clock
        self._report = report
        self._feeder = Feeder(plotter, clock, self._finished)
        self._machine: MachineProfile = job.machine
        self._pen = job.pen
        self._position: Steps = (0, 0)
        self._section: Section | None = None
        self._copy = self._layer = 0
        self._changed = False
        self._inked_mm = 0.0
        self._done = 0

    def run(self, resumption: Resumption | None = None) -> None:
        """Draw everything, or the rest of it.

        Raises:
            StoppedError: a person stopped it; the pen is up and the motors are off.
            PortLostError: the machine vanished.
            PlotterError: it could not go on; the pen is up if a command still reached it.
        """
        at_home = resumption is None or resumption.at_home
        begun = resumption or Resumption(0, 0, BEGINNING, (0, 0), True)
        self._copy, self._layer, self._position = begun.copy, begun.layer, begun.position
        try:
            self._plotter.start(self._pen, self._mark, at_home=at_home, position=self._position)
            self._say(StateChanged(State.PLOTTING))
            self._draw_all(begun.place)
            self._plotter.motors_off()
        except PortLostError:
            self._remember(self._feeder.last_seen())
            self._say(StateChanged(State.DISCONNECTED, "the plotter is gone"))
            raise
        except LeftError:
            raise
        except StoppedError:
            self._say(StateChanged(State.STOPPED, "stopped"))
            raise
        except PlotterError as error:
            self._give_up(error)
            raise
        self._journal.complete()
        self._say(StateChanged(State.DONE))

    def _draw_all(self, place: Place) -> None:
        if place == BEGINNING:
            self._ask_for_change()  # again, where it broke off then: whether it was made, nobody knows
        while True:
            self._draw_layer(place)
            place = BEGINNING
            if self._layer + 1 < len(self._job.layers):
                self._layer += 1
            elif self._copy + 1 < self._job.copies:
                self._copy, self._layer = self._copy + 1, 0
            else:
                return
            self._ask_for_change()

    def _ask_for_change(self) -> None:
        """Wait for the pen or the paper that this layer needs, if it is not the first of all."""
        job, layer = self._job, self._job.layers[self._layer]
        if self._layer and job.pause_between_layers:
            self._begin_section(BEGINNING)
            self._pause(BEGINNING, State.PEN_CHANGE, f"change the pen: {layer.label} {layer.colour}")
            self._inked_mm = 0.0
        elif self._copy and not self._layer:
            self._begin_section(BEGINNING)
            self._pause(BEGINNING, State.PAPER_CHANGE, f"put in the paper for copy {self._copy + 1} of {job.copies}")
            if len(job.layers) > 1 and job.pause_between_layers:
                self._inked_mm = 0.0  # the pen was changed, too

    def _draw_layer(self, place: Place | None) -> None:
        layer = self._job.layers[self._layer]
        self._say(LayerStarted(self._copy + 1, self._layer + 1, layer.label, layer.colour))
        while place is not None:
            section = self._begin_section(place)
            try:
                place = self._follow(section)
            except _EmergencyError:
                place = self._stand_still(section)
                self._pause(place, State.PAUSED, "paused at once")

    def _begin_section(self, place: Place) -> Section:
        self._section, self._done = self._plan_from(place), place.stroke
        speeds = speeds_of(self._section.plan.machine)
        self._journal.section(self._copy, self._layer, place, self._position, speeds, ramps=self._plotter.ramps)
        return self._section

    def _plan_from(self, place: Place) -> Section:
        plan = self._job.layers[self._layer].plan
        planned = plan.machine == self._machine and self._plotter.ramps
        if place == BEGINNING and self._position == (0, 0) and planned:
            return Section.whole(plan.strokes, plan, ramps=True)
        return Section(plan.strokes, place, self._position, self._machine, ramps=self._plotter.ramps)

    def _follow(self, section: Section) -> Place | None:
        """Draw a section; returns where to go on with a new plan if a pause came in between."""
        for number in range(section.item_count):
            item = section.item(number)
            is_home = item.stroke == len(section.strokes)
            if number == section.first_item(item.stroke) and (reason := self._reason_to_pause(is_home=is_home)):
                self._position = item.begin
                place = Place(item.stroke, 0.0 if number else section.place.along_mm)
                if self._pause(place, State.PAUSED, reason):
                    return place
            if item.kind is Kind.DROP and self._control.pausing is Pause.NOW:
                return self._pause_at(Place(item.stroke, item.along_begin), item.begin)
            self._feed(item, number)
            if self._control.pausing is Pause.NOW and item.kind in (Kind.DROP, Kind.DRAW):
                return self._brake(section, number)
        end = section.item(section.item_count - 1).end if section.item_count else self._position
        if self._feeder.drain().position not in (None, end):
            raise PositionLostError(
                f"the plotter on {self._plotter.name} has not made all its steps",
                hint="move the carriage to its home corner and resume with --home-confirmed",
            )
        self._position = end
        return None

    def _reason_to_pause(self, *, is_home: bool) -> str:
        if self._control.pausing is not None:
            return "paused"
        if self._job.reink_mm and self._inked_mm >= self._job.reink_mm and not is_home:
            self._inked_mm = 0.0
            return "time for new ink"
        return ""

    def _feed(self, item: Item, number: int = _NO_NUMBER) -> None:
        while not self._feeder.has_room:
            if self._watch() is None:
                self._feeder.wait()
        self._watch(before_sending=True)
        if number != _NO_NUMBER:
            self._journal.sending(number)
        self._feeder.send(number, item)
        if item.kind is Kind.DRAW:
            self._inked_mm += item.along_end - item.along_begin
        if number != _NO_NUMBER:
            self._journal.taken(number)

    def _watch(self, *, before_sending: bool = False) -> Status | None:
        """Look after requests and after the machine."""
        if self._control.stopping:
            self._stop()
        if self._control.pausing is Pause.EMERGENCY:
            raise _EmergencyError
        status = self._feeder.poll_when_due(before_sending=before_sending)
        if status is not None and status.button:
            self._control.pause(Pause.NOW)
        return status

    def _brake(self, section: Section, number: int) -> Place:
        """Come to rest behind the last item that was sent, lift the pen there and pause."""
        last = section.item(number)
        self._journal.sending(number + 1)  # what comes instead has no number
        for item in section.braking(last):
            self._feed(item)
            last = item
        up, place = section.raising(last)
        self._feed(up)
        return self._pause_at(place, last.end)

    def _pause_at(self, place: Place, position: Steps) -> Place:
        self._position = position
        self._pause(place, State.PAUSED, "paused")
        return place

    def _pause(self, place: Place, state: State, reason: str) -> bool:
        """Wait until a person wants to go on; returns whether the plan must be made again."""
        self._feeder.drain()
        self._journal.paused(place, self._position)
        self._control.begin_waiting()
        self._changed = False
        self._say(StateChanged(state, reason))
        while True:
            if self._control.stopping:
                self._stop()
            if self._control.leaving:
                raise LeftError("paused", hint="go on with --resume, and do not move the carriage until then")
            while task := self._control.next_task():
                self._journal.paused(place, None)  # who finds this does not know how far the task came
                self._perform(task)
                self._journal.paused(place, self._position)
            if self._control.take_resume() or self._feeder.poll().button:
                break
            self._clock.sleep(_WAIT_S)
        self._say(StateChanged(State.PLOTTING))
        return self._changed

    def _perform(self, task: Task) -> None:
        match task:
            case Adjust(pen=pen, draw_mm_s=draw, travel_mm_s=fast):
                if pen is not None:
                    self._pen = pen
                    self._machine = pen.applied_to(self._machine)
                    self._plotter.set_pen(pen)
                self._machine = replace(
                    self._machine,
                    draw_mm_s=draw or self._machine.draw_mm_s,
                    travel_mm_s=fast or self._machine.travel_mm_s,
                )
                self._changed = True
            case Jog(dx_mm=dx, dy_mm=dy):
                x, y = steps_mm(self._position, self._machine)
                self._walk(
                    (min(max(x + dx, 0.0), self._machine.width_mm), min(max(y + dy, 0.0), self._machine.height_mm))
                )
            case WalkHome():
                self._walk(HOME_MM)
            case TestPen():
                self._plotter.pen(up=False, wait_ms=self._pen.drop_ms)
                self._plotter.pen(up=True, wait_ms=self._pen.lift_ms)

    def _walk(self, to_mm: tuple[float, float]) -> None:
        self._changed = True
        try:
            for item in travel(self._position, to_mm, self._machine, ramps=self._plotter.ramps):
                self._feed(item)
                self._position = item.end
            self._feeder.drain()
        except _EmergencyError:
            _, position = self._feeder.halt()
            self._position = self._known(position)
            self._control.begin_waiting()

    def _stand_still(self, section: Section) -> Place:
        """Stop at once and find out where that was."""
        found, position = self._feeder.halt()
        place = self._settled(section, found)
        if position is None:
            self._journal.paused(place, None, homeless=True)
        self._position = self._known(position)
        return place

    def _known(self, position: Steps | None) -> Steps:
        if position is None:
            raise PositionLostError(
                f"the plotter on {self._plotter.name} cannot tell where it stopped",
                hint="move the carriage to its home corner by hand and resume with --home-confirmed",
            )
        return position

    def _stop(self) -> None:
        found, _ = self._feeder.halt()
        if self._section is not None:
            # Motors without current forget where they are.
            self._journal.paused(self._settled(self._section, found), None, homeless=True)
        self._plotter.motors_off()
        raise StoppedError("stopped", hint="move the carriage home and resume with --resume --home-confirmed")

    def _give_up(self, error: PlotterError) -> None:
        """The machine cannot go on: lift the pen if it still listens, and remember where that was."""
        homeless = isinstance(error, PowerLostError | PositionLostError)
        seen = self._feeder.last_seen()
        expected = self._feeder.when_done()
        try:
            found, position = self._feeder.halt()
        except PlotterError:
            # A board that answers no more still does what it was told; of other machines that is not known.
            self._remember(seen if self._machine.plans_itself else expected)
        else:
            if position is None:
                # It must have come as far as either of them says.
                homeless = True
                seen = max((at for at in (seen, found) if at is not None), default=None)
            elif found is not None and found.off_steps > OFF_STEPS:
                homeless = True
            if self._section is not None:
                place = self._settled(self._section, seen if homeless else found)
                self._journal.paused(place, position, homeless=homeless)
        self._say(StateChanged(State.STOPPED, error.what))

    def _remember(self, found: Found | None) -> None:
        if found is not None and self._section is not None:
            self._journal.lost(self._settled(self._section, found))

    def _settled(self, section: Section, found: Found | None) -> Place:
        if found is None:
            # Nothing was left to do.
            return Place(self._done, 0.0) if self._done > section.place.stroke else section.place
        if self._machine.plans_itself and math.isinf(found.off_steps):
            # It has lines of any length before it: where in the stroke it is, nobody knows.
            return Place(found.place.stroke, 0.0)
        return section.settled(found.place)

    def _finished(self, item: Item) -> None:
        if item.kind is not Kind.LIFT or self._section is None:
            return
        self._done = item.stroke + 1
        self._journal.finished(item.stroke)
        strokes = len(self._section.strokes)
        left = self._section.seconds_left(item.stroke + 1) + self._later_s()
        self._say(Progress(self._copy + 1, self._layer + 1, item.stroke + 1, strokes, round(left, 1)))

    def _later_s(self) -> float:
        layers = self._job.layers
        after = sum(layer.plan.duration_s for layer in layers[self._layer + 1 :])
        copies = self._job.copies - self._copy - 1
        return after + copies * sum(layer.plan.duration_s for layer in layers)

    def _say(self, event: Event) -> None:
        self._report(event)
