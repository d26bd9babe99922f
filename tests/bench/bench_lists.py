"""Which films come first? Our list beside dense EASE, implicit's ALS, the most popular and predicted stars.

    python -m tests.bench.bench_lists                 # half an hour on two cores
    python -m tests.bench.bench_lists --no-als --no-stars --judging 3   # a shorter look

A split holds 100 people out whole. A model trains on the others, is given 80 % of a held-out person's
ratings, and ranks all other films; relevant are those of the hidden 20 % with 4 stars or more. Recall@20 is
divided by the most that could be found, min(20, relevant).

Settings are chosen on splits of 271 people, ours as well as EASE's and ALS's, and judged on ten splits of the
400 others, on whom nothing was ever chosen. A second table has the same people known only by their films with
fewer than 10 ratings: relevant are all their well-known films with 4 stars or more.
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
from shared.collab.fit_lists import RATING_FLOOR, RIDGE, fit_lists
from shared.collab.fit_stars import fit_stars
from shared.collab.lists import WELL_KNOWN
from shared.collab.metrics import HeldOutUser, ScoreFilms
from shared.collab.stars import StarModel
from tests.bench.common import machine, markdown_table, mean_sd, report, say

KEYS = ("ndcg_at_10", "recall_at_20")
PEOPLE_SEED, N_CHOOSING_PEOPLE = 20_261, 271
OUR_FLOORS, OUR_RIDGES = (1.0, 1.25, 1.5, 1.75), (1_000.0, 1_400.0, 2_000.0, 2_800.0)
EASE_OFFSETS = (None, 0.0, 0.5, 1.0, 1.25, 1.5, 2.0, 2.5)  # a rating counts as stars - offset; None: as 1
EASE_RIDGES = (100, 150, 200, 300, 400, 500, 650, 800, 1000, 1200, 1600, 2000, 2500, 3200)
ALS_FACTORS, ALS_RIDGES, ALS_ALPHAS = (32, 64), (1.0, 30.0), (1.0, 3.0, 10.0)

Split = tuple[RatingsTable, list[HeldOutUser]]
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


def our_fit(floor: float = RATING_FLOOR, ridge: float = RIDGE) -> Fit:
    """The list model; by default as shipped."""

    def fit(train: RatingsTable) -> tuple[ScoreFilms, int]:
        model = fit_lists(train, rating_floor=floor, ridge=ridge)
        return model.score, _size(model)

    return fit


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


def measure(splits: Sequence[Split], fit: Fit) -> Result:
    """Fit on every split and rank for its held-out users."""
    result = Result()
    for train, cases in splits:
        start = time.perf_counter()
        score, result.size_bytes = fit(train)
        result.seconds.append(time.perf_counter() - start)
        for key, values in metrics.evaluate_list(score, cases).items():
            result.figures[key].append(values)
    return result


def our_grid(splits: Sequence[Split]) -> Iterator[tuple[str, Fit, Result]]:
    """Yield our list model with every setting."""
    for floor in OUR_FLOORS:
        for ridge in OUR_RIDGES:
            fit = our_fit(floor, ridge)
            yield f"r - {floor:g}, lambda {ridge:g}", fit, measure(splits, fit)


def ease_grid(splits: Sequence[Split]) -> Iterator[tuple[str, Fit, Result]]:
    """Yield dense EASE with every setting: one eigendecomposition of XX' serves all ridges."""
    for offset in EASE_OFFSETS:
        parts = []
        for train, cases in splits:
            X = matrix(train, offset).toarray()
            strengths, directions = np.linalg.eigh(X @ X.T)
            given = np.zeros((len(cases), train.n_films))
            for row, case in zip(given, cases, strict=True):
                row[case.films] = weigh(case.stars, offset)
            B = directions.T @ X  # P = (1 - B' diag(1 / (strengths + ridge)) B) / ridge
            parts.append((strengths, B, given, given @ B.T, cases))
        for ridge in EASE_RIDGES:
            result = Result()
            for strengths, B, given, inner, cases in parts:
                shrink = 1 / (strengths + ridge)
                diagonal = (1 - shrink @ B**2) / ridge
                scores = iter(given - (given - (inner * shrink) @ B) / ridge / diagonal)
                for key, values in metrics.evaluate_list(
                    lambda films, stars, scores=scores: next(scores), cases
                ).items():
                    result.figures[key].append(values)
            weight = "1 a rating" if offset is None else f"r - {offset:g}"
            yield f"{weight}, lambda {ridge}", ease_fit(offset, ridge), result


def als_grid(splits: Sequence[Split]) -> Iterator[tuple[str, Fit, Result]]:
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
        fit = als_fit(offset, factors, ridge, alpha)
        yield name, fit, measure(splits, fit)


