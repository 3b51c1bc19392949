from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_drawings import write_bin, zigzags

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.drawing import Drawn, DrawnSet
from sketchdesign.model.judge import Judge, JudgeInfo, JudgeNetwork
from sketchdesign.model.sampling import Sampling
from sketchdesign.training import report as module
from sketchdesign.training.data import DrawingSet
from sketchdesign.training.measures import Measures, Report, ReportSettings
from sketchdesign.training.readers import load_split
from sketchdesign.training.report import measure, measured_classes
from sketchdesign.training.report_files import markdown, page, write_table
from sketchdesign.training.train_judge import JudgeConfig, train_judge

MakeModel = Callable[..., Model]
SETTINGS = ReportSettings(samples=12, seed=3)
TWO = {"classes": ("one", "two"), "class_count": 2, "class_size": 4}


@pytest.fixture(scope="module")
def judge(one_thread: None) -> Judge:
    kinds = {name: zigzags(40, strokes, seed=strokes) for name, strokes in (("two", 2), ("three", 3), ("one", 1))}
    config = JudgeConfig(steps=8, batch_size=32, warmup=1, size_px=24, width=8, feature_size=8)
    work = train_judge(config, DrawingSet.build(kinds, max_points=40), lambda step: step)
    while True:
        try:
            next(work)
        except StopIteration as end:
            trained: Judge = end.value
            return trained


def measured(
    model: Model, judge: Judge, data_dir: Path, settings: ReportSettings = SETTINGS
) -> tuple[Report, list[tuple[int, int, str]]]:
    told: list[tuple[int, int, str]] = []

    def tell(done: int, total: int, what: str) -> None:
        told.append((done, total, what))

    work = measure(model, judge, data_dir, settings, tell, device=torch.device("cpu"))
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value, told


@pytest.fixture(scope="module")
def report(tiny_model: MakeModel, judge: Judge, data_dir: Path) -> Report:
    return measured(tiny_model(**TWO), judge, data_dir)[0]


def in_range(measures: Measures) -> bool:
    shares = (measures.never_ending_before, measures.never_ending_after, measures.precision, measures.recall)
    return all(0.0 <= share <= 1.0 for share in shares) and min(measures.frechet, measures.frechet_real) >= 0.0


def test_every_class_and_all_together_are_measured(report: Report) -> None:
    assert list(report.classes) == ["one", "two"]
    assert all(in_range(measures) for measures in (report.overall, *report.classes.values()))
    assert report.overall.score.sketches == sum(m.score.sketches for m in report.classes.values())
    assert report.overall.drawn == 24
    for way in ("real", "generated", "reconstructed", "interpolated"):
        shares = [getattr(m.recognised, way) for m in report.classes.values()]
        assert all(0.0 <= share <= 1.0 for share in shares)
        assert getattr(report.overall.recognised, way) == pytest.approx(np.mean(shares))


def test_progress_counts_every_sketch_once(tiny_model: MakeModel, judge: Judge, data_dir: Path) -> None:
    _, told = measured(tiny_model(**TWO), judge, data_dir)
    done = [step[0] for step in told if step[2] == "sketches"]
    assert done == sorted(done)
    assert told[-1] == (72, 72, "sketches")


def test_a_report_repeats_with_its_seed_and_changes_with_another(
    report: Report, tiny_model: MakeModel, judge: Judge, data_dir: Path
) -> None:
    assert measured(tiny_model(**TWO), judge, data_dir)[0].to_json() == report.to_json()
    other = measured(tiny_model(**TWO), judge, data_dir, replace(SETTINGS, seed=4))[0]
    assert other.examples["one"].generated != report.examples["one"].generated


def test_a_decoder_alone_only_generates(tiny_model: MakeModel, judge: Judge, data_dir: Path) -> None:
    model = tiny_model(z_size=0, encoder_size=0)
    result, told = measured(model, judge, data_dir, replace(SETTINGS, classes=("two",)))
    own = result.classes["two"]
    assert own.recognised.reconstructed is own.recognised.interpolated is None
    assert own.score.L_KL == 0.0
    assert told[-1][:2] == (12, 12)
    assert not result.examples["two"].reconstructed
    assert page(result).startswith(b"\x89PNG")


