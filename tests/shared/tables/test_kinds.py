"""Numbers, dates and kinds of columns, against pandas, Python's own dates and hand-written tables."""

import datetime
import io
import math

import numpy as np
import pandas as pd
import pytest

from shared.errors import InputError
from shared.limits import MAX_TABLE_VALUE
from shared.tables.dates import find_date_format, parse_dates, split_dates
from shared.tables.kinds import factorise, read_levels, read_numbers, shorten, understand_column
from shared.tables.numbers import find_decimal_comma, parse_number

NAN = math.nan


@pytest.mark.parametrize(
    ("text", "dot", "comma"),
    [
        ("5", 5, 5),
        ("-5.25", -5.25, -5.25),
        ("+.5", 0.5, 0.5),
        ("1e3", 1000, 1000),
        ("1,234", 1234, 1.234),
        ("1,234.5", 1234.5, NAN),
        ("1.234,5", NAN, 1234.5),
        ("1,234,567", 1234567, NAN),
        ("1.234.567", NAN, 1234567),
        ("1.234", 1.234, 1234),
        ("0,5", NAN, 0.5),
        ("0.123", 0.123, 0.123),
        ("1 234 567", 1234567, 1234567),
        ("1\u202f234,5", NAN, 1234.5),
        ("1’234.50", 1234.5, 1234.5),
        ("\N{MINUS SIGN}3", -3, -3),
        ("EUR 5", 5, 5),
        ("5 EUR", 5, 5),
        ("-$5", -5, -5),
        ("$ 1,234.50", 1234.5, NAN),
        ("12 %", 12, 12),
        ("1,5 €", NAN, 1.5),
        ("1e400", math.inf, math.inf),
        ("-inf", math.inf, math.inf),
        ("1e31", math.inf, math.inf),
        ("EUR 1e31", math.inf, math.inf),
        ("", NAN, NAN),
        (".", NAN, NAN),
        ("-", NAN, NAN),
        ("1_000", NAN, NAN),
        ("0x10", NAN, NAN),
        ("12a", NAN, NAN),
        ("1 2", NAN, NAN),
        ("1,23,4", NAN, NAN),
        ("=1+2", NAN, NAN),
        ("EUR", NAN, NAN),
        ("٣", NAN, NAN),
        ("nan", NAN, NAN),
        ("2024-01-05", NAN, NAN),
        ("05.01.2024", NAN, NAN),
        ("9" * 5000, math.inf, math.inf),
    ],
)
def test_numbers_as_people_write_them(text, dot, comma):
    np.testing.assert_equal(parse_number(text)[0], dot)
    np.testing.assert_equal(parse_number(text, decimal_comma=True)[0], comma)


def test_every_float_that_python_writes_is_read():
    rng = np.random.default_rng(1)
    values = rng.normal(size=2_000) * 10.0 ** rng.integers(-25, 25, 2_000)
    assert (np.abs(values) < MAX_TABLE_VALUE).all()
    for value in values.tolist():
        assert parse_number(repr(value)) == (value, "")
        assert parse_number(repr(value).replace(".", ","), decimal_comma=True) == (value, "")


@pytest.mark.parametrize(
    ("texts", "answer"),
    [
        (["1,5"], True),
        (["1.5"], False),
        (["1,234"], None),
        (["1.234"], None),
        (["1,234.5"], False),
        (["1.234,5"], True),
        (["1,234,567"], False),
        (["1,234", "1,5", "2,5", "3.5"], True),
        (["1,5", "1.5"], None),
        ([], None),
        (["5", "text, and a dot."], None),
    ],
)
def test_decimal_comma(texts, answer):
    assert find_decimal_comma(texts) is answer


DAYS = [datetime.datetime(2023, 12, 31), datetime.datetime(2024, 2, 29), datetime.datetime(2011, 11, 16)]
MOMENTS = [day.replace(hour=13, minute=5) for day in DAYS]


DATE_FORMATS = [
    "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y",
    "%m/%d/%y", "%d %b %Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
]  # fmt: skip


