"""The seam badge: whether the tile meets itself, always in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton

from sketchdesign.gui import theme
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.quantities import counted

if TYPE_CHECKING:
    from sketchdesign.design.proof import Proof

_DOT_PX = 9
_GOOD = {"light": "#2b8a3e", "dark": "#69db7c"}


class SeamBadge(QToolButton):
    """A dot and a word; while it is pressed the canvas shows where the tile does not meet itself."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("flat")
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._state = ""
        self.show_proof(None)

    def show_proof(self, proof: Proof | None) -> None:
        """Say what the seam proof found; None while it is computed."""
        if proof is None:
            self._state, text = "", tr("Proving the seams\u2026")
            self.setToolTip(tr("Whether the tile meets itself on all sides"))
        elif proof.seamless:
            self._state, text = "good", tr("Seamless")
            error = f"{proof.seam_error_mm:.1g}"
            self.setToolTip(tr("Strokes meet across the seams within {error} mm").format(error=error))
        else:
            self._state, text = (
                "bad",
                counted(len(proof.problems), tr("1 place does not meet"), tr("{count} places do not meet")),
            )
            self.setToolTip(tr("Click to see where the tile does not meet itself"))
        self.setText(text)
        self.setAccessibleName(text)
        self.update()

    @property
    def is_good(self) -> bool:
        return self._state == "good"

    def sizeHint(self) -> QSize:  # noqa: N802
        return super().sizeHint() + QSize(_DOT_PX + 12, 0)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent_soft" if self.isChecked() else "hover"))
            painter.drawRoundedRect(self.rect(), 6.0, 6.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour())
        middle = self.rect().center().y() + 0.5
        painter.drawEllipse(QPointF(8.0 + _DOT_PX / 2.0, middle), _DOT_PX / 2.0, _DOT_PX / 2.0)
        painter.setPen(theme.colour("text"))
        painter.drawText(self.rect().adjusted(_DOT_PX + 15, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.hasFocus():
            painter.setPen(theme.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6.0, 6.0)
        painter.end()

    def _colour(self) -> QColor:
        if self._state == "good":
            return QColor(_GOOD[theme.theme().name])
        return theme.colour("warning" if self._state == "bad" else "quiet")
