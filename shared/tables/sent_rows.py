"""Rows that a program sends, as a table that is read like any CSV.

    table = read_sent_rows([{"age": 22, "survived": "no"}, {"age": 30.5, "survived": "yes"}])
    table["age"].values          # ("22", "30.5")

A row may leave columns out: they have no value there. The columns come in the order they are first named.
"""

import csv
import io
import math
import re
from collections.abc import Mapping

from shared.errors import InputError
from shared.limits import MAX_TABLE_CELLS, MAX_TABLE_COLUMNS, MAX_TABLE_SAMPLE_ROWS
from shared.tables.kinds import shorten
from shared.tables.open_table import encode_text
from shared.tables.read_table import Table, read_table

_THREE_DECIMALS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")  # somebody may read 1.234 as a thousand and more


def read_sent_rows(
    rows: object,
    name: str = "The rows",
    *,
    max_rows: int = MAX_TABLE_SAMPLE_ROWS,
    max_cells: int = MAX_TABLE_CELLS,
) -> Table:
    """Make a table of rows.

    Args:
        rows: a list of mappings from column to text, number, true, false or None.
        name: what messages call them.
        max_rows: see `read_table`.
        max_cells: rows times columns that are taken.

    Raises:
        InputError: these are no such rows, they are too many, or there is nothing to learn from in them.
    """
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise InputError(f"{name} must be a list of objects, from the name of each column to its value.")
    columns: dict[str, None] = {}
    for row in rows:
        columns.update(dict.fromkeys(row))
        if len(columns) > MAX_TABLE_COLUMNS:
            raise InputError(f"{name} have more than {MAX_TABLE_COLUMNS:,} columns: send fewer.")
    if not columns:
        raise InputError(f"{name} are empty. Send one object for each row, with its columns in it.")
    if len(rows) * len(columns) > max_cells:
        raise InputError(
            f"{name} have {len(rows):,} rows and {len(columns):,} columns, and rows x columns can be "
            f"{max_cells:,} at most: send fewer, or send the text of a CSV."
        )
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_as_cell(column, row.get(column)) for column in columns])
    return read_table(
        encode_text(text.getvalue()),
        name,
        separator=",",
        has_header=True,
        max_rows=max_rows,
        max_cells=max_cells,
    )


def _as_cell(column: object, value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str | bool | int):
        return str(value)
    if isinstance(value, float):
        written = repr(value)
        return f"{written}0" if _THREE_DECIMALS.fullmatch(written) else written
    raise InputError(f'"{shorten(column)}" must be a text, a number, true, false or null in each row.')
