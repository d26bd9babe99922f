"""Pictures of the tabs Forest and Which matter: plain lists, fixed heights, axes that stay, safe names."""

import json
from dataclasses import replace

import numpy as np
import pytest

from shared.forest.cluster_plots import most_alike, plot_clusters
from shared.forest.confidence import group_by_spread
from shared.forest.curve import error_curves, spread_over_trees
from shared.forest.curve_plots import plot_error_curves
from shared.forest.error_scale import error_scale
from shared.forest.importance_plots import order_columns, plot_importances, short_name
from shared.forest.importances import Importances
from shared.forest.lottery import Draw, summarise_lottery
from shared.forest.lottery_plots import plot_draws, plot_wins
from shared.forest.redundancy import cluster_columns
from shared.forest.spread_plots import plot_confidence, plot_spread

NAMES = ["<b>Sex</b>", "Garage_Finish_and_more", "Age"]


@pytest.fixture(scope="module")
def importances() -> Importances:
    rng = np.random.default_rng(0)
    mean = np.array([0.2, 0.001, 0.05])
    return Importances(
        kind="permutation",
        values=mean + rng.normal(0, 0.01, (5, 3)),
        noise=rng.normal(0, 0.01, 5),
        mean=mean,
        low=mean - 0.01,
        high=mean + 0.01,
        noise_mean=0.004,
        noise_low=-0.01,
        noise_high=0.01,
        below_noise=np.array([False, True, False]),
    )


@pytest.fixture(scope="module")
def draws() -> list[Draw]:
    rng = np.random.default_rng(1)
    return [
        Draw(i, {"one_r": rng.uniform(0.2, 0.3), "small_tree": rng.uniform(0.2, 0.3), "forest": 0.18})
        for i in range(30)
    ]


@pytest.fixture(scope="module")
def curves(titanic, titanic_forest):
    return error_curves(titanic_forest, titanic.X, titanic.y, valid=(titanic.X[:99], titanic.y[:99]))


def figures(titanic, titanic_forest, curves, draws, importances):
    scale = error_scale(titanic)
    std = spread_over_trees(titanic_forest, titanic.X).std
    groups = group_by_spread(std, (titanic.y == 1).astype(float), is_share=True)
    yield plot_error_curves(curves, scale=scale, guess=0.38, before=curves["validation"])
    yield plot_spread(std, title="spread", step=0.5)
    yield plot_confidence(groups, x_title="spread", y_title="wrong rows (%)", step=0.5, error_step=0.6)
    yield plot_draws(draws, scale=scale, guess=0.38)
    yield plot_wins(summarise_lottery(draws))
    yield plot_importances(importances, NAMES, task="classification")
    yield plot_clusters(cluster_columns(titanic.X[:, :3]), NAMES, at_least=0.3)


def test_every_figure_has_a_height_titles_and_plain_lists(
    titanic, titanic_forest, curves, draws, importances
):
    for figure in figures(titanic, titanic_forest, curves, draws, importances):
        assert figure.layout.height > 0
        assert figure.layout.xaxis.title.text
        text = figure.to_json()
        assert "bdata" not in text
        assert "NaN" not in text
        assert "<b>Sex" not in text
        json.loads(text)


def test_the_curves_are_the_ones_given_and_a_slider_does_not_move_the_axes(curves, titanic):
    scale = error_scale(titanic)
    figure = plot_error_curves(curves, scale=scale, guess=0.38)
    drawn = {trace.name: trace for trace in figure.data if trace.mode == "lines" and trace.name in curves}
    assert set(drawn) == {"training", "out-of-bag", "validation"}
    for name, trace in drawn.items():
        assert list(trace.y) == pytest.approx(100 * curves[name].error)
    assert len({trace.line.dash for trace in drawn.values()}) == 3  # never colour alone
    better = {
        name: replace(curve, error=curve.error / 2, high=curve.high / 2) for name, curve in curves.items()
    }
    again = plot_error_curves(better, scale=scale, guess=0.38)
    assert (again.layout.yaxis.range, again.layout.xaxis.range) == (
        figure.layout.yaxis.range,
        figure.layout.xaxis.range,
    )


def test_the_histogram_holds_every_row():
    std = np.array([0.0, 0.1, 0.2, 0.5, 0.5, 3.0])
    figure = plot_spread(std, title="spread", step=0.5)
    assert sum(figure.data[0].y) == pytest.approx(100)
    assert figure.layout.xaxis.range[1] >= 3.0


def test_the_noise_stands_among_the_columns_and_the_others_are_hollow(importances):
    figure = plot_importances(importances, NAMES, task="classification")
    beats, below, noise = figure.data
    assert list(figure.layout.yaxis.ticktext) == [
        "&lt;b&gt;Sex&lt;/b&gt;",
        "Age",
        "random noise",
        short_name(NAMES[1]),
    ]
    assert list(figure.layout.yaxis.tickvals) == [3, 2, 1, 0]
    assert (list(beats.x), list(beats.y)) == (pytest.approx([20, 5]), [3, 2])
    assert (list(below.x), list(below.y), below.marker.symbol) == (pytest.approx([0.1]), [0], "circle-open")
    assert (list(noise.x), list(noise.y)) == (pytest.approx([0.4]), [1])


def test_columns_that_are_not_measured_yet_are_left_out(importances):
    unknown = replace(importances, mean=np.array([np.nan, 0.001, 0.05]))
    assert order_columns(unknown).tolist() == [2, 1]
    assert "Sex" not in plot_importances(unknown, NAMES, task="regression").to_json()


def test_the_winner_of_each_pair_is_named_first(draws):
    figure = plot_wins(summarise_lottery(draws))
    assert all(share >= 50 for share in figure.data[0].x)
    assert figure.layout.xaxis.range[1] > 100  # the mark of who wins every draw is seen whole
    assert "Forest<br>beats OneR" in figure.layout.yaxis.ticktext


def test_twins_are_joined_thick_and_found_among_many():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 6))
    X[:, 4] = -np.exp(X[:, 1])  # the same order, reversed
    clusters = cluster_columns(X)
    assert most_alike(clusters, most=2) == [1, 4]
    figure = plot_clusters(clusters, list("abcdef"), at_least=0.9)
    thick = figure.data[1]
    assert min(value for value in thick.x if value is not None) == pytest.approx(1)
    labels = list(figure.layout.yaxis.ticktext)
    assert abs(labels.index("b") - labels.index("e")) == 1
