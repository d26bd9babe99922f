"""An embedding: one vector for each category, learned. Looked up, compared, drawn in two dimensions.

hoods = load_embeddings()["Neighborhood"]
hoods.vectors[hoods.place("Stone_Brook")]     # 11 numbers; the same as one_hot @ hoods.vectors
hoods.nearest(hoods.place("Stone_Brook"))     # places of the five nearest
positions, shares = hoods.pca                 # (28, 2), and each axis' share of the spread
"""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from shared import artifacts
from shared.errors import InputError
from shared.plotting import place_labels
from shared.tables.kinds import shorten

FILMS = "films"  # what the artifact holds besides the columns of Ames
# What a forest may see of a category: its number, the mean price of its rows, its vector; and the net itself.
WAYS = ("codes", "means", "embeddings", "net")
SIZES_PX = {"wide": (500.0, 380.0), "narrow": (300.0, 380.0)}  # of the map on a desk and on a phone
_FILLED = 0.85  # of the map, by its points


@dataclass(frozen=True, eq=False)
class Embedding:
    """The embedding of one column.

    Attributes:
        name: of the column.
        levels: its categories, (n,).
        vectors: (n, n_factors).
        counts: rows of each category, (n,).
        values: what the map's colour shows of each, (n,).
        what: that is, such as "median price".
        form: how it is written, such as "${:,.0f}".
    """

    name: str
    levels: tuple[str, ...]
    vectors: np.ndarray
    counts: np.ndarray
    values: np.ndarray
    what: str = "median price"
    form: str = "${:,.0f}"

    def place(self, level: str) -> int:
        """Find a category.

        Raises:
            InputError: there is none of that name.
        """
        if level not in self.levels:
            known = ", ".join(map(shorten, self.levels[:5]))
            raise InputError(f'{self.name} has no category "{shorten(level)}". Choose one such as {known}.')
        return self.levels.index(level)

    def nearest(self, place: int, most: int = 5) -> list[int]:
        """Give the places of the nearest other categories."""
        distances = np.linalg.norm(self.vectors - self.vectors[place], axis=1)
        return [at for at in np.argsort(distances, kind="stable").tolist() if at != place][:most]

    def say(self, place: int) -> str:
        """Write the value of a category."""
        return self.form.format(self.values[place])

    @cached_property
    def pca(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the categories lie along the two directions in which they differ most.

        Each axis is turned so that higher values lie to the right, or up.

        Returns:
            (n, 2), and each axis' share of the spread, (2,).
        """
        centred = self.vectors - self.vectors.mean(axis=0, dtype=float)
        left, lengths, _ = np.linalg.svd(centred, full_matrices=False)
        scores = (left * lengths)[:, :2]  # of two categories or more, as many numbers each
        turned = (self.values - self.values.mean()) @ scores < 0
        return scores * np.where(turned, -1, 1), lengths[:2] ** 2 / max(float((lengths**2).sum()), 1e-12)

    def points(self, place: int) -> list[dict[str, Any]]:
        """Give what a map shows of each category, the chosen one first, then its nearest, then the largest.

        Returns:
            `place` and `title`; `x` and `y` in per cent from the left and the bottom, along scales of their
            own; `shade` from 0 to 1 by the rank of its value; `near`, for the nearest; and for "wide" and
            "narrow" the side on which its label has room, or "".
        """
        near = self.nearest(place)
        order = list(dict.fromkeys([place, *near, *np.argsort(-self.counts, kind="stable").tolist()]))
        low, high = self.pca[0].min(axis=0), self.pca[0].max(axis=0)
        drawn = ((2 * self.pca[0] - low - high) / np.maximum(high - low, 1e-9) * _FILLED)[order]
        titles = [shown(self.levels[at]) for at in order]
        sides = {
            name: {at: side for at, _, side in place_labels(drawn, titles, edge=1, size_px=size, most=99)}
            for name, size in SIZES_PX.items()
        }
        shades = self.values.argsort().argsort() / max(len(order) - 1, 1)
        return [
            {"place": at, "title": title, "x": round(50 + 50 * x, 1), "y": round(50 + 50 * y, 1)}
            | {"shade": round(float(shades[at]), 2), "near": at in near}
            | {name: found.get(turn, "") for name, found in sides.items()}
            for turn, (at, title, (x, y)) in enumerate(zip(order, titles, drawn.tolist(), strict=True))
        ]


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
    made = {}
    for name, one in model.config["columns"].items():
        arrays = tensors[name], np.array(one["counts"]), np.array(one["values"])
        stars = ("mean rating", "{:.2f} stars") if name == FILMS else ()
        made[name] = Embedding(name, tuple(one["levels"]), *arrays, *stars)
    return made
