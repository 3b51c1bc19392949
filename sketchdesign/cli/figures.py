"""``figures``: the paper's figures by our models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.options import DpiOption, parse_names


def figures(
    context: typer.Context,
    *,
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write them; made if it is not there.")],
    only: Annotated[
        str | None,
        typer.Option(metavar="KEY,KEY,...", help="Some figures alone: 1, 3, 5 to 8, cat-pig, owl, chairs and so on."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed draws other figures.")] = 1,
    dpi: DpiOption = 100.0,
) -> None:
    """Redraw the figures of the sketch-rnn paper with the bundled models, each as SVG and PNG."""
    from sketchdesign.model.sampling import Sampling
    from sketchdesign.model.zoo import find_models, open_model
    from sketchdesign.services.folders import make_folder
    from sketchdesign.services.generate import GenerateSettings
    from sketchdesign.services.latent.cast import Cast
    from sketchdesign.services.latent.figure_parts import TEMPERATURE, Drafter
    from sketchdesign.services.latent.figures import choose_figures, draw_figures

    console: Console = context.obj
    chosen = choose_figures(parse_names(only or ""))
    sampling = Sampling.preset(temperature=TEMPERATURE)
    settings = GenerateSettings(1, seed=seed, sampling=sampling, device=console.device, threads=console.threads)
    make_folder(folder)
    drafter = Drafter(Cast([name for name, _ in find_models()], open_model), settings)
    finished = console.run(draw_figures(chosen, drafter, folder, dpi))
    report = [
        {
            "figure": each.key,
            "caption": each.caption,
            "models": list(each.models),
            "files": [str(path) for path in each.files],
        }
        for each in finished
    ]
    lines = [f"{each.files[0].name}: {each.caption} Drawn by {', '.join(each.models)}." for each in finished]
    console.result({"figures": report, "seed": seed}, "\n".join(lines))
