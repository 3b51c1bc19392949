"""The frame around the workspaces: switcher, docks, inspector, message bar and status strip."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QTabWidget,
    QUndoView,
    QVBoxLayout,
    QWidget,
)

from sketchdesign.gui import opening
from sketchdesign.gui.command_palette import CommandPalette
from sketchdesign.gui.docks.activity import JobsPanel, LogPanel
from sketchdesign.gui.docks.library import LibraryPanel
from sketchdesign.gui.docks.models import ModelsPanel
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.menus import Menus
from sketchdesign.gui.message_bar import MessageBar
from sketchdesign.gui.mime import SKETCHES, sketches_of
from sketchdesign.gui.palettes import import_palette
from sketchdesign.gui.presets import PresetShelf
from sketchdesign.gui.session import Session
from sketchdesign.gui.status_strip import StatusStrip
from sketchdesign.gui.theme import apply_theme
from sketchdesign.gui.top_bar import TopBar
from sketchdesign.gui.workspace import Workspace, rooms
from sketchdesign.services.project.state import KeptSketch, Project

LAYOUT_VERSION = 1
LEFT_PX, RIGHT_PX = 268, 284
_SMALLEST = (980, 620)
_PIECE_EVERY_MS = 60


class MainWindow(QMainWindow):
    """The window of one session. Another language makes another window of the same session."""

    first_painted = Signal()
    """It is on the screen, with all that is in it."""

    def __init__(self, session: Session, room: str = "sketch") -> None:
        super().__init__()
        self.session = session
        self.asks_before_closing = True
        self._theme = session.preferences.theme
        self._is_painted = False
        self._rooms = {each.key: each for each in rooms()}
        self._made: dict[str, Workspace] = {}
        self._making: dict[str, Iterator[None]] = {}
        self._ahead = QTimer(self, interval=_PIECE_EVERY_MS)
        self._ahead.timeout.connect(self._make_more)
        self.room = ""
        self.setMinimumSize(*_SMALLEST)
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.top_bar = TopBar(list(self._rooms.values()))
        self.message_bar = MessageBar()
        self.status_strip = StatusStrip(session)
        self.library = LibraryPanel(session)
        self.models = ModelsPanel(session)
        self._middle = QStackedWidget()
        self._inspectors = QStackedWidget()
        self._inspectors.setObjectName("inspector")
        self._build_docks()
        self.menus = Menus(self)
        self._build_frame()
        self._connect()
        self.enter(room)
        self._restore_layout()
        self._show_title()

    @property
    def workspace(self) -> Workspace:
        """The open workspace."""
        return self._made[self.room]

    @property
    def parts(self) -> list[QWidget]:
        """From the top to the bottom, and from the left to the right."""
        *left, inspector = self.docks
        return [self.top_bar, *left, self._centre, inspector, self.status_strip]

    def enter(self, key: str) -> Workspace:
        """Open a workspace; it is made when it is first entered, if not before."""
        if key == self.room:
            return self.workspace
        for _piece in self._pieces_of(key):
            pass
        if self.room:
            self.workspace.deactivate()
        self.room = key
        workspace = self.workspace
        self._middle.setCurrentWidget(workspace.widget)
        self._inspectors.setCurrentWidget(workspace.inspector)
        self.top_bar.show_room(key)
        for name, made in self._made.items():
            for action in made.actions:
                # What is in a closed room must not answer to its keys.
                action.setVisible(name == key)
                action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self.menus.show_room(self._rooms[key].title, workspace.actions)
        workspace.load(self.session.project)
        workspace.activate()
        self._show_zoom()
        return workspace

    def make_rooms(self) -> None:
        """Make the rooms that nobody has entered yet, piece by piece: made when it is entered, one is waited for."""
        self._ahead.start()

    def commands(self) -> list[QAction]:
        """All that the command palette offers."""
        return [*self.menus.all_actions(), *self.workspace.actions]

    def search_commands(self) -> CommandPalette:
        palette = CommandPalette(self, self.commands())
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.show()
        palette.line.setFocus()
        return palette

    def toggle_sides(self) -> None:
        """Hide both sides, or show them again."""
        hide = any(dock.isVisible() for dock in self.docks)
        for dock in self.docks:
            dock.setVisible(not hide)

    def reset_layout(self) -> None:
        """Docks as they were at first."""
        self.restoreState(self._first_layout, LAYOUT_VERSION)

    def zoom(self, percent: float) -> None:
        """Zoom the open workspace's canvas; 0 fits everything."""
        canvas = self.workspace.canvas
        if canvas is None:
            return
        if percent:
            canvas.zoom_to(percent)
        else:
            canvas.fit()

    def zoom_by(self, factor: float) -> None:
        if self.workspace.canvas is not None:
            self.workspace.canvas.zoom_by(factor)

    def open_path(self, path: Path) -> None:
        """Open a file of any known kind."""
        kind = opening.kind_of(path)
        if kind == "model":
            self.models.choose(str(path))
        elif kind == "palette":
            import_palette(self.session, path)
        elif kind == "preset":
            shelf = PresetShelf.of(self.session)
            shelf.bring(path, shelf.apply)
        elif kind == "sketch":
            if not self.workspace.open_file(path):
                opening.open_drawing(self.session, path)
        elif self.may_leave_project(lambda: self.open_path(path)):
            self.session.open_file(path)

    def take(self, kept: Sequence[KeptSketch]) -> None:
        """Give sketches to the open workspace."""
        if kept:
            self.workspace.take(kept)

    def may_leave_project(self, then: Callable[[], object]) -> bool:
        """Ask what to do with work that is not saved; False to stay. Once it is saved, ``then`` is called."""
        if not self.session.is_dirty or not self.asks_before_closing:
            return True
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self,
            "sketchdesign",
            tr("Keep the changes of this project?"),
            buttons.Save | buttons.Discard | buttons.Cancel,
            buttons.Save,
        )
        if answer == buttons.Save:
            saving = self.menus.save()
            if saving is not None:
                saving.follow(self, finished=lambda _: then())
            return False
        return bool(answer == buttons.Discard)

    def thumbnail(self) -> bytes:
        """The open workspace as a small PNG."""
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.workspace.widget.grab().scaledToWidth(256, Qt.TransformationMode.SmoothTransformation).save(buffer, "PNG")
        return bytes(data.data())

    def leave(self) -> None:
        """Make room for another window of the same session."""
        self.hide()
        self.deleteLater()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if opening.files_of(event.mimeData()) or event.mimeData().hasFormat(SKETCHES):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        self.take(sketches_of(event.mimeData()))
        for path in opening.files_of(event.mimeData()):
            self.open_path(path)
        event.acceptProposedAction()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            # What lies within it is painted after it.
            QTimer.singleShot(0, self.first_painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if not self.may_leave_project(self.close):
            event.ignore()
            return
        state = b"|".join([self.saveGeometry().toBase64().data(), self.saveState(LAYOUT_VERSION).toBase64().data()])
        self.session.set_preferences(window=state.decode())
        super().closeEvent(event)

    def _make_more(self) -> None:
        """A piece of the next room, unless a person drags something."""
        if QGuiApplication.mouseButtons() is not Qt.MouseButton.NoButton:
            return
        key = next((key for key in self._rooms if key not in self._made), None)
        if key is None:
            self._ahead.stop()
        else:
            next(self._pieces_of(key), None)

    def _pieces_of(self, key: str) -> Iterator[None]:
        """What is still to be done for a room; nothing for one that is made."""
        if key in self._made:
            return iter(())
        return self._making.setdefault(key, self._make(key))

    def _make(self, key: str) -> Iterator[None]:
        workspace = self._rooms[key].enter(self.session)
        workspace.setParent(self)
        yield
        self._middle.addWidget(workspace.widget)
        yield
        self._inspectors.addWidget(workspace.inspector)
        yield
        self.addActions(workspace.actions)
        for action in workspace.actions:
            action.setVisible(False)
        self._made[key] = workspace
        if workspace.canvas is not None:
            workspace.canvas.view_changed.connect(self._show_zoom)
            workspace.canvas.keeps_tab = True
            workspace.canvas.tab_pressed.connect(self.toggle_sides)

    def _build_docks(self) -> None:
        history = QUndoView(self.session.history)
        history.setEmptyLabel(tr("As it was opened"))
        history.setAccessibleName(tr("History"))
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        library = self._dock("library", tr("Library"), self.library, left)
        models = self._dock("models", tr("Models"), self.models, left)
        others = [
            self._dock("history", tr("History"), history, left),
            self._dock("jobs", tr("Jobs"), JobsPanel(self.session), left),
            self._dock("log", tr("Log"), LogPanel(self.session), left),
        ]
        inspector = self._dock("inspectorDock", tr("Inspector"), self._inspectors, right)
        self.docks = [library, models, *others, inspector]
        for dock in others:
            self.tabifyDockWidget(models, dock)
        for dock in (models, *others):
            # The tab says its name.
            dock.setTitleBarWidget(QWidget())
        models.raise_()
        self.resizeDocks([library, inspector], [LEFT_PX, RIGHT_PX], Qt.Orientation.Horizontal)
        self.resizeDocks([library, models], [1, 1], Qt.Orientation.Vertical)
        self._first_layout = self.saveState(LAYOUT_VERSION)

    def _dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(name)
        widget.setObjectName(widget.objectName() or "dockBody")
        widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        dock.setWidget(widget)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        dock.setMinimumWidth(200)
        self.addDockWidget(area, dock)
        return dock

    def _build_frame(self) -> None:
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.menus.bar)
        column.addWidget(self.top_bar)
        self.setMenuWidget(head)
        self._centre = QWidget()
        column = QVBoxLayout(self._centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.message_bar)
        column.addWidget(self._middle, 1)
        self.setCentralWidget(self._centre)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(0, 0, 0, 0)
        self.statusBar().addWidget(self.status_strip, 1)

    def _connect(self) -> None:
        session = self.session
        session.project_changed.connect(self._load)
        session.path_changed.connect(self._show_title)
        session.message.connect(self.message_bar.show_message)
        session.preferences_changed.connect(self._follow_preferences)
        session.room_asked.connect(self.enter)
        self.top_bar.chosen.connect(self.enter)
        self.top_bar.search_asked.connect(self.search_commands)
        self.status_strip.zoom_asked.connect(self.zoom)
        self.library.taken.connect(self.take)

    def _load(self, project: Project) -> None:
        self.workspace.load(project)
        self._show_title()

    def _follow_preferences(self) -> None:
        if self.session.preferences.theme != self._theme:
            # Dressing every widget anew takes long.
            self._theme = self.session.preferences.theme
            apply_theme(self._theme)
        self.status_strip.load(self.session.project)

    def _show_zoom(self) -> None:
        if self.workspace.canvas is not None:
            self.status_strip.show_zoom(self.workspace.canvas.zoom_percent())

    def _show_title(self) -> None:
        path = self.session.path
        name = path.stem if path is not None else tr("Untitled")
        self.setWindowTitle(f"{name}[*] \u2013 sketchdesign")
        self.setWindowModified(self.session.is_dirty)

    def _restore_layout(self) -> None:
        geometry, _, state = self.session.preferences.window.partition("|")
        if not (state and self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))):
            self.resize(1280, 800)
            return
        self.restoreState(QByteArray.fromBase64(state.encode()), LAYOUT_VERSION)
