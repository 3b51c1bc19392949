"""The look of the standard widgets: the rules of ``look.qss`` in the colours of a theme."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sketchdesign.gui.theme import Theme

_RULES = Path(__file__).with_name("look.qss")


def stylesheet(theme: Theme) -> str:
    """The rules, where ``$name`` stands for the theme's colour of that name and ``$folder`` for where pictures lie."""
    rules = _RULES.read_text(encoding="utf-8").replace("$folder", _RULES.parent.as_posix())
    # Long names first: $accent begins $accent_soft.
    for name in sorted(vars(theme), key=len, reverse=True):
        rules = rules.replace(f"${name}", str(getattr(theme, name)))
    return rules
