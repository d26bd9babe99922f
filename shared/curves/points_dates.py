r"""Dates in a visitor's table: a column of them becomes days, so that it can be x.

found = read_dates(["2024-01-31", "2024-02-01"])
found.days                     # [19753., 19754.]: days since 1970-01-01, NaN where there is no date
as_date(19753.5)               # "2024-01-31 12:00"
"""

import datetime
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

# Year, month, day in the order of their names, with a time behind them or without.
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
_TIME = rf"(?:[T ]{_CLOCK}\s?(?:Z|[+-]\d{{2}}:?\d{{2}})?)?"
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?:(?P=mark)(?P<day>\d{1,2}))?" + _TIME
)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})" + _TIME)
_MONTH_FIRST = re.compile(
    r"(?P<month>\d{1,2})(?P<mark>[-/.])(?P<day>\d{1,2})(?P=mark)(?P<year>\d{4})" + _TIME
)
_MONTHS = r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*\.?"
_IN_WORDS = re.compile(
    rf"\b(?:\d{{1,2}}\.?[ -]{_MONTHS}|{_MONTHS}[ -](?:\d{{1,2}}, )?\d{{2}})", re.IGNORECASE
)
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_EPOCH = datetime.datetime(1970, 1, 1)


@dataclass(frozen=True)
class FoundDates:
    """A column of dates.

    Attributes:
        days: since 1970-01-01, with the time of the day as a fraction; NaN where there is no date.
        notes: what was decided, one sentence each.
    """

    days: list[float]
    notes: list[str]


def read_dates(cells: Sequence[str]) -> FoundDates | None:
    """Read a column of dates: 2024-01-31, 31.01.2024 or 1/31/2024, with a time or without, or 2024-01.

    Where 03/04/2024 could be either, other cells tell whether the day or the month comes first; when none
    does, a dot means the day, and a slash the month.

    Args:
        cells: what is written, empty where nothing is.

    Returns:
        None when fewer than half of what is written are dates.
    """
    written = [cell for cell in cells if cell]
    by_order = {
        pattern: [_read(pattern, cell) for cell in cells]
        for pattern in (_YEAR_FIRST, _DAY_FIRST, _MONTH_FIRST)
    }
    counts = {pattern: sum(map(math.isfinite, days)) for pattern, days in by_order.items()}
    is_dotted = sum("." in cell.partition(" ")[0] for cell in written) > len(written) / 2
    preferred = _DAY_FIRST if is_dotted else _MONTH_FIRST
    best = max(counts, key=lambda pattern: (counts[pattern], pattern is preferred))
    if not written or 2 * counts[best] < len(written):
        return None
    notes = []
    if (
        best is not _YEAR_FIRST
        and counts[_DAY_FIRST] == counts[_MONTH_FIRST]
        and by_order[_DAY_FIRST] != by_order[_MONTH_FIRST]
    ):
        first, example = ("day", "31.12.2024") if best is _DAY_FIRST else ("month", "12/31/2024")
        notes = [
            f"The dates were read with the {first} first, as in {example}. "
            "If that is wrong, write 2024-12-31."
        ]
    return FoundDates(by_order[best], notes)


def has_dates_in_words(line: str) -> bool:
    """Say whether a line of a table holds a date such as "5 January 2024" or "Jan 2024"."""
    return _IN_WORDS.search(line) is not None


def as_date(days: float) -> str:
    """Write days since 1970-01-01 as a date, with the time unless it is midnight."""
    moment = _EPOCH + datetime.timedelta(minutes=round(days * 24 * 60))
    return f"{moment:%Y-%m-%d}" if moment.time() == datetime.time() else f"{moment:%Y-%m-%d %H:%M}"


def _read(pattern: re.Pattern[str], cell: str) -> float:
    match = pattern.fullmatch(cell)
    if match is None:
        return math.nan
    year, month, day, hour, minute, second = (int(match[name] or 0) for name in _PARTS)
    try:
        moment = datetime.datetime(year, month, day or 1, hour, minute, second)
    except ValueError:  # there is no 31st of June
        return math.nan
    return (moment - _EPOCH) / datetime.timedelta(days=1)
