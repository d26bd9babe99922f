"""Rows of a curve that cannot exist: known cases, and the same count by brute force."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest.encoded import Column, Encoded
from shared.forest.grids import make_grids
from shared.forest.impossible import EXPECTED_ROWS, _group, find_impossible, measure_association


def encode(*columns: np.ndarray, kinds: str = "") -> Encoded:
    kinds = kinds or "n" * len(columns)
    made = tuple(
        Column(
            f"c{i}",
            "category" if kind == "c" else "number",
            f"c{i}",
            tuple(str(level) for level in range(int(column.max()) + 1)) if kind == "c" else (),
        )
        for i, (column, kind) in enumerate(zip(columns, kinds, strict=True))
    )
    X = np.column_stack(columns).astype(float)
    return Encoded(X, np.arange(len(X), dtype=float), made, "y", "regression")


def test_two_equal_columns_leave_one_group_of_ten():
    x = np.arange(1000.0)
    found = find_impossible(encode(x, x), column=0, grid=np.arange(50.0, 1000.0, 100.0))
    assert (found.partner, found.association) == (1, pytest.approx(1.0, abs=1e-9))
    assert found.share == pytest.approx(0.9)
    assert found.by_value == pytest.approx(0.9, abs=0.002)  # groups of 99 to 101 rows


def test_columns_that_have_nothing_to_do_with_each_other_leave_none():
    rng = np.random.default_rng(1)
    encoded = encode(rng.normal(size=900), rng.normal(size=900))
    found = find_impossible(encoded, column=0, grid=make_grids(encoded)[0])
    assert found.share < 0.01
    assert found.association < 0.15


def test_the_partner_is_the_column_it_is_most_tied_to_also_a_category():
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 4, 600)
    encoded = encode(rng.normal(size=600), codes + rng.normal(0, 0.05, 600), codes, kinds="nnc")
    found = find_impossible(encoded, column=1, grid=make_grids(encoded)[1])
    assert found.partner == 2
    assert 0.5 < found.share < 0.8  # each value fits one of four levels
    assert find_impossible(encoded, column=2, grid=np.arange(4.0)).partner == 1


def test_every_pair_looked_up_one_by_one_gives_the_same(titanic):
    grids = make_grids(titanic)
    for column in range(len(titanic.columns)):
        found = find_impossible(titanic, column=column, grid=grids[column])
        own, edges = _group(titanic, column)
        other, _ = _group(titanic, found.partner)
        n = len(titanic.X)
        by_value = []
        for value in grids[column]:
            group = np.searchsorted(edges, value, side="right")
            same = own == group
            cannot = [
                not (same & (other == g)).any() and same.sum() * (other == g).sum() / n >= EXPECTED_ROWS
                for g in other
            ]
            by_value.append(np.mean(cannot))
        assert found.by_value == pytest.approx(np.array(by_value))
        assert found.share == pytest.approx(np.mean(by_value))


def test_too_few_rows_prove_nothing():
    x = np.arange(11.0)
    found = find_impossible(encode(x, np.array([0.0] * 9 + [1.0] * 2)), column=0, grid=x)
    assert found.share == 0.0


def test_the_association_is_cramers():
    from scipy.stats.contingency import association

    counts = np.array([[300, 100, 50], [80, 200, 90]])
    n, (r, c) = counts.sum(), counts.shape
    plain = association(counts, method="cramer") ** 2 * min(r - 1, c - 1)
    chance = (r - 1) * (c - 1) / (n - 1)
    most = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    assert measure_association(counts) == pytest.approx(np.sqrt((plain - chance) / most))
    assert measure_association(np.array([[5, 5], [0, 0]])) == 0.0
    with pytest.raises(InputError, match="at least 2"):
        measure_association(np.array([[1]]))


def test_one_column_has_no_partner():
    assert find_impossible(encode(np.arange(20.0)), column=0, grid=np.arange(3.0)) is None
    with pytest.raises(InputError, match="column"):
        find_impossible(encode(np.arange(20.0), np.arange(20.0)), column=2, grid=np.arange(3.0))
