"""The inspector of the Explore workspace: shape, axes, temperature, seed, and what is needed seldom."""

from __future__ import annotations

import random
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from sketchdesign.gui.fields import FlatButton, NumberField, SliderField
from sketchdesign.gui.forms import Group, InspectorPage, caption, fill_choices
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.presets import PresetButton
from sketchdesign.gui.session import Session
from sketchdesign.gui.workspaces.explore_beginnings import usual_toward
from sketchdesign.model.zoo import find_models
from sketchdesign.services.explore.places import AXES_OF, taken_axes
from sketchdesign.services.project.state import MOST_SIDE, Project

_LARGEST_SEED = 999_999
_MOST_CANDIDATES = 8


class ExploreInspector(InspectorPage):
    """Shows a project's settings and tells of changes to them."""

    changed = Signal(str, str, object)
    """A text for the history, what merges with it, and the changed fields of `ExploreSettings` by name."""
    seed_changed = Signal(int)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._rows: dict[str, QWidget] = {}
        self._combos: dict[str, QComboBox] = {}
        self.ranges: dict[str, RangeField] = {}
        self.sliders: dict[str, SliderField] = {}
        self.add(self._grid_group())
        self.add(self._drawing_group())
        self.add(self._advanced_group())

    def load(self, project: Project) -> None:
        """Show a project's values, and only the fields that its tool uses."""
        explore = project.explore
        taken = taken_axes(explore)
        classes = self._session.classes_of(explore.through or project.model)
        for name, field in (("rows", self.row_count), ("columns", self.column_count)):
            field.set_value(getattr(explore, name))
        axes = [axis for axis in AXES_OF[explore.tool] if axis != "class" or len(classes) > 1]
        names = _axis_names()
        for name, is_taken in zip(("row_axis", "column_axis"), taken, strict=True):
            fill_choices(self._combos[name], [(names[axis], axis) for axis in axes], getattr(explore, name))
            self._rows[name].setVisible(not is_taken)
        for name, values in self.ranges.items():
            axis = [explore.row_axis, explore.column_axis]
            values.show_values(
                getattr(explore, name), is_axis=any(own == name and not t for own, t in zip(axis, taken, strict=True))
            )
        for name, slider in self.sliders.items():
            slider.set_value(getattr(explore, name))
        self._combos["corners"].setCurrentIndex(0 if explore.corners == 4 else 1)
        self._list_subjects(project)
        for number, name in enumerate(("first_class", "last_class")):
            rows = [(each, each) for each in classes] or [(tr("The model's own"), "")]
            default = classes[min(number, len(classes) - 1)] if classes else ""
            fill_choices(self._combos[name], rows, explore.classes[number] or default)
        self.fresh.blockSignals(True)
        self.fresh.setChecked(explore.fresh)
        self.fresh.blockSignals(False)
        self.seed.set_value(project.seed)
        used = {
            "corners": explore.tool == "interpolate",
            "strength": "strength" in AXES_OF[explore.tool],
            "spread": "spread" in AXES_OF[explore.tool],
            "toward": explore.tool == "interpolate",
            "first_class": explore.tool == "morph",
            "last_class": explore.tool == "morph",
            "through": True,
            "stride": explore.tool == "walk",
        }
        for name, is_used in used.items():
            self._rows[name].setVisible(is_used)

    def _grid_group(self) -> Group:
        group = Group(tr("Grid"))
        group.add_to_heading(PresetButton(self._session, "explore"))
        self.row_count = NumberField(tr("Rows"), 6, 1, MOST_SIDE, decimals=0)
        self.column_count = NumberField(tr("Columns"), 6, 1, MOST_SIDE, decimals=0)
        self.row_count.changed.connect(lambda value: self._tell(tr("Rows"), rows=int(value)))
        self.column_count.changed.connect(lambda value: self._tell(tr("Columns"), columns=int(value)))
        pair = QWidget()
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        for label, field in ((tr("Rows"), self.row_count), (tr("Columns"), self.column_count)):
            row.addWidget(labelled(label, field, tr("From 1 to {most}").format(most=MOST_SIDE)))
        group.add(pair)
        self._choice(group, "corners", tr("Between"), tr("How many wells the grid lies between"))
        for text, count in ((tr("Four corners"), 4), (tr("Two ends"), 2)):
            self._combos["corners"].addItem(text, count)
        self._choice(group, "row_axis", tr("Down the rows"), tr("What changes from row to row"))
        self._choice(group, "column_axis", tr("Across the columns"), tr("What changes from column to column"))
        self._choice(group, "first_class", tr("From class"), tr("What the left column shows"))
        self._choice(group, "last_class", tr("To class"), tr("What the right column shows"))
        return group

    def _drawing_group(self) -> Group:
        group = Group(tr("Drawing"))
        self._choice(
            group,
            "through",
            tr("Drawn as"),
            tr("The model and class that read and draw everything, such as chair-like cats"),
        )
        self._range(
            group,
            "temperature",
            tr("Temperature"),
            (0.0, 1.5),
            tr("Temperature, without unit: 0 is careful, 1 as varied as people draw"),
        )
        self._range(
            group, "strength", tr("Strength"), (-3.0, 3.0), tr("How far to go; 0 stays where it is, 1 is the whole way")
        )
        self._slider(
            group,
            "stride",
            tr("Step length"),
            (0.05, 3.0),
            tr("How far each step of the walk goes, in standard deviations of the class"),
        )
        self.seed = NumberField(tr("Seed"), 1, 0, _LARGEST_SEED, decimals=0)
        self.seed.changed.connect(lambda value: self.seed_changed.emit(int(value)))
        dice = FlatButton("dice", tr("Another seed, at random"))
        dice.clicked.connect(lambda: self.seed_changed.emit(random.SystemRandom().randrange(_LARGEST_SEED)))
        pair = QWidget()
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.seed, 1)
        row.addWidget(dice)
        group.add(labelled(tr("Seed"), pair, tr("The same seed draws the same grid again")))
        return group

    def _advanced_group(self) -> Group:
        group = Group(tr("Advanced"), folds=True)
        self._range(
            group,
            "spread",
            tr("Variety"),
            (0.0, 2.0),
            tr("How far drawings stray from what is usual in their class: 1 as people draw"),
        )
        self._slider(
            group,
            "toward",
            tr("Toward the class"),
            (0.0, 1.0),
            tr("How far hybrids are moved to what is usual in the class: 0 keeps what sets them apart"),
        )
        self._slider(
            group,
            "best_of",
            tr("Candidates"),
            (1, _MOST_CANDIDATES),
            tr("Sketches drawn for each cell, of which the likeliest is shown"),
            whole=True,
        )
        self.fresh = QCheckBox(tr("Own noise for each cell"))
        self.fresh.setToolTip(tr("Otherwise neighbours are drawn with the same hand"))
        self.fresh.toggled.connect(lambda on: self._tell(tr("Own noise for each cell"), fresh=on))
        group.add(self.fresh)
        return group

    def _choice(self, group: Group, name: str, label: str, tip: str) -> None:
        combo = QComboBox()
        combo.setAccessibleName(label)
        combo.setMinimumContentsLength(10)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.activated.connect(lambda _: self._chosen(name, label, combo.currentData()))
        self._combos[name] = combo
        self._rows[name] = group.add(labelled(label, combo, tip))

    def _chosen(self, name: str, label: str, value: Any) -> None:
        if name == "through":
            model, class_name = value
            toward = usual_toward(self._session, model or self._session.project.model) if model or class_name else 0.0
            self._tell(label, through=model, through_class=class_name, toward=toward)
        elif name in ("first_class", "last_class"):
            combos = self._combos["first_class"], self._combos["last_class"]
            self._tell(label, classes=tuple(combo.currentData() for combo in combos))
        else:
            self._tell(label, **{name: value})

    def _range(self, group: Group, name: str, label: str, limits: tuple[float, float], tip: str) -> None:
        values = RangeField(label, limits)
        values.changed.connect(lambda pair: self._tell(label, f"explore.{name}", **{name: pair}))
        values.released.connect(self._session.end_merge)
        self.ranges[name] = values
        self._rows[name] = group.add(labelled(label, values, tip))

    def _slider(
        self, group: Group, name: str, label: str, limits: tuple[float, float], tip: str, *, whole: bool = False
    ) -> None:
        slider = SliderField(label, limits[0], *limits, decimals=0 if whole else 2)
        slider.changed.connect(
            lambda value: self._tell(label, f"explore.{name}", **{name: round(value) if whole else value})
        )
        slider.released.connect(self._session.end_merge)
        self.sliders[name] = slider
        self._rows[name] = group.add(labelled(label, slider, tip))

    def _list_subjects(self, project: Project) -> None:
        subjects: list[tuple[str, Any]] = [(tr("The project's model"), ("", ""))]
        for name in dict.fromkeys([project.model, *(name for name, _ in find_models())]):
            own = "" if name == project.model else name
            known = self._session.classes_of(name)
            if own:
                subjects.append((name, (own, "")))
            if len(known) > 1:
                subjects += [(f"{name}: {each}", (own, each)) for each in known]
        fill_choices(self._combos["through"], subjects, (project.explore.through, project.explore.through_class))

    def _tell(self, text: str, merge: str = "", **changes: Any) -> None:
        self.changed.emit(text, merge, changes)


