"""The forest explorer's endpoints in a running app: what they answer, to whom, and what is refused."""

import inspect
import itertools
import json
import math
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apps.views.forest import endpoints
from apps.views.forest.session import default_choice
from shared.forest.explorer import Explorer
from shared.forest.fit import error_of, predict_forest
from shared.forest.tables import load_table
from shared.ui.guard import FAULT_MESSAGE
from tests.servers.gradio_http import Caller, Refused, RunningApp

ORDERS = Path(__file__).parents[3] / "shared/forest/data/orders.csv"
NAN, INF = float("nan"), float("inf")
ROWS = [{"x": at / 4, "kind": "ab"[at % 2], "y": 3 * at + 10 * (at % 2)} for at in range(40)]
CSV = "x;kind;y\n" + "".join(f"{row['x']};{row['kind']};{row['y']}\n".replace(".", ",") for row in ROWS)
PASSENGER = {
    "Pclass": 3, "Sex": "male", "Age": 22, "SibSp": 1, "Parch": 0, "Fare": 7.25, "Embarked": "S",
}  # fmt: skip
GOOD: dict[str, dict[str, Any]] = {
    "fit": {"table": ROWS, "target": "y", "trees": 5},
    "predict": {"rows": [PASSENGER]},
    "explain": {"row": PASSENGER},
    "partial_dependence": {"columns": ["Sex", "Fare"]},
    "importances": {"forests": 2, "kind": "impurity"},
    "best_splits": {"measure": "gini"},
    "gini": {"counts": [81, 233]},
}


@pytest.fixture(scope="module")
def app(serve: Callable[[str], RunningApp]) -> RunningApp:
    return serve("forest")


class Visitor:
    """A program with a session of its own."""

    def __init__(self, app: RunningApp) -> None:
        self.caller = app.caller()
        self.session: str | None = secrets.token_hex(8)

    def __call__(self, name: str, **values: object) -> Any:
        arguments = inspect.signature(getattr(endpoints, name)).parameters
        assert values.keys() <= arguments.keys()
        data = [
            values.get(argument, parameter.default)
            for argument, parameter in arguments.items()
            if argument != "request"
        ]
        return self.caller.call_raw(name, {"data": data, "session_hash": self.session})


@pytest.fixture
def visitor(app: RunningApp) -> Visitor:
    return Visitor(app)


@pytest.fixture(scope="module")
def caller(app: RunningApp) -> Caller:
    return app.caller()


@pytest.fixture(scope="module")
def titanic() -> Explorer:
    """The forest that everybody starts with, fitted here."""
    return Explorer.fit(default_choice("titanic"))


def refusal(call: Any, name: str, **values: object) -> str:
    """Give the message that a call is refused with, which must be plain words."""
    with pytest.raises(Refused) as caught:
        call(name, **values)
    message = caught.value.message
    assert isinstance(message, str), message
    assert message != FAULT_MESSAGE
    assert 10 < len(message) < 400, message
    assert message.endswith("."), message
    for trace in ("Traceback", "\n", ".py", "Error:", "/tmp/", "<class", "<img"):
        assert trace not in message, message
    return message


# What they answer.


def test_a_word_for_no_value_is_told_and_can_be_undone(visitor: Visitor) -> None:
    text = ORDERS.read_text(encoding="utf-8")
    answer = visitor("fit", table=text, target="Umsatz (€)")
    told = {column["name"]: column for column in answer["understood"]["columns"]}["Gewicht (kg)"]
    assert (told["kind"], told["missing"], told["missing_words"]) == ("number", 31, ["k. A."])
    assert answer["errors"]["validation"]["error"] < 460
    (undo,) = (one["kinds"] for one in answer["suggestions"] if one["column"] == "Gewicht (kg)")
    undone = visitor("fit", table=text, target="Umsatz (€)", kinds=undo)
    assert not any("Gewicht" in column["name"] for column in undone["columns"])
    back = {"Gewicht (kg)": "number"}
    assert back in [one.get("kinds") for one in undone["suggestions"]]
    assert visitor("fit", table=text, target="Umsatz (€)", kinds=back)["errors"] == answer["errors"]


