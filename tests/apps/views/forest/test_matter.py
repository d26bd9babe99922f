"""The tab Which matter: its callbacks, called as Gradio calls them, on a small forest."""

import types

import gradio as gr
import numpy as np
import pytest

from apps.views.forest import alike, matter
from apps.views.forest import matter_words as words
from apps.views.forest.erratum import show_erratum
from apps.views.forest.forest_tab import refit
from apps.views.forest.matter_work import all_names, below_noise, drop_order, measure, retry, weaker_twins
from apps.views.forest.session import find_explorer, start_state
from shared.errors import InputError
from shared.forest.redundancy import Retry
from shared.stats import Interval

REQUEST = types.SimpleNamespace(session_hash="matter-tab")


@pytest.fixture(scope="module")
def state():
    return refit(start_state(), 8, 5, 3, 1.0, REQUEST)[0]


def test_it_is_built_and_all_is_private():
    with gr.Blocks() as demo, gr.Tab("Which matter") as tab:
        matter.build_matter(gr.State(start_state()), tab)
    assert all(fn.api_visibility == "private" for fn in demo.fns.values() if fn.fn is not None)


def test_a_measure_is_announced_once_and_then_kept(state):
    first = list(matter.show_measure(state, "Permutation", 3, matter.FIRST_SHOWN, REQUEST))
    assert "Fitting 3 forests" in first[0][1]
    again = list(matter.show_measure(state, "Permutation", 3, matter.FIRST_SHOWN, REQUEST))
    assert len(again) == 1
    _, status, figure, sentence = again[0]
    assert status == ""
    assert "random noise" in figure.layout.yaxis.ticktext
    assert "over 3 forests" in sentence
    impurity = list(matter.show_measure(state, "Impurity", 3, matter.FIRST_SHOWN, REQUEST))[-1]
    assert "share of all gains" in impurity[2].layout.xaxis.title.text


def test_what_is_said_of_the_noise_is_what_is_measured(state):
    explorer = find_explorer(state, REQUEST)
    found = measure(explorer, "permutation", 3)
    sentence = words.describe_importances(found, all_names(explorer), 3)
    n_below = int(found.below_noise.sum())
    assert 0 < n_below < 8
    assert f"{n_below} of 8 columns" in sentence
    assert drop_order(explorer, 3) == np.argsort(-found.mean, kind="stable").tolist()


def test_drop_column_waits_for_a_click_and_then_goes_on_column_by_column(state):
    waiting = list(matter.show_measure(state, "Drop-column", 3, matter.FIRST_SHOWN, REQUEST))[-1]
    assert waiting[0]["visible"] is True
    assert "takes long" in waiting[3]
    steps = list(matter.leave_out_each(state, "All columns", 3, matter.FIRST_SHOWN, REQUEST))
    assert "3 forests of 8 trees each" in steps[0][0]
    assert "All are left out" in steps[-1][0]
    assert len(steps[-1][1].layout.yaxis.ticktext) == 9
    kept = list(matter.show_measure(state, "Drop-column", 3, matter.FIRST_SHOWN, REQUEST))[-1]
    assert kept[2].to_json() == steps[-1][1].to_json()


def test_columns_that_are_alike_are_drawn_and_the_weaker_ones_chosen(state):
    figure, sentence, dropdown = alike.show_alike(state, 0.3, alike.FIRST_SHOWN, REQUEST)
    explorer = find_explorer(state, REQUEST)
    assert sorted(figure.layout.yaxis.ticktext) == sorted(all_names(explorer))
    assert "Alike at 0.30" in sentence
    assert 0 < len(dropdown["value"]) < 8
    none_left = alike.show_alike(state, 1.0, alike.FIRST_SHOWN, REQUEST)
    assert none_left[2]["value"] == []
    assert "closest pair" in none_left[1]


def test_of_twins_the_one_that_matters_more_stays(state):
    explorer = find_explorer(state, REQUEST)
    gains = explorer.forest.feature_importances_
    best = int(gains.argmax())
    others = [column for column in range(8) if column != best][:2]
    assert weaker_twins(explorer, [[best, *others]]) == sorted(others)


def test_a_wide_table_shows_the_columns_that_are_most_alike():
    figure, sentence, dropdown = alike.show_alike(
        {"table": "ames", "model": None}, 0.7, alike.FIRST_SHOWN, REQUEST
    )
    assert len(figure.layout.yaxis.ticktext) == 24
    assert len(dropdown["choices"]) == 73
    assert "Garage" in sentence


def test_columns_left_out_make_a_line_and_are_kept(state):
    steps = list(alike.retry_chosen(state, ["Sex"], [], REQUEST))
    rows, table = steps[-1][1:]
    assert [row.names for row in rows] == [("Sex",)]
    assert rows[0].change[2] < 0
    assert "a loss" in table
    assert "%" in table
    explorer = find_explorer(state, REQUEST)
    assert retry(explorer, ["Sex"]) is retry(explorer, ["Sex"])
    again = list(alike.retry_below(state, rows, REQUEST))[-1][1]
    assert len(again) == 2
    assert len(again[1].names) == len(below_noise(explorer))


@pytest.mark.parametrize(
    ("names", "words_expected"), [([], "No column is chosen"), (None, "No column"), (["Nope"], '"Nope"')]
)
def test_nothing_to_leave_out_is_said(state, names, words_expected):
    with pytest.raises(gr.Error, match=words_expected):
        list(alike.retry_chosen(state, names, [], REQUEST))


def test_all_columns_cannot_go(state):
    explorer = find_explorer(state, REQUEST)
    with pytest.raises(InputError, match="keep at least one"):
        retry(explorer, all_names(explorer))


def test_the_retries_of_another_table_go(state):
    row = words.retry_row(
        Retry((0,), np.array([0.8]), np.array([0.7]), Interval(*map(np.array, (-0.1, -0.2, 0.1)))), ["a"]
    )
    key, rows, table = alike.clear_other(state, None, [row], REQUEST)
    assert rows == [row]
    assert "no clear change" in table
    assert alike.clear_other({"table": "ames", "model": None}, key, [row], REQUEST)[1] == []


@pytest.mark.parametrize(
    ("table", "is_seen"), [("titanic", True), ("titanic_lesson", True), ("ames", False), ("own", False)]
)
def test_the_lessons_correction_stands_beside_the_lessons_table_only(table, is_seen):
    assert show_erratum({"table": table, "model": None})["visible"] is is_seen
