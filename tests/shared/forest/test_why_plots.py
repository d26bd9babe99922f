"""The waterfall: its steps lead from the bias to the prediction."""

import numpy as np
import pytest

from shared.forest.contributions import Contributions
from shared.forest.encoded import Column
from shared.forest.labels import Answer
from shared.forest.why_plots import MOST_BARS, WATERFALL_HEIGHT, plot_waterfall

PRICE = Answer("price", is_share=False)


def made(values: list[float]) -> tuple[Contributions, np.ndarray, list[Column]]:
    why = Contributions(10.0, np.array([values]), np.array([10.0 + sum(values)]))
    columns = [Column(f"<x{i}>", "number", f"x{i}") for i in range(len(values))]
    return why, np.arange(float(len(values))), columns


def labels(figure) -> list[str]:
    return [one.text for one in figure.layout.annotations]


def test_the_steps_lead_from_the_bias_to_the_prediction():
    figure = plot_waterfall(*made([0.5, -3.0, 2.0, 0.0]), answer=PRICE)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    steps = sorted(
        ((y, base, x) for bar in bars for y, base, x in zip(bar.y, bar.base, bar.x, strict=True)),
        reverse=True,
    )
    assert [(base, x) for _, base, x in steps] == [(10, -3), (7, 2), (9, 0.5)]
    assert labels(figure) == [
        "Bias: no column known", "&lt;x1&gt; = 1", "&lt;x2&gt; = 2", "&lt;x0&gt; = 0", "Prediction",
    ]  # fmt: skip
    assert [bar.name for bar in bars] == ["▲ raises", "▼ lowers"]
    assert figure.layout.height == WATERFALL_HEIGHT


def test_small_contributions_share_a_bar_and_nothing_gets_lost():
    values = np.linspace(1, 2, MOST_BARS + 4).tolist()
    figure = plot_waterfall(*made(values), answer=PRICE)
    total = sum(x for trace in figure.data if trace.type == "bar" for x in trace.x)
    assert total == pytest.approx(sum(values))
    assert labels(figure)[-2] == "4 other columns"


def test_diamonds_stand_where_shap_ends():
    figure = plot_waterfall(*made([4.0, -1.0]), answer=PRICE, shap=np.array([3.5, -0.5]))
    diamonds = next(trace for trace in figure.data if trace.name == "where SHAP ends")
    assert list(diamonds.x) == [13.5, 13.5]
    assert list(diamonds.text) == ["+3.5", "−0.5"]


def test_a_forest_of_one_leaf_has_no_steps():
    figure = plot_waterfall(*made([0.0, 0.0]), answer=PRICE)
    assert labels(figure) == ["Bias: no column known", "2 other columns", "Prediction"][::2]
