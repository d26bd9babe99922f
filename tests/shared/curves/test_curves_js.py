"""The browser's formulas beside the Python ones: `curves.js` runs in Node, and both must agree to 1e-9."""

import json
from typing import Any

import numpy as np
import pytest

from shared.curves.data import CURVES, LESSON_N, make_points, noise_draws
from shared.curves.quadratic import LOSSES, TOO_LARGE, descend, exact_optimum, gradient, loss, predict
from shared.curves.relus import ACTIVATIONS, Units, dead_units, knots
from shared.curves.relus import predict as predict_network
from tests.conftest import ROOT
from tests.node import run_in_node

SCRIPTS = (ROOT / "shared/curves/curves.js", ROOT / "apps/views/relu/machine_optimum.js")


def close(values: Any) -> Any:
    """Equal to 1e-9, as a part of the value or, near 0, as it is."""
    return pytest.approx(values, rel=1e-9, abs=1e-9)


def in_node(body: str, **given: Any) -> Any:
    """Run the body of a function in Node, after the page's formulas, and read what it returns.

    Args:
        body: JavaScript that knows `Curves`, `leastAbsolute` and what is given.
        given: values that JSON can hold.
    """
    names = ", ".join(given)
    formulas = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    script = (
        f"{formulas}\nconst {{ {names} }} = {json.dumps(given)};\n"
        f"console.log(JSON.stringify((() => {{ {body} }})()));"
    )
    return run_in_node(script)


@pytest.fixture(scope="module")
def lesson() -> dict[str, list[float]]:
    x, y = make_points()
    return {"x": x.tolist(), "y": y.tolist()}


def random_params(count: int) -> list[list[float]]:
    return np.random.default_rng(7).normal(0, 3, (count, 3)).tolist()


def test_points_of_every_curve_under_the_lessons_draws() -> None:
    draws = [draw.tolist() for draw in noise_draws()]
    levels = [0, 1, 2.5]
    made = in_node(
        "return curves.map((curve) => levels.map((noise) => Curves.makePoints(curve, noise, draws)))",
        curves=list(CURVES),
        levels=levels,
        draws=draws,
    )
    for curve, by_level in zip(CURVES, made, strict=True):
        for noise, points in zip(levels, by_level, strict=True):
            x, y = make_points(curve, noise=noise)
            assert points["x"] == close(x)
            assert points["y"] == close(y)
    first = made[list(CURVES).index("quadratic")][1]["y"]
    assert first[:5] == pytest.approx([11.8690, 6.5433, 5.9396, 2.6304, 1.7947], abs=1e-4)  # the lesson's


def test_both_know_the_same_curves_and_activations() -> None:
    known = in_node("return [Object.keys(Curves.CURVES), Object.keys(Curves.ACTIVATIONS)]")
    assert known == [list(CURVES), list(ACTIVATIONS)]


def test_made_up_noise_is_normal_and_the_same_every_time() -> None:
    first, again, other = in_node(
        "return [[5000, 1], [5000, 1], [5000, 2]].map((of) => Curves.normals(...of))"
    )
    assert first == again
    assert np.mean(first) == pytest.approx(0, abs=0.05)
    assert np.std(first) == pytest.approx(1, abs=0.05)
    assert np.corrcoef(first, other)[0, 1] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("kind", LOSSES)
def test_quadratic_loss_and_gradient(lesson: dict[str, list[float]], kind: str) -> None:
    x, y = np.array(lesson["x"]), np.array(lesson["y"])
    params = random_params(20)
    answers = in_node(
        """return params.map((p) => {
             const curve = Curves.quadratic(p, x);
             return { curve, loss: Curves.loss(curve, y, kind), gradient: Curves.gradient(p, x, y, kind) };
           })""",
        params=params,
        kind=kind,
        **lesson,
    )
    for p, answer in zip(params, answers, strict=True):
        assert answer["curve"] == close(predict(np.array(p), x))
        assert answer["loss"] == close(loss(np.array(p), x, y, kind))
        assert answer["gradient"] == close(gradient(np.array(p), x, y, kind))


def test_a_point_on_the_curve_pushes_nowhere() -> None:
    x, y = [-1.0, 0.0, 1.0], [3.0, 1.0, 9.0]  # 2 x^2 + 1 goes through the first two
    found = in_node("return Curves.gradient([2, 0, 1], x, y, 'mae')", x=x, y=y)
    assert found == pytest.approx([-1 / 3] * 3)
    assert found == close(gradient(np.array([2.0, 0, 1]), np.array(x), np.array(y)))


RUN_JS = """
return all.map(({ kind, zero, lr }) => {
const run = { params: [start], losses: [], used: [], divergedAt: null };
let state = { params: start, held: null };
for (let at = 0; ; at++) {
  run.losses.push(Curves.loss(Curves.quadratic(state.params, x), y, kind));
  const next = Curves.step(state, x, y, { kind, lr, zero });
  run.used.push(next.held);
  if (Curves.hasDiverged(state.params)) run.divergedAt = at;
  if (run.divergedAt !== null || at === steps) return run;
  run.params.push(next.params);
  state = next;
}
})"""
START = [1.1, 1.1, 1.1]
RUNS = [(kind, zero, lr) for kind in LOSSES for zero in (True, False) for lr in (0.01, 0.24, 1.0, 1e9)]


