"""What *Points* asks a running app: tables good, odd or bad, and a notebook of good and bad states."""

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from apps.views.relu import points_server
from shared.curves.data import make_points
from shared.curves.points_text import as_number
from shared.limits import MAX_CURVE_POINTS, MAX_POINTS_FILE_MB, MAX_POINTS_TEXT_CHARACTERS, MB
from shared.ui.guard import FAULT_MESSAGE
from tests.servers.gradio_http import Caller, Refused, RunningApp, file_data

pytestmark = [pytest.mark.usefixtures("unharmed"), pytest.mark.long]

GOOD = b"x,y\n0,1\n1,3\n2,2\n"
Answer = dict[str, Any]


@pytest.fixture(scope="module")
def app(serve: Callable[[str], RunningApp]) -> RunningApp:
    return serve("relu")


@pytest.fixture(scope="module")
def config(app: RunningApp) -> dict[str, Any]:
    return app.caller().http.get("config").json()


@pytest.fixture
def read_file(app: RunningApp, config: dict[str, Any]) -> Callable[[Any], Answer]:
    """Send the event that an upload sets off; it takes bytes, or what stands in the place of a file."""
    (event,) = [one for one in config["dependencies"] if one["api_name"] == "_read_file"]

    def send(file: Any) -> Answer:
        caller = app.caller()
        given = caller.upload("points.csv", file) if isinstance(file, bytes) else file
        answer, emptied = caller.press(event["id"], [given])
        assert emptied is None
        return answer

    return send


