"""Cells put right for pandas: whatever is written, pandas then reads what we read."""

import numpy as np
import pandas as pd
import pytest

from shared.forest.plain_reading import clean_category, clean_dates, clean_numbers
from shared.tables.kinds import factorise, read_dates, read_numbers, understand_column

COLUMNS = {
    "plain": (["1", "2.5", "", "-3e2", "NA"], 0),
    "thousands": (["1,234.5", "12,000", "7", "8.25", "1,000,000.75"], 1),
    "decimal commas": (["1,5", "2.000,25", "3", "-0,5", "1.234.567,5"], 1),
    "units": (["EUR 5", "EUR 1,234.50", "EUR 7.25", "", "EUR 8"], 1),
    "decimal commas and units": (["5,5 €", "1.234,50 €", "7,25 €"], 1),
    "infinite": (["1", "2", "3", "inf", "1e400"] + [str(i) for i in range(4, 60)], 1),
    "one odd cell": ([*map(str, range(40)), "1 234", "none of it"], 1),
    "spaces": (["1 234,5", "2 345 678", "7"], 1),
}


def run(lines: list[str], table: pd.DataFrame) -> pd.DataFrame:
    exec("\n".join(lines), {"table": table})
    return table


@pytest.mark.parametrize("name", COLUMNS)
def test_pandas_reads_the_numbers_that_we_read(name: str) -> None:
    written, most_lines = COLUMNS[name]
    column = factorise("a 'b'", written)
    understood = understand_column(column, kind="number")
    lines = clean_numbers(column, understood).write_lines()
    assert len(lines) <= most_lines + 2
    assert bool(lines) == (most_lines > 0)
    table = run(lines, pd.DataFrame({"a 'b'": written}))
    read = pd.to_numeric(table["a 'b'"], errors="coerce").to_numpy(dtype=float)
    np.testing.assert_allclose(read, read_numbers(column, understood), rtol=1e-12)


def test_a_rule_that_makes_one_of_two_cells_is_not_taken() -> None:
    column = factorise("x", ["1,5", "15", "2,5", "25", "3,5", "4,5"])
    understood = understand_column(column, kind="number", decimal_comma=True)
    table = run(clean_numbers(column, understood).write_lines(), pd.DataFrame({"x": column.values}))
    assert pd.to_numeric(table["x"]).tolist() == [1.5, 15, 2.5, 25, 3.5, 4.5]


def test_dates_that_make_no_sense_are_emptied() -> None:
    written = ["2020-01-31", "0001-01-01", "2021-02-28", "", "2022-03-01"]
    column = factorise("day", written)
    understood = understand_column(column, kind="date")
    table = run(clean_dates(column, understood).write_lines(), pd.DataFrame({"day": written}))
    read = pd.to_datetime(table["day"], format=understood.date_format, errors="coerce")
    assert (read.isna().to_numpy() == np.isnat(read_dates(column, understood))).all()
    assert table["day"][1] == ""


def test_words_for_nothing_become_empty_unless_they_are_levels() -> None:
    column = factorise("x", ["a", "NA", "?", "-", "", "b"])
    table = run(clean_category(column).write_lines(), pd.DataFrame({"x": column.values}))
    assert table["x"].tolist() == ["a", "", "", "", "", "b"]
    assert clean_category(factorise("rh", ["+", "-", ""])).write_lines() == []
