"""What happens and what happened: jobs that run, and the log."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from sketchdesign.gui.fields import FlatButton, ProgressLine
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.gui.workers import Task
from sketchdesign.services.jobs import Progress

_MOST_LINES = 2000


class JobsPanel(QScrollArea):
    """A row for each job, with its progress and a button that cancels it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._empty = QLabel(tr("No job is running."))
        self._empty.setObjectName("quiet")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        self.setWidget(page)
        session.workers.task_added.connect(self._add)

    def _add(self, task: Task) -> None:
        if task.quiet:
            return
        row = _JobRow(task)
        self._column.insertWidget(self._column.count() - 1, row)
        self._empty.hide()
        task.follow(row, ended=lambda: self._remove(row))

    def _remove(self, row: QWidget) -> None:
        self._column.removeWidget(row)
        row.deleteLater()
        self._empty.setVisible(self._column.count() <= 2)


class _JobRow(QWidget):
    def __init__(self, task: Task) -> None:
        super().__init__()
        self._bar = ProgressLine()
        self._bar.show_progress(0, 0)
        self._bar.setAccessibleName(task.title)
        cancel = FlatButton("close", tr("Cancel"))
        cancel.clicked.connect(task.cancel)
        left = QVBoxLayout()
        left.addWidget(QLabel(task.title))
        left.addWidget(self._bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(left, 1)
        layout.addWidget(cancel)
        task.progressed.connect(self._tell)

    def _tell(self, progress: Progress) -> None:
        self._bar.show_progress(progress.done, progress.total)


class LogPanel(QPlainTextEdit):
    """What the app said, to read again."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setMaximumBlockCount(_MOST_LINES)
        self.setAccessibleName(tr("Log"))
        self.setPlaceholderText(tr("Nothing was said yet."))
        for line in session.log:
            self._add(line)
        session.logged.connect(self._add)

    def _add(self, line: str) -> None:
        self.appendPlainText(line[:1].upper() + line[1:])