@pytest.fixture
def ask(app: RunningApp, config: dict[str, Any]) -> Callable[[str, Any], Answer]:
    """Call a function as the page's script does."""
    (component,) = [
        part["id"]
        for part in config["components"]
        if "make_notebook" in (part["props"].get("server_fns") or [])
    ]

    def send(name: str, value: Any) -> Answer:
        body = {"data": value, "component_id": component, "fn_name": name, "session_hash": "points"}
        answer = app.caller().post("component_server", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return send


@pytest.fixture
def unharmed(app: RunningApp) -> Iterator[None]:
    """After the test the app answers, and nothing went wrong inside."""
    start = app.log.stat().st_size
    yield
    assert Caller(app.url).http.get("config").status_code == 200
    assert app.n_failures(since=start) == 0, app.log.read_text()[start:][-3000:]


def refusal(answer: Answer) -> str:
    """Assert that an answer is a refusal in one plain sentence or two, and give it."""
    assert set(answer) == {"error"}, answer
    message = answer["error"]
    assert re.search(r"[.?]$", message), message
    assert 10 < len(message) < 300
    assert message != FAULT_MESSAGE
    for trace in ("Traceback", "\n", ".py", "Error:", "/tmp/", "<"):
        assert trace not in message
    return message


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


# Each line of "CSV" in the list of bad inputs that has a meaning for points.
REFUSED = {
    "empty": (b"", "nothing in this table"),
    "header only": (b"x,y\n", "header and no rows"),
    "all-NaN columns": (b"x,y\nnan,nan\nnan,nan\n", "no numbers"),
    "five million rows": (b"1,2\n" * 5_000_000, "more than 20,000 lines"),
    "too many rows": (b"1,2\n" * (MAX_CURVE_POINTS + 1), "1,001 points and 1,000 fit. Keep every second row"),
    "too large": (b"1" * (MAX_POINTS_FILE_MB * MB + 1), f"larger than {MAX_POINTS_FILE_MB} MB"),
    "unclosed quote": (b'x,y\n1,2\n"3,4\n5,6\n', "quotation mark in the row that begins on line 3"),
    "words": (b"name,word\na,b\nc,d\n", "no numbers"),
    "dates alone": (b"day\n2024-01-05\n2024-01-06\n", "no numbers"),
    "5,000 columns": (("v," * 4999 + "v\n" + "1," * 4999 + "1\n").encode(), "at most 1,000 are read"),
    "gzip": (gzip.compress(GOOD), "gzip"),
    "xlsx": (_zip(), "in Excel, choose Save as, then CSV"),
    "parquet": (b"PAR1" + bytes(50), "Parquet"),
    "pickle": (b"\x80\x04\x95\x10" + bytes(50), "pickle"),
    "noise": (bytes(range(256)) * 20, "no text"),
    "a web page": (b"<!doctype html><script>alert(1)</script>", "web page"),
}
READ = {
    "one column": (b"5\n7\n9\n", 3, "one column of numbers: it became y, and x counts the rows"),
    "constant": (b"x,y\n1,4\n2,4\n", 2, ""),
    "missing in some rows": (b"x,y\n1,\n2,4\n3,5\n", 2, "1 row was skipped"),
    "an all-NaN column": (b"x,gap,y\n1,nan,3\n2,nan,4\n", 2, 'x is "x" and y is "y"'),
    "UTF-16": ("x;y\n1;2,5\n".encode("utf-16"), 1, "Decimal commas"),
    "latin-1": ("hauteur;tempér.\n1;2\n".encode("latin-1"), 1, "Western European"),
    "BOM": (b"\xef\xbb\xbfx,y\n1,2\n", 1, ""),
    "tab": (b"x\ty\n1\t2\n", 1, ""),
    "decimal comma": (b"x;y\n1,5;2\n", 1, "Decimal commas"),
    "ragged rows": (b"x,y\n1,2\n3\n4,5,6\n5,6\n", 2, "1 row was skipped"),
    "duplicate names": (b"x,x\n1,2\n", 1, ""),
    "blank names": (b",\n1,2\n", 1, ""),
    "1,234": (b'x,y\n"1,234",2\n', 1, "1,234 was read as 1234"),
    "EUR 5": (b"x,y\n1,2\n2,EUR 5\n3,4\n", 3, "EUR was taken off"),
    "amounts alone": (b"price\nEUR 5\nEUR 6\n", 2, "one column of numbers"),
    "inf and 1e400": (b"x,y\n1,inf\n2,1e400\n3,4\n4,5\n", 2, "2 rows were skipped"),
    "dates": (b"day,x,y\n2024-01-05,1,2\n", 1, 'x is "x"'),
    "formula cells": (b"x,y\n=1+1,2\n3,4\n5,6\n", 2, "1 row was skipped"),
    "a name with a script": (b"<img src=x onerror=alert(1)>,y,z\n1,2,3\n", 1, "x is"),
    "all at one x": (b"3000,1\n3000,2\n", 2, "scaled"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_in_one_sentence(name: str, read_file: Callable[[Any], Answer]) -> None:
    content, words = REFUSED[name]
    assert re.search(words, refusal(read_file(content)))
    assert len(read_file(GOOD)["points"]) == 3


@pytest.mark.parametrize("name", READ)
def test_an_odd_file_is_read_and_what_was_decided_is_said(
    name: str, read_file: Callable[[Any], Answer], ask: Callable[[str, Any], Answer]
) -> None:
    content, n_points, words = READ[name]
    answer = read_file(content)
    assert len(answer["points"]) == n_points, answer
    assert words in " ".join(answer["notes"])
    assert answer["summary"].startswith(f"{n_points} point")
    if name not in ("latin-1", "UTF-16"):  # a pasted text has no encoding any more
        assert ask("read_points_text", {"text": content.decode()}) == answer


def test_the_preview_says_how_numbers_are_scaled(ask: Callable[[str, Any], Answer]) -> None:
    answer = ask("read_points_text", {"text": "year;price\n1990;100\n2000;300\n2010;200\n"})
    assert answer["summary"] == "3 points: x from 1990 to 2010, y from 100 to 300."
    assert answer["names"] == ["year", "price"]
    assert answer["examples"] == [["1990", "100"], ["2000", "300"], ["2010", "200"]]
    assert answer["points"] == [[-2, -10], [0, 10], [2, 0]]
    assert answer["scale"] == [2000, 5, 200, 10]
    assert (
        "scaled x = (x \N{MINUS SIGN} 2000) / 5 and scaled y = (y \N{MINUS SIGN} 200) / 10"
        in answer["notes"][-1]
    )
    one = ask("read_points_text", {"text": "-3000,1"})
    assert one["summary"] == "1 point: x is -3000, y is 1."
    assert "scaled x = (x + 3000)." in one["notes"][-1]
    assert ask("read_points_text", {"text": "1,2\n2,3"})["scale"] is None


def test_the_preview_shows_dates_as_dates(ask: Callable[[str, Any], Answer]) -> None:
    answer = ask("read_points_text", {"text": "day,price\n2024-01-01,5\n2024-01-11,7\n2024-01-21,9\n"})
    assert answer["dates"] is True
    assert answer["summary"] == "3 points: x from 2024-01-01 to 2024-01-21, y from 5 to 9."
    assert answer["examples"][0] == ["2024-01-01", "5"]
    assert answer["points"] == [[-2, 5], [0, 7], [2, 9]]
    assert "scaled x = (x \N{MINUS SIGN} 2024-01-11) / 5 days" in answer["notes"][-1]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e6, "1,000,000"), (-1234567.89, "-1,234,570"), (2005.0, "2005"), (12345.678, "12,345.7"), (0.5, "0.5"),
     (1e-7, "0.0000001"), (1e15, "1,000,000,000,000,000"), (-0.0, "-0"), (-3000.0, "-3000")],
)  # fmt: skip
def test_numbers_are_written_without_exponents(value: float, text: str) -> None:
    assert as_number(value) == text


