"""Columns that are no use, or too good to be true."""

from dataclasses import replace

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest.remarks import LEAK_SCORE, find_leaks, find_remarks, score_alone, suggest_leave_out
from shared.forest.tables import load_table
from shared.tables.read_table import read_table

N = 400
RNG = np.random.default_rng(5)
Y = RNG.normal(size=N).cumsum()
LABELS = np.where(np.median(Y) < Y, "high", "low")


def _table(**columns):
    rows = zip(*columns.values(), strict=True)
    return read_table("\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]).encode())


def _said(table, **options):
    return {remark.column: remark.what for remark in find_remarks(table, **options)}


@pytest.mark.parametrize(
    ("name", "values", "what"),
    [
        ("x", range(N), "id"),
        ("x", RNG.permutation(N) + 1000, "id"),
        ("customer_id", RNG.choice(10**9, N, replace=False), "id"),
        ("rowId", RNG.choice(10**9, N, replace=False), "id"),
        ("Unnamed: 0", range(N), "id"),
        ("x", [f"n{at}" for at in range(N)], "id"),
        ("x", RNG.choice(10**9, N, replace=False), None),  # amounts can all be different
        ("valid", RNG.choice(10**9, N, replace=False), None),
        ("year", range(1800, 1800 + N), None),
        ("x", RNG.normal(size=N), None),
        ("x", [7] * N, "constant"),
        ("x", ["same"] * N, "constant"),
        ("x", ["same"] * (N - 1) + [""], None),  # where it is missing may tell something
        ("x", [""] * N, "empty"),
        ("x", ["NA"] * N, "empty"),
        ("x", [f"n{at % 300}" for at in range(N)], "levels"),
        ("x", [f"n{at % 100}" for at in range(N)], None),
        ("x", np.datetime64("2024-01-01") + np.arange(N), "date"),
    ],
)
def test_columns_by_themselves(name, values, what):
    table = _table(y=Y, **{name: values})
    said = find_remarks(table)
    assert [remark.what for remark in said] == ([what] if what else [])
    if what:
        assert said[0].leave_out is (what != "date")
        assert f'"{name}"' in said[0].text
        assert said[0].text.endswith(".")
    assert suggest_leave_out(table) == ([name] if what not in (None, "date") else [])


def test_few_rows_can_all_be_different():
    assert not _said(_table(y=range(10), x=[f"n{at}" for at in range(10)]))


def test_too_many_levels():
    rng = np.random.default_rng(0)
    table = _table(y=rng.normal(size=4_000), x=[f"n{at}" for at in rng.integers(0, 1_500, 4_000)])
    assert _said(table) == {"x": "levels"}
    assert "at most 1,000 can be used" in find_remarks(table)[0].text


def test_remarks_follow_the_visitors_kinds():
    table = _table(y=Y, x=range(N))
    assert find_remarks(table)[0].text.startswith('"x" looks like an ID: a whole number')
    assert find_remarks(table, kinds={"x": "category"})[0].text.startswith("Every row has another value")
    with pytest.raises(InputError, match='There is no column "z"'):
        find_remarks(table, kinds={"z": "number"})


def test_the_titanics_columns():
    assert _said(load_table("titanic")) == {
        "PassengerId": "id", "Name": "id", "Ticket": "levels", "Cabin": "levels"
    }  # fmt: skip
    assert {remark.suggests for remark in find_remarks(load_table("titanic"))} == {"leave out"}
    assert not find_remarks(load_table("ames"))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("copy", Y),
        ("other_unit", 2.54 * Y + 7),
        ("curve", (Y - Y.min()) ** 3),
        ("rounded", np.round(Y)),
        ("with_gaps", np.where(RNG.random(N) < 0.02, "", Y.astype(str))),
        ("sorted_id", np.argsort(np.argsort(Y)) + 1),  # an ID that was given in the order of the target
    ],
)
def test_a_column_that_gives_a_number_away(name, values):
    table = _table(y=Y, noise=RNG.normal(size=N), **{name: values})
    (leak,) = find_leaks(table, target="y")
    assert (leak.column, leak.what, leak.leave_out) == (name, "leak", False)
    assert leak.score >= LEAK_SCORE
    assert f'"{name}" alone nearly determines the target "y"' in leak.text
    assert f"{100 * leak.score:.0f} % of the spread of the target is explained" in leak.text
    assert "leave it out" in leak.text


