"""Settings from TOML, and what is said about wrong ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.training.config import PRESETS, TrainConfig, config_from_table, load_config, load_run


def test_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "cats.toml"
    path.write_text(
        'preset = "magenta"\nclasses = ["cat", "chair"]\nname = "catchair"\nsteps = 500\nkl_weight = 1\n'
        "[architecture]\nclass_size = 32\nlog_sigma_min = -6\n[augmentation]\ndrop = 0.2\n"
    )
    config = load_config(path)
    assert config.classes == ("cat", "chair")
    assert (config.steps, config.kl_weight, config.batch_size) == (500, 1.0, 100)
    assert (config.architecture.class_count, config.architecture.class_size) == (2, 32)
    assert config.architecture.log_sigma_min == -6.0
    assert (config.augmentation.drop, config.augmentation.scale) == (0.2, 0.15)
    assert config.model_name == "catchair"


def test_places_are_relative_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cats.toml"
    path.write_text('classes = ["cat"]\ndata = "drawings"\nstart = "old/cat.safetensors"\nout = "../runs"\n')
    run = load_run(path)
    assert (run.data, run.out) == (tmp_path / "drawings", tmp_path / "../runs")
    assert run.start == str(tmp_path / "old" / "cat.safetensors")
    assert run.config == load_config(path) == TrainConfig(classes=("cat",))
    path.write_text('classes = ["cat"]\nstart = "/models/cat.safetensors"\n')
    run = load_run(path)
    assert (run.data, run.out, run.start) == (None, tmp_path / "cats", "/models/cat.safetensors")


def test_a_bundled_start_model_goes_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sketchdesign.training.config.find_models", lambda: [("doodles", tmp_path)])
    (tmp_path / "a.toml").write_text('classes = ["cat"]\nstart = "doodles"\n')
    assert load_run(tmp_path / "a.toml").start == "doodles"


@pytest.mark.parametrize("value", ["3", '""', '["a"]', '"a\\u0000b"'])
def test_places_must_be_paths(tmp_path: Path, value: str) -> None:
    (tmp_path / "a.toml").write_text(f'classes = ["cat"]\ndata = {value}\n')
    with pytest.raises(InputError, match=r"a\.toml: data is .*; give a path in quotation marks"):
        load_run(tmp_path / "a.toml")


def test_no_preset_gives_the_defaults() -> None:
    assert config_from_table({"classes": ["cat"]}) == TrainConfig(classes=("cat",))


def test_presets_are_those_of_the_paper_and_of_magenta() -> None:
    paper, magenta = (config_from_table({"preset": name, "classes": ["cat"]}) for name in PRESETS)
    assert (paper.architecture.decoder, paper.architecture.decoder_size) == ("hyper", 2048)
    assert (paper.learning_rate, paper.kl_anneal, paper.recurrent_keep, paper.final_rate) == (1e-4, 0.99999, 0.9, 1.0)
    assert (magenta.architecture.decoder, magenta.architecture.decoder_size, magenta.batch_size) == ("lstm", 512, 100)
    assert (magenta.kl_anneal, magenta.schedule, magenta.rate_decay) == (0.99995, "exponential", 0.9999)
    assert magenta.kl_weight * magenta.kl_start == pytest.approx(0.01)
    assert magenta.learning_rate * magenta.final_rate == pytest.approx(1e-5)
    for config in (paper, magenta):
        assert (config.clip_value, config.clip_norm, config.ema, config.architecture.log_sigma_min) == (
            1.0,
            0.0,
            0.0,
            None,
        )


def test_a_decoder_only_network_has_no_encoder_and_an_unlabelled_one_no_classes() -> None:
    config = config_from_table({"classes": ["cat", "dog"], "architecture": {"z_size": 0}})
    assert (config.architecture.encoder_size, config.architecture.class_count) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"step": 5}, r"step is no setting; did you mean steps\?"),
        ({"strat": "x"}, r"strat is no setting; did you mean start\?"),
        ({"patience": -1}, "patience is -1"),
        ({"compile": 1}, "give true or false"),
        ({"xyz": 5}, "xyz is no setting; known are architecture, augmentation"),
        ({"architecture": {"zsize": 5}}, r"architecture\.zsize is no setting; did you mean z_size\?"),
        ({"architecture": {"class_count": 2}}, r"class_count is no setting"),
        ({"architecture": 5}, r"architecture is not a table; write \[architecture\]"),
        ({"architecture": {"decoder": "gru"}}, "use lstm, layer_norm, hyper"),
        ({"architecture": {"learned_prior": 1}}, "give true or false"),
        ({"architecture": {"learned_prior": True}}, "architecture is impossible: .*learned prior"),
        ({"architecture": {"z_size": -3}}, "architecture is impossible: z_size is -3"),
        ({"architecture": {"decoder_size": 10**9}}, "architecture is impossible: decoder_size"),
        ({"augmentation": {"drop": 1.5}}, r"augmentation\.drop is 1\.5"),
        ({"augmentation": {"jitter_px": -1}}, r"augmentation\.jitter_px is -1"),
        ({"steps": "many"}, "steps is 'many'; give a whole number"),
        ({"steps": 1.5}, "give a whole number"),
        ({"steps": True}, "give a whole number"),
        ({"steps": 0}, "steps is 0; choose a value from 1"),
        ({"learning_rate": "1e-3"}, "give a number"),
        ({"learning_rate": float("nan")}, "give a number"),
        ({"kl_weight": True}, "give a number"),
        ({"ema": 1.5}, "ema is 1.5"),
        ({"seed": -1}, "seed is -1"),
        ({"precision": "float16"}, "use auto, float32, bfloat16"),
        ({"name": 5}, "give a text"),
        ({"preset": "papers"}, "preset 'papers' is unknown; use paper or magenta"),
        ({"classes": "cat"}, "classes is 'cat'; give a list of names"),
        ({"classes": []}, "no classes are given"),
        ({"classes": [""]}, "give a list of names"),
        ({"classes": ["cat", "cat"]}, "given twice"),
    ],
)
def test_wrong_settings_are_named_with_what_to_write_instead(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        config_from_table({"classes": ["cat"]} | changes)


def test_missing_classes_are_asked_for() -> None:
    with pytest.raises(InputError, match=r'no classes are given; write for example classes = \["cat"\]'):
        config_from_table({})


@pytest.mark.parametrize("data", [b"steps = ", b"\xff", b"classes = ['cat'\n"])
def test_a_file_that_is_no_toml_is_one_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.toml").write_bytes(data)
    with pytest.raises(InputError, match=r"a\.toml is no TOML file"):
        load_config(tmp_path / "a.toml")


def test_errors_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('classes = ["cat"]\nstep = 5\n')
    with pytest.raises(InputError, match=r"a\.toml: step is no setting; did you mean steps\?"):
        load_config(tmp_path / "a.toml")
    with pytest.raises(InputError, match="cannot read"):
        load_config(tmp_path / "none.toml")


def test_settings_as_plain_values() -> None:
    config = config_from_table({"classes": ["cat", "dog", "cow", "pig"], "architecture": {"class_size": 4}})
    plain = config.as_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["architecture"]["class_count"] == 4
    assert config.model_name == "cat-dog-cow-and-more"
