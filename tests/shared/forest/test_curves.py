"""What the tab of partial dependence asks: order of columns, curves of rows, maps, CSV."""

import csv
import io

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest.choose import choose
from shared.forest.curves import (
    MAP_VALUES,
    columns_by_range,
    find_column,
    find_map,
    find_own_impossible,
    sample_curves,
)
from shared.forest.curves_csv import CURVE, EFFECT, curves_csv
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.forest.tables import load_table
from shared.tables.read_table import read_table


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    return Explorer.fit(choose(load_table("titanic"), target="Survived"), ForestOptions(trees=20))


def test_sex_has_the_widest_curve(explorer):
    order = columns_by_range(explorer)
    assert explorer.encoded.names[order[0]] == "Sex"
    assert sorted(order) == list(range(8))


def test_curves_of_rows_are_the_forests_own_answers(explorer):
    column = explorer.encoded.names.index("Age")
    curves = sample_curves(explorer, column, seed=3)
    rows = np.random.default_rng(3).choice(891, 50, replace=False)
    X = explorer.encoded.X[rows].copy()
    X[:, column] = explorer.grids()[column][7]
    assert curves.shape == (50, len(explorer.grids()[column]))
    assert curves[:, 7] == pytest.approx(explorer.forest.predict_proba(X)[:, 1], abs=1e-12)


def test_a_map_has_a_coarse_grid_and_exact_cells(explorer):
    names = explorer.encoded.names
    pair = names.index("Age"), names.index("Sex")
    found = find_map(explorer, *pair)
    assert [len(grid) for grid in found.grids] == [MAP_VALUES, 2]
    X = explorer.encoded.X.copy()
    X[:, pair[0]], X[:, pair[1]] = found.grids[0][4], 1
    assert found.average[4, 1] == pytest.approx(explorer.forest.predict_proba(X)[:, 1].mean(), abs=1e-12)


def test_a_map_of_many_levels_has_the_commonest():
    text = "x,level,y\n" + "\n".join(f"{i % 7},l{i % 40 if i > 200 else i % 10},{i % 11}" for i in range(400))
    choice = choose(read_table(text.encode(), "levels.csv"), target="y", task="regression")
    explorer = Explorer.fit(choice, ForestOptions(trees=5))
    found = find_map(explorer, 1, 0)
    assert len(found.grids[0]) == 24
    assert {choice.encoded.columns[1].levels[int(code)] for code in found.grids[0]} >= {
        f"l{k}" for k in range(10)
    }


def test_the_warning_is_worked_out_once(explorer):
    assert find_own_impossible(explorer, 0) is find_own_impossible(explorer, 0)


def test_a_column_that_is_not_there_is_refused(explorer):
    with pytest.raises(InputError, match='no column "nothing"'):
        find_column(explorer.encoded, "nothing")
    with pytest.raises(InputError, match="no column"):
        find_column(explorer.encoded, None)


def test_the_csv_holds_every_point_of_both_curves(explorer):
    text = curves_csv(explorer.encoded, explorer.dependence(), explorer.effects(), answer="share")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == ["column", "curve", "value", "share", "rows"]
    curve = [row for row in rows if row["column"] == "Fare" and row["curve"] == CURVE]
    dependence = explorer.dependence()[explorer.encoded.names.index("Fare")]
    assert [float(row["value"]) for row in curve] == dependence.grid.tolist()
    assert [float(row["share"]) for row in curve] == dependence.average.tolist()
    sex = [row for row in rows if row["column"] == "Sex" and row["curve"] == EFFECT]
    assert {row["value"]: int(row["rows"]) for row in sex} == {"female": 314, "male": 577}
    ages = [row for row in rows if row["column"] == "Age" and row["curve"] == EFFECT]
    assert ages[0]["rows"] == ""
    assert sum(int(row["rows"]) for row in ages[1:]) == 891


def test_a_level_that_is_a_formula_stays_text():
    text = "level,x,y\n" + "\n".join(f"{'=1+1' if i % 2 else 'b'},{i % 5},{i}" for i in range(40))
    choice = choose(read_table(text.encode(), "formula.csv"), target="y", task="regression")
    explorer = Explorer.fit(choice, ForestOptions(trees=3))
    assert "'=1+1" in curves_csv(choice.encoded, explorer.dependence(), [], answer="y")
