"""Learn the bundled embeddings by fastai's `tabular_learner`, and measure what a forest gains by them.

    python -m shared.embeddings.train --out my_embeddings          # 30 splits, four minutes
    python -m shared.embeddings.train --out my_embeddings --splits 2

The price is learned as its logarithm, so that equal ratios count as equal errors. The error is measured on a
fifth of the houses, which the net has not seen; the embeddings that are kept are then learned from all. The
forest's gain is measured on splits of its own: in each, what fills gaps, what scales, what numbers the levels
and the embeddings themselves come from its training rows alone. Beside them lie the factors of the best-known
films of the bundled recommender. Only training imports this file.

Follows lesson 7 and fastbook chapter 9; Guo and Berkhahn, "Entity Embeddings of Categorical Variables", 2016.
"""

import argparse
import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from fastai.tabular import all as tabular
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

from shared import artifacts
from shared.datasets.ames import load_ames
from shared.embeddings.model import FILMS, WAYS
from shared.stats import mean_interval, root_mean_interval
from shared.tables.kinds import read_numbers

TARGET, ERRORS, SEED, N_FILMS = "Sale_Price", "forest errors", 42, 28
HOW: dict[str, Any] = {"layers": [200, 100], "epochs": 10, "learning_rate": 0.01, "batch": 64, "seed": SEED}
TREES = {"n_estimators": 40, "max_features": 0.5, "min_samples_leaf": 5}  # as fastbook's chapter 9


class Learned(NamedTuple):
    """What remains of a run.

    Attributes:
        names: of the category columns.
        levels: of each, "#na#" first: values that are missing or were not in training.
        vectors: its embedding, (n_levels, n_factors) each.
        codes: the level of each row, (n_rows, n_columns).
        numbers: filled and scaled, (n_rows, n_numbers).
        predicted: logarithms of the prices of the rows held out.
    """

    names: list[str]
    levels: list[list[str]]
    vectors: list[np.ndarray]
    codes: np.ndarray
    numbers: np.ndarray
    predicted: np.ndarray


def read_houses() -> pd.DataFrame:
    """Give Ames for fastai: numbers, categories as texts, and the logarithm of the price."""
    table = load_ames()
    made = {
        column.name: read_numbers(column, found)
        if found.kind == "number"
        else np.array(column.values, dtype=object)[column.codes]
        for column, found in zip(table.columns, table.understood.columns, strict=True)
    }
    return pd.DataFrame(made).assign(**{TARGET: np.log(made[TARGET]).astype(np.float32)})


def split_rows(n: int, seed: int) -> list[np.ndarray]:
    """Give the numbers of the rows to learn from, and of the fifth that is held out."""
    return train_test_split(np.arange(n), test_size=0.2, random_state=seed)


def learn(houses: pd.DataFrame, train: np.ndarray, valid: np.ndarray, *, seed: int = SEED) -> Learned:
    """Train once, on some rows, and predict others; they may be among them.

    Args:
        houses: from `read_houses`.
        train: rows to learn from.
        valid: rows to predict.
        seed: of the weights and the batches.
    """
    tabular.set_seed(seed, reproducible=True)
    torch.set_num_threads(1)  # batches of 64 are too small to share
    categories = [*houses.select_dtypes(exclude="number")]
    numbers = [name for name in houses if name not in (*categories, TARGET)]
    steps = [tabular.Categorify, tabular.FillMissing, tabular.Normalize]
    block, splits = tabular.RegressionBlock(), (train.tolist(), valid.tolist())
    table = tabular.TabularPandas(houses, steps, [*categories], numbers, TARGET, block, splits)
    known = houses[TARGET].iloc[train]
    span = float(known.min()) - 0.2, float(known.max()) + 0.2
    learner = tabular.tabular_learner(table.dataloaders(bs=HOW["batch"]), layers=HOW["layers"], y_range=span)
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(HOW["epochs"], HOW["learning_rate"])
        predicted = learner.get_preds(ds_idx=1)[0].numpy().ravel()
    vectors = [one.weight.detach().numpy() for one in learner.model.embeds]
    rows = table.items[~table.items.index.duplicated()].sort_index()
    levels, codes = [[*table.classes[name]] for name in categories], rows[categories].to_numpy(int)
    return Learned(categories, levels, vectors, codes, rows[table.cont_names].to_numpy(float), predicted)


