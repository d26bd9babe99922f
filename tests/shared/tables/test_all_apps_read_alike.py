"""Tables that nobody should send, and every way to write a good one, through each app's own entry."""

import gzip
import io
import pickle  # noqa: TID251  (only written here, to see it refused)
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared.collab.catalogue import Catalogue
from shared.collab.data import read_ratings
from shared.collab.embedding_size import read_category_columns
from shared.collab.imports import import_ratings
from shared.collab.model import load_recommender
from shared.collab.own_ratings import read_own_ratings
from shared.curves.points_file import read_points
from shared.errors import InputError
from shared.forest.own_table import read_own_table
from shared.tables.kinds import read_numbers
from shared.tables.open_table import encode_text

Reader = Callable[[bytes, Path], Any]


@cache
def _catalogue() -> Catalogue:
    return load_recommender().catalogue


def _write(data: bytes, folder: Path) -> Path:
    path = folder / "table.csv"
    path.write_bytes(data)
    return path


def _forest(data: bytes, folder: Path) -> Any:
    table = read_own_table(data, "table.csv")
    return [
        read_numbers(table[column.name], column).tolist()
        if column.kind == "number"
        else [table[column.name].text(row) for row in range(table.n_rows)]
        for column in table.understood.columns
    ]


def _forest_rows(data: bytes, folder: Path) -> Any:
    table = read_own_table(_write(data, folder), "table.csv", to_score=True)
    return [table.row(place).get("title") for place in range(table.n_rows)]


def _points(data: bytes, folder: Path) -> Any:
    found = read_points(data)
    return found.x.tolist(), found.y.tolist()


def _import(data: bytes, folder: Path) -> Any:
    found = import_ratings([("table.csv", data)], _catalogue())
    return found.ratings, [(row["title"], row["rating"].replace(",", ".")) for row in found.unmatched]


def _own_ratings(data: bytes, folder: Path) -> Any:
    facts = read_own_ratings(_write(data, folder)).facts
    return facts.n_ratings, facts.n_users, facts.n_items, facts.mean, facts.examples


def _command_line(data: bytes, folder: Path) -> Any:
    table = read_ratings(_write(data, folder))
    return table.stars.tolist(), table.users.tolist(), table.catalogue.titles


def _embedding_sizes(data: bytes, folder: Path) -> Any:
    return [(column.name, column.n_levels) for column in read_category_columns(_write(data, folder))]


# What an app does with a table, and the header that it asks for.
READERS: dict[str, tuple[Reader, str]] = {
    "forest": (_forest, "place,title,rating"),
    "forest, new rows": (_forest_rows, "place,title,rating"),
    "curve fitter": (_points, "place,title,rating"),
    "recommender, import": (_import, "place,title,rating"),
    "recommender, train": (_own_ratings, "user,title,rating"),
    "recommender, command line": (_command_line, "user,title,rating"),
    "recommender, embedding sizes": (_embedding_sizes, "place,title,rating"),
}
NAMES = ["Heat", "Amélie", "Up", "Toy Story", "Alien", "Fargo", "Brazil", "Psycho"]
ROWS = [(str(1 + at % 7), f"{NAMES[at % 8]} {at // 8}", f"{0.5 + at % 10 / 2}") for at in range(60)]


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest) -> tuple[Reader, str]:
    return READERS[request.param]


def _table(header: str, separator: str = ",", decimal: str = ".", end: str = "\n", quote: str = "") -> str:
    rows = [header.split(","), *((at, name, stars.replace(".", decimal)) for at, name, stars in ROWS)]
    return "".join(separator.join(f"{quote}{cell}{quote}" for cell in row) + end for row in rows)


