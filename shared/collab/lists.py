"""Make a list: which films a visitor is likely to watch next and like.

Predicting stars well does not make a good list: the films with the highest predicted stars are often obscure
ones (NDCG@10 near zero, see the README). The list model learns something else: from the films people *chose*
to rate, weighted by how much they liked them, the weight of each film for each other film. The weights of all
films are a product of two thin matrices, so a visitor's list is two small products: their ratings times the
rows of `left` that they rated give a taste, that times `right` gives every film its score.

A film that few people rated has no weights to speak of. It counts as its kind instead, its genres and years,
and fame counts as well: the more so, the fewer well-known films the visitor rated (the *gate*).

    scores = model.score(film_indices, stars)     # (n_films,)
    model.contributions(film_indices, stars, target)

Follows: Steck, "Embarrassingly shallow autoencoders for sparse data" (EASE, WWW 2019); genres and years are
added as in Jeunen et al., "Closed-form models for collaborative filtering with side-information" (RecSys
2020). Training is in `fit_lists.py`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shared.collab.catalogue import Catalogue
from shared.collab.film_features import kind_features

WELL_KNOWN = 10  # ratings; a film with fewer counts as its kind
_GATE = 10.0  # well-known films rated, at which kind and fame count half
_FAME = 0.1  # list score a unit of log(1 + number of ratings), before the gate


@dataclass(frozen=True, eq=False)
class ListModel:
    """Item-item weights as the product of two matrices, one byte a number.

    Attributes:
        left: (n_films, k) int8; row: what it says of a visitor that they rated this film.
        right: (n_films, k) int8; row: whom this film suits.
        left_scales: (n_films,) what one step of the byte is worth in each row.
        right_scales: (n_films,) the same.
        kind_weights: (n_kinds, k) what a film's kind says of a visitor, see `film_features.kind_features`.
        rating_floor: a rating counts as `stars - rating_floor`.
        catalogue: the films.
    """

    left: np.ndarray
    right: np.ndarray
    left_scales: np.ndarray
    right_scales: np.ndarray
    kind_weights: np.ndarray
    rating_floor: float
    catalogue: Catalogue

    @cached_property
    def _right(self) -> np.ndarray:
        """(n_films, k) `right` in numbers; every score needs all of it."""
        return self.right * self.right_scales[:, None].astype(np.float32)

    @cached_property
    def _kinds(self) -> np.ndarray:
        """(n_films, n_kinds) genres and years."""
        return kind_features(self.catalogue).astype(np.float32)

    @cached_property
    def _fame(self) -> np.ndarray:
        """(n_films,) what fame adds to a score where the gate is open."""
        return _FAME * np.log1p(self.catalogue.n_ratings)

    def n_well_known(self, films: np.ndarray) -> int:
        """How many of the films have at least WELL_KNOWN ratings."""
        return int((self.catalogue.n_ratings[films] >= WELL_KNOWN).sum())

    def gate(self, films: np.ndarray) -> float:
        """How much kind and fame count for a visitor who rated these films: 1 without a well-known one."""
        return _GATE / (_GATE + self.n_well_known(films))

    def _tastes(self, films: np.ndarray, stars: np.ndarray) -> np.ndarray:
        """(n_rated, k) what each rating says of the visitor."""
        rows = self.left[films] * self.left_scales[films, None].astype(np.float32)
        rare = self.catalogue.n_ratings[films] < WELL_KNOWN
        rows[rare] += np.float32(self.gate(films)) * (self._kinds[films[rare]] @ self.kind_weights)
        return rows * (stars - self.rating_floor)[:, None].astype(np.float32)

    def score(self, films: np.ndarray, stars: np.ndarray) -> np.ndarray:
        """(n_films,) the higher, the likelier to be chosen and liked."""
        tastes = self._tastes(films, stars)
        scores = self._right @ tastes.sum(0) + self.gate(films) * self._fame
        scores[films] -= np.einsum("nk,nk->n", self._right[films], tastes)  # a film does not recommend itself
        return scores

    def contributions(self, films: np.ndarray, stars: np.ndarray, target: int) -> tuple[float, np.ndarray]:
        """Split the score of `target`, given how many well-known films were rated.

        Returns:
            (fame, parts): what its fame adds, and (n_rated,) what each rating adds; they sum to the score.
        """
        parts = self._tastes(films, stars) @ self._right[target]
        parts[films == target] = 0.0
        return self.gate(films) * float(self._fame[target]), parts.astype(float)

    def to_tensors(self) -> dict[str, np.ndarray]:
        """Arrays for safetensors."""
        return {
            "lists.left": self.left,
            "lists.right": self.right,
            "lists.left_scales": self.left_scales.astype(np.float32),
            "lists.right_scales": self.right_scales.astype(np.float32),
            "lists.kind_weights": self.kind_weights.astype(np.float32),
            "lists.scalars": np.array([self.rating_floor], np.float64),
        }

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray], catalogue: Catalogue) -> "ListModel":
        """The inverse of `to_tensors`."""
        names = ("left", "right", "left_scales", "right_scales", "kind_weights")
        return cls(
            **{name: tensors[f"lists.{name}"] for name in names},
            rating_floor=float(tensors["lists.scalars"][0]),
            catalogue=catalogue,
        )
