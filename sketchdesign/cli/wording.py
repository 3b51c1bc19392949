"""Numbers in the sentences that commands end with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sketchdesign.core.drawing import Page
    from sketchdesign.core.machine import MachineProfile
    from sketchdesign.design.proof import Proof


def counted(count: int, one: str, many: str = "") -> str:
    """A number and its word, of which the plural ends in s unless it is given.

    >>> counted(1, "stroke"), counted(645, "stroke"), counted(0, "sketch", "sketches")
    ('1 stroke', '645 strokes', '0 sketches')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"


def roughly(seconds: float) -> str:
    """A time that is an estimate, in the unit that suits it.

    >>> roughly(4.2), roughly(441.9), roughly(9000)
    ('4 s', '7 min', '2 h 30 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"


def on_machine(machine: MachineProfile, page: Page) -> str:
    """Where an estimate holds, with a word of warning where the page fits on the machine neither way round."""
    reach, paper = sorted((machine.width_mm, machine.height_mm)), sorted((page.width_mm, page.height_mm))
    if all(side <= most for side, most in zip(paper, reach, strict=True)):
        return f"on {machine.name}"
    return f"on {machine.name}, which reaches {machine.width_mm:g} x {machine.height_mm:g} mm of the page"


def seam_verdict(proof: Proof) -> str:
    """Whether a tile meets itself, as a sentence."""
    if not proof.seamless:
        return "The edges do not meet."
    return "The edges meet." if proof.reaches_edges else "Nothing reaches an edge, and so the tile is seamless."
