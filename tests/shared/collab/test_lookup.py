"""The lookup and the one-hot product: the course's numbers, exact equality, honest counts."""

import numpy as np
import pytest

from shared.collab import lookup
from shared.errors import InputError
from shared.limits import MAX_LOOKUP_CELLS


def test_match_scores_of_the_lesson():
    films = lookup.TOY_FILMS
    assert lookup.match_score(films["The Last Skywalker"], lookup.TOY_USER)[0] == pytest.approx(2.142)
    assert lookup.match_score(films["Casablanca"], lookup.TOY_USER)[0] == pytest.approx(-1.611)


def test_the_parts_add_up_to_the_match():
    match, parts = lookup.match_score([1.0, -2.0, 3.0], [4.0, 5.0, 6.0])
    assert parts == [4.0, -10.0, 18.0]
    assert match == sum(parts)


@pytest.mark.parametrize(("n_rows", "n_factors"), [(1, 1), (8, 4), (671, 5), (50, 100)])
def test_one_hot_product_equals_lookup_exactly(n_rows, n_factors):
    table = np.random.default_rng(1).normal(size=(n_rows, n_factors))
    for index in {0, n_rows // 2, n_rows - 1}:
        row, n_multiplications = lookup.multiply_one_hot(index, table)
        assert row.shape == (n_factors,)
        assert (row == lookup.look_up(index, table)).all()
        assert (row == lookup.make_one_hot(index, n_rows) @ table).all()
        assert n_multiplications == n_rows * n_factors


def test_comparison_counts_and_times():
    comparison = lookup.compare_ways(9066, 50, n_repeats=3)
    assert comparison.n_multiplications == 453_300
    assert comparison.exactly_equal
    assert comparison.one_hot_microseconds > 0
    assert comparison.lookup_microseconds > 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: lookup.match_score([1.0], [1.0, 2.0]), "same number"),
        (lambda: lookup.match_score([float("nan")], [1.0]), "ordinary number"),
        (lambda: lookup.match_score(["one"], [1.0]), "ordinary number"),
        (lambda: lookup.compare_ways(0, 5), "rows must be a whole number"),
        (lambda: lookup.compare_ways(None, 5), "rows must be a whole number"),
        (lambda: lookup.compare_ways(5, 2.5), "factors must be a whole number"),
        (lambda: lookup.compare_ways(float("inf"), 5), "ordinary number"),
        (lambda: lookup.compare_ways(10**400, 5), "ordinary number"),
        (lambda: lookup.compare_ways(10**6, 50), f"{MAX_LOOKUP_CELLS:,} cells"),
        (lambda: lookup.make_one_hot(8, 8), "from 0 to 7"),
        (lambda: lookup.look_up(-1, np.zeros((8, 2))), "from 0 to 7"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(InputError, match=words):
        call()
