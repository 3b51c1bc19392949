"""The Sheet workspace: a page filled with the pattern or a board, pen by pen, and the way the pens go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sketchdesign.gui import theme
from sketchdesign.gui.canvas import Canvas
from sketchdesign.gui.fields import FlatButton
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.quantities import counted
from sketchdesign.gui.scene import Scene
from sketchdesign.gui.session import Session
from sketchdesign.gui.view import View
from sketchdesign.gui.workers import SHEETS, Failure, Task
from sketchdesign.gui.workspace import EmptyState, Workspace, onward_button
from sketchdesign.gui.workspaces.plot_words import duration, metres
from sketchdesign.gui.workspaces.sheet_drag import DragHandle, drag_file, written_for_drag
from sketchdesign.gui.workspaces.sheet_inspector import SheetInspector
from sketchdesign.gui.workspaces.sheet_pictures import Shown, plain_pictures, routed_pictures
from sketchdesign.services.export import export_drawing
from sketchdesign.services.project.page import (
    BOARD,
    ProjectSheet,
    board_sketches,
    route_key,
    strokes_key,
)
from sketchdesign.services.project.pattern import with_motifs
from sketchdesign.services.project.state import KeptSketch, Project
from sketchdesign.services.routing import Optimised

SETTLED_MS = 200
_DPI = 150.0


class SheetWorkspace(Workspace):
    """The sheet, as it is drawn and as it is routed, with its time, and the ways out: files, drags, the plotter."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.canvas: Canvas = Canvas(tr("Sheet"))
        self.canvas.overlays.append(self._paint_margin)
        self.inspector = self.controls = SheetInspector(session)
        self.sheet: ProjectSheet | None = None
        self.plain: Shown | None = None
        self.routed: Shown | None = None
        self._asked: Any = None
        self._asked_route: Any = None
        self._project = session.project
        self._task: Task | None = None
        self._settle = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settle.timeout.connect(self._compute)
        self.caption = QLabel()
        self.caption.setObjectName("quiet")
        self.caption.setWordWrap(True)
        self._make_actions()
        self.empty = EmptyState("", "")
        self.empty.button.clicked.connect(self._leave_empty)
        self.widget = self._layout()

    @property
    def is_current(self) -> bool:
        """The sheet is the one that was asked for last, and it is routed."""
        project = self._project
        return self.sheet is not None and (strokes_key(project), route_key(project)) == (self._asked, self._asked_route)

    def load(self, project: Project) -> None:
        self._project = project
        self._stack.setCurrentIndex(0 if _has_content(project) else 1)
        self.empty.show_text(*_missing(project))
        self.as_routed.setChecked(project.sheet.routed)
        self.as_drawn.setChecked(not project.sheet.routed)
        has_content = _has_content(project)
        if not has_content:
            self.sheet = self.plain = self.routed = self._asked = None
        elif self.sheet is not None:
            self.sheet = replace(self.sheet, routed=project.sheet.routed)
        self._load_controls()
        for action in (self.to_plot, self.as_drawn, self.as_routed, self.shows_travel):
            action.setEnabled(has_content)
        if not has_content:
            return
        if strokes_key(project) != self._asked or route_key(project) != self._asked_route:
            self._settle.start(0 if self._asked is None else SETTLED_MS)
        self._show()

    def activate(self) -> None:
        self.canvas.setFocus()

    def take(self, kept: Sequence[KeptSketch]) -> None:
        self.session.change(tr("Add motifs"), pattern=with_motifs(self.session.project.pattern, kept))

    def export_filter(self) -> str:
        kinds = ("SVG (*.svg)", "PDF (*.pdf)", "PNG (*.png)", "DXF (*.dxf)", "HPGL (*.hpgl)", "G-code (*.gcode)")
        return ";;".join(kinds) if self.sheet is not None else ""

    def export(self, path: Path) -> None:
        if self.sheet is None:
            return
        drawing = self.sheet.drawing
        task = self.session.workers.call("export", tr("Exporting"), lambda: export_drawing(drawing, [path], _DPI))
        task.follow(self, finished=lambda _: self.session.say(tr("Exported {name}").format(name=path.name)))

    def write_for_drag(self) -> Task | None:
        """Write the sheet to a file that can be dragged out of the window; None without a sheet."""
        if self.sheet is None:
            return None
        drawing = self.sheet.drawing
        name = self.session.path.stem if self.session.path is not None else tr("sheet")
        path = self.session.folders.state / "drags" / f"{name}.svg"
        return self.session.workers.call("drag", tr("Exporting"), lambda: written_for_drag(drawing, path))

    # Computing

    def _compute(self) -> None:
        """Lay the page out, and route it; whichever is out of date."""
        if self._task is not None:
            # What it computes is wanted no more; it calls again when it has stopped.
            self._task.cancel()
            return
        project = self._project
        if not _has_content(project):
            return
        if strokes_key(project) != self._asked:
            self._start(
                tr("Laying out the sheet"),
                lambda: plain_pictures(project),
                lambda shown: self._take_plain(project, shown),
            )
        elif self.plain is not None and route_key(project) != self._asked_route:
            drawing = self.plain.drawing
            self._start(
                tr("Routing"),
                lambda: routed_pictures(drawing, project),
                lambda found: self._take_routed(project, *found),
            )

    def _start(self, title: str, make: Any, take: Any) -> None:
        self._task = self.session.workers.run("", title, make, lane=SHEETS)
        self._task.follow(self, finished=take, failed=self._fail, ended=self._ended)

    def _ended(self) -> None:
        self._task = None
        self._compute()

    def _fail(self, _failure: Failure) -> None:
        # The message bar says why; the same is not tried again.
        self._asked, self._asked_route = strokes_key(self._project), route_key(self._project)
        self.sheet = self.plain = self.routed = None
        self.canvas.show_scene(Scene(self._project.page))
        self.caption.setText(tr("There is no sheet"))

    def _take_plain(self, project: Project, shown: Shown) -> None:
        new_page = self.plain is None or self.plain.drawing.page != shown.drawing.page
        self.plain, self.routed, self.sheet = shown, None, None
        self._asked, self._asked_route = strokes_key(project), None
        self._show(fit=new_page)

    def _take_routed(self, project: Project, shown: Shown, made: Optimised) -> None:
        if self.plain is None:
            return
        self.routed, self._asked_route = shown, route_key(project)
        self.sheet = ProjectSheet(self.plain.drawing, made, shown.machine, self._project.sheet.routed)
        self._load_controls()
        self._show()

    # Showing

    @property
    def _shown(self) -> Shown | None:
        return self.routed if self._project.sheet.routed and self.routed is not None else self.plain

    def _load_controls(self) -> None:
        shown = self._shown
        self.controls.load(self._project, self.sheet, shown.work if shown is not None else ())

    def _show(self, *, fit: bool = False) -> None:
        shown = self._shown
        if shown is None:
            return
        scene = Scene(self._project.page)
        if self.shows_travel.isChecked():
            scene.add(shown.travels)
        scene.add(shown.lines)
        scene.add(shown.joins)
        self.canvas.show_scene(scene, fit=fit)
        self._show_numbers()

    def _show_numbers(self) -> None:
        sheet = self.sheet
        if sheet is None:
            self.caption.setText(tr("Routing\u2026"))
            return
        made, route = sheet.made, sheet.made.route
        before, after = duration(made.estimate_before_s), duration(made.estimate_s)
        lifts = route.lifts_after if sheet.routed else route.lifts_before
        travel = route.pen_up_mm_after if sheet.routed else route.pen_up_mm_before
        words = [
            tr("{before} as drawn, {after} as routed").format(before=before, after=after),
            counted(lifts, tr("1 lift"), tr("{count} lifts")),
            tr("{drawn} drawn, {travel} with the pen up").format(
                drawn=metres(sheet.drawing.pen_down_mm()), travel=metres(travel)
            ),
        ]
        if sheet.routed and made.joins:
            words.append(counted(made.joins, tr("1 join"), tr("{count} joins")))
        self.caption.setText("   ".join(words))

    def _paint_margin(self, painter: QPainter, view: View) -> None:
        page, margin = self._project.page, self._project.sheet.margin_mm
        inner = QRectF(0.0, 0.0, page.width_mm, page.height_mm).adjusted(margin, margin, -margin, -margin)
        if self.canvas.scene.page is not None and inner.isValid() and margin > 0.0:
            accent = QColor(theme.LIGHT.accent)
            accent.setAlpha(130)
            painter.setPen(QPen(accent, 1.0, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(view.rect_px(inner))

    def _leave_empty(self) -> None:
        self.session.room_asked.emit("explore" if self._project.sheet.source == BOARD else "pattern")

    # Making

    def _make_actions(self) -> None:
        self.as_drawn = self.add_action(
            tr("As drawn"), "D", tip=tr("The strokes in the order of the motifs"), checkable=True
        )
        self.as_routed = self.add_action(
            tr("Routed"), "R", tip=tr("The strokes in the order that takes the least time"), checkable=True
        )
        self.shows_travel = self.add_action(
            tr("Travel"), "T", icon_name="eye", tip=tr("Show the ways with the pen up, in grey"), checkable=True
        )
        self.to_plot = self.add_action(tr("To plot"), "P", icon_name="plot", tip=tr("Go on to the plotter"))
        self.shows_travel.setChecked(True)
        self.as_drawn.triggered.connect(lambda: self._choose_route(routed=False))
        self.as_routed.triggered.connect(lambda: self._choose_route(routed=True))
        self.shows_travel.toggled.connect(lambda _: self._show())
        self.to_plot.triggered.connect(lambda: self.session.room_asked.emit("plot"))

    def _choose_route(self, *, routed: bool) -> None:
        sheet = self.session.project.sheet
        self.session.change(tr("Route"), sheet=replace(sheet, routed=routed))
        # A click on what is chosen already would let it go.
        self.as_routed.setChecked(routed)
        self.as_drawn.setChecked(not routed)

    def _layout(self) -> QWidget:
        sheet_side = QWidget()
        column = QVBoxLayout(sheet_side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tool_bar())
        column.addWidget(self.canvas, 1)
        foot = QFrame()
        foot.setObjectName("toolBar")
        row = QHBoxLayout(foot)
        row.setContentsMargins(12, 7, 12, 7)
        row.addWidget(self.caption, 1)
        column.addWidget(foot)
        self._stack = QStackedWidget()
        self._stack.addWidget(sheet_side)
        self._stack.addWidget(self.empty)
        return self._stack

    def _tool_bar(self) -> QWidget:
        bar = QFrame()
        bar.setObjectName("toolBar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(2)
        for action in (self.as_drawn, self.as_routed):
            row.addWidget(_button(action, with_icon=False))
        row.addSpacing(8)
        row.addWidget(_button(self.shows_travel, with_icon=True))
        row.addStretch(1)
        self.handle = DragHandle(self.write_for_drag, lambda path: drag_file(self.handle, path, self.canvas.grab()))
        row.addWidget(self.handle)
        row.addWidget(onward_button(self.to_plot, "plot"))
        return bar


def _has_content(project: Project) -> bool:
    return bool(board_sketches(project) if project.sheet.source == BOARD else project.pattern.motifs)


def _missing(project: Project) -> tuple[str, str]:
    """What an empty sheet waits for, and what its button does about it."""
    if project.sheet.source == BOARD:
        return tr("The board shows the cells of Explore that are marked. There are none yet."), tr("Mark some cells")
    return tr("A sheet shows a pattern or a grid on paper. There is none yet."), tr("Make a pattern")


def _button(action: QAction, *, with_icon: bool) -> QToolButton:
    button = FlatButton("plus", action.toolTip())
    button.setDefaultAction(action)
    button.setIconSize(QSize(19, 19))
    style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if with_icon else Qt.ToolButtonStyle.ToolButtonTextOnly
    button.setToolButtonStyle(style)
    return button