def test_a_column_that_gives_a_class_away():
    codes = np.where(LABELS == "high", "H", "L")
    ids = [f"{code}-{at:04d}" for at, code in enumerate(codes)]  # an ID that holds the class
    table = _table(label=LABELS, noise=RNG.normal(size=N), code=codes, id=ids, y=Y)
    leaks = find_leaks(table, target="label")
    assert {leak.column for leak in leaks} == {"code", "id", "y"}
    assert [leak.score for leak in leaks] == sorted((leak.score for leak in leaks), reverse=True)
    assert "of the errors are avoided" in leaks[0].text


@pytest.mark.parametrize(("name", "target"), [("titanic", "Survived"), ("ames", "Sale_Price")])
def test_nothing_in_the_bundled_tables_gives_the_target_away(name, target):
    assert not find_leaks(load_table(name), target=target)


def test_columns_without_values_give_nothing_away():
    table = _table(y=Y, x=[""] * N, z=["NA"] * N, day=["2024-01-01"] * N)
    assert not find_leaks(table, target="y")


def test_the_score_of_a_column_alone():
    rng = np.random.default_rng(2)
    group = rng.integers(0, 4, 20_000).astype(float)
    y = group + rng.normal(size=20_000)
    # The spread of the groups is 1.25, of the noise 1: the share that can be explained is 1.25 / 2.25.
    assert score_alone(group, y, task="regression") == pytest.approx(1.25 / 2.25, abs=0.01)
    assert score_alone(rng.normal(size=20_000), y, task="regression") < 0.01
    assert score_alone(np.zeros(20_000), y, task="regression") == pytest.approx(0, abs=1e-3)
    label = (rng.random(20_000) < np.where(group < 2, 0.1, 0.9)).astype(float)
    # Half of the rows are of each class, so saying the commonest errs in half, the group in a tenth.
    assert score_alone(group, label, task="classification") == pytest.approx(1 - 0.1 / 0.5, abs=0.01)
    assert score_alone(group, (label > 2).astype(float), task="classification") == 0


def _few(seed, n):
    """Draw a small table's target, its classes, and a column of noise."""
    rng = np.random.default_rng(seed)
    y = rng.normal(size=n)
    return rng, y, np.where(y > np.quantile(y, 0.7), "pass", "fail")


@pytest.mark.parametrize("n", [60, 100, 200])
@pytest.mark.parametrize("seed", range(5))
def test_a_leak_in_few_rows_is_found(n, seed):
    rng, y, label = _few(seed, n)
    noise = rng.normal(size=n)
    for target, leak in (
        (y, 2.54 * y + 7),
        (y, y**3),
        (y, y + 0.05 * rng.normal(size=n)),
        (np.exp(0.5 * y), y),  # prices: a few are far above the others
        (label, np.where(label == "pass", "P", "F")),
        (label, np.round(50 + 10 * y, 2)),  # the points behind the mark
        (np.digitize(y, [-1, 0, 1]), y),
    ):
        table = _table(target=target, noise=noise, leak=leak)
        assert [remark.column for remark in find_leaks(table, target="target")] == ["leak"]


@pytest.mark.long
@pytest.mark.parametrize("n", [20, 60, 200])
def test_random_columns_of_few_rows_give_nothing_away(n):
    rng, y, label = _few(0, n)
    columns = {f"x{at}": rng.normal(size=n) for at in range(60)}
    columns |= {f"c{at}": rng.choice(list("ab"), n) for at in range(60)}
    columns |= {f"rare{at}": np.where(rng.permutation(n) < 2, "a", "b") for at in range(200)}
    for target in (y, label, np.where(np.arange(n) < 2, "yes", "no"), 100.0 * (np.arange(n) < 2) + y):
        assert not find_leaks(_table(target=target, **columns), target="target")


@pytest.mark.parametrize("n", [60, 100, 200])
def test_a_strong_column_of_few_rows_is_no_leak(n):
    titanic = load_table("titanic")
    rng = np.random.default_rng(n)
    for _ in range(20):
        rows = rng.choice(titanic.n_rows, n, replace=False)
        assert not find_leaks(replace(titanic, columns=tuple(c.take(rows) for c in titanic.columns)),
                              target="Survived")  # fmt: skip
        y = rng.normal(size=n)
        noisy = _table(y=y, x=y + 0.4 * rng.normal(size=n))  # 86 % of its spread
        assert not find_leaks(noisy, target="y")
