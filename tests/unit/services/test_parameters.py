from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from sketchdesign.core.errors import InputError
from sketchdesign.services.parameters import (
    Colour,
    Length,
    NoParameters,
    ParameterField,
    Unit,
    parameter_fields,
    parse_parameters,
)


class Wave(BaseModel):
    height_mm: Annotated[float, Field(ge=1, le=50, description="Height of a crest"), Length()] = 10.0
    phase: Annotated[float, Field(ge=0, description="Where it begins."), Unit("degrees")] = 0.0
    crests: Annotated[int, Field(le=9, description="How many")] = 3
    ends: Annotated[Literal["round", "flat"], Field(description="Shape of the ends")] = "round"
    twice: Annotated[bool, Field(description="Draw it twice")] = False
    ink: Annotated[str, Field(description="Colour of the pen", title="Pen"), Colour()] = "#000000"
    motto: Annotated[str, Field(description="Words")] = ""


def test_one_declaration_says_all_that_options_and_forms_need() -> None:
    height, phase, crests, ends, twice, ink, motto = parameter_fields(Wave)
    assert height == ParameterField("height_mm", "Height", "length", "mm", 1.0, 50.0, (), 10.0, "Height of a crest")
    assert (height.option, height.default_text) == ("--height", "10mm")
    assert height.help_with_range == "Height of a crest, 1mm to 50mm."
    assert (phase.kind, phase.unit, phase.minimum, phase.maximum) == ("number", "degrees", 0.0, None)
    assert phase.help_with_range == "Where it begins, at least 0 degrees."
    assert (crests.kind, crests.default, crests.help_with_range) == ("integer", 3, "How many, at most 9.")
    assert (ends.kind, ends.choices) == ("choice", ("round", "flat"))
    assert ends.help_with_range == "Shape of the ends: round or flat."
    assert (twice.kind, twice.default) == ("boolean", False)
    assert (ink.kind, ink.label, ink.option) == ("colour", "Pen", "--ink")
    assert (motto.kind, motto.help_with_range) == ("text", "Words.")
    assert parameter_fields(NoParameters) == ()


def test_values_are_read_as_people_write_them() -> None:
    values = parse_parameters(Wave, {"height_mm": "1in", "ink": "C03020", "crests": "4", "phase": 90})
    assert (values.height_mm, values.ink, values.crests, values.phase) == (25.4, "#c03020", 4, 90.0)
    assert parse_parameters(Wave, {}) == Wave()
    assert parse_parameters(Wave, {"height_mm": 7}).height_mm == 7.0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("height_mm", "3 parsecs", "--height: '3 parsecs' is not a length; write a number and a unit"),
        ("height_mm", "2m", "'2m' cannot be used for --height; it is: Height of a crest, 1mm to 50mm."),
        ("height_mm", float("nan"), "cannot be used for --height"),
        ("crests", 10, "'10' cannot be used for --crests"),
        ("crests", "2.5", "'2.5' cannot be used for --crests"),
        ("ends", "pointed", "it is: Shape of the ends: round or flat"),
        ("ink", "mauve", "--ink: 'mauve' is not a colour; write it as #rrggbb"),
        ("phase", "x" * 1000, "cannot be used for --phase"),
    ],
)
def test_a_value_out_of_range_is_one_sentence_that_names_the_option(name: str, value: object, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_parameters(Wave, {name: value})
    assert said in str(caught.value)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


def test_a_parameter_that_does_not_exist_is_refused_where_the_model_forbids_it() -> None:
    with pytest.raises(InputError, match="there is no parameter 'colour'"):
        parse_parameters(NoParameters, {"colour": "red"})


class Listed(BaseModel):
    sizes: Annotated[list[int], Field(description="Sizes")] = []


class Numbered(BaseModel):
    size: Annotated[Literal[1, 2], Field(description="Size")] = 1


class Undecided(BaseModel):
    size: Annotated[int, Field(description="Size")]


class Unexplained(BaseModel):
    size: int = 1


@pytest.mark.parametrize("model", [Listed, Numbered, Undecided, Unexplained])
def test_what_neither_an_option_nor_a_form_can_show_is_refused(model: type[BaseModel]) -> None:
    with pytest.raises(InputError, match="size"):
        parameter_fields(model)
