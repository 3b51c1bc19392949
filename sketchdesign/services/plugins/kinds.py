"""What a plugin of each kind looks like. Nobody has to inherit from these: a class with the same members will do.

A class named by an entry point is made without arguments, once, and may be used from several threads: it keeps
nothing between calls. ``Parameters`` is a pydantic model as `parameter_fields` describes it; one instance of it, with
values within their ranges, comes with every call.

Work that takes a while is written as a generator: it yields `Progress`, which moves the bar and lets a person cancel,
and returns its result. Work that is done at once just returns it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from sketchdesign.core.drawing import Drawing, Page
from sketchdesign.core.strokes import Sketch
from sketchdesign.services.jobs import Work

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sketchdesign.core.machine import MachineProfile
    from sketchdesign.plotter.clock import Clock
    from sketchdesign.plotter.protocol import Plotter
    from sketchdesign.plotter.transport import SerialLine, Transport

P = TypeVar("P", bound="BaseModel")


@dataclass(frozen=True)
class Context:
    """What a plugin is told besides its parameters.

    Attributes:
        seed: of everything random, so that the same call gives the same drawing.
        device: where models run: "auto", "cpu", "cuda" or "mps".
        threads: worker threads on a CPU; None for one per processor.
    """

    seed: int = 1
    device: str = "auto"
    threads: int | None = None

    def draw(
        self, model: str, count: int, *, temperature: float | None = None, class_name: str | None = None
    ) -> Work[list[Sketch]]:
        """New sketches of a model, bundled or in a file: ``sketches = yield from context.draw("cat", 9)``.

        Raises:
            InputError, CheckpointError: there is no such model or class, or a number is out of range.
        """
        from sketchdesign.model.sampling import Sampling
        from sketchdesign.model.zoo import open_model
        from sketchdesign.services.generate import GenerateSettings, generate

        settings = GenerateSettings(
            count,
            seed=self.seed,
            sampling=Sampling.preset("default", temperature),
            class_name=class_name,
            device=self.device,
            threads=self.threads,
        )
        generated = yield from generate(open_model(model), settings)
        return [drawn.sketch for drawn in generated.sketches]


class Generator(Protocol[P]):
    """Makes sketches, or a whole drawing, from parameters alone."""

    title: str
    Parameters: type[P]

    def generate(self, parameters: P, context: Context) -> Drawing | list[Sketch] | Work[Drawing] | Work[list[Sketch]]:
        """What the parameters ask for."""
        ...


class Layout(Protocol[P]):
    """Places sketches on a page."""

    title: str
    Parameters: type[P]

    def arrange(
        self, sketches: Sequence[Sketch], page: Page, parameters: P, context: Context
    ) -> Drawing | Work[Drawing]:
        """The sketches, at least one, as a drawing on the page."""
        ...


class Exporter(Protocol[P]):
    """Writes drawings in a format, chosen by the ending of the file.

    Attributes:
        endings: in small letters, with the dot.
    """

    title: str
    endings: tuple[str, ...]
    Parameters: type[P]

    def render(self, drawing: Drawing, parameters: P) -> bytes:
        """The whole file. It is written for the plugin, all of it or nothing."""
        ...


class Importer(Protocol):
    """Reads a format, chosen by the ending of the file.

    Attributes:
        endings: in small letters, with the dot.
    """

    title: str
    endings: tuple[str, ...]

    def read(self, path: Path) -> Drawing | list[Sketch]:
        """A drawing in mm, or sketches in units of their own."""
        ...


class PlotterDriver(Protocol[P]):
    """Drives a kind of pen plotter."""

    title: str
    Parameters: type[P]

    def machine(self, parameters: P) -> MachineProfile | None:
        """Reach and speeds, to plan with before anything is connected; None for the model that a person chooses."""
        ...

    def line(self, parameters: P) -> SerialLine:
        """How the machine's serial port is to be opened."""
        ...

    def connect(self, transport: Transport, clock: Clock, parameters: P) -> Plotter:
        """The machine at the other end of an open line, which has answered.

        Raises:
            PlotterError: something else is there.
        """
        ...
