"""Train the star model: alternating least squares in which films and users keep their uncertainty.

Plain alternating least squares fixes the films, solves a small ridge regression for every user, then turns
round. It takes each solution for certain, so films with few ratings overfit. Here each solution is a normal
distribution (variational Bayes): the same ridge systems, plus the covariance of the other side in every one.
How strongly to shrink is not tuned but learned from the data at each pass, and a film starts from what its
genres and year promise.

    model, history = fit_stars(read_ratings(), factors=8, epochs=60)
    history[-1]                                # {"epoch": 60, "train_rmse": 0.7..., "valid_rmse": ...}

All sums over ratings are sparse products, so a pass costs time in proportion to the number of ratings and
memory in proportion to the number of users and films.

Follows: Lim and Teh, "Variational Bayesian approach to movie rating prediction" (2007); side information as
in Simm et al., "Macau: scalable Bayesian factorization with high-dimensional side information" (2015).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import scipy.sparse as sp

from shared.collab.data import RatingsTable
from shared.collab.film_features import film_features
from shared.collab.metrics import rmse
from shared.collab.stars import StarModel, clip_stars

Progress = Callable[[dict[str, float]], None]

_START_SPREAD = 0.1  # standard deviation of the first factors
_PRIOR_STRENGTH, _PRIOR_VARIANCE = 5.0, 0.05  # the learned priors start as if from 5 users of this variance
_FEATURE_RIDGE = 5.0  # keeps the weights of genres and years small
_CHUNK = 200_000  # ratings handled at a time where each needs its own row


@dataclass
class _Side:
    """Users or films: a normal distribution each, factors first and the bias last."""

    means: np.ndarray  # (n, d)
    covariances: np.ndarray  # (n, d, d)
    prior_means: np.ndarray  # (n, d) or (d,)
    prior_precision: np.ndarray  # (d, d)

    def features(self) -> tuple[np.ndarray, np.ndarray]:
        """(n, d) what multiplies the other side's factors and bias, and (n, d, d) its uncertainty."""
        features, unsure = self.means.copy(), self.covariances.copy()
        features[:, -1] = 1.0
        unsure[:, -1, :] = unsure[:, :, -1] = 0.0
        return features, unsure


def fit_stars(
    table: RatingsTable,
    *,
    factors: int = 8,
    epochs: int = 60,
    weight_decay: float = 0.0,
    seed: int = 0,
    valid: RatingsTable | None = None,
    on_epoch: Progress | None = None,
    fixed_factors: np.ndarray | None = None,
    checkpoint: Path | None = None,
) -> tuple[StarModel, list[dict[str, float]]]:
    """Fit films and users in turns.

    Args:
        table: the training ratings.
        factors: numbers that describe a film, besides its bias.
        epochs: passes over films and users.
        weight_decay: added to the learned precision of every factor and bias; 0 leaves it to the data.
        seed: of the first factors.
        valid: ratings kept out, measured after each epoch; users and films numbered as in `table`.
        on_epoch: called with each entry of the history as it is made.
        fixed_factors: (n_films, k) factors trained elsewhere and kept; only biases and users are fitted.
        checkpoint: a file for the state after each epoch; where it is there already, the fit goes on from it,
            to the same result.

    Returns:
        The model and one entry an epoch: `epoch`, `train_rmse`, `valid_rmse` in stars (NaN without `valid`).
    """
    import scipy.sparse as sp

    y = table.stars - table.stars.mean()
    ratings = sp.csr_matrix((y, (table.films, table.users)), (table.n_films, table.n_users))
    rated = ratings.copy()
    # A rating equal to the mean is a stored zero: it must count as rated.
    rated.data = np.ones_like(rated.data)
    by_film, by_user = (rated, ratings), (rated.T.tocsr(), ratings.T.tocsr())

    features = film_features(table.catalogue)
    films, users = _start(table, factors, seed, fixed_factors)
    noise_precision = 1.3
    history: list[dict[str, float]] = []
    if checkpoint is not None and checkpoint.exists():
        noise_precision, history = _load(checkpoint, films, users)
    decay = weight_decay * np.eye(films.means.shape[1])
    for epoch in range(len(history) + 1, epochs + 1):
        noise_precision = _update(films, users, *by_film, noise_precision, decay, learn_noise=True)
        if fixed_factors is not None:
            films.means[:, :-1] = fixed_factors
            films.covariances[:, :-1] = films.covariances[:, :, :-1] = 0.0
        _update(users, films, *by_user, noise_precision, decay)
        if epoch > 1:
            _learn_film_prior(films, features)
            _learn_user_prior(users)
        entry = {"epoch": epoch, **_errors(films, users, table, valid)}
        history.append(entry)
        if checkpoint is not None:
            _save(checkpoint, films, users, noise_precision, history, is_last=epoch == epochs)
        if on_epoch:
            on_epoch(entry)
    return _as_model(films, users, float(table.stars.mean()), noise_precision), history


