"""``plugins``, and what runs them: ``make``, ``arrange`` and ``export``, with options made from their parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, field, make_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from sketchdesign.cli.console import Console
from sketchdesign.cli.options import (
    DpiOption,
    LandscapeOption,
    OutputOption,
    PageOption,
    chosen_seed,
    expand_options,
)
from sketchdesign.cli.wording import counted
from sketchdesign.core.errors import PluginError

if TYPE_CHECKING:
    from sketchdesign.services.parameters import ParameterField
    from sketchdesign.services.plugins.kinds import Context
    from sketchdesign.services.plugins.registry import Plugin
    from sketchdesign.services.plugins.runs import Made

_OPTION_TYPES: dict[str, Any] = {"number": float, "integer": int, "boolean": bool}
"""Those of other kinds are texts."""

_SEED_HELP = "The same seed gives the same result. Default: one at random, which is reported."
SeedOption = Annotated[int | None, typer.Option(min=0, help=_SEED_HELP)]


def list_plugins(context: typer.Context) -> None:
    """List the plugins of every kind, with the traceback of those that cannot be loaded."""
    from sketchdesign.services.plugins.registry import NEEDED, find_plugins

    found = [plugin for kind in NEEDED for plugin in find_plugins(kind)]
    report = [_describe(plugin) for plugin in found]
    lines = [f"{each['kind']:10} {each['name']:16} {each['title']} ({each['source']})" for each in report]
    broken = [f"\n{each['error']}\n{each['traceback'].rstrip()}" for each in report if not each["ok"]]
    context.obj.result({"plugins": report}, "\n".join(lines + broken))


def _describe(plugin: Plugin) -> dict[str, Any]:
    error = plugin.error
    return {
        "kind": plugin.kind,
        "name": plugin.name,
        "title": "" if error else plugin.target.title,
        "endings": list(plugin.target.endings) if not error and hasattr(plugin.target, "endings") else [],
        "distribution": plugin.distribution,
        "version": plugin.version,
        "source": plugin.source,
        "ok": not error,
        "error": error,
        "traceback": plugin.traceback,
    }


class _PluginGroup(TyperGroup):
    """A command for each plugin of a kind. Without one being asked for, none is looked for."""

    kind: ClassVar[str]

    def plugins(self, ctx: Any) -> dict[str, Plugin]:
        """Those that are installed, by name; looked for once for each command line."""
        from sketchdesign.services.plugins.registry import find_plugins

        found: dict[str, Plugin] = ctx.meta.get(self.kind, {})
        if not found:
            found = {plugin.name: plugin for plugin in find_plugins(self.kind) if not plugin.rival}
            ctx.meta[self.kind] = found
        return found

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(self.plugins(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        plugin = self.plugins(ctx).get(cmd_name)
        if plugin is None:
            return None
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        try:
            app.command(cmd_name, help=f"{plugin.target.title}.")(_RUNS[self.kind](plugin))
        except PluginError as error:
            app.command(cmd_name, help="Cannot be loaded; plugins list shows why.")(_refuse(error))
        command = typer.main.get_command(app)
        assert isinstance(command, TyperCommand)
        return command


def _refuse(error: PluginError) -> Callable[..., None]:
    def refuse() -> None:
        raise error

    return refuse


def _run_generator(plugin: Plugin) -> Callable[..., None]:
    def run(
        context: typer.Context,
        *,
        output: OutputOption,
        seed: SeedOption = None,
        dpi: DpiOption = 150.0,
        options: Any,
    ) -> None:
        from sketchdesign.services.export import check_outputs
        from sketchdesign.services.plugins.runs import make

        console: Console = context.obj
        check_outputs(output, sketches=True)
        work = _context(console, seed)
        _write(console, console.run(make(plugin, asdict(options), work)), work.seed, output, dpi)

    return with_parameters(run, plugin)


def _run_layout(plugin: Plugin) -> Callable[..., None]:
    def run(
        context: typer.Context,
        *,
        sketches: Annotated[
            list[str],
            typer.Argument(metavar="SKETCHES...", help="Files of sketches, FILE#N for one of a file, or example:NAME."),
        ],
        output: OutputOption,
        page: PageOption = "A4",
        landscape: LandscapeOption = False,
        count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many sketches of a file at most.")] = 100,
        seed: SeedOption = None,
        dpi: DpiOption = 150.0,
        options: Any,
    ) -> None:
        from sketchdesign.core.drawing import Page
        from sketchdesign.services.export import check_outputs
        from sketchdesign.services.plugins.runs import arrange
        from sketchdesign.services.tiles.making import read_sketches

        console: Console = context.obj
        check_outputs(output)
        paper = Page.parse(page, landscape=landscape)
        given = [sketch for text in sketches for sketch in read_sketches(text, count)[0]]
        work = _context(console, seed)
        _write(console, console.run(arrange(plugin, given, paper, asdict(options), work)), work.seed, output, dpi)

    return with_parameters(run, plugin)


def _run_exporter(plugin: Plugin) -> Callable[..., None]:
    def run(
        context: typer.Context,
        *,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="A drawing or sketches; the ending says which.")],
        output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Output file of any ending.")],
        options: Any,
    ) -> None:
        from sketchdesign.core.files import check_writable
        from sketchdesign.services.inputs import check_file
        from sketchdesign.services.plugins.runs import read_as_drawing, write_with

        console: Console = context.obj
        check_writable(output)
        check_file(file)
        drawing = read_as_drawing(file)
        write_with(plugin, drawing, output, asdict(options))
        report = {"strokes": drawing.stroke_count, "layers": len(drawing.layers)}
        console.result(
            report,
            f"{counted(drawing.stroke_count, 'stroke')} in {counted(len(drawing.layers), 'layer')} written"
            f" to {output}.",
        )

    return with_parameters(run, plugin)


_RUNS = {"generator": _run_generator, "layout": _run_layout, "exporter": _run_exporter}
"""The command of a plugin, by its kind."""


def _context(console: Console, seed: int | None) -> Context:
    from sketchdesign.services.plugins.kinds import Context

    return Context(chosen_seed(seed), console.device, console.threads)


def _write(console: Console, made: Made, seed: int, output: list[Path], dpi: float) -> None:
    from sketchdesign.services.export import export_made

    export_made(made, seed, output, dpi)
    report = {
        "strokes": made.drawing.stroke_count,
        "pen_down_mm": round(made.drawing.pen_down_mm(), 2),
        "seed": seed,
        "seconds": round(made.seconds, 3),
    } | ({} if made.sketches is None else {"sketches": len(made.sketches)})
    console.result(
        report, f"{counted(made.drawing.stroke_count, 'stroke')}, {report['pen_down_mm'] / 1000:.2f} m, seed {seed}."
    )


def with_parameters(run: Callable[..., None], plugin: Plugin, place: str = "options") -> Callable[..., None]:
    """The command with the plugin's parameters as options in the place of one of its parameters."""
    from sketchdesign.services.parameters import parameter_fields

    options = make_dataclass("Options", [_option(each) for each in parameter_fields(plugin.target.Parameters)])
    run.__annotations__[place] = options
    return expand_options(run)


