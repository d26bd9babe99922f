"""The notebook: it is a valid one, its code gives the numbers of the page, and bad states are refused."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared.curves import notebook as module
from shared.curves.data import CURVES, make_points
from shared.curves.fit import OPTIMIZERS, FitOptions, draw_units, fit_relus
from shared.curves.notebook import write_notebook
from shared.curves.points import scale_to_box
from shared.curves.quadratic import descend, loss
from shared.curves.relus import ACTIVATIONS, Units, predict
from shared.errors import InputError
from tests.conftest import ROOT

Notebook = dict[str, Any]
NAN = float("nan")


def pairs(curve: str = "quadratic", **options: Any) -> list[list[float]]:
    return np.column_stack(make_points(curve, **options)).tolist()


OWN_UNITS = draw_units(3, 1).as_lists()
SCREENS: dict[str, dict[str, Any]] = {
    "as it opens": {"xy": pairs(), "data": {"points": None}, "units": {"fitted": False, "units": OWN_UNITS}},
    "all that can be set": {
        "xy": pairs("sin", noise=0.5),
        "data": {"curve": "sin", "noise": 0.5, "n": 20, "seed": 42, "points": None},
        "kind": "mse",
        "hand": [-0.25, 1.0, 3.5],
        "machine": {"lr": 0.05, "zero": "both", "steps": 300, "start": [1.1, -2.0, 0.3]},
        "units": {
            "count": 5, "activation": "tanh", "seed": 7, "seeds": 3, "steps": 200, "lr": 0.02,
            "optimizer": "sgd", "fitted": True, "units": None,
        },
        "link": "http://localhost:7860/relu/#curve=sin&points=1%2C2",
    },
    "own points, from own units": {
        "xy": [[0, 1], [0.5, 3.25], [-1.75, 2], [2.4, -20]],
        "data": {"curve": None, "noise": 1, "n": 20, "seed": 3, "points": [[0, 1]]},
        "machine": {"lr": 0.01, "zero": "no", "steps": 50},
        "units": {"activation": "leaky_relu", "steps": 100, "fitted": False, "units": OWN_UNITS},
    },
    "large numbers": {
        "xy": [[2000 + i, 5000 * (i - 3) ** 2] for i in range(8)],
        "data": {"curve": None, "points": [[0, 1]]},
        "units": {"count": 3, "seeds": 2, "steps": 100, "fitted": True},
    },
    "large numbers, from own units": {
        "xy": pairs("quadratic", noise=3, seed=1, n=40),
        "data": {"noise": 3, "seed": 1, "n": 40},
        "kind": "mse",
        "units": {"activation": "tanh", "steps": 100, "fitted": False, "units": OWN_UNITS},
    },
    "one point": {"xy": [[1, 1]], "data": {"curve": None, "points": [[1, 1]]}},
    "a rate of a billion": {
        "xy": pairs("step", n=30, seed=5),
        "data": {"curve": "step", "n": 30, "seed": 5},
        "kind": "mse",
        "machine": {"lr": 1e9, "zero": "yes", "steps": 100},
        "units": {"count": 4, "activation": "sigmoid", "lr": 1e9, "steps": 50, "seeds": 2, "fitted": True},
    },
}  # fmt: skip

# Runs the code cells of each notebook, and says what their variables hold in the end.
RUNNER = """
import io, json, sys, contextlib
import matplotlib.pyplot as plt
answers = {}
for name, notebook in json.load(sys.stdin).items():
    found, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), found)
                plt.close("all")
    answers[name] = {
        "xy": [found["x"].tolist(), found["y"].tolist()],
        "your_loss": found["your_loss"],
        "runs": {name: losses for name, (_, losses) in found["runs"].items()},
        "screen_loss": found.get("screen_loss"),
        "fits": [losses for _, losses in found["fits"].values()],
        "fit_losses": found["fit_losses"],
        "params": [p.tolist() for p in found["params"]],
        "true_error": found.get("true_error"),
        "printed": printed.getvalue(),
    }
