"""The hunt for one split: what the browser gets, the ranking beside a slow search, OneR beside a constant."""

import json

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest.encoded import Column, Encoded
from shared.forest.fit import split_rows
from shared.forest.hunt import (
    column_data,
    pick_column,
    pick_measure,
    rank_columns,
    short_side,
    start_hunt,
    try_one_r,
)
from shared.forest.splits import score_split
from shared.limits import MAX_FOREST_HUNT_ROWS
from shared.stats import share_interval


@pytest.fixture(scope="module")
def hunt(titanic):
    return start_hunt(titanic, *split_rows(len(titanic.y), seed=42))


def made_up(n: int, *, classes: int = 0) -> Encoded:
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=n), np.zeros(n), rng.integers(0, 3, n)])
    y = rng.integers(0, classes, n).astype(float) if classes else X[:, 0] + rng.normal(size=n)
    columns = tuple(Column(name, "number", name) for name in ("a", "same", "b"))
    task = "classification" if classes else "regression"
    return Encoded(X, y, columns, "y", task, tuple("abcdef"[:classes]))


def test_the_browser_gets_plain_values_in_the_order_of_x(hunt, titanic) -> None:
    for index, column in enumerate(titanic.columns):
        data = column_data(hunt, index)
        assert json.loads(json.dumps(data, allow_nan=False)) == data
        assert data["x"] == sorted(titanic.X[hunt.train, index].tolist())
        assert sorted(zip(data["x"], data["y"], strict=True)) == sorted(
            zip(titanic.X[hunt.train, index].tolist(), titanic.y[hunt.train].tolist(), strict=True)
        )
        assert (data["name"], data["measure"], data["classes"]) == (column.name, "std", ["died", "survived"])


@pytest.mark.parametrize("index", [-1, 8, None, "Sex", 1.5, float("nan")])
def test_a_column_that_is_not_there_is_refused(hunt, index: object) -> None:
    with pytest.raises(InputError, match="column"):
        column_data(hunt, index)  # type: ignore[arg-type]


def test_a_long_table_is_sampled_and_says_so() -> None:
    encoded = made_up(8000)
    train, valid = split_rows(8000, seed=42)
    hunt = start_hunt(encoded, train, valid)
    assert len(set(hunt.train.tolist())) == len(hunt.train) == MAX_FOREST_HUNT_ROWS
    assert set(hunt.train.tolist()) <= set(train.tolist())
    assert hunt.n_train == 6000
    assert len(json.dumps(column_data(hunt, 0))) < 150_000


def test_the_lessons_best_splits_come_in_order(hunt, titanic) -> None:
    ranked = rank_columns(hunt)
    assert [one.column.name for one in ranked][:2] == ["Sex", "Pclass"]
    assert [round(one.split.score, 5) for one in ranked][:2] == [0.40788, 0.46048]
    assert [one.split.score for one in ranked] == sorted(one.split.score for one in ranked)
    y = titanic.y[hunt.train]
    for one in ranked:
        x = titanic.X[hunt.train, one.split.column]
        slow = min(score_split(x, y, float(value)) for value in np.unique(x)[:-1])
        below = x <= one.split.threshold
        assert one.split.score == pytest.approx(slow)
        assert one.n_above == int((~below).sum())
        assert one.answers[:, 1] == pytest.approx([y[below].mean(), y[~below].mean()])


def test_the_hunt_begins_in_the_best_column_with_many_thresholds(hunt, titanic) -> None:
    assert titanic.columns[pick_column(hunt)].name == "Fare"  # Sex and Pclass are better, and soon tried
    few = Encoded(
        hunt.encoded.X[:, 1:2], hunt.encoded.y, titanic.columns[1:2], "y", "classification", ("0", "1")
    )
    assert pick_column(start_hunt(few, hunt.train, hunt.valid)) == 0


def test_a_column_with_one_value_is_not_ranked() -> None:
    hunt = start_hunt(made_up(200), *split_rows(200, seed=1))
    assert [one.column.name for one in rank_columns(hunt)] == ["a", "b"]
    assert rank_columns(hunt)[0].answers.shape == (2,)


def test_one_r_on_titanic_is_the_lessons_and_beats_the_constant(hunt, titanic) -> None:
    trial = try_one_r(hunt)
    assert trial.n_valid == 223
    assert trial.error.mean == pytest.approx(0.21525, abs=1e-5)
    assert (trial.error.low, trial.error.high) == pytest.approx(share_interval(48, 223)[1:])
    most = round(float(titanic.y[hunt.train].mean()))
    assert trial.constant.mean == pytest.approx((titanic.y[hunt.valid] != most).mean())
    assert trial.constant.mean > trial.error.high


def test_one_r_of_a_number_is_measured_by_rmse() -> None:
    encoded = made_up(400)
    train, valid = split_rows(400, seed=1)
    trial = try_one_r(start_hunt(encoded, train, valid))
    mean, y = encoded.y[train].mean(), encoded.y[valid]
    assert trial.constant.mean == pytest.approx(np.sqrt(((y - mean) ** 2).mean()))
    assert trial.error.low < trial.error.mean < trial.error.high
    assert trial.error.mean < trial.constant.mean


def test_three_classes_are_scored_by_gini() -> None:
    assert [pick_measure(k) for k in (0, 1, 2, 3, 9)] == ["std", "std", "std", "gini", "gini"]
    hunt = start_hunt(made_up(300, classes=3), *split_rows(300, seed=1))
    assert column_data(hunt, 0)["measure"] == "gini"
    assert rank_columns(hunt)[0].answers.shape == (2, 3)
    assert 0 < try_one_r(hunt).error.mean < 1


@pytest.mark.parametrize(
    ("column", "threshold", "below", "above"),
    [
        (Column("Age", "number", "Age"), 6.0, "Age ≤ 6", "Age > 6"),
        (Column("Sex", "category", "Sex", ("f", "m")), 0.0, "Sex: f", "Sex: m"),
        (Column("Sex", "category", "Sex", ("f", "m")), -1.0, "Sex: missing", "Sex: f, m"),
        (Column("c", "category", "c", tuple("abcde")), 3.0, "c: a, b, c and 1 more", "c: e"),
        (Column("Age is missing", "missing", "Age"), 0.0, "Age is known", "Age is missing"),
        (
            Column("t days since 1970", "date part", "t"),
            18057.0,
            "t days since 1970 ≤ 2019-06-10",
            "t days since 1970 > 2019-06-10",
        ),
        (Column("t weekday", "date part", "t"), 4.0, "t weekday ≤ Friday", "t weekday > Friday"),
        (Column("t month end", "date part", "t"), 0.0, "t month end: no", "t month end: yes"),
        (Column("t week", "date part", "t"), 20.0, "t week ≤ 20", "t week > 20"),
        (Column("x" * 60, "number", "x"), 1.0, "x" * 27 + "… ≤ 1", "x" * 27 + "… > 1"),
    ],
)
def test_short_words_of_a_side(column: Column, threshold: float, below: str, above: str) -> None:
    assert short_side(column, threshold) == below
    assert short_side(column, threshold, above=True) == above
