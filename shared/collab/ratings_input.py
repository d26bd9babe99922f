"""Ratings as a program or the page sends them, checked before anything is computed from them.

Inside, a visitor's ratings are a dict from movie_id to stars, 0.5 to 5 in half steps. A request names each
film by its id or by its title, and what is not plainly a rating is refused with the values that are allowed.

    items = [{"movie_id": 2571, "rating": 4.5}, {"title": "Heat", "rating": 3}]
    ratings, notes = parse_ratings(items, catalogue)  # {2571: 4.5, 6: 3.0}, []
    check_stars(3.7)  # InputError: 3.7 is not a rating here: use 0.5 to 5 stars in half steps, ...
"""

import math
from numbers import Real

from shared.collab.catalogue import Catalogue
from shared.collab.matching import EXACT, Match, Wanted, match_titles
from shared.collab.titles import split_year
from shared.errors import InputError
from shared.limits import MAX_ERROR_VALUE_CHARACTERS, MAX_RATINGS, MAX_TITLE_CHARACTERS

LEAST_STARS, MOST_STARS, STEP = 0.5, 5.0, 0.5
ALLOWED = "0.5 to 5 stars in half steps"
FIELDS = ("movie_id", "title", "rating")
_SHAPE = 'Send a list such as [{"movie_id": 2571, "rating": 4.5}] or [{"title": "Heat (1995)", "rating": 4}]'
_BIGGEST_ID = 2**63 - 1
_MAX_NAMED = 5  # films named in one note


def parse_ratings(items: object, catalogue: Catalogue) -> tuple[dict[int, float], list[str]]:
    """Check a request's ratings and find the films in it.

    Args:
        items: a list of {"movie_id" or "title": ..., "rating": ...}; an empty list is fine.
        catalogue: the films the model knows.

    Returns:
        Stars by movie_id in the order given, and plain notes on what was decided: a film rated twice, a title
        that was read as another.

    Raises:
        InputError: something is no rating, no film, or unclear; the message says which and what is allowed.
    """
    if not isinstance(items, list | tuple):
        raise InputError(f"Ratings must be a list, not {shown_value(items)}. {_SHAPE}.")
    if len(items) > MAX_RATINGS:
        raise InputError(f"There are {len(items):,} ratings. Send at most {MAX_RATINGS:,}.")
    checked = [_check_item(at, item, catalogue) for at, item in enumerate(items, start=1)]
    titled = [(at, film) for at, (film, _) in enumerate(checked) if isinstance(film, Wanted)]
    matches = match_titles(catalogue, [film for _, film in titled])
    found = {
        at: _film_of(at + 1, film, match, catalogue)
        for (at, film), match in zip(titled, matches, strict=True)
    }

    ratings: dict[int, float] = {}
    twice: list[int] = []
    for at, (film, stars) in enumerate(checked):
        movie_id = found[at] if isinstance(film, Wanted) else film
        if movie_id in ratings:
            twice.append(movie_id)
            del ratings[movie_id]
        ratings[movie_id] = stars
    notes = [
        f'"{shown_text(film.title)}" was read as {catalogue.label(match.film)}.'
        for (_, film), match in zip(titled, matches, strict=True)
        if match.film is not None and (match.how != EXACT or match.reason)
    ]
    return ratings, notes + note_repeated(twice, catalogue)


