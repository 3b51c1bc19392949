"""What a person chooses about a machine under GRBL, and the driver that sketchdesign finds."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sketchdesign.api import Clock, Length, MachineProfile, PenServo, SerialLine, Transport, Unit
from sketchdesign_grbl.machine import Grbl
from sketchdesign_grbl.setup import STEPS_PER_MM, PenDrive, Setup

BAUD = 115_200
_NEVER_STEPS_S = 1e6
"""GRBL looks after its motors itself."""


class GrblParameters(BaseModel):
    width_mm: Annotated[float, Field(ge=10, le=5000, description="Reach to the right of home"), Length()] = 300.0
    height_mm: Annotated[float, Field(ge=10, le=5000, description="Reach downwards from home"), Length()] = 200.0
    max_speed: Annotated[float, Field(ge=1, le=1000, description="Speed of the pen in the air"), Unit("mm/s")] = 100.0
    acceleration: Annotated[
        float, Field(ge=1, le=20000, description="Acceleration as in $120, for the estimate of the time"), Unit("mm/s2")
    ] = 500.0
    x_axis: Annotated[Literal["right", "left"], Field(description="Where X grows")] = "right"
    y_axis: Annotated[Literal["up", "down"], Field(description="Where Y grows")] = "up"
    homing: Annotated[Literal["hand", "switches"], Field(description="How home, the upper left corner, is found")] = (
        "hand"
    )
    unlock: Annotated[bool, Field(description="Unlock a machine that is locked after an alarm, without homing")] = False
    pen: Annotated[Literal["servo", "z-axis"], Field(description="What lifts the pen")] = "servo"
    servo_low: Annotated[float, Field(ge=0, le=100000, description="S that lowers the pen all the way")] = 1000.0
    servo_high: Annotated[float, Field(ge=0, le=100000, description="S that lifts the pen all the way")] = 0.0
    servo_off: Annotated[bool, Field(description="Lift the pen by switching the servo off, with M5")] = False
    z_low_mm: Annotated[float, Field(ge=-100, le=100, description="Z of the pen at its lowest"), Length()] = 0.0
    z_high_mm: Annotated[float, Field(ge=-100, le=100, description="Z of the pen at its highest"), Length()] = 10.0
    z_speed: Annotated[float, Field(ge=0.1, le=500, description="Full speed of the Z axis"), Unit("mm/s")] = 20.0


class GrblDriver:
    title = "GRBL 1.1, with the pen on a servo or a Z axis"
    Parameters = GrblParameters

    def machine(self, parameters: GrblParameters) -> MachineProfile:
        profile = MachineProfile(
            "grbl",
            parameters.width_mm,
            parameters.height_mm,
            travel_mm_s=parameters.max_speed,
            draw_mm_s=min(50.0, parameters.max_speed),
            draw_mm_s2=parameters.acceleration,
            travel_mm_s2=parameters.acceleration,
            cornering_mm=0.01,
            steps_per_mm=STEPS_PER_MM,
            top_steps_s=_NEVER_STEPS_S,
            plans_itself=True,
        )
        return profile if parameters.pen == "servo" else replace(profile, servo=_z_lift(parameters))

    def line(self, parameters: GrblParameters) -> SerialLine:
        return SerialLine(BAUD)

    def connect(self, transport: Transport, clock: Clock, parameters: GrblParameters) -> Grbl:
        machine = Grbl(transport, clock, _setup(parameters))
        machine.connect()
        return machine


def _setup(parameters: GrblParameters) -> Setup:
    if parameters.pen == "servo":
        drive = PenDrive(False, parameters.servo_low, parameters.servo_high, 0.0, parameters.servo_off)
    else:
        drive = PenDrive(True, parameters.z_low_mm, parameters.z_high_mm, parameters.z_speed)
    return Setup(
        (parameters.width_mm, parameters.height_mm),
        (1 if parameters.x_axis == "right" else -1, 1 if parameters.y_axis == "down" else -1),
        parameters.homing == "switches",
        parameters.unlock,
        drive,
    )


def _z_lift(parameters: GrblParameters) -> PenServo:
    """The times of a Z axis, which are those of its way at a share of its full speed."""
    sweep_ms = 1000.0 * abs(parameters.z_high_mm - parameters.z_low_mm) / parameters.z_speed
    return PenServo("z-axis", None, 0, 0, 20.0, sweep_ms, 0.0, 0.0)
