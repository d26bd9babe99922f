"""A text that says "there is no value", found by how it is used and not by a list of words.

    words = find_missing_words(column, is_value)    # ("k. A.",): all other cells are numbers
    says_missing("K.A.", words)                     # True: letters alone count

People write "k. A.", "not given", "sold out" or "tbd" where a number belongs. What gives such a word away: it
comes again and again, it is the only text that does, and without it the column is one of many different
numbers. A text with digits in it ("90+", "<5") says how much, so it never counts. Where there are few
different numbers ("1", "2", "3" and "Studio") the text may be one more value: such a column stays a category,
and a remark offers the other reading.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shared.tables.kinds import RawColumn

# How programs write that there is nothing, in small letters.
MISSING = frozenset(
    {"", "?", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "nat", "null"}
    | {"#null!", "#div/0!", "#value!", "#ref!"}
)
ENOUGH = 0.95  # share of the cells that must be numbers, or dates, for the column to be that
_REPEATED = 3  # cells that say the same no longer do so by chance
_MANY_VALUES = 20  # different numbers; a category of fewer levels loses little


def find_missing_words(column: "RawColumn", is_value: np.ndarray) -> tuple[str, ...]:
    """Find the one repeated text of a column without which all of it is numbers, or dates.

    Args:
        column: what is written.
        is_value: (len(column.values),) whether each different cell is a number, or a date.

    Returns:
        The word in each of its spellings; empty where there is none, or where it may be a value like others.
    """
    rows = column.count_rows()
    is_text = ~is_value & ~column.is_missing
    n_values, n_texts = int(rows[is_value].sum()), int(rows[is_text].sum())
    counts: Counter[str] = Counter()
    for place in np.flatnonzero(is_text):
        counts[_letters(column.values[place])] += int(rows[place])
    (word, n_word), *others = counts.most_common(2) or [("", 0)]
    is_alone = all(count < _REPEATED for _, count in others)
    is_rare = _REPEATED <= n_word <= n_values  # more often than not there is a value
    is_rest_good = n_values >= ENOUGH * (n_values + n_texts - n_word)
    if not (word and is_alone and is_rare and is_rest_good and is_value.sum() >= _MANY_VALUES):
        return ()
    spellings = (column.values[place] for place in np.flatnonzero(is_text))
    found = tuple(text for text in spellings if _letters(text) == word)
    return () if any(letter.isdigit() for text in found for letter in text) else found


def find_repeated_texts(column: "RawColumn", is_value: np.ndarray) -> tuple[str, ...]:
    """List the texts that come again and again in a column that somebody reads as numbers, or as dates."""
    is_repeated = ~is_value & ~column.is_missing & (column.count_rows() >= _REPEATED)
    return tuple(column.values[place] for place in np.flatnonzero(is_repeated))


def says_missing(text: str, words: Iterable[str]) -> bool:
    """Say whether a cell is one of a column's words for a missing value, however it is spelt."""
    return _letters(text) in set(map(_letters, words)) - {""}


def _letters(text: str) -> str:
    """Leave out what differs between "k. A.", "k.A." and "K.A."; a text without letters stays as it is."""
    kept = "".join(letter for letter in text.casefold() if letter.isalnum())
    return kept or text
