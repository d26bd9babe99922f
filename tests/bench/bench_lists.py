"""Which films come first? Our list beside dense EASE, implicit's ALS, the most popular and predicted stars.

    python -m tests.bench.bench_lists                    # 5 splits, about five minutes
    python -m tests.bench.bench_lists --first-seed 100   # splits on which nothing was ever chosen

A split holds 100 users out whole. A model trains on the others, is given 80 % of a held-out user's ratings,
and ranks all other films; relevant are those of the hidden 20 % with 4 stars or more. EASE and ALS are tuned
on the very splits that are reported, which flatters them.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp

from shared.collab import metrics
from shared.collab.data import RatingsTable, read_ratings
from shared.collab.fit_lists import fit_lists
from shared.collab.fit_stars import fit_stars
from shared.collab.metrics import HeldOutUser, ScoreFilms
from shared.collab.stars import StarModel
from tests.bench.common import machine, markdown_table, mean_sd, report, say

KEYS = ("ndcg_at_10", "recall_at_20")
EASE_OFFSETS = (None, 0.0, 1.0, 1.5, 2.0, 2.5)  # a rating counts as stars - offset; None: as 1, rated or not
EASE_RIDGES = (100, 200, 300, 500, 800, 1200, 2000)
ALS_FACTORS, ALS_RIDGES, ALS_ALPHAS = (16, 32, 64, 128), (1.0, 10.0, 30.0), (0.3, 1.0, 3.0, 10.0)

Fit = Callable[[RatingsTable], tuple[ScoreFilms, int]]  # -> scores, size in bytes


@dataclass
class Result:
    """What one method did: each figure of each held-out user, one array a split."""

    figures: dict[str, list[np.ndarray]] = field(default_factory=lambda: {key: [] for key in KEYS})
    seconds: list[float] = field(default_factory=list)
    size_bytes: int = 0

    def means(self, key: str) -> list[float]:
        """One mean a split."""
        return [float(values.mean()) for values in self.figures[key]]

    def mean(self, key: str) -> float:
        """The mean of the splits."""
        return float(np.mean(self.means(key)))


def popular_fit(train: RatingsTable) -> tuple[ScoreFilms, int]:
    """The list everybody gets."""
    return metrics.most_popular(train), 4 * train.n_films


def our_fit(train: RatingsTable) -> tuple[ScoreFilms, int]:
    """The list model as shipped, one byte a weight."""
    model = fit_lists(train)
    return model.score, _size(model)


def star_fit(train: RatingsTable) -> tuple[ScoreFilms, int]:
    """Rank by the stars our star model predicts."""
    return _star_scores(fit_stars(train)[0])


def lesson_fit(train: RatingsTable) -> tuple[ScoreFilms, int]:
    """Rank by the stars of the lesson's model; visitors are folded into its film factors as the app does."""
    from shared.collab.fit_fastai import fit_fastai, squeeze_factors

    train_rows, valid_rows = metrics.star_split(len(train))
    fit = fit_fastai(train.take(train_rows), train.take(valid_rows))
    return _star_scores(fit_stars(train, epochs=15, fixed_factors=squeeze_factors(fit.film_factors))[0])


def lesson_as_trained(
    train: RatingsTable, cases: list[HeldOutUser], users: np.ndarray
) -> dict[str, np.ndarray]:
    """Rank by the stars of the lesson's model after training on these people's given ratings as well."""
    from shared.collab.fit_fastai import fit_fastai

    given = replace(
        train,
        users=np.concatenate([train.users, np.repeat(users, [len(case.films) for case in cases])]),
        films=np.concatenate([train.films, *(case.films for case in cases)]),
        stars=np.concatenate([train.stars, *(case.stars for case in cases)]),
    )
    every_film = np.arange(train.n_films)
    asked = replace(
        train,
        users=np.repeat(users, train.n_films),
        films=np.tile(every_film, len(users)),
        stars=np.zeros(len(users) * train.n_films),  # nothing is known of them; the training does not look
    )
    predicted = iter(fit_fastai(given, asked).predicted.reshape(len(users), train.n_films))
    return metrics.evaluate_list(lambda films, stars: next(predicted), cases)


def _star_scores(model: StarModel) -> tuple[ScoreFilms, int]:
    return lambda films, stars: model.predict(model.fold_in(films, stars)), _size(model)


