"""From one part of the window to the next by a key: the bar above, the sides, the room, the strip below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def go_to_part(parts: Sequence[QWidget], step: int) -> None:
    """Give the focus to the next part that can take it.

    Args:
        parts: in the order in which they are gone through; one that is hidden is passed over.
        step: 1 forwards, -1 backwards.
    """
    focus = QApplication.focusWidget()
    here = next((number for number, part in enumerate(parts) if focus is not None and part.isAncestorOf(focus)), 0)
    for away in range(1, len(parts)):
        entry = _entry(parts[(here + step * away) % len(parts)])
        if entry is not None:
            entry.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return


def _entry(part: QWidget) -> QWidget | None:
    """Its first control that Tab would come to."""
    widget = part
    while True:
        following = widget.nextInFocusChain()
        if following is part or following is None:
            return None
        widget = following
        takes_tab = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
        if takes_tab and widget.isVisible() and widget.isEnabled() and part.isAncestorOf(widget):
            return widget