def test_fit_on_the_lessons_table(visitor: Visitor, titanic: Explorer) -> None:
    answer = visitor("fit", table="titanic")
    assert (answer["target"], answer["predicted"], answer["task"]) == (
        "Survived",
        "Survived",
        "classification",
    )
    assert answer["classes"] == ["0", "1"]
    assert (answer["rows"], answer["training_rows"]) == (891, 668)
    assert answer["settings"]["trees"] == 100
    assert [column["name"] for column in answer["columns"]] == titanic.encoded.names
    assert next(one["levels"] for one in answer["columns"] if one["name"] == "Sex") == ["female", "male"]
    assert set(answer["errors"]) == {"training", "out-of-bag", "validation"}
    X, y = titanic.rows(titanic.valid)
    validation = answer["errors"]["validation"]
    assert validation["error"] == pytest.approx(error_of(y, predict_forest(titanic.forest, X)))
    assert validation["rows"] == 223
    for error in answer["errors"].values():
        assert 0 < error["low"] < error["error"] < error["high"] < 0.5
    assert answer["errors"]["training"]["error"] < answer["errors"]["out-of-bag"]["error"]
    assert any("PassengerId" in remark for remark in answer["remarks"])
    assert {"PassengerId", "Name", "Ticket", "Cabin"} == {told["column"] for told in answer["suggestions"]}


def test_fit_on_log_prices(visitor: Visitor) -> None:
    answer = visitor("fit", table="ames", trees=5)
    assert (answer["target"], answer["predicted"]) == ("Sale_Price", "log Sale_Price")
    assert answer["error_is"] == "RMSE, in units of log Sale_Price"
    assert 0.1 < answer["errors"]["validation"]["error"] < 0.25
    row = {**load_table("ames").row(0), "Sale_Price": "?"}
    said = visitor("predict", rows=[row], model=answer["model"])
    assert said["in_units"] == pytest.approx(np.exp(said["predictions"]))
    assert 100_000 < said["in_units"][0] < 300_000
    assert said["standard_deviation_of_trees"][0] > 0
    why = visitor("explain", row=row, model=answer["model"])
    assert why["in_units"] == pytest.approx(said["in_units"][0])
    assert why["of_class"] is None
    plain = visitor("fit", table="ames", trees=5, log_target=False)
    assert plain["predicted"] == "Sale_Price"
    assert plain["errors"]["validation"]["error"] > 10_000


def test_the_same_rows_in_three_forms_give_the_same_forest(visitor: Visitor) -> None:
    comma = "x,kind,y\n" + "".join(f"{row['x']},{row['kind']},{row['y']}\n" for row in ROWS)
    found = [visitor("fit", table=table, target="y", trees=9) for table in (ROWS, comma, CSV)]
    assert found[0]["task"] == "regression"
    assert [column["kind"] for column in found[0]["columns"]] == ["number", "category"]
    rows = [{"x": 1.75, "kind": "a"}, {"x": 9, "kind": "b"}]
    said = [visitor("predict", rows=rows, model=answer["model"])["predictions"] for answer in found]
    assert said[0] == said[1] == said[2]
    assert said[0][0] < said[0][1]
    assert "semicolons" in found[2]["understood"]["summary"]


def test_wishes_are_taken(visitor: Visitor) -> None:
    answer = visitor(
        "fit", table=ROWS, target="kind", leave_out=["x"], min_samples_leaf=2, max_features=1.0, seed=7
    )
    assert [column["name"] for column in answer["columns"]] == ["y"]
    assert answer["task"] == "classification"
    settings = answer["settings"]
    assert (settings["min_samples_leaf"], settings["max_features"], settings["seed"]) == (2, 1.0, 7)
    answer = visitor("fit", table=ROWS, target="y", kinds={"x": "category"}, trees=3)
    assert answer["columns"][0]["kind"] == "category"
    assert visitor("fit", table=ROWS, trees=3)["target"] == "y"  # the last one


