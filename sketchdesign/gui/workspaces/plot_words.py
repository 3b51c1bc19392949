"""Plots in words: times, lengths, machines, and what is going on."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from sketchdesign.core.machine import MACHINES
from sketchdesign.gui.i18n import tr
from sketchdesign.services.plot.run import Plotting

_NAMES = {"axidraw": "AxiDraw", "nextdraw": "NextDraw", "minikit": "MiniKit"}


def machine_title(name: str) -> str:
    """A machine as its maker writes it: "axidraw-v3-a3" is the AxiDraw V3/A3."""
    maker, *parts = name.split("-")
    return f"{_NAMES.get(maker, maker)} {'/'.join(_NAMES.get(part, part.upper()) for part in parts)}"


def machine_choices() -> list[tuple[str, str]]:
    """Title and name of each machine, with its reach."""
    return [
        (f"{machine_title(name)}  {machine.width_mm:g} \u00d7 {machine.height_mm:g} mm", name)
        for name, machine in MACHINES.items()
    ]


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
    whole = max(0, int(seconds))
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def metres(length_mm: float) -> str:
    """A length as plots have it."""
    return tr("{length} m").format(length=QLocale().toString(length_mm / 1000.0, "f", 1))


def grouped(count: int) -> str:
    """A whole number that can be read at a glance."""
    return QLocale().toString(count)


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
