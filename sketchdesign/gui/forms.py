"""Forms made from declared parameters, so that a plugin's generator has its panel for free, and folding groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sketchdesign.gui.fields import ColourField, NumberField, SliderField
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.icons import icon
from sketchdesign.gui.quantities import written

if TYPE_CHECKING:
    from sketchdesign.services.parameters import ParameterField

_OPEN_END = 1e6
_MOST_WHOLE_STEPS = 200
_UNITS = {"degrees": "°", "mm/s2": "mm/s\u00b2"}
"""Units as a person writes them."""


class Form(QWidget):
    """A field for each parameter.

    Args:
        fields: what `parameter_fields` says of a model, or declared by hand.
        values: by name; those left out show their defaults.
        length_unit: the person's unit, "mm", "cm" or "in". Values stay in mm.

    Signals:
        changed: name and value, also while a slider is dragged.
        released: the drag is over, or a single change was made.
    """

    changed = Signal(str, object)
    released = Signal()

    def __init__(
        self, fields: Sequence[ParameterField], values: Mapping[str, Any] | None = None, *, length_unit: str = "mm"
    ) -> None:
        super().__init__()
        self._unit = length_unit
        self._widgets: dict[str, QWidget] = {}
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        layout.setVerticalSpacing(8)
        for field in fields:
            widget = self._widget(field, (values or {}).get(field.name, field.default))
            widget.setToolTip(self._tip(field))
            self._widgets[field.name] = widget
            if isinstance(widget, QCheckBox):
                layout.addRow(widget)
            else:
                label = caption(tr(field.label))
                label.setBuddy(widget)
                label.setToolTip(widget.toolTip())
                layout.addRow(label, widget)

    def values(self) -> dict[str, Any]:
        """What the fields show, by name."""
        return {name: _value(widget) for name, widget in self._widgets.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show other values without telling anybody."""
        for name, value in values.items():
            _set_value(self._widgets[name], value)

    def field(self, name: str) -> QWidget:
        """The widget of a parameter."""
        return self._widgets[name]

    def _widget(self, field: ParameterField, value: Any) -> QWidget:
        label, name = tr(field.label), field.name
        if field.kind == "boolean":
            box = QCheckBox(label)
            box.setChecked(value)
            box.toggled.connect(lambda on: self._tell(name, on))
            return box
        if field.kind == "choice":
            combo = QComboBox()
            combo.setAccessibleName(label)
            for choice in field.choices:
                combo.addItem(tr(choice), choice)
            combo.setCurrentIndex(field.choices.index(value))
            combo.currentIndexChanged.connect(lambda _: self._tell(name, combo.currentData()))
            return combo
        if field.kind == "colour":
            colour = ColourField(label, value)
            colour.changed.connect(lambda chosen: self._tell(name, chosen))
            return colour
        if field.kind == "text":
            line = QLineEdit(value)
            line.setAccessibleName(label)
            line.editingFinished.connect(lambda: self._tell(name, line.text()))
            return line
        return self._number(field, label, float(value))

    def _tip(self, field: ParameterField) -> str:
        """What a parameter is, and what it can be."""
        words = tr(field.help)
        unit = self._unit if field.kind == "length" else _UNITS.get(field.unit, field.unit)
        low, high = (None if end is None else written(end, unit) for end in (field.minimum, field.maximum))
        if field.choices:
            return f"{words}: {', '.join(tr(choice) for choice in field.choices)}"
        if low is not None and high is not None:
            return tr("{what}, {low} to {high}").format(what=words, low=low, high=high)
        if low is not None:
            return tr("{what}, at least {low}").format(what=words, low=low)
        return tr("{what}, at most {high}").format(what=words, high=high) if high is not None else words

    def _number(self, field: ParameterField, label: str, value: float) -> QWidget:
        name, whole = field.name, field.kind == "integer"
        unit = self._unit if field.kind == "length" else _UNITS.get(field.unit, field.unit)
        low = -_OPEN_END if field.minimum is None else field.minimum
        high = _OPEN_END if field.maximum is None else field.maximum
        decimals = 0 if whole else 2
        bounded = field.minimum is not None and field.maximum is not None
        if bounded and not (whole and high - low > _MOST_WHOLE_STEPS):
            slider = SliderField(label, value, low, high, unit=unit, decimals=decimals)
            slider.changed.connect(lambda v: self.changed.emit(name, round(v) if whole else v))
            slider.released.connect(self.released)
            return slider
        number = NumberField(label, value, low, high, unit=unit, decimals=decimals)
        number.changed.connect(lambda v: self._tell(name, round(v) if whole else v))
        return number

    def _tell(self, name: str, value: Any) -> None:
        self.changed.emit(name, value)
        self.released.emit()


