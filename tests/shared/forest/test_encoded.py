"""From a table to numbers to learn from, and the same for new rows."""

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from shared.errors import InputError
from shared.forest.choose import choose, encode_rows
from shared.forest.encoded import UNKNOWN_CODE
from shared.forest.tables import load_table
from shared.forest.target import guess_target
from shared.limits import MAX_FOREST_CLASSES, MAX_TABLE_LEVELS, MIN_TABLE_ROWS
from shared.tables.read_table import read_table
from tests.shared.forest.frames import to_frame

N = 40
SIZES = [None if at % 10 == 3 else at * 1.5 for at in range(N)]
COLORS = ["" if at == 7 else ("red", "blue", "green")[at % 3] for at in range(N)]
DAYS = ["" if at == 5 else f"{1 + at % 28:02}.{1 + at % 12:02}.2024" for at in range(N)]
PRICES = [None if at in (0, 39) else 10.0 + at for at in range(N)]


def _csv(decimal=".", separator=","):
    lines = [separator.join(["size", "color", "day", "price"])]
    for size, color, day, price in zip(SIZES, COLORS, DAYS, PRICES, strict=True):
        cells = ["" if size is None else str(size), color, day, "" if price is None else str(price)]
        lines.append(
            separator.join(
                cell if "." in day and cell == day else cell.replace(".", decimal) for cell in cells
            )
        )
    return "\n".join(lines).encode()


@pytest.fixture(scope="module")
def choice():
    return choose(read_table(_csv()), target="price")


ROW = {"size": 4.5, "color": "red", "day": "03.02.2024"}


# Learning from a table


def test_shapes_and_columns(choice):
    encoded = choice.encoded
    assert encoded.X.shape == (38, len(encoded.columns))
    assert encoded.X.dtype == encoded.y.dtype == np.float64
    assert not np.isnan(encoded.X).any()
    assert encoded.names == [
        "size", "size is missing", "color", "day month", "day week", "day day", "day weekday",
        "day day of year", "day days since 1970", "day is missing",
    ]  # fmt: skip
    assert [column.kind for column in encoded.columns] == (
        ["number", "missing", "category"] + ["date part"] * 6 + ["missing"]
    )
    assert {column.source for column in encoded.columns} == {"size", "color", "day"}
    assert encoded.columns[2].levels == ("blue", "green", "red")
    assert (encoded.task, encoded.classes, encoded.target) == ("regression", (), "price")


def test_values_are_those_of_pandas(choice):
    frame = pd.DataFrame({"size": SIZES, "color": COLORS, "day": DAYS, "price": PRICES}, dtype=object)
    kept = frame[frame["price"].notna()]
    np.testing.assert_array_equal(choice.rows, kept.index)
    np.testing.assert_array_equal(choice.encoded.y, kept["price"].astype(float))
    X = dict(zip(choice.encoded.names, choice.encoded.X.T, strict=True))
    size = kept["size"].astype(float)
    np.testing.assert_array_equal(X["size"], size.fillna(size.median()))
    np.testing.assert_array_equal(X["size is missing"], size.isna())
    codes = pd.Categorical(kept["color"].replace("", None)).codes  # -1 where it is missing, as fastai has it
    np.testing.assert_array_equal(X["color"], codes)
    day = pd.to_datetime(kept["day"], format="%d.%m.%Y", errors="coerce")
    np.testing.assert_array_equal(X["day month"], day.dt.month.fillna(day.dt.month.median()))
    np.testing.assert_array_equal(X["day is missing"], day.isna())


def test_what_is_said_of_it(choice):
    assert '2 rows have no value of the target "price": left out.' in choice.notes


def test_what_no_row_with_a_target_has_is_not_learned():
    lines = ["x,color,y"] + [f"{at},red,{at * 2}" for at in range(20)] + ["20,blue,", "21,green,NA"]
    encoded = choose(read_table("\n".join(lines).encode()), target="y", leave_out=[]).encoded
    assert encoded.columns[1].levels == ("red",)
    lines = ["x,z,y"] + [f"{at % 5},,{at}" for at in range(20)] + ["20,5,"]
    found = choose(read_table("\n".join(lines).encode()), target="y")
    assert found.encoded.names == ["x"]
    assert 'Left out: "z" has no value that could tell rows apart.' in found.notes


