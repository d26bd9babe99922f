"""Train the recommender's artifact: stars, lists, their measured errors, the model card.

    python -m shared.collab.train --out my_model
    python -m shared.collab.train --ratings ml-25m.zip --factors 12 --out my_model
    python -m shared.collab.train --ratings my_ratings.csv --method fastai --epochs 5 --out my_model

`--method als` (the default) is alternating least squares that keep their uncertainty (`fit_stars.py`);
`--method fastai` is the lesson's `collab_learner`. Run an app on the result with
LESSONS_RECOMMENDER_MODEL=my_model. The ids of the people who rated and the times of their ratings never enter
the artifact.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shared import artifacts, limits
from shared.collab import metrics
from shared.collab.card import write_card
from shared.collab.catalogue import CATALOGUE_FILE, catalogue_to_bytes
from shared.collab.corner import build_corner
from shared.collab.data import RatingsTable, read_ratings
from shared.collab.fit_lists import fit_lists
from shared.collab.fit_stars import Progress, fit_stars
from shared.collab.stars import INTERVAL, INTERVAL_Z, StarModel, clip_stars
from shared.errors import InputError
from shared.stats import mean_interval, root_mean_interval
from shared.words import count

METHODS = ("als", "fastai")


@dataclass(frozen=True)
class TrainOptions:
    """How to train; `None` means the method's own default."""

    method: str = "als"
    factors: int | None = None
    epochs: int | None = None
    weight_decay: float | None = None
    use_nn: bool = False
    seed: int = 0

    def filled(self) -> "Settings":
        """The same with the method's defaults filled in.

        Raises:
            InputError: a value is out of its range.
        """
        if self.method not in METHODS:
            raise InputError(f'There is no method "{self.method}"; choose {" or ".join(METHODS)}.')
        factors, epochs, decay = (8, 60, 0.0) if self.method == "als" else (50, 5, 0.1)
        values = asdict(self)
        defaults = {"factors": factors, "epochs": epochs, "weight_decay": decay}
        values.update({name: value for name, value in defaults.items() if values[name] is None})
        most = limits.MAX_ALS_FACTORS if self.method == "als" else 200
        _check_range("factors", values["factors"], 1, most)
        _check_range("epochs", values["epochs"], 1, limits.MAX_TRAINING_EPOCHS)
        _check_range("weight decay", values["weight_decay"], 0, 1000)
        _check_range("seed", values["seed"], 0, 2**32 - 1)
        if self.use_nn and self.method != "fastai":
            raise InputError(
                "Only the method fastai has a neural network; choose it, or leave the network out."
            )
        return Settings(**values)


@dataclass(frozen=True)
class Settings:
    """Options with nothing left open; what the artifact's config keeps as `trained_with`."""

    method: str
    factors: int
    epochs: int
    weight_decay: float
    use_nn: bool
    seed: int


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not np.isfinite(value) or not low <= value <= high:
        raise InputError(f"The {name} must be between {low} and {high}, not {value}.")


@dataclass(frozen=True)
class TrainResult:
    """A trained artifact and what was measured on the way.

    Attributes:
        artifact: the folder that was written.
        metrics: held-out errors with intervals, beside the trivial baselines.
        history: one entry an epoch.
    """

    artifact: artifacts.Artifact
    metrics: dict[str, Any]
    history: list[dict[str, float]]


