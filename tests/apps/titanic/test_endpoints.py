"""The endpoints of the running app, as a program calls them, and what they refuse."""

import gzip
from collections.abc import Iterator

import pytest

from shared.embeddings.model import load_embeddings
from tests.conftest import ROOT
from tests.servers.gradio_http import Refused, RunningApp, run_app
from tests.shared.tabular import lesson


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with run_app("apps/titanic.py", log=tmp_path_factory.mktemp("titanic") / "log.txt") as running:
        yield running


def test_a_training_answers_with_every_epoch(app: RunningApp) -> None:
    answer = app.caller().call_named("train", model="one hidden layer", learning_rate=20, epochs=12)
    losses, accuracy = lesson.train("one hidden layer", lr=20, epochs=12)
    assert answer["losses"] == pytest.approx(losses, abs=1e-3)
    assert answer["accuracy"] == answer["accuracies"][-1] == pytest.approx(accuracy)
    assert answer["accuracy_low"] < answer["accuracy"] < answer["accuracy_high"]
    assert answer["columns"][0] == "Age"
    assert len(answer["sizes"]) == len(answer["columns"]) == 12
    assert answer["numbers_learned"] == 12 * 20 + 20 + 1


def test_a_woman_of_the_first_class_lives_and_a_man_of_the_third_dies(app: RunningApp) -> None:
    ask = {"age": 30, "sibsp": 0, "parch": 0, "embarked": "S"}
    lives = app.caller().call_named("predict", sex="female", pclass=1, fare=80, **ask)
    dies = app.caller().call_named("predict", sex="male", pclass=3, fare=8, **ask)
    names = [one["model"] for one in lives["chances"]]
    assert names[0] == "Constant"
    assert len(names) == 6
    for hers, his in zip(lives["chances"][1:], dies["chances"][1:], strict=True):
        assert his["survives"] < 0.5 < hers["survives"]
    assert lives["inputs"]["Sex_female"] == 1
    assert lives["inputs"]["Age"] == pytest.approx(30 / 80)


def test_the_comparison_has_the_lessons_figures(app: RunningApp) -> None:
    answer = app.caller().call_named("compare", splits=20)
    models = {one["model"]: one for one in answer["models"]}
    assert models["OneR"]["accuracy"] == pytest.approx(0.7921, abs=1e-3)
    assert models["Linear"]["accuracy"] == pytest.approx(0.8258, abs=1e-3)
    assert (answer["splits"], answer["held_out"]) == (20, 178)
    for one in models.values():
        assert one["accuracy_low"] < one["accuracy"] < one["accuracy_high"]
        assert one["ahead_of_rule"] + one["level_with_rule"] <= 20


def test_any_table_with_two_values_is_compared_and_a_bad_one_says_why(app: RunningApp) -> None:
    table = gzip.decompress((ROOT / "shared/datasets/titanic/titanic.csv.gz").read_bytes())
    caller = app.caller()

    def compare(content: bytes, target: str) -> dict:
        sent = caller.upload("mine.csv", content)
        return caller.call_named("compare", splits=20, file=sent, target=target)

    answer = compare(table, "Survived")
    models = {one["model"]: one for one in answer["models"]}
    assert (models["OneR"]["right"], answer["held_out"], answer["splits"]) == (141, 178, 20)
    assert models["Random forest"]["mean_over_splits"] > models["Constant"]["mean_over_splits"]
    for content, target, sentence in (
        (table, "Age", "has not two values"),
        (table, "", "Name the target: a column of the file that has two values."),
        (table, "Cheese", 'There is no column "Cheese"'),
        (b"PK\x03\x04nothing", "a", "Excel workbook or a zip"),
        (b"", "a", "empty"),
    ):
        with pytest.raises(Refused, match=sentence):
            compare(content, target)
    with pytest.raises(Refused, match="Your table is no longer here"):
        caller.call_named("compare", splits=20, target="Survived")


def test_a_category_is_looked_up(app: RunningApp) -> None:
    answer = app.caller().call_named("embed", column="Neighborhood", category="Stone_Brook")
    hoods = load_embeddings()["Neighborhood"]
    at = hoods.levels.index("Stone_Brook")
    assert answer["vector"] == pytest.approx(hoods.vectors[at].tolist())
    assert (answer["rows"], answer["median_price"]) == (51, 319000)
    apart = ((hoods.vectors - hoods.vectors[at]) ** 2).sum(axis=1)
    assert answer["nearest"] == [hoods.levels[one] for one in apart.argsort()[1:6]]


def test_the_failure_map_counts(app: RunningApp) -> None:
    answer = app.caller().call_named("failure_map", start="kaiming")
    assert answer["failed"] == sum(one < 0.7 for one in answer["accuracies"]) == 3
    assert answer["failed_low"] < 0.03 < answer["failed_high"]
    assert answer["seeds"] == len(answer["accuracies"]) == 100


@pytest.mark.parametrize(
    ("endpoint", "wrong", "sentence"),
    [
        ("train", {"epochs": 101}, "Epochs must be a whole number from 1 to 100, not 101."),
        ("train", {"learning_rate": 0}, "Learning rate must be a number from 0.01 to 200"),
        ("train", {"model": "deep"}, "Model must be one of linear, linear"),
        ("predict", {"age": 200}, "Age must be a number from 0 to 100"),
        ("predict", {"pclass": 4}, "Class must be one of 1, 2, 3"),
        ("compare", {"splits": 10}, "Random splits must be a whole number from 20 to 200, not 10."),
        ("embed", {"column": "films"}, "Ames has no such column of categories"),
        ("embed", {"category": "Paris"}, 'Neighborhood has no category "Paris". Choose one such as'),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(app: RunningApp, endpoint, wrong, sentence) -> None:
    with pytest.raises(Refused, match=sentence):
        app.caller().call_named(endpoint, **wrong)
