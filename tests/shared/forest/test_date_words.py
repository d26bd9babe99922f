"""Numbers made of dates, read as a calendar has them."""

import numpy as np
import pytest

from shared.forest.date_words import WEEKDAYS, name_part, part_of
from shared.forest.encoded import Column
from shared.tables.dates import split_dates


def _column(part):
    return Column(f"sold {part}", "date part", "sold")


def test_every_day_is_named_as_it_was_written():
    days = np.arange("1899-12-25", "2105-01-01", 97, dtype="datetime64[D]")
    parts = split_dates(days.astype("datetime64[ns]"))
    named = [name_part(_column("days since 1970"), value) for value in parts["days since 1970"]]
    assert named == [str(day) for day in days]
    names = [day.item().strftime("%A") for day in days]
    assert [name_part(_column("weekday"), value) for value in parts["weekday"]] == names


@pytest.mark.parametrize(
    ("part", "value", "name"),
    [
        ("days since 1970", 18057.5, "2019-06-10 12:00"),
        ("days since 1970", 1e12, None),
        ("weekday", 6, WEEKDAYS[6]),
        ("weekday", 2.5, None),  # a threshold between two days
        ("month end", 1, "yes"),
        ("month end", 0, "no"),
        ("week", 20, None),
    ],
)
def test_parts(part, value, name):
    assert name_part(_column(part), value) == name


def test_other_columns_have_no_part():
    column = Column("weekday", "number", "weekday")
    assert part_of(column) == ""
    assert name_part(column, 0) is None
