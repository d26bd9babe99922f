"""One forest and what is known of it: the parts agree, and each is worked out once."""

import threading

import numpy as np
import pytest

from shared.forest.choose import choose
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.forest.tables import load_table


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    return Explorer.fit(choose(load_table("titanic"), target="Survived"), ForestOptions(trees=20))


def test_three_quarters_are_learned_from(explorer: Explorer) -> None:
    assert (len(explorer.train), len(explorer.valid)) == (668, 223)
    assert set(explorer.train).isdisjoint(explorer.valid)


def test_predictions_are_the_forests_own(explorer: Explorer) -> None:
    expected = explorer.forest.predict_proba(explorer.encoded.X)[:, 1]
    assert explorer.predictions() == pytest.approx(expected, abs=1e-12)


def test_curves_end_at_the_error_of_the_forest(explorer: Explorer) -> None:
    X, y = explorer.rows(explorer.valid)
    assert explorer.curves()["validation"].error[-1] == pytest.approx(
        (explorer.forest.predict(X) != y).mean()
    )


def test_one_curve_for_each_column(explorer: Explorer) -> None:
    assert len(explorer.dependence()) == len(explorer.effects()) == len(explorer.grids()) == 8
    assert len(explorer.spread().std) == 223


def test_everything_is_worked_out_once(explorer: Explorer) -> None:
    calls, results = [], []

    def work() -> float:
        calls.append(1)
        return float(np.random.default_rng().random())

    threads = [threading.Thread(target=lambda: results.append(explorer.once("slow", work))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert len(set(results)) == 1
    assert explorer.dependence() is explorer.dependence()