print(json.dumps(answers))
"""


def code_of(notebook: Notebook) -> str:
    return "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")


def text_of(notebook: Notebook) -> str:
    return "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")


@pytest.mark.parametrize("name", SCREENS)
def test_it_is_a_notebook_of_format_4_5(name: str) -> None:
    notebook = json.loads(json.dumps(write_notebook(SCREENS[name]), allow_nan=False))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", one) for one in ids)
    for cell in notebook["cells"]:
        is_code = cell["cell_type"] == "code"
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | (
            {"execution_count", "outputs"} if is_code else set()
        )
        assert all(line.endswith("\n") for line in cell["source"][:-1])
        if is_code:
            compile("".join(cell["source"]), cell["id"], "exec")
    assert "$" not in code_of(notebook)
    assert "$" not in text_of(notebook)
    assert "https://course.fast.ai/Lessons/lesson3.html" in text_of(notebook)
    assert max(len(line) for line in code_of(notebook).splitlines()) <= 110
    assert ("scale_back" in code_of(notebook)) == name.startswith("large")


def test_the_lessons_points_are_drawn_as_in_the_lesson() -> None:
    code = code_of(write_notebook(SCREENS["as it opens"]))
    assert "np.random.seed(42)" in code
    assert "np.array([" not in code
    changed = [*pairs()[:-1], [2.0, 12.5]]
    for other in (
        {"xy": changed},
        {"xy": pairs(), "data": {"points": pairs()}},
        {"xy": pairs(), "data": {"curve": None}},
        {"xy": pairs(n=21), "data": {"n": 21}},
    ):
        assert "np.array([" in code_of(write_notebook(other))


def test_where_the_points_come_from_is_said() -> None:
    assert "A preset: *Sine wave*, with noise at level 0.5" in text_of(
        write_notebook(SCREENS["all that can be set"])
    )
    assert "your own" in text_of(write_notebook(SCREENS["one point"]))
    assert "you changed them" in text_of(write_notebook({"xy": pairs(), "data": {"points": pairs()}}))


def test_scaled_points_say_so() -> None:
    state = {"xy": [[0, 1]], "data": {"curve": None, "points": []}, "points": {"scale": [2000, 5, 1e6, 2e4]}}
    assert "x = (your x - 2000) / 5 and y = (your y - 1,000,000) / 20,000." in text_of(write_notebook(state))


def test_a_link_is_kept_only_if_it_is_one() -> None:
    link = SCREENS["all that can be set"]["link"]
    assert f"]({link})" in text_of(write_notebook({"xy": [[0, 1]], "link": link}))
    for bad in (
        "javascript:alert(1)",
        f"{link})[x](http://e.vil",
        f"{link} x",
        "http://a/" + "x" * 9000,
        5,
        [link],
    ):
        assert "](" not in text_of(write_notebook({"xy": [[0, 1]], "link": bad})).replace("[lesson 3](", "")


def test_every_choice_of_the_page_is_known() -> None:
    assert module.CURVE_CODE.keys() == CURVES.keys()
    assert module.ACTIVATIONS.keys() == set(ACTIVATIONS)
    assert module.OPTIMIZER_CODE.keys() == OPTIMIZERS.keys()
    x = np.linspace(-3, 3, 50)
    for name, code in module.CURVE_CODE.items():
        np.testing.assert_allclose(eval(code, {"np": np, "x": x}), CURVES[name].function(x), rtol=1e-12)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (None, "The points must be a list"),
        ([], "The screen came in another form"),
        ({}, "The points must be a list"),
        ({"xy": []}, "0 points"),
        ({"xy": [[NAN, 1]]}, "The x of point 1 must be a number"),
        ({"xy": [[0, 1]] * 1001}, "1,001 points"),
        ({"kind": "rmse"}, "The loss must be one of"),
        ({"kind": ["mae"]}, "The loss must be one of"),
        ({"hand": [1, 2]}, "three numbers"),
        ({"hand": [1, 2, NAN]}, "must be a number"),
        ({"hand": [1, 2, "import os"]}, "must be a number"),
        ({"data": "x"}, "data's settings"),
        ({"points": "x"}, "points' settings"),
        ({"points": {"scale": [1, 2]}}, "points' scale"),
        ({"points": {"scale": [1, 2, 3, NAN]}}, "points' scale"),
        ({"data": {"curve": "__import__('os')"}}, "The curve must be one of"),
        ({"data": {"noise": float("inf")}}, "The noise must be a number"),
        ({"data": {"n": 1e308}}, "The number of points must be"),
        ({"data": {"seed": -1}}, "The seed must be"),
        ({"machine": [1]}, "machine's settings"),
        ({"machine": {"lr": NAN}}, "The learning rate must be"),
        ({"machine": {"lr": 1e308}}, "The learning rate must be"),
        ({"machine": {"steps": 10**6}}, "The number of steps must be"),
        ({"machine": {"zero": "maybe"}}, "Zero the gradients must be one of"),
        ({"machine": {"start": "abc"}}, "three numbers"),
        ({"units": 3}, "network's settings"),
        ({"units": {"count": 0, "fitted": True}}, "The number of units must be"),
        ({"units": {"count": 20, "fitted": 1}}, "reload the page"),
        ({"units": {"steps": 10**6, "fitted": True}}, "The number of steps must be"),
        ({"units": {"lr": 0, "fitted": True}}, "learning rate of 0"),
        ({"units": {"lr": "0.01); import os", "fitted": True}}, "The learning rate must be"),
        ({"units": {"seed": NAN, "fitted": True}}, "The seed must be"),
        ({"units": {"seeds": 101, "fitted": True}}, "The number of seeds must be"),
        ({"units": {"activation": "gelu", "fitted": True}}, "The activation must be one of"),
        ({"units": {"optimizer": "adamw", "fitted": True}}, "The optimizer must be one of"),
        ({"units": {"fitted": False}}, "The units must be given as"),
        ({"units": {"fitted": False, "units": {"m": [1], "b": [0], "w": [NAN], "c": 0}}}, "w of unit 1"),
        ({"units": {"fitted": False, "units": {"m": [1], "b": [], "w": [1], "c": 0}}}, "units' b must be"),
    ],
)  # fmt: skip
def test_bad_states_are_refused_in_one_sentence(state: Any, words: str) -> None:
    if isinstance(state, dict) and state and "xy" not in state:
        state = {"xy": [[0, 1], [1, 2]], **state}
    with pytest.raises(InputError, match=words) as caught:
        write_notebook(state)
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 200


def test_writing_one_imports_no_pytorch() -> None:
    code = (
        "import sys; from shared.curves.notebook import write_notebook; write_notebook({'xy': [[0, 1]]});"
        "print('torch' in sys.modules, 'matplotlib' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert answer.stdout.split() == ["False", "False"]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Run all notebooks in one process of its own, as Jupyter would, in an empty folder."""
    notebooks = {name: write_notebook(screen) for name, screen in SCREENS.items()}
    folder: Path = tmp_path_factory.mktemp("notebook")
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUNNER],
        input=json.dumps(notebooks),
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "MPLBACKEND": "agg"},
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    return json.loads(answer.stdout)


