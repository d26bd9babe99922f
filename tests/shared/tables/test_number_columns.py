"""Whole columns of numbers, against the same cells read one by one."""

import itertools
import math

import numpy as np
import pytest

from shared.tables.number_columns import find_other_reading, parse_numbers
from shared.tables.numbers import parse_number

MANY = range(400)
COLUMNS = {
    "plain": [f"{at * 1.37 - 200:.3f}" for at in MANY],
    "exponents": [f"{1.5 ** (at - 200):e}" for at in MANY] + ["+.5", "5.", "1e400", "-1e31"],
    "decimal commas": [f"{at * 1.37 - 200:.2f}".replace(".", ",") for at in MANY],
    "a bare comma": [f"{at},5" for at in MANY] + ["5,", ",5", "1,2,3"],
    "thousands": [f"{at * 997.5:,.2f}" for at in MANY],
    "dotted thousands": [f"{at * 997:,}".replace(",", ".") for at in MANY],
    "spaces": [f"{at * 99_991:,}".replace(",", "\u202f") for at in MANY],
    "apostrophes": [f"{at * 9_991.5:,}".replace(",", "’") for at in MANY],
    "units": [f"EUR {at * 997.5:,.2f}" for at in MANY] + [f"-${at}" for at in MANY],
    "percent": [f"{at / 7:.1f} %" for at in MANY],
    "minus signs": [f"\N{MINUS SIGN}{at}.5" for at in MANY],
    "zeros in groups": ["0,123", "0,123.5", "01,234", "0 123", *(f"{at},{at + 100:03}" for at in MANY)],
    "words": [f"{at}" for at in MANY] + ["inf", "-Infinity", "∞", "EUR inf", "x", "1_000", "٣", "=1+2"],
    "names": [f"{'abc'[at % 3]} {at} {'x' * (at % 40)}" for at in MANY],
    "all different shapes": ["".join(cells) for cells in itertools.product("1,. -e", repeat=4)],
    "lines in cells": ["1\n2", *map(str, MANY)],
    "long": ["1" * 100_000, "1,234" * 20_000, *map(str, MANY)],
    "none": [],
}


@pytest.mark.parametrize("decimal_comma", [False, True])
@pytest.mark.parametrize("texts", COLUMNS.values(), ids=COLUMNS)
def test_a_column_is_read_as_its_cells_are(texts, decimal_comma):
    parsed = [parse_number(text.strip(), decimal_comma=decimal_comma) for text in texts]
    found = parse_numbers([text.strip() for text in texts], decimal_comma=decimal_comma)
    np.testing.assert_array_equal(found.values, [value for value, _ in parsed])
    assert found.units == tuple(sorted({unit for value, unit in parsed if unit and math.isfinite(value)}))


@pytest.mark.parametrize("decimal_comma", [False, True])
@pytest.mark.parametrize("texts", COLUMNS.values(), ids=COLUMNS)
def test_the_first_number_that_could_be_another_is_found(texts, decimal_comma):
    readings = (
        (text, *(parse_number(text, decimal_comma=comma)[0] for comma in (decimal_comma, not decimal_comma)))
        for text in texts
    )
    unclear = (found for found in readings if all(map(math.isfinite, found[1:])) and found[1] != found[2])
    assert find_other_reading(texts, decimal_comma=decimal_comma) == next(unclear, None)
