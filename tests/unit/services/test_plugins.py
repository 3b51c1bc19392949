from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import CancelledError, InputError, PluginError
from sketchdesign.core.strokes import Sketch
from sketchdesign.output.files import WRITERS, read_provenance
from sketchdesign.plotter.clock import VirtualClock
from sketchdesign.plotter.emulator.board import Board
from sketchdesign.plotter.emulator.memory import MemoryTransport
from sketchdesign.services.export import check_outputs, export_drawing, export_made
from sketchdesign.services.inputs import read_input
from sketchdesign.services.jobs import Job
from sketchdesign.services.plugins.kinds import Context
from sketchdesign.services.plugins.registry import NEEDED, Plugin, find_plugin, find_plugins, for_ending
from sketchdesign.services.plugins.runs import arrange, make, read_as_drawing, read_as_sketches, write_with

Install = Callable[..., None]

PAGE = Page(100.0, 50.0)
LINE = Drawing(PAGE, (Layer(Pen(), Strokes.from_polylines([[[0, 0], [30, 40]]])),))
HOOK = Sketch.from_polylines([[[0, 100], [0, 0], [60, 0]], [[0, 45], [40, 45]]])

GOOD = """
from typing import Annotated
from pydantic import BaseModel, Field
from sketchdesign.api import *

class Dots(BaseModel):
    count: Annotated[int, Field(ge=1, le=9, description="How many")] = 3

class Lines:
    title = "Lines"
    Parameters = Dots
    def generate(self, parameters, context):
        return [Sketch.from_polylines([[[0, 0], [n + 1, context.seed]]]) for n in range(parameters.count)]

class Slow(Lines):
    def generate(self, parameters, context):
        for n in range(parameters.count):
            yield Progress(n + 1, parameters.count, "lines")
        return Drawing(Page(10, 10), (), Provenance({"mine": 1}))

class Crash(Lines):
    def generate(self, parameters, context):
        return 1 / 0

class LateCrash(Lines):
    def generate(self, parameters, context):
        yield Progress(0, 1, "lines")
        raise KeyError("no such thing")

class Number(Lines):
    def generate(self, parameters, context):
        return 42

class Refusing(Lines):
    def generate(self, parameters, context):
        raise InputError("there is too much of it", hint="take less")

class Rows:
    title = "Rows"
    Parameters = NoParameters
    def arrange(self, sketches, page, parameters, context):
        return Drawing(page, (Layer(Pen(), place(sketches[0], 0, 0, 10, 10)),))

class Text:
    title = "Text"
    endings = (".xyz",)
    Parameters = Dots
    def render(self, drawing, parameters):
        return b"x" * (drawing.stroke_count * parameters.count)
    def read(self, path):
        return [Sketch.from_polylines([[[0, 0], [1, 2]]])] * len(path.read_bytes())

class NotBytes(Text):
    endings = (".words",)
    def render(self, drawing, parameters):
        return "text"
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Makes a package with entry points appear as installed."""
    before = set(sys.modules)

    def do(name: str, source: str, **groups: str) -> None:
        site = tmp_path / f"site-{name}"
        info = site / f"{name}-1.2.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n", encoding="utf-8")
        sections = [f"[sketchdesign.{kind}]\n" + entries.replace(" ", "\n") for kind, entries in groups.items()]
        (info / "entry_points.txt").write_text("\n\n".join(sections), encoding="utf-8")
        (site / f"{name}.py").write_text(source, encoding="utf-8")
        monkeypatch.syspath_prepend(str(site))
        importlib.invalidate_caches()

    yield do
    for module in set(sys.modules) - before:
        del sys.modules[module]


@pytest.fixture
def good(install: Install) -> None:
    kinds = {
        "generators": "lines=good:Lines slow=good:Slow crash=good:Crash late=good:LateCrash number=good:Number "
        "refusing=good:Refusing",
        "layouts": "one=good:Rows",
        "exporters": "xyz=good:Text words=good:NotBytes",
        "importers": "xyz=good:Text",
    }
    install("good", GOOD, **kinds)


