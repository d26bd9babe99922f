"""The ReLU fitter's endpoints in a running app: what they answer, and the bad numbers, one case a line."""

import itertools
import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from apps.views.relu import endpoints
from shared.curves.data import make_points
from shared.limits import MAX_CURVE_POINTS, MAX_CURVE_RATE, MAX_CURVE_SEED, MAX_CURVE_STEPS, MAX_CURVE_VALUE
from shared.ui.guard import FAULT_MESSAGE
from tests.conftest import ROOT
from tests.servers.gradio_http import Caller, Refused, RunningApp

NAN, INF = float("nan"), float("inf")
POINTS = [[-1, 2.5], [0, 1], [0.5, 1.2], [1, 3], {"x": 2, "y": 8}]
GOOD: dict[str, dict[str, Any]] = {
    "loss": {"points": POINTS, "a": 1, "b": 2, "c": 3, "kind": "mse"},
    "fit_quadratic": {
        "points": POINTS,
        "kind": "mae",
        "learning_rate": 0.01,
        "steps": 10,
        "start": [1.1, 1.1, 1.1],
        "zero_gradients": True,
    },
    "fit_relus": {
        "points": POINTS,
        "units": 3,
        "steps": 5,
        "learning_rate": 0.01,
        "seed": 1,
        "activation": "tanh",
        "kind": "mse",
    },
}
LESSON = [[float(x), float(y)] for x, y in zip(*make_points(), strict=True)]


@pytest.fixture(scope="module")
def app(serve: Callable[[str], RunningApp]) -> RunningApp:
    return serve("relu")


@pytest.fixture(scope="module")
def caller(app: RunningApp) -> Caller:
    return app.caller()


@pytest.fixture(scope="module")
def right(caller: Caller) -> dict[str, Any]:
    """What each endpoint answers when nothing is wrong."""
    return {name: caller.call_named(name, **values) for name, values in GOOD.items()}


@pytest.fixture
def unharmed(
    app: RunningApp, caller: Caller, right: dict[str, Any], request: pytest.FixtureRequest
) -> Iterator[None]:
    """After the test: its endpoint, or else all of them, answer as before it, and nothing was logged."""
    start = app.log.stat().st_size
    yield
    case = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    for name in [case["name"]] if "name" in case else GOOD:
        assert caller.call_named(name, **GOOD[name]) == right[name]
    assert app.n_failures(since=start) == 0, app.log.read_text()[start:][-3000:]


def refusal(caller: Caller, name: str, **changes: object) -> str:
    """Give the message that a call is refused with, which must be one plain sentence."""
    with pytest.raises(Refused) as caught:
        caller.call_named(name, **{**GOOD[name], **changes})
    message = caught.value.message
    assert isinstance(message, str), message
    assert message != FAULT_MESSAGE
    assert 10 < len(message) < 300, message
    assert message.endswith("."), message
    for trace in ("Traceback", "\n", ".py", "Error:", "/tmp/", "<class", "<img"):
        assert trace not in message, message
    return message


def numbers(answer: object) -> Iterator[float]:
    """All numbers in an answer, whatever its form."""
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, list):
        yield from itertools.chain.from_iterable(map(numbers, answer))
    elif isinstance(answer, int | float):
        yield answer


# What they answer.


def test_loss_on_the_lessons_points(caller: Caller) -> None:
    answer = caller.call("loss", [], 1.1, 1.1, 1.1, "mae")
    assert answer.keys() == {"loss", "kind", "gradient", "curve"}
    assert answer["loss"] == pytest.approx(2.4219, abs=1e-4)
    assert answer["kind"] == "mae"
    assert [answer["gradient"][name] for name in "abc"] == pytest.approx([-1.3529, -0.0316, -0.5], abs=1e-4)
    curve = np.array(answer["curve"])
    assert curve.shape == (101, 2)
    assert (curve[0, 0], curve[-1, 0]) == (-2, 2)
    np.testing.assert_allclose(curve[:, 1], 1.1 * (curve[:, 0] ** 2 + curve[:, 0] + 1), atol=1e-12)
    assert answer == caller.call_named("loss", points=LESSON, a=1.1, b=1.1, c=1.1)