def test_names_stay_different():
    lines = ["x,x is missing,y"] + [f"{'' if at % 3 else at},{at % 2},{at}" for at in range(20)]
    assert choose(read_table("\n".join(lines).encode()), target="y").encoded.names == [
        "x", "x is missing", "x is missing (2)"
    ]  # fmt: skip


def test_columns_of_no_use_are_left_out_unless_wanted():
    table = load_table("titanic")
    usual = choose(table, target="Survived")
    assert not {"PassengerId", "Name", "Ticket", "Cabin"} & set(usual.encoded.names)
    assert any(note.startswith('Left out: "PassengerId" looks like an ID') for note in usual.notes)
    wanted = choose(table, target="Survived", leave_out=["Name"]).encoded.names
    assert {"PassengerId", "Ticket", "Cabin"} <= set(wanted)
    assert "Name" not in wanted
    assert len(choose(table, target="Survived", leave_out=[]).encoded.names) == 12
    # A forest fits on each of them.
    for left_out in (None, []):
        encoded = choose(table, target="Survived", leave_out=left_out).encoded
        RandomForestClassifier(2, random_state=0).fit(encoded.X, encoded.y)


def test_kinds_can_be_changed():
    encoded = choose(load_table("titanic"), target="Fare", kinds={"Pclass": "category"}).encoded
    column = encoded.columns[encoded.names.index("Pclass")]
    assert (column.kind, column.levels) == ("category", ("1", "2", "3"))
    assert encoded.task == "regression"


@pytest.mark.parametrize(
    ("options", "task", "classes"),
    [
        ({"target": "Survived"}, "classification", ("0", "1")),
        ({"target": "Survived", "task": "regression"}, "regression", ()),
        ({"target": "Pclass"}, "regression", ()),
        ({"target": "Pclass", "task": "classification"}, "classification", ("1", "2", "3")),
        ({"target": "Pclass", "kinds": {"Pclass": "category"}}, "classification", ("1", "2", "3")),
        ({"target": "Embarked"}, "classification", ("C", "Q", "S")),
    ],
)
def test_targets(options, task, classes):
    encoded = choose(load_table("titanic"), **options).encoded
    assert (encoded.task, encoded.classes) == (task, classes)
    column = to_frame(load_table("titanic"))[options["target"]].dropna()
    expected = column.astype(float) if task == "regression" else pd.Categorical(column.astype(str)).codes
    if task == "classification" and options["target"] != "Embarked":
        expected = np.unique(column, return_inverse=True)[1]
    np.testing.assert_array_equal(encoded.y, expected)


PLACES = list(range(20))
MANY_CLASSES = [f"n{at}" for at in range(MAX_FOREST_CLASSES + 1)]
MANY_LEVELS = [f"n{at}" for at in range(MAX_TABLE_LEVELS + 1)]


