"""The tab Take it away: its callbacks, called as Gradio calls them, on a small forest."""

import json
import types
from pathlib import Path

import gradio as gr
import pytest

from apps.views.forest import take
from apps.views.forest import take_words as words
from apps.views.forest.forest_tab import refit
from apps.views.forest.session import Fit, Wishes, keep_table, start_state
from shared.errors import InputError
from shared.forest.notebook import N_FORESTS
from shared.tables.read_table import read_table
from shared.ui.figure import empty_figure

REQUEST = types.SimpleNamespace(session_hash="take-tab")


@pytest.fixture(scope="module")
def state():
    return refit(start_state(), 5, 5, 3, 1.0, REQUEST)[0]


def test_it_is_built_and_all_is_private():
    with gr.Blocks() as demo, gr.Tab("Take it away") as tab:
        take.build_take(gr.State(start_state()), tab)
    assert all(fn.api_visibility == "private" for fn in demo.fns.values() if fn.fn is not None)


def test_every_file_is_made_and_said(state, tmp_path):
    steps = list(take.make_files(state, str(tmp_path), REQUEST))
    assert [words.STEPS[kind] in step[1] for kind, step in zip(words.FILES, steps, strict=False)] == [
        True
    ] * 6
    made_of, status, *buttons = steps[-1]
    assert made_of == state
    assert "6 files" in status
    paths = [
        Path(button.value["path"] if isinstance(button.value, dict) else button.value) for button in buttons
    ]
    assert [path.name for path in paths] == [
        "forest.ipynb", "titanic.csv", "forest.skops", "importances.csv", "curves.csv", "predictions.csv",
    ]  # fmt: skip
    assert all(
        button.interactive and path.stat().st_size for button, path in zip(buttons, paths, strict=True)
    )
    assert json.loads(paths[0].read_text())["nbformat_minor"] == 5


def test_a_file_that_cannot_be_made_is_said_and_the_others_come(state, tmp_path, monkeypatch):
    def refuse(explorer):
        raise InputError("It is too large. Use fewer trees.")

    monkeypatch.setattr(take, "save_forest", refuse)
    _, status, *buttons = list(take.make_files(state, str(tmp_path), REQUEST))[-1]
    assert "5 files" in status
    assert "It is too large." in status
    assert [button.interactive for button in buttons] == [True, True, False, True, True, True]


def test_another_visitors_forest_is_not_given(tmp_path):
    table = read_table(("x,y\n" + "".join(f"{at},{3 * at}\n" for at in range(40))).encode(), "mine.csv")
    key = keep_table(table, REQUEST)
    other = types.SimpleNamespace(session_hash="other")
    with pytest.raises(InputError, match="was forgotten"):
        list(take.make_files({"table": key, "model": Fit(key, Wishes("y"))}, str(tmp_path), other))
    assert not any(tmp_path.iterdir())


def test_files_of_another_forest_are_taken_back(state):
    assert all(update == gr.skip() for update in take.open_tab(state, None))
    assert all(update == gr.skip() for update in take.open_tab(state, dict(state)))
    made_of, status, *buttons = take.open_tab(start_state(), state)
    assert made_of is None
    assert words.STALE in status
    assert not any(button.interactive for button in buttons)


def test_the_notebook_has_as_many_forests_as_the_tab_of_importances():
    assert take.N_FORESTS == N_FORESTS


def test_figures_are_named_by_places_that_are_in_the_page():
    """A figure that is renamed in its own tab would silently not be offered here."""
    sources = "\n".join(path.read_text() for path in Path(take.__file__).parent.glob("*.py"))
    called = f"{empty_figure.__name__}("
    found = {part.split('"')[1] for part in sources.split(called)[1:] if part.lstrip().startswith('"')}
    assert found <= set(words.FIGURE_NAMES) | {"forest-tree"}  # that one is an example in a docstring
    assert set(words.FIGURE_NAMES) <= found