def train(
    table: RatingsTable,
    out: str | Path,
    *,
    options: TrainOptions | None = None,
    on_epoch: Progress | None = None,
    on_stage: Callable[[str], None] | None = None,
    on_step: Progress | None = None,
    checkpoints: Path | None = None,
) -> TrainResult:
    """Measure on held-out ratings, fit on all of them, and write the artifact.

    An exception that `on_epoch` or `on_stage` raises stops the training; nothing is written then.

    Args:
        table: the ratings.
        out: the folder to write.
        options: method and its settings.
        on_epoch: called after each epoch of the measured fit.
        on_stage: called with one plain phrase as each part begins.
        on_step: called after each epoch of the other two fits by least squares.
        checkpoints: a folder for the states of the fits by least squares; a training that was ended goes on
            from what it finds there.

    Raises:
        InputError: an option is out of range, or there are too few ratings.
    """
    settings = (options or TrainOptions()).filled()
    artifacts.check_output(out)  # before the work, not after it
    say = on_stage or (lambda phrase: None)

    def kept(name: str) -> Path | None:
        return checkpoints / f"{name}.npz" if checkpoints and settings.method == "als" else None

    if len(table) < 50:
        raise InputError(
            f"{count(len(table), 'rating is', 'ratings are')} too few to learn from; at least 50 are needed."
        )

    say("Measuring the error on held-out ratings")
    train_rows, test_rows = metrics.star_split(len(table))
    given, hidden = table.take(train_rows), table.take(test_rows)
    measured, history, fixed_factors, own_error = _fit(
        given, hidden, settings, on_epoch, checkpoint=kept("measured")
    )
    report: dict[str, Any] = {"stars": {**own_error, **measure_stars(measured, given, hidden)}}

    say("Measuring the list on held-out users")
    report["list"] = measure_list(
        table,
        lambda others: _fit(
            others, None, settings, on_step, fixed_factors=fixed_factors, checkpoint=kept("listed")
        )[0],
    )

    say("Fitting on all ratings")
    final, _, _, _ = _fit(
        table, None, settings, on_step, fixed_factors=fixed_factors, checkpoint=kept("final")
    )
    tensors = {**final.to_tensors(), **fit_lists(table).to_tensors(), **_corner_tensors(table)}
    config = {
        "kind": "recommender",
        "trained_with": asdict(settings),
        "data": {
            "source": table.source,
            "n_ratings": len(table),
            "n_users": table.n_users,
            "n_films": table.n_films,
        },
        "metrics": report,
    }
    say("Writing the artifact")
    artifact = artifacts.save(
        out,
        config=config,
        tensors=tensors,
        card=write_card(config, has_corner="corner.stars" in tensors),
        extra_files={CATALOGUE_FILE: catalogue_to_bytes(table.catalogue)},
        max_total_mb=limits.MAX_LOADED_ARTIFACT_MB,  # what `load` takes; `save` itself thinks of bundled ones
        max_file_mb=limits.MAX_LOADED_ARTIFACT_MB,
    )
    return TrainResult(artifact, report, history)


def _fit(
    table: RatingsTable,
    valid: RatingsTable | None,
    settings: Settings,
    on_epoch: Progress | None,
    *,
    fixed_factors: np.ndarray | None = None,
    checkpoint: Path | None = None,
) -> tuple[StarModel, list[dict[str, float]], np.ndarray | None, dict[str, Any]]:
    """Fit one star model; returns it, the history, factors that fastai found, and the learner's own error."""
    if settings.method == "als":
        model, history = fit_stars(
            table,
            factors=settings.factors,
            epochs=settings.epochs,
            weight_decay=settings.weight_decay,
            seed=settings.seed,
            valid=valid,
            on_epoch=on_epoch,
            checkpoint=checkpoint,
        )
        return model, history, None, {}
    history, own_error = [], {}
    if valid is not None:
        from shared.collab.fit_fastai import fit_fastai, squeeze_factors

        fit = fit_fastai(
            table,
            valid,
            factors=settings.factors,
            epochs=settings.epochs,
            weight_decay=settings.weight_decay,
            use_nn=settings.use_nn,
            seed=settings.seed,
            on_epoch=on_epoch,
        )
        history, fixed_factors = fit.history, squeeze_factors(fit.film_factors)
        _, low, high = map(float, root_mean_interval((fit.predicted - valid.stars) ** 2))
        own_error = {
            "learner_rmse": metrics.rmse(fit.predicted, valid.stars),
            "learner_rmse_interval": [low, high],
        }
    model, _ = fit_stars(table, epochs=15, seed=settings.seed, fixed_factors=fixed_factors)
    return model, history, fixed_factors, own_error