def test_predict_and_explain_the_forest_of_everybody(visitor: Visitor, titanic: Explorer) -> None:
    table = load_table("titanic")
    rows = [table.row(place) for place in range(5)]
    said = visitor("predict", rows=rows)
    expected = predict_forest(titanic.forest, titanic.encoded.X[:5])
    np.testing.assert_allclose([[row["0"], row["1"]] for row in said["shares"]], expected, atol=1e-12)
    assert said["predictions"] == [titanic.encoded.classes[place] for place in expected.argmax(axis=1)]
    assert any("Not used" in note for note in said["notes"])  # the name, the ticket
    for place, row in enumerate(rows):
        why = visitor("explain", row=row)
        parts = [part["contribution"] for part in why["contributions"]]
        assert why["bias"] + sum(parts) == pytest.approx(why["prediction"], abs=1e-9)
        assert why["prediction"] == pytest.approx(expected[place, 1], abs=1e-9)
        assert why["of_class"] == "1"
        assert [abs(part) for part in parts] == sorted(map(abs, parts), reverse=True)
        other = visitor("explain", row=row, of_class="0")
        assert other["prediction"] == pytest.approx(expected[place, 0], abs=1e-9)
    sex = next(part for part in why["contributions"] if part["column"] == "Sex")
    assert sex["value"] == "male"
    assert not sex["outside_training_range"]
    rich = visitor("explain", row={**PASSENGER, "Fare": 1e6, "Embarked": "Mars"})
    assert next(part for part in rich["contributions"] if part["column"] == "Fare")["outside_training_range"]
    assert any("Mars" in note for note in rich["notes"])


def test_rows_come_as_csv_too(visitor: Visitor) -> None:
    header, line = ",".join(PASSENGER), ",".join(map(str, PASSENGER.values()))
    said = visitor("predict", rows=f"{header}\n{line}\n{line}\n")
    assert said["predictions"] == ["0", "0"]
    assert said["shares"][0] == visitor("predict", rows=[PASSENGER])["shares"][0]


def test_partial_dependence_is_that_of_asking_all_rows(visitor: Visitor, titanic: Explorer) -> None:
    answer = visitor("partial_dependence", columns=["Sex", "Age"])
    sex, age = answer["curves"]
    assert (sex["column"], sex["kind"], sex["grid"]) == ("Sex", "category", ["female", "male"])
    assert sum(sex["rows_near"]) == 891
    for curve, column in ((sex, 1), (age, titanic.encoded.names.index("Age"))):
        column = titanic.encoded.names.index(curve["column"])
        values = [0, 1] if curve is sex else curve["grid"]
        X = titanic.encoded.X.copy()
        for at in (0, len(values) - 1):
            X[:, column] = values[at]
            assert curve["average"][at] == pytest.approx(
                predict_forest(titanic.forest, X)[:, 1].mean(), abs=1e-9
            )
    of_others = visitor("partial_dependence", columns=["Sex"], of_class="0")
    np.testing.assert_allclose(np.add(of_others["curves"][0]["average"], sex["average"]), 1, atol=1e-9)
    assert len(visitor("partial_dependence")["curves"]) == len(titanic.encoded.columns)


@pytest.mark.parametrize("kind", ["impurity", "permutation", "drop"])
def test_importances_find_the_column_that_matters(visitor: Visitor, kind: str) -> None:
    idle = np.random.default_rng(0).permutation(80).tolist()
    rows = [{"x": at, "idle": idle[at], "y": 5 * at} for at in range(80)]
    model = visitor("fit", table=rows, target="y", trees=20, leave_out=[])["model"]
    answer = visitor("importances", model=model, kind=kind, forests=3, repeats=2)
    first = answer["columns"][0]
    assert first["column"] == "x"
    assert not first["below_noise"]
    assert answer["forests"] == 3
    for one in (*answer["columns"], answer["noise"]):
        assert one["low"] <= one["mean"] <= one["high"]
    assert first["mean"] > answer["noise"]["mean"]
    assert ("R2" in answer["unit"]) == (kind != "impurity")