def _option(parameter: ParameterField) -> tuple[str, Any, Any]:
    names = f"{parameter.option}/--no-{parameter.option[2:]}" if parameter.kind == "boolean" else parameter.option
    metavar = {"length": "LENGTH", "colour": "COLOUR"}.get(parameter.kind)
    default = parameter.default if parameter.kind != "length" else parameter.default_text
    option = typer.Option(default, names, metavar=metavar, help=parameter.help_with_range)
    return parameter.name, _OPTION_TYPES.get(parameter.kind, str), field(default=option)


class _Generators(_PluginGroup):
    kind = "generator"


class _Layouts(_PluginGroup):
    kind = "layout"


class _Exporters(_PluginGroup):
    kind = "exporter"


def _group(cls: type[_PluginGroup], text: str) -> typer.Typer:
    return typer.Typer(cls=cls, help=text, rich_markup_mode=None, no_args_is_help=True)


app = typer.Typer(help="List what is installed: generators, layouts and file formats.", rich_markup_mode=None)
app.command("list")(list_plugins)
make_app = _group(_Generators, "Run a generator: NAME --help shows its options.")
arrange_app = _group(_Layouts, "Lay sketches out on a page: NAME --help shows the options.")
export_app = _group(_Exporters, "Write a file in another format: NAME --help shows its options.")
