"""Bars around the preview: the machine in words, what a person is asked, and the big buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from sketchdesign.gui import theme
from sketchdesign.gui.fields import ProgressLine
from sketchdesign.gui.icons import icon

READY, SIMULATED, WARNING, RUNNING = "ready", "simulated", "warning", "running"
"""Tones of the strip."""

_DOTS = {READY: "#2f9e5b", SIMULATED: "#8a63d2", WARNING: "#d9860b", RUNNING: "#3f5fd8"}
_WASH_ALPHA = 46


class MachineStrip(QFrame):
    """One line: a dot in the tone of the machine, and the machine in words."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("toolBar")
        self.tone = READY
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(30, 5, 8, 5)
        self._row.setSpacing(4)
        self._row.addWidget(self._text, 1)

    @property
    def words(self) -> str:
        return self._text.text()

    def add(self, widget: QWidget) -> None:
        """Put a button at its end."""
        self._row.addWidget(widget)

    def show_machine(self, words: str, tone: str, details: str = "") -> None:
        """Say what is there."""
        self._text.setText(words)
        self._text.setToolTip(details or words)
        self.setAccessibleName(words)
        self.tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(_DOTS[self.tone])
        if self.tone in (SIMULATED, WARNING):
            wash = QColor(colour)
            wash.setAlpha(_WASH_ALPHA)
            painter.fillRect(self.rect().adjusted(0, 0, 0, -1), wash)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(13, self.height() // 2 - 5, 10, 10)
        painter.end()


@dataclass(frozen=True)
class Answer:
    """A button of a prompt; ``is_likely``: what most people want."""

    text: str
    act: Callable[[], object]
    tip: str = ""
    is_likely: bool = False


class Prompt(QFrame):
    """A question in the room, and never a window over it. Hidden while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("messageBar")
        self._swatch = _Swatch()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._buttons = QHBoxLayout()
        self._shown: list[QPushButton] = []
        self._asked: tuple[str, tuple[str, ...]] = ("", ())
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(10)
        row.addWidget(self._swatch)
        row.addWidget(self._text, 1)
        row.addLayout(self._buttons)
        self.hide()

    @property
    def text(self) -> str:
        """What is asked; nothing while hidden."""
        return self._asked[0]

    def button(self, text: str) -> QPushButton | None:
        """A button by what it says."""
        return next((button for button in self._shown if button.text() == text), None)

    def ask(self, text: str, answers: Sequence[Answer], colour: str = "") -> None:
        """Ask something, unless that is what is asked already."""
        asked = (text, tuple(answer.text for answer in answers))
        if asked == self._asked:
            return
        self._asked = asked
        self._text.setText(text)
        self.setAccessibleName(text)
        self._swatch.show_colour(colour)
        for button in self._shown:
            self._buttons.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._shown = [self._button(answer) for answer in answers]
        self.setVisible(bool(text))

    def be_silent(self) -> None:
        self.ask("", ())

    def _button(self, answer: Answer) -> QPushButton:
        button = QPushButton(answer.text)
        button.setProperty("primary", answer.is_likely)
        button.setToolTip(answer.tip or answer.text)
        button.clicked.connect(lambda: answer.act())
        self._buttons.addWidget(button)
        return button


class ControlBar(QFrame):
    """The big buttons, the state in words, and how far it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("controlBar")
        self.start, self.pause, self.stop = QPushButton(), QPushButton(), QPushButton()
        self.start.setProperty("primary", True)
        for button in (self.start, self.pause, self.stop):
            button.setMinimumHeight(40)
            button.setIconSize(QSize(18, 18))
        self.start.setMinimumWidth(150)
        self.state, self.detail = QLabel(), QLabel()
        self.state.setObjectName("heading")
        self.detail.setObjectName("quiet")
        for label in (self.state, self.detail):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setWordWrap(True)  # after the policy, to which it adds that the height depends on the width
        self.progress = ProgressLine()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        for widget in (self.state, self.detail, self.progress):
            words.addWidget(widget)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 10)
        row.setSpacing(8)
        row.addWidget(self.start)
        row.addWidget(self.pause)
        row.addWidget(self.stop)
        row.addSpacing(8)
        row.addLayout(words, 1)

    def show_state(self, state: str, detail: str, *, share: float | None) -> None:
        """The state in words, what to do about it, and how much is drawn, 0 to 1."""
        self.state.setText(state)
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))
        self.progress.setVisible(share is not None)
        if share is not None:
            self.progress.show_progress(round(1000 * share), 1000)

    def dress(self, button: QPushButton, icon_name: str, text: str, tip: str, *, enabled: bool) -> None:
        """Say what a button does now."""
        button.setText(text)
        button.setIcon(icon(icon_name))
        button.setToolTip(tip)
        button.setEnabled(enabled)


class _Swatch(QWidget):
    """The colour of the pen that is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(22, 22)
        self._colour = QColor()
        self.hide()

    def show_colour(self, colour: str) -> None:
        self._colour = QColor(colour) if colour else QColor()
        self.setVisible(bool(colour))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("border"))
        painter.setBrush(self._colour)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 5, 5)
        painter.end()
