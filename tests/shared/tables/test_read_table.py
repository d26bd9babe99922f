"""Any CSV: every way to write a table, and every table that nobody should send."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from shared.errors import InputError
from shared.forest.choose import choose
from shared.limits import (
    MAX_TABLE_CELLS,
    MAX_TABLE_COLUMNS,
    MAX_TABLE_SAMPLE_ROWS,
)
from shared.tables.kinds import read_numbers
from shared.tables.read_table import read_table
from tests.conftest import ROOT

COLORS = ["red", "blue", "red", "blue", "green", "red", "blue", "red", "green", "red"]
SIZES = [1.5, -2, 1234.5, 0.25, 3, 7, 8, 9, 10, 11]
COUNTS = [1, 0, 1, 0, 1, 1, 0, 0, 1, 0]


def _write(separator=",", decimal=".", header=True, end="\n", encoding="utf-8"):
    rows = [["color", "size", "count"]] if header else []
    rows += [
        [color, f"{size:g}".replace(".", decimal), str(count)]
        for color, size, count in zip(COLORS, SIZES, COUNTS, strict=True)
    ]
    return "".join(separator.join(row) + end for row in rows).encode(encoding)


def _numbers(table, name):
    return read_numbers(table[name], table.understood[name]).tolist()


def _texts(table, name):
    return [table[name].text(row) for row in range(table.n_rows)]


@pytest.mark.parametrize(
    "data",
    [
        _write(),
        _write(";"),
        _write("\t"),
        _write("|"),
        _write(";", ","),
        _write("\t", ","),
        _write(end="\r\n"),
        _write(end="\r"),
        _write(end=",\n"),
        _write(end="\n\n"),
        _write(", "),
        b"sep=;\r\n" + _write(";", ",", end="\r\n"),
        b"\n\n" + _write(),
        _write().rstrip(),
        _write(encoding="utf-8-sig"),
        _write(encoding="utf-16"),
        _write(encoding="utf-16-le"),
        _write(encoding="utf-16-be"),
        _write(encoding="utf-32"),
        b'"color","size","count"\n' + _write(header=False),
        _write().replace(b"1234.5", b'"1,234.5"'),
        _write(";", ",").replace(b"1234,5", b"1.234,5"),
        _write(";", ",").replace(b"1234,5", "1\xa0234,5".encode()),
        _write().replace(b"1234.5", b"1'234.5"),
        _write().replace(b"-2", "\N{MINUS SIGN}2".encode()),
    ],
)
def test_every_way_to_write_a_table_gives_the_same_table(data, tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    for source in (data, path, str(path)):
        table = read_table(source)
        assert table.names == ["color", "size", "count"]
        assert [column.kind for column in table.understood.columns] == ["category", "number", "number"]
        assert _texts(table, "color") == COLORS
        assert _numbers(table, "size") == SIZES
        assert _numbers(table, "count") == COUNTS
        assert (table.understood.n_rows, table.n_rows, table.understood.is_sample) == (10, 10, False)


def test_agrees_with_pandas_on_a_plain_table():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(300, 4)), columns=list("abcd"))
    frame["e"] = rng.choice(["x", 'quo"te', "com,ma", "line\nbreak", "é"], 300)
    frame.loc[rng.random(300) < 0.2, "b"] = np.nan
    table = read_table(frame.to_csv(index=False).encode(), "plain.csv")
    for name in "abcd":
        np.testing.assert_array_equal(_numbers(table, name), frame[name])
    assert _texts(table, "e") == frame["e"].tolist()
    assert table.understood["b"].n_missing == frame["b"].isna().sum()
    assert table.understood.summary == (
        "300 rows and 5 columns, separated by commas, UTF-8 text, the first row names the columns."
    )


@pytest.mark.parametrize(
    ("data", "names", "words"),
    [
        # no header
        (_write(header=False), ["column 1", "column 2", "column 3"], "The first row is no header"),
        (b"p,x\ne,y\np,y\ne,x\n", ["column 1", "column 2"], "The first row is no header"),
        (b"year,2019,2020\n1,5,6\n2,7,8\n", ["year", "2019", "2020"], ""),
        # duplicate or blank names
        (b"a,a,a (2)\n1,2,3\n", ["a", "a (3)", "a (2)"], "Columns of the same name were told apart"),
        (b"a,,b\n1,2,3\n", ["a", "column 2", "b"], "1 column without a name"),
        (b"a, a ,\n1,2,3\n", ["a", "a (2)", "column 3"], "told apart"),
        (b"a\x1b,b\n" + b"1,2\n" * 99, ["a", "b"], ""),
        ("a" * 200 + ",b\n1,2\n", ["a" * 60, "b"], ""),
        (b"a,b\n1,2,3\n4,5,6\n", ["column 1", "a", "b"], "1 column without a name"),  # R's row names
        # ragged rows
        (b"a,b,c\n1,2,3\n4\n5,6,7\n", ["a", "b", "c"], "1 row with too few cells (line 3): the rest"),
        (b"a,b\n1,2\n3,4,5\n6,7\n8,9,,\n", ["a", "b"], "1 row with more cells than the header (line 3)"),
        # encodings
        ("ville;prix\nOrléans;1,5\n".encode("latin-1"), ["ville", "prix"], "read as Western European text"),
        ("città,prezzo\nForlì,1\n".encode(), ["città", "prezzo"], ""),
        (b"caf\xe9,b\nx,\x81\n", ["café", "b"], "read as Western European text"),
        (b"a;b\n1,5;2\n", ["a", "b"], "Decimal commas were read as decimal points."),
    ],
)  # fmt: skip
def test_what_was_decided_is_said(data, names, words):
    table = read_table(data if isinstance(data, bytes) else data.encode())
    assert table.names == names
    assert words in " ".join(table.understood.notes)


def test_rows_that_are_not_as_the_others():
    table = read_table(b"a,b,c\n1,2,3\n4\n5,6,7,8\n9,10,11,\n")
    np.testing.assert_array_equal(_numbers(table, "a"), [1, 4, 9])
    np.testing.assert_array_equal(_numbers(table, "c"), [3, np.nan, 11])
    assert table.understood["c"].n_missing == 1


def test_latin_1_keeps_its_letters():
    table = read_table("ville,prix\nOrléans,1\nNîmes,2\n".encode("latin-1"))
    assert _texts(table, "ville") == ["Orléans", "Nîmes"]


@pytest.mark.parametrize(
    ("column", "kind", "values", "n_missing", "note"),
    [
        ('"1,234"\n"2,345"\n5', "number", [1234, 2345, 5], 0, "1,234 was read as 1234, and not as 1.234."),
        ("EUR 5\nEUR 7.50\n9", "number", [5, 7.5, 9], 0, "EUR was taken off."),
        ("$5\n-$7\n$1", "number", [5, -7, 1], 0, "$ was taken off."),
        ("5 %\n7%\n1 %", "number", [5, 7, 1], 0, "% was taken off."),
        ("EUR 5\n$ 7\nEUR 9", "category", None, 0, "different units: $, EUR"),
        ("1\ninf\n3", "number", [1, None, 3], 1, "1 cell is infinite or larger than 1 × 10³⁰: it counts"),
        ("1\n1e400\n-Infinity", "number", [1, None, None], 2, "2 cells are infinite or larger"),
        ("1\n1e308\n3", "number", [1, None, 3], 1, "1 cell is infinite or larger"),
        ("1\nNA\n?", "number", [1, None, None], 2, ""),
        ("1\n\n#N/A", "number", [1, None, None], 2, ""),
        ("\nNaN\nnull", "category", None, 3, ""),
        ("01234\n02345\n99999", "category", None, 0, "begin with zeros, so they are codes"),
        ("=1+2\n=SUM(A1)\n@x", "category", None, 0, ""),
        ("1\n2\nlots", "category", None, 0, "67 % of its cells are numbers; the others are text."),
        ("yes\nno\nyes", "category", None, 0, ""),
        ("+\n-\n+", "category", None, 0, ""),
        ("1\n-\n3", "number", [1, None, 3], 1, ""),
        ("2024-01-05\n2024-01-06\n", "date", None, 1, ""),
        ("05.01.2024\n16.01.2024\n01.02.2024", "date", None, 0, ""),
    ],
)  # fmt: skip
def test_cells_of_all_kinds(column, kind, values, n_missing, note):
    lines = column.split("\n")
    table = read_table(("y,x\n" + "".join(f"a{at},{line}\n" for at, line in enumerate(lines))).encode())
    found = table.understood["x"]
    assert (found.kind, found.n_missing) == (kind, n_missing)
    assert note in found.note
    if not note:
        assert not found.note
    if values:
        np.testing.assert_array_equal(_numbers(table, "x"), [np.nan if v is None else v for v in values])


def test_ambiguous_thousands_follow_the_rest_of_the_table():
    def first(data, name="a"):
        return _numbers(read_table(data), name)[0]

    assert first(b"a;b\n1,234;x\n2,345;y\n") == 1.234  # who writes semicolons writes decimal commas
    assert first(b"a\tb\n1,234\tx\n2,345\ty\n") == 1234
    assert first(b"a\tb\n1,234\t0,5\n2,345\t1\n") == 1.234  # as the column beside it
    assert first(b"a;b\n1.234;2,5\n2.345;1\n") == 1234
    assert first(b"a;b\n1.234;x\n2.345;y\n") == 1.234  # nothing here writes a decimal comma
    assert first(b'a,b\n"1,234",0.5\n"2,345",1\n') == 1234


def test_one_bad_cell_in_many_does_not_make_a_column_text():
    cells = [str(at) for at in range(40)] + ["=1+2"]
    table = read_table(("y,x\n" + "".join(f"a,{cell}\n" for cell in cells)).encode())
    assert table.understood["x"].kind == "number"
    assert table.understood["x"].note == '1 cell is no number, such as "=1+2": it counts as missing.'
    assert table.row(40) == {"y": "a", "x": "=1+2"}  # kept as written


def test_what_was_understood_can_be_changed():
    data = b"a;b,c;d\n" + b"1;2,3;4\n" * 9
    assert read_table(data).names == ["a", "b,c", "d"]
    assert read_table(data, separator=",", has_header=True).names == ["a;b", "c;d"]
    assert read_table(data, has_header=False).n_rows == 10
    with pytest.raises(InputError, match="comma, semicolon, tab or vertical bar only"):
        read_table(data, separator=" ")
    dates = b"day,y\n" + b"03/04/2024,1\n05/06/2024,2\n"
    assert "month first" in read_table(dates, day_first=True).understood["day"].note
    assert "day first" in read_table(dates).understood["day"].note


# Too large


def test_a_long_table_is_sampled_and_says_so():
    data = b"a,b\n" + b"".join(b"%d,x\n" % at for at in range(30_000))
    table = read_table(data, max_rows=1_000)
    kept = np.array(_numbers(table, "a"))
    assert (table.understood.n_rows, table.n_rows, table.understood.is_sample) == (30_000, 1_000, True)
    assert "30,000 rows. A random sample of 1,000 rows" in " ".join(table.understood.notes)
    assert (np.diff(kept) > 0).all()  # each once, in the file's order
    # From everywhere alike: the mean of 1,000 of 0..29,999 has a standard error of 274.
    assert abs(kept.mean() - 14_999.5) < 4 * 274
    np.testing.assert_array_equal(
        _numbers(read_table(data, max_rows=1_000), "a"), kept
    )  # the same sample again
    with pytest.raises(InputError, match="more than 1,000 rows, which is the limit"):
        read_table(data, max_rows=1_000, may_sample=False)


def test_a_wide_table_keeps_fewer_rows():
    data = b",".join(b"c%d" % at for at in range(50)) + b"\n" + (b"1," * 49 + b"2\n") * 100
    assert read_table(data, max_cells=1_000).n_rows == 20


def test_as_many_columns_as_are_allowed():
    header = ",".join(f"c{at}" for at in range(MAX_TABLE_COLUMNS))
    row = ",".join(str(at % 10) for at in range(MAX_TABLE_COLUMNS))
    table = read_table(f"{header}\n{row}\n{row}\n".encode())
    assert len(table.columns) == MAX_TABLE_COLUMNS


@pytest.mark.long
def test_a_million_rows_of_twenty_columns_stay_far_below_four_gigabytes(tmp_path):
    path = tmp_path / "million.csv"
    rng = np.random.default_rng(0)
    with path.open("wb") as file:
        file.write(",".join(f"c{at}" for at in range(20)).encode() + b"\n")
        block = b"".join(
            b",".join(b"%.4f" % value for value in row) + b"\n" for row in rng.normal(size=(20_000, 20))
        )
        for _ in range(50):
            file.write(block)
    code = (
        "import re, sys\nfrom pathlib import Path\nfrom shared.tables.read_table import read_table\n"
        "from shared.forest.choose import choose\n"
        "table = read_table(sys.argv[1])\nchoice = choose(table, target='c19')\n"
        "peak_kb = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]\n"
        "print(table.understood.n_rows, *choice.encoded.X.shape, peak_kb)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *shapes, peak_kb = map(int, answer.stdout.split())
    assert shapes == [1_000_000, MAX_TABLE_SAMPLE_ROWS, 19]
    assert peak_kb < 300 * 1024  # it was 70 MB; four gigabytes are what the whole explorer may take


def test_no_number_takes_long_to_read():
    cells = ["1" * 100_000, "1 " * 50_000, "1,234" * 20_000, " 5" * 40_000 + "x"]
    table = read_table(("y,x\n" + "".join(f'a,"{cell}"\n' for cell in cells)).encode())
    assert table.understood["x"].kind == "category"


def test_fifty_thousand_levels_are_read_and_left_out():
    data = b"y,name\n" + b"".join(b"%d,n%d\n" % (at % 7, at) for at in range(50_000))
    table = read_table(data)
    assert table.n_rows * len(table.columns) <= MAX_TABLE_CELLS
    assert table.understood["name"].n_levels == MAX_TABLE_SAMPLE_ROWS
    with pytest.raises(InputError, match="No column is left"):
        choose(table, target="y")


def test_reading_imports_neither_pandas_nor_scikit_learn():
    code = (
        "import sys\nfrom shared.forest.tables import load_table\nload_table('titanic')\n"
        "print({'pandas', 'sklearn', 'scipy', 'numba', 'torch', 'gradio'}.intersection(sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "set()"