def made(name: str, **values: object) -> Any:
    return Job(make(find_plugin("generator", name), values, Context(seed=7))).run()


def test_our_own_features_are_plugins_that_work() -> None:
    ours = [plugin for kind in NEEDED for plugin in find_plugins(kind) if plugin.distribution == "sketchdesign"]
    assert {plugin.kind for plugin in ours} == set(NEEDED)
    assert [plugin.error for plugin in ours if plugin.error] == []
    endings = {ending for plugin in ours if plugin.kind == "exporter" for ending in plugin.target.endings}
    assert endings == set(WRITERS)


@pytest.mark.usefixtures("good")
def test_sketches_of_a_generator_go_to_records_and_to_a_contact_sheet(tmp_path: Path) -> None:
    result = made("lines", count="2")
    assert [len(sketch) for sketch in result.sketches] == [2, 2]
    assert result.sketches[0].points[-1].tolist() == [1.0, 7.0]
    paths = [tmp_path / name for name in ("s.ndjson", "s.svg", "s.xyz")]
    export_made(result, 7, paths, 60.0)
    assert len(paths[0].read_text(encoding="utf-8").splitlines()) == 2
    assert paths[2].read_bytes() == b"x" * 2 * 3
    recipe = read_provenance(paths[1]).recipe
    assert recipe["plugin"] == {"name": "lines", "package": "good", "version": "1.2"}
    assert (recipe["parameters"], recipe["seed"]) == ({"count": 2}, 7)


@pytest.mark.usefixtures("good")
def test_a_generator_reports_progress_can_be_cancelled_and_keeps_its_own_notes(tmp_path: Path) -> None:
    plugin = find_plugin("generator", "slow")
    seen: list[int] = []
    result = Job(make(plugin, {"count": 4}, Context())).run(lambda progress: seen.append(progress.done))
    assert seen == [1, 2, 3, 4]
    assert result.drawing.provenance.recipe["made"] == {"mine": 1}
    job = Job(make(plugin, {}, Context()))
    with pytest.raises(CancelledError):
        job.run(lambda progress: job.cancel())
    with pytest.raises(InputError, match="a whole drawing cannot be written"):
        export_made(result, 1, [tmp_path / "s.npz"], 60.0)


@pytest.mark.usefixtures("good")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "crash",
            "the generator 'crash' of good 1.2 failed: ZeroDivisionError: division by zero; run it again",
        ),
        ("late", "the generator 'late' of good 1.2 failed: KeyError: 'no such thing'"),
        ("number", "the generator 'number' of good 1.2 returned int, not a Drawing or a list of Sketch"),
    ],
)
def test_a_failure_of_a_plugin_names_it(name: str, said: str) -> None:
    with pytest.raises(PluginError) as caught:
        made(name)
    assert said in str(caught.value)


@pytest.mark.usefixtures("good")
def test_what_a_plugin_refuses_is_told_in_its_own_words() -> None:
    with pytest.raises(InputError, match="there is too much of it; take less"):
        made("refusing")
    with pytest.raises(InputError, match="cannot be used for --count"):
        made("lines", count=10)
    with pytest.raises(InputError, match="no generator called 'linse'; did you mean lines"):
        find_plugin("generator", "linse")


@pytest.mark.usefixtures("good")
def test_a_layout_gets_the_sketches_and_the_page() -> None:
    result = Job(arrange(find_plugin("layout", "one"), [HOOK], PAGE, {}, Context())).run()
    assert result.drawing.page == PAGE
    assert result.drawing.layers[0].strokes.points.max() == pytest.approx(10.0)
    assert result.sketches is None


def test_our_plotter_is_a_driver_like_others() -> None:
    clock = VirtualClock()
    board = Board(clock=clock)
    driver = find_plugin("plotter", "ebb").target
    plotter = driver.connect(MemoryTransport(board), clock, driver.Parameters())
    assert plotter.version >= (3, 0, 0)
    assert plotter.status().powered


