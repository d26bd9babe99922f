"""The item-item weights against ridge regressions solved one film at a time; scores against plain sums."""

import numpy as np
import pandas as pd
import pytest

from shared.collab.data import RatingsTable, table_from_frame
from shared.collab.film_features import side_rows
from shared.collab.fit_lists import fit_lists
from shared.collab.lists import ListModel

RIDGE, FLOOR = 20.0, 1.25


@pytest.fixture(scope="module")
def table() -> RatingsTable:
    """60 users, 12 films; the last film has a single rating."""
    rng = np.random.default_rng(0)
    rows = [
        (user, film, rng.integers(1, 11) / 2)
        for user in range(60)
        for film in range(11)
        if rng.random() < 0.2 + 0.05 * film
    ]
    frame = pd.DataFrame([*rows, (0, 11, 5.0)], columns=["user", "item", "rating"])
    films = pd.DataFrame({
        "movie_id": range(12),
        "title": [f"Film {at}" for at in range(12)],
        "year": [1990.0 + at for at in range(12)],
        "genres": ["Drama|War", "Drama", "Comedy"] * 4,
    })  # fmt: skip
    return table_from_frame(frame, films)


def by_least_squares(table: RatingsTable, films: np.ndarray, *, with_side: bool) -> np.ndarray:
    """(n, n) each film's column on its own: a ridge regression on all films but itself."""
    weighted = np.zeros((table.n_users, table.n_films))
    weighted[table.users, table.films] = table.stars - FLOOR
    if with_side:
        weighted = np.vstack([weighted, side_rows(table.catalogue)])
    weighted = weighted[:, films]
    n = len(films)
    weights = np.zeros((n, n))
    for target in range(n):
        others = np.delete(np.arange(n), target)
        rows = np.vstack([weighted[:, others], np.sqrt(RIDGE) * np.eye(n - 1)])
        values = np.concatenate([weighted[:, target], np.zeros(n - 1)])
        weights[others, target], *_ = np.linalg.lstsq(rows, values)
    return weights


@pytest.mark.parametrize("with_side", [False, True])
def test_each_column_is_a_ridge_regression_without_the_film_itself(table, with_side):
    model = fit_lists(table, ridge=RIDGE, rating_floor=FLOOR, min_ratings=2, use_side_rows=with_side)
    assert model.films.tolist() == list(range(11))
    assert (model.weights.dtype, model.weights.shape) == (np.int8, (11, 11))
    expected = by_least_squares(table, model.films, with_side=with_side)
    # One byte a weight: off by half a step of its column at most (and by single precision in the sums).
    error = np.abs(model.weights * model.scales - expected)
    assert (error <= 0.5 * model.scales + 1e-6).all()
    assert (np.diag(model.weights) == 0).all()
    np.testing.assert_allclose(np.abs(expected).max(0), 127 * model.scales, rtol=1e-5)


def test_users_are_added_up_in_chunks(table, monkeypatch):
    whole = fit_lists(table, ridge=RIDGE)
    monkeypatch.setattr("shared.collab.fit_lists._CHUNK_USERS", 7)
    np.testing.assert_array_equal(fit_lists(table, ridge=RIDGE).weights, whole.weights)


def test_only_the_most_rated_films_are_covered(table, monkeypatch):
    monkeypatch.setattr("shared.collab.fit_lists.MAX_LIST_FILMS", 4)
    model = fit_lists(table, min_ratings=1)
    counts = table.catalogue.n_ratings
    assert model.films.tolist() == sorted(np.argsort(-counts, kind="stable")[:4].tolist())


def test_a_tiny_table_still_gets_a_list():
    """When no film has MIN_RATINGS, those with the most ratings are covered."""
    frame = pd.DataFrame({"user": [1, 1, 2], "item": [1, 2, 1], "rating": [5.0, 4.0, 3.0]})
    model = fit_lists(table_from_frame(frame))
    assert model.films.tolist() == [0]


@pytest.fixture(scope="module")
def model(table) -> ListModel:
    return fit_lists(table, ridge=RIDGE, rating_floor=FLOOR, min_ratings=2)


RATED, STARS = np.array([4, 11, 0, 7]), np.array([5.0, 4.0, 0.5, 3.0])  # film 11 is not covered


def test_a_score_is_the_sum_of_weighted_ratings(model):
    scores = model.score(RATED, STARS)
    assert scores.shape == (12,)
    weights = model.weights * model.scales
    for target in range(11):
        covered = [(film, star) for film, star in zip(RATED, STARS, strict=True) if film != 11]
        by_hand = sum((star - FLOOR) * weights[film, target] for film, star in covered)
        assert scores[target] == pytest.approx(by_hand, abs=1e-6)


def test_a_film_that_is_not_covered_scores_minus_infinity(model):
    assert np.flatnonzero(np.isneginf(model.score(RATED, STARS))).tolist() == [11]
    nothing = model.score(np.array([], int), np.array([], float))
    assert np.isneginf(nothing[11])
    assert (nothing[:11] == 0).all()


def test_contributions_sum_to_the_score(model):
    scores = model.score(RATED, STARS)
    for target in range(11):
        parts = model.contributions(RATED, STARS, target)
        assert parts.shape == (4,)
        assert parts.sum() == pytest.approx(scores[target], abs=1e-6)
        assert parts[1] == 0  # its rated film is not covered
    assert not model.contributions(RATED, STARS, 11).any()


def test_tensors_hold_the_model(model):
    again = ListModel.from_tensors(model.to_tensors())
    np.testing.assert_array_equal(again.weights, model.weights)
    np.testing.assert_array_equal(again.films, model.films)
    assert (again.rating_floor, again.n_films) == (FLOOR, 12)
    np.testing.assert_allclose(again.score(RATED, STARS), model.score(RATED, STARS), rtol=1e-6)
