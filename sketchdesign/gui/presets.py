"""Presets in the window: a small menu beside the groups that have some, and the same as commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Self

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QMenu, QToolButton

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.gui.fields import FlatButton
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.services.project.presets import (
    SUFFIX,
    Preset,
    forget_preset,
    keep_preset,
    load_presets,
    preset_of,
    read_preset,
    write_preset,
)

_BUTTON = QSize(24, 24)

PANELS_OF_ROOMS = {"explore": ("explore",), "pattern": ("pattern", "pens"), "sheet": ("page", "pens")}
"""Which panels each workspace shows, by its key."""


def panel_title(panel: str) -> str:
    """A panel as a person knows it."""
    return {"pattern": tr("Layout"), "explore": tr("Grid"), "page": tr("Page"), "pens": tr("Pens")}[panel]


class PresetShelf(QObject):
    """All presets of a person; one shelf for each session."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.presets: list[Preset] = []
        task = session.workers.call("presets", tr("Reading"), lambda: load_presets(session.folders), quiet=True)
        task.follow(self, finished=self._take)

    @classmethod
    def of(cls, session: Session) -> Self:
        """The shelf of a session, made when it is first asked for."""
        known = session.findChild(cls)
        return known if isinstance(known, cls) else cls(session)

    def on(self, panel: str) -> list[Preset]:
        """Those of a panel, by name."""
        return [preset for preset in self.presets if preset.panel == panel]

    def apply(self, preset: Preset) -> None:
        """Give the project these settings; it can be undone."""
        try:
            after = preset.applied(self._session.project)
        except SketchDesignError as error:
            self._session.report(error)
            return
        parts = {each.name: getattr(after, each.name) for each in fields(after)}
        self._session.change(tr("Preset {name}").format(name=preset.name), **parts)

    def keep(self, panel: str, name: str) -> None:
        """Keep what a panel shows under a name."""
        try:
            preset = preset_of(self._session.project, panel, name)
        except SketchDesignError as error:
            self._session.report(error)
            return
        self._add(preset, tr("Kept the preset {name}").format(name=preset.name))

    def remove(self, preset: Preset) -> None:
        """Delete one; the message bar offers it back."""

        def tell() -> None:
            words = tr("Deleted the preset {name}").format(name=preset.name)
            self._session.say(words, (tr("Bring it back"), lambda: self._add(preset)))

        self._write(lambda: forget_preset(preset, self._session.folders), tell)

    def bring(self, path: Path, then: Callable[[Preset], object] | None = None) -> None:
        """Import a preset from a file."""

        def take(preset: Preset) -> None:
            self._add(preset, tr("Imported the preset {name}").format(name=preset.name))
            if then is not None:
                then(preset)

        self._session.workers.call("preset", tr("Opening"), lambda: read_preset(path)).follow(self, finished=take)

    def export(self, preset: Preset, path: Path) -> None:
        """Write one to a file of the person's choice."""
        task = self._session.workers.call("export", tr("Exporting"), lambda: write_preset(preset, path))
        task.follow(self, finished=lambda _: self._session.say(tr("Exported {name}").format(name=path.name)))

    def _add(self, preset: Preset, words: str = "") -> None:
        def tell() -> None:
            if words:
                self._session.say(words)

        self._write(lambda: keep_preset(preset, self._session.folders), tell)

    def _write(self, act: Callable[[], None], then: Callable[[], None]) -> None:
        """Change the folder, and show what it holds afterwards."""

        def work() -> list[Preset]:
            act()
            return load_presets(self._session.folders)

        def take(presets: list[Preset]) -> None:
            self._take(presets)
            then()

        self._session.workers.call("presets", tr("Saving"), work).follow(self, finished=take)

    def _take(self, presets: Iterable[Preset]) -> None:
        self.presets = list(presets)
        self.changed.emit()


