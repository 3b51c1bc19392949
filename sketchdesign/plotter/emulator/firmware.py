"""What differs between the versions of the EiBotBoard firmware.

Source: the release notes, the command reference and the C source of the firmware, which is under the BSD licence.
"""

from __future__ import annotations

from dataclasses import dataclass

from sketchdesign.core.errors import InputError

Version = tuple[int, int, int]

VERSIONS: tuple[Version, ...] = ((2, 4, 2), (2, 5, 3), (2, 6, 2), (2, 8, 1), (3, 0, 3))
"""The versions that can be emulated, oldest first."""

# The version in which a command came; all others are as old as the board.
_SINCE: dict[str, Version] = {
    "QS": (2, 4, 3),
    "CS": (2, 4, 3),
    "LM": (2, 5, 0),
    "ST": (2, 5, 4),
    "QT": (2, 5, 4),
    "RB": (2, 5, 4),
    "SR": (2, 6, 0),
    "QR": (2, 6, 0),
    "QG": (2, 6, 1),
    "HM": (2, 6, 2),
    "LT": (2, 7, 0),
    "QE": (2, 8, 0),
    "L3": (3, 0, 0),
    "T3": (3, 0, 0),
    "QU": (3, 0, 0),
}


@dataclass(frozen=True)
class Firmware:
    """One version and its abilities."""

    version: Version

    @property
    def name(self) -> str:
        return ".".join(map(str, self.version))

    @property
    def banner(self) -> str:
        return f"EBBv13_and_above EB Firmware Version {self.name}"

    def knows(self, command: str) -> bool:
        """Whether this version has a command of that name."""
        return self.version >= _SINCE.get(command, (0, 0, 0))

    @property
    def is_3(self) -> bool:
        """The third generation: a second syntax, a longer queue, moves that may turn around."""
        return self.version >= (3, 0, 0)

    @property
    def deepest_queue(self) -> int:
        return 32 if self.is_3 else 1

    @property
    def variables(self) -> int:
        """How many bytes ``SL`` can keep."""
        return 32 if self.is_3 else 1

    @property
    def clears_accumulators(self) -> bool:
        """Moves take the parameter that clears them, and ``EM`` and ``CS`` clear them too."""
        return self.version >= (2, 7, 0)

    @property
    def queues_motor_enable(self) -> bool:
        return self.version >= (2, 8, 0)

    @property
    def extra_ticks(self) -> int:
        """Ticks that a move takes beyond the one with its last step."""
        return 0 if self.version >= (2, 7, 0) else 1

    @property
    def motion_command_s(self) -> float:
        """The time for reading a motion command, which bounds how short moves may be in a row."""
        if self.is_3:
            return 0.002
        return 0.003 if self.version >= (2, 7, 0) else 0.004


def find_firmware(name: str) -> Firmware:
    """The firmware with that version number.

    Raises:
        InputError: it cannot be emulated.
    """
    for version in VERSIONS:
        if Firmware(version).name == name.strip():
            return Firmware(version)
    known = ", ".join(Firmware(version).name for version in VERSIONS)
    raise InputError(f"there is no emulator of firmware {name!r}", hint=f"choose one of {known}")
