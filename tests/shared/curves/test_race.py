"""The race: who takes part, that each has its own figures, and that nobody beats the exact optimum."""

import re

import numpy as np
import pytest

from shared.curves.data import CURVES, make_points
from shared.curves.quadratic import START, descend, loss
from shared.curves.race import run_race
from shared.errors import InputError

LESSON = make_points()
MACHINES = ["Coordinate descent", "Gradient descent", "Gradients never zeroed", "Exact optimum"]
KINDS = ("mae", "mse")


def by_name(*args, **kwargs):
    return {racer.name: racer for racer in run_race(*args, **kwargs)}


def test_who_takes_part():
    assert [racer.name for racer in run_race(*LESSON)] == MACHINES
    assert [racer.name for racer in run_race(*LESSON, visitor=[1, 2, 3])] == ["You", *MACHINES]


def test_the_lessons_race():
    race = by_name(*LESSON, visitor=[3, 2, 1])
    assert race["You"].loss == pytest.approx(1.477, abs=1e-3)
    assert race["Exact optimum"].loss == pytest.approx(0.98592, abs=1e-5)
    assert race["Gradient descent"].loss == pytest.approx(0.99, abs=0.005)
    assert race["Exact optimum"].loss < race["Gradient descent"].loss < race["Coordinate descent"].loss
    assert race["Gradients never zeroed"].losses[50] == pytest.approx(2.37, abs=0.005)
    assert re.search(r"It had been at 0\.99\d after step \d+\.", race["Gradients never zeroed"].note)
    assert "had been" not in race["Gradient descent"].note


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_racer_is_where_it_says(curve, kind):
    x, y = make_points(curve, n=30, seed=3)
    race = run_race(x, y, kind=kind, lr=0.05, n_steps=200, visitor=[0.5, -0.5, 1])
    lowest = race[-1].loss
    for racer in race:
        assert racer.params.shape == (3,)
        assert racer.loss == pytest.approx(loss(racer.params, x, y, kind), rel=1e-12)
        assert racer.loss >= lowest - 1e-9
        assert racer.note.endswith(".")
        assert (racer.losses is None) == (racer.name in ("You", "Exact optimum"))
        if racer.losses:
            assert racer.losses[0] == pytest.approx(loss(START, x, y, kind))
            assert racer.losses[-1] == racer.loss


def test_the_numbers_are_passed_on():
    race = by_name(*LESSON, kind="mse", start=[0, 1, 2], lr=0.02, n_steps=7)
    for name, zero in (("Gradient descent", True), ("Gradients never zeroed", False)):
        run = descend([0, 1, 2], *LESSON, kind="mse", lr=0.02, n_steps=7, zero_gradients=zero)
        assert race[name].losses == run.losses.tolist()
        assert race[name].note.startswith("7 steps.")


@pytest.mark.parametrize("kind", KINDS)
def test_a_racer_that_diverges_says_so(kind):
    race = by_name(*LESSON, kind=kind, lr=1e9, n_steps=50)
    for name in ("Gradient descent", "Gradients never zeroed"):
        assert race[name].note == "Diverged at step 1: try a smaller learning rate."
        assert np.isfinite(race[name].loss)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("x", "y"), [([1.0], [2.0]), ([1.0] * 3, [0.0, 1, 5]), ([0.0, 0], [0.0, 0]), ([1e6, -1e6], [1e6, 1e6])]
)
def test_points_that_make_no_curve(kind, x, y):
    for racer in run_race(np.array(x), np.array(y), kind=kind, n_steps=20, visitor=[1e6, -1e6, 0]):
        assert np.isfinite(racer.loss)
        assert np.isfinite(racer.params).all()


@pytest.mark.parametrize(
    "wrong", ["abc", 7, [1, 2], [1, 2, float("nan")], [1e308, 0, 0], {"a": 1}, [None] * 3]
)
def test_a_visitor_who_cannot_take_part(wrong):
    with pytest.raises(InputError, match="Your parameters"):
        run_race(*LESSON, visitor=wrong)


@pytest.mark.parametrize("wrong", [{"kind": "x"}, {"lr": float("nan")}, {"n_steps": 10**6}, {"start": [1]}])
def test_what_is_refused(wrong):
    with pytest.raises(InputError):
        run_race(*LESSON, **wrong)
