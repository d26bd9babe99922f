"""How good are the stars, and how good is the list? Both with their spread, beside the trivial baselines.

    rmse(predicted, stars)                          # in stars
    ndcg(ranked_films, relevant, at=10), recall(ranked_films, relevant, at=20)

Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002), for NDCG.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from shared.collab.data import RatingsTable
from shared.collab.stars import StarModel, clip_stars

LIKED_STARS = 4.0  # a held-out film counts as found when it was rated this or more
GIVEN_SHARE = 0.8  # of a held-out user's ratings are given to the model, the rest are to be found
N_HELD_OUT_USERS = 100

ScoreFilms = Callable[[np.ndarray, np.ndarray], np.ndarray]  # (rated films, their stars) -> (n_films,) scores


def rmse(predicted: np.ndarray, stars: np.ndarray) -> float:
    """Root mean squared error, in stars."""
    return float(np.sqrt(np.mean((predicted - stars) ** 2)))


def ndcg(ranked: np.ndarray, relevant: np.ndarray, *, at: int = 10) -> float:
    """Normalised discounted cumulative gain of the first `at` films; 1 when all of them are relevant."""
    hits = np.isin(ranked[:at], relevant).astype(float)
    discounts = 1 / np.log2(np.arange(2, at + 2))
    return float((hits * discounts[: len(hits)]).sum() / discounts[: min(at, len(relevant))].sum())


def recall(ranked: np.ndarray, relevant: np.ndarray, *, at: int = 20) -> float:
    """Relevant films among the first `at`, divided by as many as could be there: min(at, all of them)."""
    return float(np.isin(ranked[:at], relevant).sum() / min(at, len(relevant)))


def rank(scores: np.ndarray, seen: np.ndarray, n: int) -> np.ndarray:
    """At most n films, best first, without those already rated and those that cannot be scored (-inf)."""
    scores = scores.copy()
    scores[seen] = -np.inf
    n = min(n, int(np.isfinite(scores).sum()))
    best = np.argpartition(-scores, n - 1)[:n] if n else np.array([], int)
    return best[np.argsort(-scores[best], kind="stable")]


def star_split(n_ratings: int, *, seed: int = 0, n_test: int = 10_000) -> tuple[np.ndarray, np.ndarray]:
    """(train rows, test rows) of the published split: the first rows of a seeded permutation are the test."""
    order = np.random.RandomState(seed).permutation(n_ratings)
    n_test = min(n_test, n_ratings // 10)
    return order[n_test:], order[:n_test]


@dataclass(frozen=True)
class HeldOutUser:
    """A user whom training never saw: what the model is given, and what it should find."""

    films: np.ndarray
    stars: np.ndarray
    relevant: np.ndarray
    user: int = -1


def list_split(
    table: RatingsTable, *, seed: int = 0, people: np.ndarray | None = None
) -> tuple[RatingsTable, list[HeldOutUser]]:
    """Hold users out whole: the other users' ratings to train on, and the held-out users as cases.

    Args:
        table: all ratings.
        seed: which users, and which of their ratings are hidden.
        people: users of whom the held-out ones are drawn; all by default.
    """
    rng = np.random.RandomState(seed)
    drawn = rng.permutation(np.arange(table.n_users) if people is None else people)
    held_out = drawn[: min(N_HELD_OUT_USERS, table.n_users // 5)]
    inside = ~np.isin(table.users, held_out)
    cases = []
    for user in held_out:
        rows = rng.permutation(np.flatnonzero(table.users == user))
        given, hidden = np.split(rows, [int(GIVEN_SHARE * len(rows))])
        relevant = table.films[hidden[table.stars[hidden] >= LIKED_STARS]]
        if len(relevant):
            cases.append(HeldOutUser(table.films[given], table.stars[given], relevant, int(user)))
    return table.take(np.flatnonzero(inside)), cases


def rare_cases(
    table: RatingsTable, train: RatingsTable, cases: list[HeldOutUser], *, fewer_than: int = 10
) -> list[HeldOutUser]:
    """The same people, known only by the films with few ratings: which well-known ones did they like?

    Args:
        table: all ratings.
        train: those of the other people, whose ratings of a film are counted.
        cases: from `list_split`.
        fewer_than: a film with fewer ratings is given, the others are to be found.
    """
    found = []
    for case in cases:
        rows = np.flatnonzero(table.users == case.user)
        is_rare = train.catalogue.n_ratings[table.films[rows]] < fewer_than
        given, hidden = rows[is_rare], rows[~is_rare]
        relevant = table.films[hidden[table.stars[hidden] >= LIKED_STARS]]
        if len(given) and len(relevant):
            found.append(HeldOutUser(table.films[given], table.stars[given], relevant, case.user))
    return found


def evaluate_list(score: ScoreFilms, cases: list[HeldOutUser]) -> dict[str, np.ndarray]:
    """NDCG@10 and Recall@20 of each held-out user, each an array (n_cases,)."""
    ranked = [(rank(score(case.films, case.stars), case.films, 20), case.relevant) for case in cases]
    return {
        "ndcg_at_10": np.array([ndcg(films, relevant) for films, relevant in ranked]),
        "recall_at_20": np.array([recall(films, relevant) for films, relevant in ranked]),
    }


def fold_in_predictions(
    model: StarModel, train: RatingsTable, test: RatingsTable
) -> tuple[np.ndarray, np.ndarray]:
    """Predict the test ratings; each user is folded in from the training ratings like a visitor.

    Args:
        model: a StarModel fitted on `train`.
        train: what each user had rated before.
        test: what is predicted; users numbered as in `train`.

    Returns:
        (n_test,) expected stars, not yet cut to the scale, and (n_test,) their standard deviations in stars.
    """
    given = {int(train.users[rows[0]]): (films, stars) for rows, films, stars in train.by_user()}
    nothing = (np.array([], int), np.array([], float))
    predicted, spread = np.empty(len(test)), np.empty(len(test))
    for rows, films, _ in test.by_user():
        taste = model.fold_in(*given.get(int(test.users[rows[0]]), nothing))
        predicted[rows], spread[rows] = model.predict(taste, films), model.spread(taste, films)
    return predicted, spread


def baseline_predictions(train: RatingsTable, test: RatingsTable) -> Iterator[tuple[str, np.ndarray]]:
    """Yield what costs nothing: the global mean, and mean + user bias + film bias, both shrunk."""
    mean = train.stars.mean()
    yield "global mean", np.full(len(test), mean)
    film_bias, user_bias = np.zeros(train.n_films), np.zeros(train.n_users)
    for _ in range(10):
        film_bias = _shrunk_means(train.films, train.stars - mean - user_bias[train.users], train.n_films)
        user_bias = _shrunk_means(train.users, train.stars - mean - film_bias[train.films], train.n_users)
    yield "user + film bias", clip_stars(mean + user_bias[test.users] + film_bias[test.films])


def _shrunk_means(
    groups: np.ndarray, values: np.ndarray, n_groups: int, *, strength: float = 5.0
) -> np.ndarray:
    """(n_groups,) mean of each group, as if `strength` more values of 0 were there."""
    return np.bincount(groups, values, n_groups) / (np.bincount(groups, minlength=n_groups) + strength)


def most_popular(train: RatingsTable) -> ScoreFilms:
    """The list everybody gets: films by number of ratings."""
    counts = train.catalogue.n_ratings.astype(float)
    return lambda films, stars: counts
