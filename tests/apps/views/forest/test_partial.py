"""The tab Partial dependence without a browser: its callbacks, on both tables, and what building imports."""

import base64
import re
import subprocess
import sys
import types

import gradio as gr
import pytest

from apps.views.forest import partial as tab
from apps.views.forest.overview import overview_html, read_column
from apps.views.forest.session import find_explorer
from shared.errors import InputError
from shared.forest.curves import columns_by_range
from shared.forest.kernels import prepare
from shared.forest.labels import Answer
from tests.conftest import ROOT

REQUEST = types.SimpleNamespace(session_hash="x")
TITANIC, AMES = ({"table": name, "model": None} for name in ("titanic", "ames"))


@pytest.fixture(scope="module", autouse=True)
def compiled():
    prepare(wait=True)


@pytest.mark.parametrize(("state", "first", "n"), [(TITANIC, "Sex", 8), (AMES, "Gr_Liv_Area", 73)])
def test_the_tab_opens_with_the_widest_curve(state, first, n):
    shown = tab.show_all(state, None, None, None, [tab.EFFECTS], REQUEST)
    column, second, classes, number, figure, warning, link, cards, map_figure, all_link = shown
    assert column.value == first
    assert len(column.choices) == n
    assert second.value == column.choices[1][0]
    assert classes.visible == (state is TITANIC)
    assert classes.choices == ([("died", "0"), ("survived", "1")] if state is TITANIC else [])
    assert "Range of effect" in number
    assert "accumulated local effects" in {trace.name for trace in figure.data}
    assert cards.count("<button") == n
    assert cards.count('aria-pressed="true"') == 1
    assert map_figure.data[0].type == "heatmap"
    assert "data:text/csv" in link
    assert all_link == ""
    assert isinstance(warning, str)


def test_what_was_chosen_stays_where_the_table_has_it():
    shown = tab.show_all(TITANIC, "Fare", "Age", None, [], REQUEST)
    assert (shown[0].value, shown[1].value) == ("Fare", "Age")
    shown = tab.show_all(AMES, "Fare", "Age", None, [], REQUEST)
    assert (shown[0].value, shown[1].value) == ("Gr_Liv_Area", "Total_Bsmt_SF")


def test_layers_are_drawn_when_they_are_asked_for():
    names = [
        {trace.name for trace in tab.show_column(TITANIC, "Age", None, layers, REQUEST)[1].data}
        for layers in ([], [tab.ROWS, tab.EFFECTS])
    ]
    assert names[1] - names[0] == {"50 rows", "accumulated local effects"}


def test_rows_that_cannot_exist_and_few_rows_are_said():
    warning = tab.show_column(TITANIC, "Fare", None, [], REQUEST)[2]
    assert "fewer than 5 rows near" in warning
    assert "cannot exist" in warning
    assert "Pclass" in warning
    assert tab.show_column(TITANIC, "Sex", None, [], REQUEST)[2] == ""


def test_the_links_carry_the_curves():
    link = tab.show_column(TITANIC, "Age", None, [], REQUEST)[3]
    text = base64.b64decode(re.search(r"base64,([^\"]+)", link)[1]).decode("utf-8-sig")
    assert text.startswith(
        '"column","curve","value","share of Survived = 1","rows"\n"Age","partial dependence",'
    )
    everything = base64.b64decode(re.search(r"base64,([^\"]+)", tab.write_all(TITANIC, None, REQUEST))[1])
    assert {line.split(b",")[0] for line in everything.splitlines()[1:]} >= {b'"Sex"', b'"Fare"', b'"Parch"'}


def test_another_class_turns_the_curve_over():
    survived, died = (tab.show_column(TITANIC, "Sex", name, [], REQUEST)[1] for name in ("1", "0"))
    assert [x + y for x, y in zip(survived.data[0].x, reversed(died.data[0].x), strict=True)] == (
        pytest.approx([1, 1])
    )


def test_a_first_column_that_was_the_second_one_gets_another_second_one():
    kept, _ = tab.follow_column(TITANIC, "Age", "Sex", None, REQUEST)
    assert kept == gr.skip()
    moved, figure = tab.follow_column(TITANIC, "Pclass", "Pclass", None, REQUEST)
    assert moved["value"] == "Sex"  # the widest curve
    assert figure.data[0].z is not None


def test_wrong_columns_are_refused():
    with pytest.raises(InputError, match="two different"):
        tab.show_map(TITANIC, "Age", "Age", None, REQUEST)
    with pytest.raises(InputError, match="no column"):
        tab.show_column(TITANIC, "nothing", None, [], REQUEST)
    for value in (None, {}, {"column": 3}):
        with pytest.raises(InputError, match="No column is chosen"):
            read_column(value)
    assert read_column({"column": "Age"}) == "Age"


def test_many_columns_unfold_and_stay_open_for_the_chosen_one():
    explorer = tab.find_explorer(AMES, REQUEST)
    order = columns_by_range(explorer)
    answer = Answer.of(explorer.choice)
    assert "<details><summary>59 columns" in overview_html(explorer, chosen=order[0], answer=answer)
    assert "<details open>" in overview_html(explorer, chosen=order[60], answer=answer)
    assert "<details" not in overview_html(tab.find_explorer(TITANIC, REQUEST), chosen=0, answer=answer)


def test_the_second_visit_to_a_curve_works_nothing_out_again(monkeypatch):
    first = tab.show_column(AMES, "Year_Built", None, [tab.ROWS, tab.EFFECTS], REQUEST)
    kept = set(find_explorer(AMES, REQUEST)._kept)
    for name in ("partial_dependence", "accumulated_effects"):
        monkeypatch.setattr(f"shared.forest.explorer.{name}", None)
    again = tab.show_column(AMES, "Year_Built", None, [tab.ROWS, tab.EFFECTS], REQUEST)
    assert again == first
    assert set(find_explorer(AMES, REQUEST)._kept) == kept


def test_building_the_three_tabs_imports_nothing_heavy():
    code = (
        "import sys, gradio as gr\n"
        "from apps.views.forest.partial import build_partial\n"
        "from apps.views.forest.why import build_why\n"
        "from apps.views.forest.beyond import build_beyond\n"
        "with gr.Blocks():\n"
        "    state = gr.State(None)\n"
        "    for build in (build_partial, build_why, build_beyond):\n"
        "        with gr.Tab('t') as tab: build(state, tab)\n"
        "heavy = ('plotly', 'sklearn', 'shap', 'scipy', 'numba', 'matplotlib')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_either_of_two_classes_can_be_explained():
    survived, died = (tab.show_all(TITANIC, "Sex", None, name, [], REQUEST) for name in ("1", "0"))
    assert (survived[2].value, died[2].value) == ("1", "0")
    assert "share that survived" in survived[3]
    assert "share that died" in died[3]
