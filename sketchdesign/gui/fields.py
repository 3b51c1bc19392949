"""Single fields of a form: numbers that take units and arithmetic, sliders beside them, and colours."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QSlider,
    QToolButton,
    QWidget,
)

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.errors import InputError
from sketchdesign.gui import theme
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.icons import icon
from sketchdesign.gui.quantities import evaluate, written

_SLIDER_STEPS = 1000
_FIELD_WIDTH_PX = 84
_AROUND_TEXT_PX = 22
"""Padding, border and the caret."""


class NumberField(QLineEdit):
    """A number that is typed: ``2in``, ``297/3``. Up and down step it; what cannot be read stays, with a red frame.

    Args:
        name: for screen readers and the tooltip.
        value: lengths in mm.
        low, high: its range.
        unit: "mm", "cm" or "in" for a length, else what is shown behind it.
        step: of the arrow keys and the wheel.
        decimals: that are shown; 0 makes it a whole number.
        zero: what is shown in the place of 0, such as "never".
    """

    changed = Signal(float)

    def __init__(
        self,
        name: str,
        value: float,
        low: float,
        high: float,
        *,
        unit: str = "",
        step: float = 1.0,
        decimals: int = 2,
        zero: str = "",
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.value = value
        self._range = low, high
        self._unit, self._step, self._decimals, self._zero = unit, step, decimals, zero
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(_FIELD_WIDTH_PX)
        self.editingFinished.connect(self._read)
        self.set_value(value)

    def set_value(self, value: float) -> None:
        """Show a value without telling anybody."""
        self.value = value
        self.setText(self._written())
        self._mark(wrong=False)

    def width_for(self, values: Iterable[float]) -> int:
        """How wide it must be to show each of some values."""
        digits = [written(value, self._unit, self._decimals) for value in values]
        return _AROUND_TEXT_PX + max(self.fontMetrics().horizontalAdvance(text) for text in digits)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        direction = {Qt.Key.Key_Up: 1.0, Qt.Key.Key_Down: -1.0}.get(Qt.Key(event.key()))
        if direction is None:
            super().keyPressEvent(event)
            return
        large = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        self._choose(self.value + direction * large * self._step)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.selectAll()

    def _read(self) -> None:
        text = self.text().strip()
        if text == self._written():
            self._mark(wrong=False)
            return
        try:
            value = 0.0 if self._zero and text == self._zero else evaluate(text, self._unit)
        except InputError as error:
            self._mark(wrong=True, why=str(error))
            return
        self._choose(value)

    def _written(self) -> str:
        is_word = self._zero and self.value == 0.0
        return self._zero if is_word else written(self.value, self._unit, self._decimals)

    def _choose(self, value: float) -> None:
        low, high = self._range
        value = min(high, max(low, value))
        if self._decimals == 0:
            value = float(round(value))
        before = self.value
        self.set_value(value)
        if value != before:
            self.changed.emit(value)

    def _mark(self, *, wrong: bool, why: str = "") -> None:
        if self.property("wrong") is not wrong:
            self.setProperty("wrong", wrong)
            self.style().polish(self)
        self.setAccessibleDescription(why)
        self.setStatusTip(why)


class SliderField(QWidget):
    """A slider with a number beside it. ``changed`` comes while it is dragged, ``released`` when it is let go."""

    changed = Signal(float)
    released = Signal()

    def __init__(self, name: str, value: float, low: float, high: float, *, unit: str = "", decimals: int = 2) -> None:
        super().__init__()
        self._low, self._high = low, high
        whole = decimals == 0
        steps = int(high - low) if whole else _SLIDER_STEPS
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, steps)
        self.slider.setPageStep(max(1, steps // 10))
        self.slider.setAccessibleName(name)
        self.slider.installEventFilter(self)
        self.number = NumberField(
            name, value, low, high, unit=unit, step=1.0 if whole else (high - low) / 100.0, decimals=decimals
        )
        self.number.setFixedWidth(max(_FIELD_WIDTH_PX, self.number.width_for((low, high, value))))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        self.setFocusProxy(self.slider)
        self.set_value(value)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(self.released)
        self.number.changed.connect(self._typed)

    @property
    def value(self) -> float:
        return self.number.value

    def set_value(self, value: float) -> None:
        """Show a value without telling anybody."""
        self.slider.blockSignals(True)
        self.slider.setValue(round((value - self._low) / (self._high - self._low) * self.slider.maximum()))
        self.slider.blockSignals(False)
        self.number.set_value(value)

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802
        # A wheel that passes over a slider while the inspector scrolls must not move it.
        if event.type() is QEvent.Type.Wheel and not self.slider.hasFocus():
            event.ignore()
            return True
        return False

    def _slid(self, place: int) -> None:
        value = self._low + (self._high - self._low) * place / self.slider.maximum()
        self.number.set_value(value)
        self.changed.emit(value)
        if not self.slider.isSliderDown():
            self.released.emit()

    def _typed(self, value: float) -> None:
        self.set_value(value)
        self.changed.emit(value)
        self.released.emit()


class ColourField(QWidget):
    """A swatch that opens a colour chooser, and the colour as ``#rrggbb``."""

    changed = Signal(str)

    def __init__(self, name: str, value: str) -> None:
        super().__init__()
        self.swatch = Swatch(value)
        self.swatch.setAccessibleName(name)
        self.swatch.setToolTip(name)
        self.text = QLineEdit(value)
        self.text.setAccessibleName(name)
        self.text.setFixedWidth(_FIELD_WIDTH_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.swatch, 1)
        row.addWidget(self.text)
        self.setFocusProxy(self.swatch)
        self.swatch.clicked.connect(self._ask)
        self.text.editingFinished.connect(self._read)

    @property
    def value(self) -> str:
        return self.swatch.colour

    def set_value(self, value: str) -> None:
        """Show a colour without telling anybody."""
        self.swatch.colour = value
        self.swatch.update()
        self.text.setText(value)

    def _ask(self) -> None:
        chosen = QColorDialog.getColor(QColor(self.value), self, tr("Colour"))
        if chosen.isValid():
            self._choose(chosen.name())

    def _read(self) -> None:
        try:
            self._choose(parse_colour(self.text.text()))
        except InputError:
            self.text.setText(self.value)

    def _choose(self, value: str) -> None:
        if value != self.value:
            self.set_value(value)
            self.changed.emit(value)


class ProgressLine(QProgressBar):
    """How far something is. One of Qt's own paints the whole window anew, at once, whenever its value changes."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextVisible(False)

    def show_progress(self, done: int, total: int) -> None:
        """Show a part of a whole; a ``total`` of 0 says that nobody knows."""
        self.setUpdatesEnabled(False)
        self.setRange(0, total)
        self.setValue(done)
        self.setUpdatesEnabled(True)


def narrow(combo: QComboBox) -> QComboBox:
    """A combo box that does not widen the inspector, however long its texts are."""
    combo.setMinimumContentsLength(6)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return combo


class Swatch(QToolButton):
    """A button that is a colour."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self.colour = colour
        self.setMinimumSize(36, 26)
        self.setSizePolicy(self.sizePolicy().Policy.Expanding, self.sizePolicy().Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("accent" if self.hasFocus() else "border"))
        painter.setBrush(QColor(self.colour))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
        painter.end()


class FlatButton(QToolButton):
    """A small button of an icon alone; its name is its tooltip."""

    def __init__(self, icon_name: str, name: str, *, checkable: bool = False) -> None:
        super().__init__()
        self.setObjectName("flat")
        self.setIcon(icon(icon_name))
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCheckable(checkable)
        self.setMinimumSize(26, 26)
