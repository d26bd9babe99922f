"""Make a list: which films a visitor is likely to watch next and like.

Predicting stars well does not make a good list: the films with the highest predicted stars are often obscure
ones (NDCG@10 near zero, see the README). The list model learns something else: from the films people *chose*
to rate, weighted by how much they liked them, the weight of each film for each other film. A visitor's list
is one sparse product: their ratings times the rows of the films they rated.

    scores = model.score(film_indices, stars)     # (n_films,), -inf for films the model does not cover
    model.contributions(film_indices, stars, target)

Follows: Steck, "Embarrassingly shallow autoencoders for sparse data" (EASE, WWW 2019); genres and years are
added as in Jeunen et al., "Closed-form models for collaborative filtering with side-information" (RecSys
2020). Training is in `fit_lists.py`.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ListModel:
    """Item-item weights, one byte each.

    Attributes:
        films: (n_list,) catalogue positions of the films it covers, those with enough ratings.
        weights: (n_list, n_list) int8; row: film that was rated, column: film to score.
        scales: (n_list,) what one step of the byte is worth in each column.
        rating_floor: a rating counts as `stars - rating_floor`.
        n_films: size of the catalogue.
    """

    films: np.ndarray
    weights: np.ndarray
    scales: np.ndarray
    rating_floor: float
    n_films: int

    def _rows(self, films: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows of `weights` for the rated films that are covered, and which of `films` those are."""
        row_of = np.full(self.n_films, -1)
        row_of[self.films] = np.arange(len(self.films))
        rows = row_of[films]
        covered = np.flatnonzero(rows >= 0)
        return rows[covered], covered

    def score(self, films: np.ndarray, stars: np.ndarray) -> np.ndarray:
        """(n_films,) the higher, the likelier to be chosen and liked; -inf where the model knows nothing."""
        rows, covered = self._rows(films)
        scores = np.full(self.n_films, -np.inf)
        weighted = (stars[covered] - self.rating_floor) @ self.weights[rows].astype(np.float32)
        scores[self.films] = weighted * self.scales
        return scores

    def contributions(self, films: np.ndarray, stars: np.ndarray, target: int) -> np.ndarray:
        """(n_rated,) what each rating adds to the score of `target`; they sum to the score exactly."""
        parts = np.zeros(len(films))
        column = np.flatnonzero(self.films == target)
        if len(column):
            rows, covered = self._rows(films)
            weights = self.weights[rows, column[0]].astype(np.float32) * self.scales[column[0]]
            parts[covered] = (stars[covered] - self.rating_floor) * weights
        return parts

    def to_tensors(self) -> dict[str, np.ndarray]:
        """Arrays for safetensors."""
        return {
            "lists.films": self.films.astype(np.int32),
            "lists.weights": self.weights,
            "lists.scales": self.scales.astype(np.float32),
            "lists.scalars": np.array([self.rating_floor, self.n_films], np.float64),
        }

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> "ListModel":
        """The inverse of `to_tensors`."""
        floor, n_films = tensors["lists.scalars"]
        return cls(
            films=tensors["lists.films"].astype(np.int64),
            weights=tensors["lists.weights"],
            scales=tensors["lists.scales"],
            rating_floor=float(floor),
            n_films=int(n_films),
        )
