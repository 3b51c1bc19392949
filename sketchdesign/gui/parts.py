"""From one part of the window to the next by a key: the bar above, the sides, the room, the strip below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
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
    """Its first control that Tab would come to: the one at the top, from the left.

    Not by `nextInFocusChain`: after it, PySide now and then took living actions of the window for deleted ones.
    """
    able = [each for each in part.findChildren(QWidget) if _takes_tab(each)]
    return min(able, key=lambda each: _place(each, part), default=None)


def _takes_tab(widget: QWidget) -> bool:
    policy = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
    return bool(policy) and widget.isVisible() and widget.isEnabled()


def _place(widget: QWidget, part: QWidget) -> tuple[int, int]:
    corner = widget.mapTo(part, QPoint(0, 0))
    return corner.y(), corner.x()
