"""Learn the categories of a table as the course does: `tabular_learner`, embeddings sized by `get_emb_sz`.

    houses = read_houses(load_ames())
    learned = learn(houses, train=rows, valid=others)
    learned.vectors["Neighborhood"]      # (29, 11): "#na#" and 28 neighbourhoods, 11 numbers each

The price is learned as its logarithm, so that equal ratios count as equal errors. What fills gaps, scales
numbers and numbers the levels comes from the training rows alone. Follows lesson 7 and fastbook chapter 9;
Guo and Berkhahn, "Entity Embeddings of Categorical Variables" (2016).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from shared.tables.kinds import read_numbers
from shared.tables.read_table import Table

if TYPE_CHECKING:
    import pandas as pd

TARGET = "Sale_Price"
LAYERS, EPOCHS, LEARNING_RATE, BATCH = (200, 100), 10, 1e-2, 64


class Houses(NamedTuple):
    """A table for fastai: its rows, with the logarithm of the target, and the names of its columns."""

    rows: "pd.DataFrame"
    categories: list[str]
    numbers: list[str]

    @property
    def y(self) -> np.ndarray:
        """The logarithms of the prices, (n_rows,)."""
        return self.rows[TARGET].to_numpy(float)


@dataclass(frozen=True, eq=False)
class Learned:
    """What remains of a run.

    Attributes:
        levels: of each category column, "#na#" first: values that are missing or were not in training.
        vectors: its embedding, (n_levels, n_factors).
        codes: the level of each row, (n_rows, n_columns).
        numbers: filled and scaled, (n_rows, n_numbers).
        predicted: logarithms of the prices of the validation rows, (n_valid,).
    """

    levels: dict[str, list[str]]
    vectors: dict[str, np.ndarray]
    codes: np.ndarray
    numbers: np.ndarray
    predicted: np.ndarray


def read_houses(table: Table) -> Houses:
    """Give a table as fastai wants it."""
    import pandas as pd

    kinds = {column.name: column.kind for column in table.understood.columns}
    made: dict[str, object] = {
        column.name: read_numbers(column, table.understood[column.name])
        if kinds[column.name] == "number"
        else [column.values[code] for code in column.codes.tolist()]
        for column in table.columns
    }
    rows = pd.DataFrame(made)
    rows[TARGET] = np.log(rows[TARGET]).astype(np.float32)
    numbers = [name for name in made if kinds[name] == "number" and name != TARGET]
    return Houses(rows, [name for name in made if kinds[name] != "number"], numbers)


def learn(houses: Houses, *, train: np.ndarray, valid: np.ndarray, seed: int = 42) -> Learned:
    """Train once, on some rows, and predict others.

    Args:
        houses: from `read_houses`.
        train: rows to learn from.
        valid: rows to predict; they may be among the others.
        seed: of the weights and the batches.
    """
    import fastai.callback.progress
    import fastai.callback.schedule  # noqa: F401  they give Learner no_bar and fit_one_cycle
    import torch
    from fastai.data.block import RegressionBlock
    from fastai.tabular.core import Categorify, FillMissing, Normalize, TabularPandas
    from fastai.tabular.learner import tabular_learner
    from fastai.torch_core import set_seed

    set_seed(seed, reproducible=True)
    torch.set_num_threads(1)  # batches of 64 are too small to share
    table = TabularPandas(
        houses.rows,
        [Categorify, FillMissing, Normalize],
        cat_names=list(houses.categories),
        cont_names=list(houses.numbers),
        y_names=TARGET,
        y_block=RegressionBlock(),
        splits=(train.tolist(), valid.tolist()),
        inplace=False,
    )
    known = table.train.ys[TARGET]
    learner = tabular_learner(
        table.dataloaders(bs=BATCH),
        layers=list(LAYERS),
        y_range=(float(known.min()) - 0.2, float(known.max()) + 0.2),
    )
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(EPOCHS, LEARNING_RATE)
        predicted = learner.get_preds(ds_idx=1)[0].numpy().ravel()
    tables = [one.weight.detach().numpy() for one in learner.model.embeds]
    places = table.items[~table.items.index.duplicated()].sort_index()  # a row may be in both
    return Learned(
        {name: [str(level) for level in table.classes[name]] for name in houses.categories},
        dict(zip(table.cat_names, tables, strict=True)),
        places[list(houses.categories)].to_numpy(int),
        places[list(table.cont_names)].to_numpy(float),
        predicted,
    )