class RangeField(QWidget):
    """A slider for a value; two, from and to, for the ends of an axis."""

    changed = Signal(object)
    """The pair of values, also while a slider is dragged."""
    released = Signal()

    def __init__(self, name: str, limits: tuple[float, float]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.ends = [
            SliderField(text.format(name=name), limits[0], *limits)
            for text in (tr("{name}, first"), tr("{name}, last"))
        ]
        for end in self.ends:
            column.addWidget(end)
            end.changed.connect(lambda _: self.changed.emit((self.ends[0].value, self.ends[1].value)))
            end.released.connect(self.released)
        self.setFocusProxy(self.ends[0])

    def show_values(self, values: tuple[float, float], *, is_axis: bool) -> None:
        """Show values without telling anybody."""
        for end, value in zip(self.ends, values, strict=True):
            end.set_value(value)
        self.ends[1].setVisible(is_axis)


def labelled(text: str, widget: QWidget, tip: str) -> QWidget:
    """A widget below its name: one thing, to be hidden together."""
    row = QWidget()
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    above = caption(text)
    above.setBuddy(widget)
    row.setToolTip(tip)
    column.addWidget(above)
    column.addWidget(widget)
    return row


def _axis_names() -> dict[str, str]:
    return {
        "": tr("Another throw of the dice"),
        "temperature": tr("Temperature"),
        "strength": tr("Strength"),
        "spread": tr("Variety"),
        "class": tr("Class"),
    }
