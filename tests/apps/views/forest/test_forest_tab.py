"""The tab Forest: its callbacks, called as Gradio calls them."""

import types

import gradio as gr
import pytest

from apps.views.forest import forest_words as words
from apps.views.forest.forest_tab import (
    build_forest,
    columns_tried,
    read_options,
    refit,
    show_forest,
    show_spread,
)
from apps.views.forest.lottery_panel import clear_other, draw_splits
from apps.views.forest.session import find_explorer, start_state
from shared.forest.error_scale import error_scale
from shared.forest.fit import ForestOptions
from shared.forest.lottery import summarise_lottery

REQUEST = types.SimpleNamespace(session_hash="forest-tab")


def test_it_is_built_without_plotly():
    with gr.Blocks() as demo:
        state = gr.State(start_state())
        with gr.Tab("Forest") as tab:
            build_forest(state, tab)
    assert all(fn.api_visibility == "private" for fn in demo.fns.values() if fn.fn is not None)


@pytest.mark.parametrize("name", ["titanic", "ames"])
def test_the_sliders_are_set_to_the_forest_that_is_drawn(name):
    trees, leaf, tried, share, bootstrap, seed, *drawn = show_forest({"table": name, "model": None}, REQUEST)
    assert (trees["value"], leaf["value"], share["value"]) == (100, 5, 1.0)
    assert (bootstrap, seed) == (True, 42)
    assert (tried["value"], tried["maximum"]) == {"titanic": (2, 8), "ames": (8, 73)}[name]
    assert len(drawn) == 8
    assert "95 % interval" in drawn[2]
    assert ("% of Sale_Price" in drawn[1].layout.yaxis.title.text) == (name == "ames")
    assert ("Half of them are off by less than &#36;" in drawn[2]) == (name == "ames")


def test_a_slider_fits_a_forest_of_ones_own_and_keeps_the_one_before_in_grey():
    state, *drawn = refit(start_state(), 12, 3, 4, 0.5, REQUEST)
    explorer = find_explorer(state, REQUEST)
    assert explorer.options == ForestOptions(12, 3, explorer.options.max_features, 0.5)
    assert explorer.forest.estimators_[0].max_features_ == 4
    assert "before" in [trace.name for trace in drawn[1].data]
    assert "Fitted in" in drawn[2]
    unchanged = refit(state, 12, 3, 4, 0.5, REQUEST)
    assert unchanged == [gr.skip()] * 6
    assert len(show_spread(state, REQUEST)) == 3


@pytest.mark.parametrize("p", [1, 2, 8, 73, 500])
def test_the_number_of_columns_tried_is_the_very_number(p):
    for tried in range(1, p + 1):
        options = read_options(p, 10, 5, tried, 1.0)
        assert columns_tried(options, p) == tried
    assert columns_tried(ForestOptions(), p) == max(1, int(p**0.5))


@pytest.mark.parametrize("sliders", [(0, 5, 2, 1), (float("nan"), 5, 2, 1), (10, 5, 9, 1), (10, 5, 2, None)])
def test_wrong_sliders_are_refused_in_words(sliders):
    with pytest.raises(gr.Error) as caught:
        refit(start_state(), *sliders, REQUEST)
    assert caught.value.title == "Please check"


def test_the_lottery_is_shown_as_it_goes_on_and_ends_with_all_splits():
    state, *_ = refit(start_state(), 5, 5, 2, 1.0, REQUEST)
    steps = list(draw_splits(state, 12, REQUEST))
    assert "Drawing the first split" in steps[0][0]
    status, draws_figure, wins_figure, table, line = steps[-1]
    assert "All splits are drawn" in status
    assert len(draws_figure.data[0].x) == 12
    assert "12 draws" in wins_figure.layout.xaxis.title.text
    assert table.count("<tr>") == 4
    assert "look-done" in line


def test_a_lottery_that_is_refused_leaves_nothing_running():
    steps = draw_splits(start_state(), float("nan"), REQUEST)
    assert "Drawing" in next(steps)[0]
    assert "Nothing is running" in next(steps)[0]
    with pytest.raises(gr.Error, match="number of splits"):
        next(steps)


def test_the_lottery_of_another_table_goes():
    key, *kept = clear_other(start_state(), None, REQUEST)
    assert kept == [gr.skip()] * 5
    assert clear_other(start_state(), key, REQUEST)[0] == key
    other = clear_other({"table": "ames", "model": None}, key, REQUEST)
    assert other[0] != key
    assert "Draw splits" in other[4]


def test_the_table_of_wins_counts_from_the_better_one(titanic_draws):
    summary = summarise_lottery(titanic_draws)
    html = words.lottery_table(summary, error_scale(find_explorer(start_state(), REQUEST).encoded))
    assert "Forest against OneR" in html
    assert "10 : 0 : 0" in html
    assert "−3.5 (−4.0 to −3.0)" in html
    assert "a coin could have done this: OneR and small tree" in words.lottery_finding(summary)


@pytest.fixture
def titanic_draws():
    from shared.forest.lottery import Draw

    return [
        Draw(i, {"one_r": 0.2 + 0.01 * (i % 2), "small_tree": 0.21 - 0.01 * (i % 2), "forest": 0.17})
        for i in range(10)
    ]
