"""``evaluate``: how good a model is. ``train-judge``: the network that looks at its pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.options import ModelArgument, PresetOption, TemperatureOption, check_png, parse_names
from sketchdesign.core.errors import InputError
from sketchdesign.core.files import check_writable, together, write_atomic
from sketchdesign.services.jobs import Progress

DataOption = Annotated[
    Path,
    typer.Option(
        metavar="DIR", help="Folder of drawings, as for train: DIR/train/cat.bin, DIR/test/cat.bin and so on."
    ),
]


def evaluate(
    context: typer.Context,
    model: ModelArgument,
    data: DataOption,
    split: Annotated[str, typer.Option(help="The drawings to measure on: train, valid or test.")] = "test",
    classes: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Classes to measure. For a model of one class, the name of its drawings."),
    ] = None,
    samples: Annotated[int, typer.Option(help="Sketches to draw of each class, in each of three ways.")] = 200,
    judge: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A judge to use instead of the bundled one.")
    ] = None,
    output: Annotated[
        list[Path] | None, typer.Option("-o", "--output", metavar="REPORT", help="A .md or .json file. Repeatable.")
    ] = None,
    picture: Annotated[Path | None, typer.Option(metavar="PAGE", help="A .png of sketches to look at.")] = None,
    preset: PresetOption = "default",
    temperature: TemperatureOption = None,
    critic: Annotated[
        bool | None,
        typer.Option("--critic/--no-critic", help="Generate as usual, with a critic that rejects, or take what comes."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed draws and measures the same.")] = 1,
) -> None:
    """Measure a model against real drawings: likelihood, recognisability, variety, and whether it copies."""
    from sketchdesign.geometry.svg_reader import read_svg_sketch
    from sketchdesign.model.judge import bundled_judge, load_judge
    from sketchdesign.model.runtime import choose_device, choose_threads
    from sketchdesign.model.sampling import Sampling
    from sketchdesign.model.zoo import open_model
    from sketchdesign.training.measures import ReportSettings
    from sketchdesign.training.report import measure
    from sketchdesign.training.report_files import check_table_path, markdown, page, write_table

    console: Console = context.obj
    for path in output or []:
        check_table_path(path)
        check_writable(path)
    if picture is not None:
        check_png(picture)
    sampling = Sampling.preset(preset, temperature, critic=critic)
    settings = ReportSettings(samples, split, tuple(parse_names(classes or "")), sampling, seed)
    device, threads = choose_device(console.device), choose_threads(console.threads)
    opened = open_model(model)
    looking = load_judge(judge or bundled_judge())
    readers = {".svg": read_svg_sketch}
    work = measure(opened, looking, data, settings, Progress, device=device, threads=threads, readers=readers)
    report = console.run(work)
    heading = {
        "model": opened.info.name,
        "model_sha256": opened.sha256,
        "split": split,
        "samples": samples,
        "sampling": settings.sampling.to_json(),
        "seed": seed,
        "judge": {
            "sha256": looking.sha256,
            "classes": len(looking.info.classes),
            "accuracy": looking.info.accuracy,
            "knows": all(name in looking.info.classes for name in report.classes),
        },
    }
    with together():
        for path in output or []:
            write_table(path, report, heading)
        if picture is not None:
            write_atomic(picture, page(report))
    console.result({**heading, **report.to_json()}, markdown(report, heading))


def train_judge(
    context: typer.Context,
    data: DataOption,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The .safetensors file to write.")],
    classes: Annotated[
        str | None, typer.Option(metavar="A,B", help="Classes to tell apart. Default: all of the folder.")
    ] = None,
    steps: Annotated[int, typer.Option(help="Batches of 256 drawings.")] = 4000,
    seed: Annotated[int, typer.Option(help="The same seed trains the same judge.")] = 1,
    source: Annotated[str, typer.Option(help="Where the drawings are from, with the attribution they ask for.")] = "",
    licence: Annotated[str, typer.Option(help="Licence of the judge.")] = "",
) -> None:
    """Train a judge: a small network that names a drawing's class, for evaluate."""
    from sketchdesign.model.judge import save_judge
    from sketchdesign.model.runtime import choose_threads
    from sketchdesign.training.readers import load_split
    from sketchdesign.training.train_judge import MOST_POINTS, JudgeConfig, JudgeStep, accuracy
    from sketchdesign.training.train_judge import train_judge as train

    console: Console = context.obj
    if output.suffix != ".safetensors":
        raise InputError(f"{output} does not end in .safetensors", hint="give the output that ending")
    check_writable(output)
    config = JudgeConfig(steps=steps, seed=seed)
    names = tuple(parse_names(classes or "")) or _classes_in(data / "train")
    if not names:
        raise InputError(f"{data / 'train'} holds no drawings", hint="give a folder with train/cat.bin and the like")
    drawings, _ = load_split(data, names, "train", MOST_POINTS)
    unseen, _ = load_split(data, names, "test", MOST_POINTS)
    threads = choose_threads(console.threads)

    def tell(step: JudgeStep) -> Progress:
        return Progress(step.step, step.steps, f"steps, {step.accuracy:.0%} right")

    judge = console.run(train(config, drawings, tell, threads=threads, data=source, licence=licence))
    share = accuracy(judge, unseen)
    save_judge(output, replace(judge.info, accuracy=round(share, 4)), judge.network)
    console.result(
        {
            "judge": str(output),
            "classes": len(names),
            "drawings": len(drawings),
            "tested": len(unseen),
            "accuracy": share,
        },
        f"{output}: {share:.1%} of {len(unseen)} unseen drawings of {len(names)} classes named right.",
    )


def _classes_in(folder: Path) -> tuple[str, ...]:
    """The classes whose drawings are there: the names of its files without their endings."""
    return tuple(sorted({path.name.split(".")[0] for path in folder.glob("*.*")}))