WAYS: dict[str, Callable[[str], bytes]] = {
    "semicolons": lambda header: _table(header, ";").encode(),
    "tabs": lambda header: _table(header, "\t").encode(),
    "vertical bars": lambda header: _table(header, "|").encode(),
    "decimal commas": lambda header: _table(header, ";", ",").encode(),
    "tabs and decimal commas": lambda header: _table(header, "\t", ",").encode(),
    "quoted decimal commas": lambda header: _table(header, ",", ",", quote='"').encode(),
    "quotation marks": lambda header: _table(header, quote='"').encode(),
    "spaces behind separators": lambda header: _table(header, ", ").encode(),
    "Windows line ends": lambda header: _table(header, end="\r\n").encode(),
    "old Mac line ends": lambda header: _table(header, end="\r").encode(),
    "blank lines": lambda header: b"\n\n" + _table(header, end="\n\n").encode(),
    "a separator at each line's end": lambda header: _table(header, end=",\n").encode(),
    "sep=": lambda header: b"sep=;\r\n" + _table(header, ";", ",", end="\r\n").encode(),
    "BOM": lambda header: _table(header).encode("utf-8-sig"),
    "UTF-16": lambda header: _table(header).encode("utf-16"),
    "UTF-16 without a mark": lambda header: _table(header).encode("utf-16-be"),
    "latin-1": lambda header: _table(header).encode("latin-1"),
}


@pytest.mark.parametrize("way", WAYS)
def test_however_it_is_written_it_is_the_same_table(way, reader, tmp_path):
    read, header = reader
    assert read(WAYS[way](header), tmp_path) == read(_table(header).encode(), tmp_path)


def _zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x" * 100)
    return file.getvalue()


NO_TABLES = {
    "empty": (b"", ("empty", "nothing in")),
    "blank": (b" \r\n\t\n", ("empty", "nothing in")),
    "gzip": (gzip.compress(b"a,b\n1,2\n"), ("compressed with gzip. Unpack it",)),
    "bzip2": (b"BZh9" + bytes(50), ("compressed with bzip2",)),
    "workbook": (_zipped("xl/workbook.xml"), ("Excel workbook",)),
    "old workbook": (b"\xd0\xcf\x11\xe0" + bytes(100), ("old Excel workbook",)),
    "zip": (_zipped("photo.jpg"), ("zip", "no ratings.csv")),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(50), ("7z archive",)),
    "RAR": (b"Rar!" + bytes(50), ("RAR archive",)),
    "Parquet": (b"PAR1" + bytes(100), ("Parquet file",)),
    "Feather": (b"ARROW1" + bytes(100), ("Feather file",)),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(100), ("HDF5 file",)),
    "numpy": (b"\x93NUMPY\x01\0" + bytes(100), ("numpy file",)),
    **{f"pickle {at}": (pickle.dumps({"a": [1, 2]}, at), ("Python pickle, which can",)) for at in range(6)
       if at != 1},
    "database": (b"SQLite format 3\0" + bytes(50), ("database",)),
    "PDF": (b"%PDF-1.7\n1,2\n", ("PDF",)),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(50), ("picture",)),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(50), ("picture",)),
    "page": (b"<!DOCTYPE html>\n<p>1,2</p>\n", ("web page",)),
    "a piece of a page": (b"<table><tr><td>1,2</td></tr>\n<tr><td>3,4</td></tr></table>\n", ("web page",)),
    "JSON": (b'[{"a": 1, "b": 2}]', ("JSON",)),
    "zeros": (b"a,b\n1,2\n\0\0\0\0", ("no text",)),
    "noise": (bytes(range(1, 9)) * 100, ("no text",)),
    "half a character": (b"\xff\xfea", ("damaged, or no text",)),
    "an open quotation mark": (b'user,title,rating\n1,Up,2\n1,"Heat,4\n1,Alien,6\n',
                               ("a quotation mark in the row that begins on line 3 is not closed",)),
    "a line without end": (b"a,b\n" + b"1," * 600_000, ("a line of more than 1,000,000 characters",)),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_TABLES)
def test_what_is_no_table_is_refused_in_the_same_words(name, reader, tmp_path):
    data, words = NO_TABLES[name]
    with pytest.raises(InputError) as caught:
        reader[0](data, tmp_path)
    message = str(caught.value)
    assert any(word in message for word in words), message
    assert message.endswith(".")
    assert message.isprintable()
    assert len(message) < 250
    assert str(tmp_path) not in message


