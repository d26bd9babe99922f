"""In which direction each film lies, seen from the average film: what "similar" compares.

The factors as they come have one long axis (roughly: made for everybody, or for few), and the cosine between
two films is then little more than their place on it. So the average film is taken off, and every axis is
stretched to the same spread. Measured on the 304 pairs (film, other film of its series) that the titles of
MovieLens small give, films of 20 ratings or more: the other is among the ten nearest in 26 % of them, with
the factors as they are in 19 %.

    directions = film_directions(star_model.factors, weights=catalogue.n_ratings)
    directions @ directions[858]               # (n_films,) cosines, from -1 to 1
"""

import numpy as np

_SMALLEST_SPREAD = 1e-3  # of the largest variance, added to each: an axis without spread stays without weight


def film_directions(factors: np.ndarray, *, weights: np.ndarray) -> np.ndarray:
    """(n_films, k) unit vectors; zeros for a film that is exactly the average one.

    Args:
        factors: (n_films, k).
        weights: (n_films,) how much each film counts for average and spread, such as its number of ratings.
    """
    shares = weights / max(float(weights.sum()), 1e-12)
    centred = factors - shares @ factors
    variances, axes = np.linalg.eigh((centred * shares[:, None]).T @ centred)
    largest = max(float(variances.max(initial=0.0)), 1e-12)
    even = centred @ axes / np.sqrt(np.maximum(variances, 0.0) + _SMALLEST_SPREAD * largest)
    return even / np.maximum(np.linalg.norm(even, axis=1, keepdims=True), 1e-12)
