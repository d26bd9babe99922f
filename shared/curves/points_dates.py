"""Dates in a visitor's points: x counts their days since 1970-01-01.

as_date(19753.5)                            # "2024-01-31 12:00"
has_dates_in_words("5. Mai 2024; 7")        # True: no way of writing dates that is read here
"""

import datetime
import re

_MONTHS = r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*\.?"
_IN_WORDS = re.compile(
    rf"\b(?:\d{{1,2}}\.?[ -]{_MONTHS}|{_MONTHS}[ -](?:\d{{1,2}}, )?\d{{2}})", re.IGNORECASE
)
_EPOCH = datetime.datetime(1970, 1, 1)


def has_dates_in_words(line: str) -> bool:
    """Say whether a line of a table holds a date such as "5 January 2024" or "Jan 2024"."""
    return _IN_WORDS.search(line) is not None


def as_date(days: float) -> str:
    """Write days since 1970-01-01 as a date, with the time unless it is midnight."""
    moment = _EPOCH + datetime.timedelta(minutes=round(days * 24 * 60))
    return f"{moment:%Y-%m-%d}" if moment.time() == datetime.time() else f"{moment:%Y-%m-%d %H:%M}"
