"""Learn the bundled embeddings, and measure what a forest gains by them.

    python -m shared.embeddings.train --out my_embeddings          # 30 splits, some minutes
    python -m shared.embeddings.train --out my_embeddings --splits 2

The error is measured on a fifth of the houses, which the net has not seen; the embeddings that are kept are
then learned from all of them. The forest's gain is measured on splits of its own, and in each of them the
embeddings are learned from the forest's training rows alone. The factors of the best-known films come from
the bundled recommender, to be drawn beside them.
"""

import argparse
import csv
import datetime
import gzip
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from shared import artifacts
from shared.datasets.ames import load_ames
from shared.embeddings.learn import BATCH, EPOCHS, LAYERS, LEARNING_RATE, Houses, Learned, learn, read_houses
from shared.embeddings.model import ERRORS, FILMS, WAYS, Gain
from shared.errors import InputError
from shared.stats import mean_interval, root_mean_interval

SEED, VALID_SHARE, N_FILMS = 42, 0.2, 28
TREES = {"n_estimators": 40, "max_features": 0.5, "min_samples_leaf": 5}  # as fastbook's chapter 9


def split_rows(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Shuffle row numbers; give those to learn from and those held out."""
    order = np.random.default_rng(seed).permutation(n)
    cut = int(VALID_SHARE * n)
    return order[cut:], order[:cut]


def with_vectors(learned: Learned) -> np.ndarray:
    """Write each category as its vector, and the numbers beside them: (n_rows, n_columns)."""
    looked_up = [table[codes] for table, codes in zip(learned.vectors.values(), learned.codes.T, strict=True)]
    return np.concatenate([learned.numbers, *looked_up], axis=1)


def with_means(learned: Learned, y: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Write each category as the mean of its training rows, and the numbers beside them."""
    made = []
    for codes in learned.codes.T:
        size = codes.max() + 1
        counts = np.bincount(codes[train], minlength=size)
        sums = np.bincount(codes[train], y[train], minlength=size)
        made.append(np.where(counts > 0, sums / np.maximum(counts, 1), y[train].mean())[codes])
    return np.column_stack([learned.numbers, *made])


def measure_split(houses: Houses, seed: int) -> list[float]:
    """Give the errors on one split, in the order of WAYS."""
    from sklearn.ensemble import RandomForestRegressor

    y = houses.y
    train, valid = split_rows(len(y), seed)
    learned = learn(houses, train=train, valid=valid, seed=seed)
    codes = np.concatenate([learned.numbers, learned.codes], axis=1)
    said = [
        RandomForestRegressor(**TREES, random_state=seed, n_jobs=-1).fit(x[train], y[train]).predict(x[valid])
        for x in (codes, with_means(learned, y, train), with_vectors(learned))
    ]
    return [float(np.sqrt(((one - y[valid]) ** 2).mean())) for one in (*said, learned.predicted)]


def read_films() -> tuple[dict[str, list[Any]], np.ndarray]:
    """Give titles, ratings and mean ratings of the films with most ratings, and their factors."""
    model = artifacts.load("recommender")
    with gzip.open(model.path("catalogue.csv.gz"), "rt", encoding="utf-8") as file:
        films = list(csv.DictReader(file))
    most = sorted(range(len(films)), key=lambda at: -int(films[at]["n_ratings"]))[:N_FILMS]
    told: dict[str, list[Any]] = {
        "levels": [films[at]["title"] for at in most],
        "counts": [int(films[at]["n_ratings"]) for at in most],
        "values": [float(films[at]["mean_rating"]) for at in most],
    }
    return told, model.tensors()["stars.film_means"][most, :-1].astype(np.float32)  # the last is the bias


def train(out: str | Path, *, n_splits: int = 30) -> artifacts.Artifact:
    """Learn, measure, and write the artifact."""
    artifacts.check_output(out)  # before the work, not after it
    houses = read_houses(load_ames())
    y, prices = houses.y, np.exp(houses.y)
    rows, held_out = split_rows(len(y), SEED)
    squares = (learn(houses, train=rows, valid=held_out, seed=SEED).predicted - y[held_out]) ** 2
    everything = np.arange(len(y))
    learned = learn(houses, train=everything, valid=held_out, seed=SEED)
    columns: dict[str, Any] = {}
    tensors: dict[str, np.ndarray] = {}
    for name, codes in zip(houses.categories, learned.codes.T, strict=True):
        present = [code for code in range(1, len(learned.levels[name])) if (codes == code).any()]
        columns[name] = {
            "levels": [learned.levels[name][code] for code in present],
            "counts": [int((codes == code).sum()) for code in present],
            "values": [round(float(np.median(prices[codes == code]))) for code in present],
        }
        tensors[name] = learned.vectors[name][present]
    columns[FILMS], tensors[FILMS] = read_films()
    errors = np.array([measure_split(houses, seed) for seed in range(n_splits)])
    tensors[ERRORS] = errors
    gain = Gain(
        errors, {way: mean_interval(errors[:, at] - errors[:, 2]) for at, way in enumerate(WAYS) if at != 2}
    )
    config = {
        "kind": "embeddings",
        "trained_with": {
            "seed": SEED, "layers": LAYERS, "epochs": EPOCHS, "learning_rate": LEARNING_RATE, "batch": BATCH,
            "versions": {name: version(name) for name in ("fastai", "torch", "scikit-learn")},
            "date": f"{datetime.date.today()}",
        },
        "data": {"source": "Ames", "rows": len(y), "held_out": len(held_out)},
        "metrics": {
            "rmse_log": [float(end) for end in root_mean_interval(squares)],
            "more_than_embeddings": {way: [float(end) for end in ends] for way, ends in gain.more.items()},
        },
        "columns": columns,
    }  # fmt: skip
    return artifacts.save(out, config=config, tensors=tensors, card=write_card(config, gain))


def write_card(config: dict[str, Any], gain: Gain) -> str:
    """Write the card of the model."""
    rows = [f"| {name} | {error:.4f} |" for name, error in gain.mean_errors.items()]
    how = config["trained_with"]
    values = {
        "n_columns": len(config["columns"]) - 1,
        "settings": ", ".join(f"{name} {value}" for name, value in how.items() if name != "versions"),
        "versions": ", ".join(f"{name} {number}" for name, number in how["versions"].items()),
        "table": "\n".join(rows),
        "n_splits": len(gain.errors),
        "less": " and ".join(
            f"{one.mean:.4f} less than on {way} (95 % interval {one.low:.4f} to {one.high:.4f})"
            for way, one in gain.more.items()
            if way != "net"
        ),
        "error": "{:.4f} (95 % interval {:.4f} to {:.4f})".format(*config["metrics"]["rmse_log"]),
    }
    return (Path(__file__).with_name("card.md")).read_text("utf-8").format(**config["data"], **values)


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", required=True, help="the folder to write")
    parser.add_argument("--splits", type=int, default=30, help="on which the forest is measured")
    given = parser.parse_args(arguments)
    try:
        print(f"Wrote {train(given.out, n_splits=given.splits).folder}")
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
