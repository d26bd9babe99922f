"""The lesson's own way, with pandas and PyTorch: the other road to every figure of the net from scratch."""

import gzip
import itertools

import pandas as pd
import torch
import torch.nn.functional as F

from tests.conftest import ROOT

DUMMIES = [
    *("Sex_male", "Sex_female"),
    *("Pclass_1", "Pclass_2", "Pclass_3"),
    *("Embarked_C", "Embarked_Q", "Embarked_S"),
]


def read_frame():
    with gzip.open(ROOT / "shared/datasets/titanic/titanic.csv.gz", "rt", encoding="utf-8") as file:
        return pd.read_csv(file)


def tensors():
    """Inputs (891, 12) and who survived (891,)."""
    frame = read_frame()
    frame = frame.fillna(frame.mode().iloc[0])
    frame["LogFare"] = torch.log(torch.tensor(frame["Fare"].to_numpy()) + 1).numpy()
    frame = pd.get_dummies(frame, columns=["Sex", "Pclass", "Embarked"], dtype=float)
    columns = ["Age", "SibSp", "Parch", "LogFare", *DUMMIES]
    x = torch.tensor(frame[columns].to_numpy(float), dtype=torch.float)
    return x / x.max(dim=0).values, torch.tensor(frame["Survived"].to_numpy())


def split():
    torch.manual_seed(42)
    order = torch.randperm(891)
    return order[178:], order[:178]


def draw(kind, seed, start="published"):
    """Give layers and constants as the notebook draws them."""
    torch.manual_seed(seed)
    sizes = {"one hidden layer": [12, 20, 1], "two hidden layers": [12, 10, 10, 1]}.get(kind, [12, 1])
    pairs = list(itertools.pairwise(sizes))
    if start == "kaiming":
        layers = [torch.randn(a, b) * (2 / a) ** 0.5 for a, b in pairs]
        consts = [torch.zeros(()) if len(layers) > 1 else None for _ in layers]
    elif kind == "one hidden layer":
        layers = [(torch.rand(12, 20) - 0.5) / 20, torch.rand(20, 1) - 0.3]
        consts = [None, torch.rand(1)[0]]
    elif kind == "two hidden layers":
        layers = [(torch.rand(a, b) - 0.3) / b * 4 for a, b in pairs]
        consts = [(torch.rand(1)[0] - 0.5) * 0.1 for _ in pairs]
    else:
        layers = [torch.rand(12, 1) * 0.1 if kind == "matrix product" else torch.rand(12, 1) - 0.5]
        consts = [None]
    return layers, consts


def predict(kind, layers, consts, x):
    for at, (layer, const) in enumerate(zip(layers, consts, strict=True)):
        x = x @ layer if const is None else x @ layer + const
        if at < len(layers) - 1:
            x = F.relu(x)
    return (x if kind == "linear" else torch.sigmoid(x))[:, 0]


def train(kind, *, lr, epochs=30, seed=442, start="published"):
    """Give the loss before each step and the accuracy at the end."""
    x, y = tensors()
    rows, valid = split()
    layers, consts = draw(kind, seed, start)
    learned = [one.requires_grad_() for one in (*layers, *consts) if one is not None]
    losses = []
    for _ in range(epochs):
        loss = torch.abs(predict(kind, layers, consts, x[rows]) - y[rows]).mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for one in learned:
                one.sub_(one.grad * lr)
                one.grad.zero_()
    with torch.no_grad():
        right = (predict(kind, layers, consts, x[valid]) > 0.5) == y[valid].bool()
    return losses, float(right.float().mean())
