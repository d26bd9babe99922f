"""What the README promises, measured: stars and lists on the published splits of MovieLens small.

`tests/bench/` measures the same beside other packages, over several splits.
"""

import numpy as np
import pandas as pd
import pytest

from shared.collab import metrics
from shared.collab.data import RatingsTable, read_ratings, table_from_frame
from shared.collab.fit_lists import fit_lists
from shared.collab.fit_stars import fit_stars
from shared.collab.train import TrainOptions, measure_stars
from shared.stats import mean_interval

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def movielens() -> RatingsTable:
    return read_ratings()


@pytest.fixture(scope="module")
def star_split(movielens) -> tuple[RatingsTable, RatingsTable]:
    train_rows, test_rows = metrics.star_split(len(movielens))
    return movielens.take(train_rows), movielens.take(test_rows)


def test_the_default_method_predicts_stars_to_0_855(star_split):
    train, test = star_split
    defaults = TrainOptions().filled()
    model, _ = fit_stars(train, factors=defaults.factors, epochs=defaults.epochs, seed=defaults.seed)
    figures = measure_stars(model, train, test)
    assert figures["rmse"] <= 0.855
    assert figures["rmse"] < figures["baselines"]["user + film bias"] < figures["baselines"]["global mean"]
    assert 0.78 <= figures["interval_coverage"] <= 0.83


def test_the_fast_path_predicts_stars_to_0_877(star_split):
    train, test = star_split
    model, _ = fit_stars(train, factors=4, epochs=10)
    assert measure_stars(model, train, test)["rmse"] <= 0.877


def fit_dense_ease(table: RatingsTable, *, floor: float, ridge: float) -> metrics.ScoreFilms:
    """EASE as published: all films, double precision, ratings only.

    There are fewer users than films, so the inverse P of the films x films matrix is never made: by
    Woodbury's identity, P v = (v - X' K X v) / ridge with K the inverse of a users x users matrix. The
    weights are -P / diag(P) off the diagonal; the diagonal only touches rated films, which no list shows.
    """
    x = np.zeros((table.n_users, table.n_films))
    x[table.users, table.films] = table.stars - floor
    k = np.linalg.inv(x @ x.T + ridge * np.eye(table.n_users))
    diagonal = (1 - np.einsum("ui,ui->i", x, k @ x)) / ridge

    def score(films: np.ndarray, stars: np.ndarray) -> np.ndarray:
        v = np.zeros(table.n_films)
        v[films] = stars - floor
        return -(v - x.T @ (k @ (x @ v))) / ridge / diagonal

    return score


def test_dense_ease_is_what_it_says():
    """On a table small enough to invert, the short cut gives EASE's own scores."""
    rng = np.random.default_rng(0)
    users, films = np.nonzero(rng.random((9, 14)) < 0.6)
    table = table_from_frame(
        pd.DataFrame({"user": users, "item": films, "rating": rng.integers(1, 11, len(users)) / 2})
    )
    x = np.zeros((table.n_users, table.n_films))
    x[table.users, table.films] = table.stars - 2
    inverse = np.linalg.inv(x.T @ x + 5 * np.eye(table.n_films))
    weights = -inverse / np.diag(inverse)
    rated, stars = np.array([1, 4]), np.array([5.0, 1.0])
    others = np.setdiff1d(np.arange(table.n_films), rated)
    expected = ((stars - 2) @ weights[rated])[others]
    found = fit_dense_ease(table, floor=2.0, ridge=5.0)(rated, stars)[others]
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.fixture(scope="module")
def list_splits(movielens) -> list[tuple[RatingsTable, list[metrics.HeldOutUser], metrics.ScoreFilms]]:
    """Three times 100 people, nobody twice, each with our list model fitted on all others."""
    people = np.random.RandomState(0).permutation(movielens.n_users)[:300].reshape(3, 100)
    splits = [metrics.list_split(movielens, seed=0, people=some) for some in people]
    return [(others, cases, fit_lists(others).score) for others, cases in splits]


def test_the_list_is_as_good_as_dense_ease(list_splits):
    """EASE with the weights (stars - 1.25) and the ridge 1,000, the best of `bench_lists` by NDCG."""
    figures = [
        [
            metrics.evaluate_list(score, cases)
            for score in (own, fit_dense_ease(others, floor=1.25, ridge=1000.0), metrics.most_popular(others))
        ]
        for others, cases, own in list_splits
    ]
    for measure in ("ndcg_at_10", "recall_at_20"):
        own, ease, popular = np.mean([[one[measure].mean() for one in split] for split in figures], axis=0)
        assert own >= ease > 1.5 * popular


def test_people_known_by_rare_films_alone_get_a_better_list_than_the_most_popular(movielens, list_splits):
    """Given only their films with fewer than 10 ratings; paired, over 300 different people."""
    gaps = []
    for others, cases, own in list_splits:
        rare = metrics.rare_cases(movielens, others, cases)
        ours = metrics.evaluate_list(own, rare)["ndcg_at_10"]
        gaps.extend(ours - metrics.evaluate_list(metrics.most_popular(others), rare)["ndcg_at_10"])
    assert mean_interval(np.array(gaps))[1] > 0.02  # its lower end


def test_ranking_by_predicted_stars_makes_no_list(movielens):
    """The lesson's trap: the model with the lower error makes the worse list, far worse than most popular."""
    others, cases = metrics.list_split(movielens, seed=0)
    stars, _ = fit_stars(others, factors=4, epochs=10)
    by_stars = metrics.evaluate_list(lambda films, given: stars.predict(stars.fold_in(films, given)), cases)
    popular = metrics.evaluate_list(metrics.most_popular(others), cases)
    assert by_stars["ndcg_at_10"].mean() < 0.7 * popular["ndcg_at_10"].mean()
