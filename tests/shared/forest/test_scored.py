"""New rows with their predictions as CSV."""

import csv
import io

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest.choose import choose
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.forest.new_rows import compare_rows
from shared.forest.own_table import read_own_table
from shared.forest.scored import score_table
from shared.forest.tables import load_table

HEAD = "Pclass,Sex,Age,SibSp,Parch,Fare,Embarked,Name"


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    return Explorer.fit(choose(load_table("titanic"), target="Survived"), ForestOptions(trees=20))


def score(explorer: Explorer, *rows: str):
    scored = score_table(
        explorer, read_own_table("\n".join([HEAD, *rows]).encode(), "new.csv", to_score=True)
    )
    return scored, list(csv.DictReader(io.StringIO(scored.csv)))


def test_every_row_comes_back_with_the_forests_answer(explorer):
    scored, rows = score(
        explorer, "1,female,30,0,0,80,C,=cmd()", "3,male,,0,0,9000,S,Bob", "3,X,4,1,1,20,S,Al"
    )
    X = np.array(
        [[1, 0, 30, 0, 0, 0, 80, 0], [3, 1, 28, 1, 0, 0, 9000, 2], [3, -1, 4, 0, 1, 1, 20, 2]], float
    )
    assert explorer.encoded.names == [
        "Pclass", "Sex", "Age", "Age is missing", "SibSp", "Parch", "Fare", "Embarked",
    ]  # fmt: skip
    expected = explorer.forest.predict_proba(X)[:, 1]
    assert [float(row["share of Survived = 1"]) for row in rows] == pytest.approx(
        expected.tolist(), abs=1e-12
    )
    assert [row["predicted Survived"] for row in rows] == [str(int(share > 0.5)) for share in expected]
    trees = [tree.predict_proba(X.astype(np.float32))[:, 1] for tree in explorer.forest.estimators_]
    std = [float(row["standard deviation over the trees"]) for row in rows]
    assert std == pytest.approx(np.std(trees, axis=0).tolist())
    assert [row["outside the training range"] for row in rows] == ["", "Fare", "Sex"]
    assert rows[0]["Name"] == "'=cmd()"
    assert (scored.n_rows, scored.n_outside) == (3, 2)
    assert any('"X"' in note for note in scored.notes)


def test_a_log_target_comes_back_both_ways():
    table = load_table("ames")
    choice = choose(table, target="Sale_Price", log_target=True)
    explorer = Explorer.fit(choice, ForestOptions(trees=5))
    rows = list(csv.DictReader(io.StringIO(score_table(explorer, table).csv)))
    log = np.array([float(row["predicted log Sale_Price"]) for row in rows])
    assert log == pytest.approx(explorer.forest.predict(choice.encoded.X), abs=1e-12)
    assert [float(row["predicted Sale_Price"]) for row in rows] == pytest.approx(np.exp(log).tolist())


def test_a_missing_column_is_named(explorer):
    with pytest.raises(InputError, match='"SibSp" is missing'):
        score_table(explorer, read_own_table(b"Pclass,Sex,Age\n1,male,3\n2,male,4", "few.csv", to_score=True))


def test_new_rows_that_differ_are_told_apart(explorer):
    X_new = explorer.encoded.X[explorer.valid].copy()
    X_new[:, 2] += 60
    found = compare_rows(explorer, X_new)
    assert found.domain.differ
    assert found.domain.auc > 0.95
    assert explorer.encoded.names[int(found.domain.importances.mean.argmax())] == "Age"
    assert (found.n_train, found.n_new, found.is_sample) == (668, 223, False)
    assert found.n_outside >= found.outside[2] > 100


def test_long_tables_are_sampled(explorer, monkeypatch):
    monkeypatch.setattr("shared.forest.new_rows.MAX_FOREST_DOMAIN_ROWS", 50)
    found = compare_rows(explorer, explorer.encoded.X)
    assert (found.n_train, found.n_new, found.is_sample) == (50, 50, True)