class Group(QWidget):
    """A named part of an inspector. One that folds starts folded: it holds what is needed seldom."""

    def __init__(self, title: str, *, folds: bool = False) -> None:
        super().__init__()
        self._captions: dict[QWidget, QLabel] = {}
        self.body = QWidget()
        self.contents = QVBoxLayout(self.body)
        self.contents.setContentsMargins(0, 2, 0, 0)
        self.contents.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 6)
        layout.setSpacing(4)
        if folds:
            layout.addWidget(self._fold_button(title))
            self.body.hide()
        else:
            heading = caption(title)
            heading.setObjectName("heading")
            self._heading = QHBoxLayout()
            self._heading.setSpacing(2)
            self._heading.addWidget(heading, 1)
            layout.addLayout(self._heading)
        layout.addWidget(self.body)

    def add_to_heading(self, widget: QWidget) -> QWidget:
        """Put a small button beside the name of a group that does not fold."""
        self._heading.addWidget(widget)
        return widget

    def add(self, widget: QWidget) -> QWidget:
        """Put a widget below the others."""
        self.contents.addWidget(widget)
        return widget

    def add_field(self, label: str, widget: QWidget, tip: str = "") -> QWidget:
        """Put a labelled widget below the others."""
        above = caption(label)
        above.setBuddy(widget)
        self._captions[widget] = above
        for each in (above, widget):
            each.setToolTip(tip)
        self.contents.addWidget(above)
        self.contents.addWidget(widget)
        return widget

    def show_field(self, widget: QWidget, shown: bool) -> None:
        """Show a labelled widget with its label, or hide both."""
        widget.setVisible(shown)
        self._captions[widget].setVisible(shown)

    def _fold_button(self, title: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("foldHeader")
        button.setText(title)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setCheckable(True)
        button.setIcon(icon("right"))

        def fold(is_open: bool) -> None:
            self.body.setVisible(is_open)
            button.setIcon(icon("down" if is_open else "right"))

        button.toggled.connect(fold)
        return button


class InspectorPage(QScrollArea):
    """A column of groups that scrolls."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # It scrolls to whichever of its controls has the focus, and is no stop on the way to them.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page = QWidget()
        self._page.setObjectName("page")
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(14, 10, 14, 14)
        self._column.setSpacing(10)
        self._column.addStretch(1)
        self.setWidget(self._page)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """So wide that nothing in it is cut off, also beside its scroll bar."""
        wanted = self._page.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(wanted, super().minimumSizeHint().height())

    def add(self, widget: QWidget) -> QWidget:
        """Put a group below the others."""
        self._column.insertWidget(self._column.count() - 1, widget)
        return widget


def caption(text: str) -> QLabel:
    """A line above a field. It has room for the dots of an \u00dc, which reach above the height of the font."""
    label = QLabel(text)
    label.setContentsMargins(0, 1, 0, 0)
    return label


def fill_choices(combo: QComboBox, rows: Sequence[tuple[str, Any]], chosen: Any) -> None:
    """Show choices, and which of them is chosen; the first where it is not among them."""
    data = [value for _, value in rows]
    if [combo.itemData(number) for number in range(combo.count())] != data:
        combo.clear()
        for text, value in rows:
            combo.addItem(text, value)
    combo.setCurrentIndex(data.index(chosen) if chosen in data else 0)


def _value(widget: QWidget) -> Any:
    if isinstance(widget, QCheckBox):
        return widget.isChecked()
    if isinstance(widget, QComboBox):
        return widget.currentData()
    if isinstance(widget, NumberField | SliderField | ColourField):
        return widget.value
    assert isinstance(widget, QLineEdit)
    return widget.text()


def _set_value(widget: QWidget, value: Any) -> None:
    widget.blockSignals(True)
    if isinstance(widget, QCheckBox):
        widget.setChecked(value)
    elif isinstance(widget, QComboBox):
        widget.setCurrentIndex(widget.findData(value))
    elif isinstance(widget, NumberField | SliderField | ColourField):
        widget.set_value(value)
    elif isinstance(widget, QLineEdit):
        widget.setText(value)
    widget.blockSignals(False)
