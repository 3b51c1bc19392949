"""About: version, and what the app is made of with its licences."""

from __future__ import annotations

from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata, requires

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from sketchdesign import __version__
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.icons import app_icon

_ICON_PX = 64

_TAB_PX = 130.0


class AboutDialog(QDialog):
    """Names every library that is installed with the app."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About sketchdesign"))
        title = QLabel(f"sketchdesign {__version__}")
        title.setObjectName("title")
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(QSize(_ICON_PX, _ICON_PX), self.devicePixelRatioF()))
        head = QHBoxLayout()
        head.setSpacing(_ICON_PX // 4)
        head.addWidget(picture)
        head.addWidget(title, 1)
        text = QLabel(
            tr(
                "Drawings by sketch-rnn (Ha and Eck, 2017) as patterns, sheets and plots. MIT licence. "
                "Qt is used under the LGPL version 3, as shared libraries."
            )
        )
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        licences = QPlainTextEdit("\n".join("\t".join(row) for row in libraries()))
        licences.setTabStopDistance(_TAB_PX)
        licences.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        licences.setReadOnly(True)
        licences.setAccessibleName(tr("Libraries and licences"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(head)
        for widget in (text, licences, buttons):
            column.addWidget(widget)
        self.resize(660, 500)


def libraries() -> list[tuple[str, str, str]]:
    """Name, version and licence of each library that the app declares and that is installed."""
    rows = []
    for requirement in requires("sketchdesign") or []:
        if "extra ==" in requirement:
            continue
        name = requirement.split(">")[0].split("<")[0].split("=")[0].split("[")[0].strip()
        try:
            about = metadata(name)
        except PackageNotFoundError:
            continue
        rows.append((name, about["Version"], _licence(about)))
    return sorted(rows, key=lambda row: row[0].lower())


def _licence(about: PackageMetadata) -> str:
    named = [line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    texts = [about[field] for field in ("License-Expression", "License") if field in about]
    # Some packages put the whole text of the licence here.
    short = [text for text in texts if len(text) < 60]
    return short[0] if short else ", ".join(named) or tr("see its package")
