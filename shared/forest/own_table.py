"""A visitor's own table for a forest: as many rows of it as the machine that fits takes.

table = read_own_table("flats.csv")                     # at most `caps.rows`; a longer one is sampled
rows = read_own_table("new.csv", to_score=True)         # every row, or InputError
table = read_own_rows([{"age": 22, "survived": "no"}])  # as a program sends them
"""

from os import PathLike

from shared.forest.caps import current_caps
from shared.limits import MAX_TABLE_SCORED_ROWS
from shared.tables.read_table import Table, read_table
from shared.tables.sent_rows import read_sent_rows


def read_own_table(source: bytes | str | PathLike[str], name: str = "", *, to_score: bool = False) -> Table:
    """Read a CSV.

    Args:
        source: the file's bytes, or its path.
        name: what it is called where it comes from.
        to_score: every row is wanted, to predict it: a table that is too long is refused, not sampled.

    Raises:
        InputError: see `shared.tables.read_table`.
    """
    caps = current_caps()
    return read_table(
        source,
        name,
        max_rows=MAX_TABLE_SCORED_ROWS if to_score else caps.rows,
        max_cells=caps.cells,
        may_sample=not to_score,
    )


def read_own_rows(rows: object) -> Table:
    """Make a table of rows to fit on; see `shared.tables.sent_rows`."""
    caps = current_caps()
    return read_sent_rows(rows, max_rows=caps.rows, max_cells=caps.cells)