@pytest.mark.parametrize(
    ("y", "x", "options", "words"),
    [
        ([3] * 20, PLACES, {}, 'The target "y" is 3 in every row'),
        (["a"] * 20, PLACES, {}, 'The target "y" is a in every row'),
        ([""] * 20, PLACES, {}, '0 rows have a value of the target "y"'),
        ([1, 2, 3, *[""] * 17], PLACES, {}, f"3 rows have a value .* at least {MIN_TABLE_ROWS} are needed"),
        ([1, 2, *["inf"] * 18], PLACES, {}, "2 rows have a value"),
        ([f"2024-01-{at + 10}" for at in PLACES], PLACES, {}, '"y" is a date'),
        (MANY_CLASSES, MANY_CLASSES, {}, f"101 different values, and at most {MAX_FOREST_CLASSES} classes"),
        (["a", "b"] * 10, PLACES, {"task": "regression"}, '"y" is no number'),
        (["a", "b"] * 10, PLACES, {"log_target": True}, "classes have no logarithm"),
        (PLACES, PLACES, {"log_target": True}, '"y" is 0 somewhere, and only numbers above 0'),
        (PLACES, PLACES, {"task": "guessing"}, 'not "guessing"'),
        (PLACES, PLACES, {"target": "z"}, 'There is no column "z". The columns are "y", "x"'),
        (PLACES, PLACES, {"target": None}, "There is no column"),
        (PLACES, PLACES, {"leave_out": ["z"]}, 'There is no column "z"'),
        (PLACES, PLACES, {"leave_out": ["x"]}, "No column is left to learn from"),
        (PLACES, [7] * 20, {}, "No column is left to learn from"),
        (PLACES, [""] * 20, {}, "No column is left to learn from"),
        (PLACES, [""] * 20, {"leave_out": []}, "No column is left to learn from"),
        (PLACES, PLACES, {"kinds": {"z": "number"}}, 'There is no column "z"'),
        (PLACES, PLACES, {"kinds": {"x": "color"}}, 'not "color"'),
        (PLACES, PLACES, {"kinds": ["x"]}, "Send the kinds as an object"),
        (PLACES, MANY_LEVELS[:20], {"kinds": {"x": "number"}}, '"x" cannot be read as numbers: such as "n0"'),
        (range(1001), MANY_LEVELS, {"leave_out": []}, "1,001 different values, and a category has at most"),
    ],
)
def test_choices_that_cannot_be(y, x, options, words):
    table = read_table("\n".join(["y,x", *map("{},{}".format, y, x)]).encode())
    with pytest.raises(InputError, match=words):
        choose(table, **{"target": "y", **options})


@pytest.mark.parametrize(
    ("lines", "target"),
    [
        (["a,b,c", *[f"{at},{at % 3},x" for at in range(30)]], "b"),
        (["a,b", *[f"{at},n{at}" for at in range(300)]], "a"),
        (["a,b", *["x,"] * 30], "b"),
    ],
)
def test_a_target_is_proposed(lines, target):
    assert guess_target(read_table("\n".join(lines).encode())) == target


# New rows


def test_the_rows_learned_from_come_out_the_same(choice):
    table = read_table(_csv())
    again = encode_rows(choice, table)
    np.testing.assert_array_equal(again.X[choice.rows], choice.encoded.X)
    rows = [table.row(place) for place in choice.rows]
    np.testing.assert_array_equal(encode_rows(choice, rows).X, choice.encoded.X)


