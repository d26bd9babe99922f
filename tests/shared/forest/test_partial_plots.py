"""The figures of partial dependence: what they show is what was worked out, and nothing of it gets lost."""

import json

import numpy as np
import pytest

from shared.forest.ale import Effect
from shared.forest.encoded import Column
from shared.forest.ice import TwoWay
from shared.forest.labels import Answer
from shared.forest.map_plots import MAP_HEIGHT, plot_map
from shared.forest.partial_dependence import Dependence
from shared.forest.partial_plots import CURVE_HEIGHT, MOST_LEVELS, measure_range, plot_curve

NUMBER, LEVELS = Column("<b>x</b>", "number", "x"), Column("level", "category", "level", ("a", "<i>b", "c"))
PRICE = Answer("price", is_share=False)
CURVE = Dependence(0, np.arange(4.0), np.array([1.0, 2.0, 4.0, 9.0]), np.array([30, 20, 8, 2]))
STEPS = Dependence(1, np.arange(3.0), np.array([3.0, 1.0, 2.0]), np.array([10, 2, 40]))


def traces(figure):
    return {trace.name: trace for trace in figure.data if trace.name}


def test_values_with_few_rows_are_grey_and_not_in_the_range():
    figure = plot_curve(CURVE, NUMBER, answer=PRICE)
    drawn = traces(figure)
    assert list(drawn["average"].y) == [1.0, 2.0, 4.0, None]
    assert list(drawn["fewer than 5 rows near"].y) == [1.0, 2.0, 4.0, 9.0]
    assert list(drawn["rows near"].y) == [30, 20, 8, 2]
    assert "rows near: 2" in drawn["average"].text[3]
    assert measure_range(CURVE) == 3.0
    assert figure.layout.height == CURVE_HEIGHT
    assert figure.layout.xaxis.title.text == "&lt;b&gt;x&lt;/b&gt;"


def test_the_other_curves_stand_beside_it_and_centred_ones_begin_at_zero():
    effect = Effect(
        0, np.array([0.0, 1.5, 3.0, 8.0]), np.array([-1.0, 0.0, 2.0, 5.0]), np.array([20, 20, 20])
    )
    curves = np.array([[0.0, 1.0, 2.0, 3.0], [4.0, 4.0, 5.0, 5.0]])
    drawn = traces(plot_curve(CURVE, NUMBER, answer=PRICE, effect=effect, curves=curves))
    mean = np.average(CURVE.average, weights=CURVE.support)
    assert list(drawn["accumulated local effects"].y) == pytest.approx([mean - 1, mean, mean + 2])
    assert list(drawn["2 rows"].y) == [0, 1, 2, 3, None, 4, 4, 5, 5, None]
    centred = traces(plot_curve(CURVE, NUMBER, answer=PRICE, effect=effect, curves=curves, centred=True))
    assert list(centred["2 rows"].y)[5:9] == [0, 0, 1, 1]
    assert centred["average"].y[0] == 0
    assert centred["accumulated local effects"].y[0] == pytest.approx(0)


def test_levels_are_points_by_name_in_the_order_of_their_averages():
    figure = plot_curve(STEPS, LEVELS, answer=PRICE, impossible=np.array([0.0, 0.5, 0.0]))
    drawn = traces(figure)
    assert list(figure.layout.yaxis.ticktext) == ["&lt;i&gt;b", "c", "a"]
    assert list(drawn["average"].x) == [1.0, 2.0, 3.0]
    assert list(drawn["average"].marker.symbol) == ["circle-open", "circle", "circle"]
    assert list(drawn["rows"].x) == [2, 40, 10]
    assert "50 % of the rows cannot exist" in drawn["average"].text[0]


def test_of_many_levels_those_with_most_rows_are_drawn():
    n = MOST_LEVELS + 6
    column = Column("many", "category", "many", tuple(f"level number {k:02} of all" for k in range(n)))
    curve = Dependence(0, np.arange(float(n)), np.arange(float(n)), np.arange(n) + 1)
    figure = plot_curve(curve, column, answer=PRICE, curves=np.ones((4, n)))
    assert min(traces(figure)["rows"].x) == 7
    assert f"{MOST_LEVELS} levels with most rows" in figure.layout.yaxis.title.text
    assert all(len(name) <= 16 for name in figure.layout.yaxis.ticktext)


def test_a_map_is_grey_where_no_row_is():
    support = np.array([[3, 0, 1], [0, 0, 2]])
    two_way = TwoWay((0, 1), (np.arange(2.0), np.arange(3.0)), np.arange(6.0).reshape(2, 3), support)
    figure = plot_map(two_way, (NUMBER, LEVELS), answer=Answer("share", is_share=True))
    colours, grey = figure.data
    assert [list(row) for row in colours.z] == [[0, 3], [1, 4], [2, 5]]
    assert [[one is None for one in row] for row in grey.z] == [[True, False], [False, False], [True, True]]
    assert "rows near: 2" in colours.text[2][1]
    red, green, blue = (int(part) for part in grey.colorscale[0][1][4:-1].split(","))
    assert red == green == blue  # not a colour of the scale, and nothing shines through
    assert list(figure.layout.yaxis.ticktext) == ["a", "&lt;i&gt;b", "c"]
    assert figure.layout.height == MAP_HEIGHT


def test_figures_go_to_the_browser_as_plain_lists():
    text = plot_curve(CURVE, NUMBER, answer=PRICE, curves=np.ones((2, 4))).to_json()
    assert "bdata" not in text
    assert "NaN" not in text
    assert json.loads(text)["layout"]["height"] == CURVE_HEIGHT
