"""Which film a written title means: for imports of thousands of rows and for one title in a request.

A title that is the same but for case, accents, punctuation, article and numbers matches when the year agrees,
is one or two off, or is missing and only one film can be meant. What is left is compared letter by letter,
and matches only when it is close, nothing else is, and the year agrees. A wrong match is worse than none:
everything else comes back with suggestions.

    wanted = [Wanted("Matrix, The", 1999), Wanted("Dune", 2021)]
    found, missed = match_titles(catalogue, wanted)
    found.film, found.how            # 2062, "exact"
    missed.reason, missed.suggestions  # "The film of that title here is from another year.", [places]
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.collab.catalogue import Catalogue
from shared.collab.search import search_titles
from shared.collab.title_keys import (
    RANK_ALIAS,
    RANK_BARE,
    RANK_PART,
    RANK_TITLE,
    TitleKeys,
    query_keys,
    title_keys,
)
from shared.collab.titles import canonical, normalise, segments, split_title, without_article
from shared.limits import MAX_COMPARED_TITLES, MAX_SUGGESTIONS, MAX_TITLE_CHARACTERS

EXACT, YEAR, PART, SPELLING = "exact", "year", "part", "spelling"
_RANK_HEAD = RANK_PART + 1  # the film has only the first part of the title that is wanted: a hint, no match
_YEAR_SLIP = 2  # years a unique title may be off; more is rather a remake
_CHUNK = 256  # rows compared at a time: 256 x 20,000 bytes
_ALIKE = 70  # of 100: worth suggesting
_CLOSE, _VERY_CLOSE = 88, 95  # of 100: the same film when the year is equal; when it is one off or unknown
_LONG, _VERY_LONG = 8, 12  # letters a title needs for that: short titles are alike by chance
_CLEARLY = 4  # points by which the best must lead
_MAX_SEARCHED = 50  # rows without any suggestion for which the search is asked, 2 ms each
_TOO_MANY = (
    f"No film here has exactly this title. Only the first {MAX_COMPARED_TITLES:,} such titles of an import "
    "are compared letter by letter: send the others by themselves."
)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Wanted:
    """A film as somebody wrote it: title, year (0 when unknown), and what else it may be called."""

    title: str
    year: int = 0
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """What became of a wanted film.

    Attributes:
        film: its place in the catalogue, None when it could not be told.
        how: EXACT, YEAR (the year is off), PART (part of a longer title) or SPELLING; "" without a film.
        reason: why there is no film, one sentence; or which of two was taken.
        suggestions: places of films that may be meant, best first.
    """

    film: int | None = None
    how: str = ""
    reason: str = ""
    suggestions: tuple[int, ...] = ()


def match_titles(catalogue: Catalogue, wanted: Sequence[Wanted]) -> list[Match]:
    """Find the film of every title, in the order given. 20,000 titles take about two seconds at worst."""
    if not wanted:
        return []  # ratings by id alone need no index of titles
    table = title_keys(catalogue)
    results = {film: _match_exactly(catalogue, table, film) for film in wanted}
    rest = [film for film, match in results.items() if match.film is None and not match.reason]
    results.update(_match_closely(catalogue, table, rest[:MAX_COMPARED_TITLES], results))
    for film in rest[MAX_COMPARED_TITLES:]:
        results[film] = Match(reason=_TOO_MANY, suggestions=results[film].suggestions)
    n_searched = 0
    for film in rest[:MAX_COMPARED_TITLES]:
        if results[film].film is None and not results[film].suggestions and n_searched < _MAX_SEARCHED:
            n_searched += 1
            found = tuple(search_titles(catalogue, film.title, MAX_SUGGESTIONS))
            results[film] = Match(reason=results[film].reason, suggestions=found)
    return [results[film] for film in wanted]


def _match_exactly(catalogue: Catalogue, table: TitleKeys, wanted: Wanted) -> Match:
    """Match by key and year. No film and no reason: still to be compared; its suggestions then come first."""
    ranks = _candidates(table, wanted)
    films = sorted(ranks, key=lambda film: (ranks[film], -catalogue.n_ratings[film]))
    whole = [film for film in films if ranks[film] < RANK_PART]
    if not wanted.year:
        return _match_without_year(catalogue, ranks, films, whole)
    slips = {film: abs(int(catalogue.years[film]) - wanted.year) for film in films}
    for slip in (0, 1):
        if in_time := [film for film in whole if slips[film] == slip]:
            equals = [film for film in in_time if ranks[film] == ranks[in_time[0]]]
            reason = "Several films have this title and year. The one with most ratings was taken."
            return Match(in_time[0], YEAR if slip else EXACT, reason if len(equals) > 1 else "")
    parts = [film for film in films if slips[film] == 0 and ranks[film] == RANK_PART]
    if len(parts) == 1:
        return Match(parts[0], PART)
    if len(whole) == 1 and (slips[whole[0]] <= _YEAR_SLIP or not catalogue.years[whole[0]]):
        return Match(whole[0], YEAR)
    reason = "A film of that title is here, but from another year." if whole else ""
    return Match(reason=reason, suggestions=tuple(films[:MAX_SUGGESTIONS]))


def _match_without_year(
    catalogue: Catalogue, ranks: dict[int, int], films: list[int], whole: list[int]
) -> Match:
    if whole:
        best = [film for film in whole if ranks[film] == ranks[whole[0]]]
        most_rated = max(whole, key=lambda film: catalogue.n_ratings[film])
        if len(best) == 1 and most_rated == best[0]:
            return Match(best[0], EXACT)
    reason = "Several films have this title. Add the year." if whole else ""
    return Match(reason=reason, suggestions=tuple(films[:MAX_SUGGESTIONS]))


def _candidates(table: TitleKeys, wanted: Wanted) -> dict[int, int]:
    """Give the films that share a key with the wanted one, and how far from the printed title that key is."""
    ranks: dict[int, int] = {}

    def add(keys: list[tuple[str, int]], *, at_least: int, only_below: int = RANK_PART + 1) -> None:
        for key, rank in keys:
            for film, film_rank in table.exact.get(key, ()) if key else ():
                if film_rank < only_below:
                    ranks[film] = min(ranks.get(film, _RANK_HEAD), max(rank, film_rank, at_least))

    for written in (wanted.title, *wanted.also):
        title, aliases = split_title(written[:MAX_TITLE_CHARACTERS])
        for name in dict.fromkeys((written[:MAX_TITLE_CHARACTERS], title)):
            add(query_keys(name), at_least=RANK_TITLE)
        for alias in aliases:
            add(query_keys(alias), at_least=RANK_ALIAS)
        if parts := segments(title):
            add(query_keys(parts[0]), at_least=_RANK_HEAD, only_below=RANK_PART)
    return ranks


def _match_closely(
    catalogue: Catalogue, table: TitleKeys, rest: list[Wanted], so_far: dict[Wanted, Match]
) -> dict[Wanted, Match]:
    """Compare every title that is left with every key, letter by letter."""
    from rapidfuzz import fuzz, process

    chosen = np.flatnonzero(table.ranks <= RANK_BARE)
    texts, films = [table.texts[at] for at in chosen.tolist()], table.films[chosen]
    results: dict[Wanted, Match] = {}
    for start in range(0, len(rest), _CHUNK):
        chunk = rest[start : start + _CHUNK]
        keys = [_plain_key(wanted) for wanted in chunk]
        points = process.cdist(keys, texts, scorer=fuzz.ratio, score_cutoff=_ALIKE, dtype=np.uint8)
        for wanted, key, row in zip(chunk, keys, points, strict=True):  # row: (n_keys,) 0 to 100
            alike = np.flatnonzero(row)
            alike = alike[np.argsort(-row[alike].astype("i2"), kind="stable")][: 10 * MAX_SUGGESTIONS]
            best: dict[int, tuple[int, str]] = {}  # film -> its best key's points and text
            for at in alike.tolist():
                best.setdefault(int(films[at]), (int(row[at]), texts[at]))
            results[wanted] = _judge(catalogue, wanted, key, best, so_far[wanted].suggestions)
    return results


def _judge(
    catalogue: Catalogue, wanted: Wanted, key: str, best: dict[int, tuple[int, str]], first: tuple[int, ...]
) -> Match:
    def slip(film: int) -> int:
        return abs(int(catalogue.years[film]) - wanted.year) if wanted.year else 1

    rivals = [film for film in best if slip(film) <= 1]  # best first
    if rivals:
        points, text = best[rivals[0]]
        lead = points - (best[rivals[1]][0] if len(rivals) > 1 else 0)
        least, length = (_VERY_CLOSE, _VERY_LONG) if slip(rivals[0]) else (_CLOSE, _LONG)
        same_numbers = _numbers(text) == _numbers(key)
        if points >= least and len(without_article(key)) >= length and lead >= _CLEARLY and same_numbers:
            return Match(rivals[0], SPELLING)
    ordered = sorted(best, key=lambda film: -best[film][0] - 10 * (slip(film) <= 1))
    suggestions = tuple(dict.fromkeys((*first, *ordered)))[:MAX_SUGGESTIONS]
    return Match(reason="No film here has this title.", suggestions=suggestions)


def _plain_key(wanted: Wanted) -> str:
    return canonical(normalise(split_title(wanted.title[:MAX_TITLE_CHARACTERS])[0]))


def _numbers(text: str) -> list[str]:
    return _DIGITS.findall(canonical(normalise(text)))
