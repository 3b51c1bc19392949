"""Our plotters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sketchdesign.core.machine import MachineProfile
from sketchdesign.plotter.clock import Clock
from sketchdesign.plotter.ebb import Ebb
from sketchdesign.plotter.hpgl import STEPS_PER_MM, AskedBuffer, Hpgl, SilentBuffer
from sketchdesign.plotter.transport import USB_LINE, SerialLine, Transport
from sketchdesign.services.parameters import Length, NoParameters, Unit

_NO_LIMIT_STEPS_S = 1e6
_PATIENCE_S = 60.0


class EiBotBoard:
    title = "EiBotBoard: AxiDraw, NextDraw and their relatives"
    Parameters = NoParameters

    def machine(self, parameters: NoParameters) -> None:
        """There are many with this board, which a person chooses from."""

    def line(self, parameters: NoParameters) -> SerialLine:
        return USB_LINE

    def connect(self, transport: Transport, clock: Clock, parameters: NoParameters) -> Ebb:
        board = Ebb(transport, clock)
        board.connect()
        return board


class HpglParameters(BaseModel):
    width_mm: Annotated[float, Field(ge=10, le=5000, description="Width of what it reaches"), Length()] = 276.0
    height_mm: Annotated[float, Field(ge=10, le=5000, description="Height of what it reaches"), Length()] = 193.0
    baud: Annotated[int, Field(ge=75, le=921_600, description="Bits per second, as set on the plotter")] = 9600
    handshake: Annotated[
        Literal["ask", "hardware", "xon-xoff"], Field(description="What keeps its buffer from running over")
    ] = "ask"
    carousel: Annotated[int, Field(ge=1, le=8, description="Number of the pen that it takes")] = 1
    max_speed: Annotated[float, Field(ge=1, le=2000, description="Speed of the pen in the air"), Unit("mm/s")] = 380.0
    acceleration: Annotated[
        int, Field(ge=1, le=100_000, description="Acceleration, for the estimate of the time"), Unit("mm/s2")
    ] = 10_000


class HpglPlotter:
    title = "HP-GL plotter, on a serial line"
    Parameters = HpglParameters

    def machine(self, parameters: HpglParameters) -> MachineProfile:
        return MachineProfile(
            "hpgl",
            parameters.width_mm,
            parameters.height_mm,
            draw_mm_s=min(100.0, parameters.max_speed),
            travel_mm_s=parameters.max_speed,
            draw_mm_s2=parameters.acceleration,
            travel_mm_s2=parameters.acceleration,
            steps_per_mm=STEPS_PER_MM,
            top_steps_s=_NO_LIMIT_STEPS_S,
            plans_itself=True,
        )

    def line(self, parameters: HpglParameters) -> SerialLine:
        return SerialLine(
            parameters.baud,
            rts_cts=parameters.handshake == "hardware",
            xon_xoff=parameters.handshake == "xon-xoff",
            patience_s=_PATIENCE_S,
        )

    def connect(self, transport: Transport, clock: Clock, parameters: HpglParameters) -> Hpgl:
        kind: type[AskedBuffer | SilentBuffer] = AskedBuffer if parameters.handshake == "ask" else SilentBuffer
        buffer = kind(transport, clock)
        plotter = Hpgl(transport, clock, buffer, parameters.height_mm, parameters.carousel)
        plotter.connect()
        return plotter