@pytest.mark.parametrize("name", ["titanic", "ames"])
def test_the_bundled_tables_come_out_the_same(name):
    table = load_table(name)
    found = choose(table, target=guess_target(table))
    np.testing.assert_array_equal(encode_rows(found, table).X[found.rows], found.encoded.X)
    for place in found.rows[:: len(found.rows) // 5]:
        at = found.rows.tolist().index(place)
        np.testing.assert_array_equal(encode_rows(found, table.row(place)).X, found.encoded.X[at : at + 1])


def test_another_file_may_write_numbers_and_dates_another_way(choice):
    expected = encode_rows(choice, read_table(_csv())).X
    np.testing.assert_array_equal(encode_rows(choice, read_table(_csv(",", ";"))).X, expected)
    iso = _csv().decode()
    for day in filter(None, DAYS):
        iso = iso.replace(day, "-".join(reversed(day.split("."))))
    np.testing.assert_array_equal(encode_rows(choice, read_table(iso.encode())).X, expected)


def test_one_what_if_row(choice):
    new = encode_rows(choice, ROW)
    assert new.X.shape == (1, len(choice.encoded.columns))
    assert new.notes == ()
    X = dict(zip(choice.encoded.names, new.X[0], strict=True))
    assert (X["size"], X["size is missing"], X["color"]) == (4.5, 0, 2)
    assert (X["day month"], X["day day"], X["day is missing"]) == (2, 3, 0)
    same = encode_rows(choice, {**ROW, "size": "4.5", "day": "2024-02-03", "price": 99})
    np.testing.assert_array_equal(same.X, new.X)
    assert same.notes == ()  # the target may be there
    assert encode_rows(choice, {**ROW, "colour": "red"}).notes == ('Not used: "colour".',)


def test_unseen_categories_count_as_missing_and_are_said(choice):
    new = encode_rows(choice, [{**ROW, "color": "mauve"}, {**ROW, "color": None}, {**ROW, "color": ""}])
    at = choice.encoded.names.index("color")
    assert new.X[:, at].tolist() == [UNKNOWN_CODE] * 3
    assert new.notes == ('"color" was never "mauve" in what was learned from: that counts as missing.',)
    forest = RandomForestRegressor(5, random_state=0).fit(choice.encoded.X, choice.encoded.y)
    assert np.isfinite(forest.predict(new.X)).all()


@pytest.mark.parametrize("gap", [None, "", "NA", math.nan])
def test_gaps_are_filled_and_said(choice, gap):
    new = encode_rows(choice, {**ROW, "size": gap, "day": None})
    X = dict(zip(choice.encoded.names, new.X[0], strict=True))
    assert X["size"] == np.median([size for size in SIZES[1:39] if size is not None])
    assert (X["size is missing"], X["day is missing"]) == (1, 1)
    assert '"size" has no value in 1 row: the median' in new.notes[0]


def test_a_gap_where_there_was_none():
    found = choose(load_table("titanic"), target="Survived")
    new = encode_rows(found, {**load_table("titanic").row(0), "Fare": None})
    assert new.X[0, found.encoded.names.index("Fare")] == pytest.approx(14.4542)
    assert any('"Fare" has no value in 1 row: the median 14.4542 was taken.' in note for note in new.notes)


@pytest.mark.parametrize(
    ("level", "code"), [("3", 2), (3, 2), (3.0, 2), ("3.0", 2), (np.int64(1), 0), (4, UNKNOWN_CODE)]
)
def test_a_category_of_numbers_may_come_as_a_number(level, code):
    found = choose(load_table("titanic"), target="Survived", kinds={"Pclass": "category"})
    row = {**load_table("titanic").row(0), "Pclass": level}
    assert encode_rows(found, row).X[0, 0] == code


def test_numbers_of_a_table_with_decimal_commas():
    found = choose(read_table(_csv(",", ";")), target="price")
    assert encode_rows(found, {**ROW, "size": 1.234}).X[0, 0] == 1.234
    assert encode_rows(found, {**ROW, "size": "1,234"}).X[0, 0] == 1.234
    assert encode_rows(found, {**ROW, "size": 1e-7}).X[0, 0] == 1e-7


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"size": 1, "color": "red"}, '"day" is missing. Send a value for it, or null'),
        ({}, '"size" is missing'),
        ([ROW, {"size": 1}], '"color" is missing'),
        ({**ROW, "size": "large"}, '"size" must be a number of ordinary size, such as 0.0, and not "large"'),
        ({**ROW, "size": math.inf}, '"size" must be a number of ordinary size, such as 0.0, and not "inf"'),
        ({**ROW, "size": 1e308}, "must be a number of ordinary size"),
        ({**ROW, "size": "1e400"}, "must be a number of ordinary size"),
        ({**ROW, "size": 10**400}, "must be a number of ordinary size"),
        ({**ROW, "size": True}, 'not "True"'),
        ({**ROW, "size": [1]}, '"size" must be a text, a number or null'),
        ({**ROW, "color": {"a": 1}}, '"color" must be a text, a number or null'),
        ({**ROW, "day": "soon"}, '"day" must be a date, such as 01.01.2024, and not "soon"'),
        ([], "Send 1 to 100,000 rows"),
        ([ROW] * 100_001, "Send 1 to 100,000 rows"),
        ("red", "Send a row as an object"),
        (None, "Send a row as an object"),
        ([ROW, "red"], "Send each row as an object"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_read(choice, rows, words):
    with pytest.raises(InputError) as error:
        encode_rows(choice, rows)
    assert words in str(error.value)
    assert len(str(error.value)) < 200


def test_a_new_table_without_a_column_names_it(choice):
    with pytest.raises(InputError, match='The column "day" is missing'):
        encode_rows(choice, read_table(b"size,color\n1,red\n"))


def test_a_bad_cell_of_a_new_table_counts_as_missing(choice):
    lines = ["size,color,day", *[f"{at},red,01.02.2024" for at in range(30)], "much,red,01.02.2024"]
    new = encode_rows(choice, read_table("\n".join(lines).encode()))
    assert new.X[30, 1] == 1
    assert '"size" has no value in 1 row' in new.notes[0]
