"""The failure map: the published counts, each net beside PyTorch's, and how little work it is."""

import functools

import numpy as np
import pytest

from shared.tabular.failures import FIXES, Settings, map_failures
from shared.tabular.net import start_nets, train_nets
from shared.tabular.train import Training, run_training
from tests.effort import n_calls
from tests.shared.tabular import lesson


def test_the_published_counts():
    published, kaiming = map_failures(Settings()), map_failures(Settings(start="kaiming"))
    assert (published.failed, kaiming.failed) == (96, 3)
    assert kaiming.median == pytest.approx(0.826, abs=1e-3)
    assert published.lesson == pytest.approx(0.8258, abs=1e-4)
    assert published.share.low < 0.96 < published.share.high


@pytest.mark.parametrize("start", ["published", "kaiming"])
def test_each_of_the_hundred_is_the_net_that_is_trained_alone(start):
    found = map_failures(Settings(start=start))
    for seed in (0, 17, 58, 99):
        assert found.accuracies[seed] == run_training(Training(start=start, seed=seed)).accuracy.mean
        _, accuracy = lesson.train("two hidden layers", lr=4, seed=seed, start=start)
        assert found.accuracies[seed] == pytest.approx(accuracy, abs=1e-6)


def test_a_hundred_nets_take_as_many_calls_as_one():
    x, y = np.zeros((7, 12), np.float32), np.zeros(7)
    nets = [start_nets("two hidden layers", range(n), n_columns=12) for n in (1, 100)]
    calls = [
        n_calls(functools.partial(list, train_nets(net, x, y, learning_rate=1, epochs=3))) for net in nets
    ]
    assert calls[0] == calls[1]


def test_every_fix_is_one_change_and_the_dead_are_among_the_failed():
    published = Settings().model_dump()
    for name, fix in FIXES.items():
        changed = sum(value != published[key] for key, value in fix.model_dump().items())
        assert changed == {"As published": 0, "All four": 4}.get(name, 1)
        found = map_failures(fix)
        assert found.dead <= found.failed
        assert np.isfinite(found.accuracies).all()