def see_categories(learned: Learned, y: np.ndarray, train: np.ndarray) -> dict[str, np.ndarray]:
    """Give what a forest sees of the houses, (n_rows, n_columns), in each of the ways."""
    means = [
        pd.Series(y[train]).groupby(codes[train]).mean().reindex(codes, fill_value=y[train].mean())
        for codes in learned.codes.T
    ]
    vectors = [table[codes] for table, codes in zip(learned.vectors, learned.codes.T, strict=True)]
    seen = {"codes": [learned.codes], "means": means, "embeddings": vectors}
    return {way: np.column_stack([learned.numbers, *columns]) for way, columns in seen.items()}


def measure_split(houses: pd.DataFrame, seed: int) -> list[float]:
    """Give the errors on one split, RMSE of the logarithm, in the order of WAYS."""
    y, (train, valid) = houses[TARGET].to_numpy(float), split_rows(len(houses), seed)
    learned = learn(houses, train, valid, seed=seed)
    said = [
        RandomForestRegressor(**TREES, random_state=seed, n_jobs=-1).fit(x[train], y[train]).predict(x[valid])
        for x in see_categories(learned, y, train).values()
    ]
    return [float(np.sqrt(((one - y[valid]) ** 2).mean())) for one in (*said, learned.predicted)]


def train(out: str | Path, *, n_splits: int = 30) -> artifacts.Artifact:
    """Learn, measure, and write the artifact."""
    artifacts.check_output(out)  # before the work, not after it
    houses = read_houses()
    y, (rows, held_out) = houses[TARGET].to_numpy(float), split_rows(len(houses), SEED)
    error = root_mean_interval((learn(houses, rows, held_out).predicted - y[held_out]) ** 2)
    learned = learn(houses, np.arange(len(y)), held_out)
    columns, tensors = {}, {}
    for name, levels, vectors, codes in zip(*learned[:3], learned.codes.T, strict=True):
        prices = pd.Series(np.exp(y)).groupby(codes)  # "#na#" has none
        columns[name] = {
            "levels": [str(levels[code]) for code in prices.groups],
            "counts": prices.size().tolist(),
            "values": prices.median().round().tolist(),
        }
        tensors[name] = vectors[list(prices.groups)]
    recommender = artifacts.load("recommender")
    films = pd.read_csv(recommender.path("catalogue.csv.gz")).nlargest(N_FILMS, "n_ratings")
    told = {"levels": "title", "counts": "n_ratings", "values": "mean_rating"}
    columns[FILMS] = {name: films[column].tolist() for name, column in told.items()}
    factors = recommender.tensors()["stars.film_means"][:, :-1]  # the last is the bias
    tensors[FILMS] = factors[films.index].astype(np.float32)
    tensors[ERRORS] = np.array([measure_split(houses, seed) for seed in range(n_splits)])
    ways = dict(zip(WAYS, tensors[ERRORS].T, strict=True))
    more = {way: mean_interval(errors - ways["embeddings"]) for way, errors in ways.items()}
    forest = {
        "splits": n_splits,
        "errors": {way: float(errors.mean()) for way, errors in ways.items()},
        "more_than_embeddings": {way: [*map(float, interval)] for way, interval in more.items()},
    }
    versions = {name: version(name) for name in ("fastai", "torch", "scikit-learn")}
    config = {
        "kind": "embeddings",
        "trained_with": HOW | {"versions": versions, "date": f"{datetime.date.today()}"},
        "data": {"source": "Ames", "rows": len(y), "held_out": len(held_out), "columns": len(columns) - 1},
        "metrics": {"rmse_log": [*map(float, error)], "forest": forest},
        "columns": columns,
    }
    card = Path(__file__).with_name("card.md").read_text("utf-8").format(**config)
    return artifacts.save(out, config=config, tensors=tensors, card=card)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="the folder to write")
    parser.add_argument("--splits", type=int, default=30, help="on which the forest is measured")
    given = parser.parse_args()
    print(f"Wrote {train(given.out, n_splits=given.splits).folder}")
