"""The emulated plotters that run on this machine, found by links in the user's runtime folder."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from sketchdesign.core.errors import OutputError
from sketchdesign.plotter.transport import PlotterPort


def emulator_folder() -> Path:
    """This user's folder of links to the ports of emulated plotters, made if need be.

    Raises:
        OutputError: it cannot be made, or it belongs to somebody else.
    """
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(base) / f"sketchdesign-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        is_ours = folder.stat().st_uid == os.getuid()
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}", hint="check the rights to it") from error
    if not is_ours:
        raise OutputError(f"the folder {folder} belongs to somebody else", hint="set XDG_RUNTIME_DIR to another folder")
    return folder


def link_for(firmware: str, folder: Path) -> Path:
    """Where this process puts the link to an emulator of that firmware."""
    return folder / f"ebb-{firmware}-{os.getpid()}"


def running_emulators(folder: Path | None = None) -> list[PlotterPort]:
    """The emulated plotters that other processes, or this one, offer now. Links that nobody owns are swept away."""
    if sys.platform == "win32":
        return []
    found = []
    for link in sorted((emulator_folder() if folder is None else folder).glob("ebb-*-*")):
        _, firmware, pid = link.name.split("-")
        if not _is_alive(pid):
            link.unlink(missing_ok=True)
        elif link.exists():
            found.append(PlotterPort(str(link), f"emulated EiBotBoard, firmware {firmware}", ""))
    return found


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True
