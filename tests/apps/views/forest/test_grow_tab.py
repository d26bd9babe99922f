"""*Grow a tree*: splitting, undoing, choosing leaves, the words about them, and the tree as HTML."""

import json
import re
import types
from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np
import pytest

from apps.views.forest import grow_words
from apps.views.forest.grow_state import (
    Grown,
    open_hand,
    read_leaf,
    read_row,
    read_threshold,
    row_path,
    row_words,
    start_hand,
)
from apps.views.forest.grow_tab import (
    build_grow,
    judge,
    show_hand,
    show_threshold,
    show_tree,
    split_best,
    split_here,
    start_again,
    undo_last,
)
from apps.views.forest.rows import find_rows
from apps.views.forest.session import start_state
from apps.views.forest.tree_html import MOST_ABREAST, tree_html
from shared.errors import InputError
from shared.forest.greedy import fit_greedy, read_sklearn
from shared.forest.grow import list_splits, path_of_row
from shared.ui.page import page

REQUEST: Any = types.SimpleNamespace(session_hash="x")


def begin(table: str) -> Grown:
    return open_hand(start_hand(), find_rows({"table": table, "model": None}, REQUEST))


@pytest.fixture(scope="module")
def titanic() -> Grown:
    return begin("titanic")


@pytest.fixture(scope="module")
def ames() -> Grown:
    return begin("ames")


def grow(grown: Grown, n_leaves: int) -> Grown:
    for _ in range(n_leaves - 1):
        grown = split_best(grown)
    return grown


@pytest.mark.parametrize("table", ["titanic", "ames"])
def test_a_tree_is_kept_as_plain_values_and_opened_again(table: str) -> None:
    hunt = find_rows({"table": table, "model": None}, REQUEST)
    grown = grow(open_hand(start_hand(), hunt), 4)
    kept = json.loads(json.dumps(grown.keep()))
    again = open_hand(kept, hunt)
    assert again.tree == grown.tree
    assert (again.leaf, again.column) == (grown.leaf, grown.column)


def test_another_table_begins_anew(titanic: Grown) -> None:
    kept = grow(titanic, 3).keep()
    other = open_hand(kept, find_rows({"table": "ames", "model": None}, REQUEST))
    assert (len(other.tree.nodes), other.leaf, other.column) == (1, 0, 0)


def test_splits_undo_and_start_again(titanic: Grown) -> None:
    one = split_here(replace(titanic, column=1), 0.0)
    assert list_splits(one.tree) == [(0, 1, 0.0)]
    assert one.leaf in one.tree.leaves
    two = split_best(one)
    assert len(two.tree.leaves) == 3
    back = undo_last(two)
    assert back.tree == one.tree
    assert back.leaf == one.leaf
    assert start_again(two).tree == titanic.tree
    with pytest.raises(InputError, match="no split to undo"):
        undo_last(titanic)


def test_best_for_me_takes_the_lessons_first_split(titanic: Grown) -> None:
    best = split_best(titanic)
    assert (list_splits(best.tree), best.column) == ([(0, 1, 0.0)], 1)


def test_the_slider_stands_at_the_best_threshold_and_says_so(titanic: Grown) -> None:
    shown = show_threshold(replace(titanic, column=2))
    threshold, words, score = shown["items"][shown["at"]]
    assert (threshold, words) == (6.0, "Age ≤ 6")
    assert "0.4783, the best of this column" in score
    assert read_threshold(shown) == 6.0
    json.dumps(shown, allow_nan=False)
    women = split_here(replace(titanic, column=1), 0.0)
    assert show_threshold(replace(women, leaf=1, column=1))["items"] == []


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"items": [], "at": 0},
        {"items": [["x"]], "at": 0},
        {"items": [[1.0]], "at": 3},
        {"items": [[1.0]]},
    ],
)
def test_a_threshold_that_no_slider_sent_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        read_threshold(value)


def test_a_threshold_that_is_no_number_is_refused(titanic: Grown) -> None:
    with pytest.raises(InputError, match="threshold"):
        split_here(titanic, read_threshold({"items": [["nan"]], "at": 0}))


@pytest.mark.parametrize("value", [None, 3, {"node": "1"}, {"node": True}, {"node": 0}, {"node": 99}])
def test_only_leaves_can_be_chosen(titanic: Grown, value: object) -> None:
    with pytest.raises(InputError, match="no leaf"):
        read_leaf(value, split_best(titanic).tree)


def test_rows_count_from_one() -> None:
    assert read_row(1, 5) == 0
    assert read_row(5.0, 5) == 4
    for bad in (0, 6, None, "2", True, float("nan")):
        with pytest.raises(InputError, match="1 to 5"):
            read_row(bad, 5)


def test_the_path_of_a_row_is_lit_and_told(titanic: Grown) -> None:
    grown = grow(titanic, 5)
    row = 3
    path = row_path(grown, row)
    assert path == path_of_row(grown.tree, grown.encoded.X[grown.valid[row]])
    shown = show_tree(grown, row)
    assert shown.count("grown-lit") == shown.count("on the path of the row") == len(path)
    words = row_words(grown, row)
    assert words.startswith("Row 4 (Sex ")
    assert re.search(r"the truth is (died|survived): (right|wrong)\.$", words)
    number = row_words(grow(begin("ames"), 3), 0)
    assert re.search(r"the tree says \$[\d,]+, the truth is \$[\d,]+ \(Sale_Price\)", number)


