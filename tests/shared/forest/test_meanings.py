"""What is known of the bundled tables: every column of them, and nothing of a visitor's."""

from dataclasses import replace

import pytest

from shared.forest.choose import choose
from shared.forest.encoded import Column
from shared.forest.tables import NAMED_TABLES, load_table
from shared.tables.meaning import NOTHING
from shared.tables.read_table import read_table


@pytest.mark.parametrize("name", NAMED_TABLES)
def test_every_column_of_the_bundled_tables_is_explained(name):
    table, meaning = load_table(name), load_table(name).meaning
    assert all(map(meaning.explain, table.names))
    assert all(sentence.endswith(".") and len(sentence) < 90 for sentence in meaning.columns.values())
    others = {column for other in NAMED_TABLES for column in load_table(other).names}
    assert set(meaning.columns) <= others
    for column, values in meaning.values.items():
        assert set(values) == set(table[column].values)
    assert set(meaning.units) <= set(table.names)


def test_classes_are_called_what_they_stand_for():
    known = choose(load_table("titanic"), target="Survived").encoded
    assert [known.name_class(place) for place in (0, 1)] == ["died", "survived"]
    assert known.classes == ("0", "1")  # programs get what the table has
    assert (known.say_class(1), known.title_share(1)) == ("survived", "share that survived")
    own = replace(known, meaning=NOTHING)
    assert (own.name_class(1), own.say_class(1)) == ("1", "have Survived = 1")
    assert own.title_share(1) == "share of Survived = 1"


def test_what_is_made_of_a_column_is_explained_by_it():
    known = choose(load_table("titanic"), target="Survived").encoded
    assert known.explain(Column("SibSp", "number", "SibSp")) == "Brothers, sisters and spouse aboard."
    assert known.explain(Column("Age is missing", "missing", "Age")).startswith("Whether the table lacks")


def test_a_visitors_table_is_not_taken_for_a_bundled_one():
    rows = "".join(f"{at % 2},{at % 5},{at}\n" for at in range(30))
    table = read_table(f"Survived,SibSp,Sale_Price\n{rows}".encode(), "titanic.csv")
    encoded = choose(table, target="Sale_Price", log_target=False, leave_out=[]).encoded
    assert (encoded.unit, encoded.explain(encoded.columns[0])) == ("", "")
