"""Making the files of a batch, in a worker: a process of this computer or a thread of another."""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.geometry.vpype_worker import VpypeWorker
from sketchdesign.services.batch.items import Order, resolved
from sketchdesign.services.batch.manifest import Entry
from sketchdesign.services.batch.settings import (
    GridSettings,
    SheetSettings,
    SketchesSettings,
    TileBatchSettings,
)
from sketchdesign.services.jobs import Job

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.services.tiles.making import Tile

PART = ".part"
"""How the names of files end that are not yet whole; they begin with a dot."""

MODELS_AT_HAND = 16

Writer = Callable[[Path], None]


def make(order: Order) -> list[Entry]:
    """Make the files of an order; whatever goes wrong with one is said in its entry."""
    started = time.perf_counter()
    try:
        write = _writer(order)
    except Exception as error:
        return [Entry(name, content, error=_sentence(error)) for name, content in order.contents.items()]
    entries = []
    for name, content in order.contents.items():
        entries.append(_written(write, order.target / name, content, started))
        started = time.perf_counter()
    return entries


def _written(write: Writer, path: Path, content: str, started: float) -> Entry:
    from sketchdesign.model.header import file_sha256

    try:
        write(path)
        sha256 = file_sha256(path)
    except Exception as error:
        return Entry(path.name, content, error=_sentence(error))
    return Entry(path.name, content, sha256, seconds=round(time.perf_counter() - started, 3))


def _sentence(error: Exception) -> str:
    if isinstance(error, SketchDesignError):
        return str(error)
    return f"an error in the program itself: {type(error).__name__}: {error}"


def _writer(order: Order) -> Writer:
    """Draws what an order asks for; the result writes it to a path, in the format of its ending."""
    settings = order.settings
    if isinstance(settings, GridSettings):
        return _grid(order, settings)
    if isinstance(settings, SheetSettings):
        return _sheet(order, settings)
    if isinstance(settings, TileBatchSettings):
        return _tile(order, settings)
    assert isinstance(settings, SketchesSettings)
    return _sketches(order, settings)


def _sketches(order: Order, settings: SketchesSettings) -> Writer:
    from sketchdesign.services.export import export_sketches
    from sketchdesign.services.generate import generate

    model, drawing = _open(order), settings.drawing(order.device, order.threads)
    generated = Job(generate(model, drawing)).run()
    return lambda path: export_sketches(generated, drawing, model, [path], settings.dpi)


def _grid(order: Order, settings: GridSettings) -> Writer:
    from sketchdesign.services.export import export_drawing
    from sketchdesign.services.sheets import grid_sheet

    work = grid_sheet(
        _open(order),
        settings.drawing(order.device, order.threads),
        settings.layout(),
        settings.paper(),
        _vpype(),
        smooth_mm=settings.smooth_mm(),
        pipeline=settings.pipeline,
        machine=settings.plotter(),
    )
    sheet = Job(work).run()
    return lambda path: export_drawing(sheet.drawing, [path], settings.dpi)


def _tile(order: Order, settings: TileBatchSettings) -> Writer:
    from sketchdesign.services.tiles.files import export_tile

    made = _made_tile(order, settings)

    def write(path: Path) -> None:
        export_tile(made, [path], settings.dpi, bleed_mm=settings.bleed_mm(), gcode=settings.gcode())

    return write


def _sheet(order: Order, settings: SheetSettings) -> Writer:
    from sketchdesign.services.project.sheets import pattern_sheets
    from sketchdesign.services.tiles.files import export_tile
    from sketchdesign.services.tiles.grounds import export_on_ground

    # Beside the results, where it is cleared away if this process is killed.
    with tempfile.TemporaryDirectory(prefix=".", suffix=PART, dir=order.target) as folder:
        if settings.design is None:
            path = Path(folder) / "tile.svg"
            export_tile(_made_tile(order, settings), [path], settings.dpi)
        else:
            path = Path(resolved(settings.design, order.source))
        work = pattern_sheets(
            path,
            settings.plan(),
            _vpype(),
            places=[settings.place],
            pipeline=settings.pipeline,
            machine=settings.plotter(),
        )
        (made,) = Job(work).run()
    return lambda path: export_on_ground(made.drawing, [path], settings.dpi, gcode=settings.gcode())


def _made_tile(order: Order, settings: TileBatchSettings) -> Tile:
    from sketchdesign.services.tiles.making import tile_of
    from sketchdesign.services.tiles.motifs import drawn_motifs, mixed_motifs, motifs_of

    drawing = settings.drawing(order.device, order.threads)
    parts = [
        replace(part, name=resolved(part.name, order.source)) if part.is_file else part for part in settings.parts()
    ]
    if settings.models():
        model = _open(order)
        motifs = Job(mixed_motifs(model, parts, drawing) if parts else drawn_motifs(model, drawing)).run()
    else:
        motifs = Job(motifs_of(resolved(settings.model, order.source), parts, drawing)).run()
    return Job(tile_of(motifs, settings.tile_settings())).run()


def _open(order: Order) -> Model:
    name = resolved(order.settings.model, order.source)
    path = Path(name)
    return _opened(name, path.stat().st_mtime_ns if path.is_file() else 0)


@functools.lru_cache(MODELS_AT_HAND)
def _opened(name: str, _changed_ns: int) -> Model:
    """A model, opened once in each worker unless its file has changed: workers of a cluster live long."""
    from sketchdesign.model.zoo import open_model

    return open_model(name)


@functools.cache
def _vpype() -> VpypeWorker:
    """The worker's own vpype, for all its orders."""
    return VpypeWorker()
