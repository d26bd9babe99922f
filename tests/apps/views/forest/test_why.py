"""The tab Why without a browser: rows, what-if, SHAP, scored tables."""

import re
import types
from pathlib import Path

import gradio as gr
import pytest

from apps.views.forest import why as tab
from apps.views.forest.why_form import N_SLOTS, lay_out_form, make_slots, read_changes
from shared.errors import InputError
from shared.forest.choose import choose
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.forest.labels import MISSING_LEVEL
from shared.tables.read_table import read_table

REQUEST = types.SimpleNamespace(session_hash="x")
TITANIC, AMES = ({"table": name, "model": None} for name in ("titanic", "ames"))


def form_values(shown) -> list:
    return [update.value if update.visible else None for update in shown[3 : 3 + 2 * N_SLOTS]]


def form_labels(shown) -> list[str]:
    return [update.label for update in shown[3 : 3 + 2 * N_SLOTS] if update.visible]


def what_if(state, shown, values, *, shap=False):
    return tab.show_what_if(state, None, shap, shown[2], *values, request=REQUEST)


@pytest.mark.parametrize("state", [TITANIC, AMES])
def test_a_row_is_shown_with_all_that_is_said_of_it(state):
    shown = tab.show_row(state, 2, None, True, REQUEST)
    prediction, warning, figure, total, shap, near = shown[-6:]
    assert shown[0].value == 2
    assert shown[2]["of"] == state
    assert "In the table:" in prediction
    assert "The middle 90 % of 100 trees" in prediction
    assert ("The forest predicts the logarithm" in prediction) == (state is AMES)
    assert ("&#36;" in prediction) == (state is AMES)
    assert warning == ""
    assert "where SHAP ends" in {trace.name for trace in figure.data}
    assert "(bias)" in total
    assert "SHAP" in shap
    assert near.count("<tr>") == 6
    assert 1 < len(form_labels(shown)) <= N_SLOTS


def test_the_row_sent_back_as_it_is_changes_nothing():
    shown = tab.show_row(TITANIC, 3, None, False, REQUEST)
    assert what_if(TITANIC, shown, form_values(shown)) == pytest.approx(shown[-6:])


def test_an_edit_moves_the_prediction_and_is_said():
    shown = tab.show_row(TITANIC, 2, None, False, REQUEST)
    values, place = form_values(shown), 2 * form_labels(shown).index("Sex") + 1
    assert values[place] == "male"
    values[place] = "female"
    prediction, warning, *_ = what_if(TITANIC, shown, values)
    before, after = (float(re.search(r">([\d.]+) %</b>", text)[1]) for text in (shown[-6], prediction))
    assert after > before + 10
    assert "you changed &quot;Sex&quot;" in warning
    assert "In the table" not in prediction


def test_a_value_beyond_the_range_and_an_unseen_category_are_said():
    shown = tab.show_row(TITANIC, 2, None, False, REQUEST)
    values, names = form_values(shown), form_labels(shown)
    values[2 * names.index("Fare")] = 9000
    values[2 * names.index("Sex") + 1] = "Mars"
    warning = what_if(TITANIC, shown, values)[1]
    assert "&quot;Fare&quot; is 9000, and they have 0 to 512.329" in warning
    assert "never &quot;Mars&quot;" in warning
    assert "No training row has this value of &quot;Sex&quot;" in warning


def test_an_emptied_field_is_a_missing_value():
    shown = tab.show_row(TITANIC, 2, None, False, REQUEST)
    values, names = form_values(shown), form_labels(shown)
    values[2 * names.index("Age")] = None
    values[2 * names.index("Embarked") + 1] = MISSING_LEVEL
    warning = what_if(TITANIC, shown, values)[1]
    assert "&quot;Age&quot; has no value in 1 row: the median 28 was taken." in warning


def test_opening_the_tab_again_leaves_the_row_alone_unless_the_table_changed():
    shown = tab.open_tab(TITANIC, 5, None, True, None, REQUEST)
    assert shown[0].value == 1
    again = tab.open_tab(TITANIC, 5, None, True, shown[2], REQUEST)
    assert all(one == gr.skip() for one in again)
    assert len(again) == len(shown)
    assert tab.open_tab(AMES, 5, None, True, shown[2], REQUEST)[2]["of"] == AMES


def test_a_form_of_another_table_and_rows_that_are_not_there_are_refused():
    shown = tab.show_row(TITANIC, 2, None, False, REQUEST)
    with pytest.raises(InputError, match="has changed"):
        what_if(AMES, shown, form_values(shown))
    for number in (0, 224, 1.5, None, float("nan")):
        with pytest.raises(InputError, match="validation row"):
            tab.show_row(TITANIC, number, None, False, REQUEST)


def test_dates_are_edited_as_text():
    text = "day,size,price\n" + "\n".join(
        f"2024-{1 + i % 12:02}-{1 + i % 28:02},{i % 9},{i}" for i in range(60)
    )
    table = read_table(text.encode(), "days.csv")
    explorer = Explorer.fit(choose(table, target="price"), ForestOptions(trees=5))
    slots = make_slots(explorer, table, 4)
    places = {slot.name: place for place, slot in enumerate(slots)}
    assert slots[places["day"]].kind == "date"
    values = [None] * (2 * N_SLOTS)
    values[2 * places["day"] + 1], values[2 * places["size"]] = "2024-12-24", slots[places["size"]].value
    changes = read_changes(slots, values)
    assert changes == {"day": "2024-12-24"}
    made = tab.change_row(explorer, table, 4, changes)
    assert made.X[0, explorer.encoded.names.index("day month")] == 12


def test_a_table_is_scored_and_deleted(tmp_path):
    upload = tmp_path / "new.csv"
    upload.write_text("Pclass,Sex,Age,SibSp,Parch,Fare,Embarked\n1,female,30,0,0,80,C\n3,male,,0,0,8,S\n")
    cleared, words, button = tab.score_upload(TITANIC, str(upload), None, str(tmp_path), REQUEST)
    assert cleared is None
    assert not upload.exists()
    assert "2 rows are predicted." in words
    text = Path(button.value["path"]).read_text(encoding="utf-8-sig")
    assert text.startswith(
        '"Pclass","Sex","Age","SibSp","Parch","Fare","Embarked","predicted Survived","share of Survived = 1",'
    )
    assert len(text.splitlines()) == 3
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(InputError, match='"Pclass" is missing'):
        tab.score_upload(TITANIC, str(bad), None, str(tmp_path), REQUEST)
    assert not bad.exists()


def test_the_form_has_room_for_its_columns():
    with gr.Blocks():
        assert len(lay_out_form()) == N_SLOTS


def test_the_other_of_two_classes_can_be_explained():
    survived, died = (tab.show_row(TITANIC, 2, name, False, REQUEST) for name in ("1", "0"))
    assert survived[1].visible
    assert survived[1].choices == [("died", "0"), ("survived", "1")]
    shares = [float(re.search(r">([\d.]+) %</b>", shown[-6])[1]) for shown in (survived, died)]
    assert sum(shares) == pytest.approx(100)
    assert "Prediction: share that died" in died[-6]
    assert re.search(r"In the table: (died|survived)\.", died[-6])
