"""Dates: recognise how a column writes them, and take them apart for a tree.

A forest cannot split "2011-11-16" in any useful way, but it can split its month or its weekday: that is the
idea of fastai's `add_datepart` (fastai book, chapter 9).

    find_date_format(["16.11.2011", "17.11.2011"])        # DateFormat("%d.%m.%Y")
    dates = parse_dates(["16.11.2011"], "%d.%m.%Y")       # (1,), datetime64
    split_dates(dates)["month"]                           # [11.]
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from shared.tables.numbers import parse_number

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?")
_LOOKS_LIKE_DATE = re.compile(
    r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|(19|20)\d{6}|(19|20)\d{2}[-/]\d{2}"
    r"|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4})([ T]\d{1,2}:\d{2}.*)?"
)
_DAY_FIRST = ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%d-%m-%y")
_DAYS = (
    "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d", "%Y%m%d", *_DAY_FIRST,
    *(format.replace("%d", "?").replace("%m", "%d").replace("?", "%m") for format in _DAY_FIRST),
    "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y",
    "%Y-%m", "%Y/%m",
)  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_ENOUGH = 0.95  # share of cells that must be dates
_SAMPLE = 100  # different cells that must look like dates before anything is tried
_TRIED = 10  # cells that every way of writing is tried on; one that reads none of them is out
_YEARS = (1000, 2500)  # others are numbers that happen to fit


@dataclass(frozen=True)
class DateFormat:
    """How a column writes dates.

    Attributes:
        format: for `pandas.to_datetime`.
        other: another format that fits as well, with day and month the other way round; "" when none does.
    """

    format: str
    other: str = ""


def find_date_format(
    texts: Sequence[str], *, day_first: bool | None = None, at_least: float = _ENOUGH
) -> DateFormat | None:
    """Find the way of writing that reads nearly all cells.

    Args:
        texts: different cells of one column, none of them missing.
        day_first: how to read 03/04/2024 where nothing tells; month first unless said otherwise, and day
            first for 03.04.2024.
        at_least: the share of cells that must be dates.

    Returns:
        None where this is no column of dates.
    """
    sample = texts[:: max(1, len(texts) // _SAMPLE)][:_SAMPLE]
    if not sample or sum(_is_like(text) for text in sample) < at_least * len(sample):
        return None
    if sum(bool(_ISO.fullmatch(text)) for text in sample) >= at_least * len(sample):
        return DateFormat("ISO8601") if _share(texts, "ISO8601") >= at_least else None
    formats = [day + time for day in _DAYS for time in _TIMES]
    fitting = [format for format in formats if any(_fits(text, format) for text in sample[:_TRIED])]
    shares = {format: share for format in fitting if (share := _share(texts, format)) >= at_least}
    if not shares:
        return None
    best = [format for format, share in shares.items() if share == max(shares.values())]
    if day_first is None:
        day_first = best[0].startswith(("%d.", "%m."))
    wanted = "%d" if day_first else "%m"
    chosen = next((format for format in best if format.startswith(wanted)), best[0])
    swapped = chosen.replace("%d", "?").replace("%m", "%d").replace("?", "%m")
    return DateFormat(chosen, swapped if swapped != chosen and swapped in best else "")


def is_number_or_date(cell: str) -> bool:
    """Say whether a cell is a number or a date, which names rarely are."""
    is_number = any(not math.isnan(parse_number(cell, decimal_comma=comma)[0]) for comma in (False, True))
    return is_number or find_date_format([cell] if cell else []) is not None


def parse_dates(texts: Sequence[str], format: str) -> np.ndarray:
    """Read dates: (n,) datetime64 in microseconds, NaT where a cell is none or its year makes no sense."""
    import pandas as pd

    if format == "ISO8601":
        texts = [text if _ISO.fullmatch(text) else "" for text in texts]
    found = pd.to_datetime(pd.Series(list(texts), dtype=object), format=format, errors="coerce", utc=True)
    found = found.dt.tz_localize(None)
    return found.where(found.dt.year.between(*_YEARS)).to_numpy(dtype="datetime64[us]")


def split_dates(dates: np.ndarray) -> dict[str, np.ndarray]:
    """Take dates apart into numbers.

    Args:
        dates: (n,) datetime64, NaT where there is none.

    Returns:
        From the name of a part to its values, (n,) float64, NaN where there is no date: year, month (1 to
        12), week (of the ISO calendar), day, weekday (0 is Monday), day of year, month end (1 on the last
        day of a month), days since 1970 (with the time of day as a fraction), hour.
    """
    import pandas as pd

    index = pd.DatetimeIndex(dates)
    return {
        "year": index.year.to_numpy(dtype=float),
        "month": index.month.to_numpy(dtype=float),
        "week": index.isocalendar().week.to_numpy(dtype=float, na_value=np.nan),
        "day": index.day.to_numpy(dtype=float),
        "weekday": index.day_of_week.to_numpy(dtype=float),
        "day of year": index.day_of_year.to_numpy(dtype=float),
        "month end": np.where(index.isna(), np.nan, index.is_month_end.astype(float)),
        "days since 1970": (index - pd.Timestamp(0)).to_numpy() / np.timedelta64(1, "D"),
        "hour": index.hour.to_numpy(dtype=float),
    }


def _is_like(text: str) -> bool:
    return bool(_LOOKS_LIKE_DATE.fullmatch(text))


def _fits(text: str, format: str) -> bool:
    try:
        datetime.strptime(text, format)
    except ValueError:
        return False
    return True


def _share(texts: Sequence[str], format: str) -> float:
    return float(np.mean(~np.isnat(parse_dates(texts, format))))