def test_a_class_that_the_judge_does_not_know_is_measured_but_not_named(tiny_model: MakeModel, data_dir: Path) -> None:
    info = JudgeInfo(("two", "three"), size_px=24, width=8, feature_size=8)
    ignorant = Judge(info, JudgeNetwork(info).requires_grad_(False).eval())
    result, _ = measured(tiny_model(**TWO), ignorant, data_dir)
    assert result.classes["one"].recognised.real is None
    assert result.classes["one"].recognised.generated_share is None
    assert result.overall.recognised.real == result.classes["two"].recognised.real is not None
    assert in_range(result.classes["one"])


def test_copies_of_training_drawings_are_found_out(
    tiny_model: MakeModel, judge: Judge, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, _ = load_split(data_dir, ("two",), "train", 60)

    def copy(*_: object) -> Generator[None, None, DrawnSet]:
        made = [Drawn(sketch, True, 0.0) for sketch in train.sketches(np.arange(12))]
        yield None
        return DrawnSet(made, 12, Counter())

    monkeypatch.setattr(module, "_draw", copy)
    model = tiny_model(z_size=0, encoder_size=0)
    result, _ = measured(model, judge, data_dir, replace(SETTINGS, classes=("two",)))
    own = result.classes["two"]
    assert own.nearest_generated == 0.0
    assert own.nearest_real > 0.0
    assert own.nearest_ratio == 0.0
    assert all(pair.left == pair.right for pair in result.examples["two"].nearest)


def test_classes_are_chosen_by_the_models_own_names(tiny_model: MakeModel) -> None:
    model = tiny_model(**TWO)
    assert measured_classes(model, ()) == {0: "one", 1: "two"}
    assert measured_classes(model, ("two",)) == {1: "two"}
    with pytest.raises(InputError, match="no class 'cat'; choose among one, two"):
        measured_classes(model, ("cat",))
    assert measured_classes(tiny_model(), ("palm tree",)) == {0: "palm tree"}
    with pytest.raises(InputError, match="no class 'cat'; choose among tiny"):
        measured_classes(tiny_model(), ("cat", "pig"))


def test_one_class_of_several_keeps_its_own_embedding(
    report: Report, tiny_model: MakeModel, judge: Judge, data_dir: Path
) -> None:
    alone = measured(tiny_model(**TWO), judge, data_dir, replace(SETTINGS, classes=("two",)))[0]
    assert list(alone.classes) == ["two"]
    assert alone.examples["two"].generated == report.examples["two"].generated


def test_too_few_drawings_are_refused(tiny_model: MakeModel, judge: Judge, tmp_path: Path) -> None:
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
        write_bin(tmp_path / split / "one.bin", zigzags(4, 1, seed=1))
    with pytest.raises(InputError, match=r"'one' has 4 drawings of up to 60 points.*10 are needed"):
        measured(tiny_model(), judge, tmp_path, replace(SETTINGS, classes=("one",)))


@pytest.mark.parametrize("wrong", [{"samples": 2}, {"samples": 10**9}, {"seed": -1}])
def test_settings_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match="choose a number from"):
        ReportSettings(**wrong)  # type: ignore[arg-type]


def test_the_table_has_a_row_for_each_class_and_one_for_all(report: Report, tmp_path: Path) -> None:
    heading = {"model": "tiny", "sampling": Sampling().to_json()}
    lines = [line for line in markdown(report, heading).splitlines() if line.startswith("|")]
    assert [line.split("|")[1].strip() for line in lines] == ["class", "---", "one", "two", "**all**"]
    assert len({line.count("|") for line in lines}) == 1
    write_table(tmp_path / "report.json", report, heading)
    document = json.loads((tmp_path / "report.json").read_text())
    assert document["model"] == "tiny"
    assert document["classes"]["one"]["L_R"] == report.classes["one"].score.L_R
    assert {"L_R", "L_KL", "nats_per_point", "n_max", "sketches", "recognised"} <= set(document)
    with pytest.raises(InputError, match=r"report\.txt cannot hold the report; let its name end in \.md or \.json"):
        write_table(tmp_path / "report.txt", report, heading)


def test_the_page_has_a_row_for_each_class(report: Report) -> None:
    picture = Image.open(io.BytesIO(page(report))).convert("L")
    rows = np.asarray(picture)[28:].reshape(2, 84, -1)
    assert all((row < 128).any() for row in rows)
    many = replace(report, examples={str(n): report.examples["one"] for n in range(101)})
    with pytest.raises(InputError, match="101 classes are too many"):
        page(many)


def test_an_empty_sketch_does_not_stop_the_page(report: Report) -> None:
    empty = replace(report.examples["one"], generated=(Sketch.empty(),))
    assert page(replace(report, examples={"one": empty})).startswith(b"\x89PNG")
