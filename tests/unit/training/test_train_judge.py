from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny_drawings import zigzags

from sketchdesign.core.errors import InputError
from sketchdesign.model.judge import Judge
from sketchdesign.training.data import DrawingSet
from sketchdesign.training.train_judge import JudgeConfig, JudgeStep, accuracy, train_judge, varied

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = JudgeConfig(steps=40, batch_size=32, warmup=5, learning_rate=5e-3, size_px=24, width=8, feature_size=16)
PLAIN = replace(SMALL, rotation=0.0, stretch=0.0, shear=0.0, jitter=0.0, mirror=0.0)


def trained(config: JudgeConfig, drawings: DrawingSet) -> tuple[list[JudgeStep], Judge]:
    steps: list[JudgeStep] = []
    work = train_judge(config, drawings, steps.append, data="made up", licence="MIT")
    while True:
        try:
            next(work)
        except StopIteration as end:
            return steps, end.value


def test_it_learns_to_tell_two_kinds_of_drawings_apart() -> None:
    known = DrawingSet.build({"one": zigzags(200, 1, seed=1), "four": zigzags(200, 4, seed=2)}, max_points=40)
    unseen = DrawingSet.build({"one": zigzags(60, 1, seed=3), "four": zigzags(60, 4, seed=4)}, max_points=40)
    steps, judge = trained(SMALL, known)
    assert [step.step for step in steps] == list(range(1, 41))
    assert steps[-1].loss < steps[0].loss / 2
    assert accuracy(judge, unseen) > 0.95
    assert judge.info.classes == ("one", "four")
    assert judge.info.settings["drawings"] == 400


def test_a_seed_repeats_a_training(drawings: DrawingSet) -> None:
    short = replace(SMALL, steps=3)
    assert trained(short, drawings)[0] == trained(short, drawings)[0]
    assert trained(short, drawings)[0] != trained(replace(short, seed=2), drawings)[0]


def test_variation_moves_points_as_each_setting_says(drawings: DrawingSet) -> None:
    assert np.array_equal(varied(drawings, PLAIN, (1,)).points, drawings.points)
    mirrored = varied(drawings, replace(PLAIN, mirror=1.0), (1,)).points
    assert np.allclose(mirrored, drawings.points * [-1, 1])
    turned = varied(drawings, replace(PLAIN, rotation=30.0), (1,)).points
    assert np.allclose(np.linalg.norm(turned, axis=1), np.linalg.norm(drawings.points, axis=1))
    angle = np.degrees(np.arctan2(turned[:, 1], turned[:, 0]) - np.arctan2(*drawings.points.T[::-1]))
    assert 20 < np.abs(angle).max() <= 30.001
    # One angle for all points of a drawing.
    assert np.ptp(angle[: drawings.starts[1]]) < 1e-3
    sheared = varied(drawings, replace(PLAIN, shear=0.2), (1,)).points
    assert np.allclose(sheared[:, 1], drawings.points[:, 1])
    assert np.abs(sheared[:, 0] - drawings.points[:, 0]).max() <= 0.2 * drawings.points[:, 1].max() + 1e-9
    shaken = varied(drawings, replace(PLAIN, jitter=0.01), (1,)).points - drawings.points
    assert 0 < shaken.std() < 2.6


def test_what_cannot_be_trained_is_refused() -> None:
    alone = DrawingSet.build({"one": zigzags(20, 1, seed=1)}, max_points=20)
    with pytest.raises(InputError, match="two classes or more"):
        trained(SMALL, alone)
    with pytest.raises(InputError, match="steps: 0 cannot be used"):
        JudgeConfig(steps=0)
    with pytest.raises(InputError, match="a seed of -1"):
        JudgeConfig(seed=-1)
