"""The run on the screen as a notebook: the lesson's loop in PyTorch, with the table inside.

write_notebook(Training())      # plain JSON; it needs torch, pandas and numpy
"""

from pathlib import Path
from typing import Any

import numpy as np

from shared.tabular.passengers import load_passengers
from shared.tabular.train import Training
from shared.takeaway import notebook

_NAMES = ("Survived", "Pclass", "Sex", "Age", "SibSp", "Parch", "Fare", "Embarked")
_TEMPLATE = Path(__file__).with_name("notebook.py.jinja")


def write_notebook(options: Training) -> dict[str, Any]:
    """Write the notebook of a training.

    Args:
        options: of the run.

    Returns:
        The notebook, ready for JSON.
    """
    return notebook.write_notebook(_TEMPLATE, table=_table(), **options.model_dump())


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
