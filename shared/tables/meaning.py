"""What is known of a table beyond its cells: what a column is, in which unit, and what a class stands for.

meaning = Meaning(columns={"SibSp": "Brothers, sisters and spouse aboard."}, units={"Fare": "$"})
meaning.explain("SibSp")            # "Brothers, sisters and spouse aboard."
NOTHING.explain("SibSp")            # "": nobody knows what a visitor's table means
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
