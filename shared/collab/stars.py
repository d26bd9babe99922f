"""Predict stars: a dot product with biases whose visitor is folded in, in closed form.

The model is the lesson's, `stars = mean + film bias + user bias + film factors . user factors` (lesson 7;
fastbook chapter 8). What is added: every film keeps its *uncertainty*, so a film with three ratings does not
shout as loudly as one with three hundred, and every prediction comes with an interval.

A visitor is never trained. With the films fixed, the visitor's factors and bias are one small ridge
regression on the films they rated; its solution is linear in the stars, so every prediction splits exactly
into one contribution a rated film (the waterfall of "Why this?").

    taste = model.fold_in(film_indices, stars)
    model.predict(taste)                         # (n_films,) expected stars
    model.spread(taste, film_indices)            # standard deviation of the visitor's own rating

Follows: Salakhutdinov and Mnih, "Bayesian probabilistic matrix factorization" (ICML 2008), in its variational
form (Lim and Teh, "Variational Bayesian approach to movie rating prediction", 2007). Training is in
`fit_stars.py`.
"""

from dataclasses import dataclass

import numpy as np

LOWEST_STARS, HIGHEST_STARS = 0.5, 5.0
INTERVAL = 0.80  # share of ratings that the printed interval should hold; coverage is measured in training
INTERVAL_Z = 1.2816  # half-width of that interval in standard deviations of a normal distribution


@dataclass(frozen=True)
class Taste:
    """What a visitor's ratings say: a normal distribution over their factors and bias.

    Attributes:
        mean: (k + 1,) factors, then the visitor's bias in stars.
        covariance: (k + 1, k + 1) what is still unknown.
        n_ratings: how many ratings it rests on.
    """

    mean: np.ndarray
    covariance: np.ndarray
    n_ratings: int


