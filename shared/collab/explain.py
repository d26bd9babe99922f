"""Why this film? Exact sums: every bar of the waterfall is a term of the prediction, nothing is left over.

Both models are linear in the visitor's stars, so a prediction is the sum of what each rating adds (in the
list, given how many well-known films were rated). What a rating does to the *place* of a film is no sum:
there the list is made once more without it.

    why = explain_film(recommender, {318: 5.0, 296: 4.5}, 858)
    sum(part["value"] for part in why["parts"])    # why["raw"], the predicted stars before they are cut to 5
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from shared.collab.answers import Explanation, Order, Part
from shared.collab.catalogue import Catalogue
from shared.words import count

if TYPE_CHECKING:
    from shared.collab.model import Recommender

N_EXPLAINED = 8  # rated films that get a bar of their own in a waterfall; two or more others share one


def explain_film(
    recommender: "Recommender",
    ratings: Mapping[int, float],
    movie_id: int,
    *,
    popularity: float = 0.0,
    order: Order = "list",
) -> Explanation:
    """Explain one film; the answer is described at `Recommender.explain`.

    Raises:
        InputError: a film is not in the catalogue.
    """
    films, stars = recommender.rated(ratings)
    target = recommender.place(movie_id)
    model = recommender.star_model
    prior, from_ratings = model.contributions(films, stars, target)
    start = [
        ("Mean of all ratings", model.mean_stars),
        ("How well this film is liked", float(model.film_bias[target])),
        ("A typical visitor's taste", prior),
    ]
    fame, in_list = recommender.list_model.contributions(films, stars, target)
    decisive = in_list if order == "list" else from_ratings

    def rank_without(at: int) -> int:
        """The film's rank if one rating were not there; the film of that rating is no rival either way."""
        return recommender.rank_of(
            np.delete(films, at), np.delete(stars, at), target, popularity, order, hidden=films
        )

    return {
        **recommender.describe(np.array([target]), model.fold_in(films, stars))[0],
        "order": order,
        "parts": _make_parts(recommender.catalogue, start, films, stars, from_ratings),
        "raw": sum(value for _, value in start) + float(from_ratings.sum()),
        "list_parts": _make_parts(
            recommender.catalogue, [("How many people rated this film", fame)], films, stars, in_list
        )
        if len(films)
        else None,
        "list_score": fame + float(in_list.sum()) if len(films) else None,
        "rank": recommender.rank_of(films, stars, target, popularity, order),
        "without": [
            {**recommender.film(int(films[at])), "rating": float(stars[at]), "rank": rank_without(at)}
            for at in np.argsort(-np.abs(decisive))[:N_EXPLAINED].tolist()
        ],
    }


def _make_parts(
    catalogue: Catalogue,
    start: list[tuple[str, float]],
    films: np.ndarray,
    stars: np.ndarray,
    values: np.ndarray,
) -> list[Part]:
    """Bars of a waterfall: the start, the strongest ratings, and all other ratings together."""
    order = np.argsort(-np.abs(values), kind="stable")
    parts: list[Part] = [{"label": label, "value": value, "movie_id": None} for label, value in start]
    n_own = N_EXPLAINED if len(order) > N_EXPLAINED + 1 else len(order)
    for at in order[:n_own].tolist():
        label = f"You gave {catalogue.titles[films[at]]} {stars[at]:g}"
        movie_id = int(catalogue.movie_ids[films[at]])
        parts.append({"label": label, "value": float(values[at]), "movie_id": movie_id})
    others = order[n_own:]
    if len(others):
        label = f"Your {count(len(others), 'other rating')}"
        parts.append({"label": label, "value": float(values[others].sum()), "movie_id": None})
    return parts
