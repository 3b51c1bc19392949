"""``generate``: new sketches from a model."""

from __future__ import annotations

from typing import Annotated

import typer

from sketchdesign.cli.console import Console, rejected_sentence
from sketchdesign.cli.options import DpiOption, ModelArgument, OutputOption, SamplingOptions, expand_options
from sketchdesign.cli.wording import counted


@expand_options
def generate(
    context: typer.Context,
    *,
    model: ModelArgument,
    output: OutputOption,
    count: Annotated[int, typer.Option("-n", "--count", help="How many sketches.")] = 1,
    dpi: DpiOption = 150.0,
    sampling: SamplingOptions,
) -> None:
    """Draw new sketches: one record each to .ndjson or .npz, all on one sheet to .svg, .pdf and so on."""
    from sketchdesign.model.zoo import open_model
    from sketchdesign.services.export import check_outputs, export_sketches
    from sketchdesign.services.generate import generate as draw

    console: Console = context.obj
    check_outputs(output, sketches=True)
    settings = sampling.settings(count, console)
    opened = open_model(model)
    result = console.run(draw(opened, settings))
    export_sketches(result, settings, opened, output, dpi)
    rate = count / result.seconds
    console.result(
        {
            "sketches": count,
            "ended_share": result.ended_share,
            "ended_share_before": result.ended_share_before,
            "rejected": result.rejected,
            "seconds": round(result.seconds, 3),
            "sketches_per_s": round(rate, 2),
            "device": result.device,
            "seed": settings.seed,
        },
        f"{counted(count, 'sketch', 'sketches')} in {result.seconds:.1f} s ({rate:.0f}/s on {result.device}), "
        f"seed {settings.seed}. "
        f"Never ending: {1 - result.ended_share_before:.1%} at first, {1 - result.ended_share:.1%} after redrawing."
        f"{rejected_sentence(result.rejected)}",
    )
