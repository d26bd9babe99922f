"""A table as pandas holds it, for what tests hold against it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from shared.forest.target import understand
from shared.tables.kinds import read_dates, read_levels, read_numbers
from shared.tables.read_table import Table


def to_frame(table: Table, *, kinds: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Give a table as pandas holds it: float64, datetime64, and categoricals with levels in our order.

    Args:
        table: what was read.
        kinds: see `shared.forest.target.understand`.

    Raises:
        InputError: `kinds` cannot be used.
    """
    made = {}
    for name, reading in understand(table, kinds).items():
        column = table[name]
        if reading.kind == "number":
            made[name] = pd.Series(read_numbers(column, reading))
        elif reading.kind == "date":
            made[name] = pd.Series(read_dates(column, reading))
        else:
            levels = read_levels(column)
            places = {level: place for place, level in enumerate(levels)}
            gone = column.is_missing
            codes = [
                -1 if is_gone else places[value] for value, is_gone in zip(column.values, gone, strict=True)
            ]
            made[name] = pd.Series(
                pd.Categorical.from_codes(np.array(codes, dtype=int)[column.codes], categories=list(levels))
            )
    return pd.DataFrame(made)