def test_loss_of_two_points_by_hand(caller: Caller) -> None:
    points = [{"x": 0, "y": 1}, [2, 4]]  # with 2 x^2 + 3 the errors are 2 and 7
    assert caller.call("loss", points, 2, 0, 3, "mae")["loss"] == 4.5
    answer = caller.call("loss", points, 2, 0, 3, "mse")
    assert answer["loss"] == 26.5
    assert answer["gradient"] == {"a": 28, "b": 14, "c": 9}


def test_fit_quadratic_on_the_lessons_points(caller: Caller) -> None:
    answer = caller.call_named("fit_quadratic")
    assert answer.keys() == {
        "params", "loss", "losses", "steps", "diverged_at", "optimum", "coordinate_descent",
    }  # fmt: skip
    assert answer["loss"] == answer["losses"][-1] == pytest.approx(0.99, abs=0.005)
    assert answer["diverged_at"] is None
    assert len(answer["losses"]) == len(answer["steps"]) == 200
    assert (answer["steps"][0], answer["steps"][-1]) == (0, 1000)
    assert answer["losses"][0] == pytest.approx(2.4219, abs=1e-4)
    best = answer["optimum"]
    assert [best["params"][name] for name in "abc"] == pytest.approx([2.614, 1.337, 0.564], abs=1e-3)
    assert best["loss"] == pytest.approx(0.98592, abs=1e-5)
    turns = answer["coordinate_descent"]
    assert turns.keys() == {"params", "loss", "losses", "steps"}
    assert turns["losses"] == sorted(turns["losses"], reverse=True)
    assert best["loss"] < turns["loss"] < 1
    for end in (answer, best, turns):
        assert caller.call("loss", [], *end["params"].values(), "mae")["loss"] == pytest.approx(end["loss"])


def test_fit_quadratic_shows_both_runs_of_the_erratum(caller: Caller) -> None:
    published = caller.call_named("fit_quadratic", steps=50, zero_gradients=False)
    corrected = caller.call_named("fit_quadratic", steps=50)
    assert published["steps"] == corrected["steps"] == list(range(51))
    assert [round(value, 2) for value in published["losses"][1:6]] == [2.40, 2.36, 2.30, 2.21, 2.11]
    assert [round(value, 2) for value in corrected["losses"][1:6]] == [2.40, 2.38, 2.36, 2.34, 2.32]
    assert (round(published["loss"], 2), round(corrected["loss"], 2)) == (2.37, 1.57)


def test_fit_quadratic_takes_its_arguments(caller: Caller) -> None:
    answer = caller.call("fit_quadratic", POINTS, "mse", 0.05, 3, [0, 1, 2], True)
    assert answer["steps"] == [0, 1, 2, 3]
    start = caller.call("loss", POINTS, 0, 1, 2, "mse")
    assert answer["losses"][0] == pytest.approx(start["loss"])
    first = [at - 0.05 * start["gradient"][name] for name, at in zip("abc", (0, 1, 2), strict=True)]
    assert answer["losses"][1] == pytest.approx(caller.call("loss", POINTS, *first, "mse")["loss"])


def relu_network(params: dict[str, Any], x: np.ndarray) -> np.ndarray:
    m, b, w = (np.array(params[name])[:, None] for name in "mbw")
    return params["c"] + (w * np.maximum(m * x + b, 0)).sum(axis=0)