def test_every_node_is_drawn_and_only_leaves_are_buttons(titanic: Grown) -> None:
    grown = grow(titanic, MOST_ABREAST + 1)
    shown = show_tree(grown, 0)
    assert [int(node) for node in re.findall(r'data-node="(\d+)"', shown)] != []
    assert sorted(int(node) for node in re.findall(r'data-node="(\d+)"', shown)) == sorted(grown.tree.leaves)
    assert shown.count("<li>") == len(grown.tree.nodes)
    assert shown.count('aria-pressed="true"') == 1
    assert "grown-abreast" not in shown
    assert "grown-abreast" in show_tree(titanic, 0)
    rival = tree_html(judge(grown).contest.greedy, grown.encoded)  # type: ignore[union-attr]
    assert "<button" not in rival


def test_bars_of_numbers_go_from_the_lowest_to_the_highest_mean(ames: Grown) -> None:
    shares = [float(share) for share in re.findall(r"--share:([\d.]+)", show_tree(grow(ames, 5), 0))]
    assert (min(shares), max(shares)) == (0, 1)


def test_names_of_a_table_are_text(titanic: Grown) -> None:
    column = replace(titanic.encoded.columns[0], name="<img src=x>")
    encoded = replace(
        titanic.encoded, columns=(column, *titanic.encoded.columns[1:]), classes=("<i>", "${x}")
    )
    grown = split_here(replace(titanic, encoded=encoded, column=0), 2.0)
    shown = "".join(str(part) for part in show_hand(grown, 0) if isinstance(part, str))
    assert "<img" not in shown
    assert "${" not in shown
    assert "&lt;img" in shown


def test_a_forests_tree_can_be_drawn_too(titanic: Grown) -> None:
    fitted = fit_greedy(*titanic.rows, task="classification", n_leaves=40)
    tree = read_sklearn(fitted, n_classes=2)
    assert tree_html(tree, titanic.encoded).count("<li>") == 79


def test_the_contest_is_told_with_intervals(titanic: Grown) -> None:
    assert judge(titanic) is None
    grown = grow(titanic, 4)
    score = judge(grown)
    assert score is not None
    table = grow_words.contest_html(grown, score)
    assert "668 training rows" in table
    assert "223 validation rows" in table
    assert f"{100 * score.contest.hand_valid:.1f} %" in table
    number = grow_words.number_html(grown, score)
    assert f"scikit-learn: {100 * score.contest.greedy_valid:.1f} %" in number
    low, high = (f"{100 * float(end):.1f}" for end in (score.hand.low, score.hand.high))
    assert f"95 % interval {low} to {high} %" in number
    alone = grow_words.number_html(titanic, None)
    assert "scikit-learn joins" in alone
    assert "95 % interval" in alone


@pytest.mark.parametrize(
    ("ends", "words", "done"),
    [
        ((-0.2, -0.1, -0.3), "beat scikit-learn", True),
        ((-0.2, 0.1, -0.3), "You are ahead", True),
        ((1e-17, 0.1, -0.1), "equally good", False),
        ((0.05, 0.1, -0.1), "includes 0", False),
        ((0.2, 0.3, 0.1), "clearly ahead", False),
    ],
)
def test_what_to_try_follows_the_difference(
    titanic: Grown, ends: tuple[float, ...], words: str, done: bool
) -> None:
    grown = grow(titanic, 4)
    mean, high, low = (np.array(end) for end in ends)
    score = replace(judge(grown), difference=types.SimpleNamespace(mean=mean, low=low, high=high))  # type: ignore[type-var]
    text, is_done = grow_words.next_step(grown, score)  # type: ignore[arg-type]
    assert words in text
    assert is_done == done
    assert "Split here" in grow_words.next_step(titanic, None)[0]
    assert "most mixed" in grow_words.next_step(grow(titanic, 2), judge(grow(titanic, 2)))[0]


def test_the_callbacks_play_a_game() -> None:
    with page("Forest", "Look.") as demo:
        state = gr.State(start_state())
        with gr.Tab("Grow a tree") as tab:
            build_grow(state, tab)
    calls = {function.fn.__name__: function.fn for function in demo.fns.values() if function.fn}
    assert all(dependency.api_visibility == "private" for dependency in demo.fns.values())
    shown = calls["show"](start_state(), start_hand(), 1, REQUEST)
    assert len(shown) == 14
    hand = shown[0]
    hand, offered, _ = calls["choose_column"](start_state(), hand, 1, 1, REQUEST)
    hand, tree, *_ = calls["split"](start_state(), hand, 1, offered, REQUEST)
    assert "Sex: female" in tree
    event = types.SimpleNamespace(_data={"node": 1})
    hand, *_ = calls["choose_leaf"](start_state(), hand, 1, REQUEST, event)
    assert hand["leaf"] == 1
    hand, *_ = calls["split_for_me"](start_state(), hand, 1, REQUEST)
    assert [leaf for leaf, _, _ in hand["splits"]] == [0, 1]
    assert len(calls["light_row"](start_state(), hand, 7, REQUEST)) == 2
    hand, *_ = calls["undo"](start_state(), hand, 1, REQUEST)
    hand, *_ = calls["restart"](start_state(), hand, 1, REQUEST)
    assert hand["splits"] == []
    with pytest.raises(gr.Error, match="no split to undo"):
        calls["undo"](start_state(), hand, 1, REQUEST)
    with pytest.raises(gr.Error, match="column"):
        calls["choose_column"](start_state(), hand, 1, 99, REQUEST)


def test_a_row_of_the_table_before_is_forgotten() -> None:
    with page("Forest", "Look.") as demo:
        state = gr.State(start_state())
        with gr.Tab("Grow a tree") as tab:
            build_grow(state, tab)
    show = next(
        function.fn for function in demo.fns.values() if function.fn and function.fn.__name__ == "show"
    )
    hand = show({"table": "ames", "model": None}, start_hand(), 1, REQUEST)[0]
    slider = show(start_state(), hand, 700, REQUEST)[9]
    assert (slider.maximum, slider.value) == (223, 1)
