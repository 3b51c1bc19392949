"""What makes a program known to a Linux desktop: its entry in the menu, icons, file type, manual page, completions."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from from_cli import all_commands, bash_completion, fish_completion, man_page, zsh_completion

FOLDER = Path(__file__).resolve().parent
_DRAWING = FOLDER.parent / "sketchdesign" / "gui" / "app_icon.svg"


def desktop_files() -> dict[str, bytes]:
    """Contents by path below a prefix such as ``/usr``."""
    return _described() | _icons() | _for_terminals()


def install(prefix: Path) -> None:
    """Write the files below ``prefix``, such as ``~/.local`` for oneself."""
    for name, content in desktop_files().items():
        path = prefix / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _described() -> dict[str, bytes]:
    places = {
        "share/applications/sketchdesign.desktop": "sketchdesign.desktop",
        "share/metainfo/sketchdesign.metainfo.xml": "sketchdesign.metainfo.xml",
        "share/mime/packages/sketchdesign.xml": "sketchdesign.mime.xml",
    }
    return {place: (FOLDER / "linux" / name).read_bytes() for place, name in places.items()}


def _icons() -> dict[str, bytes]:
    theme = "share/icons/hicolor"
    found = {f"{theme}/scalable/apps/sketchdesign.svg": _DRAWING.read_bytes()}
    for path in sorted((FOLDER / "icons").glob("*.png")):
        side = re.findall(r"\d+", path.stem)[-1]
        found[f"{theme}/{side}x{side}/apps/sketchdesign.png"] = path.read_bytes()
    return found


def _for_terminals() -> dict[str, bytes]:
    commands = all_commands()
    return {
        "share/man/man1/sketchdesign.1.gz": gzip.compress(man_page(commands).encode(), mtime=0),
        "share/bash-completion/completions/sketchdesign": bash_completion(commands).encode(),
        "share/zsh/vendor-completions/_sketchdesign": zsh_completion(commands).encode(),
        "share/fish/vendor_completions.d/sketchdesign.fish": fish_completion(commands).encode(),
    }
