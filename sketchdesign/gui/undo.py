"""Undo and redo: every edit of the project is a command that knows the project before and after."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from sketchdesign.services.project.state import Project

_NEVER_MERGED = -1


class ProjectEdit(QUndoCommand):
    """One edit. Projects never change, so what two of them share is kept once.

    Args:
        text: for the history, such as "Temperature".
        before, after: the project.
        apply: shows a project.
        merge: edits of the same text here that follow each other become one, as those of a slider's drag.
    """

    def __init__(
        self, text: str, before: Project, after: Project, apply: Callable[[Project], None], merge: str = ""
    ) -> None:
        super().__init__(text)
        self.before, self.after = before, after
        self._apply = apply
        self._merge = merge

    def redo(self) -> None:
        self._apply(self.after)

    def undo(self) -> None:
        self._apply(self.before)

    def id(self) -> int:
        return zlib.crc32(self._merge.encode()) & 0x7FFFFFFF if self._merge else _NEVER_MERGED

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802
        if not isinstance(other, ProjectEdit) or other._merge != self._merge:
            return False
        self.after = other.after
        # Back where the drag began: nothing happened, and the history should not say otherwise.
        self.setObsolete(self.after == self.before)
        return True
