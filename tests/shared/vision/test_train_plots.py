"""Pictures of a training: what is drawn, where the marks are, and what a diverged loss looks like."""

import json
import math

import numpy as np
import pytest

from shared.vision.train_plots import (
    DIVERGED,
    FINDER_HEIGHT_PX,
    LOSSES_HEIGHT_PX,
    plot_finder,
    plot_losses,
)

RATES = np.geomspace(1e-7, 1, 50).tolist()
LOSSES = [1.2 - 0.5 * math.exp(-((math.log10(rate) + 2) ** 2)) + 40 * rate**4 for rate in RATES]
FINDER = {"rates": RATES, "losses": LOSSES, "slide": 1e-3, "valley": 2e-3, "chosen": 2e-3}


def texts(figure) -> str:
    return str([annotation.text for annotation in figure.layout.annotations])


def epoch(number, loss):
    return {"epoch": number, "train_loss": loss, "valid_loss": loss, "error_rate": 0.1}


def test_the_finder_marks_slide_and_valley_on_the_curve():
    figure = plot_finder(FINDER)
    curve, slide, valley, taken = figure.data
    assert list(curve.x) == RATES
    for mark, rate in ((slide, 1e-3), (valley, 2e-3), (taken, 2e-3)):
        assert mark.x == (rate,)
        nearest = min(range(50), key=lambda at: abs(math.log(RATES[at] / rate)))
        assert mark.y == (LOSSES[nearest],)
    assert len({mark.marker.symbol for mark in (slide, valley, taken)}) == 3  # never colour alone
    assert slide.name == "slide 1.0e-03"
    low, high = figure.layout.yaxis.range
    assert low < min(LOSSES)
    assert high < max(LOSSES)  # the explosion does not flatten the valley
    assert high > LOSSES[0]


@pytest.mark.parametrize("finder", [None, {}, {"rates": [], "losses": []}])
def test_before_the_finder_there_is_a_sentence(finder):
    figure = plot_finder(finder)
    assert figure.layout.height == FINDER_HEIGHT_PX
    assert "finder" in texts(figure)


def test_a_finder_with_holes_and_without_a_suggestion():
    losses = [*LOSSES[:40], *[float("nan")] * 10]
    figure = plot_finder({**FINDER, "losses": losses, "slide": None})
    assert [trace.name.split()[0] for trace in figure.data] == ["loss", "valley", "taken"]
    assert "NaN" not in figure.to_json()
    assert all(math.isfinite(edge) for edge in figure.layout.yaxis.range)
    plot_finder({**FINDER, "losses": [float("nan")] * 50})


def test_the_losses_are_smoothed_as_fastai_does():
    raw = [1.0, 0.8, 0.9, 0.4]
    figure = plot_losses([(at / 4, loss) for at, loss in enumerate(raw, 1)], [epoch(1, 0.7)], n_epochs=3)
    learned, held_out = figure.data
    mean, expected = 0.0, []
    for count, loss in enumerate(raw, 1):  # fastai.learner.AvgSmoothLoss with beta 0.9
        mean = mean * 0.9 + loss * 0.1
        expected.append(mean / (1 - 0.9**count))
    assert list(learned.y) == pytest.approx(expected)
    assert list(learned.x) == [0.25, 0.5, 0.75, 1.0]
    assert (list(held_out.x), list(held_out.y)) == ([1], [0.7])
    assert figure.layout.xaxis.range[1] > 3
    assert figure.layout.height == LOSSES_HEIGHT_PX
    assert DIVERGED not in texts(figure)


def test_many_batches_stay_a_small_answer():
    batches = [(at / 1000, 1.0) for at in range(1, 20_001)]
    assert len(plot_losses(batches, [], n_epochs=20).to_json()) < 40_000


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e12])
def test_a_diverged_loss_is_drawn_as_far_as_it_went_and_named(bad):
    batches = [(0.25, 1.0), (0.5, 3.0), (0.75, bad), (1.0, bad)]
    figure = plot_losses(batches, [epoch(1, bad)], n_epochs=2)
    assert DIVERGED in texts(figure)
    assert figure.layout.shapes[0].x0 == 0.75
    json.loads(figure.to_json(), parse_constant=pytest.fail)
    assert all(math.isfinite(edge) for edge in figure.layout.yaxis.range)


def test_axes_jump_seldom():
    edges = {
        plot_losses([(0.1, loss)], [], n_epochs=2).layout.yaxis.range[1] for loss in np.linspace(0.1, 3, 60)
    }
    assert len(edges) <= 5
