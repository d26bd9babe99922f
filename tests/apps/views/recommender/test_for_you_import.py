"""The import panel without a browser: what is merged, refused and taken back."""

import json

import pytest

from apps.views.recommender.film_rater import entry, kept_entries, rated_films, restored_entries
from apps.views.recommender.for_you_import import before_import, refusal, with_import, without_import
from shared.collab.imports import ImportResult
from shared.collab.model import load_recommender
from shared.errors import InputError

FARGO, MATRIX, HEAT, AMELIE = 608, 2571, 6, 4973


@pytest.fixture(scope="module")
def catalogue():
    return load_recommender().catalogue


@pytest.fixture
def films(catalogue):
    """Fargo waits for its stars, two others have them."""
    pairs = ((FARGO, None), (MATRIX, 2.0), (HEAT, 3.5))
    return [entry(catalogue, catalogue.index_of(movie_id), rating=stars) for movie_id, stars in pairs]


RESULT = ImportResult(ratings={AMELIE: 4.5, MATRIX: 4.0, FARGO: 5.0})


def test_an_import_comes_first_and_its_stars_count(films, catalogue):
    merged = with_import(films, RESULT, catalogue)
    assert rated_films(merged, catalogue) == {AMELIE: 4.5, MATRIX: 4.0, FARGO: 5.0, HEAT: 3.5}


def test_undoing_gives_back_exactly_what_was_there(films, catalogue):
    kept = json.loads(json.dumps(before_import(films, RESULT)))  # as the browser keeps it
    assert without_import(kept, with_import(films, RESULT, catalogue), catalogue) == (films, 0)


def test_undoing_keeps_what_was_rated_since(films, catalogue):
    now = [
        {**film, "rating": 1.0} if film["movie_id"] == AMELIE else film
        for film in with_import(films, RESULT, catalogue)
        if film["movie_id"] != MATRIX  # removed since: it was there before, so it comes back
    ]
    now = [entry(catalogue, catalogue.index_of(1), rating=4.0), *now]
    films_back, n_since = without_import(before_import(films, RESULT), now, catalogue)
    assert n_since == 2
    assert [(film["movie_id"], film["rating"]) for film in films_back] == [
        (1, 4.0),
        (AMELIE, 1.0),
        (FARGO, None),
        (MATRIX, 2.0),
        (HEAT, 3.5),
    ]


@pytest.mark.parametrize(
    "kept", [None, {}, [], "x", {"before": 3, "brought": []}, {"before": [[1]], "brought": []},
             {"before": [[[1], 2]], "brought": []}],
)  # fmt: skip
def test_what_the_browser_kept_may_be_anything(kept, films, catalogue):
    with pytest.raises(InputError, match="no longer knows"):
        without_import(kept, films, catalogue)


def test_kept_films_are_checked_one_by_one(catalogue):
    pairs = [(MATRIX, 4.0), (MATRIX, 9), (10**9, 4.0), ([], 3), ("6", 3), (HEAT, None), (HEAT, "3")]
    assert [(film["movie_id"], film["rating"]) for film in kept_entries(pairs, catalogue)] == [
        (MATRIX, 4.0),
        (HEAT, None),
    ]
    items = [{"movie_id": MATRIX, "rating": 4.0}, {"movie_id": HEAT, "rating": None}, "x", {"rating": 3}]
    films, n_lost = restored_entries(items, catalogue)
    assert ([film["movie_id"] for film in films], n_lost) == ([MATRIX], 3)
    assert restored_entries("x", catalogue) == ([], 0)


def test_an_import_that_a_page_cannot_hold_is_refused(films, catalogue, monkeypatch):
    monkeypatch.setattr("apps.views.recommender.for_you_import.MAX_RATINGS", 3)
    with pytest.raises(InputError, match="you would have 4 ratings"):
        with_import(films, RESULT, catalogue)


def test_a_refusal_is_escaped():
    assert "<img" not in refusal(InputError("<img src=x> is a picture."))