@pytest.mark.long
@pytest.mark.parametrize("name", SCREENS)
def test_the_notebook_gives_the_numbers_of_the_page(executed: dict[str, dict[str, Any]], name: str) -> None:
    screen, got = SCREENS[name], executed[name]
    kind = screen.get("kind", "mae")
    x, y = np.array(screen["xy"], dtype=float).T
    np.testing.assert_allclose(got["xy"], [x, y], rtol=0, atol=1e-12)
    hand = np.array(screen.get("hand", [1.1, 1.1, 1.1]))
    assert got["your_loss"] == pytest.approx(loss(hand, x, y, kind), rel=1e-12)

    machine = screen.get("machine", {})
    zeros = {"yes": [True], "no": [False], "both": [True, False]}[machine.get("zero", "both")]
    assert len(got["runs"]) == len(zeros)
    for zero in zeros:
        run = descend(
            machine.get("start", [1.1] * 3), x, y, kind=kind, lr=machine.get("lr", 0.01),
            n_steps=machine.get("steps") or module.FIRST_STEPS, zero_gradients=zero,
        )  # fmt: skip
        losses = got["runs"]["zeroed" if zero else "never zeroed"]
        n = run.diverged_at or len(run.losses)
        np.testing.assert_allclose(losses[:n], run.losses[:n], rtol=1e-9)
        assert run.diverged_at is not None or len(losses) == n

    settings = screen.get("units", {})
    names = ("steps", "lr", "seed", "activation", "optimizer")
    options = FitOptions(
        kind=kind, units=settings.get("count", 20), **{key: settings[key] for key in names if key in settings}
    )
    start = None
    scaled = scale_to_box(x, y)
    assert scaled.changed == name.startswith("large")
    if settings.get("fitted") is False:
        start = draw_units(3, 1)
        errors = predict(start, x, options.activation) - y
        mean = np.abs(errors).mean() if kind == "mae" else (errors**2).mean()
        assert got["screen_loss"] == pytest.approx(float(mean), rel=1e-9)
        # The same network for the scaled points.
        x_middle, x_unit, y_middle, y_unit = scaled.x_middle, scaled.x_unit, scaled.y_middle, scaled.y_unit
        m, b, w, c = start.m, start.b, start.w, start.c
        start = Units(m * x_unit, b + m * x_middle, w / y_unit, (c - y_middle) / y_unit)
    fit = fit_relus(scaled.x, scaled.y, options, n_seeds=settings.get("seeds", 1), start=start)
    fit_losses = scaled.loss_back(fit.losses[fit.best], kind)
    units = Units(*scaled.network_back(fit.units.m, fit.units.b, fit.units.w, fit.units.c))
    n = fit.diverged_at or fit.steps + 1
    np.testing.assert_allclose(got["fit_losses"][:n], fit_losses[:n], rtol=1e-8)
    assert len(got["fits"]) == len(fit.losses)
    assert ("It diverged at step" in got["printed"]) == (fit.diverged_at is not None)
    if fit.diverged_at is None:
        for ours, theirs in zip(got["params"], units.as_lists().values(), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-8)
    curve = screen.get("data", {}).get("curve", "quadratic")
    assert (got["true_error"] is None) == (curve is None)
    if curve and fit.diverged_at is None:
        between = np.linspace(x.min(), x.max(), 201)
        gap = np.abs(predict(units, between, options.activation) - CURVES[curve].function(between)).mean()
        assert got["true_error"] == pytest.approx(gap, rel=1e-7)


@pytest.mark.long
def test_the_notebook_shows_the_lessons_figures(executed: dict[str, dict[str, Any]]) -> None:
    printed = executed["as it opens"]["printed"]
    assert "Your loss: 2.4219" in printed
    assert "2.42 2.40 2.38 2.36 2.34 2.32 2.30 2.28 2.26 2.23 2.21" in printed  # zeroed
    assert "2.42 2.40 2.36 2.30 2.21 2.11 1.98 1.85 1.72 1.58 1.46" in printed  # as published
