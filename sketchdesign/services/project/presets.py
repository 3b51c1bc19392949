"""Presets: the settings of one panel under a name, kept for every project.

Each is a JSON file of its own in the folder of personal data, and the same file is what is exported and imported.
What belongs to one project alone (its motifs, wells, cells, seeds) is not part of any.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self, cast

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.drawing import Page, Pen
from sketchdesign.core.errors import InputError, OutputError, SketchDesignError, SketchFormatError
from sketchdesign.core.files import write_atomic
from sketchdesign.design.layout import Layout
from sketchdesign.services.documents import from_json, to_json
from sketchdesign.services.explore.cells import asking, switched
from sketchdesign.services.explore.places import AXES_OF
from sketchdesign.services.folders import UserFolders
from sketchdesign.services.project.colours import MOST_PENS
from sketchdesign.services.project.pattern import unpinned
from sketchdesign.services.project.state import (
    EXPLORE_AXES,
    Colourway,
    ExploreSettings,
    PatternSettings,
    Project,
    SheetSettings,
)

SUFFIX = ".preset.json"
VERSION = 1
LONGEST_NAME = 60

_FORMAT = "sketchdesign preset"
_LARGEST_FILE = 1 << 20
_NOT_IN_FILE_NAMES = re.compile(r"[^\w-]+")


@dataclass(frozen=True)
class PatternPreset:
    """A repeat and how motifs lie in it; see `PatternSettings`."""

    repeat: str = PatternSettings.repeat
    cell_mm: tuple[float, float] = PatternSettings.cell_mm
    layout: Layout = field(default_factory=Layout)
    kaleidoscope: bool = False
    mirrored_pen: bool = False
    colour_by: str = PatternSettings.colour_by

    @classmethod
    def of(cls, project: Project) -> Self:
        return cls(**_same_fields(cls, project.pattern))

    def applied(self, project: Project) -> Project:
        """Motifs that are not locked are laid out anew.

        Raises:
            InputError: there is no such repeat.
        """
        from sketchdesign.design.repeat import make_repeat

        make_repeat(self.repeat, *self.cell_mm)
        return replace(project, pattern=replace(unpinned(project.pattern), **vars(self)))


@dataclass(frozen=True)
class ExplorePreset:
    """What is asked of a model, without the sketches it is asked about; see `ExploreSettings`."""

    tool: str = ExploreSettings.tool
    rows: int = ExploreSettings.rows
    columns: int = ExploreSettings.columns
    temperature: tuple[float, float] = ExploreSettings.temperature
    strength: tuple[float, float] = ExploreSettings.strength
    spread: tuple[float, float] = ExploreSettings.spread
    row_axis: str = ExploreSettings.row_axis
    column_axis: str = ExploreSettings.column_axis
    corners: int = ExploreSettings.corners
    toward: float = ExploreSettings.toward
    stride: float = ExploreSettings.stride
    fresh: bool = ExploreSettings.fresh
    best_of: int = ExploreSettings.best_of

    def __post_init__(self) -> None:
        if self.tool not in AXES_OF:
            raise InputError(f"there is no tool {self.tool!r:.40}", hint=f"choose one of {', '.join(AXES_OF)}")
        for axis in (self.row_axis, self.column_axis):
            if axis not in AXES_OF[self.tool]:
                raise InputError(f"there is no axis {axis!r:.40}", hint=f"choose one of {', '.join(EXPLORE_AXES)}")

    @classmethod
    def of(cls, project: Project) -> Self:
        return cls(**_same_fields(cls, project.explore))

    def applied(self, project: Project) -> Project:
        """Locked cells stay; all others are drawn anew.

        Raises:
            InputError: more cells are locked than there would be, or there is no such tool.
        """
        explore = switched(project.explore, self.tool) if self.tool != project.explore.tool else project.explore
        return replace(project, explore=asking(explore, **vars(self)))


@dataclass(frozen=True)
class PagePreset:
    """Paper, borders and route; see `SheetSettings`."""

    page: Page
    margin_mm: float = SheetSettings.margin_mm
    gap_mm: float = SheetSettings.gap_mm
    routed: bool = SheetSettings.routed
    join_mm: float = SheetSettings.join_mm

    @classmethod
    def of(cls, project: Project) -> Self:
        sheet = project.sheet
        return cls(project.page, sheet.margin_mm, sheet.gap_mm, sheet.routed, sheet.join_mm)

    def applied(self, project: Project) -> Project:
        own = {name: value for name, value in vars(self).items() if name != "page"}
        return replace(project, page=self.page, sheet=replace(project.sheet, **own))


@dataclass(frozen=True)
class PensPreset:
    """Pens, their colourways and the colour of the cloth."""

    pens: tuple[Pen, ...]
    colourways: tuple[Colourway, ...] = ()
    colourway: int = 0
    ground: str = PatternSettings.ground

    def __post_init__(self) -> None:
        for colour in (self.ground, *(each for way in self.colourways for each in (*way.colours, way.ground))):
            parse_colour(colour)

    @classmethod
    def of(cls, project: Project) -> Self:
        return cls(project.pens, **_same_fields(cls, project.pattern))

    def applied(self, project: Project) -> Project:
        """Pens are drawn with in their order, and none is left out.

        Raises:
            InputError: there is no pen, or too many.
        """
        if not 1 <= len(self.pens) <= MOST_PENS:
            raise InputError(f"a design has at most {MOST_PENS} pens", hint="use one pen for several motifs")
        own = {name: value for name, value in vars(self).items() if name != "pens"}
        sheet = replace(project.sheet, pen_order=(), hidden_pens=())
        return replace(project, pens=self.pens, pattern=replace(project.pattern, **own), sheet=sheet)


Settings = PatternPreset | ExplorePreset | PagePreset | PensPreset
PANELS: dict[str, type[Settings]] = {
    "pattern": PatternPreset,
    "explore": ExplorePreset,
    "page": PagePreset,
    "pens": PensPreset,
}
"""What each panel keeps, by the panel's name."""


