"""Parameters declared once, as the fields of a pydantic model, and read by the command line and by forms alike.

::

    class Wave(BaseModel):
        height_mm: Annotated[float, Field(ge=1, le=50, description="Height of a crest"), Length()] = 10.0
        ends: Annotated[Literal["round", "flat"], Field(description="Shape of the ends")] = "round"

makes the options ``--height LENGTH`` (such as ``2cm``) and ``--ends``, and a box of millimetres and a choice in a form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticUndefined
from pydantic_core.core_schema import no_info_before_validator_function

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.errors import InputError
from sketchdesign.core.units import parse_length_mm

Kind = Literal["number", "integer", "boolean", "choice", "text", "colour", "length"]
Model = TypeVar("Model", bound=BaseModel)

_PLAIN_KINDS: dict[Any, Kind] = {bool: "boolean", int: "integer", float: "number", str: "text"}


@dataclass(frozen=True)
class Unit:
    """Marks a number as counted in a unit, such as ``Unit("degrees")``."""

    name: str


@dataclass(frozen=True)
class Length:
    """Marks a number as millimetres; texts such as ``2in`` are accepted for it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _read_first(parse_length_mm, source, handler)


@dataclass(frozen=True)
class Colour:
    """Marks a text as a colour, ``#rrggbb``."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _read_first(parse_colour, source, handler)


class NoParameters(BaseModel):
    """For what needs none."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class ParameterField:
    """One parameter, as an option or a widget shows it.

    Attributes:
        name: of the field.
        label: for people, without the unit.
        kind: which sort of widget it takes.
        unit: "mm" for a length; "" where there is none.
        minimum, maximum: of a number; None where it is open.
        choices: of a choice.
        default: a value of the field's type; lengths in mm.
        help: a sentence about it, without a full stop.
    """

    name: str
    label: str
    kind: Kind
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    default: Any = None
    help: str = ""

    @property
    def option(self) -> str:
        """The option's name: ``--gap`` for ``gap_mm``, since its value brings its own unit."""
        return f"--{self.name.removesuffix(f'_{self.unit}').replace('_', '-')}"

    @property
    def default_text(self) -> str:
        """The default as a person would type it."""
        return f"{self.default:g}mm" if self.kind == "length" else str(self.default)

    @property
    def help_with_range(self) -> str:
        """The help as a sentence with the choices or the range."""
        if self.choices:
            return f"{self.help}: {_listed(self.choices)}."
        unit = self.unit if self.kind == "length" else f" {self.unit}".rstrip()
        low, high = (None if end is None else f"{end:g}{unit}" for end in (self.minimum, self.maximum))
        if low is not None and high is not None:
            return f"{self.help}, {low} to {high}."
        if low is not None or high is not None:
            return f"{self.help}, {f'at least {low}' if high is None else f'at most {high}'}."
        return f"{self.help} (in {self.unit})." if self.unit and self.kind != "length" else f"{self.help}."


def parameter_fields(model: type[BaseModel]) -> tuple[ParameterField, ...]:
    """The parameters that a model declares, in its order.

    Types are float, int, bool, str and Literal of texts; ranges are ``ge`` and ``le``; every field has a default, from
    which a form starts, and a description.

    Raises:
        InputError: a field is declared in another way.
    """
    return tuple(_field(name, info) for name, info in model.model_fields.items())


def parse_parameters(model: type[Model], values: Mapping[str, object]) -> Model:
    """An instance of the model from values as they were typed; those left out take their defaults.

    Raises:
        InputError: a value cannot be used; the sentence names the parameter.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        known = {field.name: field for field in parameter_fields(model)}
        if name not in known:
            raise InputError(f"there is no parameter {name!r:.60}", hint=f"there are {_listed(list(known))}") from None
        given = first.get("ctx", {}).get("error")
        if isinstance(given, _UnreadableError):
            raise InputError(f"{known[name].option}: {given}", hint=given.hint) from None
        what = f"{str(values.get(name))!r:.60} cannot be used for {known[name].option}"
        raise InputError(what, hint=f"it is: {known[name].help_with_range}") from None


class _UnreadableError(ValueError):
    """An `InputError` on its way through pydantic, which carries no other errors."""

    def __init__(self, error: InputError) -> None:
        super().__init__(error.what)
        self.hint = error.hint


def _read_first(read: Callable[[str], object], source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    """The schema of a type whose texts go through ``read`` before anything else."""

    def before(value: object) -> object:
        try:
            return read(value) if isinstance(value, str) else value
        except InputError as error:
            raise _UnreadableError(error) from None

    return no_info_before_validator_function(before, handler(source))


def _field(name: str, info: FieldInfo) -> ParameterField:
    choices: tuple[Any, ...] = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
    kind = "choice" if choices else _PLAIN_KINDS.get(info.annotation)
    if kind is None or not all(isinstance(choice, str) for choice in choices):
        raise InputError(
            f"the parameter {name!r} has a type that no option and no form can show",
            hint="use float, int, bool, str or Literal of texts",
        )
    if info.default is PydanticUndefined or not info.description:
        raise InputError(f"the parameter {name!r} lacks a default or a description", hint="give it both")
    unit = ""
    for mark in info.metadata:
        if isinstance(mark, Length):
            kind, unit = "length", "mm"
        elif isinstance(mark, Colour):
            kind = "colour"
        elif isinstance(mark, Unit):
            unit = mark.name
    return ParameterField(
        name,
        info.title or name.removesuffix(f"_{unit}").replace("_", " ").capitalize(),
        kind,
        unit,
        _bound(info, "ge"),
        _bound(info, "le"),
        choices,
        info.default,
        info.description.rstrip("."),
    )


def _bound(info: FieldInfo, side: str) -> float | None:
    return next((float(getattr(mark, side)) for mark in info.metadata if hasattr(mark, side)), None)


def _listed(words: tuple[str, ...] | list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]])) or "none"
