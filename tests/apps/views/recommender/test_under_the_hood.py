"""The tab Under the hood without a browser: what it offers to clients, what its callbacks answer."""

import gradio as gr
import numpy as np
import pytest

from apps.views.recommender import hood_corner, hood_lookup, hood_sizes
from apps.views.recommender.under_the_hood import Corner, build_under_the_hood
from shared.collab.corner import CornerOptions, start_corner, take_steps
from shared.errors import InputError


@pytest.fixture(scope="module")
def corner() -> Corner:
    stars = np.random.default_rng(3).integers(1, 11, (15, 15)) / 2
    stars[0, 0] = stars[4, 7] = np.nan
    return Corner(stars, [f"Film {i}" for i in range(15)])


def test_nothing_here_is_a_public_endpoint(corner):
    with gr.Blocks() as demo:
        build_under_the_hood(corner)
    assert demo.fns
    assert not demo.get_api_info()["named_endpoints"]


def test_the_run_starts_anew_for_every_visitor(corner):
    with gr.Blocks() as demo:
        build_under_the_hood(corner)
    states = [block for block in demo.blocks.values() if isinstance(block, gr.State)]
    assert len(states) == 3


def test_suggestions_follow_the_visitor(corner):
    ratings = corner.ratings
    start = start_corner(ratings)
    run = take_steps(start, ratings, 100, lr=1.0, weight_decay=0.0)
    hidden = start_corner(ratings, CornerOptions(n_hidden=40))
    overfitted = take_steps(hidden, ratings, 100, lr=1.0, weight_decay=0.0)
    decayed = take_steps(hidden, ratings, 100, lr=1.0, weight_decay=0.01)
    lost = take_steps(start, ratings, 100, lr=1e9, weight_decay=1.0)
    words = [hood_corner.suggest_next(state) for state in (start, run, overfitted, decayed, lost)]
    assert len(set(words)) == len(words)
    assert "learning rate back" in words[-1]


def test_error_and_progress_of_a_lost_run_are_named(corner):
    lost = take_steps(start_corner(corner.ratings), corner.ratings, 100, lr=1e9, weight_decay=1.0)
    assert hood_corner.describe_error(lost, corner.ratings)["value"] == "huge"
    assert "Diverged" in hood_corner.describe_progress(lost, corner.ratings)


@pytest.mark.parametrize(("value", "expected"), [("1", 1.0), ("1 billion", 1e9), ("0.3", 0.3), (3, 3.0)])
def test_learning_rate_from_the_list_or_typed(value, expected):
    assert hood_corner.read_rate(value) == expected


@pytest.mark.parametrize("value", ["fast", "", None, [1]])
def test_learning_rate_that_is_no_number(value):
    with pytest.raises(InputError, match="must be a number"):
        hood_corner.read_rate(value)


@pytest.mark.parametrize("view", ["Predicted", "Real", "Error"])
def test_every_matrix_is_drawn(corner, view):
    assert hood_corner.draw_matrix(corner, start_corner(corner.ratings), view).layout.height == 500


def test_lookup_callbacks():
    assert "453,300" in hood_lookup.update_counts(9066, 50)
    with pytest.raises(InputError):
        hood_lookup.draw_one_hot(float("nan"))
    with pytest.raises(InputError):
        hood_lookup.draw_match(0.5, float("inf"), 0.1)


def test_an_uploaded_table_offers_its_columns(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("<img src=x>,age,price\n" + "\n".join(f"film {i},{i},{i}.5" for i in range(30)))
    columns, group, table, _ = hood_sizes.read_upload(str(path))
    assert [column.name for column in columns] == ["<img src=x>", "age"]
    assert group.value == ["<img src=x>"]
    assert "<img" not in table
    table, _ = hood_sizes.choose_columns(columns, ["age"])
    assert "age" in table
    assert hood_sizes.read_upload(None)[0] == []
