"""The quadratic a x^2 + b x + c, its loss, the loss's gradient worked out by hand, and three ways to fit it.

Gradient descent can forget to zero the gradients, as the notebook "How does a neural net really work"
(lesson 3) does: PyTorch adds each new gradient to the old ones, so steps grow and overshoot.

    x, y = make_points()                                         # shared.curves.data: the lesson's points
    run = descend([1.1, 1.1, 1.1], x, y, n_steps=10, zero_gradients=False)
    run.losses.round(2)                                          # 2.42, 2.40, 2.36, 2.30, 2.21, ...
    exact_optimum(x, y, "mae")                                   # 2.614, 1.337, 0.564
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.curves.points import check_choice, check_number, check_params, check_whole
from shared.limits import MAX_CURVE_RATE, MAX_CURVE_ROUNDS, MAX_CURVE_STEPS

LOSSES = {"mae": "Mean absolute error (MAE)", "mse": "Mean squared error (MSE)"}
START = (1.1, 1.1, 1.1)  # where the lesson's sliders begin

# A parameter beyond this has diverged. With the mean absolute error a learning rate of 1e9 does not explode,
# it jumps about at that size for ever: the bound must lie below it, and above all that people can set.
TOO_LARGE = 1e8


@dataclass(frozen=True, eq=False)
class Run:
    """A way through the parameters. Entry k is after k steps, entry 0 the start, so s steps make s+1 entries.

    The published notebook takes one step, then prints the loss *before* each further step: its first printed
    figure, "step=0; loss=2.40", is entry 1 here.

    Attributes:
        params: (s+1, 3), a, b and c.
        losses: (s+1,), in units of y, or their square.
        gradients: (s+1, 3), what the step from here uses: the slope, or the sum of all so far when gradients
            are not zeroed.
        diverged_at: the last entry, when one of its parameters is beyond `TOO_LARGE` and the run ends there.
    """

    params: np.ndarray
    losses: np.ndarray
    gradients: np.ndarray
    diverged_at: int | None = None


def predict(params: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Compute a x^2 + b x + c.

    Args:
        params: (..., 3), one quadratic or many.
        x: (n,).

    Returns:
        (..., n).
    """
    a, b, c = np.moveaxis(np.asarray(params, dtype=float), -1, 0)[..., None]  # (..., 1) each
    return a * x * x + b * x + c


def loss(params: np.ndarray, x: np.ndarray, y: np.ndarray, kind: str = "mae") -> float:
    """Say how far the curve is from the points on average: mean |error|, or mean error^2.

    Args:
        params: (3,).
        x: (n,).
        y: (n,).
        kind: a key of `LOSSES`.
    """
    return _mean_loss(predict(params, x) - y, kind)


def _mean_loss(errors: np.ndarray, kind: str) -> float:
    return float(np.mean(errors * errors if kind == "mse" else np.abs(errors)))


def gradient(params: np.ndarray, x: np.ndarray, y: np.ndarray, kind: str = "mae") -> np.ndarray:
    """Work out the slope of the loss along a, b and c, by hand.

    With the error e_i = a x_i^2 + b x_i + c - y_i, de_i/da = x_i^2, de_i/db = x_i and de_i/dc = 1. The chain
    rule gives, for the mean absolute error, d/da = mean(sign(e_i) x_i^2), since the slope of |e| is sign(e);
    for the mean squared error d/da = mean(2 e_i x_i^2). The same with x_i for b and 1 for c. At e = 0 the
    slope of |e| is not defined; like PyTorch this takes 0.

    Args:
        params: (3,).
        x: (n,).
        y: (n,).
        kind: a key of `LOSSES`.

    Returns:
        (3,).
    """
    return _gradient_of(predict(params, x) - y, x, kind)


def _gradient_of(errors: np.ndarray, x: np.ndarray, kind: str) -> np.ndarray:
    push = 2 * errors if kind == "mse" else np.sign(errors)  # (n,)
    return np.array([np.mean(push * x * x), np.mean(push * x), np.mean(push)])


def descend(
    start: Sequence[float] | np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    *,
    kind: str = "mae",
    lr: float = 0.01,
    n_steps: int,
    zero_gradients: bool = True,
) -> Run:
    """Walk downhill: `params -= lr * gradient`, again and again.

    Args:
        start: (3,).
        x: (n,).
        y: (n,).
        kind: a key of `LOSSES`.
        lr: learning rate, 0 to MAX_CURVE_RATE.
        n_steps: how many steps; 0 gives the start alone.
        zero_gradients: False adds each gradient to the earlier ones, as PyTorch does without `zero_()`.

    Raises:
        InputError: a number is out of range, or there is no such loss.
    """
    params = check_params("The start", start, largest=TOO_LARGE)
    kind = check_choice("The loss", kind, LOSSES)
    lr = check_number("The learning rate", lr, low=0, high=MAX_CURVE_RATE)
    n_steps = check_whole("The number of steps", n_steps, low=0, high=MAX_CURVE_STEPS)
    all_params, losses, gradients = [], [], []
    held, diverged_at = np.zeros(3), None
    with np.errstate(over="ignore", invalid="ignore"):  # a run that explodes is an answer, not an accident
        for at in range(n_steps + 1):
            errors = predict(params, x) - y
            slope = _gradient_of(errors, x, kind)
            held = slope if zero_gradients else held + slope
            all_params.append(params)
            losses.append(_mean_loss(errors, kind))
            gradients.append(held)
            if not np.abs(params).max() <= TOO_LARGE:  # so that NaN counts too
                diverged_at = at
                break
            params = params - lr * held
    return Run(np.array(all_params), np.array(losses), np.array(gradients), diverged_at)


