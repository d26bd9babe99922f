"""Files that nobody should send, and how the others are written."""

import gzip
import io
import pickle  # noqa: TID251  (only written here, to see it refused)
import tracemalloc
import zipfile

import pytest

from shared.errors import InputError
from shared.limits import MAX_TABLE_LINES, MAX_TABLE_MB, MB
from shared.tables.read_table import read_table
from shared.tables.sniff import guess_separator


def _zipped(name):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x" * 100)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "table.csv is empty"),
        (b" \n\r\n \t", "table.csv is empty"),
        (b"\xef\xbb\xbf", "table.csv is empty"),
        (b"a,b\n", "has a header and no rows under it"),
        (b"a,b\n\n , \n", "has a header and no rows under it"),
        (b"a\n1\n2\n", "has one column only"),
        (b"a b\n1 2\n3 4\n", "has one column only"),
        (b"a,\n1,\n2,\n", "has one column only"),
        (b'a,b\n1,2\n"3,4\n5,6\n', "a quotation mark in the row that begins on line 3 is not closed"),
        (b'sep=,\na,b\n1,2\n"3,4\n5,6\n', "row that begins on line 4 is not closed"),
        (b'a,b\n1,2\n"3,4\n' + b"5,6\n" * 100_000, "row that begins on line 3 is not closed"),
        (b'a,b\n1,2\n3,"x"y"\n', "line 3 is not closed, or stands inside a cell"),
        (b"a,b\n1,2,3\n1,2,3,4\n", "most rows have more cells than the header"),
        (b"a," * 4999 + b"b\n" + b"1," * 4999 + b"1\n", "has 5,000 columns, and at most 1,000"),
        (b"x" * 3 * MB, "has a line of more than 1,000,000 characters"),
        (gzip.compress(b"a,b\n1,2\n"), "is compressed with gzip. Unpack it"),
        (_zipped("xl/workbook.xml"), "is an Excel workbook or a zip. Save the table as CSV: in Excel"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "is an old Excel workbook. Save the table as CSV"),
        (b"PAR1" + bytes(100), "is a Parquet file. Save the table as CSV: in pandas, df.to_csv"),
        *((pickle.dumps({"a": [1, 2]}, protocol), "is a Python pickle") for protocol in (0, 2, 3, 4, 5)),
        (b"ARROW1" + bytes(100), "is a Feather file"),
        (b"SQLite format 3\0", "is a database"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\x89PNG\r\n", "is a picture"),
        (b"a,b\n1,2\n\0\0\0\0", "is no text"),
        (bytes(range(1, 9)) * 100, "is no text"),
        (b"\xff\xfea", "is damaged, or no text"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b'[{"a": 1, "b": 2}]', "looks like JSON"),
        (b'{"a": [1, 2]}', "looks like JSON"),
    ],
)  # fmt: skip
def test_what_is_refused(data, words):
    with pytest.raises(InputError) as error:
        read_table(data, "../up/table.csv")
    message = str(error.value)
    assert words in message
    assert message.startswith("table.csv")
    assert message.endswith(".")
    assert len(message) < 250


@pytest.mark.parametrize("source", ["/nowhere/table.csv", "nul\0byte.csv", "/"])
def test_a_file_that_cannot_be_opened(source):
    with pytest.raises(InputError, match=r"could not be opened|is empty|MB"):
        read_table(source)


def test_a_name_can_hold_anything():
    with pytest.raises(InputError) as error:
        read_table(b"", "..\\x/\u202e" + "<img>" * 100)
    assert str(error.value).startswith("<img><img>")
    assert len(str(error.value)) < 200
    with pytest.raises(InputError, match="The file is empty"):
        read_table(b"")


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("1,5;2,5\n", ";"),
        ("name,words\nA,one; two\nB,three; four\n", ","),
        ('a,b\n"x;y;z",1\n"u;v;w",2\n', ","),
        ("a|b,c\n1|2,3\n", "|"),
        ("a\tb c\n1,5\t2\n", "\t"),
        ("words\none\ntwo\n", ","),
        ("", ","),
    ],
)
def test_separators(text, separator):
    assert guess_separator(text) == separator


def test_a_file_of_too_many_bytes_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(MAX_TABLE_MB * MB + 1)
    with pytest.raises(
        InputError, match=f"large.csv has {MAX_TABLE_MB} MB, and at most {MAX_TABLE_MB} MB are read"
    ):
        read_table(path)


def test_five_million_rows_are_refused_before_they_fill_memory(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n")
        for _ in range(50):
            file.write(b"1,2\n" * 100_000)
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=f"more than {MAX_TABLE_LINES:,} lines, which is the limit"):
            read_table(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * MB
