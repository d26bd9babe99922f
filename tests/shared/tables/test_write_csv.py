"""What is taken away is data: a spreadsheet runs none of it, and every reader finds the same cells."""

import csv
import io
import re

import pytest

from shared.tables.read_table import read_table
from shared.tables.write_csv import Number, write_csv
from tests.conftest import ROOT

FORMULAS = [
    "=1+2", "+1,5", "-", "-5 %", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "|calc", "%0A", "\t=1", "\r=1", "\n=1",
    " =A1", "＝1", "-3 ", "+49 30 1234", "--1", "-1e", "-\n1", "+1", "-3", "%5", "-1.5",
]  # fmt: skip
NUMBERS = ["-3", "+3", "-1.5", "-1e-7"]


def read_back(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_begins_like_a_formula(cell):
    assert read_back(write_csv([cell], [[cell]])) == [[f"'{cell}"]] * 2


def test_numbers_stay_numbers():
    rows = [[-4.5, -3, None, True], [-1e-300, float("-inf"), "", "Ann"]]
    assert read_back(write_csv("abcd", rows))[1:] == [
        ["-4.5", "-3", "", "True"],
        ["-1e-300", "-inf", "", "Ann"],
    ]
    assert read_back(write_csv("abcd", [map(Number, NUMBERS)]))[1] == NUMBERS
    assert read_back(write_csv("a", [[Number("-3+1")]]))[1] == ["'-3+1"]


@pytest.mark.parametrize("cell", ["a,b", 'say "yes"', "two\nlines", "a\rb", "a\r\nb", "a;b", "'Til", "", " "])
def test_each_cell_stands_in_quotes_and_comes_back(cell):
    text = write_csv(["a", "b"], [[cell, "x"]])
    assert read_back(text) == [["a", "b"], [cell, "x"]]
    assert re.fullmatch(r'"a","b"\n"(?:[^"]|"")*","x"\n', text)


def test_our_own_reader_reads_it():
    table = read_table(write_csv(["=name", "price"], [["a,b", 5], ["c", -6.5], ["d", None]]).encode())
    assert table.names == ["'=name", "price"]
    assert table.row(1) == {"'=name": "c", "price": "-6.5"}


def test_there_is_no_other_writer():
    """Four files are no visitor's: an artifact's catalogue, two tables of timm's, rows for the reader."""
    writes = re.compile(r"csv\.writer|DictWriter|\.to_csv\(")
    found = {
        str(path.relative_to(ROOT))
        for folder in ("apps", "shared")
        for path in (ROOT / folder).rglob("*.py")
        if any(writes.search(line) for line in path.read_text("utf-8").splitlines() if "'" not in line)
    }
    assert found == {
        "shared/tables/write_csv.py", "shared/tables/sent_rows.py",
        "shared/collab/catalogue.py", "shared/image_models/refresh.py", "shared/image_models/memory.py",
    }  # fmt: skip