def test_fit_relus_on_the_lessons_points(caller: Caller) -> None:
    answer = caller.call_named("fit_relus")
    assert answer.keys() == {
        "params", "loss", "losses", "steps", "curve", "knots", "dead_units", "diverged_at",
    }  # fmt: skip
    assert [len(answer["params"][name]) for name in "mbw"] == [20] * 3
    assert len(answer["losses"]) == len(answer["steps"]) == 200
    assert (answer["steps"][0], answer["steps"][-1]) == (0, 500)
    assert answer["losses"][-1] == answer["loss"] < 1.2 < answer["losses"][0]
    assert answer["diverged_at"] is None
    x, y = make_points()
    assert np.abs(relu_network(answer["params"], x) - y).mean() == pytest.approx(answer["loss"], abs=1e-4)
    curve = np.array(answer["curve"])
    assert curve.shape == (101, 2)
    np.testing.assert_allclose(relu_network(answer["params"], curve[:, 0]), curve[:, 1], atol=1e-6)
    m, b = (np.array(answer["params"][name]) for name in "mb")
    np.testing.assert_allclose(answer["knots"], -b / m, rtol=1e-9)
    dead = np.flatnonzero((np.outer(m, x) + b[:, None] <= 0).all(axis=1)).tolist()
    assert answer["dead_units"] == dead
    assert answer == caller.call_named("fit_relus", points=LESSON)
    assert answer["params"] != caller.call_named("fit_relus", seed=43)["params"]


@pytest.mark.parametrize("kind", ["mae", "mse"])
def test_fit_relus_of_points_of_any_size_answers_in_their_units(caller: Caller, kind: str) -> None:
    x, y = make_points()
    far, high = 1990 + 5 * x, 40_000 + 3000 * y
    points = np.stack([far, high], axis=1).tolist()
    answer = caller.call_named("fit_relus", points=points, kind=kind)
    errors = relu_network(answer["params"], far) - high
    measured = np.abs(errors).mean() if kind == "mae" else (errors**2).mean()
    assert measured == pytest.approx(answer["loss"], rel=1e-3)
    assert answer["loss"] < (6_000 if kind == "mae" else 5e7)  # the spread is 3,000 times the lesson's
    curve = np.array(answer["curve"])
    assert (curve[0, 0], curve[-1, 0]) == (1980, 2000)
    assert 30_000 < curve[:, 1].mean() < 70_000


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "sigmoid", "tanh"])
def test_every_activation_learns(caller: Caller, activation: str) -> None:
    answer = caller.call_named("fit_relus", activation=activation)
    assert answer["losses"][-1] < 0.7 * answer["losses"][0]
    assert activation == "relu" or answer["dead_units"] == []


@pytest.mark.parametrize("name", GOOD)
def test_numbers_are_numbers(right: dict[str, Any], name: str) -> None:
    values = list(numbers(right[name]))
    assert len(values) > 20
    assert all(map(math.isfinite, values))


# "Numbers" of bad inputs: one plain sentence with the limit, no exception, and the next call works.

LIMITS = {
    "a": "from -1,000,000 to 1,000,000",
    "b": "from -1,000,000 to 1,000,000",
    "c": "from -1,000,000 to 1,000,000",
    "learning_rate": "to 1,000,000,000",
    "steps": f"to {MAX_CURVE_STEPS:,}",
    "units": "from 1 to 100",
    "seed": "to 999,999",
}
NUMBER_FIELDS = [(name, field) for name, values in GOOD.items() for field in values if field in LIMITS]
WRONG_NUMBERS = {"NaN": NAN, "Infinity": INF, "-Infinity": -INF, "1e308": 1e308, "-1e308": -1e308}
WRONG_KINDS = {"text": "<img src=x>", "nothing": None, "true": True, "list": [1], "object": {"x": 1}}


