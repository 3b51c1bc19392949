"""``plotters``: what is there to plot on."""

from __future__ import annotations

import typer

from sketchdesign.cli.console import Console


def plotters(context: typer.Context) -> None:
    """List the ports with a plotter on them, emulated ones too."""
    from sketchdesign.plotter.emulator.running import running_emulators
    from sketchdesign.plotter.transport import find_plotters

    console: Console = context.obj
    found = [
        {"port": port, "description": description, "nickname": nickname, "emulated": is_emulated}
        for ports, is_emulated in ((find_plotters(), False), (running_emulators(), True))
        for port, description, nickname in ports
    ]
    lines = [f"{entry['port']}  {entry['nickname'] or entry['description']}" for entry in found]
    console.result({"plotters": found}, "\n".join(lines) or "No plotter found. Is it plugged in and switched on?")
