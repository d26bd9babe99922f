"""Rows as programs send them: the same table as the same rows in a CSV, and what is refused."""

import math

import pytest

from shared.errors import InputError
from shared.limits import MAX_TABLE_CELLS, MAX_TABLE_COLUMNS
from shared.tables.kinds import read_numbers
from shared.tables.open_table import encode_text
from shared.tables.read_table import Table, read_table
from shared.tables.sent_rows import read_sent_rows


def numbers_of(table: Table, name: str) -> list[float]:
    return read_numbers(table[name], table.understood[name]).tolist()


def test_rows_are_the_same_table_as_their_csv() -> None:
    rows = [{"name": 'Ann "A", B', "age": 22, "paid": 7.25}, {"name": "Bo\nC", "age": None, "paid": -1e-7}]
    table = read_sent_rows(rows)
    same = read_table(b'name,age,paid\n"Ann ""A"", B",22,7.25\n"Bo\nC",,-1e-07\n')
    assert table.names == same.names
    assert [table.row(place) for place in range(2)] == [same.row(place) for place in range(2)]
    assert [column.kind for column in table.understood.columns] == ["category", "number", "number"]


def test_columns_may_be_left_out_of_a_row_and_come_in_order() -> None:
    table = read_sent_rows([{"b": 1}, {"a": "x", "b": 2}, {"a": "y"}])
    assert table.names == ["b", "a"]
    assert table.row(0) == {"b": "1", "a": ""}
    assert numbers_of(table, "b")[:2] == [1, 2]
    assert math.isnan(numbers_of(table, "b")[2])


@pytest.mark.parametrize("value", [1.234, 12.345, -999.125])
def test_a_number_with_three_decimals_is_no_thousand(value: float) -> None:
    """Another column that writes decimal commas must not change numbers that came as numbers."""
    rows = [{"x": value, "y": "1,5"}, {"x": value + 1, "y": "2,75"}]
    table = read_sent_rows(rows)
    assert table.understood.decimal_comma
    assert numbers_of(table, "x") == [value, value + 1]


def test_what_json_may_hold_is_read() -> None:
    table = read_sent_rows(
        [{"x": True, "y": float("nan"), "z": "\ud800"}, {"x": False, "y": 10**400, "z": "a"}]
    )
    assert table["x"].values == ("True", "False")
    assert table.understood["y"].n_missing == 1
    assert encode_text("é\ud800") == "é?".encode()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (None, "must be a list of objects"),
        ({"a": 1}, "must be a list of objects"),
        ([1], "must be a list of objects"),
        ([], "are empty"),
        ([{}], "are empty"),
        ([{"a": [1]}], '"a" must be a text, a number'),
        ([{"a": {}}], '"a" must be a text, a number'),
        ([{str(at): 1 for at in range(MAX_TABLE_COLUMNS + 1)}], f"more than {MAX_TABLE_COLUMNS:,} columns"),
        ([{str(at): 1} for at in range(MAX_TABLE_COLUMNS + 1)], f"more than {MAX_TABLE_COLUMNS:,} columns"),
        (
            [{str(at): 1 for at in range(1000)}] + [{}] * (MAX_TABLE_CELLS // 1000),
            f"{MAX_TABLE_CELLS:,} at most",
        ),
    ],
    ids=[
        "nothing",
        "an object",
        "numbers",
        "no rows",
        "no columns",
        "a list",
        "an object in it",
        "wide",
        "ragged",
        "large",
    ],
)
def test_what_is_no_table_is_refused(rows: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_sent_rows(rows)
