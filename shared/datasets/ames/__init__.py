"""Ames, Iowa: what does a house cost? De Cock, Journal of Statistics Education 19 (3), 2011.

load_ames()["Sale_Price"]
"""

from functools import cache
from pathlib import Path

from shared.datasets.bundled import read_bundled
from shared.tables.read_table import Table


@cache
def load_ames() -> Table:
    """Read the table: 2,930 rows, 73 columns and Sale_Price; once per process."""
    return read_bundled(Path(__file__).parent)