@pytest.mark.long
@pytest.mark.usefixtures("unharmed")
class TestBadNumbers:
    @pytest.mark.parametrize("wrong", [*WRONG_NUMBERS.values(), *WRONG_KINDS.values()], ids=repr)
    @pytest.mark.parametrize(("name", "field"), NUMBER_FIELDS)
    def test_a_number(self, caller: Caller, name: str, field: str, wrong: object) -> None:
        assert LIMITS[field] in refusal(caller, name, **{field: wrong})

    @pytest.mark.parametrize("wrong", [*WRONG_NUMBERS.values(), *WRONG_KINDS.values()], ids=repr)
    @pytest.mark.parametrize("axis", [0, 1])
    @pytest.mark.parametrize("name", GOOD)
    def test_a_coordinate(self, caller: Caller, name: str, axis: int, wrong: object) -> None:
        point: list[object] = [1, 2]
        point[axis] = wrong
        message = refusal(caller, name, points=[[0, 1], point])
        assert message.startswith(
            f"The {'xy'[axis]} of point 2 must be a number from -1,000,000 to 1,000,000"
        )

    @pytest.mark.parametrize("wrong", [*WRONG_NUMBERS.values(), *WRONG_KINDS.values()], ids=repr)
    def test_a_start(self, caller: Caller, wrong: object) -> None:
        message = refusal(caller, "fit_quadratic", start=[0, wrong, 0])
        assert message.startswith("start: b must be a number from -1,000,000 to 1,000,000")
        assert "three numbers" in refusal(caller, "fit_quadratic", start=wrong)

    @pytest.mark.parametrize("name", ["fit_quadratic", "fit_relus"])
    @pytest.mark.parametrize("kind", ["mae", "mse"])
    def test_a_learning_rate_of_a_billion_is_named(self, caller: Caller, name: str, kind: str) -> None:
        answer = caller.call_named(name, **{**GOOD[name], "learning_rate": 1e9, "kind": kind, "steps": 300})
        assert isinstance(answer["diverged_at"], int)
        assert 1 <= answer["diverged_at"] <= 300
        assert answer["losses"][0] is not None
        assert all(map(math.isfinite, numbers(answer)))

    def test_no_steps(self, caller: Caller) -> None:
        answer = caller.call_named("fit_quadratic", **{**GOOD["fit_quadratic"], "steps": 0})
        assert answer["params"] == {"a": 1.1, "b": 1.1, "c": 1.1}
        assert (len(answer["losses"]), answer["steps"]) == (1, [0])
        assert "from 1 to" in refusal(caller, "fit_relus", steps=0)

    @pytest.mark.parametrize("name", ["fit_quadratic", "fit_relus"])
    @pytest.mark.parametrize("steps", [10**6, MAX_CURVE_STEPS + 1, -1, 2.5])
    def test_a_million_steps(self, caller: Caller, name: str, steps: float) -> None:
        assert f"to {MAX_CURVE_STEPS:,}" in refusal(caller, name, steps=steps)

    @pytest.mark.parametrize("units", [0, -1, 101, 10**6, 1.5])
    def test_no_units_or_too_many(self, caller: Caller, units: float) -> None:
        assert "from 1 to 100" in refusal(caller, "fit_relus", units=units)

    @pytest.mark.parametrize("rate", [-0.01, 1e9 + 1])
    @pytest.mark.parametrize("name", ["fit_quadratic", "fit_relus"])
    def test_a_learning_rate_out_of_range(self, caller: Caller, name: str, rate: float) -> None:
        assert "to 1,000,000,000" in refusal(caller, name, learning_rate=rate)

    @pytest.mark.parametrize(
        "points",
        [
            [[1.5, 2], [1.5, 4], [1.5, -3]],
            [[0, 0], [0, 0]],
            [[3, 5]],
            [[-1, 4], [1, 4], [0, 4]],
            [[0, 1], [0, 1], [1, 2], [1, 2], [1, 2]],
            [[1e6, 1e6], [-1e6, -1e6], [0, 1e6]],
            [[1e6, 5], [1e6, 5]],
            [[1e-300, 0], [0, 1e-300], [-1e-300, 1]],
        ],
        ids=["one x", "the origin twice", "one point", "one y", "duplicates", "largest", "far", "tiny"],
    )
    @pytest.mark.parametrize("name", GOOD)
    def test_points_that_make_no_curve(self, caller: Caller, name: str, points: list[Any]) -> None:
        answer = caller.call_named(name, **{**GOOD[name], "points": points})
        assert math.isfinite(answer["loss"])
        if name != "fit_quadratic":
            curve = np.array(answer["curve"], dtype=float)
            assert np.isfinite(curve).all()
            assert (np.diff(curve[:, 0]) > 0).all()
        if "optimum" in answer:
            assert 0 <= answer["optimum"]["loss"] <= answer["coordinate_descent"]["loss"] * (1 + 1e-9) + 1e-6

    def test_too_many_points(self, caller: Caller) -> None:
        for name in GOOD:
            message = refusal(caller, name, points=[[0, 1]] * (MAX_CURVE_POINTS + 1))
            assert f"at most {MAX_CURVE_POINTS:,}" in message

    @pytest.mark.parametrize("wrong", [None, "0,1", 5, NAN, True, {}, {"x": [1]}], ids=repr)
    @pytest.mark.parametrize("name", GOOD)
    def test_points_that_are_no_list(self, caller: Caller, name: str, wrong: object) -> None:
        assert "must be a list such as" in refusal(caller, name, points=wrong)

    @pytest.mark.parametrize("wrong", [[], [1], [1, 2, 3], "12", None, {"x": 1}, [[1], [2]]], ids=repr)
    @pytest.mark.parametrize("name", GOOD)
    def test_a_point_that_is_no_pair(self, caller: Caller, name: str, wrong: object) -> None:
        assert "oint 1" in refusal(caller, name, points=[wrong])

    def test_points_nested_deep(self, caller: Caller) -> None:
        refusal(caller, "loss", points=json.loads("[" * 300 + "]" * 300))

    @pytest.mark.parametrize("wrong", ["MAE", "", None, NAN, 1, [1], {"a": 1}], ids=repr)
    def test_a_word_that_is_no_choice(self, caller: Caller, wrong: object) -> None:
        for name in GOOD:
            assert "one of mae, mse" in refusal(caller, name, kind=wrong)
        assert "relu, leaky_relu, sigmoid, tanh" in refusal(caller, "fit_relus", activation=wrong)

    @pytest.mark.parametrize("wrong", [NAN, 0, 1, None, "true", [], {}], ids=repr)
    def test_a_switch(self, caller: Caller, wrong: object) -> None:
        message = refusal(caller, "fit_quadratic", zero_gradients=wrong)
        assert message.startswith("zero_gradients must be true or false")

    def test_more_work_than_one_visitor_may_ask_for(self, caller: Caller) -> None:
        points = [[x / 500 - 1, 0] for x in range(MAX_CURVE_POINTS)]
        refusal(caller, "fit_relus", points=points, units=100, steps=MAX_CURVE_STEPS)


