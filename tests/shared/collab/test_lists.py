"""The item-item weights against ridge regressions solved one film at a time; scores against plain sums."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from shared.collab.data import RatingsTable, table_from_frame
from shared.collab.film_features import kind_features, side_rows
from shared.collab.fit_lists import _condense, fit_lists
from shared.collab.lists import WELL_KNOWN, ListModel

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


def by_least_squares(table: RatingsTable, *, with_side: bool) -> np.ndarray:
    """(n, n) each film's column on its own: a ridge regression on all films but itself."""
    weighted = np.zeros((table.n_users, table.n_films))
    weighted[table.users, table.films] = table.stars - FLOOR
    if with_side:
        weighted = np.vstack([weighted, side_rows(table.catalogue)])
    n = table.n_films
    weights = np.zeros((n, n))
    for target in range(n):
        others = np.delete(np.arange(n), target)
        rows = np.vstack([weighted[:, others], np.sqrt(RIDGE) * np.eye(n - 1)])
        values = np.concatenate([weighted[:, target], np.zeros(n - 1)])
        weights[others, target], *_ = np.linalg.lstsq(rows, values)
    return weights


def weights_of(model: ListModel) -> np.ndarray:
    """(n, n) the product of the two matrices; a film has no weight for itself."""
    left, right = model.left * model.left_scales[:, None], model.right * model.right_scales[:, None]
    weights = (left @ right.T).astype(float)
    np.fill_diagonal(weights, 0.0)
    return weights


@pytest.mark.parametrize("with_side", [False, True])
def test_each_column_is_a_ridge_regression_without_the_film_itself(table, with_side, monkeypatch):
    monkeypatch.setattr("shared.collab.fit_lists._to_bytes", lambda values: (values, np.ones(len(values))))
    model = fit_lists(table, ridge=RIDGE, rating_floor=FLOOR, use_side_rows=with_side)
    assert model.left.shape == model.right.shape == (12, 12)
    expected = by_least_squares(table, with_side=with_side)
    np.testing.assert_allclose(weights_of(model), expected, atol=1e-5)


def test_a_number_is_off_by_half_a_step_of_its_row_at_most(table, monkeypatch):
    model = fit_lists(table, ridge=RIDGE)
    monkeypatch.setattr("shared.collab.fit_lists._to_bytes", lambda values: (values, np.ones(len(values))))
    exact = fit_lists(table, ridge=RIDGE)
    for name in ("left", "right"):
        numbers, scales = getattr(model, name), getattr(model, f"{name}_scales")
        assert numbers.dtype == np.int8
        assert (np.abs(numbers).max(axis=1) == 127).all()
        error = np.abs(numbers * scales[:, None] - getattr(exact, name))
        assert (error <= 0.5001 * scales[:, None]).all()


def test_few_factors_keep_the_strongest_part_of_the_weights(table):
    """No other matrix of that rank is nearer: what is left out are the smallest singular values."""
    whole = fit_lists(table, ridge=RIDGE)
    cut = fit_lists(table, ridge=RIDGE, n_factors=4)
    assert cut.left.shape == (12, 4)
    full, few = (model.left * model.left_scales[:, None] @ (model.right * model.right_scales[:, None]).T
                 for model in (whole, cut))  # fmt: skip
    singular = np.linalg.svd(full, compute_uv=False)
    assert np.linalg.norm(full - few) < 1.1 * np.linalg.norm(singular[4:])


def test_many_users_are_condensed_to_rows_that_say_the_same(table, monkeypatch):
    """60 users and the genres fit in 12 rows exactly: there are 12 films."""
    whole = weights_of(fit_lists(table, ridge=RIDGE))
    monkeypatch.setattr("shared.collab.fit_lists.MAX_LIST_ROWS", 12)
    monkeypatch.setattr("shared.collab.fit_lists._CHUNK_USERS", 7)
    np.testing.assert_allclose(weights_of(fit_lists(table, ridge=RIDGE)), whole, atol=0.02 * whole.max())