@pytest.fixture(scope="module")
def runs(lesson: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Sixty steps in the browser's way, for each of `RUNS`."""
    described = [dict(zip(("kind", "zero", "lr"), run, strict=True)) for run in RUNS]
    return in_node(RUN_JS, all=described, start=START, steps=60, **lesson)


@pytest.mark.parametrize("at", range(len(RUNS)), ids=lambda at: " ".join(map(str, RUNS[at])))
def test_a_run_of_sixty_steps(lesson: dict[str, list[float]], runs: list[dict[str, Any]], at: int) -> None:
    kind, zero, lr = RUNS[at]
    x, y = np.array(lesson["x"]), np.array(lesson["y"])
    twin = descend(START, x, y, kind=kind, lr=lr, n_steps=60, zero_gradients=zero)
    assert runs[at]["divergedAt"] == twin.diverged_at
    assert runs[at]["losses"] == close(twin.losses)
    for mine, yours in ((runs[at]["params"], twin.params), (runs[at]["used"], twin.gradients)):
        # Beside a parameter of a million the others cannot have more digits than it leaves them.
        unit = np.abs(yours).max(axis=1, keepdims=True)
        assert np.abs((np.array(mine) - yours) / unit).max() < 1e-9


def test_the_runs_of_the_erratum(runs: list[dict[str, Any]]) -> None:
    corrected, published = (runs[RUNS.index(("mae", zero, 0.01))]["losses"] for zero in (True, False))
    expected = [2.42, 2.40, 2.36, 2.30, 2.21, 2.11, 1.98, 1.85, 1.72, 1.58, 1.46]
    assert published[:11] == pytest.approx(expected, abs=0.005)
    assert published[50] == pytest.approx(2.37, abs=0.005)
    assert [corrected[at] for at in (1, 2, 10, 50)] == pytest.approx([2.40, 2.38, 2.21, 1.57], abs=0.005)


def test_a_run_has_diverged_at_the_same_size() -> None:
    params = [[TOO_LARGE, 0, 0], [0, -TOO_LARGE * 1.01, 0]]
    assert in_node("return params.map(Curves.hasDiverged)", params=params) == [False, True]
    assert in_node("return [[NaN, 0, 0], [0, Infinity, 0]].map(Curves.hasDiverged)") == [True, True]


def test_least_squares(lesson: dict[str, list[float]]) -> None:
    found = in_node("return Curves.leastSquares(x, y)", **lesson)
    assert found == close(exact_optimum(np.array(lesson["x"]), np.array(lesson["y"]), "mse"))
    assert in_node("return Curves.leastSquares([1, 1, 2], [0, 1, 2])") is None


def test_least_absolute_deviations_of_the_lesson(lesson: dict[str, list[float]]) -> None:
    found = np.array(in_node("return leastAbsolute(x, y)", **lesson))
    assert found == pytest.approx([2.614, 1.337, 0.564], abs=5e-4)
    assert loss(found, np.array(lesson["x"]), np.array(lesson["y"])) == pytest.approx(0.98592, abs=5e-6)


def hard_sets() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Points for which the best quadratic is not one, or where many points lie on it."""
    random = np.random.default_rng(3)
    sets = {
        f"{curve}, noise {noise}": make_points(curve, noise=noise) for curve in CURVES for noise in (0, 1)
    }
    sets |= {f"{n} at random": (random.normal(0, 2, n), random.normal(0, 5, n)) for n in (3, 4, 7, 60, 300)}
    grid = np.repeat(np.linspace(-2, 2, 6), 5)
    sets["many at each x"] = grid, random.integers(-2, 3, len(grid)).astype(float)
    sets["close together"] = 1 + np.linspace(0, 1e-3, 12), random.normal(0, 1, 12)
    sets["step of 60"] = make_points("step", noise=0, n=60)
    return sets


def test_least_absolute_deviations_find_the_same_loss_as_the_linear_program() -> None:
    sets = hard_sets()
    given = [{"x": x.tolist(), "y": y.tolist()} for x, y in sets.values()]
    found = in_node("return given.map(({ x, y }) => leastAbsolute(x, y))", given=given)
    for (name, (x, y)), params in zip(sets.items(), found, strict=True):
        best = loss(exact_optimum(x, y, "mae"), x, y)
        assert loss(np.array(params), x, y) == pytest.approx(best, rel=1e-6, abs=1e-7), name


def test_too_few_x_have_no_one_best_quadratic() -> None:
    assert in_node("return [leastAbsolute([1], [2]), leastAbsolute([0, 1, 1], [0, 1, 2])]") == [None, None]


def networks() -> list[Units]:
    random = np.random.default_rng(5)
    many = []
    for k in (1, 2, 10, 100):
        m, b, w = random.normal(0, 2, (3, k))
        many.append(Units(m, b, w, float(random.normal())))
    level_and_dead = Units(
        np.array([0.0, 1, -1, 1]), np.array([-1.0, -2, -2, -1.99]), np.array([1.0, 1, 1, 1]), 0.5
    )
    return [*many, level_and_dead]


def test_networks_knots_and_dead_units() -> None:
    x = np.linspace(-2, 2, LESSON_N)
    by_activation = in_node(
        """return activations.map((activation) => all.map((units) => ({
             curve: Curves.network(units, x, activation),
             knots: Curves.knots(units), // a NaN becomes null
             dead: Curves.deadUnits(units, x, activation),
           })))""",
        all=[units.as_lists() for units in networks()],
        x=x.tolist(),
        activations=list(ACTIVATIONS),
    )
    for activation, answers in zip(ACTIVATIONS, by_activation, strict=True):
        for units, answer in zip(networks(), answers, strict=True):
            assert answer["curve"] == close(predict_network(units, x, activation))
            np.testing.assert_allclose(np.array(answer["knots"], dtype=float), knots(units), rtol=1e-9)
            assert answer["dead"] == dead_units(units, x, activation)
        assert answers[-1]["dead"] == ([0, 1, 2] if activation == "relu" else [])
