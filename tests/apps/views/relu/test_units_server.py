"""The fit and the sweep that the page asks for: right numbers, small answers, plain words, one at a time."""

import json
import threading
from typing import Any

import numpy as np
import pytest

from apps.views.relu import turn, units_server
from apps.views.relu.units_server import MAX_LOSSES, fit_units, sweep_row
from shared.curves.data import make_points
from shared.curves.fit import FitOptions, fit_relus
from shared.curves.relus import Units, predict
from shared.curves.sweep import iter_sweep

X, Y = make_points()
POINTS = np.column_stack([X, Y]).tolist()
FIT = {
    "points": POINTS, "kind": "mae", "units": 3, "activation": "relu", "steps": 60, "lr": 0.01, "seed": 42,
    "seeds": 1, "optimizer": "adam", "start": None,
}  # fmt: skip
ROW = {"points": POINTS, "kind": "mae", "activation": "relu", "units": 2, "curve": "quadratic"}


def mean_absolute_error(network: dict[str, Any], x: np.ndarray, y: np.ndarray) -> float:
    return float(np.abs(predict(Units.from_lists(network), x) - y).mean())


def test_the_fit_is_that_of_the_curves_package() -> None:
    answer = fit_units(FIT | {"seeds": 10})
    fitted = fit_relus(X, Y, FitOptions(units=3, steps=60), n_seeds=10)
    assert answer["best"] == fitted.best
    assert answer["seeds"] == list(range(42, 52))
    assert answer["steps"] == list(range(61))
    assert answer["finals"] == pytest.approx(fitted.losses[:, -1], rel=1e-4)
    for name in "mbw":
        assert answer["frames"][-1][name] == pytest.approx(getattr(fitted.units, name), rel=1e-4)
    assert mean_absolute_error(answer["frames"][0], X, Y) == pytest.approx(
        answer["frame_losses"][0], rel=1e-3
    )
    assert mean_absolute_error(answer["frames"][-1], X, Y) == pytest.approx(min(answer["finals"]), rel=1e-3)


def test_the_answer_is_json_and_small() -> None:
    answer = fit_units(FIT | {"units": 100, "seeds": 100, "steps": 210})
    assert len(answer["losses"]) == 100
    assert all(len(row) == len(answer["loss_steps"]) == MAX_LOSSES for row in answer["losses"])
    assert (answer["loss_steps"][0], answer["loss_steps"][-1]) == (0, 210)
    assert len(json.dumps(answer, allow_nan=False)) < 600_000


def test_points_of_any_size_are_fitted_in_their_own_units() -> None:
    x, y = 1000 * X + 5000, 1e4 * Y
    answer = fit_units(FIT | {"points": np.column_stack([x, y]).tolist(), "units": 20, "steps": 400})
    assert mean_absolute_error(answer["frames"][-1], x, y) == pytest.approx(answer["finals"][0], rel=0.02)
    assert answer["finals"][0] < 2e4


@pytest.mark.parametrize("factor", [1, 1000])
def test_it_goes_on_from_the_visitors_units(factor: int) -> None:
    x = factor * X
    start = {"m": [1.5 / factor, -1.5 / factor], "b": [1.5, -1.5], "w": [1.0, 1.0], "c": 0.0}
    points = np.column_stack([x, Y]).tolist()
    answer = fit_units(FIT | {"points": points, "start": start, "seeds": 100, "units": 2})
    for name, values in start.items():
        assert answer["frames"][0][name] == pytest.approx(values, rel=1e-4, abs=1e-6)
    assert len(answer["losses"]) == 1
    assert answer["finals"][0] < answer["frame_losses"][0]


def test_a_rate_that_is_far_too_large_is_named() -> None:
    answer = fit_units(FIT | {"lr": 1e9})
    assert answer["diverged_at"] >= 1
    assert len(answer["frames"]) >= 1
    assert answer["finals"] == [None]
    json.dumps(answer, allow_nan=False)


@pytest.fixture
def short_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units_server, "SWEEP_STEPS", 100)


@pytest.mark.usefixtures("short_sweep")
def test_a_row_is_that_of_the_sweep() -> None:
    row = next(iter_sweep(X, Y, curve="quadratic", counts=[2], steps=100))
    answer = sweep_row(ROW)
    assert answer["count"] == 2
    assert answer["train"]["best"] == pytest.approx(row.best_train, rel=1e-4)
    assert answer["truth"]["high"] == pytest.approx(row.true_high, rel=1e-4)
    assert answer["truth_is"] == "true curve"
    assert answer["truth"]["least"] == pytest.approx(row.best_true_low, rel=1e-4)
    assert answer["truth"]["most"] == pytest.approx(row.best_true_high, rel=1e-4)


