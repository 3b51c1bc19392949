"""Light and dark: one accent colour, quiet greys, and paper that stays paper."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from sketchdesign.gui.stylesheet import stylesheet


@dataclass(frozen=True)
class Theme:
    """Colours as ``#rrggbb``.

    Attributes:
        window: behind everything.
        panel: docks and inspector.
        raised: fields and buttons; ``hover``: under the pointer.
        border: hair lines.
        text, quiet: writing, and writing that steps back.
        accent, accent_text: what is chosen, and writing on it.
        accent_soft: a wash of the accent behind chosen things.
        desk: around the paper on the canvas.
        warning: for errors and dangers.
    """

    name: str
    window: str
    panel: str
    raised: str
    hover: str
    border: str
    text: str
    quiet: str
    accent: str
    accent_text: str
    accent_soft: str
    desk: str
    warning: str


PAPER = "#fffdf8"
"""The paper's colour by day and by night."""
PAPER_DOTS = "#d9d3c6"
INK = "#22211f"

LIGHT = Theme(
    "light",
    window="#f4f4f2",
    panel="#fafaf9",
    raised="#ffffff",
    hover="#ececea",
    border="#dddcd8",
    text="#25262a",
    quiet="#6b6d74",
    accent="#3f5fd8",
    accent_text="#ffffff",
    accent_soft="#e4e9fb",
    desk="#e7e6e2",
    warning="#b3261e",
)
DARK = Theme(
    "dark",
    window="#1d1e21",
    panel="#232427",
    raised="#2e3034",
    hover="#393b40",
    border="#3a3c41",
    text="#e9e9ea",
    quiet="#a0a2a9",
    accent="#8ba2ff",
    accent_text="#14161d",
    accent_soft="#303a5e",
    desk="#17181a",
    warning="#ff8a80",
)

_current = LIGHT


def theme() -> Theme:
    """The theme that is shown."""
    return _current


def colour(name: str) -> QColor:
    """A colour of the theme by its field's name."""
    return QColor(getattr(_current, name))


def system_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark


def apply_theme(choice: str) -> None:
    """Show "light", "dark" or, for "system", what the desktop shows.

    The palette is our own in every case: several platforms ignore a colour scheme that is asked for.
    """
    global _current
    dark = choice == "dark" or (choice == "system" and system_is_dark())
    _current = DARK if dark else LIGHT
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    if choice != "system":
        scheme = Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light
        QGuiApplication.styleHints().setColorScheme(scheme)
    application.setStyle(QStyleFactory.create("Fusion"))
    application.setPalette(_palette(_current))
    application.setStyleSheet(stylesheet(_current))


def _palette(shown: Theme) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    colours = {
        role.Window: shown.panel,
        role.WindowText: shown.text,
        role.Base: shown.raised,
        role.AlternateBase: shown.panel,
        role.Text: shown.text,
        role.PlaceholderText: shown.quiet,
        role.Button: shown.raised,
        role.ButtonText: shown.text,
        role.BrightText: shown.warning,
        role.Highlight: shown.accent,
        role.HighlightedText: shown.accent_text,
        role.ToolTipBase: shown.raised,
        role.ToolTipText: shown.text,
        role.Link: shown.accent,
        role.Light: shown.raised,
        role.Midlight: shown.hover,
        role.Mid: shown.border,
        role.Dark: shown.border,
        role.Shadow: shown.border,
        role.Accent: shown.accent,
    }
    for each, value in colours.items():
        palette.setColor(each, QColor(value))
    for each in (role.WindowText, role.Text, role.ButtonText):
        faint = QColor(shown.quiet)
        faint.setAlpha(140)
        palette.setColor(group.Disabled, each, faint)
    return palette
