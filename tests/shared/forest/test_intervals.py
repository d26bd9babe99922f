"""Intervals against scipy.stats, which the code does without because it is slow to import."""

import numpy as np
import pytest
from scipy import stats

from shared.errors import InputError
from shared.forest.intervals import mean_interval, next_seeds, share_interval
from shared.limits import MAX_FOREST_SEED


def test_mean_interval_is_students():
    values = np.random.default_rng(0).normal(3, 2, (7, 4))
    low, high = stats.t.interval(0.95, 6, loc=values.mean(0), scale=stats.sem(values, axis=0))
    found = mean_interval(values)
    np.testing.assert_allclose(found, [values.mean(0), low, high], rtol=1e-12)


@pytest.mark.parametrize(("count", "n"), [(0, 10), (102, 200), (10, 10), (1, 1)])
def test_share_interval_is_wilsons(count, n):
    oracle = stats.binomtest(count, n).proportion_ci(0.95, method="wilson")
    np.testing.assert_allclose(share_interval(count, n), (oracle.low, oracle.high), atol=1e-6)


def test_one_value_has_no_interval():
    with pytest.raises(InputError, match="at least 2"):
        mean_interval(np.ones((1, 3)))


def test_seeds_follow_each_other_and_stay_allowed():
    assert next_seeds(42, 3) == [42, 43, 44]
    assert next_seeds(MAX_FOREST_SEED, 2) == [MAX_FOREST_SEED, 0]
