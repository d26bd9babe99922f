"""What may be set, declared once: check, plain sentence and command-line flag come from one pydantic model.

    class Sizes(Options):
        rows: Annotated[int, Field(ge=1, le=8, title="Rows", description="of the left matrix")] = 3

    check(Sizes, {"rows": 9})      # InputError: Rows must be a whole number from 1 to 8, not 9.
    read_flags(Sizes, argv, "Multiply.")    # a checked Sizes from --rows 3, whose help says the bounds

`shared.ui.options` makes the controls and the endpoint of the same model. What a sentence says of a value is
read off the field, never off pydantic's own errors: bounds, choices and lengths say themselves, and
`json_schema_extra={"wanted": "..."}` says the rest. `{"unit": "px"}` names a unit.
"""

import argparse
import math
from collections.abc import Sequence
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic.fields import FieldInfo

from shared.errors import InputError
from shared.limits import MAX_ERROR_VALUE_CHARACTERS

Model = TypeVar("Model", bound="Options")
_NOUNS: dict[Any, str] = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
_LARGEST_SHOWN = 1e15  # beyond this a float is no longer exact, and a message no longer readable


class Options(BaseModel):
    """What a visitor may set. Frozen, closed, and nothing is guessed at: True is no number, "3" neither."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _take_no_guess(cls, value: Any, info: Any) -> Any:
        kind = cls.model_fields[info.field_name].annotation
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if (kind in (int, float) and not is_number) or (kind is bool and not isinstance(value, bool)):
            raise ValueError("another type")
        return value


def check(model: type[Model], values: dict[str, Any]) -> Model:
    """Check all values.

    Args:
        model: declares them.
        values: by name; those that are left out take their defaults.

    Returns:
        The checked values.

    Raises:
        InputError: names the first value that is wrong and what it may be.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
    field = model.model_fields.get(name)
    if field is None:
        known = ", ".join(model.model_fields)
        raise InputError(f"There is no option {shown(name)}. There are: {known}.")
    if name not in values:
        raise InputError(f"{title(name, field)} is missing: it must be {wanted(field)}.")
    raise InputError(_refusal(name, field, values[name]))


def check_one(model: type[Options], name: str, value: Any) -> None:
    """Check one value, whatever the others are.

    Raises:
        InputError: it cannot be used.
    """
    try:
        model.__pydantic_validator__.validate_assignment(model.model_construct(), name, value)
    except ValidationError as error:
        if error.errors(include_url=False, include_context=False)[0]["type"] != "frozen_instance":
            raise InputError(_refusal(name, model.model_fields[name], value)) from None


def read_flags(model: type[Model], arguments: Sequence[str], description: str) -> Model:
    """Read a command's options, one flag for each: `--rows 3`, `--exact` and `--no-exact`.

    Args:
        model: declares them.
        arguments: of the command line.
        description: what the command does, for its help.

    Raises:
        SystemExit: one of them cannot be used; it is said in one sentence.
    """
    parser = argparse.ArgumentParser(description=description)
    for name, field in model.model_fields.items():
        more: dict[str, Any] = {"type": _as_number if _kind(field) in (int, float) else str}
        if _kind(field) is bool:
            more = {"action": argparse.BooleanOptionalAction}
        help_text = about(field).replace("%", "%%")
        parser.add_argument("--" + name.replace("_", "-"), default=field.default, help=help_text, **more)
    try:
        return check(model, vars(parser.parse_args(arguments)))
    except InputError as error:
        parser.error(str(error))


def about(field: FieldInfo) -> str:
    """Say what an option is and what it may be, for programs, assistants and the help of a command."""
    text = (field.description or field.title or "").rstrip(".")
    return f"{text}: {wanted(field)}{f', in {unit}' if (unit := extra(field, 'unit')) else ''}."


def wanted(field: FieldInfo) -> str:
    """Say what an option may be, as the end of "must be ..."."""
    if said := extra(field, "wanted"):
        return said
    if choices := choices_of(field):
        return "one of " + ", ".join(map(str, choices))
    noun = _NOUNS.get(field.annotation, "of another kind")
    low, high = bounds(field)
    if field.annotation is str:
        longest = _metadata(field, "max_length")
        return noun if longest is None else f"{noun} of at most {longest:,} characters"
    if low is not None and high is not None:
        return f"{noun} from {low:g} to {high:g}"
    if low is None and high is None:
        return noun
    return f"{noun} of at least {low:g}" if low is not None else f"{noun} of at most {high:g}"


def bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    """Give the lowest and the highest value that a number may take, None where there is no bound."""
    return _metadata(field, "ge"), _metadata(field, "le")


def choices_of(field: FieldInfo) -> list[Any]:
    """Give the values of a choice; empty where the option is none."""
    return list(get_args(field.annotation)) if get_origin(field.annotation) is Literal else []


def title(name: str, field: FieldInfo) -> str:
    """Give what people call an option."""
    return field.title or name.replace("_", " ").capitalize()


def extra(field: FieldInfo, name: str) -> Any:
    """Look up what a field says beside its type: "unit", "wanted", "step"; "" where it says nothing."""
    said = field.json_schema_extra
    return said.get(name, "") if isinstance(said, dict) else ""


def shown(value: Any) -> str:
    """Write a wrong value as its sentence repeats it: short, whatever was sent."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, float) and math.isnan(value):
            return "an undefined number (NaN)"
        return f"{value:.12g}" if abs(value) < _LARGEST_SHOWN else "one that large"
    text = repr(value)[: MAX_ERROR_VALUE_CHARACTERS + 1] if isinstance(value, str) else str(value)
    cut = text[:MAX_ERROR_VALUE_CHARACTERS]
    return text if cut == text else cut + "…"


def _refusal(name: str, field: FieldInfo, value: Any) -> str:
    """Write the sentence; a list or an object is not repeated, for it says little and may name a file."""
    got = "" if isinstance(value, list | dict) else f", not {shown(value)}"
    return f"{title(name, field)} must be {wanted(field)}{got}."


def _as_number(text: str) -> int | float:
    return int(text) if text.strip().lstrip("+-").isdigit() else float(text)


def _kind(field: FieldInfo) -> Any:
    """Give the type of an option, that of its values for a choice."""
    choices = choices_of(field)
    return type(choices[0]) if choices else field.annotation


def _metadata(field: FieldInfo, name: str) -> Any:
    return next((found for part in field.metadata if (found := getattr(part, name, None)) is not None), None)
