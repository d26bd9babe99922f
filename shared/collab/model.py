"""The recommender that visitors meet: it lists, predicts, explains and asks, for ratings it has never seen.

Two models work together, because a low error on stars does not make a good list: `ListModel` decides which
films come first, `StarModel` says how many stars each would get, and how sure that is. Nothing is trained
here and nothing is kept: every answer is worked out from the ratings that come with the question.

    recommender = load_recommender()
    recommender.recommend({318: 5.0, 296: 4.5}, n=10)["films"][0]["title"]
    recommender.explain({318: 5.0, 296: 4.5}, 858)["parts"]

Follows lesson 7 of Practical Deep Learning for Coders and fastbook chapter 8.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from shared import artifacts
from shared.collab.answers import (
    Biases,
    BiasFilm,
    Explanation,
    Film,
    Order,
    PredictedFilm,
    Recommended,
    SimilarFilm,
)
from shared.collab.catalogue import CATALOGUE_FILE, Catalogue, read_catalogue
from shared.collab.directions import film_directions
from shared.collab.explain import explain_film
from shared.collab.lists import WELL_KNOWN, ListModel
from shared.collab.stars import INTERVAL_Z, StarModel, Taste, clip_stars
from shared.errors import InputError

Ratings = Mapping[int, float]

N_TYPICAL = 500  # most-rated films that stand for a typical prediction
_FAME_STARS = 0.5  # what a standard deviation of fame is worth at the end of the popularity slider, in stars


@dataclass(frozen=True, eq=False)
class Recommender:
    """A trained artifact and the questions it answers.

    Attributes:
        catalogue: the films.
        star_model: predicts stars.
        list_model: ranks films.
        config: the artifact's config.json, with its measured errors.
        corner: (15, 15) ratings of the films and users with most ratings, NaN where there is none; or None.
        corner_films: the movie ids of its columns.
        notice: one sentence when this is not the model that was asked for.
    """

    catalogue: Catalogue
    star_model: StarModel
    list_model: ListModel
    config: dict[str, Any]
    corner: np.ndarray | None = None
    corner_films: tuple[int, ...] = ()
    notice: str | None = None

    @cached_property
    def _fame(self) -> np.ndarray:
        """(n_films,) logarithm of the number of ratings, in standard deviations."""
        fame = np.log1p(self.catalogue.n_ratings)
        return (fame - fame.mean()) / max(float(fame.std()), 1e-9)

    @cached_property
    def _directions(self) -> np.ndarray:
        """(n_films, k) where each film lies, seen from the average film."""
        return film_directions(self.star_model.factors, weights=self.catalogue.n_ratings)

    def rated(self, ratings: Ratings) -> tuple[np.ndarray, np.ndarray]:
        """Turn {movie_id: stars} into (places in the catalogue, stars).

        Raises:
            InputError: a film is not in the catalogue.
        """
        return np.array([self.place(film) for film in ratings], int), np.array(list(ratings.values()), float)

    def place(self, movie_id: int) -> int:
        """The film's place in the catalogue.

        Raises:
            InputError: there is no such film.
        """
        place = self.catalogue.index_of(movie_id)
        if place is None:
            raise InputError(
                f"There is no film with the id {movie_id}; look its id up with the title search."
            )
        return place

    def fold_in(self, ratings: Ratings) -> Taste:
        """What the ratings say about the visitor's taste."""
        return self.star_model.fold_in(*self.rated(ratings))

    def recommend(
        self,
        ratings: Ratings,
        *,
        n: int = 20,
        genres: Sequence[str] = (),
        years: tuple[int, int] | None = None,
        popularity: float = 0.0,
        order: Order = "list",
    ) -> Recommended:
        """The best films for a visitor, without those they rated.

        Args:
            ratings: {movie_id: stars}; without any, the list is the most-rated films, and says so.
            n: how many films.
            genres: keep films with at least one of these; all when empty.
            years: keep films of these years, both included.
            popularity: 0 leaves the model alone, 1 leans to crowd-pleasers, -1 to hidden gems.
            order: "list" ranks by the list model, "stars" by predicted stars.

        Returns:
            `basis` ("list", "stars" or "popular"); `n_well_known`, how many of the rated films have enough
            ratings to count by themselves in the list: with few of them it leans on fame, genres and years;
            and `films`: one dict a film, best first.

        Raises:
            InputError: a film is not in the catalogue.
        """
        films, stars = self.rated(ratings)
        scores = self._scores(films, stars, popularity, order)
        scores[films] = -np.inf
        scores[~self._kept(genres, years)] = -np.inf
        best = np.argsort(-scores, kind="stable")[:n]
        best = best[np.isfinite(scores[best])]
        described = self.describe(best, self.star_model.fold_in(films, stars))
        return {
            "basis": order if len(films) else "popular",
            "n_well_known": self.list_model.n_well_known(films),
            "films": [{**film, "rank": rank} for rank, film in enumerate(described, start=1)],
        }

    def predict(self, ratings: Ratings, movie_ids: Sequence[int]) -> list[PredictedFilm]:
        """Predicted stars of named films, each with its interval."""
        places = np.array([self.place(film) for film in movie_ids], int)
        return self.describe(places, self.fold_in(ratings))

    def describe(self, films: np.ndarray, taste: Taste) -> list[PredictedFilm]:
        """One plain dict a film: id, title, year, genres, stars with an 80 % interval, number of ratings."""
        predicted = self.star_model.predict(taste, films)
        half = INTERVAL_Z * self.star_model.spread(taste, films)
        columns = (clip_stars(predicted), clip_stars(predicted - half), clip_stars(predicted + half))
        return [
            {**self.film(int(film)), "stars": round(mid, 3), "low": round(low, 3), "high": round(high, 3)}
            for film, mid, low, high in zip(films, *(column.tolist() for column in columns), strict=True)
        ]

    def film(self, place: int) -> Film:
        """A film's plain facts."""
        catalogue = self.catalogue
        return {
            "movie_id": int(catalogue.movie_ids[place]),
            "title": catalogue.titles[place],
            "year": int(catalogue.years[place]) or None,
            "genres": list(catalogue.genres[place]),
            "n_ratings": int(catalogue.n_ratings[place]),
        }

    def explain(
        self, ratings: Ratings, movie_id: int, *, popularity: float = 0.0, order: Order = "list"
    ) -> Explanation:
        """Why this film: exact sums for its stars and for its place in the list, and what each rating did.

        Returns:
            One flat dict: what `describe` says of the film (`movie_id`, `title`, `year`, `genres`,
            `n_ratings`, `stars`, `low`, `high`), and
            `order`: the order that `rank` and `without` are about;
            `parts`: bars of a waterfall, each with `label`, `value` in stars and `movie_id` (None for a bar
            that is no single rating), whose values sum to `raw`; `stars` is `raw` cut to the scale;
            `list_parts`, `list_score`: the same for the score of the list, None without ratings;
            `rank`: the film's place among all films not rated;
            `without`: the rated films that matter most, each with its plain facts, its `rating`, and the
            `rank` that this film would have if that rating were not there.

        Raises:
            InputError: a film is not in the catalogue.
        """
        return explain_film(self, ratings, movie_id, popularity=popularity, order=order)

    def rank_of(
        self,
        films: np.ndarray,
        stars: np.ndarray,
        target: int,
        popularity: float,
        order: Order,
        hidden: np.ndarray | None = None,
    ) -> int:
        """The place of one film among all films not `hidden`; of equal scores the catalogue's first wins.

        Args:
            films: (n_rated,) places of the rated films in the catalogue.
            stars: (n_rated,) their ratings.
            target: the film's place in the catalogue.
            popularity: as for `recommend`.
            order: as for `recommend`.
            hidden: places that do not count; by default the rated films.
        """
        scores = self._scores(films, stars, popularity, order)
        own = scores[target]
        scores[films if hidden is None else hidden] = -np.inf
        return int((scores > own).sum() + (scores[:target] == own).sum()) + 1

    def similar(self, movie_id: int, *, n: int = 10, min_ratings: int = 20) -> list[SimilarFilm]:
        """The nearest films in factor space by cosine (see `directions`), each with its number of ratings."""
        target = self.place(movie_id)
        cosine = self._directions @ self._directions[target]
        cosine[self.catalogue.n_ratings < min_ratings] = -np.inf
        cosine[target] = -np.inf
        best = np.argsort(-cosine, kind="stable")[:n]
        return [
            {**self.film(int(place)), "cosine": round(float(cosine[place]), 4)}
            for place in best
            if np.isfinite(cosine[place])
        ]

    def bias(self, *, n: int = 15, min_ratings: int = 50) -> Biases:
        """The films with the highest and lowest bias: liked or not beyond what raters' tastes explain."""
        enough = np.flatnonzero(self.catalogue.n_ratings >= min_ratings)
        bias = self.star_model.film_bias
        order = enough[np.argsort(-bias[enough], kind="stable")]
        half = INTERVAL_Z * np.sqrt(self.star_model.film_covariances[:, -1, -1])

        def rows(places: np.ndarray) -> list[BiasFilm]:
            return [
                {
                    **self.film(int(place)),
                    "bias": round(float(bias[place]), 3),
                    "low": round(float(bias[place] - half[place]), 3),
                    "high": round(float(bias[place] + half[place]), 3),
                    "mean_rating": round(float(self.catalogue.mean_ratings[place]), 2),
                }
                for place in places
            ]

        return {"highest": rows(order[:n]), "lowest": rows(order[::-1][:n])}

    def ask(self, ratings: Ratings, *, n: int = 1, skip: Sequence[int] = ()) -> list[dict[str, Any]]:
        """The films whose rating would teach most, counted by how likely the visitor has seen them.

        Returns:
            one dict a film; `gain` is the share by which the rating would shrink the mean variance of
            predictions for the films people rate.
        """
        films, stars = self.rated(ratings)
        taste = self.star_model.fold_in(films, stars)
        importance = self.catalogue.n_ratings / max(int(self.catalogue.n_ratings.sum()), 1)
        gain = self.star_model.information(taste, importance)
        features = self.star_model.features()
        now = float(importance @ np.einsum("ni,ij,nj->n", features, taste.covariance, features))
        worth = gain * self.catalogue.n_ratings  # the visitor can only rate what they have seen
        worth[films] = -np.inf
        worth[[self.place(film) for film in skip]] = -np.inf
        best = np.argsort(-worth, kind="stable")[:n]
        return [
            {**film, "gain": round(float(gain[place]) / now, 4)}
            for place, film in zip(best, self.describe(best, taste), strict=True)
        ]

    def uncertainty(self, ratings: Ratings) -> float:
        """Half the width of the 80 % interval, in stars, averaged over films as often as people rate them."""
        taste = self.fold_in(ratings)
        often = np.argsort(-self.catalogue.n_ratings, kind="stable")[:N_TYPICAL]
        weights = np.maximum(self.catalogue.n_ratings[often], 1)
        return float(INTERVAL_Z * np.average(self.star_model.spread(taste, often), weights=weights))

    def genres(self) -> list[str]:
        """All genres, in alphabetical order."""
        return sorted({genre for film in self.catalogue.genres for genre in film})

    def _kept(self, genres: Sequence[str], years: tuple[int, int] | None) -> np.ndarray:
        """(n_films,) True where a film passes the filters."""
        kept = np.ones(len(self.catalogue), bool)
        if genres:
            wanted = set(genres)
            kept &= np.array([not wanted.isdisjoint(film) for film in self.catalogue.genres])
        if years:
            kept &= (self.catalogue.years >= years[0]) & (self.catalogue.years <= years[1])
        return kept

    def _scores(self, films: np.ndarray, stars: np.ndarray, popularity: float, order: Order) -> np.ndarray:
        """(n_films,) what the list is sorted by."""
        if not len(films):
            return self.catalogue.n_ratings.astype(float)
        if order == "list":
            scores = self.list_model.score(films, stars)
            # At -1 a film's score counts per rating it has, at 1 times its ratings; below 0 it stays last.
            weights = (self.catalogue.n_ratings + float(WELL_KNOWN)) ** popularity
            return np.where(scores > 0, scores * weights, scores)
        scores = self.star_model.predict(self.star_model.fold_in(films, stars))
        return scores + popularity * _FAME_STARS * self._fame


def load_recommender(name: str = "recommender") -> Recommender:
    """Load the artifact that `shared.artifacts` finds for this name, once per process."""
    return from_artifact(artifacts.load(name))


def from_artifact(artifact: artifacts.Artifact) -> Recommender:
    """Read a checked artifact folder.

    Raises:
        ArtifactError: it is from a time when the list model was another one.
    """
    tensors = artifact.tensors()
    if "lists.left" not in tensors:
        raise artifacts.ArtifactError(
            "The model was trained by an earlier version of this project",
            "train it again with python -m shared.collab.train",
        )
    catalogue = read_catalogue(artifact.path(CATALOGUE_FILE))
    return Recommender(
        catalogue=catalogue,
        star_model=StarModel.from_tensors(tensors),
        list_model=ListModel.from_tensors(tensors, catalogue),
        config=artifact.config,
        corner=tensors.get("corner.stars"),
        corner_films=tuple(tensors["corner.movie_ids"].tolist()) if "corner.movie_ids" in tensors else (),
        notice=artifact.notice,
    )