def test_best_splits_are_the_lessons(visitor: Visitor) -> None:
    answer = visitor("best_splits")
    splits = {split["column"]: split for split in answer["splits"]}
    assert (answer["measure"], answer["rows"]) == ("std", 668)
    assert splits["Sex"]["score"] == pytest.approx(0.40788, abs=1e-5)
    assert splits["Pclass"]["score"] == pytest.approx(0.46048, abs=1e-5)
    assert (splits["Sex"]["below"], splits["Sex"]["above"]) == ("Sex: female", "Sex: male")
    scores = [split["score"] for split in answer["splits"]]
    assert scores == sorted(scores)
    rule = answer["one_r"]
    assert rule["split"]["column"] == "Sex"
    assert rule["answer_below"]["1"] > 0.7 > 0.3 > rule["answer_above"]["1"]
    assert rule["validation"]["error"] == pytest.approx(0.21525, abs=1e-5)  # the lesson's Sex == 0
    assert rule["validation"]["low"] < 0.21525 < rule["validation"]["high"]
    assert visitor("best_splits", measure="gini")["splits"][0]["column"] == "Sex"
    numbers = visitor("fit", table=ROWS, target="y", trees=3)["model"]
    rule = visitor("best_splits", model=numbers)["one_r"]
    assert rule["answer_below"] < rule["answer_above"]
    assert rule["validation"]["low"] < rule["validation"]["error"] < rule["validation"]["high"]


def test_gini_is_the_chance_that_two_draws_differ(visitor: Visitor) -> None:
    answer = visitor("gini", counts=[81, 233])
    assert answer["gini"] == pytest.approx(0.3828, abs=5e-5)
    assert answer["shares"] == pytest.approx([81 / 314, 233 / 314])
    assert "differ" in answer["said"]
    assert visitor("gini", counts=[1, 1, 1, 1])["entropy_bits"] == 2
    assert visitor("gini", counts=[7])["gini"] == 0


# Whose model is it?


def test_a_model_is_its_sessions_own(app: RunningApp, visitor: Visitor) -> None:
    model = visitor("fit", **GOOD["fit"])["model"]
    row = {"x": 1, "kind": "a"}
    assert visitor("predict", rows=[row], model=model)["predictions"]
    other = Visitor(app)
    unknown = refusal(other, "predict", rows=[row], model="no-such-model")
    assert unknown.startswith("There is no such model")
    for name, values in (
        ("predict", {"rows": [row]}),
        ("explain", {"row": row}),
        ("partial_dependence", {}),
        ("importances", {}),
        ("best_splits", {}),
    ):
        assert refusal(other, name, model=model, **values) == unknown
    nameless = Visitor(app)
    nameless.session = None  # each call is a session of its own then
    lost = nameless("fit", **GOOD["fit"])["model"]
    for somebody in (nameless, visitor, other):
        assert refusal(somebody, "predict", rows=[row], model=lost) == unknown
    assert visitor("predict", rows=[row], model=model)["predictions"]


def test_no_call_comes_around_the_queue_without_a_session(app: RunningApp, visitor: Visitor) -> None:
    body = {"data": [ROWS, "y", 3, 5, "sqrt", 1.0, 42, None, {}, "", None]}
    for path in ("run/fit", "api/fit", "run/predict"):
        answer = visitor.caller.post(path, body)
        assert answer.status_code == 404
        assert "join the queue" in answer.text


# What is refused, in one plain sentence, and nothing is logged as a fault.


@pytest.mark.long
@pytest.mark.parametrize("wrong", [None, 5, "", "nonsense", [1], {"a": 1}, True, "<img src=x>"], ids=repr)
@pytest.mark.parametrize(("name", "field"), [
    *((name, "model") for name, values in GOOD.items() if name not in ("fit", "gini")),
    ("fit", "table"),
    ("predict", "rows"),
    ("explain", "row"),
])  # fmt: skip
def test_no_model_table_or_row(
    app: RunningApp, visitor: Visitor, name: str, field: str, wrong: object
) -> None:
    start = app.log.stat().st_size
    message = refusal(visitor, name, **{**GOOD[name], field: wrong})
    if field == "model":
        assert message.startswith("There is no such model")
    assert app.n_failures(since=start) == 0


