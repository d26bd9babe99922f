"""A visitor's new rows with their predictions, as a table to take away.

scored = score_table(explorer, read_own_table("new.csv", to_score=True))
scored.csv, scored.n_rows, scored.n_outside, scored.notes
"""

from dataclasses import dataclass

import numpy as np

from shared.forest.choose import encode_rows
from shared.forest.contributions import predict
from shared.forest.curve import spread_over_trees
from shared.forest.domain import outside_range
from shared.forest.explorer import Explorer
from shared.forest.labels import Answer
from shared.tables.read_table import Table
from shared.tables.rows import make_unique
from shared.tables.write_csv import write_csv

_MOST_NAMED = 5  # columns outside the training range that one cell names


@dataclass(frozen=True)
class Scored:
    """Predictions of a table.

    Attributes:
        csv: the table as it came, with the predictions in further columns.
        n_rows: how many.
        n_outside: rows that leave the training range in some column.
        notes: unseen categories, filled gaps and columns not used, one sentence each.
    """

    csv: str
    n_rows: int
    n_outside: int
    notes: tuple[str, ...]


def score_table(explorer: Explorer, table: Table) -> Scored:
    """Predict all rows of a table.

    Args:
        explorer: the forest, and for classification the class whose share is given beside the answer.
        table: the rows, read with `read_own_table(..., to_score=True)`.

    Raises:
        InputError: a column is missing, or a value cannot be used.
    """
    new = encode_rows(explorer.choice, table)
    encoded, answer = explorer.encoded, Answer.of(explorer.choice, of_class=explorer.of_class)
    predicted = predict(explorer.flat, new.X)  # (n, n_outputs)
    outside = outside_range(encoded.X[explorer.train], new.X)
    std = spread_over_trees(explorer.forest, new.X, of_class=explorer.of_class).std
    made: dict[str, list[object]] = {}
    if answer.is_share:
        classes = explorer.flat.classes if explorer.flat.classes is not None else np.arange(0)
        best = classes[predicted.argmax(axis=1)].astype(int)
        made[f"predicted {encoded.target}"] = [encoded.classes[place] for place in best]
        value = predicted[:, int(np.flatnonzero(classes == explorer.of_class)[0])]
        made[answer.heading] = value.tolist()
    else:
        made[f"predicted {encoded.target}"] = predicted[:, 0].tolist()
        if answer.raw_unit:
            made[f"predicted {answer.raw_unit}"] = np.exp(predicted[:, 0]).tolist()
    made["standard deviation over the trees"] = std.tolist()
    made["outside the training range"] = [_name_outside(explorer, row) for row in outside]
    names = make_unique([*table.names, *made])
    return Scored(
        csv=write_csv(names, zip(*table.cells(), *made.values(), strict=True)),
        n_rows=table.n_rows,
        n_outside=int(outside.any(axis=1).sum()),
        notes=new.notes,
    )


def _name_outside(explorer: Explorer, row: np.ndarray) -> str:
    names = [explorer.encoded.names[place] for place in np.flatnonzero(row)]
    more = f", {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
