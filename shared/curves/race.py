"""The race: a visitor's quadratic against four ways to fit one, all by the same loss.

x, y = make_points()
for racer in run_race(x, y, visitor=[2.5, 1.5, 0.5]):
    print(racer.name, racer.loss)               # You 1.07, Coordinate descent 0.99, ...
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.curves.points import check_choice, check_params
from shared.curves.points_text import as_number
from shared.curves.quadratic import LOSSES, START, Run, coordinate_descent, descend, exact_optimum, loss
from shared.words import count

N_ROUNDS = 100  # of coordinate descent, which as a rule ends much earlier


@dataclass(frozen=True, eq=False)
class Racer:
    """One who took part.

    Attributes:
        name: for people.
        params: (3,), where it ended.
        loss: there.
        losses: after each step, the start first; None for one that took no steps.
        note: how it went, a sentence or two.
    """

    name: str
    params: np.ndarray
    loss: float
    losses: list[float] | None
    note: str


def run_race(
    x: np.ndarray,
    y: np.ndarray,
    *,
    kind: str = "mae",
    start: Sequence[float] | np.ndarray = START,
    lr: float = 0.01,
    n_steps: int = 1000,
    visitor: object = None,
    loss_unit: float = 1,
) -> list[Racer]:
    """Let everybody fit a quadratic to the same points.

    Args:
        x: (n,).
        y: (n,).
        kind: a key of `LOSSES`.
        start: where all but the visitor and the exact optimum begin, (3,).
        lr: learning rate of gradient descent.
        n_steps: how many steps of it.
        visitor: the visitor's own a, b and c, if there are any.
        loss_unit: what a loss of 1 is in the units that the notes speak of.

    Returns:
        The visitor when there is one, coordinate descent, gradient descent, gradient descent whose gradients
        are never zeroed, and the exact optimum, in this order.

    Raises:
        InputError: a number is out of range, or there is no such loss.
    """
    kind = check_choice("The loss", kind, LOSSES)
    racers = []
    if visitor is not None:
        params = check_params("Your parameters", visitor)
        racers.append(Racer("You", params, loss(params, x, y, kind), None, "Your sliders."))
    turns = coordinate_descent(start, x, y, kind=kind, n_rounds=N_ROUNDS)
    zeroed = descend(start, x, y, kind=kind, lr=lr, n_steps=n_steps)
    summed = descend(start, x, y, kind=kind, lr=lr, n_steps=n_steps, zero_gradients=False)
    best = exact_optimum(x, y, kind)
    return [
        *racers,
        _finish(
            "Coordinate descent", turns, f"One parameter at a time, {count(len(turns.losses) - 1, 'turn')}."
        ),
        _finish("Gradient descent", zeroed, _describe(zeroed, loss_unit)),
        _finish("Gradients never zeroed", summed, _describe(summed, loss_unit)),
        Racer(
            "Exact optimum", best, loss(best, x, y, kind), None, "Computed directly. No quadratic is better."
        ),
    ]


def _finish(name: str, run: Run, note: str) -> Racer:
    return Racer(name, run.params[-1], float(run.losses[-1]), run.losses.tolist(), note)


def _describe(run: Run, loss_unit: float) -> str:
    n_steps = len(run.losses) - 1
    if run.diverged_at is not None:
        return f"Diverged at step {run.diverged_at:,}: try a smaller learning rate."
    lowest = int(run.losses.argmin())
    note = f"{count(n_steps, 'step')}."
    if run.losses[-1] > 1.05 * run.losses[lowest]:
        least = run.losses[lowest] * loss_unit
        shown = f"{least:.3f}" if loss_unit == 1 else as_number(least, 4)
        note += f" It had been at {shown} after step {lowest:,}."
    return note
