"""Renders the program's icon from its drawing to the sizes of the icon theme, to an .ico and to an .icns.

    python packaging/render_icons.py

Run it when `sketchdesign/gui/app_icon.svg` has changed; a test compares the pictures with the drawing.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).resolve().parent / "icons"
DRAWING = FOLDER.parents[1] / "sketchdesign" / "gui" / "app_icon.svg"
THEME_PX = (16, 22, 24, 32, 48, 64, 128, 256, 512)
WINDOWS_PX = (16, 24, 32, 48, 64, 256)
MAC_PX = (16, 32, 64, 128, 256, 512, 1024)


def rendered(side_px: int) -> Image.Image:
    """The icon, ``side_px`` wide and high, drawn for that size. It needs a QGuiApplication."""
    canvas = QImage(side_px, side_px, QImage.Format.Format_ARGB32_Premultiplied)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(DRAWING)).render(painter)
    painter.end()
    plain = canvas.convertToFormat(QImage.Format.Format_RGBA8888)
    return Image.frombytes("RGBA", (side_px, side_px), bytes(plain.constBits()))


def theme_file(side_px: int) -> Path:
    """Where the picture of one size of the icon theme is kept."""
    return FOLDER / f"sketchdesign-{side_px}.png"


def main() -> None:
    application = QGuiApplication([])
    FOLDER.mkdir(exist_ok=True)
    for side_px in THEME_PX:
        rendered(side_px).save(theme_file(side_px), optimize=True)
    *smaller, largest = [rendered(side_px) for side_px in WINDOWS_PX]
    largest.save(FOLDER / "sketchdesign.ico", append_images=smaller, sizes=[(side, side) for side in WINDOWS_PX])
    *smaller, largest = [rendered(side_px) for side_px in MAC_PX]
    largest.save(FOLDER / "sketchdesign.icns", append_images=smaller)
    application.quit()


if __name__ == "__main__":
    main()
