"""Batches: files that depend on nothing but their settings, whatever happens on the way."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sketchdesign.core.errors import CancelledError, InputError, SketchDesignError
from sketchdesign.geometry.read_drawing import read_drawing
from sketchdesign.model.checkpoint import Model, save_model
from sketchdesign.output.files import read_provenance
from sketchdesign.services.batch import contact as batch_contact
from sketchdesign.services.batch.crew import Crew, LocalWorkers, local_crew
from sketchdesign.services.batch.manifest import MANIFEST_NAME, read_manifest
from sketchdesign.services.batch.recipe import load_recipe
from sketchdesign.services.batch.run import BatchReport, plan_batch, run_batch
from sketchdesign.services.jobs import Job

TEXT = """
make = "grid"
names = "{class}-{seed}.svg"
[settings]
model = "tiny.safetensors"
rows = 2
cols = 2
page = "A6"
[matrix]
class = ["cat", "pig"]
seed = "1-3"
"""
NAMES = {f"{word}-{seed}.svg" for word in ("cat", "pig") for seed in (1, 2, 3)}

THREAD = Crew(1, lambda: ThreadPoolExecutor(1))


@pytest.fixture
def recipe(tiny_model: Callable[..., Model], tmp_path: Path) -> Path:
    """A recipe of six grids, beside its model."""
    save_tiny(tiny_model, tmp_path / "tiny.safetensors")
    path = tmp_path / "recipe.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def save_tiny(tiny_model: Callable[..., Model], path: Path, **sizes: int) -> None:
    model = tiny_model(classes=("cat", "pig"), class_count=2, class_size=4, **sizes)
    save_model(path, model.info, model.network.state_dict(), model.latent)


def run(recipe: Path, folder: Path, crew: Crew = THREAD, *, resume: bool = False) -> BatchReport:
    return Job(run_batch(plan_batch(load_recipe(recipe), folder, resume=resume), crew)).run()


def results(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name in NAMES}


def test_files_depend_on_nothing_but_their_settings(recipe: Path, tmp_path: Path) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    report = run(recipe, alone)
    assert (report.items, report.done, report.skipped, report.failed) == (6, 6, 0, ())
    run(recipe, together, Crew(2, lambda: ThreadPoolExecutor(2)))
    assert set(results(alone)) == NAMES
    assert len(set(results(alone).values())) == 6
    assert results(alone) == results(together)
    assert (alone / "contact.png").read_bytes() == (together / "contact.png").read_bytes()
    assert read_provenance(alone / "pig-2.svg").recipe["generate"]["class"] == "pig"
    lines = [json.loads(line) for line in (alone / MANIFEST_NAME).read_text(encoding="utf-8").splitlines()]
    assert {line["name"] for line in lines} == NAMES
    assert len(lines) == 6


def test_resume_makes_what_is_missing_or_changed_and_nothing_else(recipe: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run(recipe, folder)
    before = results(folder)
    (folder / "cat-1.svg").unlink()
    (folder / "pig-3.svg").write_text("edited", encoding="utf-8")
    (folder / ".cat-2.svg.0123456789ab.part").write_text("half", encoding="utf-8")
    (folder / ".xyz.part").mkdir()
    untouched = (folder / "cat-2.svg").stat().st_mtime_ns
    with (folder / MANIFEST_NAME).open("a", encoding="utf-8") as file:
        file.write('{"name": "cat-')
    report = run(recipe, folder, resume=True)
    assert (report.done, report.skipped, report.failed) == (2, 4, ())
    assert results(folder) == before
    assert (folder / "cat-2.svg").stat().st_mtime_ns == untouched
    assert {path.name for path in folder.iterdir()} == NAMES | {MANIFEST_NAME, "contact.png"}
    assert len((folder / MANIFEST_NAME).read_text(encoding="utf-8").splitlines()) == 6
    assert run(recipe, folder, resume=True).done == 0


def test_a_change_of_settings_or_of_the_model_makes_files_anew(
    recipe: Path, tmp_path: Path, tiny_model: Callable[..., Model]
) -> None:
    folder = tmp_path / "out"
    run(recipe, folder)
    recipe.write_text(TEXT.replace("rows = 2", "rows = 1").replace('"1-3"', "[3]"), encoding="utf-8")
    report = run(recipe, folder, resume=True)
    assert (report.items, report.done, report.skipped) == (2, 2, 0)
    # The others are no part of this batch: they stay, and are known still.
    recipe.write_text(TEXT, encoding="utf-8")
    assert run(recipe, folder, resume=True).done == 2
    save_tiny(tiny_model, tmp_path / "tiny.safetensors", decoder_size=16)
    first = results(folder)
    assert run(recipe, folder, resume=True).done == 6
    assert not set(first.values()) & set(results(folder).values())


def test_a_failed_item_is_named_and_the_others_go_on(recipe: Path, tmp_path: Path) -> None:
    recipe.write_text(TEXT.replace('"pig"', '"dog"'), encoding="utf-8")
    report = run(recipe, tmp_path / "out")
    assert (report.done, len(report.failed)) == (3, 3)
    assert all("the model has no class 'dog'" in entry.error for entry in report.failed)
    assert {entry.name for entry in report.failed} == {"dog-1.svg", "dog-2.svg", "dog-3.svg"}
    assert read_manifest(tmp_path / "out")["dog-1.svg"].error == report.failed[0].error
    again = run(recipe, tmp_path / "out", resume=True)
    assert (again.skipped, len(again.failed)) == (3, 3)


def test_formats_of_one_drawing_are_made_together(recipe: Path, tmp_path: Path) -> None:
    text = TEXT.replace(".svg", ".{format}").replace('"1-3"', "[2]") + 'format = ["png", "svg", "pdf"]\n'
    recipe.write_text(text, encoding="utf-8")
    folder = tmp_path / "out"
    report = run(recipe, folder)
    assert (report.items, report.done) == (6, 6)
    (folder / "cat-2.pdf").unlink()
    assert run(recipe, folder, resume=True).done == 1
    with Image.open(folder / "cat-2.png") as picture:
        assert picture.size == (620, 874)
    assert read_provenance(folder / "contact.png").recipe["files"] == ["cat-2.svg", "pig-2.svg"]


@pytest.mark.parametrize(
    "change",
    [
        {"grid": "generate", "rows = 2": "count = 3", "cols = 2": "", 'page = "A6"': "", ".svg": ".ndjson"},
        {"grid": "tile", 'page = "A6"': 'repeat = "ogee"\ntile = "40x40mm"'},
        {"grid": "sheet", 'page = "A6"': 'page = "A6"\ntile = "40x40mm"'},
        {"grid": "tile", 'page = "A6"': 'layout = "tossed"\nmix = "cat:2,pig@0.5"', '["cat", "pig"]': '["cat"]'},
    ],
)
def test_every_kind_is_made_alike_twice(change: dict[str, str], recipe: Path, tmp_path: Path) -> None:
    text = TEXT.replace('"1-3"', "[2]")
    for old, new in change.items():
        text = text.replace(old, new)
    recipe.write_text(text, encoding="utf-8")
    for name in ("a", "b"):
        assert run(recipe, tmp_path / name).failed == ()
    first, second = ({path.name: path for path in (tmp_path / name).iterdir()} for name in ("a", "b"))
    assert set(first) == set(second)
    assert len(first) > 2
    assert all(first[name].read_bytes() == second[name].read_bytes() for name in first if name != MANIFEST_NAME)


def test_models_and_files_are_named_from_the_recipe(recipe: Path, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text('{"word":"a","drawing":[[[0,40,80,20],[0,60,10,90]]]}\n', encoding="utf-8")
    recipe.write_text(
        'make = "tile"\nnames = "{model}.svg"\n[settings]\nmodel = "a.ndjson#0"\ntile = "30x30mm"\n', encoding="utf-8"
    )
    assert run(recipe, tmp_path / "out").done == 1
    (tmp_path / "sheet.toml").write_text('make = "sheet"\nsettings = {design = "out/a-0.svg"}', encoding="utf-8")
    assert run(tmp_path / "sheet.toml", tmp_path / "sheets").done == 1
    (tmp_path / "a.ndjson").write_text('{"word":"a","drawing":[[[0,40,80,20],[0,10,10,90]]]}\n', encoding="utf-8")
    assert run(recipe, tmp_path / "out", resume=True).done == 1
    assert run(tmp_path / "sheet.toml", tmp_path / "sheets", resume=True).done == 1


def test_folders_that_hold_something_else_are_left_alone(recipe: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run(recipe, folder)
    parsed = load_recipe(recipe)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()
    cases = {
        folder: "holds a batch already; go on with it by --resume, or name a new folder",
        tmp_path / "full": "holds other files and no batch",
        recipe: "is a file",
        tmp_path / "none" / "out": "does not exist",
    }
    for path, complaint in cases.items():
        with pytest.raises(SketchDesignError, match=complaint):
            plan_batch(parsed, path)
    with pytest.raises(InputError, match="holds other files and no batch"):
        plan_batch(parsed, tmp_path / "full", resume=True)


def test_missing_models_and_files_are_found_before_anything_is_made(recipe: Path, tmp_path: Path) -> None:
    for made, name in (("grid", "none.safetensors"), ("tile", "none.ndjson"), ("grid", "recipe.toml")):
        recipe.write_text(f'make = "{made}"\n[settings]\nmodel = "{name}"\n', encoding="utf-8")
        with pytest.raises(InputError, match=name):
            plan_batch(load_recipe(recipe), tmp_path / "out")
    assert not (tmp_path / "out").exists()


class Mortal(ThreadPoolExecutor):
    """Threads that behave like processes of which one dies of the item ``pig-2.svg``, taking all work with it."""

    broken = False

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        if self.broken:
            raise BrokenProcessPool
        if "pig-2.svg" not in given[0].contents:
            return super().submit(work, *given, **named)
        self.broken = True
        future: Future[Any] = Future()
        future.set_exception(BrokenProcessPool())
        return future


def test_an_item_that_kills_its_worker_is_found_and_the_others_are_made(recipe: Path, tmp_path: Path) -> None:
    hired: list[Executor] = []

    def hire() -> Executor:
        hired.append(Mortal(3))
        return hired[-1]

    report = run(recipe, tmp_path / "out", Crew(3, hire))
    assert report.done == 5
    (entry,) = report.failed
    assert entry.name == "pig-2.svg"
    assert "the process that made it died" in entry.error
    assert len(hired) == 3


def test_a_cancelled_batch_records_what_was_in_work(recipe: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    job = Job(run_batch(plan_batch(load_recipe(recipe), folder), Crew(2, lambda: ThreadPoolExecutor(2))))
    progress = iter(job)
    next(progress)
    job.cancel()
    with pytest.raises(CancelledError):
        next(progress)
    known = read_manifest(folder)
    assert 2 <= len(known) <= 4
    assert set(known) == set(results(folder))
    assert run(recipe, folder, resume=True).skipped == len(known)


@pytest.fixture
def workers() -> Iterator[LocalWorkers]:
    with LocalWorkers(2) as executor:
        yield executor


def test_local_workers_are_other_processes_and_can_be_left(workers: LocalWorkers) -> None:
    pid = workers.submit(os.getpid).result(60)
    assert pid != os.getpid()
    future = workers.submit(time.sleep, 600)
    workers.shutdown(wait=False)
    with pytest.raises(BrokenProcessPool):
        future.result(60)


def test_the_number_of_jobs_is_checked() -> None:
    assert local_crew().size >= 1
    for jobs in (0, -1, 65):
        with pytest.raises(InputError, match="jobs at a time cannot be done"):
            local_crew(jobs)


def test_contact_sheets_show_every_drawing(recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_contact, "ROWS", 1)
    monkeypatch.setattr(batch_contact, "COLUMNS", 4)
    folder = tmp_path / "out"
    report = run(recipe, folder)
    assert [path.name for path in report.contact] == ["contact-1.png", "contact-2.png"]
    page = np.asarray(Image.open(io.BytesIO(report.contact[0].read_bytes())).convert("L"))
    # Two in a row, and below each picture its name; every picture has paper and ink.
    assert page.shape == (2 * (200 + 18 + 14) + 14, 2 * 214 + 14)
    for top, left in ((14, 14), (14, 228), (246, 14), (246, 228)):
        cell = page[top : top + 200, left : left + 200]
        assert cell.max() == 255
        assert cell.min() < 100
    recipe.write_text(TEXT.replace('"1-3"', "[1]"), encoding="utf-8")
    run(recipe, folder, resume=True)
    assert [path.name for path in folder.glob("contact*")] == ["contact.png"]


def test_batches_of_two_recipes_do_not_mix(recipe: Path, tmp_path: Path) -> None:
    folder, other = tmp_path / "out", tmp_path / "flowers.toml"
    run(recipe, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    other.write_text(TEXT, encoding="utf-8")
    with pytest.raises(InputError, match=r"holds the batch of recipe.toml, not of flowers.toml; name a new folder"):
        run(other, folder, resume=True)
    # Another recipe of the same name makes other files.
    recipe.write_text(TEXT.replace("{class}-", "sheet-{class}-"), encoding="utf-8")
    with pytest.raises(InputError, match=r"holds another batch: recipe.toml makes none of its 6 files; name a new"):
        run(recipe, folder, resume=True)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_two_batches_at_a_time_do_not_share_a_folder(recipe: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    plan = plan_batch(load_recipe(recipe), folder)
    first, second = run_batch(plan, THREAD), run_batch(plan, THREAD)
    next(first)
    with pytest.raises(InputError, match=r"another batch is filling .*; wait for it, or name a new folder"):
        next(second)
    assert Job(first).run().done == 6
    assert {path.name for path in folder.iterdir()} == NAMES | {MANIFEST_NAME, "contact.png"}


def test_sheets_laid_together_are_made_as_by_the_command(recipe: Path, tmp_path: Path) -> None:
    text = TEXT.replace("grid", "sheet").replace('page = "A6"', 'page = "A6"\ntile = "40x40mm"\nsheets = "1x2"')
    recipe.write_text(text.replace('["cat", "pig"]', '["cat"]').replace('"1-3"', "[2]"), encoding="utf-8")
    assert run(recipe, tmp_path / "out").done == 2
    left, right = (read_drawing(tmp_path / "out" / f"cat-2-r1c{column}.svg") for column in (1, 2))
    for drawing, number in ((left, 1), (right, 2)):
        assert (drawing.page.width_mm, drawing.page.height_mm) == (105.0, 148.0)
        assert read_provenance(tmp_path / "out" / f"cat-2-r1c{number}.svg").recipe["column"] == number
    # What leaves the left sheet at its right margin enters the right one at its left margin.
    ends = [np.concatenate([line[[0, -1]] for line in each.layers[0].strokes.polylines()]) for each in (left, right)]
    leaving, entering = (np.sort(e[np.abs(e[:, 0] - x) < 1e-6, 1]) for e, x in zip(ends, (95.0, 10.0), strict=True))
    assert len(leaving) > 0
    np.testing.assert_allclose(leaving, entering, atol=2e-3)
