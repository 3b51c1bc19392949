"""The canvas: paths, culling, cached tiles, zoom, keyboard and pointer."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.strokes import Sketch
from sketchdesign.gui.canvas import DIRECT_POINTS, Canvas
from sketchdesign.gui.scene import Scene, path_of, picture_of
from sketchdesign.gui.theme import apply_theme

SQUARE = Sketch.from_polylines([[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]])


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    # Whatever a test before this one has chosen.
    apply_theme("light")
    made = Canvas("Test")
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.show()
    return made


def dense(side: int) -> Scene:
    """A page with more lines than are painted at once."""
    rng = np.random.default_rng(1)
    lines = [rng.normal((x, y), 1.0, (20, 2)) for x in np.linspace(5, 95, side) for y in np.linspace(5, 95, side)]
    return Scene.of_drawing(Drawing(Page(100.0, 100.0), (Layer(Pen(), Strokes.from_polylines(lines)),)))


def dark_share(canvas: Canvas) -> float:
    image = canvas.grab().toImage()
    dark = [
        QColor(image.pixel(x, y)).lightness() < 100
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
    ]
    return sum(dark) / len(dark)


def test_a_path_holds_the_points_with_lifts_between() -> None:
    points = np.array([[0.0, 1.0], [2.5, 3.0], [4.0, 5.0], [6.0, 7.0]])
    path = path_of(points, np.array([0, 2, 4]))
    elements = [path.elementAt(number) for number in range(path.elementCount())]
    assert [(element.x, element.y) for element in elements] == [tuple(row) for row in points.tolist()]
    assert [element.isMoveTo() for element in elements] == [True, False, True, False]


def test_a_dot_is_drawn_as_a_short_line() -> None:
    picture = picture_of(np.array([[1.0, 1.0], [3.0, 3.0], [4.0, 4.0]]), np.array([0, 1, 3]), Pen())
    assert picture.path.elementCount() == 4
    assert picture.path.length() == pytest.approx(2**0.5, abs=0.01)


def test_only_what_shows_is_painted() -> None:
    scene = dense(20)
    assert len(scene.visible(QRectF(0, 0, 100, 100))) == len(scene.pictures)
    assert 0 < len(scene.visible(QRectF(0, 0, 6, 6))) < len(scene.pictures) / 3
    assert scene.visible(QRectF(200, 200, 5, 5)) == []


def test_cells_take_sketches_and_give_them_up() -> None:
    scene = Scene.grid(2, 3)
    before = scene.revision
    scene.set_cell(4, [(SQUARE, Pen())])
    assert scene.is_filled(4)
    assert scene.revision > before
    (picture,) = scene.pictures
    assert scene.cells[4].contains(QPointF(*picture.box[:2]))
    assert scene.cells[4].contains(QPointF(*picture.box[2:]))
    scene.set_cell(4, [])
    assert scene.pictures == []


def test_zooming_keeps_what_is_under_the_pointer(canvas: Canvas) -> None:
    canvas.show_scene(dense(3))
    pointer = QPointF(123.0, 77.0)
    before = canvas.view.to_mm(pointer)
    canvas.zoom_by(3.0, pointer)
    after = canvas.view.to_mm(pointer)
    assert (after - before).manhattanLength() < 1e-9
    canvas.zoom_to(100.0)
    assert canvas.zoom_percent() == pytest.approx(100.0)


def test_fit_follows_the_size_until_somebody_zooms(canvas: Canvas) -> None:
    canvas.show_scene(dense(3))
    scale = canvas.view.scale
    canvas.resize(800, 800)
    assert canvas.view.scale > 1.5 * scale
    canvas.zoom_by(2.0)
    scale = canvas.view.scale
    canvas.resize(300, 300)
    assert canvas.view.scale == scale


def test_large_scenes_come_from_tiles_that_show_the_same(canvas: Canvas, qtbot: QtBot) -> None:
    small, large = dense(12), dense(50)
    assert small.point_count < DIRECT_POINTS < large.point_count
    canvas.show_scene(large)
    qtbot.waitUntil(lambda: dark_share(canvas) > 0.3)
    canvas.show_scene(small)
    assert dark_share(canvas) < 0.3


def test_a_changed_scene_is_painted_anew(canvas: Canvas, qtbot: QtBot) -> None:
    scene = dense(50)
    canvas.show_scene(scene)
    qtbot.waitUntil(lambda: dark_share(canvas) > 0.3)
    scene.clear()
    canvas.update()
    qtbot.waitUntil(lambda: dark_share(canvas) < 0.01)


def test_arrows_walk_through_cells_and_letters_are_told(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_scene(Scene.grid(2, 2))
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.focused == 3
    assert canvas.selected == {3}
    with qtbot.waitSignal(canvas.key_pressed) as caught:
        QTest.keyClick(canvas, Qt.Key.Key_L)
    assert caught.args == [3, Qt.Key.Key_L.value]
    with qtbot.waitSignal(canvas.key_pressed) as caught:
        QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert caught.args == [3, Qt.Key.Key_Space.value]
    with qtbot.waitSignal(canvas.activated) as caught:
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert caught.args == [3]


def test_the_space_bar_pans_and_then_means_nothing_else(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_scene(Scene.grid(2, 2))
    told: list[int] = []
    canvas.key_pressed.connect(lambda *_: told.append(1))
    corner = canvas.view.corner
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseMove(canvas, QPoint(150, 120))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(150, 120))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    moved = (corner - canvas.view.corner) * canvas.view.scale
    assert (moved.x(), moved.y()) == pytest.approx((50.0, 20.0))
    assert told == []


def test_clicks_choose_cells(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_scene(Scene.grid(2, 2))
    places = [canvas.view.rect_px(cell).center().toPoint() for cell in canvas.scene.cells]
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=places[1])
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, places[2])
    assert canvas.selected == {1, 2}
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert canvas.selected == frozenset()