def test_rows_that_stand_for_many_keep_the_products_of_films():
    """Nearly as near as any so few rows can be: what is lost are the smallest eigenvalues."""
    rng = np.random.default_rng(0)
    taste = rng.normal(size=(400, 5)) @ (rng.normal(size=(5, 60)) * np.array([[9], [7], [5], [4], [3]]))
    users = sp.csr_matrix(np.where(rng.random((400, 60)) < 0.5, taste, 0).astype(np.float32))
    rows = _condense(users, 12)
    assert rows.shape == (12, 60)
    products = (users.T @ users).toarray()
    lost = np.linalg.eigvalsh(products)[:-12]
    assert np.linalg.norm(products - rows.T @ rows) < 1.2 * np.linalg.norm(lost)


def test_a_tiny_table_still_gets_a_list():
    """No film has WELL_KNOWN ratings: kinds say nothing then, but fame and the weights do."""
    frame = pd.DataFrame({"user": [1, 1, 2], "item": [1, 2, 1], "rating": [5.0, 4.0, 3.0]})
    model = fit_lists(table_from_frame(frame))
    assert not model.kind_weights.any()
    scores = model.score(np.array([1]), np.array([4.0]))
    assert np.isfinite(scores).all()
    assert scores[0] > 0


@pytest.fixture(scope="module")
def model(table) -> ListModel:
    return fit_lists(table, ridge=RIDGE, rating_floor=FLOOR)


RATED, STARS = np.array([4, 11, 0, 7]), np.array([5.0, 4.0, 0.5, 3.0])  # film 11 has a single rating


@pytest.mark.parametrize("n_rated", [0, 1, 2, 4])
def test_a_score_is_the_sum_of_weighted_ratings_kind_and_fame(table, model, n_rated):
    rated, stars = RATED[:n_rated], STARS[:n_rated]
    counts = table.catalogue.n_ratings
    assert (counts[11], counts[RATED[[0, 2, 3]]].min() >= WELL_KNOWN) == (1, True)
    n_known = sum(film != 11 for film in rated)
    gate = 10 / (10 + n_known)
    assert (model.n_well_known(rated), model.gate(rated)) == (n_known, gate)
    weights = weights_of(model)
    of_kind = kind_features(table.catalogue)[11] @ model.kind_weights
    of_kind = (model.right * model.right_scales[:, None]) @ of_kind  # (n_films,)
    of_kind[11] = 0
    scores = model.score(rated, stars)
    assert scores.shape == (12,)
    for target in range(12):
        by_hand = 0.1 * gate * np.log(1 + counts[target])
        for film, star in zip(rated, stars, strict=True):
            by_hand += (star - FLOOR) * weights[film, target]
            if film == 11:
                own = 0 if target == 11 else of_kind[target]
                by_hand += (star - FLOOR) * gate * own
        assert scores[target] == pytest.approx(by_hand, abs=1e-5)


def test_contributions_sum_to_the_score(model):
    scores = model.score(RATED, STARS)
    for target in range(12):
        fame, parts = model.contributions(RATED, STARS, target)
        assert parts.shape == (4,)
        assert fame + parts.sum() == pytest.approx(scores[target], abs=1e-5)
        assert fame > 0
        assert (parts[target == RATED] == 0).all()


def test_a_rare_film_says_something_of_its_rater(model):
    only_rare = model.score(np.array([11]), np.array([5.0])), model.score(np.array([11]), np.array([0.5]))
    assert len(set(np.round(only_rare[0], 6))) == 12  # no ties: a real list
    assert not np.array_equal(np.argsort(only_rare[0]), np.argsort(only_rare[1]))


def test_tensors_hold_the_model(model):
    again = ListModel.from_tensors(model.to_tensors(), model.catalogue)
    np.testing.assert_array_equal(again.left, model.left)
    np.testing.assert_array_equal(again.right, model.right)
    assert again.rating_floor == FLOOR
    np.testing.assert_allclose(again.score(RATED, STARS), model.score(RATED, STARS), rtol=1e-6)


def test_rare_films_are_faint_in_the_side_rows(table):
    rows, kinds = side_rows(table.catalogue), kind_features(table.catalogue)
    assert rows.shape == (len(kinds[0]) - 1, 12)
    full = rows[:, 0].max()
    assert rows[:, 11].max() == pytest.approx(full * (1.3 / 10.3) ** 2)
