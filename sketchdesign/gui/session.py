"""What all parts of the window share: the project, its history, the workers, the library and the preferences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.gui.collector import MainThreadCollector
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.undo import ProjectEdit
from sketchdesign.gui.workers import FILES, Failure, Task, Workers
from sketchdesign.services.folders import UserFolders
from sketchdesign.services.preferences import load_preferences, save_preferences
from sketchdesign.services.project.file import open_project, save_project
from sketchdesign.services.project.library import load_library, save_library
from sketchdesign.services.project.recovery import AUTOSAVE_S, Journal, LostWork
from sketchdesign.services.project.state import KeptSketch, Project

if TYPE_CHECKING:
    from sketchdesign.model.info import ModelInfo
    from sketchdesign.services.generate import GenerateSettings


@dataclass(frozen=True)
class Message:
    """What the message bar shows: one sentence, what to do, details to copy, and buttons."""

    text: str
    hint: str = ""
    details: str = ""
    is_error: bool = False
    actions: tuple[tuple[str, Callable[[], None]], ...] = field(default=())


class Session(QObject):
    """The heart of the app. Widgets read `project`, change it with `change`, and follow `project_changed`."""

    project_changed = Signal(object)
    """The project after an edit, undo or redo, or another project that was opened."""
    project_opened = Signal()
    """Another project took the place of the last."""
    path_changed = Signal()
    library_changed = Signal()
    preferences_changed = Signal()
    models_changed = Signal()
    message = Signal(object)
    """A `Message` for the person."""
    logged = Signal(str)
    room_asked = Signal(str)
    """The key of a workspace that should be entered."""

    def __init__(self, folders: UserFolders) -> None:
        super().__init__()
        self.folders = folders
        self.preferences = load_preferences(folders)
        self.library = load_library(folders)
        self.project = Project()
        self.path: Path | None = None
        self.model_infos: dict[str, ModelInfo] = {}
        self.log: list[str] = []
        self.history = QUndoStack(self)
        self.collector = MainThreadCollector(self, lambda: bool(self.workers.tasks))
        self.workers = Workers()
        self.workers.failed.connect(self.report)
        self.workers.model_opened.connect(self._remember_model)
        self._merges = 0
        self._saved = self.project
        self._journal: Journal | None = None
        self._can_autosave = True
        self._autosave = QTimer(self, singleShot=True, interval=int(AUTOSAVE_S * 500))
        self._autosave.timeout.connect(self._write_autosave)

    # The project

    def change(self, text: str, *, merge: str = "", **parts: Any) -> None:
        """Edit the project, so that it can be undone.

        Args:
            text: for the history, translated.
            merge: edits that follow each other with the same key become one, until `end_merge`.
            **parts: fields of `Project`, such as ``sketch=replace(project.sketch, temperature=0.3)``.
        """
        after = replace(self.project, **parts)
        if after != self.project:
            key = f"{merge} {self._merges}" if merge else ""
            self.history.push(ProjectEdit(text, self.project, after, self._show, key))

    def end_merge(self) -> None:
        """The drag is over: what follows is another edit."""
        self._merges += 1

    @property
    def is_dirty(self) -> bool:
        """The project holds something that its file does not."""
        return self.project != self._saved

    def new_project(self) -> None:
        self._replace(Project(), None)

    def begin_with(self, project: Project) -> None:
        """Another project that nobody has worked on yet, and so nothing would be lost with it."""
        self._replace(project, None)

    def open_file(self, path: Path) -> None:
        """Open a project file; a failure is reported and changes nothing."""
        task = self.workers.call("open", tr("Opening"), lambda: open_project(path))
        task.finished.connect(lambda project: self._opened(project, path))

    def save_file(self, path: Path, thumbnail: bytes = b"") -> Task:
        """Write the project; on success it is clean."""
        project = self.project
        task = self.workers.call("save", tr("Saving"), lambda: save_project(project, path, thumbnail))
        task.finished.connect(lambda _: self._was_saved(project, path))
        return task

    def recover(self, lost: LostWork) -> None:
        """Take up work that a crash left behind; it counts as not saved."""

        def opened(project: Project) -> None:
            self._replace(project, lost.original)
            self._saved = Project()
            self.path_changed.emit()
            if self.is_dirty:
                writing = self._write_autosave()
                if writing is not None:
                    # Not before it is kept again: this program may end unexpectedly, too.
                    writing.finished.connect(lambda _: lost.discard())
            else:
                lost.discard()

        self.workers.call("open", tr("Opening"), lambda: open_project(lost.path)).finished.connect(opened)

    # People, models, sketches

    def star(self, kept: Iterable[KeptSketch]) -> None:
        """Keep sketches in the library."""
        self._set_library(self.library.starred(kept))

    def unstar(self, kept: Iterable[KeptSketch]) -> None:
        self._set_library(self.library.without(kept))

    def set_preferences(self, **changes: Any) -> None:
        """Change preferences and keep them."""
        before, self.preferences = self.preferences, replace(self.preferences, **changes)
        if self.preferences != before:
            kept = self.preferences
            self._keep("preferences", lambda: save_preferences(kept, self.folders))
            self.preferences_changed.emit()

    def drawing_settings(self, count: int, temperature: float, class_name: str = "") -> GenerateSettings:
        """Settings for drawing with the project's seed on the chosen device."""
        from sketchdesign.model.sampling import Sampling
        from sketchdesign.services.generate import GenerateSettings

        return GenerateSettings(
            count,
            seed=self.project.seed,
            sampling=Sampling.preset("default", temperature),
            class_name=class_name or None,
            device=self.preferences.device,
            threads=self.preferences.threads or None,
        )

    def classes_of(self, model: str) -> tuple[str, ...]:
        """The classes of a model; none while it is not open."""
        info = self.model_infos.get(model)
        return info.classes if info is not None else ()

    # Telling the person

    def report(self, error: Failure | Exception) -> None:
        """Show what went wrong in the message bar."""
        failure = error if isinstance(error, Failure) else Failure.of(error)
        self.write_log(f"{failure.what}. {failure.hint}".strip())
        self.message.emit(Message(failure.what, failure.hint, failure.details, is_error=True))

    def say(self, text: str, *actions: tuple[str, Callable[[], None]]) -> None:
        """Show a note in the message bar, with buttons."""
        self.write_log(text)
        self.message.emit(Message(text, actions=actions))

    def write_log(self, text: str) -> None:
        self.log.append(text)
        self.logged.emit(text)

    def close(self) -> None:
        """End well: no autosave stays behind."""
        self._autosave.stop()
        self.workers.close()
        if self._journal is not None:
            self._journal.close()
        self.collector.stop()

    def _show(self, project: Project) -> None:
        self.project = project
        self._autosave_soon()
        self.project_changed.emit(project)

    def _opened(self, project: Project, path: Path) -> None:
        self._replace(project, path)
        self.set_preferences(recent=self.preferences.with_recent(path).recent)

    def _replace(self, project: Project, path: Path | None) -> None:
        self.project = self._saved = project
        self.path = path
        self.history.clear()
        self._forget_autosave()
        self.path_changed.emit()
        self.project_opened.emit()
        self.project_changed.emit(project)

    def _was_saved(self, project: Project, path: Path) -> None:
        self.path, self._saved = path, project
        if not self.is_dirty:
            self._forget_autosave()
        self.set_preferences(recent=self.preferences.with_recent(path).recent)
        self.path_changed.emit()
        self.write_log(tr("Saved {name}").format(name=path.name))

    def _set_library(self, library: Any) -> None:
        if library != self.library:
            self.library = library
            self._keep("library", lambda: save_library(library, self.folders))
            self.library_changed.emit()

    def _remember_model(self, name: str, info: ModelInfo) -> None:
        self.model_infos[name] = info
        self.models_changed.emit()

    def _autosave_soon(self) -> None:
        if self._can_autosave and not self._autosave.isActive():
            self._autosave.start()

    def _write_autosave(self) -> Task | None:
        if not self.is_dirty:
            self._forget_autosave()
            return None
        try:
            if self._journal is None:
                self._journal = Journal(self.folders)
        except SketchDesignError as error:
            # Once is enough: the folder will not be another one after the next edit.
            self._can_autosave = False
            self.report(error)
            return None
        journal, project, path = self._journal, self.project, self.path
        return self._autosaving(lambda: journal.write(project, path))

    def _forget_autosave(self) -> None:
        self._autosave.stop()
        if self._journal is not None:
            self._autosaving(self._journal.forget)

    def _autosaving(self, act: Callable[[], None]) -> Task:
        # A lane of its own: a large file that is being opened must not put it off.
        return self._keep("autosave", act, lane="autosave")

    def _keep(self, key: str, act: Callable[[], None], *, lane: str = FILES) -> Task:
        """Write what nobody asked to be written: nobody needs to hear of it, unless it fails."""
        task = self.workers.call(key, tr("Saving"), act, lane=lane, quiet=True)
        task.failed.connect(self.report)
        return task
