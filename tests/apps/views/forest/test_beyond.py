"""The tab Beyond without a browser: the flat line, and new rows told from training rows."""

import types

import pytest

from apps.views.forest import beyond as tab
from apps.views.forest.session import find_table
from shared.errors import InputError

REQUEST = types.SimpleNamespace(session_hash="x")
TITANIC, AMES = ({"table": name, "model": None} for name in ("titanic", "ames"))


def test_the_tab_opens_with_the_books_example():
    column, row, number, figure = tab.open_tab(TITANIC, None, None, 0.5, REQUEST)
    assert column.value == tab.EXAMPLE
    assert [name for name, _ in column.choices][1:] == tab.number_columns(tab.find_explorer(TITANIC, REQUEST))
    assert (row.value, row.maximum) == (1, 223)
    assert "Forest at x = 20" in number
    assert "points it has not seen" in {trace.name for trace in figure.data}


def test_what_was_chosen_stays_where_the_table_has_it():
    assert tab.open_tab(TITANIC, "Fare", 9, 0.5, REQUEST)[0].value == "Fare"
    column, row, *_ = tab.open_tab(AMES, "Fare", 9_000, 0.5, REQUEST)
    assert (column.value, row.value) == (tab.EXAMPLE, 733)


@pytest.mark.parametrize("state", [TITANIC, AMES])
def test_the_line_is_flat_beyond_the_range(state):
    name = tab.number_columns(tab.find_explorer(state, REQUEST))[0]
    number, figure = tab.show_line(state, name, 4, 1.0, REQUEST)
    drawn = {trace.name: trace for trace in figure.data}
    line, inside = drawn["forest, beyond what it saw"], drawn["forest"]
    beyond = [y for x, y in zip(line.x, line.y, strict=True) if x > inside.x[-1]]
    assert len(beyond) > 50
    assert len(set(beyond)) == 1
    assert "the same for any larger value" in number


def test_rows_columns_and_reach_are_checked():
    for number in (0, 224, None):
        with pytest.raises(InputError, match="validation row"):
            tab.show_line(TITANIC, "Fare", number, 0.5, REQUEST)
    with pytest.raises(InputError, match="no column"):
        tab.show_line(TITANIC, "nothing", 1, 0.5, REQUEST)
    with pytest.raises(InputError, match="reach"):
        tab.show_line(TITANIC, "Fare", 1, float("nan"), REQUEST)


def test_validation_rows_are_like_the_training_rows():
    busy, done = tab.compare(TITANIC, None, REQUEST)
    assert "progressbar" in busy[1]
    _, status, verdict, meaning, figure = done
    assert status == ""
    assert "223 new rows" in verdict
    assert "No better than chance" in meaning
    assert "random noise" in figure.layout.yaxis.ticktext


def test_new_rows_that_differ_are_told_and_the_upload_is_gone(tmp_path):
    table = find_table(TITANIC, REQUEST)
    names = ["Pclass", "Sex", "Age", "SibSp", "Parch", "Fare", "Embarked"]
    rows = [{**table.row(place), "Fare": "9000"} for place in range(60)]
    upload = tmp_path / "new.csv"
    upload.write_text("\n".join([",".join(names), *(",".join(row[name] for name in names) for row in rows)]))
    *_, (_, _, verdict, meaning, _) = tab.compare(TITANIC, str(upload), REQUEST)
    assert "60 new rows" in verdict
    assert "differ from the training rows" in meaning
    assert "&quot;Fare&quot;" in meaning
    assert "60 of 60 rows leave the training range" in meaning
    assert not upload.exists()


def test_a_file_that_cannot_be_used_clears_the_progress_and_is_gone(tmp_path):
    upload = tmp_path / "few.csv"
    upload.write_text("Pclass,Sex,Age,SibSp,Parch,Fare,Embarked\n1,male,3,0,0,8,S\n")
    answers = tab.compare(TITANIC, str(upload), REQUEST)
    next(answers)
    assert next(answers)[:2] == [None, ""]
    with pytest.raises(InputError, match="at least 10 of each"):
        next(answers)
    assert not upload.exists()
