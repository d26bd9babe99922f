"""Figures of what lies beyond the training rows."""

import numpy as np

from shared.forest.beyond_plots import plot_example, plot_line, plot_tellers
from shared.forest.domain import Domain, Line, flat_line_example
from shared.forest.encoded import Column
from shared.forest.importances import Importances
from shared.forest.labels import Answer

LINE = Line(np.arange(6.0), np.array([1.0, 1.0, 2.0, 3.0, 3.0, 3.0]), 1.0, 3.0)
SEEN = (np.array([1.0, 3.0]), np.array([1.0, 3.0]))


def test_the_line_is_solid_inside_and_both_ends_are_shaded():
    figure = plot_line(LINE, Column("x", "number", "x"), answer=Answer("y", is_share=False), seen=SEEN)
    drawn = {trace.name: trace for trace in figure.data}
    assert list(drawn["forest"].x) == [1, 2, 3]
    assert list(drawn["forest, beyond what it saw"].y) == [1, 1, 2, 3, 3, 3]
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(0, 1), (3, 5)]
    assert "training rows" in drawn


def test_classes_are_no_points_on_an_axis_of_shares():
    figure = plot_line(LINE, Column("x", "number", "x"), answer=Answer("share", is_share=True), seen=SEEN)
    assert [trace.name for trace in figure.data] == ["forest, beyond what it saw", "forest"]


def test_the_books_forest_is_flat_where_the_points_go_on():
    example = flat_line_example()
    figure = plot_example(example)
    drawn = {trace.name: trace for trace in figure.data}
    assert len(drawn["points it has not seen"].x) == 10
    assert len(set(drawn["forest, beyond what it saw"].y[30:])) == 1
    assert max(drawn["points it has not seen"].y) > max(drawn["forest"].y)


def test_columns_below_noise_are_hatched_beside_the_noise():
    ends = np.array([0.5, 0.05])
    told = Importances(
        kind="impurity", mean=ends, low=ends - 0.01, high=ends + 0.01, noise=np.array([0.1]),
        noise_mean=0.1, noise_low=0.09, noise_high=0.11, below_noise=np.array([False, True]),
        values=np.array([ends]),
    )  # fmt: skip
    figure = plot_tellers(Domain(0.8, np.array([0.5]), True, told, np.array([0.9])), ["<b>", "a" * 40])
    (bars,) = figure.data
    assert list(bars.marker.pattern.shape) == ["/", "/", ""]
    assert list(figure.layout.yaxis.ticktext)[2] == "&lt;b&gt;"
    assert list(bars.error_x.arrayminus) == [0.010000000000000009, 0.010000000000000002, 0.010000000000000009]
