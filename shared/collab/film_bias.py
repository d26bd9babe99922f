"""What a film's bias says beside its mean rating.

The mean rating mixes three things: how good people find a film, how strictly those people rate, and whether
the film is to their taste. The bias is the first alone. Two films with the same mean can differ in it.

    find_same_mean_pair(recommender, min_ratings=50)     # two films: equal means, biases far apart
    bias_range(recommender, min_ratings=20)              # (lowest, highest) whisker, for a fixed axis

Follows lesson 7 and fastbook chapter 8, which sorts the films by their bias.
"""

from typing import Any

import numpy as np

from shared.collab.model import Recommender
from shared.collab.stars import INTERVAL_Z

_SAME_MEAN = 0.02  # stars; means this close count as nearly the same
_MOST_COMPARED = 800  # films, the most-rated ones: every pair is looked at


def find_same_mean_pair(
    recommender: Recommender, *, min_ratings: int
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Find the two films with the same mean rating whose intervals of the bias lie farthest apart.

    Returns:
        The film with the higher bias, then the other: plain facts, `bias`, `low`, `high`, `mean_rating`.
        None when every two films with the same mean have biases that may be the same.
    """
    catalogue = recommender.catalogue
    films = np.flatnonzero((catalogue.n_ratings >= min_ratings) & np.isfinite(catalogue.mean_ratings))
    films = films[np.argsort(-catalogue.n_ratings[films], kind="stable")][:_MOST_COMPARED]
    if len(films) < 2:
        return None
    bias, half = _bias_and_half(recommender)
    low, high = bias[films] - half[films], bias[films] + half[films]
    means = catalogue.mean_ratings[films]
    gaps = low[:, None] - high[None, :]  # (n, n) of the row's whisker above the column's
    gaps[np.abs(means[:, None] - means[None, :]) > _SAME_MEAN] = -np.inf
    upper, lower = np.unravel_index(int(gaps.argmax()), gaps.shape)
    if gaps[upper, lower] <= 0:
        return None
    first, second = (
        {
            **recommender.film(int(place)),
            "bias": float(bias[place]),
            "low": float(bias[place] - half[place]),
            "high": float(bias[place] + half[place]),
            "mean_rating": float(catalogue.mean_ratings[place]),
        }
        for place in (films[upper], films[lower])
    )
    return first, second


def bias_range(recommender: Recommender, *, min_ratings: int) -> tuple[float, float]:
    """Give the ends of all whiskers of films with enough ratings, in stars; zero is always inside."""
    bias, half = _bias_and_half(recommender)
    enough = recommender.catalogue.n_ratings >= min_ratings
    lowest = (bias - half)[enough].min(initial=0.0)
    highest = (bias + half)[enough].max(initial=0.0)
    return float(lowest), float(highest)


def _bias_and_half(recommender: Recommender) -> tuple[np.ndarray, np.ndarray]:
    """(n_films,) biases, and half the width of their 80 % intervals."""
    model = recommender.star_model
    return model.film_bias.astype(float), INTERVAL_Z * np.sqrt(
        model.film_covariances[:, -1, -1].astype(float)
    )
