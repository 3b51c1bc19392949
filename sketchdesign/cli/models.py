"""``models``: the bundled models, and model files of others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.options import ModelArgument
from sketchdesign.cli.wording import counted
from sketchdesign.core.errors import CheckpointError, InputError

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

app = typer.Typer(help="List, inspect, convert and verify models.", rich_markup_mode=None)


@app.command("list")
def list_models(context: typer.Context) -> None:
    """List the bundled models."""
    from sketchdesign.model.header import read_info
    from sketchdesign.model.zoo import find_models

    models = []
    for name, path in find_models():
        info = read_info(path)
        models.append({"name": name, "classes": list(info.classes), "path": str(path), "licence": info.licence})
    lines = [f"{model['name']:24} {', '.join(model['classes'])}" for model in models]
    context.obj.result({"models": models}, "\n".join(lines) or "No model is bundled with this installation.")


@app.command("info")
def model_info(context: typer.Context, model: ModelArgument) -> None:
    """Show what a model is: classes, sizes, training data, licence."""
    from sketchdesign.model.zoo import open_model

    report = _describe(open_model(model))
    text = "\n".join(f"{key.replace('_', ' '):16} {_plain(value)}" for key, value in report.items())
    context.obj.result(report, text)


@app.command("import")
def import_model(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A .gen.json, .vae.json or TensorFlow checkpoint.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="The .safetensors file to write.")],
) -> None:
    """Convert a published model into our format."""
    from sketchdesign.core.files import check_writable
    from sketchdesign.model.checkpoint import load_model, save_model
    from sketchdesign.model.zoo import open_model

    if output.suffix != ".safetensors":
        raise InputError(f"{output} does not end in .safetensors", hint="give the output that ending")
    check_writable(output)
    opened = open_model(file)
    save_model(output, opened.info, opened.network.state_dict(), opened.latent, half=False)
    written = load_model(output)
    context.obj.result(
        {"model": str(output), **_describe(written)},
        f"{output}: {written.info.name}, {_parameters(written):,} parameters",
    )


@app.command("export")
def export_model(
    context: typer.Context,
    model: ModelArgument,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="The .gen.json or .vae.json file.")],
    class_name: Annotated[str | None, typer.Option("--class", metavar="NAME", help="Which class of several.")] = None,
) -> None:
    """Write a model for the sketch-rnn demos that run in a browser."""
    from sketchdesign.model.export import write_magenta_json
    from sketchdesign.model.zoo import open_model

    clipped = write_magenta_json(open_model(model), output, class_name)
    context.obj.result(
        {"model": str(output), "clipped": clipped}, f"{output}: {counted(clipped, 'weight')} clipped to 10."
    )


@app.command("card")
def model_card(
    context: typer.Context,
    model: ModelArgument,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="The .md file; a .png comes with it.")],
) -> None:
    """Write a model's card: what it is, how it was trained, and a picture of what it draws."""
    from sketchdesign.core.files import check_writable
    from sketchdesign.model.zoo import open_model
    from sketchdesign.services.cards import write_card

    if output.suffix != ".md":
        raise InputError(f"{output} does not end in .md", hint="give the card that ending")
    check_writable(output)
    console: Console = context.obj
    console.run(write_card(open_model(model), output))
    console.result({"card": str(output)}, f"Wrote {output} and its picture.")


@app.command("verify")
def verify_model(context: typer.Context, model: ModelArgument) -> None:
    """Check that a model is whole: header, shapes and values of all tensors, and a bundled model's published hash."""
    from sketchdesign.model.zoo import open_model, published_sha256

    opened = open_model(model)
    published = published_sha256(model)
    if published not in (None, opened.sha256):
        raise CheckpointError(f"{model} is not the file that was published", hint="install sketchdesign again")
    console: Console = context.obj
    console.result(
        {"name": opened.info.name, "ok": True, "published": published is not None, "sha256": opened.sha256},
        f"{opened.info.name} is whole.\nsha256 {opened.sha256}",
    )


def _describe(model: Model) -> dict[str, Any]:
    info, a = model.info, model.info.architecture
    cells = {"decoder": f"{a.decoder} {a.decoder_size}"}
    if a.conditional:
        cells["encoder"] = f"{a.encoder} {a.encoder_size}"
    return {
        "name": info.name,
        "classes": list(info.classes),
        "conditional": a.conditional,
        "cells": cells,
        "z_size": a.z_size,
        "mixtures": a.mixtures,
        "parameters": _parameters(model),
        "max_points": info.max_points,
        "start_token": list(info.start_token),
        "scale_factor": info.scale_factor,
        "data": info.data,
        "licence": info.licence,
        "steps": info.steps,
        "losses": dict(info.losses),
        "sha256": model.sha256,
    }


def _parameters(model: Model) -> int:
    return sum(tensor.numel() for tensor in model.network.parameters())


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
