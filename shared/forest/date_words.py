"""Numbers made of dates, in the words of a calendar.

name_part(column, 18057.0)    # "2019-06-10", of "sold days since 1970"
name_part(column, 0.0)        # "Monday", of "sold weekday"
name_part(column, 24.0)       # None: a week is a number in a calendar, too
"""

import numpy as np

from shared.forest.encoded import Column

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_PART, WEEKDAY_PART, END_PART = "days since 1970", "weekday", "month end"
_MINUTES = 1_440  # of a day
_MOST_DAYS = 700_000  # from 1970, either way: a year of four digits


def part_of(column: Column) -> str:
    """Say which part of a date a column holds, as `shared.tables.dates` calls it; "" for other columns."""
    return column.name.removeprefix(f"{column.source} ") if column.kind == "date part" else ""


def name_part(column: Column, value: float) -> str | None:
    """Write a day by its date, a weekday by its name, and the end of a month as yes or no.

    Args:
        column: any.
        value: of the column, or a threshold.

    Returns:
        None where the number itself says it better.
    """
    part = part_of(column)
    if part == DAY_PART and abs(value) < _MOST_DAYS:
        minute = np.datetime64(round(value * _MINUTES), "m")
        return str(minute).replace("T00:00", "").replace("T", " ")
    if part == WEEKDAY_PART and value in range(len(WEEKDAYS)):
        return WEEKDAYS[int(value)]
    if part == END_PART and value in (0, 1):
        return "yes" if value else "no"
    return None
