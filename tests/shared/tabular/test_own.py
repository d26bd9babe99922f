"""A visitor's own table beside pandas, the Titanic as such a table, and what is refused."""

import gzip

import numpy as np
import pandas as pd
import pytest

from shared.errors import InputError
from shared.tabular.compare import RULE, score_models
from shared.tabular.net import Net, predict, start_nets, train_nets
from shared.tabular.own import (
    EPOCHS,
    FEWEST_ROWS,
    MAX_COLUMNS,
    MAX_ROWS,
    learn_categories,
    prepare,
    read_own,
    two_valued,
)
from tests.conftest import ROOT
from tests.shared.tabular import lesson


@pytest.fixture(scope="module")
def titanic(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "titanic.csv"
    path.write_bytes(gzip.decompress((ROOT / "shared/datasets/titanic/titanic.csv.gz").read_bytes()))
    return read_own(str(path))


def write(folder, frame, name="mine.csv"):
    path = folder / name
    frame.to_csv(path, index=False)
    return read_own(str(path))


def test_it_is_prepared_as_pandas_would(titanic):
    own, frame = prepare(titanic, "Survived"), lesson.read_frame()
    columns = ["PassengerId", "Pclass", "Sex", "Age", "SibSp", "Parch", "Fare", "Embarked"]
    theirs = frame[columns].copy()
    theirs["Age"] = theirs["Age"].fillna(theirs["Age"].median())
    theirs["Embarked"] = theirs["Embarked"].fillna(theirs["Embarked"].mode()[0])
    made = []
    for name in columns:
        if theirs[name].dtype.kind in "if":
            made.append(theirs[name] / theirs[name].abs().max())
        else:
            made += [column for _, column in pd.get_dummies(theirs[name], dtype=float).items()]
    assert own.x == pytest.approx(np.stack(made, axis=1), abs=1e-6)
    assert (own.y == frame["Survived"]).all()
    assert own.yes == "1"
    assert own.left_out == ["Name", "Ticket", "Cabin"]
    assert own.categories == {"Sex": (("female", "male"), 2), "Embarked": (("C", "Q", "S"), 8)}
    assert two_valued(titanic) == ("Survived", "Sex")


def test_the_rule_finds_the_sex_by_itself(titanic):
    own = prepare(titanic, "Survived")
    scores = score_models(own.x, own.y, 20)
    assert (scores[RULE].right, scores["Constant"].right) == (141, 106)
    assert scores["Random forest"].ahead > 10


def test_a_category_is_its_row_of_the_first_layer(titanic):
    """What goes into the hidden units is the other columns' part, and the row of the port."""
    own = prepare(titanic, "Survived")
    rows = learn_categories(own)["Embarked"]
    assert rows.shape == (3, 20)
    net: Net = start_nets("one hidden layer", [442], n_columns=own.x.shape[1], start="kaiming")
    for after, _ in train_nets(net, own.x, own.y, learning_rate=1, epochs=EPOCHS, loss="bce"):
        net = after
    one_hot = own.x[:, 8:11]
    hidden = own.x @ net.weights[0][0]
    others = np.delete(own.x, [8, 9, 10], axis=1) @ np.delete(net.weights[0][0], [8, 9, 10], axis=0)
    assert hidden - others == pytest.approx(rows[one_hot.argmax(axis=1)], abs=1e-4)
    assert ((predict(net, own.x)[0] > 0.5) == own.y).mean() > 0.78


def test_rows_without_a_target_go_and_long_or_wide_tables_are_cut(tmp_path):
    rng = np.random.default_rng(0)
    n = MAX_ROWS + 500
    frame = pd.DataFrame({f"number {at}": rng.normal(size=n) - 5 for at in range(MAX_COLUMNS + 3)})
    frame.insert(0, "town", rng.choice([f"town {at}" for at in range(10)], n))
    frame["same"], frame["day"] = 7, pd.date_range("2020-01-01", periods=n).astype(str)
    frame["sold"] = np.where(rng.random(n) < 0.3, "yes", np.where(rng.random(n) < 0.1, "", "no"))
    own = prepare(write(tmp_path, frame), "sold")
    assert own.x.shape[1] == MAX_COLUMNS
    assert len(own.x) == len(own.y) < MAX_ROWS
    assert np.abs(own.x).max() == 1
    assert own.x.min() == -1
    assert own.left_out == [*(f"number {at}" for at in range(90, MAX_COLUMNS + 3)), "same", "day"]
    assert own.yes == "yes"


FEW = pd.DataFrame({"a": range(40), "b": ["x"] * 31 + ["y"] * 9})
LONE = pd.DataFrame({"a": ["z"] * 40, "b": ["x", "y"] * 20})


@pytest.mark.parametrize(
    ("frame", "target", "sentence"),
    [
        (FEW, "a", '"a" has not two values but 40. Choose another.'),
        (FEW, "b", f'Each value of "b" needs {FEWEST_ROWS} rows or more. Send more rows.'),
        (FEW, "c", 'There is no column "c". The columns are "a", "b".'),
        (
            LONE,
            "b",
            "No other column can be learned from. Send a table with numbers or categories.",
        ),
    ],
)
def test_what_cannot_be_learned_is_said(tmp_path, frame, target, sentence):
    with pytest.raises(InputError) as caught:
        prepare(write(tmp_path, frame), target)
    assert str(caught.value) == sentence


def test_a_file_that_is_gone_or_has_no_such_column_is_said(tmp_path):
    with pytest.raises(InputError, match=r"Your table is no longer here\. Load it again\."):
        read_own(str(tmp_path / "gone.csv"))
    with pytest.raises(InputError, match="No column of this table has exactly two values"):
        two_valued(write(tmp_path, pd.DataFrame({"a": range(40), "b": [1, 2, 3, 4] * 10})))