@dataclass(frozen=True)
class Preset:
    """Settings under a name.

    Raises:
        InputError: the name is empty or too long.
    """

    panel: str
    name: str
    settings: Settings

    def __post_init__(self) -> None:
        if not (self.name.strip() and len(self.name) <= LONGEST_NAME):
            raise InputError(
                f"a preset cannot be called {self.name!r:.80}", hint=f"give it a name of 1 to {LONGEST_NAME} letters"
            )

    @property
    def file_name(self) -> str:
        """Of its own for each name, also where two differ in signs that files cannot have."""
        plain = _NOT_IN_FILE_NAMES.sub("-", self.name.lower()).strip("-_")
        mark = hashlib.sha256(self.name.encode()).hexdigest()[:6]
        return f"{self.panel}-{plain or 'preset'}-{mark}{SUFFIX}"

    def applied(self, project: Project) -> Project:
        """A project with these settings.

        Raises:
            InputError: they make no sense in it.
        """
        return self.settings.applied(project)


def preset_of(project: Project, panel: str, name: str) -> Preset:
    """What a panel of a project shows, under a name."""
    return Preset(panel, name.strip(), PANELS[panel].of(project))


def load_presets(folders: UserFolders) -> list[Preset]:
    """All that are kept, by name. A file that cannot be read is left out: the others are still wanted."""
    found = []
    for path in sorted(presets_folder(folders).glob(f"*{SUFFIX}")):
        try:
            found.append(read_preset(path))
        except SketchDesignError:
            continue
    return sorted(found, key=lambda preset: preset.name.casefold())


def keep_preset(preset: Preset, folders: UserFolders) -> None:
    """Keep one; it takes the place of another of its panel and name.

    Raises:
        OutputError: the folder is read-only, or the disk full.
    """
    folder = presets_folder(folders)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(
            f"presets cannot be kept in {folder}: {reason}", hint="check the rights to that folder"
        ) from error
    write_preset(preset, folder / preset.file_name)


def forget_preset(preset: Preset, folders: UserFolders) -> None:
    """Delete one.

    Raises:
        OutputError: the folder is read-only.
    """
    folder = presets_folder(folders)
    try:
        (folder / preset.file_name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"the folder {folder} is read-only", hint="check the rights to that folder") from error


def write_preset(preset: Preset, path: Path) -> None:
    """Write one for another person or computer.

    Raises:
        InputError, OutputError: the file cannot be written.
    """
    document = {
        "format": _FORMAT,
        "version": VERSION,
        "panel": preset.panel,
        "name": preset.name,
        "settings": to_json(preset.settings, []),
    }
    write_atomic(path, json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))


def read_preset(path: Path) -> Preset:
    """Read what `write_preset` wrote.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it is damaged, no preset, or of a later version.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
        document = json.loads(data) if len(data) <= _LARGEST_FILE else None
        return _preset(document)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"cannot open {path}: {reason}", hint="choose another file") from error
    except InputError as error:
        raise SketchFormatError(f"cannot open {path}: {error.what}", hint=error.hint or _HINT) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SketchFormatError(f"{path} is no preset of sketchdesign or is damaged", hint=_HINT) from error


_HINT = "export it again"


def presets_folder(folders: UserFolders) -> Path:
    return folders.data / "presets"


def _preset(document: Any) -> Preset:
    if document["format"] != _FORMAT:
        raise ValueError("another format")
    if document["version"] != VERSION:
        raise SketchFormatError(f"it was made by a later version, {document['version']}", hint="update sketchdesign")
    kind = PANELS[document["panel"]]
    read = cast(Callable[..., Settings], from_json)
    return Preset(document["panel"], str(document["name"]), read(kind, document["settings"]))


def _same_fields(kind: type, source: object) -> dict[str, Any]:
    """The values of a panel's fields that its source has under the same names."""
    return {each.name: getattr(source, each.name) for each in fields(kind) if hasattr(source, each.name)}
