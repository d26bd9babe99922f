"""One figure for both grounds, and nothing in it that a browser script cannot read."""

import json
import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from shared import plotting
from shared.plotting import as_lists, band, base_layout, plain_text, plot_message, whiskers, with_opacity


def relative_luminance(colour: str) -> float:
    """Follow the WCAG definition, from "#RRGGBB"."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((relative_luminance(one), relative_luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", ["#FFFFFF", "#0F172A"])
@pytest.mark.parametrize("colour", plotting.SERIES)
def test_every_colour_can_be_seen_on_both_grounds(colour: str, ground: str) -> None:
    assert contrast(colour, ground) > 2.4


@pytest.mark.parametrize("ground", ["#FFFFFF", "#0F172A"])
def test_axis_text_can_be_read_on_both_grounds(ground: str) -> None:
    assert contrast(plotting.AXIS_TEXT, ground) > 3.5


def test_there_is_a_dash_and_a_symbol_for_every_colour() -> None:
    assert len(plotting.DASHES) == len(plotting.SYMBOLS) == len(plotting.SERIES) == len(set(plotting.SERIES))


def test_layout_has_a_height_and_no_ground_of_its_own() -> None:
    layout = go.Figure(layout=base_layout(x_title="year", y_title="rating (stars)")).to_dict()["layout"]
    assert layout["height"] == 420
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0, 0, 0, 0)"
    assert layout["xaxis"]["title"]["text"] == "year"
    assert layout["yaxis"]["title"]["text"] == "rating (stars)"
    assert layout["legend"]["y"] > 1
    assert layout["legend"]["x"] == 0


def test_layout_stays_small() -> None:
    assert len(go.Figure(layout=base_layout()).to_json()) < 3000


def test_a_given_range_stays_where_it_is() -> None:
    layout = base_layout(x_range=(0, 1), y_range=(np.float32(0.5), 5))
    assert layout["xaxis"]["range"] == [0.0, 1.0]
    assert layout["yaxis"] == {**layout["yaxis"], "range": [0.5, 5.0], "fixedrange": True}
    json.dumps(layout)


def test_more_is_merged_into_the_layout() -> None:
    layout = base_layout(xaxis={"type": "log"}, barmode="group")
    assert layout["xaxis"]["type"] == "log"
    assert layout["xaxis"]["gridcolor"] == plotting.GRID
    assert layout["barmode"] == "group"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.array([1.0, 2.0]), [1.0, 2.0]),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.float64(1.5), 1.5),
        (pd.Series([1, 2]), [1, 2]),
        ([np.int64(3), "a"], [3, "a"]),
        ({"x": np.arange(2)}, {"x": [0, 1]}),
        ((1, 2), [1, 2]),
        (np.array([1.0, math.nan, math.inf]), [1.0, None, None]),
        ("text", "text"),
        (None, None),
    ],
)
def test_as_lists(given: object, expected: object) -> None:
    assert as_lists(given) == expected
    json.dumps(as_lists(given), allow_nan=False)


def test_a_figure_of_lists_carries_no_binary_arrays() -> None:
    figure = go.Figure(layout=base_layout())
    figure.add_scatter(x=as_lists(np.arange(3)), y=as_lists(np.ones(3)))
    assert "bdata" not in figure.to_json()


def test_band_goes_there_and_back() -> None:
    trace = band(np.array([1, 2]), np.array([0, 1]), np.array([2, 3]), colour="#3B82F6", name="95 % interval")
    assert trace["x"] == [1, 2, 2, 1]
    assert trace["y"] == [2, 3, 1, 0]
    assert trace["fillcolor"] == "rgba(59, 130, 246, 0.18)"
    go.Figure(trace)


def test_with_opacity() -> None:
    assert with_opacity("#F97316", 0.5) == "rgba(249, 115, 22, 0.5)"


def test_message_figure_shows_tags_as_text() -> None:
    text = plot_message("Rate <b>three</b> films").layout.annotations[0].text
    assert "<b>" not in text
    assert "&lt;b&gt;" in text
    assert plain_text("a & <b>") == "a &amp; &lt;b&gt;"


def test_whiskers_reach_from_low_to_high_and_an_unknown_end_has_none():
    bars = whiskers(np.array([1.0, 2.0, 3.0]), [0.5, math.nan, 2.0], [2.0, 3.0, math.inf], colour="#000000")
    assert bars["array"] == [1.0, 1.0, None]
    assert bars["arrayminus"] == [0.5, None, 1.0]
    json.dumps(bars, allow_nan=False)
