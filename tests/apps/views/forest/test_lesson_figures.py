"""Each figure of the lessons on trees, as a visitor gets it: from the endpoints, and from the page."""

import types
from typing import Any

import pytest

from apps.views.forest import endpoints, grow_tab
from apps.views.forest.forest_tab import refit, show_forest
from apps.views.forest.grow_state import open_hand, start_hand
from apps.views.forest.rows import find_rows
from apps.views.forest.session import find_explorer
from apps.views.forest.split import show_one_r, show_ranking

REQUEST: Any = types.SimpleNamespace(session_hash="lesson")
STATE = {"table": "titanic_lesson", "model": None}
LESSON = {"table": "titanic_lesson"}
ONE_TREE = {"trees": 1, "max_features": 1.0, "bootstrap": False}
BEST = {
    "Sex": (0, 0.40788), "Pclass": (2, 0.46048), "LogFare": (2.4391, 0.46208), "Age": (6, 0.47832),
    "SibSp": (4, 0.47837), "Embarked": (0, 0.47883), "Parch": (0, 0.48053),
}  # fmt: skip
TREE_GAINS = {"Sex": 0.70, "Pclass": 0.19, "LogFare": 0.06, "Age": 0.04}
FOREST_GAINS = {"Sex": 0.44, "LogFare": 0.19, "Age": 0.14, "Pclass": 0.13}


def ask(name: str, **values: object) -> Any:
    """Call an endpoint's function; `test_endpoints` calls them over HTTP."""
    return getattr(endpoints, name)(REQUEST, **values)


def error_of(answer: dict[str, Any]) -> float:
    return answer["errors"]["validation"]["error"]


def gains_of(answer: dict[str, Any]) -> dict[str, float]:
    return {one["column"]: round(one["impurity"], 2) for one in answer["importances"]}


# From the endpoints.


def test_the_table_is_the_lessons() -> None:
    answer = ask("fit", **LESSON, trees=1)
    assert [column["name"] for column in answer["columns"]] == [
        "Sex", "Embarked", "Age", "SibSp", "Parch", "LogFare", "Pclass",
    ]  # fmt: skip
    assert (answer["rows"], answer["training_rows"]) == (891, 668)
    assert all(column["missing"] == 0 for column in answer["understood"]["columns"])


def test_the_best_split_of_each_column() -> None:
    answer = ask("best_splits", model="titanic_lesson", thresholds={"LogFare": 2.7, "Sex": 0.5})
    found = {split["column"]: (split["threshold"], split["score"]) for split in answer["splits"]}
    for name, (threshold, score) in BEST.items():
        assert found[name] == pytest.approx((threshold, score), abs=5e-5)
    assert [one["score"] for one in answer["scores"]] == pytest.approx([0.47181, 0.40788], abs=1e-5)
    assert answer["one_r"]["validation"]["error"] == pytest.approx(0.21525, abs=1e-5)


def test_the_best_splits_of_a_leaf() -> None:
    """The lesson's second step: males are split by their age, females by their class."""
    for above, column, threshold, rows in ((True, "Age", 6, 439), (False, "Pclass", 2, 229)):
        leaf = [{"column": "Sex", "threshold": 0, "above": above}]
        answer = ask("best_splits", model="titanic_lesson", leaf=leaf)
        first = answer["splits"][0]
        assert (first["column"], first["threshold"], answer["rows"]) == (column, threshold, rows)
        assert "Sex" not in {split["column"] for split in answer["splits"]}


def test_gini_of_both_sexes() -> None:
    for counts, gini in (([81, 233], 0.3828), ([468, 109], 0.3064)):
        assert endpoints.gini(counts)["gini"] == pytest.approx(gini, abs=5e-5)


def test_the_forest_of_the_notebook() -> None:
    answer = ask("fit", **LESSON, seed=None)
    assert error_of(answer) == pytest.approx(0.18834, abs=1e-5)
    assert answer["settings"]["seed"] is None


@pytest.mark.long
def test_the_forest_over_20_seeds() -> None:
    answers = [ask("fit", **LESSON, seed=seed) for seed in range(20)]
    errors = [error_of(answer) for answer in answers]
    assert sum(errors) / 20 == pytest.approx(0.1874, abs=5e-5)
    assert (min(errors), max(errors)) == pytest.approx((0.166, 0.197), abs=5e-4)
    gains = gains_of(answers[19])
    assert {name: gains[name] for name in FOREST_GAINS} == FOREST_GAINS


def test_the_tree_with_50_rows_in_a_leaf() -> None:
    answer = ask("fit", **LESSON, **ONE_TREE, min_samples_leaf=50)
    assert error_of(answer) == pytest.approx(41 / 223, abs=1e-5)  # .184
    gains = gains_of(answer)
    assert {name: gains[name] for name in TREE_GAINS} == TREE_GAINS
    assert answer["errors"]["out-of-bag"]["error"] is None  # every row was learned from


# With the page's controls.


def test_one_split_shows_them() -> None:
    hunt = find_rows(STATE, REQUEST)
    ranking = show_ranking(hunt)
    for _, score in BEST.values():
        assert f"{score:.4f}" in ranking
    assert "21.5" in show_one_r(hunt)


def test_the_controls_fit_the_forest_of_the_notebook_and_its_tree() -> None:
    controls = show_forest(STATE, REQUEST)[:6]
    assert [getattr(one, "value", one) for one in controls[4:]] == [True, 42]
    forest, *drawn = refit(STATE, 100, 5, 2, 1, REQUEST, True, None)
    assert "18.8" in drawn[2]
    tree, *drawn = refit(forest, 1, 50, 7, 1, REQUEST, False, 42)
    assert "18.4" in drawn[2]
    assert "there is no out-of-bag error. Let each tree draw its rows." in drawn[3]
    for name, gain in TREE_GAINS.items():
        assert name in drawn[4]
        assert f"{gain:.2f}" in drawn[4]
    assert show_forest(tree, REQUEST)[3]["interactive"] is False
    assert find_explorer(tree, REQUEST).forest.bootstrap is False


def test_grow_a_tree_lists_the_best_splits_of_a_leaf() -> None:
    grown = open_hand(start_hand(), find_rows(STATE, REQUEST))
    assert "0.4079" in grow_tab.show_splits(grown)
    split = grow_tab.split_here(grow_tab.replace(grown, column=0), 0)
    males = grow_tab.replace(split, leaf=max(split.tree.leaves))
    listed = grow_tab.show_splits(males)
    assert listed.index("Age") < listed.index("Pclass")
    assert "439 rows" in listed
