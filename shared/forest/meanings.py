"""What is known of the tables that come with the project; it is data, `data/meanings.toml`.

meaning = read_meaning("titanic")
meaning.explain("SibSp")            # "Brothers, sisters and spouse aboard."
meaning.verb("Survived", "1")       # "survived"
"""

import tomllib
from functools import cache
from pathlib import Path

from shared.tables.meaning import Meaning

_FILE = Path(__file__).parent / "data" / "meanings.toml"


@cache
def read_meaning(name: str) -> Meaning:
    """Give what is known of a table that comes with the project."""
    known = tomllib.loads(_FILE.read_text(encoding="utf-8")).get(name, {})
    return Meaning(known.get("columns", {}), known.get("units", {}), known.get("values", {}))
