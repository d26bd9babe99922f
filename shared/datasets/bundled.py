"""Reads a table that comes with the project, by the same reader as a visitor's own.

table = read_bundled(Path("shared/datasets/titanic"))
table.meaning.explain("SibSp")            # "Brothers, sisters and spouse aboard."
table.meaning.verb("Survived", "1")       # "survived"
"""

import gzip
import tomllib
from dataclasses import replace
from pathlib import Path

from shared.tables.meaning import Meaning
from shared.tables.read_table import Table, read_table


def read_bundled(folder: Path) -> Table:
    """Read the table of a folder.

    Args:
        folder: with `<its name>.csv.gz`, the CSV file as it is, compressed; and `meaning.toml`, what is known
            of it beyond its cells.
    """
    table = read_table(gzip.decompress((folder / f"{folder.name}.csv.gz").read_bytes()), f"{folder.name}.csv")
    known = tomllib.loads((folder / "meaning.toml").read_text(encoding="utf-8"))
    meaning = Meaning(known.get("columns", {}), known.get("units", {}), known.get("values", {}))
    return replace(table, meaning=meaning)
