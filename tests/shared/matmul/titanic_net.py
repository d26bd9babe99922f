"""Train the lesson's network of 20 hidden units again, as "Linear model and neural net from scratch" does.

python -m tests.shared.matmul.titanic_net      # writes shared/matmul/titanic.json
"""

import gzip
import json

import pandas as pd
import torch
import torch.nn.functional as F

from tests.conftest import ROOT

TABLE = ROOT / "shared/datasets/titanic/titanic.csv.gz"
FILE = ROOT / "shared/matmul/titanic.json"
COLUMNS = ["Age", "SibSp", "Parch", "LogFare"]
DUMMIES = [
    "Sex_male",
    "Sex_female",
    "Pclass_1",
    "Pclass_2",
    "Pclass_3",
    "Embarked_C",
    "Embarked_Q",
    "Embarked_S",
]
N_HIDDEN, EPOCHS, LEARNING_RATE, SEED = 20, 30, 20, 442
SHOWN = (0, 1, 2, 6, 10, 27, 297, 305)  # rows of the table: men, women and children of each class


def read_table():
    with gzip.open(TABLE, "rt", encoding="utf-8") as file:
        frame = pd.read_csv(file)
    filled = frame.fillna(frame.mode().iloc[0])
    filled["LogFare"] = torch.log(torch.tensor(filled["Fare"].to_numpy()) + 1).numpy()
    dummies = pd.get_dummies(filled[["Sex", "Pclass", "Embarked"]], columns=["Sex", "Pclass", "Embarked"])
    inputs = torch.tensor(
        pd.concat([filled[COLUMNS], dummies[DUMMIES]], axis=1).to_numpy(float), dtype=torch.float
    )
    return frame, inputs / inputs.max(dim=0).values, torch.tensor(frame["Survived"].to_numpy())


def predict(coefficients, inputs):
    layer1, layer2, constant = coefficients
    return torch.sigmoid(F.relu(inputs @ layer1) @ layer2 + constant)


def train():
    """Give the coefficients, and the accuracy on the lesson's 178 validation rows."""
    _, inputs, survived = read_table()
    torch.manual_seed(42)
    order = torch.randperm(len(inputs))
    cut = int(0.2 * len(inputs))
    valid, rest = order[:cut], order[cut:]
    torch.manual_seed(SEED)
    layer1 = (torch.rand(inputs.shape[1], N_HIDDEN) - 0.5) / N_HIDDEN
    layer2, constant = torch.rand(N_HIDDEN, 1) - 0.3, torch.rand(1)[0]
    coefficients = [one.requires_grad_() for one in (layer1, layer2, constant)]
    for _ in range(EPOCHS):
        loss = torch.abs(predict(coefficients, inputs[rest]) - survived[rest, None]).mean()
        loss.backward()
        with torch.no_grad():
            for one in coefficients:
                one.sub_(one.grad * LEARNING_RATE)
                one.grad.zero_()
    with torch.no_grad():
        accuracy = (
            (survived[valid, None].bool() == (predict(coefficients, inputs[valid]) > 0.5)).float().mean()
        )
    return [one.detach() for one in coefficients], float(accuracy), float(loss)


def write() -> None:
    (layer1, layer2, constant), accuracy, loss = train()
    frame, inputs, survived = read_table()
    made = {
        "columns": [*COLUMNS, *DUMMIES],
        "layer1": [[round(float(v), 5) for v in row] for row in layer1],
        "layer2": [round(float(v), 5) for v in layer2[:, 0]],
        "constant": round(float(constant), 5),
        "accuracy": round(accuracy, 4),
        "passengers": [
            {
                "name": frame["Name"][row],
                "values": [round(float(v), 5) for v in inputs[row]],
                "survived": bool(survived[row]),
            }
            for row in SHOWN
        ],
    }
    FILE.write_text(
        json.dumps(made, ensure_ascii=False, indent=None).replace('], "', '],\n"').replace("], [", "],\n[")
        + "\n",
        "utf-8",
    )
    print(accuracy, loss)


if __name__ == "__main__":
    write()
