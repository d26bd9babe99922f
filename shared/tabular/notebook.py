"""The run on the screen as a notebook: the lesson's loop in PyTorch, with the table inside.

write_notebook(Training())      # plain JSON; it needs torch, pandas and numpy
"""

from typing import Any

import numpy as np

from shared.notebook import make_notebook
from shared.tabular.passengers import load_passengers
from shared.tabular.train import Training

_NAMES = ("Survived", "Pclass", "Sex", "Age", "SibSp", "Parch", "Fare", "Embarked")
_IMPORTS = """import io

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F"""
_CLEAN = """modes = df.mode().iloc[0]
df.fillna(modes, inplace=True)                   # in place: the table itself changes
df["LogFare"] = np.log(df["Fare"] + 1)           # + 1 because some fares are 0
df = pd.get_dummies(df, columns=["Sex", "Pclass", "Embarked"], dtype=float)
dummies = ["Sex_male", "Sex_female", "Pclass_1", "Pclass_2", "Pclass_3",
           "Embarked_C", "Embarked_Q", "Embarked_S"]
indep_cols = ["Age", "SibSp", "Parch", "LogFare"] + dummies
t_dep = torch.tensor(df["Survived"].to_numpy())
t_indep = torch.tensor(df[indep_cols].to_numpy(), dtype=torch.float)
{scale}
t_indep.shape, len(t_indep.shape)                # shape and rank"""
_SCALES = {
    "none": "# the columns stay as they are",
    "max": "t_indep = t_indep / t_indep.max(dim=0).values  # broadcasting: one number for each column",
    "standardise": "t_indep = (t_indep - t_indep.mean(0)) / t_indep.std(0, correction=0)",
}
_SPLIT = """torch.manual_seed(42)                            # as RandomSplitter(seed=42) does
order = torch.randperm(len(t_indep))
cut = int(0.2 * len(order))
val, trn = order[:cut], order[cut:]
trn_indep, val_indep = t_indep[trn], t_indep[val]
trn_dep, val_dep = t_dep[trn][:, None], t_dep[val][:, None]   # one column
len(trn), len(val)"""
_BY_HAND = """torch.manual_seed(442)
coeffs = (torch.rand(t_indep.shape[1]) - 0.5).requires_grad_()
preds = (t_indep * coeffs).sum(axis=1)           # broadcasting, then one sum for each passenger
loss = torch.abs(preds - t_dep).mean()
right = ((preds > 0.5) == t_dep.bool()).float().mean()
print(f"loss {loss:.4f}, right {100 * right:.1f} %")
loss.backward()
with torch.no_grad():
    coeffs.sub_(coeffs.grad * 0.1)               # in place: the underscore says so
    coeffs.grad.zero_()
    print(f"after one step {torch.abs((t_indep * coeffs).sum(axis=1) - t_dep).mean():.4f}")"""
_WEIGHTS = {  # how the lesson draws the first ones
    "linear": "layers, consts = [torch.rand(n_coeff, 1) - 0.5], []",
    "linear + sigmoid": "layers, consts = [torch.rand(n_coeff, 1) - 0.5], []",
    "matrix product": "layers, consts = [torch.rand(n_coeff, 1) * 0.1], []",
    "one hidden layer": (
        "layers = [(torch.rand(n_coeff, 20) - 0.5) / 20, torch.rand(20, 1) - 0.3]\n"
        "    consts = [None, torch.rand(1)[0]]"
    ),
    "two hidden layers": (
        "sizes = [n_coeff, 10, 10, 1]\n"
        "    layers = [(torch.rand(a, b) - 0.3) / b * 4 for a, b in zip(sizes, sizes[1:])]\n"
        "    consts = [(torch.rand(1)[0] - 0.5) * 0.1 for _ in layers]"
    ),
}
_SIZES = {"one hidden layer": "[n_coeff, 20, 1]", "two hidden layers": "[n_coeff, 10, 10, 1]"}
_MODEL = """def init_coeffs(n_coeff):
    {weights}
    return ([l.requires_grad_() for l in layers],
            [c if c is None else c.requires_grad_() for c in consts])

def calc_preds(layers, consts, res):
    for i, layer in enumerate(layers):
        res = res @ layer
        if consts and consts[i] is not None: res = res + consts[i]
        if i < len(layers) - 1: res = F.relu(res)
    return {end}"""
_LOOP = """torch.manual_seed({seed})
layers, consts = init_coeffs(t_indep.shape[1])
for epoch in range({epochs}):
    loss = torch.abs(calc_preds(layers, consts, trn_indep) - trn_dep).mean()
    loss.backward()
    with torch.no_grad():
        for c in layers + [c for c in consts if c is not None]:
            c.sub_(c.grad * {learning_rate})
            c.grad.zero_()                       # or the next gradient would be added
    print(f"{{loss:.3f}}", end="; ")"""
_ACCURACY = """with torch.no_grad():
    right = (val_dep.bool() == (calc_preds(layers, consts, val_indep) > 0.5)).sum().item()
print(right, "of", len(val), "right:", f"{100 * right / len(val):.1f} %")"""


def write_notebook(options: Training) -> dict[str, Any]:
    """Write the notebook of a training.

    Args:
        options: of the run.

    Returns:
        The notebook, ready for JSON.
    """
    weights = _WEIGHTS[options.model]
    if options.start == "kaiming":
        weights = (
            f"sizes = {_SIZES.get(options.model, '[n_coeff, 1]')}\n"
            "    layers = [torch.randn(a, b) * (2 / a) ** 0.5 for a, b in zip(sizes, sizes[1:])]\n"
            f"    consts = {'[torch.zeros(()) for _ in layers]' if options.model in _SIZES else '[]'}"
        )
    end = "res" if options.model == "linear" else "torch.sigmoid(res)"
    read = f'CSV = """{_table()}"""\ndf = pd.read_csv(io.StringIO(CSV))\ndf.isna().sum()'
    return make_notebook(
        [
            (
                "markdown",
                f"# {options.model.capitalize()}, from scratch\n\nThe run of your screen, in PyTorch.",
            ),
            ("code", _IMPORTS),
            ("code", read),
            ("markdown", "## The table becomes numbers"),
            ("code", _CLEAN.format(scale=_SCALES[options.scale])),
            ("markdown", "## One step by hand, on all rows"),
            ("code", _BY_HAND),
            ("markdown", "## The model"),
            ("code", _SPLIT),
            ("code", _MODEL.format(weights=weights, end=end)),
            ("markdown", "## Predict, loss, gradient, step"),
            ("code", _LOOP.format(**options.model_dump())),
            ("code", _ACCURACY),
        ]
    )


def _table() -> str:
    """Write the columns that the lesson uses as CSV; no value has a comma in it."""
    people = load_passengers()
    columns = [getattr(people, name.lower()) for name in _NAMES]
    rows = [[_cell(column[row]) for column in columns] for row in range(len(people))]
    return "\n".join(map(",".join, [[*_NAMES], *rows]))


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if np.isnan(value) else f"{value:g}"
