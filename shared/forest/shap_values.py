"""SHAP values: another fair way to share a prediction out among the columns, exactly (TreeSHAP).

The waterfall credits each step of a path to the column asked there, so the order of the questions counts.
SHAP averages over all orders in which the columns could become known. Both begin at the same bias and end at
the same prediction.

    shap_values(explorer, row)          # (p,): they add up to prediction - bias
    find_disagreements(why, shap)       # columns that the two ways credit most differently

The package shap works them out (Lundberg et al., "From local explanations to global understanding with
explainable AI for trees", 2020). It is imported when first asked for, which takes a second.
"""

from typing import Any

import numpy as np

from shared.forest.checks import check_matrix
from shared.forest.explorer import Explorer

CLEARLY = 0.1  # of the largest contribution: smaller differences are not worth a word


def shap_values(explorer: Explorer, row: np.ndarray) -> np.ndarray:
    """Share one prediction out among the columns; branches weigh as many training rows as went there.

    Args:
        explorer: the forest, and for classification the class whose share is explained.
        row: (p,).

    Returns:
        (p,) what each column adds: units of y, or a share of the class.

    Raises:
        InputError: the row is not of numbers.
    """
    rows = check_matrix(np.asarray(row, dtype=float)[None, :])
    values = np.asarray(explorer.once("shap", lambda: _prepare(explorer)).shap_values(rows))[0]
    if values.ndim == 1:
        return values
    return values[:, int(np.flatnonzero(explorer.flat.classes == explorer.of_class)[0])]


def find_disagreements(values: np.ndarray, shap: np.ndarray, *, most: int = 3) -> list[int]:
    """Find the columns that two ways of sharing a prediction out credit most differently.

    Args:
        values: (p,) the contributions of the waterfall.
        shap: (p,) SHAP values.
        most: how many columns to give.

    Returns:
        Their numbers, the widest difference first; only differences of a tenth of the largest credit or more.
    """
    apart = np.abs(values - shap)
    least = CLEARLY * max(np.abs(values).max(), np.abs(shap).max())
    return [int(place) for place in np.argsort(-apart, kind="stable")[:most] if apart[place] > least]


def _prepare(explorer: Explorer) -> Any:
    from shap import TreeExplainer

    return TreeExplainer(explorer.forest)
