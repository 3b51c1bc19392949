"""What the Plot workspace says: the machine, the questions, the state and the reasons, all in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

from sketchdesign.gui.colour_words import layer_title
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.quantities import counted
from sketchdesign.gui.workspaces.plot_bars import READY, RUNNING, SIMULATED, WARNING, Answer
from sketchdesign.gui.workspaces.plot_machines import Machine
from sketchdesign.gui.workspaces.plot_run import Cause, Phase
from sketchdesign.gui.workspaces.plot_words import duration, grouped, machine_name, metres, offer, turn_words
from sketchdesign.plotter.control import Pause, State
from sketchdesign.services.plot.drivers import OUR_DRIVER
from sketchdesign.services.plot.hands import Health
from sketchdesign.services.plot.turning import NO

if TYPE_CHECKING:
    from sketchdesign.gui.workspaces.plot import PlotWorkspace

_ENOUGH_VOLTS = 7.5


class Sayings:
    """Fills strip, prompt and controls of a room from what its machine and its plot are doing."""

    def __init__(self, room: PlotWorkspace) -> None:
        self._room = room

    def say_all(self) -> None:
        """Say everything as it is now."""
        self._say_machine()
        self._say_question()
        self._say_state()
        self._dress_buttons()

    def why_not_start(self) -> str:
        """Why nothing can be started; nothing where it can."""
        room = self._room
        if room.is_planning:
            return tr("The plot is being planned.")
        if room.preview is None:
            return tr("There is no sheet to plot yet.")
        if room.problem:
            return room.problem
        machines = room.machines
        if machines.chosen is None:
            if self._lacks_port:
                return tr("Choose the port that the plotter is on.")
            return tr("The plotter is not plugged in.")
        if machines.problem:
            return machines.problem
        volts = None if machines.health is None else machines.health.volts
        if volts is not None and volts < _ENOUGH_VOLTS:
            return tr("The motors have no power. Plug in the power supply.")
        return ""

    # The machine

    @property
    def _machine(self) -> str:
        return machine_name(self._room.session.project.plot, self._room.machines.drivers)

    @property
    def _lacks_port(self) -> bool:
        """Machines of this driver cannot be told from other devices, and no port is chosen."""
        return self._room.machines.driver != OUR_DRIVER and not self._room.session.project.plot.port

    def _say_machine(self) -> None:
        room, run = self._room, self._room.run
        machine = room.machines.chosen
        if run.phase is Phase.BROKEN_OFF and run.machine is None:
            words = tr("Unplugged at stroke {done} of {all}. Plug it in, nothing will move.")
            room.strip.show_machine(self._counted(words), WARNING)
        elif self._lacks_port:
            words = tr("{machine}: choose the port that it is on.").format(machine=self._machine)
            room.strip.show_machine(words, WARNING)
        elif machine is None:
            port = room.session.project.plot.port
            room.strip.show_machine(tr("There is no plotter on {port}.").format(port=port), WARNING)
        else:
            self._say_present(machine)

    def _say_present(self, machine: Machine) -> None:
        room = self._room
        model = self._machine
        title = tr("{model} on {port}").format(model=model, port=machine.name)
        if machine.is_simulated:
            title = tr("{port}, as an {model}").format(port=machine.name, model=model)
        tone = SIMULATED if machine.is_simulated else RUNNING if room.run.is_running else READY
        health, problem = room.machines.health, room.machines.problem
        words = [title]
        if room.run.is_running:
            words.append(_DOING[room.run.phase]())
        elif problem:
            words, tone = [f"{title}: {problem}"], WARNING
        elif health is not None:
            words += _health(health)
        firmware = health.firmware if health is not None else ""
        details = tr("Firmware {version}").format(version=firmware) if firmware else ""
        room.strip.show_machine(", ".join(words), tone, details)

    # Questions

    def _say_question(self) -> None:
        room, run = self._room, self._room.run
        if run.phase is Phase.WAITING:
            self._ask_to_go_on()
        elif run.phase is Phase.BROKEN_OFF:
            self._ask_to_resume()
        elif room.asks_to_start and room.preview is not None and room.preview.plotting is not None:
            self._ask_to_start()
        else:
            room.prompt.be_silent()

    def _ask_to_start(self) -> None:
        room = self._room
        assert room.preview is not None
        assert room.preview.plotting is not None
        words = offer(room.preview.plotting, self._machine)
        answers = [Answer(tr("Start now"), room.start, is_likely=True), Answer(tr("Not yet"), room.not_yet)]
        if room.turn != NO:
            words += " " + turn_words(room.turn)
        health = room.machines.health
        if health is not None and not health.is_home:
            words += " " + tr("The pen is away from home.")
            home = Answer(tr("Go home and start"), lambda: room.start(from_home=True), is_likely=True)
            here = Answer(tr("Start from here"), room.start, tr("The page begins under the pen"))
            answers = [home, here, answers[1]]
        room.prompt.ask(words, answers)

    def _ask_to_go_on(self) -> None:
        room, run = self._room, self._room.run
        assert run.plotting is not None
        job = run.plotting.job
        answer = Answer(tr("Go on"), run.go_on, is_likely=True)
        if run.waits_for is State.PEN_CHANGE:
            words = tr("Put in the pen {label} for layer {layer} of {layers}.").format(
                label=self._pen, layer=run.layer, layers=len(job.layers)
            )
            room.prompt.ask(words + " " + tr("Try it with Pen down."), [answer], run.colour)
        elif run.waits_for is State.PAPER_CHANGE:
            words = tr("Put in the paper for copy {copy} of {copies}, and the pen {label}.").format(
                copy=run.copy, copies=job.copies, label=self._pen
            )
            room.prompt.ask(words, [answer], run.colour)
        else:
            words = tr("Time for new ink.") if run.wants_ink else tr("Paused with the pen up.")
            rest = tr("Pen and speeds can be changed and tried now; it goes on where it was.")
            room.prompt.ask(f"{words} {rest}", [answer])

    def _ask_to_resume(self) -> None:
        room, run = self._room, self._room.run
        away = Answer(tr("Throw the plot away"), room.throw_away, tr("Forget how far it came"))
        if run.machine is None and room.machines.chosen is not None:
            room.prompt.ask(tr("This plot was begun on another kind of machine. Choose that one to go on."), [away])
        elif run.machine is None:
            room.prompt.ask(tr("How far it came is kept, even if you close the program."), [away])
        elif run.knows_place is None:
            room.prompt.ask(tr("Asking the plotter where it is. Nothing moves."), [away])
        elif run.knows_place:
            words = tr("Position kept. Resume?") if run.cause is not Cause.EARLIER else self._earlier()
            room.prompt.ask(words, [Answer(tr("Resume"), run.resume, is_likely=True), away])
        else:
            words = self._earlier() + " " if run.cause is Cause.EARLIER else ""
            words += tr("Move the carriage to its home corner, top left, by hand. Then it draws the rest.")
            home = Answer(tr("It is home: resume"), lambda: run.resume(home_confirmed=True), is_likely=True)
            room.prompt.ask(words, [home, away])

    def _earlier(self) -> str:
        return self._counted(tr("A plot was not finished: {done} of {all} strokes are drawn."))

    # The state

    def _say_state(self) -> None:
        room, run = self._room, self._room.run
        share = None
        if run.is_running or run.phase is Phase.BROKEN_OFF:
            share = run.strokes_done / max(1, run.times.strokes) if run.times is not None else 0.0
        state, detail = self._state()
        if room.escape_pressed and run.is_running:
            detail = tr("Press Esc again to stop.")
        room.controls.show_state(state, detail, share=share)

    def _state(self) -> tuple[str, str]:
        run = self._room.run
        match run.phase:
            case Phase.READY:
                return self._ready(tr("Ready"))
            case Phase.DONE:
                return self._ready(tr("Done: every stroke is drawn, the motors are off"))
            case Phase.PREPARING:
                return tr("Getting ready"), tr("The plan is checked, the plotter is greeted.")
            case Phase.DRAWING:
                return self._drawing(), self._how_far()
            case Phase.WAITING:
                return tr("Waiting for you"), self._how_far()
            case Phase.STOPPING:
                return tr("Stopping: pen up, motors off"), self._how_far()
        causes = {
            Cause.UNPLUGGED: tr("Unplugged"),
            Cause.STOPPED: tr("Stopped: the pen is up and the motors are off"),
            Cause.FAILED: tr("Broken off"),
            Cause.EARLIER: tr("Unfinished plot"),
        }
        return causes[run.cause], self._counted(tr("{done} of {all} strokes are drawn, nothing is lost."))

    def _ready(self, state: str) -> tuple[str, str]:
        preview, why = self._room.preview, self.why_not_start()
        if why:
            return tr("Not ready") if self._room.run.phase is Phase.READY else state, why
        if preview is None or preview.plotting is None:
            return state, ""
        report = preview.plotting.report()
        words = [
            duration(report["duration_s"]),
            tr("{length} drawn").format(length=metres(report["pen_down_mm"])),
            tr("{length} pen up").format(length=metres(report["pen_up_mm"])),
            counted(report["lifts"], tr("1 lift"), tr("{count} lifts")),
        ]
        return state, "  \u00b7  ".join(words)

    def _drawing(self) -> str:
        run = self._room.run
        if run.pausing is Pause.NEXT_LIFT:
            return tr("Pausing at the next lift")
        if run.pausing is not None:
            return tr("Pausing")
        words = tr("Drawing {label}").format(label=self._pen)
        job = run.plotting.job if run.plotting is not None else None
        if job is not None and len(job.layers) > 1:
            words += ", " + tr("layer {layer} of {layers}").format(layer=run.layer, layers=len(job.layers))
        if job is not None and job.copies > 1:
            words += ", " + tr("copy {copy} of {copies}").format(copy=run.copy, copies=job.copies)
        return words

    def _how_far(self) -> str:
        words = self._counted(tr("Stroke {done} of {all}"))
        return words + ", " + tr("{time} left").format(time=duration(self._room.seconds_left))

    @property
    def _pen(self) -> str:
        return layer_title(self._room.run.label, self._room.run.colour)

    def _counted(self, words: str) -> str:
        run = self._room.run
        strokes = run.times.strokes if run.times is not None else 0
        return words.format(done=grouped(run.strokes_done), all=grouped(strokes))

    # Buttons

    def _dress_buttons(self) -> None:
        room, run = self._room, self._room.run
        bar = room.controls
        why = self.why_not_start()
        is_asking = room.asks_to_start and run.phase in (Phase.READY, Phase.DONE)
        if run.phase is Phase.WAITING:
            start, tip, enabled = tr("Go on"), room.starts.toolTip(), True
        elif run.phase is Phase.BROKEN_OFF:
            start = tr("Resume") if run.knows_place is not False else tr("It is home: resume")
            enabled = run.machine is not None and run.knows_place is not None
            tip = room.starts.toolTip() if enabled else tr("The plotter must be plugged in and answer first.")
        elif run.is_running:
            start, tip, enabled = tr("Start"), tr("It is drawing already."), False
        else:
            start, tip = tr("Start\u2026"), why or room.starts.toolTip()
            enabled = not why and not is_asking
        bar.start.setText(start)
        bar.start.setToolTip(tip)
        bar.start.setEnabled(enabled)
        drawing = run.phase is Phase.DRAWING
        tip = tr("Pause at the next lift, or at once") if drawing else tr("Nothing is drawn now.")
        bar.dress(bar.pause, "pause", tr("Pause"), tip, enabled=drawing)
        can_stop = drawing or run.phase is Phase.WAITING
        tip = tr("Pen up, motors off, at once (Esc twice)") if can_stop else tr("Nothing is drawn now.")
        bar.dress(bar.stop, "stop", tr("Stop"), tip, enabled=can_stop)
        room.starts.setEnabled(enabled)
        for action in (room.pauses, room.pauses_now):
            action.setEnabled(drawing)
        plugged_in = room.machines.simulated.plugged_in
        room.pulls.setText(tr("Pull the simulated cable") if plugged_in else tr("Plug in the simulated cable"))


_DOING = {
    Phase.PREPARING: lambda: tr("getting ready"),
    Phase.DRAWING: lambda: tr("drawing"),
    Phase.WAITING: lambda: tr("waiting, pen up"),
    Phase.STOPPING: lambda: tr("stopping"),
}


def _health(health: Health) -> list[str]:
    locale = QLocale()
    words = [] if health.volts is None else [tr("{volts} V").format(volts=locale.toString(health.volts, "f", 1))]
    words.append(tr("pen up") if health.pen_up else tr("pen down"))
    if health.at_mm is not None and not health.is_home:
        x, y = (locale.toString(value, "f", 1) for value in health.at_mm)
        words.append(tr("{x} mm right and {y} mm below home").format(x=x, y=y))
    return words