def _start(
    table: RatingsTable, factors: int, seed: int, fixed_factors: np.ndarray | None
) -> tuple[_Side, _Side]:
    """Small random factors, no biases, and loose priors."""
    rng = np.random.default_rng(seed)
    if fixed_factors is not None:
        factors = fixed_factors.shape[1]
    d = factors + 1
    precision = np.diag([10.0] * factors + [5.0])
    sides = []
    for n in (table.n_films, table.n_users):
        means = np.zeros((n, d))
        means[:, :factors] = rng.normal(0, _START_SPREAD, (n, factors))
        sides.append(_Side(means, np.zeros((n, d, d)), np.zeros(d), precision))
    return sides[0], sides[1]


def _save(
    path: Path,
    films: _Side,
    users: _Side,
    noise_precision: float,
    history: list[dict[str, float]],
    *,
    is_last: bool,
) -> None:
    """Write the state after an epoch, whole or not at all.

    The films' covariances take the most room. The next epoch begins by working them out, so only the last one
    keeps them.
    """
    arrays = {
        f"films.{name}": value for name, value in vars(films).items() if is_last or name != "covariances"
    }
    arrays |= {f"users.{name}": value for name, value in vars(users).items()}
    errors = [[entry["train_rmse"], entry["valid_rmse"]] for entry in history]
    unfinished = path.with_suffix(".new")
    with unfinished.open("wb") as file:
        np.savez(file, noise_precision=noise_precision, errors=errors, **arrays)
    unfinished.replace(path)


def _load(path: Path, films: _Side, users: _Side) -> tuple[float, list[dict[str, float]]]:
    """Read what `_save` wrote into both sides; returns the noise precision and the history."""
    with np.load(path, allow_pickle=False) as arrays:
        for name in arrays:
            side, _, part = name.partition(".")
            if part:
                setattr(films if side == "films" else users, part, arrays[name])
        history = [
            {"epoch": epoch, "train_rmse": float(train), "valid_rmse": float(valid)}
            for epoch, (train, valid) in enumerate(arrays["errors"], 1)
        ]
        return float(arrays["noise_precision"]), history


def _update(
    side: _Side,
    other: _Side,
    rated: "sp.csr_matrix",
    ratings: "sp.csr_matrix",
    noise_precision: float,
    decay: np.ndarray,
    *,
    learn_noise: bool = False,
) -> float:
    """Solve the ridge system of every row of `side` with `other` fixed; returns the noise precision.

    Args:
        side: what is updated, in place.
        other: what is held fixed.
        rated: sparse (n_side, n_other), 1 where there is a rating.
        ratings: the same with the stars above or below the mean.
        noise_precision: 1 / variance of a rating.
        decay: (d, d) extra precision.
        learn_noise: whether to work the noise precision out anew, from this update's own residuals.
    """
    n, d = side.means.shape
    features, unsure = other.features()
    rows, columns = np.tril_indices(d)
    squares = features[:, rows] * features[:, columns] + unsure[:, rows, columns]  # (n_other, d(d+1)/2)
    bias = other.means[:, -1]
    bias_products = features * bias[:, None]
    bias_products[:, :-1] += other.covariances[:, :-1, -1]

    gram = np.empty((n, d, d))
    gram[:, rows, columns] = gram[:, columns, rows] = rated @ squares
    target = ratings @ features - rated @ bias_products  # (n, d)
    precision = side.prior_precision + decay
    pull = side.prior_means @ side.prior_precision + noise_precision * target
    side.covariances = np.linalg.inv(precision + noise_precision * gram)
    side.means = np.einsum("nij,nj->ni", side.covariances, np.broadcast_to(pull, (n, d)))
    if not learn_noise:
        return noise_precision
    # Expected squared residual, summed over ratings without ever making one row a rating.
    n_rated, summed = rated.sum(0), ratings.sum(0)
    of_targets = (ratings.data**2).sum() + np.asarray(
        n_rated @ (bias**2 + other.covariances[:, -1, -1]) - 2 * (summed @ bias)
    ).item()
    of_fits = np.einsum("nij,ni,nj->", gram, side.means, side.means) + np.einsum(
        "nij,nij->", gram, side.covariances
    )
    residual = of_targets - 2 * np.einsum("ni,ni->", side.means, target) + of_fits
    return float(len(ratings.data) / max(residual, 1e-6 * len(ratings.data)))


