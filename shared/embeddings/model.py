"""An embedding: one vector for each category, learned. Looked up, compared, drawn in two dimensions.

hoods = load_embeddings()["Neighborhood"]
hoods.vectors[hoods.place("Stone_Brook")]     # 11 numbers; the same as one_hot @ hoods.vectors
hoods.nearest("Stone_Brook")                  # Northridge_Heights, ...
positions, shares = hoods.positions()         # PCA: (28, 2), and each axis' share of the spread
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from shared import artifacts
from shared.errors import InputError
from shared.plotting import place_labels
from shared.stats import Interval
from shared.tables.kinds import shorten

SIZES_PX = {"wide": (500.0, 380.0), "narrow": (300.0, 380.0)}  # of the map on a desk and on a phone
# What `Gain.errors` compares: a forest that sees a category as its number, as the mean price of its training
# rows, as its vector; and the net that learned the vectors.
WAYS = ("codes", "means", "embeddings", "net")
FILMS, ERRORS = "films", "forest errors"  # what the artifact holds besides the columns of Ames
_FILLED = 0.85  # of the picture, by its points


@dataclass(frozen=True, eq=False)
class Embedding:
    """The embedding of one column.

    Attributes:
        name: of the column.
        levels: its categories, (n,).
        vectors: (n, n_factors).
        counts: rows of each category, (n,).
        values: what the map's colour shows of each: a median price, a mean rating, a share; (n,).
    """

    name: str
    levels: tuple[str, ...]
    vectors: np.ndarray
    counts: np.ndarray
    values: np.ndarray

    def place(self, level: str) -> int:
        """Find a category.

        Raises:
            InputError: there is none of that name.
        """
        if level not in self.levels:
            known = ", ".join(map(shorten, self.levels[:5]))
            raise InputError(f'{self.name} has no category "{shorten(level)}". Choose one such as {known}.')
        return self.levels.index(level)

    def nearest(self, level: str, most: int = 5) -> list[tuple[int, float]]:
        """Give the nearest other categories, each its place and its distance."""
        own = self.place(level)
        distances = np.linalg.norm(self.vectors - self.vectors[own], axis=1)
        order = [at for at in np.argsort(distances, kind="stable").tolist() if at != own]
        return [(at, float(distances[at])) for at in order[:most]]

    @cached_property
    def pca(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the categories lie along the two directions in which they differ most.

        Each axis is turned so that higher values lie to the right, or up.

        Returns:
            (n, 2), and each axis' share of the spread, (2,).
        """
        centred = self.vectors - self.vectors.mean(axis=0, dtype=float)
        left, lengths, _ = np.linalg.svd(centred, full_matrices=False)
        scores = np.zeros((len(centred), 2))
        scores[:, : len(lengths)] = (left * lengths)[:, :2]
        shares = np.append(lengths**2, 0)[:2] / max(float((lengths**2).sum()), 1e-12)
        turned = (self.values - self.values.mean()) @ scores < 0
        return scores * np.where(turned, -1, 1), shares

    def points(self, level: str) -> list[dict[str, object]]:
        """Give what a map shows of each category, the chosen one first, then the largest.

        Returns:
            `place`; `x` and `y` in per cent from the left and the bottom; `shade` from 0 to 100 by the rank
            of its value; `near` for the chosen one and its nearest; and for "wide" and "narrow" the side on
            which its label has room, or "".
        """
        chosen, near = self.place(level), [at for at, _ in self.nearest(level)]
        order = list(dict.fromkeys([chosen, *near, *np.argsort(-self.counts, kind="stable").tolist()]))
        low, high = self.pca[0].min(axis=0), self.pca[0].max(axis=0)
        # From -1 to 1, the edges of the picture, along each axis.
        positions = (2 * self.pca[0] - low - high) / np.maximum(high - low, 1e-9) * _FILLED
        titles = [shown(self.levels[at]) for at in order]
        sides = {
            name: {
                at: side
                for at, _, side in place_labels(
                    positions[order], titles, edge=1, size_px=size, most=len(order)
                )
            }
            for name, size in SIZES_PX.items()
        }
        ranks = self.values.argsort().argsort() / max(len(self.levels) - 1, 1)
        return [
            {
                "place": at,
                "title": titles[turn],
                "x": round(50 + 50 * float(positions[at, 0]), 1),
                "y": round(50 + 50 * float(positions[at, 1]), 1),
                "shade": round(100 * float(ranks[at])),
                "near": at == chosen or at in near,
                **{name: found.get(turn, "") for name, found in sides.items()},
            }
            for turn, at in enumerate(order)
        ]


@dataclass(frozen=True, eq=False)
class Gain:
    """What a forest gains by the embeddings, over splits; errors are RMSE of the price's logarithm.

    Attributes:
        errors: (n_splits, 4), in the order of WAYS. All learned from the same rows.
        more: by how much each other way errs more than the forest on embeddings, paired over the splits.
    """

    errors: np.ndarray
    more: dict[str, Interval]

    @property
    def mean_errors(self) -> dict[str, float]:
        """The mean error of each way."""
        return dict(zip(WAYS, self.errors.mean(axis=0).tolist(), strict=True))


def shown(level: str) -> str:
    """Write a category for people, in 20 characters: of a title in parts that is too long, the last part."""
    text = level.replace("_", " ")
    text = text if len(text) <= 20 else text.rpartition(" - ")[2]
    return text if len(text) <= 20 else f"{text[:19].rstrip(' :,')}…"


@cache
def load_embeddings() -> dict[str, Embedding]:
    """Read the bundled embeddings: of each category column of Ames, and FILMS, the recommender's factors."""
    model = artifacts.load("embeddings")
    tensors = model.tensors()
    return {
        name: Embedding(
            name, tuple(one["levels"]), tensors[name], np.array(one["counts"]), np.array(one["values"])
        )
        for name, one in model.config["columns"].items()
    }


@cache
def load_gain() -> Gain:
    """Read what a forest gained, as it was measured when the bundled embeddings were learned."""
    model = artifacts.load("embeddings")
    more = {way: Interval(*ends) for way, ends in model.config["metrics"]["more_than_embeddings"].items()}
    return Gain(model.tensors()[ERRORS], more)
