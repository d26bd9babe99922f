"""How wrong are the predicted stars? Ours beside the lesson's fastai, Surprise, myfm and trivial baselines.

    python -m tests.bench.bench_stars                # 5 splits, about five minutes
    python -m tests.bench.bench_stars --splits 1     # the published split alone

A split is `numpy.random.RandomState(seed).permutation(100004)`: the first 10,000 rows are the test, the rest
the training. Seed 0 is the published split. Our models predict a test row as the app does for a visitor: the
user is folded in from their training ratings. The others know their users from training.
"""

import argparse
import contextlib
import io
import itertools
import math
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from shared.collab import metrics
from shared.collab.data import RatingsTable, read_ratings
from shared.collab.film_features import film_features, genre_matrix
from shared.collab.fit_stars import fit_stars
from shared.collab.stars import INTERVAL, INTERVAL_Z
from tests.bench import THREADS
from tests.bench.common import machine, markdown_table, mean_sd, median, report, say

Fit = Callable[[RatingsTable, RatingsTable], tuple[np.ndarray, float | None]]  # -> predictions, coverage

OURS = "**ours**: 8 factors, 60 passes (the default)"
SURPRISE_GRID = {
    "n_factors": (50, 100, 200),
    "n_epochs": (30, 60),
    "lr_all": (0.005, 0.01),
    "reg_all": (0.07, 0.1),
}
MYFM_RANK, MYFM_SAMPLES = 8, 200


@dataclass
class Result:
    """What one method did on each split."""

    rmse: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    coverage: list[float] = field(default_factory=list)


def our_fit(factors: int, epochs: int) -> Fit:
    """Alternating least squares that keep their uncertainty; users folded in like visitors."""

    def fit(train: RatingsTable, test: RatingsTable) -> tuple[np.ndarray, float | None]:
        model, _ = fit_stars(train, factors=factors, epochs=epochs)
        predicted, spread = metrics.fold_in_predictions(model, train, test)
        return predicted, float((np.abs(predicted - test.stars) <= INTERVAL_Z * spread).mean())

    return fit


def lesson_fit(train: RatingsTable, test: RatingsTable) -> tuple[np.ndarray, float | None]:
    """fastai's `collab_learner`, as in the lesson; its own predictions."""
    from shared.collab.fit_fastai import fit_fastai

    return fit_fastai(train, test).predicted, None


