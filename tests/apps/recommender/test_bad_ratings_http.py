"""Ratings that nobody can use, sent to the running app: refused in one sentence, or read and told how."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from shared.tables.write_csv import write_csv
from tests.apps.recommender.conftest import RATINGS, Page, plain
from tests.conftest import ROOT
from tests.servers.gradio_http import Caller, Refused

pytestmark = pytest.mark.usefixtures("unharmed")
REST = (3, [], [], 0, "list")


def rated(stars: str, film: str = '"movie_id": 318') -> str:
    """A request's body with one rating, which may be no JSON number."""
    return '{"data": [[{' + film + ', "rating": ' + stars + '}], 3, [], [], 0, "list"]}'


def test_none_gives_the_popular_list_and_says_so(caller: Caller, page: Page) -> None:
    answer = caller.call("recommend", [], 10, [], [], 0, "list")
    assert answer["basis"] == "popular"
    n_ratings = [film["n_ratings"] for film in answer["films"]]
    assert n_ratings == sorted(n_ratings, reverse=True)
    assert any("Famous films to start with" in str(part) for part in page.press("update", []))


@pytest.mark.parametrize("stars", [0.5, 3, 5])
def test_all_the_same(caller: Caller, stars: float) -> None:
    films = [film["movie_id"] for film in caller.call("search", "the", 30)]
    answer = caller.call("recommend", [{"movie_id": film, "rating": stars} for film in films], *REST)
    assert answer["basis"] == "list"
    assert len(answer["films"]) == 3
    assert all(0.5 <= film["low"] <= film["stars"] <= film["high"] <= 5 for film in answer["films"])


def test_one(caller: Caller) -> None:
    answer = caller.call("recommend", RATINGS[:1], *REST)
    assert answer["basis"] == "list"
    assert len(answer["films"]) == 3


NO_RATINGS = [
    "0",
    "6",
    "-1",
    "3.7",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    '"five"',
    "null",
    "true",
    "[]",
    "{}",
]


@pytest.mark.parametrize("stars", [*NO_RATINGS, "9" * 400])
def test_no_rating(caller: Caller, stars: str) -> None:
    with pytest.raises(Refused) as caught:
        caller.call_raw("recommend", rated(stars))
    assert "0.5 to 5 stars in half steps" in plain(caught.value.message)


@pytest.mark.parametrize("stars", NO_RATINGS)
def test_no_rating_from_the_page(page: Page, stars: str) -> None:
    if stars == "null":  # on the page: not rated yet
        assert page.press("update", [{"movie_id": 318, "rating": None}])
        return
    with pytest.raises(Refused) as caught:
        page.press("update", [{"movie_id": 318, "rating": json.loads(stars)}])
    assert "0.5 to 5 stars in half steps" in plain(caught.value.message)


@pytest.mark.parametrize("name", ["explain", "predict"])
def test_no_rating_elsewhere(caller: Caller, name: str) -> None:
    film: Any = [1] if name == "predict" else 1
    rest = () if name == "predict" else (0, "list")
    with pytest.raises(Refused, match=r"use 0\.5 to 5 stars"):
        caller.call(name, [{"movie_id": 318, "rating": 6}], film, *rest)


def test_the_same_film_twice_counts_once_and_is_told(caller: Caller) -> None:
    twice = [{"movie_id": 318, "rating": 1}, {"title": "The Shawshank Redemption", "rating": 5}]
    answer = caller.call("recommend", twice, *REST)
    assert answer["notes"] == [
        "Rated more than once, and the last rating counts: The Shawshank Redemption (1994)."
    ]
    assert answer["films"] == caller.call("recommend", RATINGS[:1], *REST)["films"]


@pytest.mark.parametrize("film", ["-1", "999999999", "1e30", '"318"', "3.5", "true", "null", "9" * 4000])
def test_unknown_id(caller: Caller, film: str) -> None:
    with pytest.raises(Refused) as caught:
        caller.call_raw("recommend", rated("4", film=f'"movie_id": {film}'))
    assert "movie_id" in plain(caught.value.message)


@pytest.mark.parametrize(
    ("title", "movie_id"),
    [
        ("Amélie (2001)", 4973),
        ("AMELIE", 4973),
        ("Matrix, The (1999)", 2571),
        ("matrix, the", 2571),
        ("The Matrix (1998)", 2571),  # a year off is told, and counts
    ],
)
def test_titles_as_people_write_them(caller: Caller, title: str, movie_id: int) -> None:
    (by_id,) = caller.call("predict", [{"movie_id": movie_id, "rating": 5}], [858])
    (by_title,) = caller.call("predict", [{"title": title, "rating": 5}], [858])
    assert by_title == by_id


