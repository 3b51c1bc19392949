"""What the latent tools are worth, in numbers, with the models that are bundled.

    python tests/bench/measure_latent.py [--data quickdraw/test]

DATA holds QuickDraw's simplified drawings as ``CLASS.bin``; without it, sketches by the models take their place.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sketchdesign.core.quickdraw import read_bin
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.judge import Judge, bundled_judge, load_judge
from sketchdesign.model.likeness import distances, pictures
from sketchdesign.model.raster import outlines
from sketchdesign.model.sampling import Sampling
from sketchdesign.model.zoo import find_models, open_model
from sketchdesign.services.generate import GenerateSettings, generate
from sketchdesign.services.inputs import GivenSketch
from sketchdesign.services.jobs import Job
from sketchdesign.services.latent.cast import Cast, Role
from sketchdesign.services.latent.complete import complete
from sketchdesign.services.latent.figure_parts import example
from sketchdesign.services.latent.morph import GridShape, interpolate
from sketchdesign.services.latent.single import analogy, reconstruct
from sketchdesign.services.latent.tools import Board

SETTINGS = GenerateSettings(1, seed=1, device="cpu", sampling=Sampling.preset(temperature=0.1))
STEPS = 10
PAIRS = 20
SEEDS = 50
ENDINGS = 9
BEGINNING_POINTS = 30


def sketches(board: Board) -> list[Sketch]:
    return [each.sketch for each in board.results]


def drawings(role: Role, word: str, count: int, data: Path | None) -> list[GivenSketch]:
    """Drawings of a class that the model can read."""
    path = None if data is None else data / f"{word}.bin"
    if path is None or not path.is_file():
        drawn = Job(generate(role.model, replace(SETTINGS, count=count, class_name=role.class_name))).run()
        return [GivenSketch("new", each.sketch, word=word) for each in drawn.sketches]
    fitting = (sketch for sketch in read_bin(path) if 10 <= len(sketch) <= role.model.info.max_points)
    return [GivenSketch(str(n), sketch, word=word) for n, sketch in enumerate(itertools.islice(fitting, count))]


def recognised(judge: Judge, drawn: Sequence[Sketch], word: str) -> float:
    known = judge.labels_of((word,))[0]
    return float((judge.look(outlines(drawn)).labels == known).mean())


def interpolation(role: Role, word: str, judge: Judge, data: Path | None) -> dict[str, Any]:
    """Neighbours on the way from one drawing to another, and how recognisable what lies between is."""
    given = drawings(role, word, 2 * PAIRS, data)
    settings = replace(SETTINGS, class_name=role.class_name)
    strips = [
        sketches(Job(interpolate(role.model, ends, settings, STEPS)).run())
        for ends in zip(given[::2], given[1::2], strict=True)
    ]
    looks = [pictures(strip) for strip in strips]
    near = [distances(look[n : n + 1], look[n + 1 : n + 2])[0, 0] for look in looks for n in range(STEPS - 1)]
    ends = [distances(look[:1], look[-1:])[0, 0] for look in looks]
    everything = np.concatenate(looks)
    far = distances(everything, everything)[np.triu_indices(len(everything), 1)]
    board = Job(reconstruct(role.model, given, settings, {0.1: SETTINGS.sampling})).run()
    rebuilt = recognised(judge, sketches(board), word)
    between = recognised(judge, [sketch for strip in strips for sketch in strip[1:-1]], word)
    return {
        "neighbours": round(float(np.mean(near)), 3),
        "random pairs": round(float(far.mean()), 3),
        "two ends": round(float(np.mean(ends)), 3),
        "ratio": round(float(np.mean(near) / far.mean()), 3),
        "real recognised": round(recognised(judge, [each.sketch for each in given], word), 3),
        "reconstructed recognised": round(rebuilt, 3),
        "interpolated recognised": round(between, 3),
        "share kept": round(between / max(rebuilt, 1e-9), 3),
    }


def pig_body(role: Role, judge: Judge) -> dict[str, float]:
    """A cat's head, less a pig's head, plus a whole pig: how often the judge sees a cat, with and without care."""
    base, minus, plus = (example(name) for name in ("cat-face", "pig-head", "pig"))
    shares = {}
    for name, best_of in (("as it comes", 1), ("best of 8", 8)):
        careful = replace(SETTINGS, best_of=best_of, rank="reencode", class_name=role.class_name)
        for strength in (0.5, 1.0):
            found = [
                sketches(Job(analogy(role.model, base, minus, plus, replace(careful, seed=seed), [strength])).run())[0]
                for seed in range(SEEDS)
            ]
            shares[f"{name}, strength {strength:g}"] = recognised(judge, found, "cat")
    return shares


def endings(role: Role) -> dict[str, Any]:
    """Endings begin with what was given, differ, and come quickly."""
    given = example("cat")
    points = given.sketch.points[:: max(1, len(given.sketch) // BEGINNING_POINTS)][:BEGINNING_POINTS]
    begun = GivenSketch("begun", Sketch.from_polylines([points]), word="cat")

    def finish() -> tuple[Board, float]:
        started = time.perf_counter()
        board = Job(complete(role.model, begun, replace(SETTINGS, class_name=role.class_name), ENDINGS)).run()
        return board, time.perf_counter() - started

    finish()
    runs = [finish() for _ in range(7)]
    results = sketches(runs[0][0])
    off = max(float(np.abs(each.points[: len(points)] - points).max()) for each in results)
    return {
        "points given": len(points),
        "largest difference of given points": off,
        "different endings": len(set(results)),
        "seconds, median": round(float(np.median([seconds for _, seconds in runs])), 3),
        "seconds, best": round(min(seconds for _, seconds in runs), 3),
    }


def corners(role: Role) -> bool:
    """Whether the corners of a grid are the reconstructions of its inputs."""
    given = [example(name) for name in ("cat-face", "cat", "three-eyed-cat", "pig-head")]
    settings = replace(SETTINGS, class_name=role.class_name)
    grid = sketches(Job(interpolate(role.model, given, settings, GridShape(5, 6))).run())
    alone = sketches(Job(reconstruct(role.model, given, settings, {0.1: SETTINGS.sampling})).run())
    return [grid[place] for place in (0, 5, 24, 29)] == alone


def measurements(data: Path | None) -> Iterator[tuple[str, str, Any]]:
    judge = load_judge(bundled_judge())
    cast = Cast([name for name, _ in find_models()], open_model)
    for word in ("cat", "pig", "owl", "yoga"):
        role = cast.role(word, word)
        yield f"interpolation, {word}", str(role), interpolation(role, word, judge, data)
    for name in ("cat", "cat-pig"):
        role = cast.role(name, "cat")
        yield "analogy recognised as cat", str(role), pig_body(role, judge)
    role = cast.role("endings", "cat")
    yield "endings", str(role), endings(role)
    for name in ("cat", "cat-pig"):
        role = cast.role(name)
        yield "corners are reconstructions", str(role), corners(role)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    for what, model, value in measurements(parser.parse_args().data):
        print(json.dumps({"measured": what, "model": model, "value": value}), flush=True)


if __name__ == "__main__":
    main()
