"""Preferences: looks, language, units, and where to compute. They act at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from sketchdesign.gui.fields import NumberField
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.services.preferences import LANGUAGES, LENGTH_UNITS, THEMES

_DEVICES = ("auto", "cpu", "cuda", "mps")
_MOST_THREADS = 64
_FIELDS_PX = 220


class PreferencesDialog(QDialog):
    """One row for each preference."""

    def __init__(self, parent: QWidget, session: Session) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Preferences"))
        self._session = session
        preferences = session.preferences
        themes = {"system": tr("System"), "light": tr("Light"), "dark": tr("Dark")}
        languages = LANGUAGES | {"": tr("System")}
        self._form = QGridLayout()
        self._form.setHorizontalSpacing(18)
        self._form.setVerticalSpacing(10)
        self._form.setColumnMinimumWidth(1, _FIELDS_PX)
        self._add(tr("Theme"), self._choice("theme", {key: themes[key] for key in THEMES}, preferences.theme))
        self._add(tr("Language"), self._choice("language", languages, preferences.language))
        self._add(tr("Lengths in"), self._choice("unit", {unit: unit for unit in LENGTH_UNITS}, preferences.unit))
        devices = {name: name for name in _DEVICES} | {"auto": tr("Automatic"), "cpu": tr("Processor")}
        self._add(tr("Compute on"), self._choice("device", devices, preferences.device))
        threads = NumberField(tr("Threads"), preferences.threads, 0, _MOST_THREADS, decimals=0)
        threads.setToolTip(tr("Threads of the processor; 0 for one per core. Never changes a result."))
        threads.changed.connect(lambda value: session.set_preferences(threads=int(value)))
        self._add(tr("Threads"), threads, tr("0 is one for each core"))
        still = QCheckBox(tr("Less motion"))
        still.setToolTip(tr("Sketches under the pointer are not drawn stroke by stroke"))
        still.setChecked(preferences.reduced_motion)
        still.toggled.connect(lambda on: session.set_preferences(reduced_motion=on))
        self._add("", still)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 16)
        column.setSpacing(20)
        column.addLayout(self._form)
        column.addWidget(buttons)

    def _add(self, label: str, widget: QWidget, note: str = "") -> None:
        """A row: what is set, the field, and below it what a number means."""
        line = self._form.rowCount()
        caption = QLabel(label)
        caption.setBuddy(widget)
        self._form.addWidget(caption, line, 0, Qt.AlignmentFlag.AlignVCenter)
        self._form.addWidget(widget, line, 1)
        if note:
            words = QLabel(note)
            words.setObjectName("quiet")
            self._form.addWidget(words, line + 1, 1)

    def _choice(self, name: str, choices: dict[str, str], value: str) -> QComboBox:
        combo = QComboBox()
        for key, text in choices.items():
            combo.addItem(text, key)
        combo.setCurrentIndex(combo.findData(value))
        combo.currentIndexChanged.connect(lambda _: self._session.set_preferences(**{name: combo.currentData()}))
        return combo
