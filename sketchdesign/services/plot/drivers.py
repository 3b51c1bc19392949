"""The drivers of plotters, which are plugins: what their machines can do, and a line to one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sketchdesign.core.errors import PlotterError
from sketchdesign.core.machine import MachineProfile

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sketchdesign.plotter.clock import Clock
    from sketchdesign.plotter.protocol import Plotter
    from sketchdesign.services.parameters import ParameterField
    from sketchdesign.services.plugins.registry import Plugin

OUR_DRIVER = "ebb"
"""The driver of the machines that are found by themselves."""


class OtherDriver(NamedTuple):
    """A driver of machines that describe themselves by parameters.

    Attributes:
        name: how a person chooses it.
        title: what it is for, in a few words.
        fields: its parameters.
    """

    name: str
    title: str
    fields: tuple[ParameterField, ...]


def other_drivers() -> tuple[OtherDriver, ...]:
    """The drivers that are installed besides ours; those that cannot be loaded are passed over."""
    from sketchdesign.services.parameters import parameter_fields
    from sketchdesign.services.plugins.registry import find_plugins

    return tuple(
        OtherDriver(plugin.name, plugin.target.title, parameter_fields(plugin.target.Parameters))
        for plugin in find_plugins("plotter")
        if plugin.name != OUR_DRIVER and not plugin.error
    )


def chosen_parameters(driver: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters of a driver as values of their types: what was chosen, and defaults for the rest.

    Raises:
        InputError: there is no such driver, or a parameter cannot be used.
        PluginError: the driver cannot be loaded.
    """
    return _plugin_with(driver, values)[1].model_dump()


def machine_of(driver: str, parameters: Mapping[str, Any]) -> MachineProfile | None:
    """The machine that a driver's parameters describe; None where a person chooses from the known models.

    Raises:
        InputError: there is no such driver, or a parameter cannot be used.
        PluginError: the driver failed.
    """
    if driver == OUR_DRIVER:
        return None  # known without loading a plugin, which takes longer than most plans
    plugin, chosen = _plugin_with(driver, parameters)
    with plugin.blamed():
        machine: MachineProfile | None = plugin.target.machine(chosen)
    return machine


def open_plotter(driver: str, parameters: Mapping[str, Any], port: str, clock: Clock) -> Plotter:
    """The machine on a serial port, which has answered.

    Raises:
        InputError: there is no such driver, or a parameter cannot be used.
        PlotterError: the port cannot be opened, or something else is there.
        PluginError: the driver failed.
    """
    from sketchdesign.plotter.transport import open_serial

    plugin, chosen = _plugin_with(driver, parameters)
    with plugin.blamed():
        transport = open_serial(port, plugin.target.line(chosen))
        try:
            plotter: Plotter = plugin.target.connect(transport, clock, chosen)
        except BaseException:
            transport.close()
            raise
    return plotter


def only_port(driver: str = OUR_DRIVER) -> str:
    """The port of the one plotter that is plugged in.

    Raises:
        PlotterError: there is none, there are several, or those of this driver cannot be told from other devices.
    """
    from sketchdesign.plotter.transport import find_plotters

    if driver != OUR_DRIVER:
        raise PlotterError(f"plotters of the kind {driver} cannot be told from other devices", hint="name the --port")
    ports = find_plotters()
    if len(ports) != 1:
        what = "no plotter is plugged in" if not ports else f"{len(ports)} plotters are plugged in"
        raise PlotterError(what, hint="choose one with --port; sketchdesign plotters lists them")
    return ports[0].port


def _plugin_with(driver: str, parameters: Mapping[str, Any]) -> tuple[Plugin, BaseModel]:
    from sketchdesign.services.parameters import parse_parameters
    from sketchdesign.services.plugins.registry import find_plugin

    plugin = find_plugin("plotter", driver)
    return plugin, parse_parameters(plugin.target.Parameters, parameters)
