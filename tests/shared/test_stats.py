"""Every interval against scipy.stats, which the code does without because it is slow to import."""

import numpy as np
import pytest
from scipy import stats

from shared.stats import (
    best_interval,
    bootstrap_interval,
    correlation_interval,
    mean_interval,
    paired_share_interval,
    root_mean_interval,
    share_interval,
)


def test_mean_interval_is_students():
    values = np.random.default_rng(0).normal(3, 2, (7, 4))
    low, high = stats.t.interval(0.95, 6, loc=values.mean(0), scale=stats.sem(values, axis=0))
    found = mean_interval(values)
    np.testing.assert_allclose(found, [values.mean(0), low, high], rtol=1e-12)


@pytest.mark.parametrize(("count", "n"), [(0, 45), (0, 10), (102, 200), (10, 10), (1, 1)])
def test_share_interval_is_wilsons(count, n):
    oracle = stats.binomtest(count, n).proportion_ci(0.95, method="wilson")
    np.testing.assert_allclose(share_interval(count, n), (count / n, oracle.low, oracle.high), atol=1e-6)


def test_a_share_of_none_or_all_still_has_a_width():
    found = share_interval(np.array([0, 45, 3, 0]), np.array([45, 45, 45, 0]))
    assert (found.high - found.low)[:3].min() > 0.07
    assert (found.low[0], found.high[1]) == (0, 1)
    assert np.isnan([end[3] for end in found]).all()
    assert (found.low[:3] <= found.mean[:3]).all()
    assert (found.mean[:3] <= found.high[:3]).all()


def test_one_value_says_nothing_of_its_spread():
    found = mean_interval(np.ones((1, 3)))
    np.testing.assert_array_equal(found, [[1] * 3, [-np.inf] * 3, [np.inf] * 3])
    assert tuple(root_mean_interval(np.array([4.0]))) == (2, 0, np.inf)


@pytest.mark.parametrize("make", ["share", "mean", "root"])
def test_intervals_hold_the_truth_as_often_as_they_say(make):
    rng = np.random.default_rng(1)
    held = []
    for _ in range(2_000):
        if make == "share":
            found, truth = share_interval(rng.binomial(60, 0.9), 60), 0.9
        elif make == "mean":
            found, truth = mean_interval(rng.normal(3, 2, 8)), 3
        else:
            found, truth = root_mean_interval(rng.normal(0, 0.9, 400) ** 2), 0.9
        held.append(found.low <= truth <= found.high)
    assert 0.93 < np.mean(held) < 0.97


def test_the_bootstrap_of_a_mean_is_the_usual_interval():
    values = np.random.default_rng(2).normal(5, 2, 3_000)
    found = bootstrap_interval(values[:, None], lambda means: means[:, 0])
    np.testing.assert_allclose(found, mean_interval(values), atol=0.02)
    assert tuple(found) == tuple(bootstrap_interval(values[:, None], lambda means: means[:, 0]))


def test_two_shares_on_the_same_rows():
    found = paired_share_interval(9, 2, 48)  # (2 + 1) / 50 = 0.06 and (9 + 1) / 50 = 0.20
    half = 1.96 * ((0.06 + 0.20 - 0.14**2) / 50) ** 0.5
    np.testing.assert_allclose(found, [-7 / 48, -0.14 - half, -0.14 + half], atol=1e-4)
    nothing = paired_share_interval(0, 0, 45)
    assert nothing.low < nothing.mean == 0 < nothing.high


@pytest.mark.parametrize("r", [-0.6, 0.0, 0.93])
def test_a_correlation_has_fishers_interval(r):
    half = stats.norm.ppf(0.975) / np.sqrt(47)
    found = correlation_interval(r, 50)
    np.testing.assert_allclose(found, [r, *np.tanh(np.arctanh(r) + half * np.array([-1, 1]))], atol=1e-7)
    assert tuple(correlation_interval(1.0, 50)) == (1, 1, 1)


@pytest.mark.parametrize(("p_mended", "p_broken", "n"), [(0.0, 0.0, 20), (0.1, 0.02, 40), (0.05, 0.05, 100)])
def test_paired_intervals_hold_the_truth_as_often_as_they_say(p_mended, p_broken, n):
    rng = np.random.default_rng(0)
    draws = rng.multinomial(n, [p_mended, p_broken, 1 - p_mended - p_broken], size=2000)
    hits = 0
    for mended, broken, _ in draws:
        _, low, high = paired_share_interval(int(mended), int(broken), n)
        hits += low <= p_broken - p_mended <= high
    assert hits / 2000 > 0.935


def test_the_best_of_several_runs_has_the_bootstraps_interval():
    rng = np.random.default_rng(0)
    scores, values = rng.random(20), rng.random(20)
    drawn = rng.integers(20, size=(200_000, 20))
    best = drawn[np.arange(len(drawn)), scores[drawn].argmin(1)]  # (n_draws,)
    ends = np.quantile(values[best], [0.025, 0.975], method="inverted_cdf")
    found = best_interval(scores, values)
    assert [found.low, found.high] == pytest.approx(list(ends))
    assert found.mean == values[scores.argmin()]
    assert found.low <= found.mean <= found.high


def test_few_runs_say_nothing_of_luck():
    found = best_interval(np.arange(4.0), np.arange(4.0))
    assert (found.mean, found.low, found.high) == (0, -np.inf, np.inf)
