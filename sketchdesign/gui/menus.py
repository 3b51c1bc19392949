"""The menu bar, and what its commands do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QMenuBar

from sketchdesign.gui.about import AboutDialog
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.opening import PALETTE_ENDINGS
from sketchdesign.gui.palettes import ask_palette
from sketchdesign.gui.parts import go_to_part
from sketchdesign.gui.preferences_dialog import PreferencesDialog
from sketchdesign.gui.presets import PANELS_OF_ROOMS, PresetMenu, preset_commands
from sketchdesign.gui.shortcuts import ShortcutsDialog
from sketchdesign.gui.workspace import make_action, rooms
from sketchdesign.services.preferences import THEMES
from sketchdesign.services.project.file import SUFFIX

if TYPE_CHECKING:
    from sketchdesign.gui.main_window import MainWindow
    from sketchdesign.gui.workers import Task


class Menus:
    """Makes the actions of the window once; the open workspace has a menu of its own among them."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._session = window.session
        self.bar = QMenuBar()
        self._actions: list[QAction] = []
        self._offered: list[QAction] = []
        self._file_menu()
        self._edit_menu()
        self._view_menu()
        self._room_menu = QMenu(tr("Workspace"))
        self.bar.addMenu(self._room_menu)
        self._go_menu()
        self._help_menu()

    def all_actions(self) -> list[QAction]:
        """All that can be done in any workspace, and the presets of the open one."""
        for action in self._offered:
            action.deleteLater()
        self._offered = preset_commands(self._session, self._window.room, self._presets)
        return [*self._actions, *self._offered]

    def show_room(self, title: str, actions: Sequence[QAction]) -> None:
        """Give the open workspace its menu."""
        self._room_menu.setTitle(title)
        self._presets.panels = PANELS_OF_ROOMS.get(self._window.room, ())
        self._room_menu.clear()
        self._room_menu.addActions(list(actions))
        self._room_menu.menuAction().setVisible(bool(actions))

    def new(self) -> None:
        if self._window.may_leave_project(self.new):
            self._session.new_project()

    def open(self) -> None:
        palettes = " ".join(f"*{ending}" for ending in PALETTE_ENDINGS)
        kinds = f"*{SUFFIX} *.svg *.ndjson *.npz *.bin *.safetensors *.json *.index {palettes}"
        path, _ = QFileDialog.getOpenFileName(
            self._window, tr("Open"), "", tr("Projects, sketches and models") + f" ({kinds})"
        )
        if path:
            self._window.open_path(Path(path))

    def save(self) -> Task | None:
        """Save to the project's file, or ask for one; None where the person changed their mind."""
        if self._session.path is None:
            return self.save_as()
        return self._session.save_file(self._session.path, self._window.thumbnail())

    def save_as(self) -> Task | None:
        path, _ = QFileDialog.getSaveFileName(
            self._window, tr("Save as"), str(self._session.path or ""), tr("Projects") + f" (*{SUFFIX})"
        )
        if not path:
            return None
        chosen = Path(path)
        chosen = chosen if chosen.suffix == SUFFIX else chosen.with_name(chosen.name + SUFFIX)
        return self._session.save_file(chosen, self._window.thumbnail())

    def export(self) -> None:
        kinds = self._window.workspace.export_filter()
        if not kinds:
            self._session.say(tr("There is nothing to export in this workspace yet"))
            return
        path, chosen = QFileDialog.getSaveFileName(self._window, tr("Export"), "", kinds)
        if path:
            ending = chosen.partition("*")[2].partition(")")[0].partition(" ")[0]
            self._window.workspace.export(Path(path) if Path(path).suffix else Path(path + ending))

    def shortcuts(self) -> ShortcutsDialog:
        """Show all keys."""
        window = self._window
        dialog = ShortcutsDialog(window, self._room_menu.title(), window.workspace.actions, self._actions)
        dialog.open()
        return dialog

    def _file_menu(self) -> None:
        menu = self._menu(tr("&File"))
        self._add(menu, tr("New project"), self.new, "Ctrl+N")
        self._add(menu, tr("Open\u2026"), self.open, "Ctrl+O", "open")
        self._recent = QMenu(tr("Open recent"))
        self._recent.aboutToShow.connect(self._list_recent)
        menu.addMenu(self._recent)
        menu.addSeparator()
        self._add(menu, tr("Save"), self.save, "Ctrl+S", "save")
        self._add(menu, tr("Save as\u2026"), self.save_as, "Ctrl+Shift+S")
        menu.addSeparator()
        self._add(menu, tr("Import a palette\u2026"), lambda: ask_palette(self._session))
        self._add(menu, tr("Export\u2026"), self.export, "Ctrl+E", "export")
        menu.addSeparator()
        self._add(menu, tr("Quit"), self._window.close, "Ctrl+Q")

    def _edit_menu(self) -> None:
        menu = self._menu(tr("&Edit"))
        history = self._session.history
        for action, keys in (
            (history.createUndoAction(self._window, tr("Undo")), QKeySequence.StandardKey.Undo),
            (history.createRedoAction(self._window, tr("Redo")), QKeySequence.StandardKey.Redo),
        ):
            action.setShortcuts(keys)
            menu.addAction(action)
            self._actions.append(action)
        menu.addSeparator()
        self._presets = PresetMenu(self._session)
        menu.addMenu(self._presets)
        self._add(menu, tr("Preferences\u2026"), self._preferences, "Ctrl+,", "settings")

    def _view_menu(self) -> None:
        window = self._window
        menu = self._menu(tr("&View"))
        self._add(menu, tr("Zoom in"), lambda: window.zoom_by(1.25), "Ctrl++")
        self._add(menu, tr("Zoom out"), lambda: window.zoom_by(0.8), "Ctrl+-")
        self._add(menu, tr("Fit"), lambda: window.zoom(0.0), "Ctrl+0", "fit")
        self._add(menu, tr("Life size"), lambda: window.zoom(100.0), "Ctrl+1")
        menu.addSeparator()
        self._add(menu, tr("Hide or show the sides"), window.toggle_sides, "Ctrl+\\")
        for dock in window.docks:
            menu.addAction(dock.toggleViewAction())
            self._actions.append(dock.toggleViewAction())
        self._add(menu, tr("Reset the layout"), window.reset_layout)
        menu.addSeparator()
        self._theme_menu(menu)
        self._add(menu, tr("Full screen"), self._full_screen, "F11")

    def _theme_menu(self, menu: QMenu) -> None:
        names = {"system": tr("Theme of the system"), "light": tr("Light theme"), "dark": tr("Dark theme")}
        self._themes = QActionGroup(self._window)
        for key in THEMES:
            action = self._add(menu, names[key], lambda key=key: self._session.set_preferences(theme=key))
            action.setCheckable(True)
            action.setChecked(self._session.preferences.theme == key)
            self._themes.addAction(action)
        menu.addSeparator()

    def _go_menu(self) -> None:
        menu = self._menu(tr("&Go"))
        for number, room in enumerate(rooms(), 1):
            self._add(menu, room.title, lambda key=room.key: self._window.enter(key), f"Ctrl+F{number}", room.icon_name)
        menu.addSeparator()
        self._add(menu, tr("Next part of the window"), lambda: self._go_to_part(1), "F6")
        self._add(menu, tr("Part of the window before"), lambda: self._go_to_part(-1), "Shift+F6")

    def _go_to_part(self, step: int) -> None:
        go_to_part(self._window.parts, step)

    def _help_menu(self) -> None:
        menu = self._menu(tr("&Help"))
        self._add(menu, tr("Search commands"), self._window.search_commands, "Ctrl+K", "search")
        self._add(menu, tr("Keyboard shortcuts"), self.shortcuts, "F1")
        self._add(menu, tr("About sketchdesign"), lambda: AboutDialog(self._window).open())

    def _menu(self, title: str) -> QMenu:
        menu = QMenu(title)
        self.bar.addMenu(menu)
        self._menus = [*getattr(self, "_menus", []), menu]
        return menu

    def _add(
        self, menu: QMenu, text: str, act: Callable[..., object], shortcut: str = "", icon_name: str = ""
    ) -> QAction:
        action = make_action(self._window, text, shortcut, icon_name=icon_name)
        action.triggered.connect(lambda _checked=False: act())
        menu.addAction(action)
        self._actions.append(action)
        return action

    def _list_recent(self) -> None:
        self._recent.clear()
        for path in self._session.preferences.recent_files():
            self._recent.addAction(path.name).triggered.connect(partial(self._window.open_path, path))
        if self._recent.isEmpty():
            self._recent.addAction(tr("No project was saved yet")).setEnabled(False)

    def _preferences(self) -> None:
        PreferencesDialog(self._window, self._session).open()

    def _full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()