@pytest.mark.parametrize(
    ("title", "suggestion"),
    [
        ("The Matrix (1979)", "The Matrix (1999) with movie_id 2571"),
        ("Teh Matrx", "movie_id"),
        ("xqzzy vwq", ""),
    ],
)
def test_titles_that_are_not_clear_bring_suggestions(caller: Caller, title: str, suggestion: str) -> None:
    with pytest.raises(Refused) as caught:
        caller.call("recommend", [*RATINGS, {"title": title, "rating": 4}], *REST)
    message = plain(caught.value.message)
    assert message.startswith("Rating 4:")
    assert suggestion in message


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"movie_id": 318},
        {"rating": 4},
        {"movie_id": 318, "title": "Heat", "rating": 4},
        {"movie_id": 318, "rating": 4, "colour": "red"},
        {"title": ["Heat"], "rating": 4},
        {"title": "", "rating": 4},
        {"title": "x" * 1_000, "rating": 4},
        {"path": "/etc/passwd"},
        "Heat",
        None,
        7,
    ],
)
def test_items_that_are_no_rating(caller: Caller, item: object) -> None:
    with pytest.raises(Refused) as caught:
        caller.call("recommend", [item], *REST)
    assert plain(caught.value.message).startswith("Rating 1")


def test_more_ratings_than_allowed(caller: Caller) -> None:
    with pytest.raises(Refused) as caught:
        caller.call("recommend", [{"movie_id": 318, "rating": 4}] * 10_001, *REST)
    assert "at most 10,000" in plain(caught.value.message)


def test_five_thousand_rows_are_imported(caller: Caller) -> None:
    with gzip.open(ROOT / "shared/collab/artifact/catalogue.csv.gz", "rt", encoding="utf-8") as file:
        films = list(csv.DictReader(file))[:5000]
    rows = [(film["title"], film.get("year", ""), 4) for film in films]
    file = caller.upload("mine.csv", write_csv(("title", "year", "rating"), rows).encode())
    answer = caller.call("import_ratings", file)
    assert len(answer["matched"]) + len(answer["unmatched"]) == 5000
    assert len(answer["ratings"]) > 4900


def test_no_row_of_an_import_is_dropped_silently(caller: Caller) -> None:
    rows = ["The Matrix,1979,4", "Heat,1995,nine", ",1995,4", "Amélie,2001,4", "xqzzy,,3", "Heat,1995,2"]
    answer = caller.call("import_ratings_text", "\n".join(["title,year,rating", *rows]))
    assert [row["title"] for row in answer["matched"]] == ["Amélie", "Heat"]
    assert [row["row"] for row in answer["unmatched"]] == [2, 3, 4, 6]
    assert all(row["reason"] for row in answer["unmatched"])
    assert "The Matrix (1999)" in [film["label"] for film in answer["unmatched"][0]["suggestions"]]


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("Date,Name,Year,Letterboxd URI", "a Letterboxd export, but lacks Rating"),
        ("Date,Year,Letterboxd URI,Rating", "a Letterboxd export, but lacks Name"),
        ("Const,Date Rated,Title,Year", "an IMDb export, but lacks Your Rating"),
        ("Const,Your Rating,Year", "an IMDb export, but lacks Title"),
        ("a,b,c", "no export known here"),
    ],
)
def test_an_export_with_columns_missing(caller: Caller, header: str, missing: str) -> None:
    text = header + "\n" + ",".join(["1"] * header.count(",")) + ",1\n"
    for send in (
        lambda: caller.call("import_ratings_text", text),
        lambda: caller.call("import_ratings", caller.upload("ratings.csv", text.encode())),
    ):
        with pytest.raises(Refused) as caught:
            send()
        assert missing in plain(caught.value.message)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header.csv", b"title,rating\n"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + b"0" * 99),
        ("packed.csv", b"\x1f\x8b" + b"0" * 99),
        ("model.csv", b"\x80\x04\x95" + b"0" * 99),
        ("broken.zip", b"PK\x03\x04" + b"0" * 99),
        ("../../../etc/ratings.csv", b"a,b\n1,2\n"),
        ("<img src=x onerror=alert(1)>.csv", b"a,b\n1,2\n"),
    ],
)
def test_a_file_that_is_no_export(caller: Caller, name: str, content: bytes) -> None:
    with pytest.raises(Refused) as caught:
        caller.call("import_ratings", caller.upload(name, content))
    message = str(caught.value.message)
    assert "<img" not in message
    assert "../" not in message
    assert message.count("/") <= 1
    plain(message.replace(Path(name).name, "it"))


def test_all_deleted_again(page: Page) -> None:
    page.press("update", [], session="deleting")
    before = page.press("update", [], session="deleting")
    page.press("update", [{"movie_id": 318, "rating": 5}], session="deleting")
    assert page.press("update", [], session="deleting") == before


def test_formula_cells_stay_text_in_downloads(caller: Caller) -> None:
    """No title of the model begins like a formula, so the writer of the downloads is asked directly."""
    cells = ["=SUM(A1)", "+1", "-1", "@cmd", "\t=1", " =1"]
    written = write_csv(("title",), [(cell,) for cell in cells])
    assert [row[0] for row in csv.reader(written.splitlines()[1:])] == [f"'{cell}" for cell in cells]
    answer = caller.call("import_ratings_text", "title,rating\n=SUM(A1),4\n@cmd|calc,4\n")
    assert answer["ratings"] == []
    assert [row["title"] for row in answer["unmatched"]] == ["=SUM(A1)", "@cmd|calc"]
