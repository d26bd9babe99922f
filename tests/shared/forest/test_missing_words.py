"""A repeated text in a column of numbers is read as no value, and nothing else is."""

from pathlib import Path

import numpy as np
import pytest

from shared.forest.choose import choose, encode_rows
from shared.forest.explorer import Explorer
from shared.forest.remarks import find_remarks, suggest_changes
from shared.forest.tables import load_table
from shared.tables.kinds import factorise, read_numbers, understand_column
from shared.tables.missing_words import says_missing
from shared.tables.read_table import read_table

ORDERS = Path(__file__).parent / "data/orders.csv"
TARGET = "Umsatz (€)"
RNG = np.random.default_rng(3)
AMOUNTS = [f"{value:.2f}" for value in RNG.uniform(1, 900, 200)]
AGES = [str(value) for value in RNG.integers(18, 90, 200)]
DAYS = [str(np.datetime64("2024-01-01") + at) for at in range(200)]


def _mix(values: list[str], *texts: str) -> list[str]:
    """Put texts among values, in another order."""
    cells = [*values, *texts]
    return [cells[at] for at in RNG.permutation(len(cells))]


@pytest.mark.parametrize(
    ("values", "texts", "words"),
    [
        (AMOUNTS, ["k. A."] * 16, {"k. A."}),
        (AMOUNTS, ["k. A."] * 9 + ["k.A."] * 4 + ["K.A."] * 3, {"k. A.", "k.A.", "K.A."}),
        (AMOUNTS, ["nicht erhoben"] * 120, {"nicht erhoben"}),
        (AMOUNTS, ["***"] * 20, {"***"}),
        (AMOUNTS, ["sold out"] * 30 + ["12.5o"], {"sold out"}),  # and a slip of the keyboard
        (AMOUNTS, ["unknown"] * 20 + [""] * 30, {"unknown"}),
        (AGES, ["no answer"] * 20, {"no answer"}),
        (DAYS, ["open"] * 90, {"open"}),
    ],
)
def test_a_repeated_text_that_explains_the_rest_is_no_value(values, texts, words):
    column = factorise("x", _mix(values, *texts))
    found = understand_column(column)
    assert found.kind == ("date" if values is DAYS else "number")
    assert set(found.missing_words) == words
    assert found.n_missing == len(texts)
    assert "counts as missing" in found.note
    assert not set(found.examples) & words
    if values is not DAYS:
        assert np.isnan(read_numbers(column, found)).sum() == len(texts)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (_mix(AMOUNTS, *["sold"] * 16, *["lent"] * 9), "category"),  # several texts: levels of their own
        (_mix(["1", "2", "3"] * 60, *["crew"] * 20), "category"),  # few numbers and a name beside them
        (_mix([str(at % 9) for at in range(180)], *["studio"] * 20), "category"),
        (_mix(AGES, *["90+"] * 20), "category"),  # it says how much
        (_mix(AGES, *["<5"] * 20), "category"),
        (_mix([f"{at:05d}" for at in range(1000, 60_000, 311)], *["abroad"] * 20), "category"),  # zip codes
        (_mix([f"{at % 40}" for at in range(200)], *["0815"] * 3, *["none"] * 20), "category"),  # codes
        (_mix([f"A{at}" for at in range(200)], *["k. A."] * 20), "category"),
        (_mix(["red", "green"] * 90, *["k. A."] * 20), "category"),
        (_mix(AMOUNTS[:100], *["none"] * 101), "category"),  # more often than a number
        (_mix(AMOUNTS, *[f"text {at}" for at in range(20)]), "category"),
        (_mix([*AMOUNTS[:100], *(f"EUR {value}" for value in AMOUNTS[100:])], *["free"] * 20), "number"),
        (_mix([f"{'$€'[at % 2]}{at}.5" for at in range(200)], *["free"] * 20), "category"),  # two units
        (_mix(AMOUNTS, "oops", "n.n"), "number"),  # no text repeats: slips, as before
    ],
)
def test_what_only_looks_like_it_stays_what_it_is(cells, kind):
    found = understand_column(factorise("x", cells))
    assert found.kind == kind
    assert not found.missing_words or kind == "number"


@pytest.mark.parametrize("name", ["titanic", "ames"])
def test_the_bundled_tables_have_no_such_word(name):
    assert not any(column.missing_words for column in load_table(name).understood.columns)


def test_spellings():
    assert says_missing("K.A.", ("k. A.",))
    assert says_missing("k a", ("k. A.",))
    assert not says_missing("ka1", ("k. A.",))
    assert not says_missing("", ("k. A.",))
    assert not says_missing("", ())
    assert says_missing("***", ("***",))
    assert not says_missing("**", ("***",))


def test_a_german_table_is_learned_from_with_its_weights():
    table = read_table(ORDERS)
    weight = table.understood["Gewicht (kg)"]
    assert (weight.kind, weight.n_missing, weight.missing_words) == ("number", 31, ("k. A.",))
    choice = choose(table, target=TARGET)
    assert "Gewicht (kg)" in choice.encoded.names
    assert "Gewicht (kg) is missing" in choice.encoded.names
    assert not any("Gewicht" in note for note in choice.notes)
    without = choose(table, target=TARGET, kinds={"Gewicht (kg)": "category"})  # as before: left out
    errors = [Explorer.fit(one).curves()["validation"].error[-1] for one in (choice, without)]
    assert errors[0] < 460
    assert errors[1] > 750
    # A what-if row may say it too, in any spelling, as it may leave the cell empty.
    row = table.row(0)
    said, spelt, empty = (
        encode_rows(choice, {**row, "Gewicht (kg)": word}) for word in ("k. A.", "k.A.", None)
    )
    np.testing.assert_array_equal(said.X, empty.X)
    np.testing.assert_array_equal(spelt.X, empty.X)


def test_it_is_said_and_both_readings_are_offered():
    table = read_table(ORDERS)
    (said,) = (remark for remark in find_remarks(table) if remark.what == "word")
    assert said.text == '"k. A." in "Gewicht (kg)" is read as no value: all others are numbers.'
    assert suggest_changes([said]) == [
        {
            "column": "Gewicht (kg)",
            "because": said.text,
            "kinds": {"Gewicht (kg)": "category"},
            "leave_out": [],
        }
    ]
    kinds = {"Gewicht (kg)": "category"}
    back, reason = (remark for remark in find_remarks(table, kinds=kinds) if remark.column in kinds)
    assert back.suggests == "number"
    assert (reason.what, reason.leave_out, reason.suggests) == ("levels", True, "leave out")


def test_where_several_texts_stand_among_numbers_the_visitor_decides():
    cells = _mix(AMOUNTS, *["sold"] * 16, *["lent"] * 9)
    table = read_table("\n".join(["x,y", *(f"{cell},{at}" for at, cell in enumerate(cells))]).encode())
    first, reason, _ = find_remarks(table)
    assert (first.what, first.suggests) == ("text", "number")
    assert first.text.startswith('200 cells of "x" are numbers, and the others text.')
    assert reason.what == "levels"
    choice = choose(table, target="y", kinds={"x": "number"}, leave_out=[])
    assert choice.encoded.names == ["x", "x is missing"]
    assert set(choice.recipes[0].understood.missing_words) == {"sold", "lent"}
    np.testing.assert_array_equal(encode_rows(choice, {"x": "lent"}).X, encode_rows(choice, {"x": None}).X)
