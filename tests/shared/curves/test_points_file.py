"""Points out of files: every way to write a table, and every file that nobody should send."""

import gzip
import io
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from shared.curves import points_file
from shared.curves.points_dates import as_date
from shared.curves.points_file import read_points
from shared.errors import InputError
from shared.limits import MAX_CURVE_POINTS, MAX_POINTS_FILE_MB, MAX_TABLE_COLUMNS, MB
from tests.conftest import ROOT

X, Y = [1.0, 2.5, -3.0], [10.0, 0.25, 4.0]


def _zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    "table",
    [
        "1,10\n2.5,.25\n-3,4",
        "x,y\n1,10\n2.5,0.25\n-3,4\n",
        "\ufeffx,y\n1,10\n2.5,0.25\n-3,4\n",
        "1;10\n2,5;0,25\n-3;4",
        "x;y\r\n1;10\r\n2,5;0,25\r\n-3;4\r\n",
        "x\ty\n1\t10\n2.5\t2.5e-1\n-3\t4\n",
        "x\ty\n1\t10\n2,5\t0,25\n-3\t4\n",
        "x y\n1 10\n2.5 0.25\n-3   4\n",
        "1 10\n2,5 0,25\n-3 4",
        "1, 10\n2.5, 0.25\n\N{MINUS SIGN}3, 4\n",
        '"x","y"\n"1","10"\n"2.5","0.25"\n"-3","4"\n',
        "sep=;\nx;y\n1;10\n2,5;0,25\n-3;4\n",
        "\n\nx,y\n\n1,10\n,\n2.5,0.25\n-3,4\n\n",
        "name,x,y\nfirst,1,10\nsecond,2.5,0.25\nthird,-3,4\n",
        "x,note,y\n1,,10\n2.5,,0.25\n-3,,4\n",
        'name;x;y\n"Smith; A";1;10\nB;2,5;0,25\nC;-3;4\n',
        'name,x,y\n"Smith, ""A""\nand C",1,10\nB,2.5,0.25\nC,-3,4\n',
        "day,x,y\n2024-01-05,1,10\n2024-01-06,2.5,0.25\n2024-01-07,-3,4\n",
        "day;x;y\n05.01.2024;1;10\n06.01.2024;2,5;0,25\n07.01.2024;-3;4\n",
    ],
)
def test_every_way_to_write_a_table_gives_the_same_points(table):
    for form in (table, table.encode(), table.encode("utf-16"), table.encode("utf-16-le")):
        found = read_points(form)
        np.testing.assert_array_equal(found.x, X)
        np.testing.assert_array_equal(found.y, Y)
        assert found.n_skipped == 0


@pytest.mark.parametrize(
    ("table", "x", "y", "words"),
    [
        ("5\n7\n9", [1, 2, 3], [5, 7, 9], "one column of numbers: it became y, and x counts the rows"),
        ("price\n5\nnone known\n9", [1, 2], [5, 9], "1 row was skipped"),
        ("x,y\n1,2\n3\n5,6,7,8\n9,1", [1, 9], [2, 1], "1 row was skipped because it holds no two"),
        ("x,y\n1,2\n3\n5,6,7,8\n9,1", [1, 9], [2, 1], "header (line 4): left out. 1 row was skipped"),
        ("x,y\n1,2\n3,inf\n4,1e400\n5,nan\n6,7", [1, 6], [2, 7], "3 rows were skipped"),
        ("x,y\n1,2\n3,1e308\n4,=1+2\n5,EUR 5\n6,7", [1, 5, 6], [2, 5, 7], "2 rows were skipped"),
        ("nan,1\n1,2\n3,4", [1, 3], [2, 4], "1 row was skipped because it holds no two"),
        ("first,1\n1,2\n3,4", [1, 3], [2, 4], ""),
        ("x,y\n1,\n2,\n3,4\n5,6", [3, 5], [4, 6], "2 rows were skipped"),
        ("id,empty,x,y\n1,,2,3\n2,,4,5", [1, 2], [2, 4], 'x is "id" and y is "x"'),
        ("x,x\n1,2\n3,4\n", [1, 3], [2, 4], ""),
        (",\n1,2\n3,4\n", [1, 3], [2, 4], ""),
        ('x,y\n"1,234",5\n"2,345.5",6\n', [1234, 2345.5], [5, 6], "1,234 was read as 1234"),
        ("x;y\n1,234;5\n2;6\n", [1.234, 2], [5, 6], "Decimal commas were read"),
        ("x\ty\n1,234\t5\n2\t6\n", [1234, 2], [5, 6], "1,234 was read as 1234"),
        ("x\ty\n1,234\t5,5\n2\t6\n", [1.234, 2], [5.5, 6], "Decimal commas were read"),
        ("x;y\n1;2,5\n2;3\nbad;row\n", [1, 2], [2.5, 3], "Decimal commas were read as decimal points. 1 "
         "row was skipped because it holds no two usable numbers: line 4."),
        ("x;y\n1.234,5;5\n2;6\n", [1234.5, 2], [5, 6], "Decimal commas were read"),
        ("x,y\n1,5\n2,5\n3,5\n", [1, 2, 3], [5, 5, 5], ""),
        ("x,y\n4,1\n4,2\n", [4, 4], [1, 2], ""),
        ("température;prix\n1;2\n3;4".encode("latin-1"), [1, 3], [2, 4], "read as Western European text"),
    ],
)  # fmt: skip
def test_what_was_decided_is_said(table, x, y, words):
    found = read_points(table)
    assert found.x.tolist() == x
    assert found.y.tolist() == y
    assert words in " ".join(found.notes)
    assert bool(found.n_skipped) == ("skipped" in words)
    assert all(note.endswith(".") for note in found.notes)


