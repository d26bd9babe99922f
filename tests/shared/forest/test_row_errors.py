"""Errors with intervals: against closed formulas, and what must hold for two models on the same rows."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest.row_errors import difference_interval, error_interval
from shared.stats import share_interval


def test_a_share_has_wilsons_interval() -> None:
    error = error_interval(np.array([1.0, 0, 0, 1, 0]), is_share=True)
    assert error.mean == pytest.approx(0.4)
    assert (error.low, error.high) == pytest.approx(share_interval(2, 5)[1:])


def test_the_interval_of_an_rmse_is_the_normal_one_for_many_rows() -> None:
    losses = np.random.default_rng(0).normal(size=4000) ** 2
    error = error_interval(losses, is_share=False)
    half = 1.96 * losses.std() / np.sqrt(len(losses)) / (2 * np.sqrt(losses.mean()))  # the delta method
    assert error.mean == pytest.approx(np.sqrt(losses.mean()))
    assert error.high - error.mean == pytest.approx(half, rel=0.2)
    assert error.mean - error.low == pytest.approx(half, rel=0.2)


@pytest.mark.parametrize("is_share", [True, False])
def test_what_is_hard_for_both_models_cancels(is_share: bool) -> None:
    rng = np.random.default_rng(1)
    first = (rng.random(500) < 0.3).astype(float)
    same = difference_interval(first, first, is_share=is_share)
    assert same.mean == 0
    assert (
        bool(same.low < 0 < same.high) is is_share
    )  # 500 equal answers do not prove that all would be equal
    second = np.where(rng.random(500) < 0.05, 1 - first, first)
    paired = difference_interval(first, second, is_share=is_share)
    other = difference_interval(first, rng.permutation(second), is_share=is_share)
    assert paired.mean == pytest.approx(other.mean)
    assert paired.high - paired.low < 0.6 * (other.high - other.low)
    assert paired.low <= paired.mean <= paired.high


def test_the_sign_says_who_is_better() -> None:
    good, bad = np.zeros(50), np.ones(50)
    assert difference_interval(good, bad, is_share=True).high < 0
    assert difference_interval(bad, good, is_share=False).low > 0


def test_rows_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(InputError, match="at least one row"):
        error_interval(np.array([]), is_share=True)
    with pytest.raises(InputError, match="3 are not 2"):
        difference_interval(np.zeros(3), np.zeros(2), is_share=True)
