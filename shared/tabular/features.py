"""Columns that people build by hand for this table, two of them also as they were published: broken.

    FEATURES["title"](people)       # (891, 5): Mr, Mrs, Miss, Master, any other
    PUBLISHED["alone"](people)      # marks 161 rows; 537 passengers travelled alone

"Why you should use a framework" (lesson 5) adds them. There `Alone = (Family == 1)` counts the relatives
without the passenger, so it marks those who had one; and `Title` is given a table of counts, whose index is
no row's, so that no row gets anything.
"""

import re
from collections.abc import Callable

import numpy as np

from shared.tabular.passengers import Passengers

_TITLE = re.compile(r", ([^.]+)\.")
TITLES = ("Mr", "Mrs", "Miss", "Master")


def deck(people: Passengers) -> np.ndarray:
    """Mark the deck, the first letter of the cabin; most cabins are unknown."""
    letters = [cabin[:1] for cabin in people.cabin.tolist()]
    return _marks(letters, sorted({*letters}))


def family(people: Passengers) -> np.ndarray:
    """Count the family aboard, the passenger among them, as a share of the largest."""
    size = people.sibsp + people.parch + 1
    return (size / size.max())[:, None]


def alone(people: Passengers) -> np.ndarray:
    """Mark who has nobody of the family aboard."""
    return (people.sibsp + people.parch == 0).astype(float)[:, None]


def title(people: Passengers) -> np.ndarray:
    """Mark the title in the name: Mr, Mrs, Miss, Master, any other."""
    found = [_TITLE.search(name) for name in people.name.tolist()]
    titles = [one[1] if one and one[1] in TITLES else "" for one in found]
    return _marks(titles, [*TITLES, ""])


def ticket(people: Passengers) -> np.ndarray:
    """Count the passengers with the same ticket, as a share of the most."""
    _, place, counts = np.unique(people.ticket, return_inverse=True, return_counts=True)
    return (counts[place] / counts.max())[:, None]


def published_alone(people: Passengers) -> np.ndarray:
    """Mark what the published line marks: who has exactly one relative aboard."""
    return (people.sibsp + people.parch == 1).astype(float)[:, None]


def published_title(people: Passengers) -> np.ndarray:
    """Give what the published line gives: nothing to any row, which becomes a column of zeros."""
    return np.zeros((len(people), 1))


Feature = Callable[[Passengers], np.ndarray]  # to (n_rows, n) numbers from 0 to 1
FEATURES: dict[str, Feature] = {
    "deck": deck,
    "family": family,
    "alone": alone,
    "title": title,
    "ticket frequency": ticket,
}
PUBLISHED: dict[str, Feature] = {"alone": published_alone, "title": published_title}


def _marks(values: list[str], levels: list[str]) -> np.ndarray:
    return (np.array(values)[:, None] == np.array(levels)).astype(float)