WRONG_NUMBERS = (NAN, INF, -INF, 1e308, -1, 0.5, 10**30, "<img src=x>", None, True, [1], {"x": 1})
NUMBER_FIELDS = [
    ("fit", "trees", "from 1 to 1,000"),
    ("fit", "min_samples_leaf", "from 1 to 100,000"),
    ("fit", "seed", "from 0 to 999,999"),
    ("importances", "forests", "from 2 to 50"),
    ("importances", "repeats", "from 1 to 50"),
]


@pytest.mark.long
@pytest.mark.parametrize(("name", "field", "limits"), NUMBER_FIELDS)
def test_numbers_out_of_range_name_the_limit(
    app: RunningApp, visitor: Visitor, name: str, field: str, limits: str
) -> None:
    start = app.log.stat().st_size
    for wrong in WRONG_NUMBERS:
        if (field, wrong) == ("seed", None):
            continue  # goes on from the split
        assert limits in refusal(visitor, name, **{**GOOD[name], field: wrong})
    assert app.n_failures(since=start) == 0


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("fit", {"max_samples": 0}, "above 0 and at most 1"),
        ("fit", {"max_samples": NAN}, "above 0 and at most 1"),
        ("fit", {"max_features": "all"}, "sqrt, log2"),
        ("fit", {"max_features": 1.5}, "above 0 and at most 1"),
        ("fit", {"max_features": None}, "above 0 and at most 1"),
        ("fit", {"target": "z"}, 'no column "z"'),
        ("fit", {"target": 5}, "target must be the name of a column"),
        ("fit", {"leave_out": ["z"]}, 'no column "z"'),
        ("fit", {"leave_out": "x"}, "must be a list of names"),
        ("fit", {"leave_out": [1]}, "must be a list of names"),
        ("fit", {"leave_out": ["x", "kind"]}, "No column is left"),
        ("fit", {"kinds": {"z": "number"}}, 'no column "z"'),
        ("fit", {"kinds": {"x": "colour"}}, "colour"),
        ("fit", {"kinds": {"kind": "number"}}, "cannot be read as numbers"),
        ("fit", {"kinds": ["x"]}, "as an object"),
        ("fit", {"task": "clustering"}, "regression"),
        ("fit", {"task": ["regression"]}, "regression"),
        ("fit", {"target": "kind", "task": "regression"}, "can be classified only"),
        ("fit", {"bootstrap": 1}, "bootstrap must be true or false"),
        ("importances", {"kind": "drop", "model": "without bags"}, "no out-of-bag score"),
        ("best_splits", {"leaf": ["Sex"]}, "leaf must be a list of splits"),
        ("best_splits", {"leaf": [{"column": "Sex", "threshold": 0}]}, "leaf must be a list of splits"),
        ("best_splits", {"leaf": [{"column": "x", "threshold": 0, "above": True}]}, 'no column "x"'),
        ("best_splits", {"leaf": [{"column": "Sex", "threshold": None, "above": True}]}, "must be a number"),
        ("best_splits", {"leaf": [{"column": "Sex", "threshold": 9, "above": True}]}, "No training row"),
        ("best_splits", {"thresholds": {"x": 1}}, 'no column "x"'),
        ("best_splits", {"thresholds": {"Sex": True}}, "must be a number"),
        ("best_splits", {"thresholds": {"Sex": 1}}, "leaves all rows on one side"),
        ("best_splits", {"thresholds": [1]}, "thresholds must be an object"),
        ("fit", {"log_target": 1}, "log_target must be true, false or null"),
        ("fit", {"log_target": True}, "only numbers above 0 have a logarithm"),
        ("fit", {"target": "kind", "log_target": True}, "classes have no logarithm"),
        ("fit", {"table": "x,y\n"}, "rows"),
        ("fit", {"table": "x,y\n1,2\n"}, "at least 10"),
        ("fit", {"table": [{"x": 1, "y": 1}] * 20}, "in every row"),
        ("fit", {"table": [{"x": [1], "y": 1}] * 20}, "must be a text, a number"),
        ("fit", {"table": "\n\n\n"}, "empty"),
        ("fit", {"table": "<html>\n</html>"}, "web page"),
        ("fit", {"table": "\ud800\n"}, "one column only"),
        ("fit", {"table": "a,b\n" * 2_000_002}, "2,000,000 lines"),
        ("predict", {"rows": []}, "1 to 100,000 rows"),
        ("predict", {"rows": [{"Sex": "male"}]}, '"Pclass" is missing'),
        ("predict", {"rows": [{**PASSENGER, "Age": "old"}]}, '"Age" must be a number'),
        ("predict", {"rows": [{**PASSENGER, "Age": INF}]}, '"Age" must be a number'),
        ("predict", {"rows": [{**PASSENGER, "Age": [1]}]}, '"Age" must be a text, a number or null'),
        ("predict", {"rows": "Sex,Age\nmale,2\n"}, '"Pclass" is missing'),
        ("explain", {"row": {**PASSENGER, "Fare": 1e40}}, '"Fare" must be a number'),
        ("explain", {"row": [PASSENGER]}, "row must be an object"),
        ("explain", {"of_class": "2"}, 'There is no class "2"'),
        ("explain", {"of_class": 1}, "There is no class"),
        ("partial_dependence", {"of_class": ["1"]}, "There is no class"),
        ("partial_dependence", {"columns": ["Name"]}, 'no column "Name"'),
        ("partial_dependence", {"columns": "Sex"}, "columns must be a list"),
        ("partial_dependence", {"columns": [["Sex"]]}, "columns must be a list"),
        ("importances", {"kind": "shap"}, "impurity, permutation, drop"),
        ("importances", {"kind": None}, "impurity, permutation, drop"),
        ("best_splits", {"measure": "mse"}, "std, gini, entropy"),
        ("best_splits", {"measure": ["std"]}, "std, gini, entropy"),
        ("gini", {"counts": []}, "counts"),
        ("gini", {"counts": [0, 0]}, "number of rows of each class"),
        ("gini", {"counts": [-1, 2]}, "from 0"),
        ("gini", {"counts": [NAN]}, "from 0"),
        ("gini", {"counts": [1e308, 1e308]}, "from 0"),
        ("gini", {"counts": ["a"]}, "not a number"),
        ("gini", {"counts": [[1, 2], [3, 4]]}, "number of rows of each class"),
        ("gini", {"counts": None}, "counts"),
        ("gini", {"counts": 5}, "counts"),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else None,
)  # fmt: skip
def test_what_cannot_be_used_is_said(
    app: RunningApp, visitor: Visitor, name: str, changes: dict[str, Any], message: str
) -> None:
    start = app.log.stat().st_size
    if changes.get("model") == "without bags":
        changes = {**changes, "model": visitor("fit", table="titanic", trees=3, bootstrap=False)["model"]}
    assert message in refusal(visitor, name, **{**GOOD[name], **changes})
    assert app.n_failures(since=start) == 0, app.log.read_text()[start:][-3000:]


def test_a_regression_has_no_classes(visitor: Visitor) -> None:
    model = visitor("fit", **GOOD["fit"])["model"]
    assert "has no classes" in refusal(
        visitor, "explain", row={"x": 1, "kind": "a"}, model=model, of_class="1"
    )


def test_answers_hold_numbers_only(visitor: Visitor) -> None:
    for name, values in GOOD.items():
        found = list(numbers(visitor(name, **values)))
        assert found
        assert all(map(math.isfinite, found))


def numbers(answer: object) -> Iterator[float]:
    """All numbers in an answer, whatever its form."""
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, list):
        yield from itertools.chain.from_iterable(map(numbers, answer))
    elif isinstance(answer, int | float):
        yield answer
