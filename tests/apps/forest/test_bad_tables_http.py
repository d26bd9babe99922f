"""Tables that nobody should send, to the running app: one sentence, or read and told how; the rest goes on.

Every line of the list of bad CSVs is a case here. A file comes through the page's own upload event, and what
is text comes to /fit as well.
"""

import csv
import gzip
import io
import pickle  # noqa: TID251  (only written here, to see it refused)
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from shared.limits import MAX_REQUEST_MB, MAX_TABLE_LINES, MAX_TABLE_MB, MB
from tests.apps.bears.test_bad_images_http import memory_stays
from tests.apps.forest.conftest import Forest, TableVisitor, text_of
from tests.apps.recommender.conftest import plain
from tests.apps.views.forest.test_endpoints import PASSENGER, Visitor
from tests.servers.gradio_http import Refused
from tests.servers.memory import needs_linux

pytestmark = pytest.mark.usefixtures("unharmed")

N = 60
Cells = Callable[[int], object]  # from a row to what stands in it
SIZES = [20 + (7 * at) % 53 + (at % 4) / 4 for at in range(N)]  # all different in their group, none an ID
PLACES = ["Nîmes", "Orléans", "Paris"]
PRICES = [round(3 * size + 40 * (at % 3), 2) for at, size in enumerate(SIZES)]


def flats(*, more: Cells | None = None, name: str = "more", price: Cells | None = None) -> str:
    """Write a good table; with one column more, or other prices."""
    lines = [f"{name + ',' if more else ''}size,place,price"]
    for at in range(N):
        first = f"{more(at)}," if more else ""
        lines.append(f"{first}{SIZES[at]},{PLACES[at % 3]},{price(at) if price else PRICES[at]}")
    return "\n".join(lines) + "\n"


def swapped(separator: str, *, decimal_comma: bool = False) -> str:
    """The good table with another separator."""
    text = flats().replace(",", separator)
    return text.replace(".", ",") if decimal_comma else text


def zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x" * 100)
    return file.getvalue()


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is empty"),
    "blank lines": (" \n\r\n \t\n", "is empty"),
    "header only": ("size,price\n", "has a header and no rows under it"),
    "one column": ("price\n1\n2\n3\n", "has one column only"),
    "5,000 columns": (
        "a," * 4999 + "b\n" + ("1," * 4999 + "2\n") * 20,
        "has 5,000 columns, and at most 1,000 are read",
    ),
    "unclosed quote": (flats() + '"30,Paris,90\n', f"row that begins on line {N + 2} is not closed"),
    "gzip": (gzip.compress(flats().encode()), "is compressed with gzip. Unpack it"),
    "xlsx": (zipped("xl/workbook.xml"), "is an Excel workbook or a zip. Save the table as CSV"),
    "parquet": (b"PAR1" + bytes(100) + b"PAR1", "is a Parquet file. Save the table as CSV"),
    "pickle": (pickle.dumps({"a": [1, 2]}), "is a Python pickle, which can run code and is never read"),
    "old pickle": (pickle.dumps({"a": [1, 2]}, protocol=0), "is a Python pickle"),
    "most rows too long": ("a,b\n" + "1,2,3\n1,2,3,4\n" * 20, "most rows have more cells than the header"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(visitor: TableVisitor, name: str) -> None:
    content, why = REFUSED[name]
    shown = visitor.upload(content if isinstance(content, bytes) else content.encode())
    message = plain(text_of(shown["notice"]))
    assert why in message
    assert message.startswith("table.csv")
    assert not text_of(shown["understood"])  # what was there before stays
    good = visitor.upload(flats().encode())
    assert not text_of(good["notice"])
    assert "learned from 45 rows" in visitor.use(good)["line"]


@pytest.mark.parametrize("name", [name for name, (content, _) in REFUSED.items() if isinstance(content, str)])
def test_what_the_endpoint_refuses(program: Visitor, name: str) -> None:
    content, why = REFUSED[name]
    with pytest.raises(Refused) as caught:
        program("fit", table=content)
    assert why in plain(caught.value.message).replace("table is", "The table is")
    assert program("fit", table=flats(), trees=2)["rows"] == N


SAME: dict[str, tuple[bytes, str]] = {
    "UTF-16": (flats().encode("utf-16"), "UTF-16 text"),
    "UTF-16 without its mark": (flats().encode("utf-16-le"), "UTF-16-LE text"),
    "latin-1": (flats().encode("latin-1"), "read as Western European text. Look at the accents."),
    "BOM": (flats().encode("utf-8-sig"), "UTF-8 text"),
    "semicolons": (swapped(";").encode(), "separated by semicolons"),
    "tabs": (swapped("\t").encode(), "separated by tabs"),
    "decimal commas": (swapped(";", decimal_comma=True).encode(), "Decimal commas were read"),
    "Windows lines": (flats().replace("\n", "\r\n").encode(), "separated by commas"),
    "blank lines": (flats().replace("\n", "\n\n").encode(), f"{N} rows"),
}  # fmt: skip


@pytest.fixture(scope="module")
def good_line(forest: Forest) -> str:
    """What the page says of the good table: rows, columns and the forest's error."""
    visitor = TableVisitor(forest.page)
    return visitor.use(visitor.upload(flats().encode()))["line"]


@pytest.mark.parametrize("name", SAME)
def test_however_it_is_written_the_same_forest_comes_of_it(
    visitor: TableVisitor, good_line: str, name: str
) -> None:
    data, said = SAME[name]
    shown = visitor.upload(data)
    assert said in text_of(shown["understood"])
    assert "Nîmes, Orléans, Paris" in text_of(shown["understood"])
    assert visitor.use(shown)["line"] == good_line


READ: dict[str, tuple[str, list[str]]] = {
    "target missing in some rows": (
        flats(price=lambda at: "" if at % 10 == 3 else PRICES[at]),
        ["6 rows have no value of the target"],
    ),
    "all-NaN column": (flats(more=lambda at: "NaN"), ['"more" has no value at all. Left out']),
    "constant column": (flats(more=lambda at: 7), ['"more" is 7 in every row', "Left out"]),
    "short row": (flats() + "30\n", [f"1 row with too few cells (line {N + 2})"]),
    "long row": (flats() + "30,Paris,90,5\n", [f"1 row with more cells than the header (line {N + 2})"]),
    "duplicate names": (flats(more=lambda at: at % 5, name="size"), ["were told apart", "size (2)"]),
    "blank name": (flats(more=lambda at: at % 5, name=""), ["1 column without a name", "column 1"]),
    "1,234": (
        flats(more=lambda at: f'"{1 + at % 7},{234 + at}"'),
        ["1,234 was read as 1234, and not as 1.234."],
    ),
    "EUR 5": (flats(more=lambda at: f"EUR {at % 11}"), ["EUR was taken off."]),
    "inf": (flats(more=lambda at: "inf" if at == 9 else at % 11), ["1 cell is infinite or larger than"]),
    "1e400": (flats(more=lambda at: "1e400" if at < 2 else at % 11), ["2 cells are infinite or larger than"]),
    "dates": (
        flats(more=lambda at: f"2024-{1 + at % 12:02}-{1 + at % 28:02}"),
        ['"more" holds dates: they become numbers such as the year'],
    ),
    "an ID": (flats(more=lambda at: 1000 + at, name="id"), ['"id" looks like an ID', "Left out"]),
    "names that are tags": (
        flats(more=lambda at: f"<img src=x onerror=alert({at % 3})>", name="<script>alert(1)</script>"),
        ["<script>alert(1)</script>"],
    ),
    "no header": (flats().partition("\n")[2], ["The first row is no header", "column 3"]),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_is_read_is_told_and_can_be_fitted(visitor: TableVisitor, program: Visitor, name: str) -> None:
    content, told = READ[name]
    shown = visitor.upload(content.encode())
    raw = str(shown["understood"])
    assert "<img" not in raw
    assert "<script" not in raw
    used = visitor.use(shown)
    said = f"{html_text(raw)} {used['notice']}"
    for words in told:
        assert words in said, said
    assert "learned from" in used["line"]
    assert "Its error (RMSE)" in used["line"]
    answer = program("fit", table=content, trees=3)
    assert answer["errors"]["validation"]["error"] >= 0


def html_text(raw: str) -> str:
    """Read HTML as text, with single spaces."""
    return " ".join(text_of(raw).split())


def test_a_constant_target(visitor: TableVisitor, program: Visitor) -> None:
    content = flats(price=lambda at: 5)
    why = 'The target "price" is 5 in every row: there is nothing to predict. Choose another target.'
    shown = visitor.upload(content.encode())
    assert shown["target"]["value"] != "price"  # it is not even proposed
    used = visitor.use(shown, target="price")
    assert plain(used["notice"]) == why
    assert not used["line"]
    with pytest.raises(Refused) as caught:
        program("fit", table=content, target="price")
    assert plain(caught.value.message) == why


def test_a_target_that_is_nearly_all_missing(visitor: TableVisitor, program: Visitor) -> None:
    content = flats(price=lambda at: PRICES[at] if at < 4 else "")
    used = visitor.use(visitor.upload(content.encode()), target="price")
    assert "4 rows have a value of the target" in plain(used["notice"])
    with pytest.raises(Refused, match="at least 10 are needed"):
        program("fit", table=content, target="price")


def test_an_id_that_predicts_the_target_alone_is_warned_of(visitor: TableVisitor, program: Visitor) -> None:
    content = flats(more=lambda at: 5000 + 7 * at % N, name="ticket", price=lambda at: 100.5 + 7 * at % N)
    shown = visitor.upload(content.encode())
    warnings = ['"ticket" looks like an ID', '"ticket" alone nearly determines the target "price"']
    said = program("fit", table=content, trees=2)["remarks"]
    for warning in warnings:
        assert warning in html_text(shown["understood"])
        assert any(warning in remark for remark in said)
    assert shown["leave_out"]["value"] == ["ticket"]


def test_fifty_thousand_levels_in_one_column(forest: Forest, visitor: TableVisitor) -> None:
    rows = "".join(f"name {at},{at % 17},{(at % 17) * 2 + at % 3}\n" for at in range(50_000))
    with memory_stays(forest.app, most_mb=400):
        shown = visitor.upload(f"name,x,y\n{rows}".encode())
        used = visitor.use(shown)
    assert "a random sample of 20,000 of 50,000 rows" in used["line"]
    assert shown["leave_out"]["value"] == ["name"]
    assert "another value in" in text_of(shown["understood"])


@needs_linux
def test_five_million_rows_are_refused_before_they_fill_memory(forest: Forest, visitor: TableVisitor) -> None:
    data = b"a,b\n" + b"1,2\n" * 5_000_000
    with memory_stays(forest.app, most_mb=100):
        shown = visitor.upload(data)
    why = f"has more than {MAX_TABLE_LINES:,} lines, which is the limit. Send fewer rows"
    assert why in plain(text_of(shown["notice"]))


@needs_linux
def test_a_hundred_megabytes_are_read_as_a_stream(forest: Forest, visitor: TableVisitor) -> None:
    line = b"1,2," + b"x" * 96 + b"\n"
    with memory_stays(forest.app, most_mb=150):
        shown = visitor.upload(b"a,b,c\n" + line * (100 * MB // len(line)))
    assert "1,038,194 rows and 3 columns" in text_of(shown["understood"])


@needs_linux
@pytest.mark.long
def test_a_file_over_the_limit_is_refused_unread(
    forest: Forest, visitor: TableVisitor, program: Visitor
) -> None:
    line = b"1,2," + b"x" * 96 + b"\n"
    with memory_stays(forest.app, most_mb=100), pytest.raises(httpx.HTTPStatusError) as caught:
        visitor.upload(b"a,b,c\n" + line * (MAX_TABLE_MB * MB // len(line) + 1))
    assert caught.value.response.status_code == 413
    assert "maximum allowed size" in plain(caught.value.response.text)
    with pytest.raises(Refused) as refused:
        program("fit", table="a,b\n" + "1,2\n" * (MAX_REQUEST_MB * MB // 4))
    assert refused.value.status == 413


def test_a_preview_comes_before_any_fit(forest: Forest, visitor: TableVisitor) -> None:
    shown = visitor.upload(flats().encode())
    assert f"{N} rows and 3 columns, separated by commas" in text_of(shown["understood"])
    asked = forest.page.press("show_all", session=visitor.session)
    assert "Sex" in str(asked[0])  # the tabs still show the Titanic
    visitor.use(shown)
    assert "Sex" not in str(forest.page.press("show_all", session=visitor.session)[0])


def test_what_if_rows(program: Visitor) -> None:
    told = program("predict", rows=[{**PASSENGER, "Embarked": "X"}])
    assert any("X" in note and "missing" in note for note in told["notes"])
    assert told["predictions"]
    short: dict[str, Any] = {name: value for name, value in PASSENGER.items() if name != "Sex"}
    for name, values in (("predict", {"rows": [short]}), ("explain", {"row": short})):
        with pytest.raises(Refused) as caught:
            program(name, **values)
        assert '"Sex" is missing. Send a value for it' in plain(caught.value.message)


@pytest.mark.parametrize("cell", ["=1+2", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)"])
def test_formulas_are_text_and_neutralised_when_they_are_taken_away(
    forest: Forest, visitor: TableVisitor, cell: str
) -> None:
    content = flats(more=lambda at: f'"{cell}"' if at % 2 else "plain", name="note")
    shown = visitor.upload(content.encode())
    assert cell in text_of(shown["understood"])
    visitor.use(shown)
    file = forest.page.caller.upload("score.csv", content.encode())
    _, _, button = forest.page.press("score", None, file, session=visitor.session)
    taken = forest.page.caller.http.get(button["value"]["url"]).content.decode("utf-8-sig")
    notes = {row["note"] for row in csv.DictReader(io.StringIO(taken))}
    assert notes == {"plain", f"'{cell}"}
