"""*One split*: the browser's scores beside Python's, and what the tab shows for numbers and classes."""

import json
import re
import types
from typing import Any

import gradio as gr
import numpy as np
import pytest

from apps.views.forest import split_words
from apps.views.forest.rows import all_train_rows, find_rows, table_key
from apps.views.forest.session import start_state
from apps.views.forest.split import build_split, show_column, show_one_r, show_ranking
from shared.forest.encoded import Column, Encoded
from shared.forest.fit import split_rows
from shared.forest.hunt import Hunt, column_data, rank_columns, start_hunt
from shared.forest.impurity import MEASURES, compare_measures, describe_gini
from shared.forest.splits import score_thresholds
from shared.tables.numbers import write_score, write_value
from shared.ui.page import page
from tests.conftest import ROOT
from tests.node import run_in_node

REQUEST: Any = types.SimpleNamespace(session_hash="x")


def rows_of(table: str) -> Hunt:
    return find_rows({"table": table, "model": None}, REQUEST)


@pytest.fixture(scope="module")
def three_classes() -> Hunt:
    rng = np.random.default_rng(4)
    X = np.column_stack([rng.integers(0, 5, 200), rng.normal(size=200)]).astype(float)
    columns = (Column("level", "category", "level", tuple("<b>vwxyz"[:5])), Column("x", "number", "x"))
    encoded = Encoded(
        X, rng.integers(0, 3, 200).astype(float), columns, "kind", "classification", ("a", "b", "c")
    )
    return start_hunt(encoded, *split_rows(200, seed=0))


@pytest.fixture(scope="module", params=["titanic", "ames", "three classes"])
def hunt(request, three_classes) -> Hunt:
    return three_classes if request.param == "three classes" else rows_of(request.param)


def in_node(body: str, **given: Any) -> Any:
    maths = (ROOT / "apps/views/forest/split_maths.js").read_text(encoding="utf-8")
    script = (
        f"{maths}\nconst {{ {', '.join(given)} }} = {json.dumps(given)};\n"
        f"console.log(JSON.stringify((() => {{ {body} }})()));"
    )
    return run_in_node(script)


def test_the_browser_scores_every_threshold_as_python_does(hunt: Hunt) -> None:
    indices = range(min(8, len(hunt.encoded.columns)))
    columns = [column_data(hunt, index) for index in indices]
    answers = in_node(
        """return columns.map(({ x, y, classes, measure }) => {
             const groups = Splits.prepare(y, classes.length), ends = Splits.ends(x);
             const scores = ends.map((end) => Splits.score(groups(end + 1), measure));
             return { ends, scores, best: Splits.best(scores), thresholds: ends.map((end) => x[end]) };
           });""",
        columns=columns,
    )
    best = {one.split.column: one.split.threshold for one in rank_columns(hunt)}
    for index, column, answer in zip(indices, columns, answers, strict=True):
        curve = score_thresholds(
            np.array(column["x"]), np.array(column["y"]), measure=hunt.measure, n_classes=hunt.n_classes
        )
        assert answer["thresholds"] == curve.thresholds.tolist()
        assert answer["scores"] == pytest.approx(curve.scores, rel=1e-9, abs=1e-12)
        assert [end + 1 for end in answer["ends"]] == curve.n_below.tolist()
        assert answer["thresholds"][answer["best"]] == best[index]