def _learn_film_prior(films: _Side, features: np.ndarray) -> None:
    """Expect of each film what its genres, year and fame promise, with the spread that is left."""
    ridge = features.T @ features + _FEATURE_RIDGE * np.eye(features.shape[1])
    films.prior_means = features @ np.linalg.solve(ridge, features.T @ films.means)
    films.prior_precision = _learned_precision(films.means - films.prior_means, films.covariances)


def _learn_user_prior(users: _Side) -> None:
    """A typical user, and how far users spread around it."""
    n = len(users.means)
    users.prior_means = users.means.mean(0) * n / (n + 1)
    users.prior_precision = _learned_precision(users.means - users.prior_means, users.covariances)


def _learned_precision(deviations: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    """(d, d) inverse of the mean squared deviation, uncertainty included, with a weak prior of its own."""
    d = deviations.shape[1]
    spread = deviations.T @ deviations + covariances.sum(0) + _PRIOR_STRENGTH * _PRIOR_VARIANCE * np.eye(d)
    return np.linalg.inv(spread / (len(deviations) + _PRIOR_STRENGTH))


def _errors(films: _Side, users: _Side, table: RatingsTable, valid: RatingsTable | None) -> dict[str, float]:
    """Root mean squared errors in stars of training and validation ratings."""
    mean = table.stars.mean()
    return {
        "train_rmse": _rmse_of(films, users, table, mean),
        "valid_rmse": _rmse_of(films, users, valid, mean)
        if valid is not None and len(valid)
        else float("nan"),
    }


def _rmse_of(films: _Side, users: _Side, table: RatingsTable, mean: float) -> float:
    predicted = np.empty(len(table))
    for start in range(0, len(table), _CHUNK):
        part = slice(start, start + _CHUNK)
        film, user = films.means[table.films[part]], users.means[table.users[part]]
        predicted[part] = mean + film[:, -1] + user[:, -1] + np.einsum("nk,nk->n", film[:, :-1], user[:, :-1])
    return rmse(clip_stars(predicted), table.stars)


def _as_model(films: _Side, users: _Side, mean_stars: float, noise_precision: float) -> StarModel:
    """Turn the factors so that users spread by 1 along each: then cosines between films mean something."""
    spread = np.linalg.inv(users.prior_precision)  # (d, d)
    stretch = np.linalg.cholesky(spread[:-1, :-1])  # users' factors = stretch @ new factors
    d = len(spread)
    to_new = np.eye(d)
    to_new[:-1, :-1] = stretch.T  # film factors; keeps every dot product
    user_to_new = np.eye(d)
    user_to_new[:-1, :-1] = np.linalg.inv(stretch)
    return StarModel(
        mean_stars=mean_stars,
        noise_precision=noise_precision,
        film_means=films.means @ to_new.T,
        film_covariances=to_new @ films.covariances @ to_new.T,
        user_mean=user_to_new @ users.prior_means,
        user_precision=np.linalg.inv(user_to_new @ spread @ user_to_new.T),
    )
