"""A tour of collaborative filtering small enough to watch: 15 users, 15 films, a few factors.

The corner is the part of the real ratings matrix where the users and films with most ratings meet. A
prediction is `dot product (+ user bias + film bias)`, squeezed into `Y_RANGE` by a sigmoid when that is on.
Training is full-batch gradient descent: every step looks at all filled cells, with gradients worked out by
hand. The tests compare them with PyTorch, step by step.

    matrix, movie_ids = build_corner(ratings_frame)
    state = start_corner(matrix, CornerOptions(n_factors=5))
    state = take_steps(state, matrix, 100, lr=1.0, weight_decay=0.0)

Follows lesson 7 of Practical Deep Learning for Coders (its spreadsheet has the same shape) and fastai book
chapter 8.
"""

from dataclasses import dataclass, field, replace
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

from shared.errors import InputError
from shared.limits import MAX_CORNER_CALL_STEPS, MAX_CORNER_FACTORS, MAX_CORNER_STEPS

if TYPE_CHECKING:
    import pandas as pd

N_CORNER = 15
Y_RANGE = (0.0, 5.5)  # stars; a little above 5, because a sigmoid never reaches its ends
N_HIDDEN = 40  # cells kept out of training when the visitor asks for it
USER_NAMES = tuple(f"User {letter}" for letter in "ABCDEFGHIJKLMNO")
INITIAL_SPREAD = 0.1  # standard deviation of the first factors
_HOPELESS_RMSE = 1e6  # stars: from here on there is no way back

Params = dict[str, np.ndarray]


def build_corner(ratings: "pd.DataFrame") -> tuple[np.ndarray, list[int]]:
    """Cut the 15 x 15 corner out of a frame of ratings, and forget who rated.

    The rows come out sorted by their mean, most generous first, so nothing of the raters' ids or order is
    left.

    Args:
        ratings: one row a rating, with columns `userId`, `movieId` and `rating` (stars).

    Returns:
        The stars (15, 15), users by films, NaN where there is no rating; and the films' movie ids, most rated
        first.

    Raises:
        InputError: when there are fewer than 15 users or 15 films, or the corner has an empty row or column.
    """
    users = _most_rated(ratings["userId"])
    films = _most_rated(ratings["movieId"])
    if len(users) < N_CORNER or len(films) < N_CORNER:
        raise InputError(f"The ratings need at least {N_CORNER} users and {N_CORNER} films.")
    inside = ratings[ratings["userId"].isin(users) & ratings["movieId"].isin(films)]
    pivot = inside.pivot_table(index="userId", columns="movieId", values="rating", aggfunc="last")
    matrix = pivot.reindex(index=users, columns=films).to_numpy(dtype=float)  # (15, 15)
    filled = ~np.isnan(matrix)
    if not (filled.any(axis=0).all() and filled.any(axis=1).all()):
        raise InputError("A user or a film in the corner has no rating there: use a larger set of ratings.")
    return matrix[np.argsort(-np.nanmean(matrix, axis=1), kind="stable")], [int(film) for film in films]


def _most_rated(column: "pd.Series") -> list:
    counts = column.value_counts()
    return sorted(counts.index, key=lambda key: (-counts[key], key))[:N_CORNER]


@dataclass(frozen=True)
class CornerOptions:
    """What makes one model different from another; changing any of these means starting again."""

    n_factors: int = 5
    use_bias: bool = True
    use_y_range: bool = True
    n_hidden: int = 0  # filled cells kept out of training, to test the model on ratings it never saw
    seed: int = 0


@dataclass(frozen=True, eq=False)
class CornerState:
    """One visitor's run so far. Never changed in place: each step gives a new one."""

    options: CornerOptions
    params: Params  # user_factors and film_factors (n, n_factors); user_bias and film_bias (n,) when used
    train_rmse: np.ndarray  # (n_steps + 1,) stars, over the cells trained on; entry 0 is before any step
    hidden_rmse: np.ndarray  # the same over the hidden cells; empty when none are hidden
    diverged_at: int | None = None  # the step whose error was too large to go on from
    segments: tuple[tuple[int, float, float], ...] = field(default=())  # (n_steps, lr, weight_decay)

    @property
    def n_steps(self) -> int:
        """How many steps this run has taken."""
        return sum(segment[0] for segment in self.segments)


