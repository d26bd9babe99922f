"""Curves of partial dependence and accumulated local effects, as a table to take away.

curves_csv(encoded, dependence, effects, answer="log Sale_Price")    # one line for each value of each curve
"""

from collections.abc import Sequence

from shared.forest.ale import Effect
from shared.forest.encoded import Column, Encoded
from shared.forest.labels import name_value
from shared.forest.partial_dependence import Dependence
from shared.tables.write_csv import write_csv

CURVE = "partial dependence"
EFFECT = "accumulated local effect"


def curves_csv(
    encoded: Encoded, dependence: Sequence[Dependence], effects: Sequence[Effect], *, answer: str
) -> str:
    """Write curves as CSV.

    Args:
        encoded: the table they are about.
        dependence: the curves; any of the table's columns.
        effects: curves of the other kind, which are centred: their mean over the rows is 0.
        answer: what the curves show, the heading of that column.

    Returns:
        CSV with the headings column, curve, value, the answer, and rows: those near the value, or, for the
        effect of a number, those between this value and the one before it.
    """
    lines: list[tuple[object, ...]] = []
    for one in dependence:
        column = encoded.columns[one.column]
        for value, average, rows in zip(one.grid, one.average, one.support, strict=True):
            lines.append((column.name, CURVE, _value(column, value), float(average), int(rows)))
    for effect in effects:
        column = encoded.columns[effect.column]
        n_rows = [int(rows) for rows in effect.n_rows]
        padded: list[int | None] = [None] * (len(effect.grid) - len(n_rows)) + n_rows
        for value, height, near in zip(effect.grid, effect.effect, padded, strict=True):
            lines.append((column.name, EFFECT, _value(column, value), float(height), near))
    return write_csv(["column", "curve", "value", answer, "rows"], lines)


def _value(column: Column, value: float) -> object:
    return name_value(column, value) if column.kind in ("category", "missing") else float(value)
