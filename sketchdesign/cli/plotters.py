"""``plotters``: what is there to plot on."""

from __future__ import annotations

import typer

from sketchdesign.cli import hands
from sketchdesign.cli.console import Console
from sketchdesign.cli.driver_options import add_driver_command

app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
add_driver_command(app, "jog", hands.jog)
add_driver_command(app, "home", hands.home)
add_driver_command(app, "pen", hands.pen)
add_driver_command(app, "motors-off", hands.motors_off)


@app.callback()
def plotters(context: typer.Context) -> None:
    """List the ports with a plotter on them, emulated ones too; or move one by hand."""
    if context.invoked_subcommand is not None:
        return
    from sketchdesign.plotter.emulator.running import running_emulators
    from sketchdesign.plotter.ports import serial_ports
    from sketchdesign.plotter.transport import find_plotters

    console: Console = context.obj
    found = [
        {"port": port, "description": description, "nickname": nickname, "emulated": is_emulated}
        for ports, is_emulated in ((find_plotters(), False), (running_emulators(), True))
        for port, description, nickname in ports
    ]
    known = {entry["port"] for entry in found}
    others = [
        {"port": port, "description": description} for port, description, _ in serial_ports() if port not in known
    ]
    lines = [f"{entry['port']}  {entry['nickname'] or entry['description']}" for entry in found]
    lines = lines or ["No plotter found. Is it plugged in and switched on?"]
    if others:
        lines.append("Other ports, for plotters that need a --driver:")
        lines += [f"{entry['port']}  {entry['description']}" for entry in others]
    console.result({"plotters": found, "other_ports": others}, "\n".join(lines))