def _size(model: object) -> int:
    return sum(array.nbytes for array in model.to_tensors().values())  # type: ignore[attr-defined]


def matrix(table: RatingsTable, offset: float | None) -> sp.csr_matrix:
    """(n_users with ratings, n_films) weighted ratings."""
    _, rows = np.unique(table.users, return_inverse=True)
    values = weigh(table.stars, offset)
    return sp.csr_matrix((values, (rows, table.films)), (rows.max() + 1, table.n_films))


def weigh(stars: np.ndarray, offset: float | None) -> np.ndarray:
    """What a rating counts."""
    return np.ones_like(stars) if offset is None else stars - offset


def ease_fit(offset: float | None, ridge: float) -> Fit:
    """EASE over all films, dense and exact.

    Its inverse of a films x films matrix P = (X'X + ridge)^-1 is never written out: by the Woodbury identity
    it needs only the users x users one, and there are far fewer users than films.
    """

    def fit(train: RatingsTable) -> tuple[ScoreFilms, int]:
        X = matrix(train, offset).toarray()
        inner = X @ X.T
        inner[np.diag_indices_from(inner)] += ridge
        solved = np.linalg.solve(inner, X)  # P = (1 - X' solved) / ridge
        diagonal = (1 - (X * solved).sum(0)) / ridge

        def score(films: np.ndarray, stars: np.ndarray) -> np.ndarray:
            values = weigh(stars, offset)
            given = np.zeros(train.n_films)
            given[films] = values
            return given - (given - (X[:, films] @ values) @ solved) / ridge / diagonal

        return score, 4 * train.n_films**2

    return fit


def als_fit(offset: float | None, factors: int, ridge: float, alpha: float) -> Fit:
    """implicit's alternating least squares; held-out users are folded in by its own `recalculate_user`."""

    def fit(train: RatingsTable) -> tuple[ScoreFilms, int]:
        from implicit.cpu.als import AlternatingLeastSquares
        from threadpoolctl import threadpool_limits

        model = AlternatingLeastSquares(
            factors=factors, regularization=ridge, alpha=alpha, num_threads=2, random_state=0
        )
        with threadpool_limits(1, "blas"):  # as implicit asks for; it has threads of its own
            model.fit(matrix(train, offset).astype(np.float32), show_progress=False)

        def score(films: np.ndarray, stars: np.ndarray) -> np.ndarray:
            values = alpha * weigh(stars, offset).astype(np.float32)
            row = sp.csr_matrix((values, (np.zeros(len(films), int), films)), (1, train.n_films))
            return model.item_factors @ model.recalculate_user(0, row).ravel()

        return score, model.item_factors.nbytes

    return fit


def measure(splits: Sequence[tuple[RatingsTable, list[HeldOutUser]]], fit: Fit) -> Result:
    """Fit on every split and rank for its held-out users."""
    result = Result()
    for train, cases in splits:
        start = time.perf_counter()
        score, result.size_bytes = fit(train)
        result.seconds.append(time.perf_counter() - start)
        for key, values in metrics.evaluate_list(score, cases).items():
            result.figures[key].append(values)
    return result


def ease_grid(splits: Sequence[tuple[RatingsTable, list[HeldOutUser]]]) -> Iterator[tuple[str, Result]]:
    """Yield dense EASE with every setting."""
    for offset in EASE_OFFSETS:
        for ridge in EASE_RIDGES:
            weight = "1 a rating" if offset is None else f"r - {offset:g}"
            yield f"{weight}, lambda {ridge}", measure(splits, ease_fit(offset, ridge))


def als_grid(splits: Sequence[tuple[RatingsTable, list[HeldOutUser]]]) -> Iterator[tuple[str, Result]]:
    """Yield implicit's ALS with every setting."""
    for offset, factors, ridge, alpha in (
        (offset, factors, ridge, alpha)
        for offset in (None, 0.0)
        for factors in ALS_FACTORS
        for ridge in ALS_RIDGES
        for alpha in ALS_ALPHAS
    ):
        weight = "1 a rating" if offset is None else "r"
        name = f"{weight}, {factors} factors, regularization {ridge:g}, alpha {alpha:g}"
        yield name, measure(splits, als_fit(offset, factors, ridge, alpha))