@pytest.mark.parametrize("app", [name for name in READERS if name != "recommender, command line"])
def test_millions_of_rows_are_refused(app, tmp_path):
    """At the command line they are welcome."""
    data = b"user,title,rating\n" + b"1,Up,2\n" * 2_900_000
    with pytest.raises(InputError, match=r"more than [\d,]+ (lines|rows|ratings)|larger than 10 MB"):
        READERS[app][0](data, tmp_path)


ODD_TABLES = {
    "header only": "{header}\n",
    "one column": "rating\n1\n2\n",
    "one value": "{header}\n" + "1,Up,4\n" * 60,
    "missing in some rows": "{header}\n1,Up,\n" + "2,Up,4\n1,Heat,3\n" * 30,
    "nothing in a column": "{header},gap\n" + "1,Up,4,\n2,Heat,3,NaN\n" * 30,
    "5,000 columns": ",".join(["{header}", *(f"c{at}" for at in range(4_997))]) + "\n" + "1," * 4_999 + "1\n",
    "rows of other lengths": "{header}\n" + "1,Up,4\n2\n1,Up,4,5\n" * 30,
    "names twice": "{header},rating\n" + "1,Up,4,5\n" * 60,
    "blank names": ",,\n" + "1,Up,4\n" * 60,
    "1,234": "{header}\n" + '1,Up,"1,234"\n' * 60,
    "EUR 5": "{header}\n" + "1,Up,EUR 5\n" * 60,
    "inf and 1e400": "{header}\n" + "1,Up,inf\n2,Heat,1e400\n" * 30,
    "dates": "{header}\n" + "1,Up,2024-01-05\n2,Heat,05.01.2024\n" * 30,
    "50,000 levels": "{header}\n" + "".join(f"{at % 9},name {at},{1 + at % 5}\n" for at in range(50_000)),
    "formulas": "{header}\n" + "=1+2,@SUM(A1),4\n+1,-2,=5\n" * 30,
    "a name with a script": "<img src=x onerror=alert(1)>,title,rating\n" + "1,Up,4\n" * 60,
    "a name that is a tag": "<script>alert(1)</script>,{header}\n" + "a,1,Up,4\n" * 60,
    "halves of characters": "{header}\n" + "1,\ud800,4\n" * 60,
}


@pytest.mark.parametrize("name", ODD_TABLES)
def test_an_odd_table_is_read_or_refused_in_a_sentence(name, reader, tmp_path):
    read, header = reader
    try:
        answer = read(encode_text(ODD_TABLES[name].replace("{header}", header)), tmp_path)
    except InputError as error:
        answer = str(error)
    assert answer is not None
    if isinstance(answer, str):
        assert answer.endswith((".", "?"))
        assert answer.isprintable()
        assert len(answer) < 400


@pytest.mark.parametrize(
    ("text", "y"),
    [
        ("day,price\nMon 1,20\nTue 2,30\n", [20, 30]),
        ("day;price\nMon 1;1,20\nTue 2;2,30\n", [1.2, 2.3]),
        ("day\tprice\nMon 1\t1,20\nTue 2\t2,30\n", [1.2, 2.3]),
        ("day|price\nMon 1|20\nTue 2|30\n", [20, 30]),
        ("day;price\nMon 1;1,234\nTue 2;2,345\n", [1.234, 2.345]),
        ("day\tprice\nMon 1\t1,234\nTue 2\t2,345\n", [1234, 2345]),
        ('day,price\nMon 1,"1,234.5"\nTue 2,"2,345"\n', [1234.5, 2345]),
        ("day;price\nMon 1;1.234,5\nTue 2;7\n", [1234.5, 7]),
        ("day,price\nMon 1,EUR 5\nTue 2,EUR 7.50\n", [5, 7.5]),
        ("day,price\nMon 1,\N{MINUS SIGN}5\nTue 2,12 %\n", [-5, 12]),
    ],
)  # fmt: skip
def test_numbers_are_the_same_in_the_forest_and_in_the_curve_fitter(text, y, tmp_path):
    np.testing.assert_array_equal(_forest(text.encode(), tmp_path)[1], y)
    np.testing.assert_array_equal(_points(text.encode(), tmp_path)[1], y)
