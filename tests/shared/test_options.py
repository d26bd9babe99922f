"""Options declared once: what is let through, what each refusal says, and the flags of a command."""

import math
from typing import Annotated, Literal

import pytest
from pydantic import Field

from shared.errors import InputError
from shared.options import Options, about, check, check_one, read_flags


class Sizes(Options):
    rows: Annotated[int, Field(ge=1, le=8, title="Rows", description="Of the left matrix.")] = 3
    rate: Annotated[float, Field(ge=0)] = 0.5
    kind: Annotated[Literal["whole", "decimal"], Field(title="Numbers")] = "whole"
    exact: bool = False
    name: Annotated[str, Field(max_length=5, title="Name")] = "A"
    wait: Annotated[float, Field(title="Wait", json_schema_extra={"unit": "s"})] = 1
    grid: Annotated[list[list[float]], Field(json_schema_extra={"wanted": "rows of numbers"})]


GRID = [[1.0]]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"rows": 9}, "Rows must be a whole number from 1 to 8, not 9."),
        ({"rows": 2.5}, "Rows must be a whole number from 1 to 8, not 2.5."),
        ({"rows": True}, "Rows must be a whole number from 1 to 8, not True."),
        ({"rows": "3"}, "Rows must be a whole number from 1 to 8, not '3'."),
        ({"rows": None}, "Rows must be a whole number from 1 to 8, not None."),
        ({"rows": 10**400}, "Rows must be a whole number from 1 to 8, not one that large."),
        ({"rate": math.nan}, "Rate must be a number of at least 0, not an undefined number (NaN)."),
        ({"rate": math.inf}, "Rate must be a number of at least 0, not one that large."),
        ({"rate": -1}, "Rate must be a number of at least 0, not -1."),
        ({"kind": "odd"}, "Numbers must be one of whole, decimal, not 'odd'."),
        ({"exact": 1}, "Exact must be true or false, not 1."),
        ({"name": "too long"}, "Name must be a text of at most 5 characters, not 'too long'."),
        ({"name": {"path": "/etc/passwd"}}, "Name must be a text of at most 5 characters."),
        ({"grid": [["x"]]}, "Grid must be rows of numbers."),
        ({"other": 1}, "There is no option 'other'. There are: rows, rate"),
        ({"rows": 3, "grid": ...}, "Grid is missing: it must be rows of numbers."),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence(values, sentence):
    given = {name: value for name, value in {"grid": GRID, **values}.items() if value is not ...}
    with pytest.raises(InputError) as caught:
        check(Sizes, given)
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 200


def test_what_is_right_comes_through_and_3_0_is_a_whole_number():
    sizes = check(Sizes, {"rows": 3.0, "rate": 2, "grid": GRID})
    assert (sizes.rows, sizes.rate, sizes.kind, sizes.grid) == (3, 2.0, "whole", GRID)


def test_one_value_is_checked_whatever_the_others_are():
    check_one(Sizes, "rows", 8)
    with pytest.raises(InputError, match="Rows must be a whole number from 1 to 8, not 0"):
        check_one(Sizes, "rows", 0)


def test_each_option_says_what_it_is():
    fields = Sizes.model_fields
    assert about(fields["rows"]) == "Of the left matrix: a whole number from 1 to 8."
    assert about(fields["wait"]) == "Wait: a number, in s."


def test_flags_of_a_command_read_the_same_values(capsys):
    class Two(Options):
        n_rows: Annotated[int, Field(ge=1, le=8, description="100 % rows")] = 3
        size: Literal[64, 128] = 64
        exact: bool = False

    read = read_flags(Two, ["--n-rows", "5", "--size", "128", "--exact"], "Two.")
    assert read == Two(n_rows=5, size=128, exact=True)
    assert read_flags(Two, [], "Two.") == Two()
    with pytest.raises(SystemExit):
        read_flags(Two, ["--n-rows", "9"], "Two.")
    assert "must be a whole number from 1 to 8, not 9." in capsys.readouterr().err
    with pytest.raises(SystemExit):
        read_flags(Two, ["--help"], "Two.")
    assert "100 % rows: a whole number from 1 to 8." in " ".join(capsys.readouterr().out.split())
