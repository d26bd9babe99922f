"""The endpoints over HTTP: what they answer, and what they refuse in one sentence."""

import pytest

from shared.image_models.rank import Filters, front, search
from shared.image_models.table import load_models, milliseconds
from tests.servers.gradio_http import Refused, RunningApp

ALL = {"hardware": "rtx3090", "max_ms": 0, "max_mb": 0, "max_size": 800, "family": "all", "name": ""}


@pytest.fixture(scope="module")
def app(serve) -> RunningApp:
    return serve("models")


def test_search_finds_the_most_accurate_first_and_marks_the_front(app: RunningApp) -> None:
    answer = app.caller().call("search", *(ALL | {"hardware": "i7", "max_ms": 50}).values(), 100)
    found = search(load_models(), Filters(hardware="i7", max_ms=50))
    ahead = {*front([(milliseconds(one, "i7"), one.top1) for one in found])}
    assert answer["found"] == len(found)
    assert [one["name"] for one in answer["models"]] == [one.name for one in found[:100]]
    assert [one["on_front"] for one in answer["models"]] == [i in ahead for i in range(100)]
    first = answer["models"][0]
    assert first["milliseconds"] == pytest.approx(milliseconds(found[0], "i7"))
    assert (first["megabytes"], first["top1"], first["a"]) == (found[0].megabytes, found[0].top1, found[0].a)


def test_recommend_gives_a_reason_for_each(app: RunningApp) -> None:
    wanted = ALL | {"hardware": "i9", "max_mb": 60, "min_accuracy": 78, "priority": "speed"}
    answer = app.caller().call("recommend", *wanted.values())
    assert answer["models"][0]["reason"] == f"The fastest of {answer['fitting']} models that fit."
    assert all(one["reason"].startswith("Against the first: ") for one in answer["models"][1:])
    assert all(one["megabytes"] <= 60 and one["top1"] >= 78 for one in answer["models"])
    nothing = app.caller().call("recommend", *(wanted | {"name": "nobody"}).values())
    assert nothing == {"fitting": 0, "models": []}


@pytest.mark.parametrize(
    ("endpoint", "values", "sentence"),
    [
        ("search", [*(ALL | {"hardware": "here"}).values(), 5], "Hardware must be one of rtx3090, rtx4090"),
        (
            "search",
            [*(ALL | {"max_size": 1}).values(), 5],
            "Largest photo must be a whole number from 64 to 800",
        ),
        ("search", [*(ALL | {"family": "VGG"}).values(), 5], "Family must be one of all, ConvNeXt"),
        ("search", [*ALL.values(), 0], "Number must be a whole number from 1 to 100, not 0"),
        ("recommend", [*ALL.values(), 101, "speed"], "Least accuracy must be a number from 0 to 100"),
        ("recommend", [*ALL.values(), 0, "cheap"], "What matters most must be one of accuracy, speed, size"),
        ("measure", ["convnxt_tiny", 0], "timm knows no architecture 'convnxt_tiny'. Try convnext_tiny"),
        ("measure", ["hf-hub:timm/resnet18", 0], "timm knows no architecture"),
        ("measure", ["resnet18", 4096], "Photo must be a whole number from 0 to 512"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(app: RunningApp, endpoint, values, sentence) -> None:
    with pytest.raises(Refused, match=sentence):
        app.caller().call(endpoint, *values)
    assert app.n_failures() == 0


@pytest.mark.long
def test_measure_times_here(app: RunningApp) -> None:
    answer = app.caller().call("measure", "test_byobnet.r160_in1k", 0)
    assert (answer["architecture"], answer["size"]) == ("test_byobnet", 160)
    assert 0 < answer["mean"] <= answer["high"]
    assert answer["repeats"] >= 5
    assert app.n_failures() == 0
