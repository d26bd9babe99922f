"""A tour of what can be said about a run of the corner: a baseline, an interval and a plain sentence.

A small error on the cells trained on proves little: with enough factors the model learns them by heart. So
there is the mean to compare with, and an interval around the error on hidden cells.

    baseline = measure_baseline(ratings, state.options)
    print(describe_run(state, ratings))                    # names divergence, overfitting and other troubles
    margin = measure_hidden_margin(state, ratings)         # stars
"""

from dataclasses import dataclass

import numpy as np

from shared.collab.corner import (
    CornerOptions,
    CornerState,
    hidden_cells,
    hidden_rmse_of,
    predict,
    rmse_of,
    scores_of,
    trained_cells,
)
from shared.stats import mean_interval


@dataclass(frozen=True)
class Baseline:
    """What one number for every cell achieves: the mean of the cells trained on."""

    mean: float  # stars
    train_rmse: float  # stars
    hidden_rmse: float | None  # stars, None when no cell is hidden
    hidden_margin: float | None  # stars, half the width of its 95 % interval


def measure_baseline(ratings: np.ndarray, options: CornerOptions) -> Baseline:
    """Measure "always the mean" on the same cells as the model."""
    trained = ratings[trained_cells(ratings, options)]  # (n_trained,)
    mean = float(trained.mean())
    unseen = hidden_rmse_of(mean - ratings, hidden_cells(ratings, options))
    margin = _margin(mean - ratings, hidden_cells(ratings, options))
    return Baseline(mean, rmse_of(mean - trained), unseen[0] if unseen else None, margin)


def describe_run(state: CornerState, ratings: np.ndarray) -> str:
    """Say in a few plain sentences how the run goes, naming divergence and other troubles."""
    rmse = state.train_rmse
    if state.diverged_at is not None:
        return (
            f"**Diverged at step {state.diverged_at:,}.** "
            "The steps were too large and the error grew without end. "
            "The cells show the step before. Choose a smaller learning rate and start again."
        )
    if len(rmse) == 1:
        return "Not trained yet. The factors are small random numbers."
    baseline = measure_baseline(ratings, state.options).train_rmse
    if rmse[-1] > baseline and abs(rmse[-1] - rmse[-2]) < 1e-9:
        if state.segments[-1][1] == 0:
            return "**Standing still.** The learning rate is 0, so no step goes anywhere."
        if state.options.use_y_range and np.abs(scores_of(state.params)).max() > 15:
            return (
                "**Stuck.** The step was so large that predictions are pinned to the ends of the range. "
                "The slope there is flat, so nothing moves. Choose a smaller learning rate and start again."
            )
        return "**Stuck.** A step no longer changes anything. Try a smaller weight decay and start again."
    if rmse[-1] > 1.1 * rmse.min():
        return "**The error went up.** The steps are too large. Try a smaller learning rate."
    if len(state.hidden_rmse) and state.hidden_rmse[-1] > 1.1 * state.hidden_rmse.min():
        return (
            "**Learning by heart.** It improves on what it has seen and gets worse on the hidden cells. "
            "Try more weight decay or fewer factors."
        )
    if rmse[-1] > baseline:
        return "Learning. Not yet better than always saying the mean."
    return "Learning. Better than always saying the mean."


def measure_hidden_margin(state: CornerState, ratings: np.ndarray) -> float | None:
    """Measure half the width of a 95 % interval (stars) around the last hidden RMSE, if cells are hidden.

    By the delta method from the spread of the squared errors. It covers the choice of cells, not of users and
    films.
    """
    return _margin(predict(state) - ratings, hidden_cells(ratings, state.options))


def _margin(errors: np.ndarray, hidden: np.ndarray) -> float | None:
    if not hidden.any():
        return None
    found = mean_interval(errors[hidden] ** 2)
    return float((found.high - found.mean) / (2 * np.sqrt(found.mean))) if found.mean else 0.0
