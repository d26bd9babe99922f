"""fastai's own way with the table, in the process of `fastai_worker`: it imports fastai, the page does not.

    dls = load("/tmp/models")                   # TabularPandas: Categorify, FillMissing, Normalize
    find_rates(dls)["suggested"]                # {"slide": 0.145, "valley": 0.016, "steep": ..., ...}
    fit(dls, rate=0.013)                        # losses and accuracies of every epoch, and the schedule
    carry(dls, fit(dls, rate=0.013)["learn"])   # what `test_dl` makes of a passenger nobody has seen

The net of 10 and 10 units, its rate and 16 epochs are those of "Why you should use a framework", lesson 5 of
Practical Deep Learning for Coders; columns and splits are those of all other models here.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import torch
from fastai.callback.schedule import minimum, slide, steep, valley
from fastai.data.block import CategoryBlock
from fastai.metrics import accuracy
from fastai.tabular.core import Categorify, FillMissing, Normalize, TabularPandas
from fastai.tabular.data import TabularDataLoaders
from fastai.tabular.learner import TabularLearner, tabular_learner
from fastai.torch_core import set_seed

from shared.tabular.passengers import LESSON_SPLIT, load_passengers, split_rows

LAYERS, EPOCHS, RATE, BATCH = [10, 10], 16, 0.03, 64  # the lesson's
CATEGORIES, NUMBERS = ["Sex", "Pclass", "Embarked"], ["Age", "SibSp", "Parch", "LogFare"]
# Boarded at Belfast, as nobody in the table did; his age is not known.
UNSEEN = {"Sex": "male", "Pclass": 2, "Embarked": "B", "Age": np.nan, "SibSp": 0, "Parch": 0, "Fare": 13.0}

torch.set_num_threads(1)  # a batch is so small that a second thread only waits


def read_frame() -> pd.DataFrame:
    """Give the lesson's columns as they are, with the logarithm of the fare; nothing is filled."""
    people = load_passengers()
    columns = [*CATEGORIES, *NUMBERS[:3], "Fare", "Survived"]
    frame = pd.DataFrame({name: getattr(people, name.lower()) for name in columns})
    return _with_log(frame.replace({"Embarked": {"": None}}).astype({"Pclass": int, "Survived": int}))


def load(folder: str, seed: int = LESSON_SPLIT) -> TabularDataLoaders:
    """Prepare the table as fastai does; what it learns for that, it learns from the training rows.

    Args:
        folder: where `lr_find` may put a model aside.
        seed: of the split.
    """
    splits = tuple(rows.tolist() for rows in split_rows(seed))
    how = {"cat_names": [*CATEGORIES], "cont_names": [*NUMBERS], "y_names": "Survived", "splits": splits}
    procs = [Categorify, FillMissing, Normalize]
    table = TabularPandas(read_frame(), procs=procs, y_block=CategoryBlock(), **how)
    return table.dataloaders(bs=BATCH, path=folder)


def new_learner(dls: TabularDataLoaders, seed: int) -> TabularLearner:
    """Make the lesson's net, with the weights and the order of rows of a seed."""
    set_seed(seed)
    learn = tabular_learner(dls, layers=LAYERS, metrics=accuracy)
    for callback in [one for one in learn.cbs if one.name == "progress"]:
        learn.remove_cb(callback)
    return learn


def find_rates(dls: TabularDataLoaders) -> dict[str, Any]:
    """Raise the learning rate batch by batch until the loss explodes; give the curve and four suggestions."""
    learn = new_learner(dls, LESSON_SPLIT)
    with learn.no_logging():
        found = learn.lr_find(suggest_funcs=(slide, valley, steep, minimum), show_plot=False)
    rates, losses = learn.recorder.lrs, [float(loss) for loss in learn.recorder.losses]
    return {"rates": rates, "losses": losses, "suggested": found._asdict()}


def fit(
    dls: TabularDataLoaders, *, rate: float = RATE, epochs: int = EPOCHS, schedule: str = "fit", seed: int = 0
) -> dict[str, Any]:
    """Train the lesson's net once.

    Returns:
        By name: `train`, `valid` and `right`, a number for each epoch: losses, and the share of rows held out
        that is right; `rates` and `momenta`, a number for each batch; `learn`, the learner.
    """
    learn = new_learner(dls, seed)
    with learn.no_logging():
        getattr(learn, schedule)(epochs, rate)
    train, valid, right = zip(*learn.recorder.values, strict=True)
    steady = {"lr": [rate], "mom": [learn.opt.hypers[0]["mom"]]}  # where nothing was scheduled
    hypers = learn.recorder.hps if schedule == "fit_one_cycle" else steady
    n = len(learn.recorder.losses) // len(hypers["lr"])
    found = {"train": train, "valid": valid, "right": right, "learn": learn}
    return found | {"rates": hypers["lr"] * n, "momenta": hypers["mom"] * n}


def carry(dls: TabularDataLoaders, learn: TabularLearner) -> dict[str, Any]:
    """Show what `test_dl` carries from the training rows to a passenger whom nobody has seen.

    Returns:
        `rows` of name, what came, what the net gets, and what that was learned from; `chance` to survive.
    """
    came = _with_log(pd.DataFrame([UNSEEN]))
    test = dls.test_dl(came)
    codes, numbers, *_ = test.one_batch()
    procs = dls.procs
    rows = []
    for name, code in zip(dls.cat_names, codes[0].tolist(), strict=True):
        levels = [str(level) for level in procs.categorify.classes[name]]
        text = str(came[name][0]) if name in came else "a new column"
        rows.append((name, text, f"{code}: {levels[code]}", "levels " + ", ".join(levels)))
    for name, number in zip(dls.cont_names, numbers[0].tolist(), strict=True):
        learned = f"mean {procs.normalize.means[name]:.2f}, deviation {procs.normalize.stds[name]:.2f}"
        if name in procs.fill_missing.na_dict:
            learned = f"median {procs.fill_missing.na_dict[name]:g}, {learned}"
        rows.append((name, f"{came[name][0]:.3g}", f"{number:.2f}", learned))
    return {"rows": rows, "chance": float(_chances(learn, test)[0])}


def answer_splits(seeds: Iterable[int], folder: str) -> list[list[bool]]:
    """Train the lesson's net on each split as the lesson does, and say who of its held-out rows survives."""
    answers = []
    for seed in seeds:
        dls = load(folder, seed)
        answers.append((_chances(fit(dls)["learn"], dls.valid) > 0.5).tolist())
    return answers


def _chances(learn: TabularLearner, rows: Any) -> torch.Tensor:
    with learn.no_logging():
        return learn.get_preds(dl=rows)[0][:, 1]


def _with_log(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(LogFare=np.log(frame["Fare"] + 1)).drop(columns="Fare")