# What a program can look up.


def test_descriptions_name_the_limits_that_hold() -> None:
    said = " ".join(str(getattr(endpoints, name).__doc__) for name in GOOD)
    for limit in (MAX_CURVE_POINTS, MAX_CURVE_VALUE, MAX_CURVE_STEPS, MAX_CURVE_RATE, MAX_CURVE_SEED):
        assert f"{limit:,}" in said


def test_defaults_are_the_lessons(caller: Caller) -> None:
    whole = caller.call("fit_quadratic", [], "mae", 0.01, 1000, [1.1, 1.1, 1.1], True)
    assert whole == caller.call_named("fit_quadratic")


@pytest.mark.long
def test_endpoints_without_a_fit_import_no_heavy_library() -> None:
    code = (
        "import sys, apps.views.relu.endpoints as e; e.loss([], 1, 2, 3); "
        "assert not {'torch', 'scipy', 'sklearn', 'plotly'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_no_word_of_json_is_missing() -> None:
    value = {"a": np.array([1, NAN, INF]), "b": [np.float32(2), (-INF, None)], "c": np.int64(3), "d": 4.5}
    as_json = endpoints.as_json(value)
    assert (
        json.dumps(as_json, allow_nan=False)
        == '{"a": [1.0, null, null], "b": [2.0, [null, null]], "c": 3, "d": 4.5}'
    )


@pytest.mark.parametrize("n", [1, 2, 199, 200, 201, 20_001])
def test_thinned_losses_keep_both_ends(n: int) -> None:
    thin = endpoints.thinned(np.arange(n) / 2)
    assert len(thin["losses"]) == min(n, endpoints.MAX_LOSSES)
    assert (thin["steps"][0], thin["steps"][-1]) == (0, n - 1)
    np.testing.assert_array_equal(thin["losses"], thin["steps"] / 2)