@pytest.mark.parametrize(
    "value",
    [None, 5, [], "1,2", {}, {"text": None}, {"text": 5}, {"text": ["1,2"]}, {"text": ""}, {"text": "\0"},
     {"text": "1,2\n" * MAX_POINTS_TEXT_CHARACTERS}, {"path": "/etc/passwd"}],
    ids=lambda value: repr(value)[:30],
)  # fmt: skip
def test_a_text_that_is_none_is_refused(value: Any, ask: Callable[[str, Any], Answer]) -> None:
    refusal(ask("read_points_text", value))


@pytest.mark.parametrize(
    "file",
    [file_data("/etc/passwd"), file_data("../../etc/passwd"), {"url": "http://169.254.169.254/"}, "x", 5, []],
    ids=str,
)
def test_only_an_uploaded_file_is_read(file: Any, read_file: Callable[[Any], Answer]) -> None:
    with pytest.raises(Refused, match=r"Upload it first|takes no files|uploaded"):
        read_file(file)


def test_no_file_is_named(read_file: Callable[[Any], Answer]) -> None:
    assert "There is no file" in refusal(read_file(None))
    assert "no longer here" in refusal(points_server.read_points_upload("/nowhere/points.csv"))


def test_a_notebook_comes_as_json(ask: Callable[[str, Any], Answer]) -> None:
    xy = [[float(x), float(y)] for x, y in zip(*make_points(), strict=True)]
    answer = ask("make_notebook", {"xy": xy, "kind": "mae", "hand": [1, 2, 3], "tab": "points"})
    assert re.fullmatch(r"relu-curve-fitter-\d{4}-\d\d-\d\d\.ipynb", answer["name"])
    assert answer["notebook"]["nbformat"] == 4
    assert any("np.random.seed(42)" in "".join(cell["source"]) for cell in answer["notebook"]["cells"])


@pytest.mark.parametrize(
    "value",
    [
        None, {}, {"xy": 5}, {"xy": [[float("nan"), 1]]}, {"xy": [[float("inf"), 1]]}, {"xy": [[1e308, 1]]},
        {"xy": [[0, 1]], "kind": "x"}, {"xy": [[0, 1]], "hand": [float("nan")] * 3},
        {"xy": [[0, 1]], "machine": {"lr": 1e308}}, {"xy": [[0, 1]], "machine": {"steps": 10**6}},
        {"xy": [[0, 1]], "units": {"count": 0, "fitted": True}},
        {"xy": [[0, 1]], "units": {"steps": float("nan"), "fitted": True}},
    ],
    ids=str,
)  # fmt: skip
def test_a_screen_that_cannot_be_is_refused(value: Any, ask: Callable[[str, Any], Answer]) -> None:
    refusal(ask("make_notebook", value))
