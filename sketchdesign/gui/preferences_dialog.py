"""Preferences: looks, language, units, and where to compute. They act at once."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from sketchdesign.gui.fields import NumberField
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.services.preferences import LANGUAGES, LENGTH_UNITS, THEMES

_DEVICES = ("auto", "cpu", "cuda", "mps")
_MOST_THREADS = 64


class PreferencesDialog(QDialog):
    """One row for each preference."""

    def __init__(self, parent: QWidget, session: Session) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Preferences"))
        self._session = session
        preferences = session.preferences
        themes = {"system": tr("System"), "light": tr("Light"), "dark": tr("Dark")}
        languages = LANGUAGES | {"": tr("System")}
        form = QFormLayout()
        form.addRow(tr("Theme"), self._choice("theme", {key: themes[key] for key in THEMES}, preferences.theme))
        form.addRow(tr("Language"), self._choice("language", languages, preferences.language))
        form.addRow(tr("Lengths in"), self._choice("unit", {unit: unit for unit in LENGTH_UNITS}, preferences.unit))
        form.addRow(tr("Compute on"), self._choice("device", {name: name for name in _DEVICES}, preferences.device))
        threads = NumberField(tr("Threads"), preferences.threads, 0, _MOST_THREADS, decimals=0)
        threads.setToolTip(tr("Threads of the processor; 0 for one per core. Never changes a result."))
        threads.changed.connect(lambda value: session.set_preferences(threads=int(value)))
        form.addRow(tr("Threads"), threads)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(buttons)

    def _choice(self, name: str, choices: dict[str, str], value: str) -> QComboBox:
        combo = QComboBox()
        for key, text in choices.items():
            combo.addItem(text, key)
        combo.setCurrentIndex(combo.findData(value))
        combo.currentIndexChanged.connect(lambda _: self._session.set_preferences(**{name: combo.currentData()}))
        return combo
