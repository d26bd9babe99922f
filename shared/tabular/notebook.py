"""The run on the screen as a notebook: the lesson's loop in PyTorch, with the table inside.

write_notebook(Training())      # plain JSON; it needs torch, pandas and numpy
"""

from pathlib import Path
from typing import Any

from shared.tabular.passengers import read_column
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
    rows = [_NAMES, *zip(*map(read_column, _NAMES), strict=True)]  # no cell has a comma in it
    table = "\n".join(map(",".join, rows))
    return notebook.write_notebook(_TEMPLATE, table=table, **options.model_dump())