@pytest.mark.parametrize("format", DATE_FORMATS)
@pytest.mark.parametrize("time", ["", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %I:%M %p"])
def test_dates_in_every_way(format, time):
    written = [moment.strftime(format + time) for moment in MOMENTS]
    found = find_date_format(written)
    assert found
    assert not found.other
    expected = np.array(MOMENTS if time else DAYS, dtype="datetime64[us]")
    np.testing.assert_array_equal(parse_dates(written, found.format), expected)


@pytest.mark.parametrize(
    ("texts", "day_first", "expected", "is_unclear"),
    [
        (["03/04/2024"], None, "2024-03-04", True),
        (["03/04/2024"], True, "2024-04-03", True),
        (["03/04/2024", "25/01/2024"], None, "2024-04-03", False),
        (["03/04/2024", "01/25/2024"], True, "2024-03-04", False),
        (["03.04.2024"], None, "2024-04-03", True),
        (["2024-03-04T10:00:00+02:00"], None, "2024-03-04T08:00", False),
        (["2024-03-04 10:00:00.5Z"], None, "2024-03-04T10:00:00.5", False),
    ],
)
def test_dates_that_could_be_read_two_ways(texts, day_first, expected, is_unclear):
    found = find_date_format(texts, day_first=day_first)
    assert bool(found.other) is is_unclear
    assert parse_dates(texts, found.format)[0] == np.datetime64(expected, "us")


@pytest.mark.parametrize(
    "texts", [[], ["12345678"], ["1.2.3"], ["1.5", "2.5"], ["2024"], ["99/99/9999"], ["May"], ["2024-13-01"]]
)
def test_what_is_no_date(texts):
    assert find_date_format(texts) is None


def test_parts_of_dates_are_those_of_python():
    moments = [datetime.datetime(1999, 1, 1) + datetime.timedelta(hours=37 * at) for at in range(2_000)]
    parts = split_dates(np.array([*moments, "NaT"], dtype="datetime64[us]"))
    expected = {
        "year": lambda moment: moment.year,
        "month": lambda moment: moment.month,
        "week": lambda moment: moment.isocalendar().week,
        "day": lambda moment: moment.day,
        "weekday": lambda moment: moment.weekday(),
        "day of year": lambda moment: moment.timetuple().tm_yday,
        "month end": lambda moment: (moment + datetime.timedelta(days=1)).month != moment.month,
        "days since 1970": lambda moment: (
            (moment - datetime.datetime(1970, 1, 1)) / datetime.timedelta(days=1)
        ),
        "hour": lambda moment: moment.hour,
    }
    assert list(parts) == list(expected)
    for name, part in expected.items():
        assert parts[name].dtype == np.float64
        np.testing.assert_allclose(parts[name][:-1], [float(part(moment)) for moment in moments], rtol=1e-15)
        assert np.isnan(parts[name][-1])


def test_factorise_gives_the_cells_back():
    cells = [" b", "a", "b ", "", "a", " "]
    column = factorise("x", cells)
    assert column.values == ("b", "a", "")
    assert column.codes.tolist() == [0, 1, 0, 2, 1, 2]
    assert [column.text(row) for row in range(6)] == [cell.strip() for cell in cells]
    part = column.take(np.array([1, 4]))
    assert (part.values, part.codes.tolist()) == (("a",), [0, 0])


def test_missing_cells_are_those_of_pandas_and_a_question_mark():
    texts = ["", "NA", "N/A", "nan", "NaN", "null", "NULL", "#N/A", "<NA>", "None", "n/a", "-NaN", "-nan"]
    by_pandas = pd.read_csv(io.StringIO("x,y\n" + "".join(f"{text},1\n" for text in texts)))["x"]
    assert by_pandas.isna().all()
    assert factorise("x", texts).is_missing.all()
    assert factorise("x", ["?", "#DIV/0!", "-", "."]).is_missing.all()
    assert not factorise("x", ["none", "no", "0", "unknown", "False", "Nan's"]).is_missing.any()
    assert factorise("x", ["+", "-"]).is_missing.tolist() == [False, False]


def test_levels_are_sorted_by_size_or_by_letters():
    assert read_levels(factorise("x", ["10", "9", "", "1"])) == ("1", "9", "10")
    assert read_levels(factorise("x", ["b", "10", "NA", "9"])) == ("10", "9", "b")


def test_a_column_is_read_as_somebody_says():
    column = factorise("x", ["1", "2", "three", "EUR 4", "$5"])
    assert understand_column(column).kind == "category"
    forced = understand_column(column, kind="number")
    np.testing.assert_array_equal(read_numbers(column, forced), [1, 2, np.nan, 4, 5])
    assert (forced.n_missing, forced.n_levels) == (1, 4)
    assert '1 cell is no number, such as "three"' in forced.note
    assert "$ and EUR were taken off" in forced.note
    assert understand_column(factorise("x", ["1", "2"]), kind="category").kind == "category"
    dates = understand_column(factorise("x", ["2024-01-05", "soon", "2024-01-06", ""]), kind="date")
    assert (dates.kind, dates.n_missing) == ("date", 2)
    assert dates.note == "1 cell is no date: it counts as missing."


@pytest.mark.parametrize(
    ("cells", "kind", "words"),
    [
        (["a", "b"], "number", '"x" cannot be read as numbers: such as "a".'),
        (["", "NA"], "number", '"x" cannot be read as numbers: it is empty.'),
        (["a", "b"], "date", '"x" cannot be read as dates: such as "a". Write 2024-01-31.'),
        (["1"], "colour", 'A column is a number, a category or a date, not "colour".'),
        (["1"], ["number"], "A column is a number, a category or a date"),
    ],
)
def test_a_column_that_cannot_be_read_so(cells, kind, words):
    with pytest.raises(InputError) as error:
        understand_column(factorise("x", cells), kind=kind)
    assert words in str(error.value)


def test_values_in_messages_are_short_and_printable():
    assert shorten("a\x00b\u202ec") == "a b c"
    assert len(shorten("x" * 1000)) == 60
