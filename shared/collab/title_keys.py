"""Every form under which a film may be looked up, made once per catalogue and used by search and matching.

One film has several keys: its title, its aliases, each without the article, and the part of a long title that
people use alone. A key's rank says how far it is from the title as printed.

    keys = title_keys(catalogue)
    keys.texts[0], keys.films[0], keys.ranks[0]  # "toy story", 0, RANK_TITLE
    keys.exact["toy story"]                      # [(0, RANK_TITLE)]
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from shared.collab.catalogue import Catalogue
from shared.collab.titles import canonical, normalise, segments, without_article

RANK_TITLE = 0  # the title
RANK_ALIAS = 1  # another title of the film
RANK_BARE = 2  # either without its article
RANK_PART = 3  # "Star Wars" of "Star Wars: Episode IV - A New Hope"
_SHORTEST_PART = 4  # characters; shorter parts say too little


@dataclass(frozen=True, eq=False)
class TitleKeys:
    """All keys of a catalogue.

    Attributes:
        texts: the keys, normalised, with numbers as written and in digits.
        films: (n_keys,) the film each key belongs to.
        ranks: (n_keys,) RANK_TITLE to RANK_PART.
        exact: from a key to the films that have it, each with its rank there.
    """

    texts: list[str]
    films: np.ndarray
    ranks: np.ndarray
    exact: dict[str, list[tuple[int, int]]]


def query_keys(title: str) -> list[tuple[str, int]]:
    """Give the forms of one title, best first, each with its rank; all in canonical spelling."""
    key = canonical(normalise(title))
    bare = without_article(key)
    return [(key, RANK_TITLE)] if bare == key else [(key, RANK_TITLE), (bare, RANK_BARE)]


@lru_cache(maxsize=4)
def title_keys(catalogue: Catalogue) -> TitleKeys:
    """Make the keys of all films that have a title, once: 9,000 films take about 0.1 s."""
    ranks: dict[tuple[str, int], int] = {}
    for film in range(len(catalogue)):
        if catalogue.is_named(film):
            for key, rank in _keys_of(catalogue.titles[film], catalogue.aliases[film]):
                if key and ranks.get((key, film), RANK_PART + 1) > rank:
                    ranks[key, film] = rank
    exact: dict[str, list[tuple[int, int]]] = {}
    for (key, film), rank in ranks.items():
        exact.setdefault(key, []).append((film, rank))
    return TitleKeys(
        texts=[key for key, _ in ranks],
        films=np.fromiter((film for _, film in ranks), dtype="i4", count=len(ranks)),
        ranks=np.fromiter(ranks.values(), dtype="i1", count=len(ranks)),
        exact=exact,
    )


def _keys_of(title: str, aliases: tuple[str, ...]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for name, rank in ((title, RANK_TITLE), *((alias, RANK_ALIAS) for alias in aliases)):
        as_written = normalise(name)
        for key in dict.fromkeys((as_written, canonical(as_written))):
            found += [(key, rank), (without_article(key), RANK_BARE)]
        for at, part in enumerate(segments(name)):
            key = canonical(normalise(part))
            if len(key) >= _SHORTEST_PART and (
                at == 0 or " " in key
            ):  # a subtitle of one word says too little
                found += [(key, RANK_PART), (without_article(key), RANK_PART)]
    return found
