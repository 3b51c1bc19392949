"""Loading torch's shared libraries beside a window that must not stand still.

Python holds its one lock while it loads an extension module, and torch's libraries take long: a window whose other
thread imports torch stops for seconds. A foreign call holds no lock. What it has loaded, the import finds in memory.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

_LIBRARIES = ("libc10", "libtorch_cpu", "libtorch_python")
_ENDINGS = {"linux": ".so", "darwin": ".dylib"}


def load_libraries() -> None:
    """Load them if this is not Windows and torch lies where it usually does; else leave all to the import."""
    ending = _ENDINGS.get(sys.platform)
    found = importlib.util.find_spec("torch") if "torch" not in sys.modules else None
    if ending is None or found is None or found.origin is None:
        return
    load = ctypes.CDLL(None).dlopen
    load.restype, load.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    for name in _LIBRARIES:
        load(os.fsencode(Path(found.origin).parent / "lib" / f"{name}{ending}"), os.RTLD_NOW)