def choose(name: str, grid: Iterator[tuple[str, Fit, Result]]) -> dict[str, Fit]:
    """The setting with the best NDCG and the one with the best recall on the choosing people."""
    tried, fits = {}, {}
    for setting, fit, result in grid:
        tried[setting], fits[setting] = result, fit
        say(f"{name} {setting}: {mean_sd(result.means(KEYS[0]))}, {mean_sd(result.means(KEYS[1]))}")
    best = {}
    for key, word in zip(KEYS, ("NDCG", "Recall"), strict=True):
        setting = max(tried, key=lambda setting: tried[setting].mean(key))
        best[f"{name}, chosen by {word} of {len(tried)}: {setting}"] = fits[setting]
    return best


def users_of(cases: list[HeldOutUser]) -> np.ndarray:
    """(n_cases,) which user each case is: the same person may be held out in several splits."""
    return np.array([case.user for case in cases])


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


def lesson_rows(splits: Sequence[Split]) -> dict[str, Result]:
    """The lesson's model, folded in like ours, and trained on the held-out people's given ratings as well."""
    trained = Result()
    for train, cases in splits:
        start = time.perf_counter()
        for key, values in lesson_as_trained(train, cases, users_of(cases)).items():
            trained.figures[key].append(values)
        trained.seconds.append(time.perf_counter() - start)
        trained.size_bytes = 4 * 51 * (train.n_films + train.n_users)
    many = "1 split" if len(splits) == 1 else f"{len(splits)} splits"
    return {
        f"by the predicted stars of the lesson's fastai model, folded in ({many})": measure(
            splits, lesson_fit
        ),
        f"the same, trained on these people too ({many})": trained,
    }


def table_of(results: dict[str, Result], splits: Sequence[Split]) -> str:
    """Each method's figures, and ours minus it; the first one is ours."""
    users = [users_of(cases) for _, cases in splits]
    ours = next(iter(results.values()))
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
    differences = ("ours minus this, NDCG@10", "ours minus this, Recall@20")
    return markdown_table(["method", "NDCG@10", "Recall@20", *differences, "MB", "fit, s"], rows)


def main() -> None:
    """Choose, judge and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--choosing", type=int, default=5, help="splits of the choosing people")
    parser.add_argument("--judging", type=int, default=10, help="splits of the judging people")
    parser.add_argument("--first-seed", type=int, default=1_000, help="of the judging splits")
    parser.add_argument("--no-als", action="store_true", help="leave implicit's ALS out")
    parser.add_argument("--no-stars", action="store_true", help="leave the lists by predicted stars out")
    parser.add_argument("--lesson-splits", type=int, default=1, help="of the slowest rows, minutes each")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    line = machine("numpy", "scipy", "implicit", "fastai", "torch")
    table = read_ratings()
    people = np.random.RandomState(PEOPLE_SEED).permutation(table.n_users)
    choosing, judging = people[:N_CHOOSING_PEOPLE], people[N_CHOOSING_PEOPLE:]
    tuning = [metrics.list_split(table, seed=seed, people=choosing) for seed in range(given.choosing)]
    seeds = range(given.first_seed, given.first_seed + given.judging)
    splits = [metrics.list_split(table, seed=seed, people=judging) for seed in seeds]
    rare = [(train, metrics.rare_cases(table, train, cases)) for train, cases in splits]

    choose("ours", our_grid(tuning))  # says what the defaults of `fit_lists` rest on
    fits: dict[str, Fit] = {"**ours**, as shipped": our_fit(), "most popular": popular_fit}
    fits |= choose("EASE, dense", ease_grid(tuning))
    if not given.no_als:
        try:
            import implicit  # noqa: F401
        except ImportError:
            say("implicit is not installed.")
        else:
            fits |= choose("implicit ALS", als_grid(tuning))
    if not given.no_stars:
        fits["by the predicted stars of our star model"] = star_fit
    results = {name: measure(splits, fit) for name, fit in fits.items()}
    if given.lesson_splits and not given.no_stars:
        results |= lesson_rows(splits[: given.lesson_splits])
    n_people = len(np.unique(np.concatenate([users_of(cases) for _, cases in splits])))
    report(
        "Lists: finding what held-out people liked",
        line,
        table_of(results, splits),
        [
            f"MovieLens small; splits {seeds[0]} to {seeds[-1]}, 100 people held out whole in each "
            f"({n_people} different ones); mean ± standard deviation between splits.",
            "Differences are paired, with a 95 % interval over people.",
            f"All settings were chosen on {given.choosing} splits of {N_CHOOSING_PEOPLE} other people.",
            "Recall@20 is divided by min(20, relevant films).",
            "MB: of the factors or the item-item weights, dense EASE in single precision.",
        ],
    )
    few = {name: measure(rare, fit) for name, fit in list(fits.items())[:3]}
    report(
        f"The same people, known only by films with fewer than {WELL_KNOWN} ratings",
        line,
        table_of(few, rare),
        [
            f"{sum(len(cases) for _, cases in rare)} cases; relevant: their well-known films with 4 stars or "
            "more. Differences as above."
        ],
    )


if __name__ == "__main__":
    main()
