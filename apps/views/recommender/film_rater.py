"""The widget that finds films and rates them: `film_rater.html`, `.css` and `.js` beside this file.

Its value is a list of {"movie_id", "title", "year", "rating"}, newest first; a rating of None waits for
its stars.

    rater = film_rater(catalogue)
    rater.rate(update, inputs=[rater], ...)        # the custom event of film_rater.js
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any

import gradio as gr

from apps.views.recommender.film_search import found_film, read_part, search_function, search_html, search_js
from shared.collab.catalogue import Catalogue
from shared.collab.ratings_input import check_stars, parse_ratings
from shared.errors import InputError
from shared.limits import MAX_RATINGS

BROWSER_KEY = "lessons-recommender-ratings"  # where the browser keeps the ratings
# Gradio scrambles what the browser keeps with this. It hides nothing from the visitor, whose ratings they
# are; a fixed value lets them survive a restart of the server.
BROWSER_SECRET = "lessons-recommender"

Entry = dict[str, Any]


def film_rater(catalogue: Catalogue) -> gr.HTML:
    """Make the widget.

    Args:
        catalogue: the films it finds.
    """
    return gr.HTML(
        [],
        html_template=search_html("film_rater.html", name="rater", label="Find a film you have seen"),
        css_template=read_part("film_rater.css"),
        js_on_load=search_js("film_rater.js"),
        server_functions=[search_function(catalogue)],
        apply_default_css=False,
        elem_id="film-rater",
        elem_classes="look-piece",
    )


def entry(catalogue: Catalogue, place: int, *, rating: float | None = None, ask: bool = False) -> Entry:
    """One film as the widget holds it; `ask` moves the focus to its stars."""
    film = {**found_film(catalogue, place), "rating": rating}
    return {**film, "ask": True} if ask else film


def listed_films(value: object) -> list[Entry]:
    """Check the form of the widget's value: all films in it, rated or waiting.

    Raises:
        InputError: the value is not one that the widget makes.
    """
    if (
        not isinstance(value, list)
        or len(value) > MAX_RATINGS
        or not all(isinstance(item, dict) and isinstance(item.get("movie_id"), int) for item in value)
    ):
        raise InputError("The ratings of this page cannot be read; reload the page.")
    return value


def rated_films(value: object, catalogue: Catalogue) -> dict[int, float]:
    """Read the widget's value: {movie_id: stars} of the films that have their stars.

    Raises:
        InputError: the value is not one that the widget makes.
    """
    complete = [
        {"movie_id": item["movie_id"], "rating": item["rating"]}
        for item in listed_films(value)
        if item.get("rating") is not None
    ]
    ratings, _ = parse_ratings(complete, catalogue)
    return ratings


def kept_entries(films: Iterable[tuple[Any, Any]], catalogue: Catalogue) -> list[Entry]:
    """Check (movie_id, stars) pairs that the browser kept, None for a film that waits for its stars.

    What this model does not know, or what is no rating, is left out.
    """
    kept: list[Entry] = []
    for movie_id, stars in islice(films, MAX_RATINGS):
        try:
            rating = None if stars is None else check_stars(stars)
            place = catalogue.index_of(movie_id)
        except (InputError, TypeError):  # a TypeError when it cannot even be looked up
            continue
        if place is not None:
            kept.append(entry(catalogue, place, rating=rating))
    return kept


def restored_entries(saved: object, catalogue: Catalogue) -> tuple[list[Entry], int]:
    """Check what the browser kept; returns the films this model knows, and how many were left out."""
    items = saved if isinstance(saved, list) else []
    rated = [
        (item.get("movie_id"), item["rating"]) if isinstance(item, dict) and item.get("rating") else (None, 0)
        for item in items
    ]
    kept = kept_entries(rated, catalogue)
    return kept, len(items) - len(kept)
