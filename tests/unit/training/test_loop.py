"""The training loop: it learns, it goes on where it stopped, and it notices what does not fit."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from sketchdesign.core.errors import CheckpointError, InputError, OutputError, SketchDesignError
from sketchdesign.model.network import SketchRNN
from sketchdesign.training import tensor_file
from sketchdesign.training.config import TrainConfig
from sketchdesign.training.data import DrawingSet
from sketchdesign.training.loop import Trainer, compile_cells

MakeConfig = Callable[..., TrainConfig]
FORMS: dict[str, dict[str, Any]] = {
    "unlabelled": {},
    "labelled": {"class_count": 2, "class_size": 3},
    "learned prior": {"class_count": 2, "class_size": 3, "learned_prior": True},
    "decoder only": {"z_size": 0, "encoder_size": 0},
    "decoder only, labelled": {"z_size": 0, "encoder_size": 0, "class_count": 2, "class_size": 3},
    "layer norm": {"encoder": "layer_norm", "decoder": "layer_norm"},
    "hyper": {"decoder": "hyper", "hyper_size": 5, "hyper_embedding": 3},
}


def weights(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in trainer.network.state_dict().items()}


def assert_same(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> None:
    assert left.keys() == right.keys()
    assert all(torch.equal(left[name], right[name]) for name in left)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_every_form_of_network_learns(drawings: DrawingSet, small_config: MakeConfig, form: dict[str, Any]) -> None:
    trainer = Trainer(small_config(steps=40, learning_rate=0.01, recurrent_keep=0.9, **form), drawings)
    before = trainer.evaluate(drawings)
    losses = [report.losses.reconstruction for report in trainer.run()]
    after = trainer.evaluate(drawings)
    assert sum(losses[-8:]) < 0.9 * sum(losses[:8])
    assert after.reconstruction < 0.95 * before.reconstruction
    assert (after.kl > 0) == trainer.config.architecture.conditional


@pytest.mark.parametrize("form", ["labelled", "decoder only", "hyper"])
def test_a_run_that_was_killed_goes_on_with_the_same_losses(
    drawings: DrawingSet, small_config: MakeConfig, tmp_path: Path, form: str
) -> None:
    config = small_config(steps=14, recurrent_keep=0.9, **FORMS[form])
    whole = Trainer(config, drawings)
    expected = []
    for report in whole.run():
        expected.append(report.losses)
        if report.step == 6:
            whole.save(tmp_path / "state.safetensors")
    resumed = Trainer(replace(config, seed=config.seed), drawings)
    resumed.resume(tmp_path / "state.safetensors")
    assert resumed.step == 6
    assert [report.losses for report in resumed.run()] == expected[6:]
    assert_same(weights(resumed), weights(whole))
    assert resumed.evaluate(drawings) == whole.evaluate(drawings)


@pytest.mark.parametrize("form", ["labelled", "layer norm", "hyper"])
def test_bfloat16_products_learn_too(drawings: DrawingSet, small_config: MakeConfig, form: str) -> None:
    config = small_config(steps=8, learning_rate=0.01, **FORMS[form])
    exact, coarse = Trainer(config, drawings), Trainer(replace(config, precision="bfloat16"), drawings)
    losses = [[report.losses.reconstruction for report in trainer.run()] for trainer in (exact, coarse)]
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.1)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("keep", [1.0, 0.9])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_gpu_learns_and_goes_on_where_it_stopped(
    drawings: DrawingSet, small_config: MakeConfig, tmp_path: Path, form: dict[str, Any], keep: float
) -> None:
    cuda = torch.device("cuda")
    config = small_config(steps=20, learning_rate=0.01, recurrent_keep=keep, **form)
    whole = Trainer(config, drawings, device=cuda)
    on_cpu = Trainer(config, drawings).evaluate(drawings)
    assert tuple(whole.evaluate(drawings)) == pytest.approx(tuple(on_cpu), rel=1e-2, abs=1e-4)
    expected = []
    for report in whole.run():
        expected.append(report.losses)
        if report.step == 6:
            whole.save(tmp_path / "state.safetensors")
    assert expected[-1].reconstruction < expected[0].reconstruction
    resumed = Trainer(config, drawings, device=cuda)
    resumed.resume(tmp_path / "state.safetensors")
    assert [report.losses for report in resumed.run()] == expected[6:]


@pytest.mark.parametrize(("kind", "compiled"), [("lstm", 0), ("layer_norm", 1), ("hyper", 1)])
def test_only_cells_that_step_are_compiled(
    small_config: MakeConfig, monkeypatch: pytest.MonkeyPatch, kind: str, compiled: int
) -> None:
    asked: list[torch.nn.Module] = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda module: asked.append(module))
    network = SketchRNN(small_config(decoder=kind, hyper_size=5, hyper_embedding=3).architecture)
    compile_cells(network)
    assert asked == [network.decoder][:compiled]


def test_a_worthless_state_is_not_written(drawings: DrawingSet, small_config: MakeConfig, tmp_path: Path) -> None:
    trainer = Trainer(small_config(), drawings)
    trainer._last = torch.tensor([math.nan, 0.0])  # as a GPU leaves it, whose losses nobody reads at once
    for act in (lambda: trainer.save(tmp_path / "state"), lambda: trainer.evaluate(drawings)):
        with pytest.raises(SketchDesignError, match="is no finite number"):
            act()
    assert not (tmp_path / "state").exists()


def test_the_state_file_has_the_layout_of_older_runs(
    drawings: DrawingSet, small_config: MakeConfig, tmp_path: Path
) -> None:
    trainer = Trainer(small_config(steps=1), drawings)
    list(trainer.run())
    trainer.save(tmp_path / "state.safetensors")
    names = [name for name, _ in trainer.network.named_parameters()]
    with safe_open(tmp_path / "state.safetensors", "pt") as file:
        prefixes = ("weights", "average", "exp_avg", "exp_avg_sq")
        assert set(file.keys()) == {f"{prefix}/{name}" for prefix in prefixes for name in names}
        header = json.loads(file.metadata()["training"])
    assert header == {"step": 1, "scale_factor": drawings.scale_factor(), "classes": ["one", "two"]}


def test_evaluation_is_deterministic_and_changes_nothing(drawings: DrawingSet, small_config: MakeConfig) -> None:
    trainer = Trainer(small_config(recurrent_keep=0.5, output_dropout=0.5), drawings)
    before = weights(trainer)
    assert trainer.evaluate(drawings) == trainer.evaluate(drawings)
    assert_same(weights(trainer), before)


def test_the_global_generator_is_left_alone(drawings: DrawingSet, small_config: MakeConfig) -> None:
    state = torch.random.get_rng_state()
    list(Trainer(small_config(steps=2, recurrent_keep=0.9), drawings).run())
    assert torch.equal(torch.random.get_rng_state(), state)


def test_the_seed_decides_the_first_weights_and_the_losses(drawings: DrawingSet, small_config: MakeConfig) -> None:
    runs = [[r.losses for r in Trainer(small_config(steps=3, seed=seed), drawings).run()] for seed in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_the_loss_counts_the_rows_of_the_drawing_and_its_end(drawings: DrawingSet, small_config: MakeConfig) -> None:
    """A network of zeros says: offsets N(0, I), three equally likely pens. Its loss can be written down."""
    trainer = Trainer(small_config(), drawings)
    with torch.no_grad():
        for parameter in trainer.average.parameters():
            parameter.zero_()
    losses = trainer.evaluate(drawings)
    offsets = torch.tensor(
        [
            ((drawings.points[i + 1] - drawings.points[i]) ** 2).sum()
            for a, b in zip(drawings.starts[:-1], drawings.starts[1:], strict=True)
            for i in range(a, b - 1)
        ]
    )
    rows, ends = len(offsets), len(drawings)
    nats = (offsets.sum().item() / trainer.scale_factor**2) / 2 + rows * math.log(2 * math.pi)
    expected = (nats + (rows + ends) * math.log(3)) / (20 * len(drawings))
    assert losses.reconstruction == pytest.approx(expected, rel=1e-4)
    assert losses.kl == pytest.approx(0.0, abs=1e-6)


def test_the_kl_floor_stops_its_gradient(drawings: DrawingSet, small_config: MakeConfig) -> None:
    """Below KL_min neither the weight nor the divergence reaches the gradient, so w_KL cannot matter."""
    runs = []
    for weight in (0.0, 100.0):
        trainer = Trainer(small_config(steps=3, kl_weight=weight, kl_floor=50.0), drawings)
        list(trainer.run())
        runs.append(weights(trainer))
    assert_same(*runs)


def test_clipping_bounds_the_first_step(drawings: DrawingSet, small_config: MakeConfig) -> None:
    def gradients(**clipping: float) -> torch.Tensor:
        trainer = Trainer(small_config(steps=1, **clipping), drawings)
        list(trainer.run())
        return torch.cat([p.grad.flatten() for p in trainer.network.parameters() if p.grad is not None])

    assert gradients(clip_norm=1e-4, clip_value=0.0).norm().item() == pytest.approx(1e-4, rel=1e-3)
    assert gradients(clip_norm=0.0, clip_value=1e-5).abs().max().item() == pytest.approx(1e-5, rel=1e-3)


def test_the_average_follows_slowly_or_at_once(drawings: DrawingSet, small_config: MakeConfig) -> None:
    slow, fast = (Trainer(small_config(steps=20, ema=ema), drawings) for ema in (0.999, 0.0))
    for trainer in (slow, fast):
        list(trainer.run())
    assert_same(dict(fast.average.state_dict()), weights(fast))
    assert any(not torch.equal(a, b) for a, b in zip(slow.average.parameters(), slow.network.parameters(), strict=True))


def test_the_learning_rate_rises_then_falls(drawings: DrawingSet, small_config: MakeConfig) -> None:
    cosine = [r.learning_rate for r in Trainer(small_config(steps=12, warmup=4, learning_rate=1.0), drawings).run()]
    assert cosine[:5] == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0])
    assert cosine[4:] == sorted(cosine[4:], reverse=True)
    assert cosine[8] == pytest.approx(0.02 + 0.98 * 0.5)
    config = small_config(steps=3, warmup=0, learning_rate=1.0, schedule="exponential", final_rate=0.1, rate_decay=0.5)
    exponential = [r.learning_rate for r in Trainer(config, drawings).run()]
    assert exponential == pytest.approx([1.0, 0.55, 0.325])


def test_a_loss_that_is_no_number_stops_before_it_harms(drawings: DrawingSet, small_config: MakeConfig) -> None:
    trainer = Trainer(small_config(), drawings)
    with torch.no_grad():
        trainer.network.output_b[0] = math.nan
    before = {name: tensor.nan_to_num(7.0) for name, tensor in weights(trainer).items()}
    with pytest.raises(SketchDesignError, match="loss at step 0 is no finite number; lower learning_rate"):
        next(trainer.run())
    assert_same({name: tensor.nan_to_num(7.0) for name, tensor in weights(trainer).items()}, before)


def test_a_warm_start_begins_from_other_weights(drawings: DrawingSet, small_config: MakeConfig) -> None:
    first, second = (Trainer(small_config(seed=seed), drawings) for seed in (1, 2))
    second.warm_start(weights(first))
    assert_same(weights(second), weights(first))
    assert second.evaluate(drawings) == first.evaluate(drawings)


def test_drawings_of_other_classes_are_refused(drawings: DrawingSet, small_config: MakeConfig) -> None:
    with pytest.raises(InputError, match="other classes"):
        Trainer(replace(small_config(), classes=("one", "three")), drawings)


def saved(drawings: DrawingSet, config: TrainConfig, path: Path) -> Path:
    Trainer(config, drawings).save(path)
    return path


def check_refused(drawings: DrawingSet, config: TrainConfig, path: Path, message: str) -> None:
    trainer = Trainer(config, drawings)
    before = weights(trainer)
    with pytest.raises(CheckpointError, match=message):
        trainer.resume(path)
    assert_same(weights(trainer), before)
    assert trainer.step == 0


def test_states_of_other_runs_are_refused(drawings: DrawingSet, small_config: MakeConfig, tmp_path: Path) -> None:
    config = small_config()
    path = saved(drawings, config, tmp_path / "state.safetensors")
    renamed = replace(drawings, classes=("one", "three"))
    check_refused(renamed, replace(config, classes=("one", "three")), path, "was trained on other classes")
    check_refused(drawings, small_config(decoder_size=13), path, "other sizes")
    check_refused(drawings, small_config(class_count=2, class_size=3), path, "damaged|other sizes")
    check_refused(drawings, small_config(mixtures=1), path, "other sizes")


@pytest.mark.parametrize("keep", [0, 4, 100, 3000, -1])
def test_damaged_states_are_refused(drawings: DrawingSet, small_config: MakeConfig, tmp_path: Path, keep: int) -> None:
    path = saved(drawings, small_config(), tmp_path / "state.safetensors")
    path.write_bytes(path.read_bytes()[:keep])
    check_refused(drawings, small_config(), path, "is damaged, or not of a training run; choose another")


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {"other": "x"},
        {"training": "{"},
        {"training": "[]"},
        {"training": "{}"},
        {"training": "[" * 100_000},
        {"training": '{"classes": 3, "step": 1, "scale_factor": 1}'},
        {"training": '{"classes": ["one", "two"], "step": "x", "scale_factor": 1}'},
        {"training": '{"classes": ["one", "two"], "step": 1}'},
    ],
)
def test_states_with_a_damaged_header_are_refused(
    drawings: DrawingSet, small_config: MakeConfig, tmp_path: Path, metadata: dict[str, str] | None
) -> None:
    path = saved(drawings, small_config(), tmp_path / "state.safetensors")
    save_file(load_file(path), path, metadata)
    check_refused(drawings, small_config(), path, "is damaged, or not of a training run; choose another")


def test_a_missing_state_is_one_sentence(drawings: DrawingSet, small_config: MakeConfig, tmp_path: Path) -> None:
    check_refused(drawings, small_config(), tmp_path / "none.safetensors", "cannot read|no such file")


def test_an_interrupted_save_leaves_the_old_state(
    drawings: DrawingSet, small_config: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(drawings, small_config(), tmp_path / "state.safetensors")
    old = path.read_bytes()

    def interrupted(tensors: object, target: Path, metadata: object) -> None:
        target.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(tensor_file, "save_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Trainer(small_config(), drawings).save(path)
    assert path.read_bytes() == old
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.safetensors"]


def test_a_state_that_cannot_be_written_is_one_sentence(
    drawings: DrawingSet, small_config: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(tensors: object, target: Path, metadata: object) -> None:
        raise SafetensorError("No space left on device")

    monkeypatch.setattr(tensor_file, "save_file", full)
    with pytest.raises(OutputError, match=r"cannot write .*No space left"):
        Trainer(small_config(), drawings).save(tmp_path / "state.safetensors")