def hidden_cells(ratings: np.ndarray, options: CornerOptions) -> np.ndarray:
    """Find the filled cells that are kept out of training: a boolean array of the shape of `ratings`."""
    hidden = np.zeros(ratings.shape, dtype=bool)
    if options.n_hidden:
        cells = np.argwhere(~np.isnan(ratings))
        chosen = cells[np.random.RandomState(options.seed).permutation(len(cells))[: options.n_hidden]]
        hidden[chosen[:, 0], chosen[:, 1]] = True
    return hidden


def trained_cells(ratings: np.ndarray, options: CornerOptions) -> np.ndarray:
    """Find the cells to learn from: filled and not hidden."""
    return ~np.isnan(ratings) & ~hidden_cells(ratings, options)


def initial_params(shape: tuple[int, int], options: CornerOptions) -> Params:
    """Small random factors and zero biases, the same for the same seed.

    Args:
        shape: (n_users, n_films).
        options: the model to start.
    """
    rng = np.random.default_rng(options.seed)
    params = {
        "user_factors": rng.normal(0, INITIAL_SPREAD, (shape[0], options.n_factors)),
        "film_factors": rng.normal(0, INITIAL_SPREAD, (shape[1], options.n_factors)),
    }
    if options.use_bias:
        params |= {"user_bias": np.zeros(shape[0]), "film_bias": np.zeros(shape[1])}
    return params


