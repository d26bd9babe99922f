"""Errors, rankings and splits against figures worked out by hand or by another road."""

import numpy as np
import pandas as pd
import pytest

from shared.collab import metrics
from shared.collab.data import RatingsTable, read_ratings, table_from_frame
from shared.collab.stars import StarModel

FIRST, SECOND, THIRD = 1.0, 1 / np.log2(3), 0.5  # what a hit is worth in places 1, 2 and 3


@pytest.fixture(scope="module")
def movielens() -> RatingsTable:
    return read_ratings()


def test_rmse_by_hand():
    assert metrics.rmse(np.array([3.0, 5.0]), np.array([4.0, 3.0])) == pytest.approx(np.sqrt(2.5))


@pytest.mark.parametrize(
    ("ranked", "relevant", "expected"),
    [
        ([5, 6, 7], [5, 6, 7], 1.0),
        ([7, 6, 5], [5], THIRD),
        ([5, 1, 2], [5, 9], FIRST / (FIRST + SECOND)),
        ([1, 5, 6], [5, 6, 8, 9], (SECOND + THIRD) / (FIRST + SECOND + THIRD)),
        ([1, 2, 3, 5], [5], 0.0),
        ([5], [5, 6], FIRST / (FIRST + SECOND)),
        ([], [5], 0.0),
    ],
)
def test_ndcg_by_hand(ranked, relevant, expected):
    assert metrics.ndcg(np.array(ranked, int), np.array(relevant), at=3) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ranked", "relevant", "expected"),
    [([1, 5, 6], [5, 6], 1.0), ([1, 2, 5, 6], [5, 6, 7, 8], 1 / 3), ([], [5], 0.0), ([1, 2, 3, 5], [5], 0.0)],
)
def test_recall_by_hand(ranked, relevant, expected):
    """Of four relevant films at most three fit in three places: three is what counts as all."""
    assert metrics.recall(np.array(ranked, int), np.array(relevant), at=3) == pytest.approx(expected)


def test_ranking_leaves_out_the_seen_and_the_unknown():
    scores = np.array([0.3, -np.inf, 0.9, 0.5, 0.1])
    assert metrics.rank(scores, np.array([2]), 3).tolist() == [3, 0, 4]
    assert metrics.rank(scores, np.array([2]), 99).tolist() == [3, 0, 4]
    assert metrics.rank(scores, np.array([0, 2, 3, 4]), 3).tolist() == []
    assert scores[2] == 0.9  # the caller's own array is left alone


def test_the_star_split_is_the_published_one():
    order = np.random.RandomState(0).permutation(100_004)
    train, test = metrics.star_split(100_004)
    np.testing.assert_array_equal(test, order[:10_000])
    np.testing.assert_array_equal(train, order[10_000:])


def test_a_small_table_holds_out_a_tenth():
    train, test = metrics.star_split(200)
    assert (len(train), len(test)) == (180, 20)
    assert sorted([*train, *test]) == list(range(200))


def test_the_list_split_holds_users_out_whole(movielens):
    others, cases = metrics.list_split(movielens, seed=0)
    held_out = np.random.RandomState(0).permutation(671)[:100]
    assert 90 <= len(cases) <= 100
    assert not np.isin(others.users, held_out).any()
    assert len(others) == (~np.isin(movielens.users, held_out)).sum()
    assert others.catalogue.n_ratings.sum() == len(others)  # nothing of them is left in the counts

    liked = movielens.stars >= 4
    for case in cases:
        own = movielens.users == case.user
        assert case.user in held_out
        assert not np.intersect1d(case.films, case.relevant).size
        assert np.isin(case.films, movielens.films[own]).all()
        assert np.isin(case.relevant, movielens.films[own & liked]).all()
        assert len(case.films) == int(0.8 * own.sum())


def test_held_out_people_can_be_drawn_from_some(movielens):
    some = np.arange(100, 220)
    others, cases = metrics.list_split(movielens, seed=3, people=some)
    assert {case.user for case in cases} <= set(some.tolist())
    assert set(range(100)) <= set(others.users.tolist())