def test_our_layouts_keep_to_the_page() -> None:
    rows = Job(arrange(find_plugin("layout", "rows"), [HOOK] * 5, PAGE, {"columns": 5}, Context())).run().drawing
    assert rows.stroke_count == 10
    tossed = find_plugin("layout", "tossed")
    values = {"motifs": 6, "density": 0.2, "gap_mm": "1mm"}
    first, again, other = (
        Job(arrange(tossed, [HOOK], PAGE, values, Context(seed))).run().drawing for seed in (1, 1, 2)
    )
    assert first.page == PAGE
    assert first.layers[0].strokes == again.layers[0].strokes
    assert first.layers[0].strokes != other.layers[0].strokes


@pytest.mark.usefixtures("good")
def test_files_are_written_and_read_by_their_ending(tmp_path: Path) -> None:
    path = tmp_path / "a.XYZ"
    check_outputs([path])
    export_drawing(LINE, [path], 60.0)
    assert path.read_bytes() == b"xxx"
    assert len(read_as_sketches(path)) == 3
    assert read_as_drawing(path).stroke_count == 3
    assert read_input(f"{path}#2").sketch.points.tolist() == [[0.0, 0.0], [1.0, 2.0]]
    write_with(find_plugin("exporter", "xyz"), LINE, path, {"count": 5})
    assert len(path.read_bytes()) == 5
    with pytest.raises(PluginError, match="returned str, not bytes"):
        export_drawing(LINE, [tmp_path / "a.words"], 60.0)
    assert [child.name for child in tmp_path.glob("a.*")] == ["a.XYZ"]


@pytest.mark.usefixtures("good")
def test_an_unknown_ending_lists_the_endings_of_plugins(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"use one of \.svg .*\.xyz"):
        check_outputs([tmp_path / "a.abc"])
    (tmp_path / "a.abc").write_bytes(b"")
    with pytest.raises(InputError, match=r"use one of \.svg .*\.xyz"):
        read_input(str(tmp_path / "a.abc"))
    assert for_ending("exporter", tmp_path / "noending") is None


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module_at_all", "No module named 'no_such_module_at_all'"),
        ("raise SystemExit('going down')", "going down"),
        ("def broken(:", "invalid syntax"),
        ("class Thing: title = 'x'", "it is no exporter, for it has no endings and no Parameters and no render"),
        ("class Other: pass", "has no attribute 'Thing'"),
        (GOOD + "class Thing(Text): endings = ('XYZ',)", "are not all in small letters after a dot"),
        (GOOD + "class Thing(Text): endings = '.xyz'", "are not all in small letters after a dot"),
        (GOOD + "class Thing(Text):\n    def __init__(self): raise ValueError('no')", "no"),
        (GOOD + "class P(BaseModel):\n    x: int\nclass Thing(Text): Parameters = P", "lacks a default"),
        (
            GOOD + "class P(BaseModel):\n    output: Annotated[str, Field(description='x')] = ''\n"
            "class Thing(Text): Parameters = P",
            "its parameter 'output' has the name of an option that every exporter has",
        ),
    ],
)
def test_a_broken_plugin_is_listed_with_its_traceback_and_harms_nothing(
    source: str, reason: str, install: Install, tmp_path: Path
) -> None:
    install("broken", source, exporters="abc=broken:Thing")
    plugin = find_plugin("exporter", "abc")
    assert reason in plugin.error
    assert plugin.error.startswith("the exporter 'abc' of broken 1.2 cannot be loaded: ")
    assert "Traceback" in plugin.traceback
    with pytest.raises(PluginError):
        _ = plugin.target
    check_outputs([tmp_path / "out.svg"])
    export_drawing(LINE, [tmp_path / "out.svg"], 60.0)
    assert for_ending("exporter", tmp_path / "x.abc") is None


def test_of_two_plugins_with_one_name_ours_counts(install: Install) -> None:
    install("rival", GOOD, exporters="svg=rival:Text", generators="grid=rival:Lines")
    listed = {plugin.distribution: plugin for plugin in find_plugins("exporter") if plugin.name == "svg"}
    assert "sketchdesign 0" in listed["rival"].error
    assert find_plugin("exporter", "svg") == Plugin("exporter", listed["sketchdesign"].entry_point)
