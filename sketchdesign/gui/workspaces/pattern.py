"""The Pattern workspace: sketches in a repeat that fills the window, edited live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from sketchdesign.gui.fields import FlatButton
from sketchdesign.gui.i18n import tr, tr_said
from sketchdesign.gui.quantities import counted, written
from sketchdesign.gui.session import Session
from sketchdesign.gui.workspace import EmptyState, Workspace, onward_button
from sketchdesign.gui.workspaces.pattern_badge import SeamBadge
from sketchdesign.gui.workspaces.pattern_canvas import ENDLESS, SHEET, THREE, TILE, PatternCanvas
from sketchdesign.gui.workspaces.pattern_inspector import PatternInspector
from sketchdesign.gui.workspaces.pattern_live import LivePattern
from sketchdesign.gui.workspaces.pattern_repeats import RepeatStrip, repeat_keys
from sketchdesign.gui.workspaces.pattern_words import percent, verdict
from sketchdesign.services.jobs import Work
from sketchdesign.services.project.pattern import (
    TRIES,
    Improved,
    finished_tile,
    improved,
    with_lock,
    with_moved,
    with_tile_size,
)
from sketchdesign.services.project.state import KeptSketch, PatternSettings, Pin, Project
from sketchdesign.services.tiles.making import export_tile

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.services.generate import Generated

_DPI = 150.0
_LIFE_SIZE = 100.0


class PatternWorkspace(Workspace):
    """A repeat and its layout, live over the whole canvas, with croquis check, seam proof and colourways."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.live = LivePattern(session, lambda: self.canvas.px_per_mm())
        self.canvas: PatternCanvas = PatternCanvas(self.live, self)
        self.inspector = self.controls = PatternInspector(session)
        self.controls.draw_asked.connect(self.draw_motifs)
        self.strip = RepeatStrip(session)
        self.strip.chosen.connect(self.controls.pick_repeat)
        self.badge = SeamBadge()
        self.badge.toggled.connect(self._show_seams)
        self.caption = QLabel()
        self.caption.setObjectName("quiet")
        self.caption.setWordWrap(True)
        self._make_actions()
        self.empty = EmptyState(
            tr("A pattern is made of sketches. Star a few, or let the model draw some now."), tr("Draw motifs")
        )
        self.empty.button.clicked.connect(self.draw_motifs)
        self.widget = self._layout()
        self.live.checks_changed.connect(self._show_checks)
        self.live.changed.connect(self._show_checks)
        self.canvas.chosen_changed.connect(self._show_checks)
        # A method of its own, not a lambda: Qt forgets it with this room, while the session lives on.
        session.models_changed.connect(self._load_controls)
        session.library_changed.connect(self._load_controls)
        session.project_opened.connect(self._look_anew)

    def load(self, project: Project) -> None:
        self.canvas.unit = self.session.preferences.unit
        self.canvas.show_page(project.page, project.sheet.margin_mm)
        self.controls.load(project)
        self.strip.show_repeat(project.pattern.repeat)
        self._stack.setCurrentIndex(0 if project.pattern.motifs else 1)
        for action in self._needs_motifs:
            action.setEnabled(bool(project.pattern.motifs))
        self.live.ask(project)

    def _load_controls(self) -> None:
        self.controls.load(self.session.project)

    def activate(self) -> None:
        self.canvas.setFocus()

    def take(self, kept: Sequence[KeptSketch]) -> None:
        self.controls.add_motifs(kept)

    def export_filter(self) -> str:
        kinds = "SVG (*.svg);;PDF (*.pdf);;PNG (*.png);;DXF (*.dxf)"
        return kinds if self.session.project.pattern.motifs else ""

    def export(self, path: Path) -> None:
        project = self.session.project

        def work() -> Work[list[str]]:
            tile = yield from finished_tile(project)
            return export_tile(tile, [path], _DPI)

        task = self.session.workers.run("export", tr("Exporting"), work)
        task.follow(self, finished=lambda notes: self._exported(path, notes))

    def draw_motifs(self) -> None:
        """Let the model draw motifs; they take the place of those there are."""
        count, class_name = int(self.controls.count.value), self.controls.classes.currentData() or ""
        model = self.session.project.model
        settings = self.session.drawing_settings(count, self.session.project.sketch.temperature, class_name)

        def make(opened: Model) -> Work[Generated]:
            from sketchdesign.services.generate import generate

            known = settings if settings.class_name in opened.info.classes else replace(settings, class_name=None)
            return generate(opened, known)

        def take(generated: Generated) -> None:
            kept = [KeptSketch(each.sketch, each.word, model) for each in generated.sketches if len(each.sketch) > 1]
            self.controls.use_motifs(kept, tr("Draw motifs"))

        self.session.workers.draw("pattern.motifs", tr("Drawing motifs"), model, make).follow(self, finished=take)

    def improve(self) -> None:
        """Try other seeds and keep the best."""
        project = self.session.project
        task = self.session.workers.run(
            "pattern.improve",
            tr("Trying {count} layouts").format(count=TRIES),
            lambda: improved(project.pattern, project.pens),
        )
        task.follow(self, finished=lambda found: self._take_improved(project.pattern, found))

    # What the canvas tells

    def resize_tile(self, size_mm: tuple[float, float]) -> None:
        pattern = self.session.project.pattern
        self._edit(tr("Size of the tile"), "pattern.tile", with_tile_size(pattern, size_mm))

    def move_motif(self, number: int, centre_mm: tuple[float, float]) -> None:
        pattern, pins = self.session.project.pattern, self._pins()
        if pins:
            self._edit(tr("Move motif"), f"pattern.move {number}", with_moved(pattern, pins, number, centre_mm))

    def nudge_motif(self, number: int, by_mm: tuple[float, float]) -> None:
        found = [pin.placement.centre_mm for pin in self._pins() if pin.number == number]
        for x, y in found:
            self.move_motif(number, (x + by_mm[0], y + by_mm[1]))

    def end_drag(self) -> None:
        self.session.end_merge()

    def _edit(self, text: str, merge: str, pattern: PatternSettings) -> None:
        self.session.change(text, merge=merge, pattern=pattern)

    def _take_improved(self, before: PatternSettings, found: Improved) -> None:
        if self.session.project.pattern != before:
            self.session.say(tr("The pattern has changed meanwhile: what was tried for it is thrown away"))
            return
        if found.score <= found.score_before:
            self.session.say(tr("None of {count} layouts is better than this one").format(count=TRIES))
            return
        self.session.change(tr("Improve"), pattern=found.pattern)
        words = tr("The best of {count} layouts scores {after}; before it was {before}")
        self.session.say(words.format(count=TRIES, after=percent(found.score), before=percent(found.score_before)))

    def _exported(self, path: Path, notes: Sequence[str]) -> None:
        said = [tr_said(note)[0] for note in notes]
        self.session.say(" ".join([tr("Exported {name}").format(name=path.name) + ".", *said]))

    def _lock(self) -> None:
        pattern, chosen, pins = self.session.project.pattern, self.canvas.chosen, self._pins()
        if chosen is not None and pins:
            was_locked = any(pin.locked for pin in pins if pin.number == chosen)
            self._edit(tr("Let motif go") if was_locked else tr("Lock motif"), "", with_lock(pattern, pins, chosen))

    def _pins(self) -> tuple[Pin, ...]:
        """All motifs of the tile as they lie; none while that is not known."""
        frame, pattern = self.live.frame, self.session.project.pattern
        if frame is None:
            return ()
        if pattern.pins and len(pattern.pins) == len(frame.laid.placements):
            # Ahead of the frame while a motif is dragged.
            return pattern.pins
        return frame.laid.pins() if self.live.is_current else ()

    def _choose_next(self) -> None:
        frame = self.live.frame
        if frame is not None:
            last = -1 if self.canvas.chosen is None else self.canvas.chosen
            self.canvas.choose((last + 1) % len(frame.laid.placements))
            self.canvas.setFocus()

    def _show_checks(self) -> None:
        checked, frame = self.live.checked, self.live.frame
        self.badge.show_proof(checked.proof if checked is not None else None)
        self.locks.setEnabled(self.canvas.chosen is not None)
        if frame is None:
            self.caption.clear()
            return
        width, height = frame.laid.design.repeat.rectangle_mm
        unit = self.session.preferences.unit
        sides = [written(side, unit, 1 if unit == "mm" else 2) for side in (width, height)]
        words = [f"{sides[0].removesuffix(unit).strip()} \u00d7 {sides[1]}"]
        words.append(counted(len(frame.laid.placements), tr("1 motif"), tr("{count} motifs")))
        if checked is not None and self.live.is_current:
            words.append(verdict(checked, in_full=self.checks.isChecked()))
        self.caption.setText("   ".join(words))

    def _show_seams(self, shown: bool) -> None:
        self.canvas.shows_seams = shown
        checked = self.live.checked
        if shown and checked is not None:
            problems = checked.proof.problems
            text = problems[0].text if problems else tr("Every stroke that leaves the tile enters it on the other side")
            said = tr_said(text)[0]
            self.session.say(said[:1].upper() + said[1:])
        self.canvas.update()

    def _look_anew(self) -> None:
        self.canvas.choose(None)
        self.canvas.show_look(self.canvas.look)

    # Making

    def _make_actions(self) -> None:
        self.looks = QActionGroup(self)
        self.look_actions: dict[str, QAction] = {}
        for key, text, shortcut, tip in (
            (ENDLESS, tr("Endless"), "Shift+1", tr("The repeat as far as the window goes")),
            (TILE, tr("Tile"), "Shift+2", tr("One straight repeat")),
            (THREE, tr("3 \u00d7 3"), "Shift+3", tr("Three by three straight repeats")),
            (SHEET, tr("On the page"), "Shift+4", tr("The repeat on the paper, within its margins")),
        ):
            action = self.add_action(text, shortcut, tip=tip, checkable=True)
            action.triggered.connect(lambda _checked=False, key=key: self.canvas.show_look(key))
            self.looks.addAction(action)
            self.look_actions[key] = action
        self.look_actions[ENDLESS].setChecked(True)
        self.checks = self.add_action(
            tr("Check"),
            "C",
            icon_name="eye",
            tip=tr("Croquis: show holes, alleyways, line-ups and crowds"),
            checkable=True,
        )
        self.improves = self.add_action(
            tr("Improve"), "I", icon_name="check", tip=tr("Try {count} layouts and keep the best").format(count=TRIES)
        )
        self.rerolls = self.add_action(
            tr("Re-roll"), "R", icon_name="reroll", tip=tr("Lay out all but the locked motifs anew")
        )
        self.locks = self.add_action(
            tr("Lock the motif"), "L", icon_name="lock", tip=tr("Lock the chosen motif in its place, or let it go")
        )
        self.nexts = self.add_action(tr("Choose the next motif"), "M")
        self.to_sheet = self.add_action(tr("To the sheet"), "S", icon_name="sheet", tip=tr("Go on to page and pens"))
        self.real_size = self.add_action(
            tr("Real size with rulers"), "U", icon_name="ruler", tip=tr("Real size with rulers"), checkable=True
        )
        for key, title, act in repeat_keys(self.controls.pick_repeat):
            action = self.add_action(tr("Repeat: {name}").format(name=title), key)
            action.triggered.connect(lambda _checked=False, act=act: act())
        self.checks.toggled.connect(self._show_croquis)
        self.improves.triggered.connect(self.improve)
        self.to_sheet.triggered.connect(lambda: self.session.room_asked.emit("sheet"))
        self.rerolls.triggered.connect(self.controls.reroll)
        self.locks.triggered.connect(self._lock)
        self.nexts.triggered.connect(self._choose_next)
        self.real_size.toggled.connect(self._show_real_size)
        self._needs_motifs = [self.checks, self.improves, self.rerolls, self.nexts, self.real_size, self.to_sheet]
        self._needs_motifs += self.look_actions.values()

    def _show_croquis(self, shown: bool) -> None:
        self.canvas.shows_croquis = shown
        self._show_checks()
        self.canvas.update()

    def _show_real_size(self, shown: bool) -> None:
        self.canvas.shows_rulers = shown
        if shown:
            self.canvas.zoom_to(_LIFE_SIZE)
        else:
            self.canvas.fit()
        self.canvas.update()

    def _layout(self) -> QWidget:
        pattern_side = QWidget()
        column = QVBoxLayout(pattern_side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tool_bar())
        column.addWidget(self.canvas, 1)
        column.addWidget(self._foot())
        column.addWidget(self.strip)
        self._stack = QStackedWidget()
        self._stack.addWidget(pattern_side)
        self._stack.addWidget(self.empty)
        return self._stack

    def _tool_bar(self) -> QWidget:
        bar, row = _bar()
        for action in self.look_actions.values():
            row.addWidget(_word_button(action))
        row.addSpacing(8)
        for action in (self.real_size, self.locks, self.rerolls):
            row.addWidget(_icon_button(action))
        row.addStretch(1)
        for action in (self.checks, self.improves):
            row.addWidget(_word_button(action, with_icon=True))
        row.addSpacing(6)
        row.addWidget(onward_button(self.to_sheet, "sheet"))
        return bar

    def _foot(self) -> QWidget:
        bar, row = _bar()
        row.addWidget(self.caption, 1)
        row.addWidget(self.badge)
        return bar


def _bar() -> tuple[QFrame, QHBoxLayout]:
    bar = QFrame()
    bar.setObjectName("toolBar")
    row = QHBoxLayout(bar)
    row.setContentsMargins(8, 4, 8, 4)
    row.setSpacing(2)
    return bar, row


def _icon_button(action: QAction) -> FlatButton:
    button = FlatButton("plus", action.toolTip())
    button.setDefaultAction(action)
    button.setIconSize(QSize(19, 19))
    return button


def _word_button(action: QAction, *, with_icon: bool = False) -> QToolButton:
    button = _icon_button(action)
    style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if with_icon else Qt.ToolButtonStyle.ToolButtonTextOnly
    button.setToolButtonStyle(style)
    return button