@dataclass(frozen=True)
class StarModel:
    """Films as normal distributions in factor space, and what a typical user looks like.

    Attributes:
        mean_stars: mean of all training ratings.
        noise_precision: 1 / variance of a rating around its prediction, in 1 / stars^2.
        film_means: (n_films, k + 1) factors, then the film's bias in stars.
        film_covariances: (n_films, k + 1, k + 1) their uncertainty.
        user_mean: (k + 1,) factors and bias of a typical user.
        user_precision: (k + 1, k + 1) how alike users are, as an inverse covariance.
    """

    mean_stars: float
    noise_precision: float
    film_means: np.ndarray
    film_covariances: np.ndarray
    user_mean: np.ndarray
    user_precision: np.ndarray

    @property
    def n_factors(self) -> int:
        """Number of factors k, the bias not counted."""
        return self.film_means.shape[1] - 1

    @property
    def factors(self) -> np.ndarray:
        """(n_films, k) film factors."""
        return self.film_means[:, :-1]

    @property
    def film_bias(self) -> np.ndarray:
        """(n_films,) stars above or below the mean that are the film's own."""
        return self.film_means[:, -1]

    def features(self, films: np.ndarray | slice = slice(None)) -> np.ndarray:
        """(n, k + 1) what multiplies a user's factors and bias: the film's factors, then 1."""
        features = self.film_means[films].copy()
        features[:, -1] = 1.0
        return features

    def _system(self, films: np.ndarray) -> np.ndarray:
        """(k + 1, k + 1) posterior covariance of a user who rated `films`; the stars do not matter for it."""
        features = self.features(films)
        uncertain = self.film_covariances[films].sum(0)
        uncertain[-1, :] = uncertain[:, -1] = 0.0  # the 1 behind the user's bias is known exactly
        precision = self.user_precision + self.noise_precision * (features.T @ features + uncertain)
        return np.linalg.inv(precision)

    def _pulls(self, films: np.ndarray, stars: np.ndarray) -> np.ndarray:
        """(n_rated, k + 1) what each rating adds to the right-hand side of the ridge system."""
        surprise = stars - self.mean_stars - self.film_bias[films]  # (n_rated,)
        pulls = self.features(films) * surprise[:, None]
        pulls[:, :-1] -= self.film_covariances[films, :-1, -1]  # factors and bias are uncertain together
        return self.noise_precision * pulls

    def fold_in(self, films: np.ndarray, stars: np.ndarray) -> Taste:
        """Solve the visitor's ridge system.

        Args:
            films: (n_rated,) positions in the catalogue, each once.
            stars: (n_rated,) ratings from 0.5 to 5.
        """
        covariance = self._system(films)
        pull = self.user_precision @ self.user_mean + self._pulls(films, stars).sum(0)
        return Taste(covariance @ pull, covariance, len(films))

    def predict(self, taste: Taste, films: np.ndarray | slice = slice(None)) -> np.ndarray:
        """(n,) expected stars, not yet cut to 0.5 .. 5."""
        return self.mean_stars + self.film_bias[films] + self.features(films) @ taste.mean

    def spread(self, taste: Taste, films: np.ndarray) -> np.ndarray:
        """(n,) standard deviation, in stars, of the rating the visitor would give.

        Three unknowns add up: the visitor's taste, the film, and the mood of the day (the noise).
        """
        features, unsure = self.features(films), self.film_covariances[films]
        user = taste.mean.copy()
        user[-1] = 1.0  # multiplies the film's factors and bias
        from_taste = np.einsum("ni,ij,nj->n", features, taste.covariance, features)
        from_film = np.einsum("i,nij,j->n", user, unsure, user)
        from_both = np.einsum("ij,nij->n", taste.covariance[:-1, :-1], unsure[:, :-1, :-1])
        return np.sqrt(from_taste + from_film + from_both + 1 / self.noise_precision)

    def contributions(self, films: np.ndarray, stars: np.ndarray, target: int) -> tuple[float, np.ndarray]:
        """Split the prediction of one film into what a typical user brings and what each rating adds.

        Returns:
            (prior, parts): `mean_stars + film_bias[target] + prior + parts.sum()` equals the prediction
            exactly; parts is (n_rated,) in stars.
        """
        weights = self.features(np.array([target]))[0] @ self._system(films)  # (k + 1,)
        prior = float(weights @ self.user_precision @ self.user_mean)
        return prior, self._pulls(films, stars) @ weights

    def information(self, taste: Taste, importance: np.ndarray) -> np.ndarray:
        """(n_films,) how much one more rating of each film would shrink the variance of all predictions.

        Args:
            taste: what is known so far.
            importance: (n_films,) weights of the films whose predictions matter, summing to 1.

        Returns:
            the drop of the weighted mean variance in stars^2, the film's own noise and uncertainty included.
        """
        features = self.features()
        reach = features @ taste.covariance  # (n_films, k + 1)
        target = (features * importance[:, None]).T @ features  # (k + 1, k + 1)
        unsure = (
            1 / self.noise_precision
            + np.einsum("ni,ni->n", reach, features)
            + self.film_covariances[:, -1, -1]
        )
        return np.einsum("ni,ij,nj->n", reach, target, reach) / unsure

    def to_tensors(self) -> dict[str, np.ndarray]:
        """Arrays for safetensors: half precision, covariances as their lower triangles."""
        rows, columns = np.tril_indices(self.n_factors + 1)
        return {
            "stars.scalars": np.array([self.mean_stars, self.noise_precision], np.float64),
            "stars.film_means": self.film_means.astype(np.float16),
            "stars.film_covariances": self.film_covariances[:, rows, columns].astype(np.float16),
            "stars.user_mean": self.user_mean.astype(np.float32),
            "stars.user_precision": self.user_precision.astype(np.float32),
        }

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> "StarModel":
        """The inverse of `to_tensors`."""
        means = tensors["stars.film_means"].astype(np.float32)
        size = means.shape[1]
        rows, columns = np.tril_indices(size)
        covariances = np.zeros((len(means), size, size), np.float32)
        covariances[:, rows, columns] = covariances[:, columns, rows] = tensors["stars.film_covariances"]
        return cls(
            mean_stars=float(tensors["stars.scalars"][0]),
            noise_precision=float(tensors["stars.scalars"][1]),
            film_means=means,
            film_covariances=covariances,
            user_mean=tensors["stars.user_mean"].astype(np.float64),
            user_precision=tensors["stars.user_precision"].astype(np.float64),
        )


def clip_stars(stars: np.ndarray) -> np.ndarray:
    """Cut predictions to the scale that people may use, 0.5 to 5."""
    return np.clip(stars, LOWEST_STARS, HIGHEST_STARS)