@pytest.mark.usefixtures("short_sweep")
def test_own_points_are_held_out_in_turn_and_measured_in_their_own_units() -> None:
    small = sweep_row(ROW | {"curve": None, "units": 1})
    large = sweep_row(ROW | {"curve": None, "units": 1, "points": np.column_stack([X, 1000 * Y]).tolist()})
    assert small["truth_is"] == large["truth_is"] == "held out"
    assert 0.1 < large["train"]["best"] / small["train"]["best"] / 1000 < 10


WRONG = {
    "no points": ({"points": []}, "at least 2"),
    "one point": ({"points": [[0, 1]]}, "at least 2"),
    "NaN in a point": ({"points": [[0, 1], [float("nan"), 2]]}, "x of point 2"),
    "1e308 in a point": ({"points": [[0, 1], [1, 1e308]]}, "y of point 2"),
    "points that are none": ({"points": "all"}, "list"),
    "0 units": ({"units": 0}, "units must be a whole number from 1 to 100"),
    "101 units": ({"units": 101}, "units must be a whole number"),
    "half a unit": ({"units": 1.5}, "units must be a whole number"),
    "no units": ({"units": None}, "units must be a whole number"),
    "another wiggle": ({"activation": "sine"}, "activation must be one of"),
    "another loss": ({"kind": "huber"}, "loss must be one of"),
}
WRONG_FIT = {
    "0 steps": ({"steps": 0}, "steps must be a whole number"),
    "a million steps": ({"steps": 1_000_000}, "steps must be a whole number"),
    "NaN as rate": ({"lr": float("nan")}, "learning rate must be a number"),
    "infinite rate": ({"lr": float("inf")}, "learning rate must be a number"),
    "1e308 as rate": ({"lr": 1e308}, "learning rate must be a number"),
    "rate 0": ({"lr": 0}, "above 0"),
    "negative seed": ({"seed": -1}, "seed must be a whole number"),
    "text as seed": ({"seed": "42"}, "seed must be a whole number"),
    "101 seeds": ({"seeds": 101}, "seeds must be a whole number"),
    "another optimizer": ({"optimizer": "magic"}, "optimizer must be one of"),
    "units in another form": ({"start": [1, 2]}, "units must be given as"),
    "NaN in the units": ({"start": {"m": [float("nan")], "b": [0], "w": [1], "c": 0}}, "m of unit 1"),
    "units that do not match": ({"start": {"m": [1, 2], "b": [0], "w": [1], "c": 0}}, "2 m, 1 b and 1 w"),
    "too much work": (
        {"points": [[i / 500, 0] for i in range(1000)], "units": 100, "seeds": 100, "steps": 3000},
        "more than",
    ),
}


@pytest.mark.parametrize(("change", "words"), (WRONG | WRONG_FIT).values(), ids=(WRONG | WRONG_FIT).keys())
def test_a_wrong_fit_is_refused_in_one_sentence(change: dict[str, Any], words: str) -> None:
    assert is_refusal(fit_units(FIT | change), words)
    assert fit_units(FIT | {"steps": 1})["steps"] == [0, 1]  # and the next one is fitted


WRONG_ROW = WRONG | {
    "another curve": ({"curve": "sinus"}, "curve must be one of"),
    "a list as curve": ({"curve": ["sin"]}, "curve must be one of"),
}


@pytest.mark.parametrize(("change", "words"), WRONG_ROW.values(), ids=WRONG_ROW.keys())
def test_a_wrong_row_is_refused_in_one_sentence(change: dict[str, Any], words: str) -> None:
    assert is_refusal(sweep_row(ROW | change), words)


def is_refusal(answer: dict[str, Any], words: str) -> bool:
    assert set(answer) == {"error"}
    assert "\n" not in answer["error"]
    assert len(answer["error"]) < 250
    return words in answer["error"]


def test_all_points_at_one_x_can_be_fitted() -> None:
    answer = fit_units(FIT | {"points": [[1, 1], [1, 2], [1, 6]]})
    assert all(value is not None for value in answer["finals"])


def test_one_fit_at_a_time_and_others_wait_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "WAIT_SECONDS", 0.05)
    with turn.one_at_a_time():
        assert is_refusal(fit_units(FIT), "Try again")
        assert is_refusal(sweep_row(ROW), "Try again")
    assert "frames" in fit_units(FIT)


def test_a_full_queue_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "_places", threading.Semaphore(1))
    with turn.one_at_a_time():
        assert is_refusal(fit_units(FIT), "Try again")
    assert "frames" in fit_units(FIT)
