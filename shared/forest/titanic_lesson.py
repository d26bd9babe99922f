"""The Titanic table as the lesson prepares it, in one place, and the rows it trains and validates on.

    encoded = prepare_titanic(frame)         # 891 passengers, 7 columns
    train, valid = split_lesson(encoded)     # 668 and 223 rows

Missing values become the most frequent value of their column over all rows, those kept for validation among
them, as published: Age 24, Embarked S. `LogFare` is log(1 + Fare): the 1 is there because some fares are 0,
not because any is missing, as the published text has it. Sex and Embarked become codes, A to Z.

Follows "How random forests really work", lesson 6 of Practical Deep Learning for Coders.
"""

from typing import TYPE_CHECKING

import numpy as np

from shared.errors import InputError
from shared.forest.encoded import Column, Encoded
from shared.forest.fit import split_rows

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES = ("Sex", "Embarked")
NUMBERS = ("Age", "SibSp", "Parch", "LogFare", "Pclass")
TARGET = "Survived"
CLASSES = ("died", "survived")
LESSON_SEED = 42


def prepare_titanic(frame: "pd.DataFrame") -> Encoded:
    """Fill, take the log of the fare, and code the categories.

    Args:
        frame: with columns Survived, Pclass, Sex, Age, SibSp, Parch, Fare and Embarked.

    Returns:
        Sex, Embarked, Age, SibSp, Parch, LogFare and Pclass, in the lesson's order.

    Raises:
        InputError: a column is missing.
    """
    sources = ["Sex", "Embarked", "Age", "SibSp", "Parch", "Fare", "Pclass"]
    missing = [name for name in [*sources, TARGET] if name not in frame.columns]
    if missing:
        raise InputError(
            f"The lesson's table needs the column {missing[0]}: send the Titanic training table."
        )
    filled = frame[sources].fillna({"Fare": 0}).fillna(frame[sources].mode().iloc[0])
    columns, values = [], []
    for name in CATEGORIES:
        text = filled[name].astype(str)
        levels = tuple(sorted(text.unique()))
        columns.append(Column(name, "category", name, levels))
        values.append(text.map({level: code for code, level in enumerate(levels)}))
    for name in NUMBERS:
        columns.append(Column(name, "number", "Fare" if name == "LogFare" else name))
        values.append(np.log1p(filled["Fare"]) if name == "LogFare" else filled[name])
    X = np.column_stack([np.asarray(value, dtype=float) for value in values])  # (n, 7)
    y = frame[TARGET].to_numpy(dtype=float)
    return Encoded(X, y, tuple(columns), TARGET, "classification", CLASSES)


def split_lesson(encoded: Encoded) -> tuple[np.ndarray, np.ndarray]:
    """Give the indices of the lesson's 668 training and 223 validation rows (numpy's seed 42, a quarter)."""
    return split_rows(len(encoded.y), valid_share=0.25, seed=LESSON_SEED)
