"""One row: the same numbers as in the table, edits that count, and all that is said of it."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.forest.choose import choose
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.forest.neighbours import find_leaves, find_neighbours
from shared.forest.one_row import change_row, explain_row, form_columns, take_row
from shared.forest.shap_values import find_disagreements, shap_values
from shared.forest.tables import NAMED_TABLES, load_table


@pytest.fixture(scope="module", params=list(NAMED_TABLES))
def explorer(request) -> tuple[str, Explorer]:
    known = NAMED_TABLES[request.param]
    choice = choose(load_table(request.param), target=known.target, log_target=known.log_target)
    return request.param, Explorer.fit(choice, ForestOptions(trees=15))


def test_a_row_that_is_sent_back_unchanged_is_the_same_row(explorer):
    name, explorer = explorer
    table = load_table(name)
    for place in explorer.valid[:20]:
        written = take_row(explorer, table, place)
        same = change_row(explorer, table, place, written)
        assert same.X[0].tolist() == explorer.encoded.X[place].tolist()
        assert change_row(explorer, table, place).notes == ()


def test_only_the_edited_column_changes():
    table = load_table("titanic")
    explorer = Explorer.fit(choose(table, target="Survived"), ForestOptions(trees=5))
    names, place = explorer.encoded.names, int(explorer.valid[3])
    made = change_row(explorer, table, place, {"Sex": "female", "Age": 33.5})
    expected = explorer.encoded.X[place].copy()
    expected[names.index("Sex")] = explorer.encoded.columns[names.index("Sex")].levels.index("female")
    expected[names.index("Age")], expected[names.index("Age is missing")] = 33.5, 0
    assert made.X[0].tolist() == expected.tolist()
    assert made.notes == ()
    unseen = change_row(explorer, table, place, {"Sex": "cat"})
    assert unseen.X[0, names.index("Sex")] == -1
    assert len(unseen.notes) == 1
    assert "cat" in unseen.notes[0]
    with pytest.raises(InputError, match='"Age" must be a number'):
        change_row(explorer, table, place, {"Age": "old"})


def test_the_sums_are_exact_for_both_ways(explorer):
    explorer = explorer[1]
    for place in explorer.valid[:5]:
        about = explain_row(explorer, explorer.encoded.X[place][None, :])
        why, shap = about.why, shap_values(explorer, about.X)
        assert why.bias + why.values[0].sum() == pytest.approx(why.prediction[0], abs=1e-9)
        assert why.bias + shap.sum() == pytest.approx(why.prediction[0], abs=1e-9)
        assert about.tree_answers.mean() == pytest.approx(why.prediction[0], abs=1e-9)
        assert len(about.tree_answers) == 15


def test_a_training_row_is_its_own_nearest_row(explorer):
    explorer = explorer[1]
    row = int(explorer.train[11])
    near = explain_row(explorer, explorer.encoded.X[row][None, :]).neighbours
    assert near.proximity[0] == 1.0
    assert explorer.encoded.X[explorer.train[near.places[0]]].tolist() == explorer.encoded.X[row].tolist()
    assert (np.diff(near.proximity) <= 0).all()


def test_proximity_counts_common_leaves_tree_by_tree(explorer):
    explorer = explorer[1]
    X = explorer.encoded.X
    leaves = find_leaves(explorer.forest, X[:40])
    near = find_neighbours(leaves, leaves[5], most=3)
    shares = [
        np.mean([tree.apply(X[[i, 5]].astype(np.float32))[0] == tree.apply(X[[i, 5]].astype(np.float32))[1]
                 for tree in explorer.forest.estimators_])
        for i in range(40)
    ]  # fmt: skip
    assert near.proximity == pytest.approx(sorted(shares, reverse=True)[:3])


def test_a_value_beyond_the_training_range_is_seen(explorer):
    explorer = explorer[1]
    place = next(i for i, column in enumerate(explorer.encoded.columns) if column.kind == "number")
    X = explorer.encoded.X[[explorer.train[0]]].copy()
    assert not explain_row(explorer, X).outside.any()
    X[0, place] = 1e6
    assert explain_row(explorer, X).outside[place] == 1


def test_the_form_has_the_columns_that_matter_most(explorer):
    name, explorer = explorer
    columns = form_columns(explorer)
    assert columns[0] == {"titanic": "Sex", "titanic_lesson": "Sex"}.get(name, columns[0])
    assert len(columns) == len(set(columns)) <= 8
    assert set(columns) <= set(load_table(name).names)


def test_disagreements_are_the_widest_first_and_only_clear_ones():
    values, shap = np.array([1.0, -0.5, 0.02, 0.3]), np.array([0.6, 0.4, 0.0, 0.3])
    assert find_disagreements(values, shap) == [1, 0]
    assert find_disagreements(values, values) == []
