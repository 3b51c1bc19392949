"""The time line under the preview: the layers of a plot in their pens' colours, and a handle to scrub with."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractSlider, QHBoxLayout, QLabel, QSizePolicy, QWidget

from sketchdesign.gui import theme
from sketchdesign.gui.fields import FlatButton
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.icons import icon
from sketchdesign.gui.workspaces.plot_words import clock

_MS = 1000.0
_FRAME_MS = 33
_WATCHED_S = 20.0
"""A whole plot passes in so long when the preview plays."""

_BAR_PX, _HANDLE_PX, _MARGIN_PX = 8.0, 7.0, 9.0
_PALE_ALPHA = 70
_LEAST_CONTRAST = 60
"""Between the lightness of a segment and of the ground, of 255."""


class TimeLine(QWidget):
    """A slider over the seconds of a plot, with a button that lets it run."""

    scrubbed = Signal(float)
    """A person, or the button, went to this second."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = _Bar()
        self._is_watching = True
        self.play = FlatButton("play", tr("Play the preview"), checkable=True)
        self._now, self._end = QLabel(), QLabel()
        for label in (self._now, self._end):
            label.setObjectName("quiet")
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance("0:00:00"))
        self._now.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 12, 2)
        row.setSpacing(6)
        row.addWidget(self.play)
        row.addWidget(self._now)
        row.addWidget(self.bar, 1)
        row.addWidget(self._end)
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._step)
        self.play.toggled.connect(self._toggle)
        self.bar.valueChanged.connect(self._moved)
        self.show_layers([], [0.0])

    @property
    def seconds(self) -> float:
        return self.bar.value() / _MS

    def show_layers(self, colours: list[str], begins_s: list[float]) -> None:
        """Another plan: a colour for each layer, and when each begins, with the end."""
        self.bar.colours, self.bar.begins_s = colours, begins_s
        self.bar.blockSignals(True)
        self.bar.setRange(0, round(begins_s[-1] * _MS))
        self.bar.setPageStep(max(1, self.bar.maximum() // 20))
        self.bar.blockSignals(False)
        self._end.setText(clock(begins_s[-1]))
        self._dress()
        self._tell()
        self.bar.update()

    def go_to(self, seconds: float) -> None:
        """Move the handle without telling anybody."""
        self.bar.blockSignals(True)
        self.bar.setValue(round(seconds * _MS))
        self.bar.blockSignals(False)
        self._tell()
        self.bar.update()

    def set_watching(self, *, on: bool) -> None:
        """Whether a person may scrub, or the handle follows the machine."""
        self._is_watching = on
        self._dress()

    def stop(self) -> None:
        self.play.setChecked(False)

    def _dress(self) -> None:
        """Nothing can be played without a plan, nor while a machine draws."""
        on = self._is_watching and self.bar.maximum() > 0
        if not on:
            self.play.setChecked(False)
        self.bar.setEnabled(on)
        self.play.setEnabled(on)

    def _toggle(self, on: bool) -> None:
        self.play.setIcon(icon("pause" if on else "play"))
        if on:
            if self.bar.value() >= self.bar.maximum():
                self.bar.setValue(0)
            self._timer.start()
        else:
            self._timer.stop()

    def _step(self) -> None:
        step_s = max(1.0, self.bar.maximum() / _MS / _WATCHED_S) * _FRAME_MS / 1000.0
        self.bar.setValue(self.bar.value() + round(step_s * _MS))
        if self.bar.value() >= self.bar.maximum():
            self.play.setChecked(False)

    def _moved(self) -> None:
        self._tell()
        self.scrubbed.emit(self.seconds)

    def _tell(self) -> None:
        self._now.setText(clock(self.seconds))
        self.bar.setAccessibleDescription(f"{clock(self.seconds)} / {self._end.text()}")


class _Bar(QAbstractSlider):
    """Segments of layers; what has passed is strong, what is to come is pale."""

    def __init__(self) -> None:
        super().__init__()
        self.colours: list[str] = []
        self.begins_s: list[float] = [0.0]
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setSingleStep(1000)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Time line of the plot"))
        self.setToolTip(tr("Scrub through the plot; arrow keys step by a second"))

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, 26)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2.0
        groove = QRectF(_MARGIN_PX, middle - _BAR_PX / 2.0, self.width() - 2.0 * _MARGIN_PX, _BAR_PX)
        painter.setBrush(theme.colour("border"))
        painter.drawRoundedRect(groove, _BAR_PX / 2.0, _BAR_PX / 2.0)
        here = self._x(self.value() / _MS)
        for number, name in enumerate(self.colours):
            begin, end = self._x(self.begins_s[number]), self._x(self.begins_s[number + 1])
            segment = QRectF(begin + (1.5 if number else 0.0), groove.top(), max(end - begin - 1.5, 1.0), _BAR_PX)
            colour = _visible(name)
            colour.setAlpha(_PALE_ALPHA)
            painter.setBrush(colour)
            painter.drawRoundedRect(segment, 3.0, 3.0)
            colour.setAlpha(255)
            painter.setBrush(colour)
            passed = QRectF(segment.topLeft(), segment.bottomRight())
            passed.setRight(min(segment.right(), here))
            if passed.width() > 0.0:
                painter.drawRoundedRect(passed, 3.0, 3.0)
        self._paint_handle(painter, here, middle)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self.isSliderDown():
            self._drag(event)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        self.setSliderDown(False)

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:  # noqa: N802
        super().sliderChange(change)
        self.update()

    def _paint_handle(self, painter: QPainter, x: float, middle: float) -> None:
        if not self.colours:
            return
        painter.setBrush(theme.colour("raised"))
        focused = self.hasFocus()
        painter.setPen(QPen(theme.colour("accent" if focused else "quiet"), 2.0 if focused else 1.0))
        painter.drawEllipse(QRectF(x - _HANDLE_PX, middle - _HANDLE_PX, 2.0 * _HANDLE_PX, 2.0 * _HANDLE_PX))

    def _drag(self, event: QMouseEvent) -> None:
        share = (event.position().x() - _MARGIN_PX) / max(1.0, self.width() - 2.0 * _MARGIN_PX)
        self.setValue(round(min(1.0, max(0.0, share)) * self.maximum()))

    def _x(self, seconds: float) -> float:
        whole = self.maximum() / _MS
        return _MARGIN_PX + (self.width() - 2.0 * _MARGIN_PX) * (seconds / whole if whole else 0.0)


def _visible(name: str) -> QColor:
    """A pen's colour where it does not lie on paper: black ink on a dark panel could not be seen."""
    colour, ground = QColor(name), theme.colour("panel").lightness()
    if abs(colour.lightness() - ground) >= _LEAST_CONTRAST:
        return colour
    # Of its own hue still: it is the pen that is told by it.
    lightness = ground + _LEAST_CONTRAST * (1 if ground < 128 else -1)
    return QColor.fromHsl(max(0, colour.hslHue()), colour.hslSaturation(), lightness)
