"""What is known of a table beyond its cells: what a column is, in which unit, and what a class stands for.

    meaning = read_meaning("titanic")
    meaning.explain("SibSp")            # "Brothers, sisters and spouse aboard."
    meaning.verb("Survived", "1")       # "survived"
    NOTHING.explain("SibSp")            # "": nobody knows what a visitor's table means

The bundled tables' meanings are data, `data/meanings.toml`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "meanings.toml"


@dataclass(frozen=True)
class Meaning:
    """What is known of one table.

    Attributes:
        columns: from a column to a sentence about it.
        units: from a column of numbers to the sign in front of them, such as "$".
        values: from a column to what the rows of each of its values did: {"1": "survived"}.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def explain(self, column: str) -> str:
        """Say what a column is; "" where nobody knows."""
        return self.columns.get(column, "")

    def verb(self, column: str, value: str) -> str:
        """Say what the rows with a value did, "survived"; "" where nobody knows."""
        return self.values.get(column, {}).get(value, "")


NOTHING = Meaning()


@cache
def read_meaning(name: str) -> Meaning:
    """Give what is known of a table that comes with the project."""
    known = tomllib.loads(_FILE.read_text(encoding="utf-8")).get(name, {})
    return Meaning(known.get("columns", {}), known.get("units", {}), known.get("values", {}))