@pytest.mark.parametrize(
    ("table", "dates", "words"),
    [
        ("day,price\n2024-01-31,5\n2024-02-01,6\n", ["2024-01-31", "2024-02-01"], ""),
        ("31.01.2024;5,5\n01.02.2024;6\n", ["2024-01-31", "2024-02-01"], "Decimal commas"),
        ("1/31/2024 5\n2/1/2024 6\n", ["2024-01-31", "2024-02-01"], ""),
        ("31/01/2024\t5\n1/2/2024\t6\n", ["2024-01-31", "2024-02-01"], ""),
        ("03/04/2024,5\n05/04/2024,6\n", ["2024-03-04", "2024-05-04"], "The month was read as coming first"),
        ("03.04.2024,5\n05.04.2024,6\n", ["2024-04-03", "2024-04-05"], "The day was read as coming first"),
        ("2024-01,5\n2024-02,6", ["2024-01-01", "2024-02-01"], ""),
        ("at,n\n2024-01-31T12:30,5\n2024-01-31 13:30:00Z,6", ["2024-01-31 12:30", "2024-01-31 13:30"], ""),
        ("price,day\n5,2024-01-31\n6,2024-02-01\n", ["2024-01-31", "2024-02-01"], ""),
        ("day,price\n2024-01-31,5\nunknown,6\n2024-02-30,7\n2024-02-01,8", ["2024-01-31", "2024-02-01"],
         "2 rows were skipped because they hold no usable date and number: lines 3, 4."),
        ("1899-12-31,5\n2099-01-01,6", ["1899-12-31", "2099-01-01"], ""),
        ("5 January 2024;5\n6 January 2024;6\n", ["2024-01-05", "2024-01-06"], ""),
        ("5-Jan-24\t5\n6-Jan-24\t6\n", ["2024-01-05", "2024-01-06"], ""),
    ],
)  # fmt: skip
def test_dates_are_x(table, dates, words):
    found = read_points(table)
    assert found.has_dates
    assert [as_date(days) for days in found.x] == dates
    assert words in " ".join(found.notes)
    assert bool(found.notes) == bool(words)


@pytest.mark.parametrize("day", ["Jan 2024", "5. Mai 2024", "5 janvier 2024"])
def test_dates_in_words_are_refused_with_the_fix(day):
    with pytest.raises(InputError, match="Write them as 2024-01-31"):
        read_points(f'when;price\n"{day}";5\n"{day}";6\n')


def test_names_of_months_and_other_words_are_no_dates():
    for name in ("May", "Mon", "decade", "1.2.3", "2024-13-01", "Jan"):
        found = read_points(f"what;price\n{name};5\n{name};6\n")
        assert found.x.tolist() == [1, 2]
        assert not found.has_dates


def test_columns_are_named_shortly_and_on_one_line():
    found = read_points('when,"a\n' + "b" * 500 + '",y\n1,2,3\n')
    assert (found.x_name, found.y_name) == ("when", "a " + "b" * 58)
    assert [read_points(table).x_name for table in (",y\n1,2", "1,2", "y\n5")] == ["column 1", "", ""]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_cell_of_words_and_a_decimal_comma_is_cut_as_every_table_is(separator):
    """By spaces the second line would be Mon and 1,20."""
    found = read_points(f"day{separator}price\nMon 1{separator}20\nTue 2{separator}30")
    assert (found.x.tolist(), found.y.tolist()) == ([1, 2], [20, 30])
    assert found.y_name == "price"