def lesson_less_fit(train: RatingsTable, test: RatingsTable) -> tuple[np.ndarray, float | None]:
    """The same, after `CollabDataLoaders.from_df` has kept its usual fifth of the training rows to itself."""
    rows = np.random.RandomState(0).permutation(len(train))[len(train) // 5 :]
    return lesson_fit(train.take(rows), test)


def surprise_fit(**settings: float) -> Fit:
    """Surprise's SVD: stochastic gradient descent in compiled code."""

    def fit(train: RatingsTable, test: RatingsTable) -> tuple[np.ndarray, float | None]:
        import pandas as pd
        from surprise import SVD, Dataset, Reader

        frame = pd.DataFrame({"user": train.users, "film": train.films, "stars": train.stars})
        ratings = Dataset.load_from_df(frame, Reader(rating_scale=(0.5, 5)))
        model = SVD(random_state=0, **settings).fit(ratings.build_full_trainset())
        pairs = zip(test.users.tolist(), test.films.tolist(), strict=True)
        return np.array([model.predict(user, film).est for user, film in pairs]), None

    return fit


def myfm_fit(make_features: Callable[[RatingsTable], np.ndarray] | None) -> Fit:
    """Bayesian factorization machines by Gibbs sampling, on ids and, if given, what is known of each film."""

    def fit(train: RatingsTable, test: RatingsTable) -> tuple[np.ndarray, float | None]:
        import myfm
        import scipy.sparse as sp

        features = [make_features(train)] if make_features else []

        def design(table: RatingsTable) -> "sp.csr_matrix":
            users = sp.eye(table.n_users, format="csr")[table.users]
            films = sp.eye(table.n_films, format="csr")[table.films]
            return sp.hstack(
                [users, films, *(sp.csr_matrix(known)[table.films] for known in features)], format="csr"
            )

        sizes = [train.n_users, train.n_films, *(known.shape[1] for known in features)]
        model = myfm.MyFMRegressor(rank=MYFM_RANK, random_seed=0)
        samples = {"n_iter": MYFM_SAMPLES, "n_kept_samples": MYFM_SAMPLES - 20}
        with contextlib.redirect_stderr(io.StringIO()):  # its progress bar
            model.fit(design(train), train.stars, group_shapes=sizes, **samples)
        return model.predict(design(test)), None

    return fit


def our_features(table: RatingsTable) -> np.ndarray:
    """(n_films, n) genres, year and number of ratings, as our model gets them."""
    return film_features(table.catalogue)[:, 1:]


def finer_features(table: RatingsTable) -> np.ndarray:
    """(n_films, n) the same three, the year in five-year periods and the number of ratings in steps."""
    periods = np.abs(table.catalogue.years[:, None] - np.arange(1930, 2020, 5)) <= 2
    fame = np.log1p(table.catalogue.n_ratings).astype(int)
    return np.hstack([genre_matrix(table.catalogue), periods, np.eye(fame.max() + 1)[fame]])


def tune_surprise(table: RatingsTable) -> dict[str, float]:
    """Choose Surprise's settings on a tenth of one split's training ratings, never on its test."""
    train_rows, _ = metrics.star_split(len(table))
    training = table.take(train_rows)
    inner_rows, valid_rows = metrics.star_split(len(training), seed=1)
    inner, valid = training.take(inner_rows), training.take(valid_rows)
    best, best_error = {}, np.inf
    for values in itertools.product(*SURPRISE_GRID.values()):
        settings = dict(zip(SURPRISE_GRID, values, strict=True))
        error = metrics.rmse(surprise_fit(**settings)(inner, valid)[0], valid.stars)
        say(f"Surprise {settings}: {error:.4f}")
        if error < best_error:
            best, best_error = settings, error
    return best


def methods(table: RatingsTable) -> Iterator[tuple[str, Fit]]:
    """Yield everything that is fitted, the packages that are not installed left out."""
    yield OURS, our_fit(8, 60)
    yield "**ours**, the fast path: 4 factors, 10 passes", our_fit(4, 10)
    yield "fastai, as in the lesson: 50 factors, 5 epochs", lesson_fit
    yield (
        "the same on 80 % of the training ratings, as `CollabDataLoaders.from_df` splits them",
        lesson_less_fit,
    )
    try:
        import surprise  # noqa: F401
    except ImportError:
        say("Surprise is not installed.")
    else:
        yield "Surprise SVD, its defaults", surprise_fit()
        tuned = tune_surprise(table)
        yield (
            f"Surprise SVD, tuned ({', '.join(f'{key}={value}' for key, value in tuned.items())})",
            surprise_fit(**tuned),
        )
    try:
        import myfm  # noqa: F401
    except ImportError:
        say("myfm is not installed.")
    else:
        yield "myfm, ids alone", myfm_fit(None)
        yield "myfm, ids + genres", myfm_fit(lambda train: genre_matrix(train.catalogue))
        yield "myfm, ids + our film features", myfm_fit(our_features)
        yield "myfm, ids + the same features in steps", myfm_fit(finer_features)


def measure(table: RatingsTable, n_splits: int) -> dict[str, Result]:
    """Fit everything on every split."""
    splits = [metrics.star_split(len(table), seed=seed) for seed in range(n_splits)]
    pairs = [(table.take(train_rows), table.take(test_rows)) for train_rows, test_rows in splits]
    results: dict[str, Result] = {}
    for train, test in pairs:
        for name, guess in metrics.baseline_predictions(train, test):
            results.setdefault(name, Result()).rmse.append(metrics.rmse(guess, test.stars))
    our_fit(2, 2)(*pairs[0])  # what is imported when it is first needed is not timed
    for name, fit in methods(table):
        result = results.setdefault(name, Result())
        for train, test in pairs:
            start, cpu_start = time.perf_counter(), time.process_time()
            predicted, coverage = fit(train, test)
            result.seconds.append(time.perf_counter() - start)
            result.cpu_seconds.append(time.process_time() - cpu_start)
            result.rmse.append(metrics.rmse(np.clip(predicted, 0.5, 5.0), test.stars))
            if coverage is not None:
                result.coverage.append(coverage)
        say(f"{name}: {mean_sd(result.rmse)} stars, {mean_sd(result.seconds, 1)} s")
    return results


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--splits", type=int, default=5, help="seeds 0, 1, ...; 0 is the published split")
    n_splits = parser.parse_args().splits
    warnings.filterwarnings("ignore")
    line = machine("numpy", "fastai", "torch", "scikit-surprise", "myfm")
    table = read_ratings()
    results = measure(table, n_splits)
    n_settings = math.prod(len(values) for values in SURPRISE_GRID.values())
    ours = results[OURS].rmse
    rows = []
    for name, result in results.items():
        difference = [theirs - own for theirs, own in zip(result.rmse, ours, strict=True)]
        rows.append(
            [
                name,
                f"{result.rmse[0]:.4f}",
                mean_sd(result.rmse),
                "" if name == OURS else mean_sd(difference, sign=True),
                f"{median(result.seconds):.2f}" if result.seconds else "",
                f"{median(result.cpu_seconds):.2f}" if result.seconds else "",
                f"{100 * np.mean(result.coverage):.1f} %" if result.coverage else "",
            ]
        )
    coverage_column = f"ratings inside the {INTERVAL:.0%} interval"
    header = [
        "method",
        "RMSE, published split",
        f"RMSE, mean of {n_splits}",
        "minus our default",
        "seconds",
        "computing, s",
    ]
    report(
        "Stars: error of predicted ratings",
        line,
        markdown_table([*header, coverage_column], rows),
        [
            "RMSE in stars on 10,000 held-out ratings of MovieLens small; mean ± standard deviation between "
            "splits, and the same of the difference on each split. Seconds: fit and prediction together, the "
            "median of the splits, by the clock and of computing in all threads.",
            f"Surprise was tuned on a tenth of the published split's training part, {n_settings} settings. "
            f"myfm has rank {MYFM_RANK} and draws {MYFM_SAMPLES} samples. fastai, Surprise and myfm use one "
            f"thread, ours up to {THREADS}.",
        ],
    )


if __name__ == "__main__":
    main()
