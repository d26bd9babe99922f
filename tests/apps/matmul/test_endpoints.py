"""`/matmul`, `/broadcast`, `/benchmark` of the running app, as a program calls them, and what they refuse."""

import math
from collections.abc import Iterator

import pytest

from shared.limits import MAX_ERROR_VALUE_CHARACTERS
from tests.servers.gradio_http import Refused, RunningApp, run_app


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with run_app("apps/matmul.py", log=tmp_path_factory.mktemp("matmul") / "log.txt") as running:
        yield running


def test_matmul_multiplies_and_sends_back_the_gradient(app: RunningApp) -> None:
    answer = app.caller().call("matmul", [[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10]])
    assert answer == {
        "product": [[25, 28], [57, 64], [89, 100]],
        "shape": [3, 2],
        "multiplications": 12,
        "gradient_a": [[15, 19]] * 3,
        "gradient_b": [[9, 9], [12, 12]],
    }
    assert app.caller().call_named("matmul", a=[[2]], b=[[3]])["product"] == [[6]]


@pytest.mark.parametrize(
    ("a", "b", "sentence"),
    [
        ([[1, 2]], [[3, 4]], "A is 1 × 2 and B is 1 × 2: 2 columns of A cannot meet 1 row of B"),
        ([[1, 2], [3]], [[1], [2]], "Row 2 of A has 1 numbers, row 1 has 2"),
        ([], [[1]], "A must have 1 to 6 rows"),
        ([[1] * 7], [[1]], "A must have 1 to 6 rows of 1 to 6 numbers"),
        ([["3"]], [[1]], "A must be 1 to 6 rows of 1 to 6 numbers each"),
        ([[True]], [[1]], "A must be 1 to 6 rows"),
        ([[math.nan]], [[1]], "A must be 1 to 6 rows"),
        ([[1e300]], [[1]], "A must be 1 to 6 rows"),
        ("x" * 1000, [[1]], "A must be 1 to 6 rows"),
        (None, [[1]], "A must be 1 to 6 rows"),
        ([[1]], {"path": "/etc/passwd"}, "B must be 1 to 6 rows"),
        ([[1]], {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, "B must be 1 to 6 rows"),
    ],
)
def test_matmul_refuses_in_one_sentence(app: RunningApp, a: object, b: object, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        app.caller().call("matmul", a, b)
    said = str(refused.value)
    assert sentence in said
    assert len(said) < 200 + MAX_ERROR_VALUE_CHARACTERS
    assert app.n_failures() == 0


def test_broadcast_says_shape_copies_and_why_not(app: RunningApp) -> None:
    answer = app.caller().call("broadcast", "3, 1", "(4,)", "add")
    assert answer == {"fits": True, "shape": [3, 4], "message": "", "left_copies": 9, "right_copies": 8}
    answer = app.caller().call("broadcast", "3, 2", "3", "multiply")
    assert (answer["fits"], answer["shape"]) == (False, [])
    assert "right[..., None]" in answer["message"]
    for values, sentence in [
        (("9", "1", "add"), "The left shape must be up to 3 whole numbers from 1 to 5"),
        (("1", "1", "subtract"), "Operation must be one of add, multiply, not 'subtract'."),
        (("1" * 41, "1", "add"), "Left shape must be up to 3 whole numbers"),
        ((None, "1", "add"), "Left shape must be up to 3 whole numbers"),
    ]:
        with pytest.raises(Refused, match=sentence.replace("(", r"\(")):
            app.caller().call("broadcast", *values)


def test_benchmark_times_every_method_at_every_size(app: RunningApp) -> None:
    answer = app.caller().call("benchmark", 64, 3)
    loops = [one for one in answer["times"] if one["method"] == "Python loops"]
    assert [one["size"] for one in loops] == [4, 8, 16, 32, 64]
    for one in answer["times"]:
        assert 0 < one["fastest_seconds"] <= one["median_seconds"] <= one["slowest_seconds"]
        assert one["repeats"] == 3
    assert "numpy @" in {one["method"] for one in answer["times"]}
    assert answer["multiplications_per_second"] > 0
    for values, sentence in [
        ((65, 3), "Largest matrix must be one of 64"),
        ((64, 99), "from 3 to 20, not 99"),
    ]:
        with pytest.raises(Refused, match=sentence):
            app.caller().call("benchmark", *values)


def test_every_endpoint_says_what_it_takes_and_gives(app: RunningApp) -> None:
    told = app.caller().http.get("gradio_api/info").json()["named_endpoints"]
    assert set(told) == {"/matmul", "/broadcast", "/benchmark"}
    for endpoint in told.values():
        assert all(len(one["type"]["description"]) > 10 for one in endpoint["parameters"])
        assert endpoint["returns"][0]["type"]["properties"]