def test_the_browser_measures_groups_as_python_does(hunt: Hunt) -> None:
    column = column_data(hunt, 0)
    y = np.array(column["y"])
    for k in (1, len(y) // 3, len(y) - 1):
        answer = in_node(
            """const groups = Splits.prepare(column.y, column.classes.length)(k);
               return { ...groups, scores: measures.map((measure) => Splits.score(groups, measure)) };""",
            column=column,
            k=k,
            measures=list(MEASURES),
        )
        right = compare_measures(y, np.arange(len(y)) < k, n_classes=hunt.n_classes)
        for side in ("whole", "below", "above"):
            group = getattr(right, side)
            assert answer[side]["n"] == group.n
            for measure in MEASURES:
                number = getattr(group, measure)
                assert (answer[side][measure] is None) == (number is None)
                assert number is None or answer[side][measure] == pytest.approx(number, abs=1e-12)
            assert answer[side]["mean"] is None or answer[side]["mean"] == pytest.approx(group.mean)
        assert [score for score in answer["scores"] if score is not None] == pytest.approx(
            [*right.score.values()]
        )


@pytest.mark.parametrize("counts", [[81, 233], [468, 109], [5, 0], [1, 1], [3, 4, 5], [0, 0, 7]])
def test_the_sentence_for_gini_is_pythons(counts: list[int]) -> None:
    assert in_node("return Splits.giniWords(counts, 'the left side');", counts=counts) == describe_gini(
        counts, what="the left side"
    )


def test_the_browser_writes_numbers_as_python_does() -> None:
    numbers = [0, 1, 2008, 12345.67, 123456.7, 1e6, 1234567.8, -93.642, 0.00001, 4.5e-7, 1e-9, 2.5e18, 0.0005]
    written = in_node("return numbers.map((one) => [plain(one), digits(Math.abs(one))]);", numbers=numbers)
    assert written == [[write_value(one), write_score(abs(one))] for one in numbers]


def test_pure_groups_score_exactly_zero_in_the_browser() -> None:
    answer = in_node("return Splits.score(Splits.prepare(y, 2)(3), 'std');", y=[0, 0, 0, 1, 1, 1, 1])
    assert answer == 0


def test_the_tab_begins_where_there_is_something_to_hunt() -> None:
    assert show_column(rows_of("titanic"), None)["name"] == "Fare"
    assert show_column(rows_of("titanic"), 2)["name"] == "Age"


def test_the_ranking_holds_every_column_and_hides_most_of_many() -> None:
    titanic, ames = show_ranking(rows_of("titanic")), show_ranking(rows_of("ames"))
    assert "split-more" not in titanic
    assert 'title="Brothers, sisters and spouse aboard."' in titanic
    assert titanic.index("Sex") < titanic.index("Pclass")
    assert "0.4079" in titanic
    assert "668 training rows" in titanic
    assert "<summary>The other" in ames
    assert ames.count("<tr>") == 2 + len(rank_columns(rows_of("ames")))


def test_names_of_a_table_are_text(three_classes: Hunt) -> None:
    assert "<b>" not in show_ranking(three_classes).replace("<b style", "")
    assert "weighted Gini" in show_ranking(three_classes)


def test_one_r_says_its_rule_its_error_and_the_interval() -> None:
    text = show_one_r(rows_of("titanic"))
    assert "21.5" in text
    assert "16.6 to 27.4 %" in text
    assert "223 rows" in text
    assert "Sex: female →" in text
    assert "Always the most frequent class" in text
    ames = show_one_r(rows_of("ames"))
    assert "OneR: typical error" in ames
    assert "% of Sale_Price" in ames
    assert re.search(r"→ typically &#36;\d{3},\d{3}", ames)
    assert "Always the training mean" in ames


def test_a_single_column_without_a_split_is_said() -> None:
    encoded = Encoded(np.ones((40, 1)), np.arange(40.0), (Column("x", "number", "x"),), "y", "regression")
    hunt = start_hunt(encoded, *split_rows(40, seed=0))
    assert "No column can be split" in show_one_r(hunt)
    assert show_column(hunt, None)["name"] == "x"
    assert "<td" not in show_ranking(hunt)


def test_rows_are_those_of_the_forest_and_tables_have_names_of_their_own() -> None:
    titanic, ames = rows_of("titanic"), rows_of("ames")
    assert find_rows(start_state(), REQUEST) is titanic
    assert all_train_rows(titanic).tolist() == split_rows(891, seed=42)[0].tolist() == titanic.train.tolist()
    assert table_key(titanic.encoded) != table_key(ames.encoded)
    long = Encoded(np.zeros((5000, 1)), np.arange(5000.0), (Column("x", "number", "x"),), "y", "regression")
    sampled = start_hunt(long, *split_rows(5000, seed=42))
    assert len(sampled.train) < len(all_train_rows(sampled)) == sampled.n_train == 3750


def test_the_erratum_states_what_the_formula_gives() -> None:
    why = split_words.ERRATUM["why"]
    women, men = describe_gini([81, 233]), describe_gini([468, 109])
    assert [number for number in re.findall(r"0\.\d{4}", why) if number in women + men] == [
        "0.3828",
        "0.6172",
        "0.3064",
    ]
    assert "differ" in split_words.ERRATUM["corrected"]


def test_the_tab_is_laid_out_and_private() -> None:
    with page("Forest", "Look.") as demo:
        state = gr.State(start_state())
        with gr.Tab("One split") as tab:
            build_split(state, tab, used=gr.Button().click(None))
    assert all(dependency.api_visibility == "private" for dependency in demo.fns.values())
    names = {function.fn.__name__ for function in demo.fns.values() if function.fn}
    assert {"show_all", "change_column"} <= names
    show = next(
        function.fn for function in demo.fns.values() if function.fn and function.fn.__name__ == "show_all"
    )
    dropdown, about, data, one_r, ranking, erratum = show(start_state(), REQUEST)
    assert "in pounds of 1912" in about
    assert erratum["visible"]
    of_ames = show({"table": "ames", "model": None}, REQUEST)
    assert not of_ames[-1]["visible"]  # what it corrects is said of the Titanic
    assert (dropdown.value, data["name"]) == (6, "Fare")
    assert "OneR" in one_r
    assert "Pclass" in ranking