def check_stars(value: object) -> float:
    """Check that a value is a number of stars.

    Raises:
        InputError: it is no number, not 0.5 to 5, or between two half steps.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(f"{shown_value(value)} is not a rating here: use a number, {ALLOWED}.")
    if isinstance(value, int) and abs(value) > MOST_STARS:  # before float(), which fails for the very large
        raise InputError(f"{shown_value(value)} is not a rating here: use {ALLOWED}.")
    stars = float(value)
    if not math.isfinite(stars) or not LEAST_STARS <= stars <= MOST_STARS:
        raise InputError(f"{shown_value(value)} is not a rating here: use {ALLOWED}.")
    if stars % STEP:
        lower = math.floor(stars / STEP) * STEP
        near = f"{lower:g} or {lower + STEP:g}"
        raise InputError(f"{shown_value(value)} is not a rating here: use {ALLOWED}, such as {near}.")
    return stars


def note_repeated(movie_ids: list[int], catalogue: Catalogue) -> list[str]:
    """Say which films were rated more than once; [] when none was."""
    different = list(dict.fromkeys(movie_ids))
    if not different:
        return []
    places = [catalogue.index_of(movie_id) for movie_id in different[:_MAX_NAMED]]
    names = ", ".join(catalogue.label(place) for place in places if place is not None)
    if more := len(different) - _MAX_NAMED:
        names += f" and {more} more" if more > 0 else ""
    return [f"Rated more than once, and the last rating counts: {names}."]


def shown_value(value: object) -> str:
    """Write a wrong value into a message: short, on one line, and safe for values of any size or depth."""
    if isinstance(value, str):
        return f'"{shown_text(value)}"'
    if value is None:
        return "an empty value"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > 64:
        return "a very large number"
    if isinstance(value, Real):
        return f"{value}".removesuffix(".0")[:MAX_ERROR_VALUE_CHARACTERS]
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else "a value of another kind"


def shown_text(text: str) -> str:
    """Cut a text for a message and take out what cannot be printed."""
    short = "".join(letter for letter in text[:MAX_ERROR_VALUE_CHARACTERS] if letter.isprintable())
    return f"{short}..." if len(text) > MAX_ERROR_VALUE_CHARACTERS else short


def _check_item(at: int, item: object, catalogue: Catalogue) -> tuple[int | Wanted, float]:
    """Check one rating by itself; a title stays to be found with all others."""
    if not isinstance(item, dict):
        raise InputError(f"Rating {at} is {shown_value(item)}. {_SHAPE}.")
    if unknown := [key for key in item if key not in FIELDS]:
        raise InputError(
            f"Rating {at} has the unknown field {shown_value(unknown[0])}. Use {', '.join(FIELDS)}."
        )
    if "rating" not in item:
        raise InputError(f"Rating {at} has no field rating. Give it {ALLOWED}.")
    if ("movie_id" in item) == ("title" in item):
        raise InputError(f"Rating {at} needs either movie_id or title, and only one of them.")
    try:
        stars = check_stars(item["rating"])
    except InputError as error:
        raise InputError(f"Rating {at}: {error}") from None
    if "movie_id" in item:
        return _check_id(at, item["movie_id"], catalogue), stars
    return _check_title(at, item["title"]), stars


def _check_id(at: int, value: object, catalogue: Catalogue) -> int:
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not is_whole:
        raise InputError(f"Rating {at}: movie_id must be a whole number, not {shown_value(value)}.")
    movie_id = int(value)  # type: ignore[call-overload]
    if abs(movie_id) > _BIGGEST_ID or catalogue.index_of(movie_id) is None:
        raise InputError(
            f"Rating {at}: no film here has the movie_id {shown_value(movie_id)}. "
            "Search for the film's title to find its number."
        )
    return movie_id


def _check_title(at: int, value: object) -> Wanted:
    if not isinstance(value, str):
        raise InputError(f"Rating {at}: title must be a text, not {shown_value(value)}.")
    if not value.strip():
        raise InputError(f"Rating {at}: the title is empty. Give a film's title, or its movie_id.")
    if len(value) > MAX_TITLE_CHARACTERS:
        raise InputError(f"Rating {at}: the title is longer than {MAX_TITLE_CHARACTERS} characters.")
    return Wanted(*split_year(value))


def _film_of(at: int, wanted: Wanted, match: Match, catalogue: Catalogue) -> int:
    if match.film is not None:
        return int(catalogue.movie_ids[match.film])
    written = f"{wanted.title} ({wanted.year})" if wanted.year else wanted.title
    message = f'Rating {at}: "{shown_text(written)}" is not clear. {match.reason}'
    if match.suggestions:
        choices = [
            f"{catalogue.label(film)} with movie_id {catalogue.movie_ids[film]}" for film in match.suggestions
        ]
        raise InputError(f"{message} Did you mean {' or '.join(choices)}?")
    raise InputError(f"{message} Search for a part of the title to find the film.")
