"""The one place where the app speaks: what happened, what to do, details to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy

from sketchdesign import __version__
from sketchdesign.gui.fields import FlatButton
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Message


class MessageBar(QFrame):
    """Hidden until there is something to say. A newer message takes the older one's place."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("messageBar")
        self.message: Message | None = None
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._buttons = QHBoxLayout()
        self._shown: list[QPushButton] = []
        close = FlatButton("close", tr("Dismiss"))
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 8, 7)
        row.addWidget(self._text, 1)
        row.addLayout(self._buttons)
        row.addWidget(close)
        self.hide()

    def show_message(self, message: Message) -> None:
        """Say something."""
        self.message = message
        sentence = message.text[:1].upper() + message.text[1:].rstrip(".")
        hint = message.hint[:1].upper() + message.hint[1:].rstrip(".")
        self._text.setText(f"{sentence}. {hint}." if hint else f"{sentence}.")
        self.setAccessibleName(self._text.text())
        if self.property("error") is not message.is_error:
            self.setProperty("error", message.is_error)
            self.style().polish(self)
        for button in self._shown:
            self._buttons.removeWidget(button)
            button.deleteLater()
        self._shown = []
        for label, act in message.actions:
            self._add_button(label).clicked.connect(lambda _checked=False, act=act: self._do(act))
        if message.is_error:
            self._add_button(tr("Copy details")).clicked.connect(self._copy)
        self.show()

    def _add_button(self, label: str) -> QPushButton:
        button = QPushButton(label)
        self._buttons.addWidget(button)
        self._shown.append(button)
        return button

    def _do(self, act: object) -> None:
        self.hide()
        if callable(act):
            act()

    def _copy(self) -> None:
        assert self.message is not None
        text = f"sketchdesign {__version__}\n{self._text.text()}\n{self.message.details}"
        QGuiApplication.clipboard().setText(text)