def start_corner(ratings: np.ndarray, options: CornerOptions | None = None) -> CornerState:
    """Begin a run at step 0.

    Args:
        ratings: stars (n_users, n_films), NaN where there is no rating.
        options: the model; the lesson's by default.

    Raises:
        InputError: when the number of factors or of hidden cells cannot be used.
    """
    options = options or CornerOptions()
    n_factors = _whole("The number of factors", options.n_factors, 1, MAX_CORNER_FACTORS)
    n_hidden = _whole("The number of hidden cells", options.n_hidden, 0, int((~np.isnan(ratings)).sum()) // 2)
    options = replace(options, n_factors=n_factors, n_hidden=n_hidden)
    params = initial_params(ratings.shape, options)
    errors = predict_params(params, options) - ratings
    train_rmse = rmse_of(errors[trained_cells(ratings, options)])
    unseen = hidden_rmse_of(errors, hidden_cells(ratings, options))
    return CornerState(options, params, np.array([train_rmse]), np.array(unseen))


def predict(state: CornerState) -> np.ndarray:
    """Predicted stars for every cell, filled or not: (n_users, n_films)."""
    return predict_params(state.params, state.options)


def predict_params(params: Params, options: CornerOptions) -> np.ndarray:
    """The model itself: dot product, plus biases, into the range."""
    scores = scores_of(params)
    if not options.use_y_range:
        return scores
    low, high = Y_RANGE
    return low + (high - low) * _sigmoid(scores)


def loss_and_gradients(params: Params, ratings: np.ndarray, options: CornerOptions) -> tuple[float, Params]:
    """The mean squared error over the filled, not hidden cells, and its slope for every number of the model.

    With p the prediction, r the rating and n the number of cells, d loss / d score = 2 (p - r) / n *
    dp/dscore, where dp/dscore is 1, or (high - low) s (1 - s) behind the sigmoid s. The dot product hands
    this on: to a user's factors times the film's factors, and the other way round; to the biases as it is.

    Returns:
        The loss (stars squared) and a gradient of the shape of each entry of `params`.
    """
    trained = trained_cells(ratings, options)
    scores = scores_of(params)  # (n_users, n_films)
    slope: np.ndarray | float = 1.0
    predicted = scores
    if options.use_y_range:
        low, high = Y_RANGE
        s = _sigmoid(scores)
        predicted, slope = low + (high - low) * s, (high - low) * s * (1 - s)
    errors = np.where(trained, predicted - np.where(trained, ratings, 0.0), 0.0)
    n = trained.sum()
    d_scores = 2 * errors / n * slope  # (n_users, n_films)
    gradients = {
        "user_factors": d_scores @ params["film_factors"],
        "film_factors": d_scores.T @ params["user_factors"],
    }
    if options.use_bias:
        gradients |= {"user_bias": d_scores.sum(axis=1), "film_bias": d_scores.sum(axis=0)}
    return float((errors**2).sum() / n), gradients


def take_steps(
    state: CornerState, ratings: np.ndarray, n_steps: int, *, lr: float, weight_decay: float
) -> CornerState:
    """Walk downhill: `w -= lr * (gradient + weight_decay * w)`, as `torch.optim.SGD` does.

    A run that has diverged stays as it is. A run that diverges on the way stops there and says at which step.

    Args:
        state: the run so far.
        ratings: the corner the run was started with.
        n_steps: how many steps; 0 changes nothing.
        lr: learning rate.
        weight_decay: how strongly every number is pulled towards 0.

    Raises:
        InputError: when a number is not finite, is negative, or asks for too many steps.
    """
    n_steps = _whole("The number of steps", n_steps, 0, MAX_CORNER_CALL_STEPS)
    lr = _number("The learning rate", lr, 0.0, 1e12)
    weight_decay = _number("The weight decay", weight_decay, 0.0, 1e6)
    if n_steps == 0 or state.diverged_at is not None:
        return state
    if state.n_steps + n_steps > MAX_CORNER_STEPS:
        raise InputError(f"A run ends after {MAX_CORNER_STEPS:,} steps. Press Start again for a new one.")
    params, options = state.params, state.options
    trained, hidden = trained_cells(ratings, options), hidden_cells(ratings, options)
    train, unseen, diverged_at, taken = [], [], None, 0
    with np.errstate(over="ignore", invalid="ignore"):
        for taken in range(1, n_steps + 1):
            _, gradients = loss_and_gradients(params, ratings, options)
            moved = {name: w - lr * (gradients[name] + weight_decay * w) for name, w in params.items()}
            errors = predict_params(moved, options) - ratings
            rmse = rmse_of(errors[trained])
            if not (rmse < _HOPELESS_RMSE and all(np.isfinite(w).all() for w in moved.values())):
                diverged_at = state.n_steps + taken
                break  # the last numbers that can still be shown are kept
            params = moved
            train.append(rmse)
            unseen += hidden_rmse_of(errors, hidden)
    return replace(
        state,
        params=params,
        train_rmse=np.concatenate([state.train_rmse, train]),
        hidden_rmse=np.concatenate([state.hidden_rmse, unseen]),
        diverged_at=diverged_at,
        segments=_joined(state.segments, (taken, lr, weight_decay)),
    )


def scores_of(params: Params) -> np.ndarray:
    """Compute what the model says before the sigmoid: dot products and biases (n_users, n_films)."""
    scores = params["user_factors"] @ params["film_factors"].T  # (n_users, n_films)
    if "user_bias" in params:
        scores = scores + params["user_bias"][:, None] + params["film_bias"][None, :]
    return scores


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * x))  # the same as 1 / (1 + exp(-x)), and never overflows


def rmse_of(errors: np.ndarray) -> float:
    """Square, average, take the root: the typical size of the errors, in their own unit."""
    return float(np.sqrt((errors**2).mean()))


def hidden_rmse_of(errors: np.ndarray, hidden: np.ndarray) -> list[float]:
    """Give the RMSE over the hidden cells in a list, or an empty list when there are none."""
    return [rmse_of(errors[hidden])] if hidden.any() else []


def _joined(segments: tuple, new: tuple[int, float, float]) -> tuple:
    if segments and segments[-1][1:] == new[1:]:
        return (*segments[:-1], (segments[-1][0] + new[0], *new[1:]))
    return (*segments, new)


def _number(name: str, value: float, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= value <= high:
        raise InputError(f"{name} must be a number from {low:g} to {high:g}.")
    return float(value)


def _whole(name: str, value: int, low: int, high: int) -> int:
    number = _number(name, value, low, high)
    if number != int(number):
        raise InputError(f"{name} must be a whole number from {low:,} to {high:,}.")
    return int(number)
