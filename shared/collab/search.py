"""Finding a film while its title is being typed.

Films come in tiers: the title itself, titles that begin like that, titles with all the words, and, when these
are few, titles with a slip of the pen in a word. Within a tier the most-rated come first. Case, accents,
punctuation and articles make no difference; a year narrows ("heat 1995"). Abbreviations are not guessed.

    search_titles(catalogue, "matri")       # [index of The Matrix, ...]
    search_titles(catalogue, "godfahter")   # still finds The Godfather
    warm_search(catalogue)                  # make the index (0.2 s) before the first visitor types
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from shared.collab.catalogue import Catalogue
from shared.collab.title_keys import RANK_BARE, title_keys
from shared.collab.titles import canonical, normalise, split_title, without_article
from shared.errors import InputError
from shared.limits import MAX_QUERY_CHARACTERS, MAX_SEARCH_RESULTS

_EXACT, _BEGINS, _WORDS, _JOINED, _SLIPS = 50.0, 40.0, 30.0, 20.0, 10.0  # tiers; popularity adds less than 1
_FEW = 3  # with fewer hits than this, slips of the pen are considered
_YEAR = re.compile(r"\b(?:18|19|20)\d\d\b")
_SHORTEST_JOINED = 3  # letters, before blanks stop to matter ("spiderman")
_SLIP_LENGTHS = (3, 6)  # from so many letters on a word may have one slip, and two
_LONG_TOKEN = 5  # letters, from which a slip may be a letter too many, or in the beginning of a word
_MOST_TOKENS = 8  # a query with more words is not read for slips, which take a millisecond a word
_LAST = "\U0010ffff"  # sorts after every letter


@dataclass(frozen=True, eq=False)
class _SearchIndex:
    keys: list[str]  # sorted
    films: np.ndarray  # (n_keys,) the film of each key
    joined: list[str]  # the keys without blanks, sorted
    joined_films: np.ndarray  # (n_keys,)
    words: list[str]  # every word of every key once, sorted
    word_lengths: np.ndarray  # (n_words,) letters
    word_keys: np.ndarray  # the keys that have the first word, then those with the second, ...
    word_starts: np.ndarray  # (n_words + 1,) where each word's keys begin in word_keys
    popularity: np.ndarray  # (n_films,) 0 to below 1


def search_titles(catalogue: Catalogue, query: str, n: int = 10) -> list[int]:
    """Find the films that a few letters may mean.

    Args:
        catalogue: where to look.
        query: what was typed so far; a year may be anywhere in it.
        n: how many films at most, 1 to MAX_SEARCH_RESULTS.

    Returns:
        Places in the catalogue, best first; empty when nothing was typed or nothing is like it.

    Raises:
        InputError: the query is no text, or n is out of range.
    """
    if not isinstance(query, str):
        raise InputError("The search needs a text: a film title or the beginning of one.")
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MAX_SEARCH_RESULTS:
        raise InputError(
            f"The number of films to find must be a whole number from 1 to {MAX_SEARCH_RESULTS}."
        )
    query = query[:MAX_QUERY_CHARACTERS]
    index = _search_index(catalogue)
    scores = _score(index, query)
    if years := _YEAR.findall(query):
        scores = _narrow(index, catalogue, query, int(years[-1]), scores)
    hits = np.flatnonzero(scores)
    best = hits[np.lexsort((hits, -scores[hits]))][:n]
    return best.tolist()


def warm_search(catalogue: Catalogue) -> None:
    """Make the index now, so that the first search is as quick as the others."""
    _search_index(catalogue)


def _narrow(
    index: _SearchIndex, catalogue: Catalogue, query: str, year: int, with_year: np.ndarray
) -> np.ndarray:
    """Prefer the films of that year, then those a year off. A year that is part of a title comes before."""
    rest = _YEAR.sub(" ", query)
    if not normalise(rest):
        of_year = np.where(catalogue.years == year, 1 + index.popularity, 0)
        return np.where(with_year >= _WORDS, with_year, of_year)
    without_year = _score(index, rest)
    for slip in (0, 1):
        in_time = np.where(abs(catalogue.years - year) <= slip, without_year, 0)
        if in_time.any():
            return np.where(with_year >= _WORDS, 100 + with_year, in_time)
    return np.where(with_year >= _WORDS, 100 + with_year, without_year)


def _score(index: _SearchIndex, query: str) -> np.ndarray:
    """Give every film its tier plus its popularity, 0 where it does not match."""
    scores = np.zeros(len(index.popularity))  # (n_films,)
    spellings = _spellings(query)
    for spelling in spellings:
        _raise_to(scores, _films_with_words(index, spelling.split(" ")), _WORDS)
        _raise_to(scores, _films_from(index.keys, index.films, spelling, spelling + _LAST), _BEGINS)
        _raise_to(scores, _films_from(index.keys, index.films, spelling, spelling + " "), _EXACT)
        joined = spelling.replace(" ", "")
        if len(joined) >= _SHORTEST_JOINED:
            _raise_to(scores, _films_from(index.joined, index.joined_films, joined, joined + _LAST), _JOINED)
    if spellings and scores.max(initial=0) < _EXACT and np.count_nonzero(scores) < _FEW:
        tokens = list(dict.fromkeys(min(spellings, key=len).split(" ")))
        if len(tokens) <= _MOST_TOKENS:
            scores = np.maximum(scores, _score_slips(index, tokens))
    return np.where(scores > 0, scores + index.popularity, 0)


def _spellings(query: str) -> list[str]:
    """Write the query as the keys may be written: with its article and without, numbers in digits."""
    title = normalise(split_title(query)[0])
    bare = without_article(title)
    return [text for text in dict.fromkeys((title, bare, canonical(title), canonical(bare))) if text]


def _raise_to(scores: np.ndarray, films: np.ndarray, tier: float) -> None:
    scores[films] = np.maximum(scores[films], tier)


def _films_from(keys: list[str], films: np.ndarray, first: str, last: str) -> np.ndarray:
    """Give the films of the sorted keys from the first text on, up to the last one, which is left out."""
    return films[bisect_left(keys, first) : bisect_left(keys, last)]


def _films_with_words(index: _SearchIndex, tokens: list[str]) -> np.ndarray:
    """Give the films with a key in which every token begins a word."""
    has_all = np.ones(len(index.keys), dtype=bool)  # (n_keys,)
    for token in dict.fromkeys(tokens):
        first, last = _words_beginning(index, token)
        has_token = np.zeros(len(index.keys), dtype=bool)
        has_token[index.word_keys[index.word_starts[first] : index.word_starts[last]]] = True
        has_all &= has_token
    return index.films[has_all]


def _words_beginning(index: _SearchIndex, token: str) -> tuple[int, int]:
    return bisect_left(index.words, token), bisect_left(index.words, token + _LAST)


def _score_slips(index: _SearchIndex, tokens: list[str]) -> np.ndarray:
    """Score films whose words are a letter or two away from the tokens."""
    total = np.zeros(len(index.keys))  # (n_keys,) letters that differ
    scores = np.zeros(len(index.popularity))
    for token in sorted(
        tokens, key=str.isalpha
    ):  # numbers first: they are never misread, so they often end it
        distances = _word_distances(index, token, unfinished=token == tokens[-1])
        first, last = _words_beginning(index, token)
        distances[first:last] = 0
        near = np.flatnonzero(np.isfinite(distances))
        if not len(near):
            return scores
        of_token = np.full(len(index.keys), np.inf)
        for word in near[np.argsort(-distances[near])].tolist():  # the nearest word writes last
            of_token[index.word_keys[index.word_starts[word] : index.word_starts[word + 1]]] = distances[word]
        total += of_token
    hits = np.flatnonzero(np.isfinite(total))
    np.maximum.at(scores, index.films[hits], np.maximum(_SLIPS - total[hits], 1))
    return scores


def _word_distances(index: _SearchIndex, token: str, *, unfinished: bool) -> np.ndarray:
    """Count the letters in which each word differs; infinite where they are too many.

    Two letters that change places count as one. An unfinished token is also compared with the beginnings of
    words, which costs half a letter. Short tokens do not lose letters: "lotr" is not "lot".
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    far = np.full(len(index.words), np.inf)  # (n_words,)
    allowed = sum(len(token) >= length for length in _SLIP_LENGTHS)
    if not allowed or not token.isalpha():
        return far

    def count(choices: list[str]) -> np.ndarray:
        return process.cdist([token], choices, scorer=OSA.distance, score_cutoff=allowed, dtype=np.uint8)[0]

    found = count(index.words)  # (n_words,) allowed + 1 where there are more
    distances = np.where(found <= allowed, found, far)
    if len(token) < _LONG_TOKEN:
        return np.where(index.word_lengths >= len(token), distances, far)
    if unfinished:
        begun = count([word[: len(token)] for word in index.words])
        distances = np.minimum(distances, np.where(begun <= allowed, begun + 0.5, far))
    return distances


@lru_cache(maxsize=4)
def _search_index(catalogue: Catalogue) -> _SearchIndex:
    table = title_keys(catalogue)
    chosen = np.flatnonzero(table.ranks <= RANK_BARE).tolist()
    chosen.sort(key=table.texts.__getitem__)
    keys = [table.texts[at] for at in chosen]
    films = table.films[chosen]
    joined = [key.replace(" ", "") for key in keys]
    joined_order = sorted(range(len(joined)), key=joined.__getitem__)
    keys_of_word: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        for word in set(key.split(" ")):
            keys_of_word.setdefault(word, []).append(at)
    words = sorted(keys_of_word)
    popularity = np.log1p(np.maximum(catalogue.n_ratings, 0))
    return _SearchIndex(
        keys=keys,
        films=films,
        joined=[joined[at] for at in joined_order],
        joined_films=films[joined_order],
        words=words,
        word_lengths=np.array([len(word) for word in words], dtype="i4"),
        word_keys=np.array([at for word in words for at in keys_of_word[word]], dtype="i4"),
        word_starts=np.cumsum([0, *(len(keys_of_word[word]) for word in words)]),
        popularity=0.99 * popularity / max(popularity.max(initial=0.0), 1e-9),
    )