class PresetButton(FlatButton):
    """Beside a panel's name: its presets, and what can be done with them."""

    def __init__(self, session: Session, panel: str) -> None:
        super().__init__("bookmark", tr("Presets: keep these settings under a name, or take others"))
        self.setIconSize(QSize(15, 15))
        self.setFixedSize(_BUTTON)
        self._menu = PresetMenu(session, (panel,))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(self._menu)


class PresetMenu(QMenu):
    """Presets of some panels; it is made anew each time it opens."""

    def __init__(self, session: Session, panels: Sequence[str] = ()) -> None:
        super().__init__(tr("Presets"))
        self._shelf = PresetShelf.of(session)
        self._session = session
        self.panels = panels
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """List what there is."""
        self.clear()
        for panel in self.panels:
            if len(self.panels) > 1:
                self.addSection(panel_title(panel))
            self._fill_panel(panel)
        if self.panels:
            self.addSeparator()
        self.addAction(tr("Import a preset\u2026")).triggered.connect(lambda _=False: ask_import(self._session))

    def _fill_panel(self, panel: str) -> None:
        presets = self._shelf.on(panel)
        for preset in presets:
            self.addAction(preset.name).triggered.connect(partial(self._apply, preset))
        if presets:
            self.addSeparator()
        keep = self.addAction(tr("Keep these settings\u2026"))
        keep.triggered.connect(lambda _=False: ask_name(self._session, panel))
        if presets:
            self._submenu(tr("Export"), presets, lambda preset: ask_export(self._session, preset))
            self._submenu(tr("Delete"), presets, self._shelf.remove)

    def _submenu(self, title: str, presets: Sequence[Preset], act: Callable[[Preset], object]) -> None:
        menu = self.addMenu(title)
        for preset in presets:
            menu.addAction(preset.name).triggered.connect(lambda _=False, preset=preset: act(preset))

    def _apply(self, preset: Preset, _checked: bool = False) -> None:
        self._shelf.apply(preset)


def preset_commands(session: Session, room: str, parent: QObject) -> list[QAction]:
    """What the command palette offers in a workspace: each preset by its name, and keeping another."""
    shelf, commands = PresetShelf.of(session), []
    for panel in PANELS_OF_ROOMS.get(room, ()):
        title = panel_title(panel)
        for preset in shelf.on(panel):
            action = QAction(tr("{panel} preset: {name}").format(panel=title, name=preset.name), parent)
            action.triggered.connect(lambda _=False, preset=preset: shelf.apply(preset))
            commands.append(action)
        keep = QAction(tr("Keep a preset: {panel}\u2026").format(panel=title), parent)
        keep.triggered.connect(lambda _=False, panel=panel: ask_name(session, panel))
        commands.append(keep)
    return commands


def ask_name(session: Session, panel: str) -> None:
    """Ask for a name, and keep what a panel shows under it."""
    window = QApplication.activeWindow()
    name, chosen = QInputDialog.getText(window, tr("Keep a preset"), tr("Name of the preset"))
    if chosen and name.strip():
        PresetShelf.of(session).keep(panel, name.strip())


def ask_export(session: Session, preset: Preset) -> None:
    """Ask for a file, and write a preset to it."""
    window = QApplication.activeWindow()
    path, _ = QFileDialog.getSaveFileName(
        window, tr("Export"), f"{preset.name.replace('/', '-')}{SUFFIX}", tr("Presets") + f" (*{SUFFIX})"
    )
    if path:
        chosen = Path(path)
        named = chosen if chosen.name.endswith(SUFFIX) else chosen.with_name(chosen.name + SUFFIX)
        PresetShelf.of(session).export(preset, named)


def ask_import(session: Session) -> None:
    """Ask for a file, and keep the preset that it holds."""
    window = QApplication.activeWindow()
    path, _ = QFileDialog.getOpenFileName(window, tr("Import a preset"), "", tr("Presets") + f" (*{SUFFIX})")
    if path:
        PresetShelf.of(session).bring(Path(path))