def coordinate_descent(
    start: Sequence[float] | np.ndarray, x: np.ndarray, y: np.ndarray, *, kind: str = "mae", n_rounds: int
) -> Run:
    """Set one parameter after the other to its best value while the others stand still.

    That is what one does with sliders. The best value of one parameter p with de_i/dp = u_i is, for the mean
    squared error, sum(u r) / sum(u^2), where r is what the others leave over; for the mean absolute error it
    is the median of r_i / u_i weighted by |u_i|, because mean |r - p u| = mean |u| |r/u - p|. The loss never
    goes up. With the mean absolute error it can get stuck in a crease, where only two parameters moved
    together would help.

    Args:
        start: (3,).
        x: (n,).
        y: (n,).
        kind: a key of `LOSSES`.
        n_rounds: how many times each parameter has its turn; it ends early once a round changes nothing.

    Returns:
        One entry for the start and one for each turn.

    Raises:
        InputError: a number is out of range, or there is no such loss.
    """
    params = check_params("The start", start, largest=TOO_LARGE)
    kind = check_choice("The loss", kind, LOSSES)
    n_rounds = check_whole("The number of rounds", n_rounds, low=0, high=MAX_CURVE_ROUNDS)
    design = _design(x)
    lowest = loss(params, x, y, kind)
    all_params, losses = [params], [lowest]
    for _ in range(n_rounds):
        before = lowest
        for at in range(3):
            candidate = params.copy()
            candidate[at] = 0.0
            candidate[at] = _best_alone(y - predict(candidate, x), design[:, at], kind)
            candidate_loss = loss(candidate, x, y, kind)
            if candidate_loss < lowest:  # rounding must not take it up
                params, lowest = candidate, candidate_loss
            all_params.append(params)
            losses.append(lowest)
        if lowest == before:
            break
    return Run(
        np.array(all_params), np.array(losses), np.array([gradient(p, x, y, kind) for p in all_params])
    )


def _best_alone(rest: np.ndarray, u: np.ndarray, kind: str) -> float:
    """Find the p that makes `rest - p u` smallest; NaN when p changes nothing."""
    used = np.abs(u) > 1e-12  # a column of smaller numbers would ask for a p beyond all use
    if not used.any():
        return np.nan
    rest, u = rest[used], u[used]
    if kind == "mse":
        return float(rest @ u / (u @ u))
    ratios, weights = rest / u, np.abs(u)
    order = np.argsort(ratios)
    cumulative = np.cumsum(weights[order])
    return float(ratios[order][np.searchsorted(cumulative, cumulative[-1] / 2)])


def exact_optimum(x: np.ndarray, y: np.ndarray, kind: str = "mae") -> np.ndarray:
    """Find the quadratic with the lowest loss there is.

    For the mean squared error that is least squares. For the mean absolute error (least absolute deviations)
    it is a linear program; its dual has one bounded variable for each point, which says on which side of the
    curve the point lies, and three equations, whose multipliers are a, b and c.

    Args:
        x: (n,), at least one.
        y: (n,).
        kind: a key of `LOSSES`.

    Returns:
        (3,). With fewer than three different x many quadratics are best; this is the shortest vector.

    Raises:
        InputError: there is no such loss.
    """
    kind = check_choice("The loss", kind, LOSSES)
    different = np.unique(x)
    if len(different) < 3:
        # A quadratic goes through any two heights, so each x gets the best height of its own.
        centre = np.mean if kind == "mse" else np.median
        return np.linalg.lstsq(_design(different), [centre(y[x == at]) for at in different])[0]
    # Columns of like size: x^2 of 1e12 beside 1 would cost all digits.
    middle, unit = (x.min() + x.max()) / 2, (x.max() - x.min()) / 2
    unit = unit if unit > 1e-9 else 1.0
    design = _design((x - middle) / unit)  # (n, 3)
    a, b, c = np.linalg.lstsq(design, y)[0] if kind == "mse" else _least_absolute(design, y)
    return np.array(
        [
            a / unit**2,
            b / unit - 2 * a * middle / unit**2,
            c - b * middle / unit + a * middle**2 / unit**2,
        ]
    )


def _least_absolute(design: np.ndarray, y: np.ndarray) -> np.ndarray:
    from scipy.optimize import linprog

    size = float(np.abs(y).max()) / 1000 or 1.0  # the solver's tolerances suit numbers of this size
    answer = linprog(-y / size, A_eq=design.T, b_eq=np.zeros(3), bounds=(-1, 1), method="highs")
    if not answer.success:
        raise ArithmeticError(f"the linear program was not solved: {answer.message}")
    return -answer.eqlin.marginals * size


def _design(x: np.ndarray) -> np.ndarray:
    return np.stack([x * x, x, np.ones_like(x)], axis=1)  # (n, 3): what a, b and c are multiplied by