def best_of(name: str, grid: Iterator[tuple[str, Result]]) -> dict[str, Result]:
    """Keep the setting with the best NDCG and the one with the best recall."""
    tried = {}
    for setting, result in grid:
        tried[setting] = result
        say(f"{name} {setting}: {mean_sd(result.means(KEYS[0]))}, {mean_sd(result.means(KEYS[1]))}")
    best = {}
    for key, word in zip(KEYS, ("NDCG", "Recall"), strict=True):
        setting = max(tried, key=lambda setting: tried[setting].mean(key))
        best[f"{name}, best {word} of {len(tried)}: {setting}"] = tried[setting]
    return best


def users_of(table: RatingsTable, cases: list[HeldOutUser]) -> np.ndarray:
    """(n_cases,) which user each case is: the same person may be held out in several splits."""
    stars = matrix(table, 0.0).toarray()
    return np.array([int((stars[:, case.films] == case.stars).all(1).argmax()) for case in cases])


def difference(users: Sequence[np.ndarray], ours: Result, theirs: Result, key: str) -> str:
    """Ours minus theirs, with a 95 % interval over people: one held out in several splits counts as one."""
    gaps = np.concatenate(
        [own - other for own, other in zip(ours.figures[key], theirs.figures[key], strict=False)]
    )
    _, person = np.unique(np.concatenate(users[: len(theirs.figures[key])]), return_inverse=True)
    times = np.bincount(person)
    mean = gaps.mean()
    # A mean of unequal groups: its error comes from each group's summed deviation.
    deviations = np.bincount(person, gaps) - times * mean
    half = 1.96 * np.sqrt((deviations**2).sum()) / len(gaps)
    return f"{mean:+.4f} ({mean - half:+.4f} to {mean + half:+.4f})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--lesson-splits", type=int, default=1, help="of the slowest row, minutes each")
    parser.add_argument("--first-seed", type=int, default=0)
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    line = machine("numpy", "scipy", "implicit", "fastai", "torch")
    table = read_ratings()
    seeds = range(given.first_seed, given.first_seed + given.splits)
    splits = [metrics.list_split(table, seed=seed) for seed in seeds]
    users = [users_of(table, cases) for _, cases in splits]

    ours = measure(splits, our_fit)
    results = {"most popular": measure(splits, popular_fit), "**ours**, as shipped": ours}
    results |= best_of("EASE, dense", ease_grid(splits))
    try:
        import implicit  # noqa: F401
    except ImportError:
        say("implicit is not installed.")
    else:
        results |= best_of("implicit ALS", als_grid(splits))
    results["by the predicted stars of our star model"] = measure(splits, star_fit)
    results["by the predicted stars of the lesson's fastai model, folded in"] = measure(splits, lesson_fit)
    if given.lesson_splits:
        trained = Result(size_bytes=4 * 51 * (table.n_films + table.n_users))
        for (train, cases), people in zip(splits[: given.lesson_splits], users, strict=False):
            start = time.perf_counter()
            for key, values in lesson_as_trained(train, cases, people).items():
                trained.figures[key].append(values)
            trained.seconds.append(time.perf_counter() - start)
        results[f"the same, trained on these people too ({given.lesson_splits} split)"] = trained

    rows = [
        [
            name,
            *(mean_sd(result.means(key)) for key in KEYS),
            *("" if result is ours else difference(users, ours, result, key) for key in KEYS),
            f"{result.size_bytes / 1e6:.1f}",
            f"{np.mean(result.seconds):.2f}",
        ]
        for name, result in results.items()
    ]
    header = [
        "method",
        "NDCG@10",
        "Recall@20",
        "ours minus this, NDCG@10",
        "ours minus this, Recall@20",
        "MB",
        "fit, s",
    ]
    n_people = len(np.unique(np.concatenate(users)))
    report(
        "Lists: finding what held-out people liked",
        line,
        markdown_table(header, rows),
        [
            f"MovieLens small; splits {seeds[0]} to {seeds[-1]}, 100 people held out whole in each "
            f"({n_people} different ones); mean ± standard deviation between splits.",
            "Differences are paired, with a 95 % interval over people.",
            "EASE and ALS were tuned on these splits themselves; each is shown at its best by either figure.",
            "MB: of the item-item weights or the factors, dense EASE in single precision.",
        ],
    )


if __name__ == "__main__":
    main()
