"""The explanations under the tabs and the corrected step: every figure they state, computed again."""

import re

import numpy as np
import pytest

from apps.views.relu import words
from apps.views.relu.hand import SLIDER_LIMIT
from shared.curves.data import make_points
from shared.curves.quadratic import START, coordinate_descent, descend, exact_optimum, gradient, loss
from shared.curves.race import run_race
from shared.ui.page import errata

TEXTS = {name: getattr(words, name) for name in ("HAND", "MACHINE", "UNITS", "POINTS")}
TABS = {"By hand", "Machine", "ReLUs", "Points"}


@pytest.fixture(scope="module")
def points():
    return make_points()


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_text_has_things_to_try_the_lesson_and_short_sentences(text):
    assert text.count("**Things to try**") == 1
    assert len(re.findall(r"^- ", text.partition("**Things to try**")[2], flags=re.M)) >= 3
    assert re.findall(r"\]\((.*?)\)", text) == ["https://course.fast.ai/Lessons/lesson3.html"]
    sentences = re.split(r"[.?!:] |\n\n|\n- ", text)
    assert max((len(sentence.split()), sentence) for sentence in sentences)[0] <= 28
    assert text.count("`") % 2 == 0
    assert not re.search(r"`[^`\n]*\n", re.sub(r"`[^`\n]+`", "", text))  # no code runs over the end of a line


def test_the_tabs_they_name_exist():
    named = {name for text in TEXTS.values() for name in re.findall(r"(?:in|see) \*\*([^*]+)\*\*", text)}
    assert named
    assert named <= TABS


def test_by_hand(points):
    said = flat(words.HAND)
    racers = {racer.name: racer for racer in run_race(*points)}
    assert f"stuck at {racers['Coordinate descent'].loss:.3f}" in said
    assert f"smaller loss: {racers['Exact optimum'].loss:.3f}" in said
    assert f"{len(racers['Gradient descent'].losses) - 1:,} steps" in said
    assert all(racer.name.lower() in said.lower() for racer in racers.values())
    assert f"have an MAE of {loss(np.array([3.0, 2, 1]), *points):.3f}" in said
    reachable = np.array([2.65, 1.3, 0.55])  # multiples of the sliders' step, 0.05
    assert (np.abs(reachable) <= SLIDER_LIMIT).all()
    assert f"{loss(reachable, *points):.3f}" < "0.990"


def test_coordinate_descent_is_stuck_where_two_parameters_together_are_not(points):
    end = coordinate_descent(START, *points, n_rounds=100).params[-1]
    here = loss(end, *points)
    steps = [sign * size for sign in (-1, 1) for size in (1e-4, 1e-3, 1e-2, 1e-1)]
    assert min(loss(end + step * one, *points) for step in steps for one in np.eye(3)) > here - 1e-12
    pairs = [(u, v) for u in steps for v in steps]
    assert min(loss(end + np.array([u, 0, v]), *points) for u, v in pairs) < here - 1e-6


def test_the_machine(points):
    said = flat(words.MACHINE)
    assert "{:.3f} for a, {:.3f} for b and {:.3f} for c".format(*gradient(START, *points)) in said
    one = descend(START, *points, n_steps=1)
    assert f"a goes from 1.1 to {one.params[1, 0]:.4f}, and the MAE from {one.losses[0]:.2f} to" in said
    assert f"to {one.losses[1]:.2f}. Then" in said
    assert descend(START, *points, kind="mse", lr=0.2, n_steps=1000).losses[-1] < 1.7
    too_large = descend(START, *points, kind="mse", lr=0.24, n_steps=1000)
    assert too_large.diverged_at
    assert (np.diff(too_large.losses) > 0).all()
    dance = descend(START, *points, lr=1.0, n_steps=1000).losses[-100:]
    assert f"between {dance.min():.2f} and {dance.max():.2f}" in said


@pytest.mark.long
def test_with_two_units_much_depends_on_the_seed(points):
    from shared.curves.fit import FitOptions, fit_relus

    ends = fit_relus(*points, FitOptions(units=2, steps=3000), n_seeds=20).losses[:, -1]
    said = flat(words.UNITS)
    assert f"training error of {ends.min():.2f} after 3,000 steps" in said
    assert f"average one ends near {ends.mean():.0f}" in said


def test_an_outlier_moves_the_mse_curve_and_not_the_mae_curve(points):
    x, y = points
    lifted = y.copy()
    lifted[0] += 10
    assert exact_optimum(x, lifted, "mae") == pytest.approx(exact_optimum(x, y, "mae"), abs=1e-6)
    before, after = (exact_optimum(x, heights, "mse")[0] for heights in (y, lifted))
    assert f"a goes from {before:.2f} to {after:.2f}" in flat(words.POINTS)


@pytest.mark.parametrize(("side", "zero_gradients"), [("published", False), ("corrected", True)])
def test_the_corrected_step_holds_the_losses_of_both_runs(points, side, zero_gradients):
    losses = descend(START, *points, n_steps=1000, zero_gradients=zero_gradients).losses
    first_ten = " ".join(f"{value:.2f}" for value in losses[1:11])
    later = [f"After {step:,}: {losses[step]:.2f}." for step in (50, 100, 1000)]
    assert f"Loss after 1 to 10 steps: {first_ten}. {' '.join(later)}" in words.ERRATA_ZERO[side]


def test_with_zeroing_the_loss_stays_down(points):
    losses = descend(START, *points, n_steps=10_000).losses
    assert (losses - np.minimum.accumulate(losses)).max() < 0.002  # it hardly ever rises
    assert f"falls to {losses[1000]:.2f} and stays there" in words.ERRATA_ZERO["why"]
    assert f"{losses[1000:].max():.2f}" == f"{losses[1000]:.2f}"


def test_the_corrected_step_makes_an_errata_box():
    shown = errata(**words.ERRATA_ZERO).value
    assert "<code>abc.grad.zero_()</code>" in shown
    assert "<em>" not in shown  # the product in the code is not read as stress
