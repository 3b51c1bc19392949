"""Plots in words: times, lengths, machines, and what is going on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QLocale

from sketchdesign.core.machine import MACHINES
from sketchdesign.gui.i18n import tr
from sketchdesign.services.plot.drivers import OUR_DRIVER, OtherDriver
from sketchdesign.services.plot.planning import Plotting
from sketchdesign.services.plot.turning import LEFT, TURNS
from sketchdesign.services.project.state import PlotSettings

_NAMES = {"axidraw": "AxiDraw", "nextdraw": "NextDraw", "minikit": "MiniKit"}


def machine_title(name: str) -> str:
    """A machine as its maker writes it: "axidraw-v3-a3" is the AxiDraw V3/A3."""
    maker, *parts = name.split("-")
    return f"{_NAMES.get(maker, maker)} {'/'.join(_NAMES.get(part, part.upper()) for part in parts)}"


def machine_name(wishes: PlotSettings, drivers: Iterable[OtherDriver]) -> str:
    """What a person calls the machine: its model, or what its driver is called."""
    if wishes.driver == OUR_DRIVER:
        return machine_title(wishes.machine)
    return next((short_title(driver) for driver in drivers if driver.name == wishes.driver), wishes.driver)


def short_title(driver: OtherDriver) -> str:
    """The first words of what a driver says about itself."""
    title = re.split("[,:(]", driver.title)[0].strip()
    return tr(title)


def machine_choices() -> list[tuple[str, str]]:
    """Title and name of each machine, with its reach."""
    return [
        (f"{machine_title(name)}  {machine.width_mm:g} \u00d7 {machine.height_mm:g} mm", name)
        for name, machine in MACHINES.items()
    ]


def model_choices(wishes: PlotSettings, drivers: Sequence[OtherDriver]) -> list[tuple[str, tuple[str, str]]]:
    """Title, and driver with model, of each machine that can be chosen, and of the one that is."""
    rows = [(text, (OUR_DRIVER, name)) for text, name in machine_choices()]
    rows += [(short_title(driver), (driver.name, "")) for driver in drivers]
    if chosen_model(wishes) not in [model for _, model in rows]:
        rows.append((tr("{driver} (not installed)").format(driver=wishes.driver), chosen_model(wishes)))
    return rows


def chosen_model(wishes: PlotSettings) -> tuple[str, str]:
    """Driver and model of a project's machine; no model where the driver describes its machines itself."""
    return wishes.driver, wishes.machine if wishes.driver == OUR_DRIVER else ""


def with_model(wishes: PlotSettings, driver: str, machine: str) -> PlotSettings:
    """Another machine. Ports and parameters of one kind of machine mean nothing to another."""
    if driver == wishes.driver:
        return replace(wishes, machine=machine or wishes.machine)
    return replace(wishes, driver=driver, machine=machine or wishes.machine, parameters=(), port="")


def duration(seconds: float) -> str:
    """A time as a person would say it."""
    whole = max(0, round(seconds))
    if whole < 60:
        return tr("{seconds} s").format(seconds=whole)
    if whole < 3600:
        return tr("{minutes} min {seconds:02d} s").format(minutes=whole // 60, seconds=whole % 60)
    return tr("{hours} h {minutes:02d} min").format(hours=whole // 3600, minutes=whole % 3600 // 60)


def clock(seconds: float) -> str:
    """A time as a clock shows it."""
    whole = max(0, round(seconds))
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def metres(length_mm: float) -> str:
    """A length as plots have it."""
    return tr("{length} m").format(length=QLocale().toString(length_mm / 1000.0, "f", 1))


def grouped(count: int) -> str:
    """A whole number that can be read at a glance."""
    return QLocale().toString(count)


def turn_choices() -> list[tuple[str, str]]:
    """Words and name of each way that a page can lie."""
    words = tr("Automatic"), tr("As it lies"), tr("Turned left"), tr("Turned right")
    return list(zip(words, TURNS, strict=True))


def turn_words(turn: str) -> str:
    """How the paper must lie for a page that is turned."""
    if turn == LEFT:
        return tr("The page lies turned left by a quarter: its upper right corner at home.")
    return tr("The page lies turned right by a quarter: its lower left corner at home.")


def offer(plotting: Plotting, machine: str) -> str:
    """What Start is about to do, with time and distances."""
    report = plotting.report()
    words = tr("Draw {strokes} strokes on {machine}: {time}, {drawn} drawn, {travel} with the pen up.").format(
        strokes=grouped(report["lifts"]),
        machine=machine,
        time=duration(report["duration_s"]),
        drawn=metres(report["pen_down_mm"]),
        travel=metres(report["pen_up_mm"]),
    )
    pens = len(plotting.job.layers)
    if pens > 1 and plotting.settings.pause_between_layers:
        words += " " + tr("It waits for you before each of {count} pens.").format(count=pens)
    if plotting.job.copies > 1:
        words += " " + tr("It waits for new paper before each of {count} copies.").format(count=plotting.job.copies)
    return words + " " + tr("Paper in? Pen in its holder, and the carriage in the home corner, top left?")