def test_rare_cases_give_the_rare_films_and_hide_the_others(movielens):
    others, cases = metrics.list_split(movielens, seed=0)
    rare = metrics.rare_cases(movielens, others, cases)
    counts = np.bincount(others.films, minlength=movielens.n_films)
    assert 50 < len(rare) <= len(cases)
    for case in rare:
        own = movielens.users == case.user
        assert (counts[case.films] < 10).all()
        assert (counts[case.relevant] >= 10).all()
        assert len(case.films) == (counts[movielens.films[own]] < 10).sum()
        stars = dict(zip(movielens.films[own].tolist(), movielens.stars[own].tolist(), strict=True))
        assert min(stars[film] for film in case.relevant.tolist()) >= 4


def test_other_seeds_hold_out_other_users(movielens):
    first, second = (metrics.list_split(movielens, seed=seed)[0] for seed in (0, 1))
    assert set(first.users.tolist()) != set(second.users.tolist())


def test_a_perfect_list_scores_one_and_a_wrong_one_zero():
    cases = [metrics.HeldOutUser(np.array([0]), np.array([5.0]), np.array([3, 4]))]
    best = np.array([9.0, 0.0, 0.0, 2.0, 1.0])
    figures = metrics.evaluate_list(lambda films, stars: best, cases)
    assert figures["ndcg_at_10"].tolist() == [1.0]
    assert figures["recall_at_20"].tolist() == [1.0]
    cases = [metrics.HeldOutUser(np.array([0]), np.array([5.0]), np.array([0]))]
    assert metrics.evaluate_list(lambda films, stars: best, cases)["ndcg_at_10"].tolist() == [0.0]


def some_table(seed: int = 0) -> RatingsTable:
    rng = np.random.default_rng(seed)
    pairs = [(user, film) for user in range(9) for film in range(12) if rng.random() < 0.5]
    frame = pd.DataFrame(pairs, columns=["user", "item"])
    return table_from_frame(frame.assign(rating=rng.integers(1, 11, len(frame)) / 2))


def test_test_ratings_are_predicted_as_for_a_visitor():
    """One at a time: fold the user's training ratings in, predict, and take the spread."""
    table = some_table()
    rng = np.random.default_rng(1)
    d = 3
    model = StarModel(
        3.2, 1.5, rng.normal(0, 0.5, (12, d)), np.tile(0.05 * np.eye(d), (12, 1, 1)), np.zeros(d), np.eye(d)
    )
    rows = rng.permutation(len(table))
    rows = np.concatenate([rows[table.users[rows] == 4], rows[table.users[rows] != 4]])  # all of user 4: test
    n_test = (table.users == 4).sum() + 6
    train, test = table.take(rows[n_test:]), table.take(rows[:n_test])
    predicted, spread = metrics.fold_in_predictions(model, train, test)
    for at, (user, film) in enumerate(zip(test.users, test.films, strict=True)):
        own = train.users == user
        taste = model.fold_in(train.films[own], train.stars[own])
        assert predicted[at] == pytest.approx(model.predict(taste, np.array([film]))[0])
        assert spread[at] == pytest.approx(model.spread(taste, np.array([film]))[0])


def test_the_baselines_are_the_mean_and_shrunk_biases():
    """The biases solve one ridge regression; here it is solved as such."""
    table = some_table()
    (_, mean), (_, biased) = metrics.baseline_predictions(table, table)
    assert np.ptp(mean) == 0
    assert mean[0] == pytest.approx(table.stars.mean())
    n = len(table)
    design = np.zeros((n, 9 + 12))
    design[np.arange(n), table.users] = design[np.arange(n), 9 + table.films] = 1
    ridge = design.T @ design + 5 * np.eye(21)
    biases = np.linalg.solve(ridge, design.T @ (table.stars - mean))
    np.testing.assert_allclose(biased, np.clip(mean + design @ biases, 0.5, 5), atol=1e-3)


def test_most_popular_is_the_same_for_everybody(movielens):
    score = metrics.most_popular(movielens)
    first = score(np.array([1]), np.array([5.0]))
    assert movielens.catalogue.titles[int(first.argmax())] == "Forrest Gump"
    np.testing.assert_array_equal(first, score(np.array([], int), np.array([])))
