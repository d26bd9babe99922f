"""The lottery against scikit-learn's models on the same splits; every draw comes as soon as it is made."""

import dataclasses

import joblib
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

from shared.errors import InputError
from shared.forest import lottery
from shared.forest.fit import ForestOptions
from shared.forest.lottery import Draw

OPTIONS = ForestOptions(trees=8)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(160, 3))
    return X, (X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(0, 0.5, 160) > 0).astype(float)


def _one_r_error(X_train, X_valid, y_train, y_valid):
    """Try every value of every column, as the notebook does."""

    def score(below):
        return sum(y_train[side].std(ddof=1) * side.sum() for side in (below, ~below) if side.sum() > 1)

    tried = [(column, t) for column in range(X_train.shape[1]) for t in np.sort(X_train[:, column])[:-1]]
    column, threshold = min(tried, key=lambda split: score(X_train[:, split[0]] <= split[1]))
    below = X_train[:, column] <= threshold
    answers = np.where(
        X_valid[:, column] <= threshold, y_train[below].mean() > 0.5, y_train[~below].mean() > 0.5
    )
    return (answers != y_valid).mean()


def test_a_draw_is_scikit_learns_comparison(table):
    X, y = table
    draws = list(lottery.run_lottery(X, y, task="classification", options=OPTIONS, n_splits=3, seed=7))
    assert [draw.seed for draw in draws] == [7, 8, 9]
    for draw in draws:
        parts = train_test_split(X, y, test_size=0.25, random_state=draw.seed)
        X_train, X_valid, y_train, y_valid = parts
        tree = DecisionTreeClassifier(max_leaf_nodes=4, random_state=draw.seed).fit(X_train, y_train)
        forest = RandomForestClassifier(8, min_samples_leaf=5, random_state=draw.seed).fit(X_train, y_train)
        assert draw.errors["one_r"] == pytest.approx(_one_r_error(*parts))
        assert draw.errors["small_tree"] == pytest.approx(1 - tree.score(X_valid, y_valid))
        assert draw.errors["forest"] == pytest.approx(1 - forest.score(X_valid, y_valid))


def test_the_first_draw_does_not_wait_for_the_others(table, monkeypatch):
    begun, draw = [], lottery._draw
    monkeypatch.setattr(lottery, "_draw", lambda *job: (begun.append(1), draw(*job))[1])
    draws = lottery.run_lottery(*table, task="classification", options=OPTIONS, n_splits=100)
    next(draws)
    draws.close()
    assert len(begun) < 10


def test_side_by_side_gives_the_same_numbers(table):
    alone = list(lottery.run_lottery(*table, task="classification", options=OPTIONS, n_splits=6))
    with joblib.parallel_config(backend="threading", n_jobs=2):
        shared = list(lottery.run_lottery(*table, task="classification", options=OPTIONS, n_splits=6))
    assert alone == shared


def test_regression_and_three_classes_work_too(table):
    X, _ = table
    draws = list(lottery.run_lottery(X, X[:, 0] * 10, task="regression", options=OPTIONS, n_splits=2))
    assert all(0 < draw.errors["forest"] < draw.errors["one_r"] < 10 for draw in draws)
    classes = np.digitize(X[:, 0], [-1, 1]).astype(float)
    draws = list(lottery.run_lottery(X, classes, task="classification", options=OPTIONS, n_splits=2))
    assert all(draw.errors["small_tree"] < draw.errors["one_r"] for draw in draws)


def test_a_class_that_misses_the_training_rows_stops_nothing():
    X, y = np.arange(24.0)[:, None], (np.arange(24) == 5).astype(float)
    draws = list(lottery.run_lottery(X, y, task="classification", options=OPTIONS, n_splits=20))
    assert any(set(draw.errors.values()) == {1 / 6} for draw in draws)


def test_the_summary_counts_wins_ties_and_losses():
    numbers = [(0.3, 0.2, 0.1), (0.2, 0.2, 0.1), (0.1, 0.3, 0.4), (0.2, 0.1, 0.1)]
    draws = [Draw(seed, dict(zip(lottery.MODELS, row, strict=True))) for seed, row in enumerate(numbers)]
    found = lottery.summarise_lottery(draws)
    assert found.n == 4
    assert found.means == pytest.approx({"one_r": 0.2, "small_tree": 0.2, "forest": 0.175})
    first = found.duels[0]
    assert (first.first, first.second, first.wins, first.ties, first.losses) == (
        "one_r",
        "small_tree",
        1,
        1,
        2,
    )
    assert first.share == 0.375
    assert first.low < 0.375 < first.high
    assert first.difference == pytest.approx(0)
    np.testing.assert_allclose(
        (first.difference_low, first.difference_high), np.percentile([0.1, 0, -0.2, 0.1], [2.5, 97.5])
    )
    assert {(duel.first, duel.second) for duel in found.duels} == {
        ("one_r", "small_tree"),
        ("one_r", "forest"),
        ("small_tree", "forest"),
    }
    mirrored = [dataclasses.replace(draw, errors={k: -v for k, v in draw.errors.items()}) for draw in draws]
    assert lottery.summarise_lottery(mirrored).duels[0].wins == 2


WRONG = [
    ({"n_splits": 0}, "splits must be a whole number from 1 to 1,000"),
    ({"n_splits": 1_000_000}, "splits must be a whole number from 1 to 1,000"),
    ({"n_leaves": 1}, "from 2 to 64"),
    ({"valid_share": 1.0}, "cannot be split"),
    ({"valid_share": float("nan")}, "above 0"),
    ({"seed": 1.5}, "seed"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG)
def test_wrong_numbers_are_refused_before_the_first_draw(table, wrong, said):
    with pytest.raises(InputError, match=said):
        lottery.run_lottery(*table, task="classification", **wrong)


def test_no_draws_have_no_summary():
    with pytest.raises(InputError, match="no draw yet"):
        lottery.summarise_lottery([])