@pytest.mark.parametrize(
    ("table", "x", "y"),
    [
        ("1,5 2,5\n2,5 3,5", [1.5, 2.5], [2.5, 3.5]),
        ("10 200\n20 300", [10, 20], [200, 300]),
        ("Mon 1\nTue 2", [1, 2], [1, 2]),
        ("Mon 1,20\nTue 2,30", [1, 2], [20, 30]),
    ],
)
def test_what_is_pasted_may_have_spaces_between_its_columns(table, x, y):
    found = read_points(table)
    assert (found.x.tolist(), found.y.tolist()) == (x, y)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"", "nothing in this table"),
        (b" \r\n\t\n", "nothing in this table"),
        (",,\n,,\n", "header and no rows"),
        ("x,y\n", "header and no rows under it"),
        ("x,y", "header and no rows under it"),
        ("1,2\n" * (MAX_CURVE_POINTS + 1), r"There are 1,001 points and 1,000 fit. Keep every second"),
        ("x,y\n" + "1,2\n" * 5 * MAX_CURVE_POINTS, r"5,000 points and 1,000 fit. Keep every 5th row"),
        ("word,other\nfive,six\n", "no numbers in this table"),
        ("x,y\nnan,nan\nnan,1\n2,nan\n", "No row of this table holds two numbers"),
        ("x,y\nnan,nan\n\n", "no numbers in this table"),
        ('x,y\n1,2\n"3,4\n5,6\n', "quotation mark in the row that begins on line 3 is not closed"),
        ('x,y\n1,2\n"' + "3,4\n" * 100_000, "more than 20,000 lines"),
        ('x,y\n1,"2"3\n', "quotation mark"),
        ('<html><body onload="alert(1)">\n', "web page"),
        (b"\x00\x01\x02\x03" * 30, "no text|no numbers"),
        (b"\xff\xfe\x00", "no text"),
        (b"1,2\n" + b"\0" * 100, "no text"),
        (gzip.compress(b"x,y\n1,2\n"), "compressed with gzip. Unpack it"),
        (_zipped("xl/workbook.xml"), "Excel workbook or a zip. Save the table as CSV: in Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel workbook"),
        (b"PAR1\x15\x04", r"Parquet file. Save the table as CSV: in pandas, df.to_csv"),
        (b"\x80\x04\x95\x0a", "pickle, which can run code and is never read"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_one_sentence(table, words):
    with pytest.raises(InputError, match=words) as caught:
        read_points(table)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_wide_table_is_read_and_one_that_is_far_too_wide_is_not():
    wide = [str(number) for number in range(MAX_TABLE_COLUMNS)]
    found = read_points("\n".join([",".join(f"c{number}" for number in wide), *[",".join(wide)] * 20]))
    assert (found.x_name, found.y_name, len(found.x)) == ("c0", "c1", 20)
    with pytest.raises(InputError, match="has 2,000 columns, and at most 1,000 are read"):
        read_points("\n".join([",".join(wide * 2)] * 20))


@pytest.mark.parametrize(
    "big",
    [
        b"1,2\n" * 5_000_000,
        b"1\n" * 10_000_000,
        b"1" * 20 * MB,
        b"," * 20 * MB,
        b"1,2;3\t" * 3 * MB,
        b'"' * 20 * MB,
        b'1,"' + b"2\n" * 9_000 + b"3" * 19 * MB,
        b"1,234" * 4 * MB,
        b"1" * (20 * MB - 3) + b"x,2",
    ],
)  # fmt: skip
def test_a_large_file_is_refused_in_little_memory(big):
    import tracemalloc

    tracemalloc.start()
    with pytest.raises(InputError):
        read_points(big)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * len(big)
    with pytest.raises(InputError, match=f"larger than {MAX_POINTS_FILE_MB} MB"):
        read_points(b"1" * (MAX_POINTS_FILE_MB * MB + 1))


def test_numbers_written_by_python_come_back_exactly():
    random = np.random.RandomState(0)
    x, y = random.standard_normal(100) * 10.0 ** random.randint(-12, 12, 100), random.standard_normal(100)
    found = read_points("\n".join(f"{a!r},{b!r}" for a, b in zip(x.tolist(), y.tolist(), strict=True)))
    np.testing.assert_array_equal(found.x, x)
    np.testing.assert_array_equal(found.y, y)


def test_nothing_here_imports_pandas():
    code = f"import sys; import {points_file.__name__}; print('pandas' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert answer.stdout.strip() == "False"
