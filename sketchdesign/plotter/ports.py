"""The serial ports of this computer, for machines that cannot be told from other devices by their USB ids."""

from __future__ import annotations

from sketchdesign.plotter.transport import PlotterPort


def serial_ports() -> list[PlotterPort]:
    """All serial ports that the system lists, in order. What is there, only asking it would tell."""
    from serial.tools.list_ports import comports

    return sorted(PlotterPort(port.device, (port.description or "").replace("n/a", ""), "") for port in comports())
