"""The controls of the Pattern workspace: motifs, cell, layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QListView, QPushButton, QWidget

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.gui.docks.library import SketchModel
from sketchdesign.gui.fields import NumberField, SliderField, narrow
from sketchdesign.gui.forms import Group, InspectorPage
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.presets import PresetButton
from sketchdesign.gui.session import Session
from sketchdesign.gui.workspaces.pattern_colours import ColourwayGroup
from sketchdesign.services.project.pattern import fitted_to_page, resized, unpinned, with_motifs
from sketchdesign.services.project.state import KeptSketch, PatternSettings, Project

MOTIF_PX = 44
_CELL_MM = (2.0, 2000.0)
_MOST_TOSSED = 150
_MOST_ROWS = 12


class PatternInspector(InspectorPage):
    """Shows a pattern and edits it through the session."""

    draw_asked = Signal()
    """Let the model draw motifs, as many as `count` says."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown_motifs: tuple[KeptSketch, ...] = ()
        self._motifs = SketchModel(MOTIF_PX)
        self._motif_view = QListView()
        self.starred = QPushButton(tr("Use the starred sketches"))
        self.add(self._motif_group())
        self.add(self._repeat_group())
        self._layout_fields = self._layout_group()
        self.add(self._layout_fields)
        self.colours = ColourwayGroup(session)
        self.add(self.colours)
        self.add(self._advanced_group())

    def load(self, project: Project) -> None:
        """Show a project."""
        pattern, layout = project.pattern, project.pattern.layout
        if self._shown_motifs != pattern.motifs:
            self._shown_motifs = pattern.motifs
            self._motifs.show_sketches(pattern.motifs)
        self._motif_view.setVisible(bool(pattern.motifs))
        self.starred.setEnabled(bool(self._session.library.sketches))
        self._list_classes(project)
        for field, value in zip((self.width_field, self.height_field), pattern.cell_mm, strict=True):
            field.set_value(value)
        self.kind.setCurrentIndex(self.kind.findData(layout.kind))
        self.turns.setCurrentIndex(self.turns.findData(layout.turns))
        for name, slider in self.sliders.items():
            slider.set_value(_value(pattern, name))
        grid = layout.kind == "grid"
        for name in ("rows", "columns", "jitter_mm"):
            self._layout_fields.show_field(self.sliders[name], grid)
        for name in ("motifs", "density"):
            self._layout_fields.show_field(self.sliders[name], not grid)
        for box, on in (
            (self.unlike, layout.unlike),
            (self.kaleidoscope, pattern.kaleidoscope),
            (self.mirrored_pen, pattern.mirrored_pen),
        ):
            box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(False)
        self.repeat_name.setText(pattern.repeat)
        self.colour_by.setCurrentIndex(max(0, self.colour_by.findData(pattern.colour_by)))
        self.colours.load(project)

    def chosen_motifs(self) -> list[int]:
        """The numbers of the motifs that are selected in the list."""
        return sorted(index.row() for index in self._motif_view.selectionModel().selectedIndexes())

    # Groups

    def _motif_group(self) -> Group:
        group = Group(tr("Motifs"))
        view = self._motif_view
        view.setModel(self._motifs)
        view.setViewMode(QListView.ViewMode.IconMode)
        view.setFlow(QListView.Flow.LeftToRight)
        view.setWrapping(False)
        view.setMovement(QListView.Movement.Static)
        view.setIconSize(QSize(MOTIF_PX, MOTIF_PX))
        view.setGridSize(QSize(MOTIF_PX + 8, MOTIF_PX + 8))
        view.setUniformItemSizes(True)
        view.setFixedHeight(MOTIF_PX + 22)
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        view.setDragEnabled(True)
        view.setAccessibleName(tr("Motifs of the pattern"))
        remove = QAction(tr("Remove from the pattern"), view)
        remove.setShortcut("Del")
        remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        remove.triggered.connect(self._remove_motifs)
        view.addAction(remove)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        group.add(view)
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        self.count = NumberField(tr("How many motifs to draw"), 6.0, 1.0, 60.0, decimals=0)
        self.count.setToolTip(tr("How many motifs to draw"))
        self.count.setFixedWidth(48)
        self.count.setMinimumWidth(48)
        self.classes = narrow(QComboBox())
        self.classes.setAccessibleName(tr("Class"))
        self.classes.setToolTip(tr("What the model draws"))
        self.draws = QPushButton(tr("Draw"))
        self.draws.setToolTip(tr("Let the model draw motifs in the place of these"))
        self.draws.clicked.connect(self.draw_asked)
        across.addWidget(self.count)
        across.addWidget(self.classes, 1)
        across.addWidget(self.draws)
        group.add(row)
        self.starred.setToolTip(tr("Take what has a star as motifs; single ones are dragged here from the library"))
        self.starred.clicked.connect(lambda: self.use_motifs(self._session.library.sketches))
        group.add(self.starred)
        return group

    def _repeat_group(self) -> Group:
        group = Group(tr("Cell"))
        unit = self._session.preferences.unit
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        self.width_field = NumberField(tr("Width of a cell"), 60.0, *_CELL_MM, unit=unit)
        self.height_field = NumberField(tr("Height of a cell"), 60.0, *_CELL_MM, unit=unit)
        for field, word in ((self.width_field, "\u00d7"), (self.height_field, "")):
            field.setToolTip(tr("Size of a cell, with a unit: 60mm, 2in, 297/3"))
            field.changed.connect(lambda _: self._resize())
            across.addWidget(field, 1)
            if word:
                across.addWidget(QLabel(word))
        group.add(row)
        fits = QPushButton(tr("Fit to the page"))
        fits.setToolTip(tr("Size the cell so that whole repeats fill the page within its margins"))
        fits.clicked.connect(self.fit_to_page)
        group.add(fits)
        return group

    def _layout_group(self) -> Group:
        group = Group(tr("Layout"))
        group.add_to_heading(PresetButton(self._session, "pattern"))
        self.sliders: dict[str, SliderField] = {}
        self.kind = narrow(QComboBox())
        self.kind.setAccessibleName(tr("Layout"))
        for key, text in (
            ("grid", tr("In rows")),
            ("tossed", tr("Tossed")),
            ("ditsy", tr("Ditsy: a few large, many small")),
        ):
            self.kind.addItem(text, key)
        self.kind.activated.connect(lambda _: self._lay_out(tr("Layout"), kind=self.kind.currentData()))
        self.kind.setToolTip(tr("How the motifs lie in the cell"))
        group.add(self.kind)
        unit = self._session.preferences.unit
        self._slider(group, tr("Rows"), "rows", 1, _MOST_ROWS, tr("Rows of motifs in a cell"), decimals=0)
        self._slider(group, tr("Columns"), "columns", 1, _MOST_ROWS, tr("Columns of motifs in a cell"), decimals=0)
        self._slider(group, tr("Motifs in a cell"), "motifs", 1, _MOST_TOSSED, tr("How many are tossed"), decimals=0)
        self._slider(
            group, tr("Density"), "density", 0.05, 0.8, tr("The share of the cloth that motifs are to cover, 0 to 1")
        )
        self._slider(
            group,
            tr("Gap"),
            "gap_mm",
            0.0,
            20.0,
            tr("The least distance between motifs, a length"),
            unit=unit,
            decimals=1,
        )
        self._slider(
            group,
            tr("Jitter"),
            "jitter_mm",
            0.0,
            30.0,
            tr("How far motifs stray from their places, a length"),
            unit=unit,
        )
        self.turns = narrow(QComboBox())
        self.turns.setAccessibleName(tr("Turned"))
        for key, text in (
            ("one-way", tr("One way")),
            ("two-way", tr("Two ways: up and down")),
            ("four-way", tr("Four ways")),
            ("free", tr("Any way")),
        ):
            self.turns.addItem(text, key)
        self.turns.activated.connect(lambda _: self._lay_out(tr("Turned"), turns=self.turns.currentData()))
        group.add_field(tr("Turned"), self.turns, tr("Which way up motifs may lie"))
        self._slider(group, tr("Smallest"), "smallest", 0.2, 2.0, tr("The smallest motif beside the others, a factor"))
        self._slider(group, tr("Largest"), "largest", 0.2, 2.0, tr("The largest motif beside the others, a factor"))
        self._slider(group, tr("Flipped"), "flip", 0.0, 1.0, tr("The share of motifs that are mirrored, 0 to 1"))
        return group

    def _advanced_group(self) -> Group:
        group = Group(tr("More"), folds=True)
        self.unlike = _box(tr("No like neighbours"), tr("Motifs that show the same keep away from each other"))
        self.unlike.toggled.connect(lambda on: self._lay_out(tr("No like neighbours"), unlike=on))
        self.kaleidoscope = _box(
            tr("Kaleidoscope"), tr("Cut motifs where their images begin, in mirrors and wallpaper groups")
        )
        self.kaleidoscope.toggled.connect(lambda on: self._change(tr("Kaleidoscope"), kaleidoscope=on))
        self.mirrored_pen = _box(tr("Counterchange"), tr("Draw mirror images with the next pen"))
        self.mirrored_pen.toggled.connect(lambda on: self._change(tr("Counterchange"), mirrored_pen=on))
        for box in (self.unlike, self.kaleidoscope, self.mirrored_pen):
            group.add(box)
        self.colour_by = narrow(QComboBox())
        self.colour_by.setAccessibleName(tr("Pens take turns by"))
        for key, text in (("motif", tr("Motif")), ("kind", tr("What it shows")), ("stroke", tr("Order of strokes"))):
            self.colour_by.addItem(text, key)
        self.colour_by.activated.connect(
            lambda _: self._change(tr("Pens take turns by"), colour_by=self.colour_by.currentData())
        )
        group.add_field(tr("Pens take turns by"), self.colour_by, tr("Which pen draws what"))
        self.repeat_name = QLineEdit()
        self.repeat_name.setAccessibleName(tr("Repeat by name"))
        self.repeat_name.editingFinished.connect(lambda: self.pick_repeat(self.repeat_name.text()))
        group.add_field(tr("Repeat by name"), self.repeat_name, tr("Such as drop:2/5, brick:1/3 or p4m"))
        return group

    def _slider(
        self,
        group: Group,
        label: str,
        name: str,
        low: float,
        high: float,
        tip: str,
        *,
        unit: str = "",
        decimals: int = 2,
    ) -> None:
        slider = SliderField(label, low, low, high, unit=unit, decimals=decimals)
        slider.changed.connect(lambda value: self._slid(label, name, value))
        slider.released.connect(self._session.end_merge)
        group.add_field(label, slider, tip)
        self.sliders[name] = slider

    # Edits

    def use_motifs(self, motifs: Sequence[KeptSketch], text: str = "") -> None:
        """Lay out other sketches."""
        self._change(text or tr("Motifs"), motifs=tuple(motifs), pins=())

    def add_motifs(self, motifs: Sequence[KeptSketch]) -> None:
        """Lay out more sketches."""
        self._edit(tr("Add motifs"), with_motifs(self._session.project.pattern, motifs))

    def pick_repeat(self, name: str) -> None:
        """Repeat the cell in another way; a name that is unknown is said, and nothing changes."""
        from sketchdesign.design.repeat import make_repeat

        pattern = self._session.project.pattern
        try:
            known = make_repeat(name, *pattern.cell_mm).name
        except SketchDesignError as error:
            self._session.report(error)
            self.repeat_name.setText(pattern.repeat)
            return
        if known != pattern.repeat:
            self._edit(tr("Repeat"), replace(unpinned(pattern), repeat=known))

    def fit_to_page(self) -> None:
        """Let whole repeats fill the page within its margins."""
        project = self._session.project
        try:
            fitted = fitted_to_page(project.pattern, project.page, project.sheet.margin_mm)
        except SketchDesignError as error:
            self._session.report(error)
            return
        self._edit(tr("Fit to the page"), fitted)

    def reroll(self) -> None:
        """Lay out all but the locked motifs with the next seed."""
        pattern = self._session.project.pattern
        self._edit(tr("Re-roll"), replace(unpinned(pattern), seed=pattern.seed + 1))

    def _remove_motifs(self) -> None:
        gone = set(self.chosen_motifs())
        pattern = self._session.project.pattern
        left = tuple(each for number, each in enumerate(pattern.motifs) if number not in gone)
        if gone:
            self._edit(tr("Remove motifs"), replace(unpinned(pattern), motifs=left))
            self._motif_view.selectionModel().select(self._motifs.index(0), QItemSelectionModel.SelectionFlag.Clear)

    def _resize(self) -> None:
        size = (self.width_field.value, self.height_field.value)
        self._edit(tr("Size of the cell"), resized(self._session.project.pattern, size))

    def _slid(self, label: str, name: str, value: float) -> None:
        layout = self._session.project.pattern.layout
        changes: dict[str, Any]
        if name == "smallest":
            changes = {"scale": (value, max(value, layout.scale[1]))}
        elif name == "largest":
            changes = {"scale": (min(value, layout.scale[0]), value)}
        else:
            changes = {name: round(value) if name in ("rows", "columns", "motifs") else value}
        self._lay_out(label, merge=f"pattern.{name}", **changes)

    def _lay_out(self, text: str, *, merge: str = "", **changes: Any) -> None:
        pattern = self._session.project.pattern
        self._edit(text, replace(unpinned(pattern), layout=replace(pattern.layout, **changes)), merge=merge)

    def _change(self, text: str, **changes: Any) -> None:
        self._edit(text, replace(self._session.project.pattern, **changes))

    def _edit(self, text: str, pattern: PatternSettings, *, merge: str = "") -> None:
        self._session.change(text, merge=merge, pattern=pattern)

    def _list_classes(self, project: Project) -> None:
        known = self._session.classes_of(project.model)
        rows = list(known) if len(known) > 1 else []
        shown = [self.classes.itemData(number) for number in range(self.classes.count())]
        if not shown or shown[1:] != rows or self.classes.itemText(0) != _all_of(project.model, rows):
            chosen = self.classes.currentData()
            self.classes.clear()
            self.classes.addItem(_all_of(project.model, rows), "")
            for name in rows:
                self.classes.addItem(name, name)
            self.classes.setCurrentIndex(max(0, self.classes.findData(chosen)))


def _all_of(model: str, classes: Sequence[str]) -> str:
    return tr("All classes") if classes else model


def _value(pattern: PatternSettings, name: str) -> float:
    if name in ("smallest", "largest"):
        return pattern.layout.scale[name == "largest"]
    return float(getattr(pattern.layout, name))


def _box(text: str, tip: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setToolTip(tip)
    return box