def measure_stars(model: StarModel, given: RatingsTable, hidden: RatingsTable) -> dict[str, Any]:
    """Held-out error in stars with a 95 % interval, beside the trivial baselines.

    Each user of the hidden ratings is folded in from their given ratings, exactly as the app does for a
    visitor. `interval_coverage` is the share of the hidden ratings that the printed intervals hold.
    """
    raw, spread = metrics.fold_in_predictions(model, given, hidden)
    predicted = clip_stars(raw)
    return {
        "n_test": len(hidden),
        "rmse": metrics.rmse(predicted, hidden.stars),
        "rmse_interval": [float(end) for end in root_mean_interval((predicted - hidden.stars) ** 2)[1:]],
        "baselines": {
            name: metrics.rmse(guess, hidden.stars)
            for name, guess in metrics.baseline_predictions(given, hidden)
        },
        "interval": INTERVAL,
        "interval_coverage": float(np.mean(np.abs(raw - hidden.stars) <= INTERVAL_Z * spread)),
    }


def measure_list(
    table: RatingsTable, fit_model: Callable[[RatingsTable], StarModel]
) -> dict[str, Any] | None:
    """NDCG@10 and Recall@20 on held-out users with 95 % intervals.

    Beside the list model: the films with the highest predicted stars, and the most popular films.

    Args:
        table: all ratings.
        fit_model: fits the star model on the ratings of the other users. fastai's film factors have seen all
            users; if anything, that helps the list it makes.

    Returns:
        `n_users` and an entry a list, or None where there are too few users.
    """
    others, cases = metrics.list_split(table)
    if len(cases) < 5 or len(others) < 50:
        return None
    star_model = fit_model(others)
    lists: dict[str, metrics.ScoreFilms] = {
        "model": fit_lists(others).score,
        "predicted stars": lambda films, stars: star_model.predict(star_model.fold_in(films, stars)),
        "most popular": metrics.most_popular(others),
    }
    report: dict[str, Any] = {"n_users": len(cases)}
    for name, score in lists.items():
        report[name] = {
            key: {"mean": float(values.mean()), "interval": [float(end) for end in mean_interval(values)[1:]]}
            for key, values in metrics.evaluate_list(score, cases).items()
        }
    return report


def _corner_tensors(table: RatingsTable) -> dict[str, np.ndarray]:
    """The 15 x 15 corner of "Under the hood", when the ratings are dense enough to have one."""
    import pandas as pd

    movie_ids = table.catalogue.movie_ids[table.films]
    frame = pd.DataFrame({"userId": table.users, "movieId": movie_ids, "rating": table.stars})
    try:
        stars, films = build_corner(frame)
    except InputError:
        return {}
    return {"corner.stars": stars.astype(np.float32), "corner.movie_ids": np.array(films, np.int64)}


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m shared.collab.train", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--ratings", help="a CSV user,item,rating, or a GroupLens archive by path or URL")
    parser.add_argument("--method", choices=METHODS, default="als")
    parser.add_argument(
        "--use-nn", action="store_true", help="fastai: a small network instead of the dot product"
    )
    parser.add_argument("--factors", type=int, help="numbers that describe a film (als 8, fastai 50)")
    parser.add_argument(
        "--epochs", type=int, help="als 60, fastai 5; als with 4 factors and 10 epochs is fast"
    )
    parser.add_argument("--weight-decay", type=float, help="als 0 (learned from the data), fastai 0.1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", required=True, help="the folder to write")
    given = parser.parse_args(arguments)
    from tqdm import tqdm

    options = TrainOptions(
        given.method, given.factors, given.epochs, given.weight_decay, given.use_nn, given.seed
    )
    try:
        with tqdm(total=options.filled().epochs, unit="epoch", desc="Training") as bar:

            def show(entry: dict[str, float]) -> None:
                bar.update()
                bar.set_postfix({name: f"{value:.3f}" for name, value in entry.items() if name != "epoch"})

            result = train(
                read_ratings(given.ratings), given.out, options=options, on_epoch=show, on_stage=bar.write
            )
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    stars = result.metrics["stars"]
    low, high = stars["rmse_interval"]
    print(f"Held-out error {stars['rmse']:.4f} stars (95 % interval {low:.4f} to {high:.4f}).")
    if "learner_rmse" in stars:
        print(f"fastai's own predictions: {stars['learner_rmse']:.4f} stars.")
    for name, value in stars["baselines"].items():
        print(f"  {name}: {value:.4f}")
    print(f"Wrote {result.artifact.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
