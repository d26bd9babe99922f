"""Ratings come in from the package, any CSV and GroupLens' archives; anything else is refused."""

import codecs
import gzip
import io
import threading
import tracemalloc
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shared.collab.data import RatingsTable, read_ratings, table_from_frame
from shared.collab.ratings_files import read_csv
from shared.errors import InputError
from tests.effort import n_calls

CSV = "user,item,rating\n7,10,4\n7,20,2.5\n9,10,5\n"


def write(folder: Path, data: str | bytes, *, name: str = "ratings.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def as_dict(table: RatingsTable) -> dict[tuple[int, str], float]:
    """Ratings by (user number, title)."""
    titles = [table.catalogue.titles[film] for film in table.films]
    return dict(zip(zip(table.users.tolist(), titles, strict=True), table.stars.tolist(), strict=True))


def zip_of(*, folder: str = "ml-test", **files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{folder}/{name}.csv", text)
    return packed.getvalue()


GROUPLENS = zip_of(
    ratings="userId,movieId,rating,timestamp\n501,318,5.0,964982703\n501,6,3.5,964981247\n777,6,4.0,964982224\n",
    movies='movieId,title,genres\n6,Heat (1995),Action|Crime\n318,"Shawshank Redemption, The (1994)",Drama\n'
    "99,Never Rated (2001),(no genres listed)\n",
    tags="userId,movieId,tag,timestamp\n",
)


def test_the_packaged_set_is_movielens_small_in_its_published_order():
    table = read_ratings()
    assert (len(table), table.n_users, table.n_films) == (100_004, 671, 9_066)
    first = table.catalogue.movie_ids[table.films[:3]].tolist()
    assert list(zip(table.users[:3].tolist(), first, table.stars[:3].tolist(), strict=True)) == [
        (0, 31, 2.5),
        (0, 1029, 3.0),
        (0, 1061, 3.0),
    ]
    assert table.catalogue.n_ratings.sum() == 100_004
    place = table.catalogue.index_of(318)
    own = table.stars[table.films == place]
    assert table.catalogue.n_ratings[place] == len(own)
    assert table.catalogue.mean_ratings[place] == pytest.approx(own.mean(), abs=1e-12)


@pytest.mark.parametrize("header", ["userId,movieId,rating", "USER, Item ,Stars", "user_id,title,score"])
def test_the_usual_column_names_are_understood(tmp_path, header):
    table = read_ratings(write(tmp_path, header + CSV.removeprefix("user,item,rating")))
    assert as_dict(table) == {(0, "Item 10"): 4, (0, "Item 20"): 2.5, (1, "Item 10"): 5}
    assert table.catalogue.movie_ids.tolist() == [10, 20]


@pytest.mark.parametrize(
    "data",
    [
        "\ufeff" + CSV,
        CSV.encode("utf-16"),
        CSV.replace(",", ";"),
        CSV.replace(",", "\t"),
        "sep=;\n" + CSV.replace(",", ";").replace("2.5", "2,5"),
        CSV.replace("\n", "\r\n"),
        "\n\n" + CSV + ",,\n",
        "timestamp,rating,user,item\n1,4,7,10\n2,2.5,7,20\n3,5,9,10\n",
        "user,item,rating\n7,10,4,extra\n7,20,2.5\n9,10,5,\n",
        "user,item,rating,when\n" + CSV.partition("\n")[2],
        CSV.replace("rating", '"rating"').replace("user", '"user"').replace("\n", "\r"),
    ],
    ids=[
        *("bom", "utf16", "semicolon", "tab", "decimal comma", "crlf", "blank lines", "order", "ragged"),
        *("short rows", "old Mac"),
    ],
)
def test_however_a_spreadsheet_writes_it(tmp_path, data):
    assert as_dict(read_ratings(write(tmp_path, data))) == {
        (0, "Item 10"): 4,
        (0, "Item 20"): 2.5,
        (1, "Item 10"): 5,
    }


def test_a_long_file_is_not_in_memory_as_a_whole(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write("user,item,rating,when\n")
        file.writelines(f"{at % 50},{at % 997},{1 + at % 5},{at:0200}\n" for at in range(50_000))
    tracemalloc.start()
    rows = read_csv(path, max_rows=50_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(rows.frame) == 50_000
    assert peak < path.stat().st_size // 2


def test_titles_and_users_may_be_text(tmp_path):
    lines = ["user,title,rating", "ann,Amélie (2001),5", "ann,1984,3", "bob, Amélie (2001) ,4", "None,NA,2"]
    for encoding in ("utf-8", "latin-1"):
        table = read_ratings(write(tmp_path, "\n".join(lines).encode(encoding)))
        assert as_dict(table) == {(1, "Amélie"): 5, (1, "1984"): 3, (2, "Amélie"): 4, (0, "NA"): 2}
        assert sorted(table.catalogue.years.tolist()) == [0, 0, 2001]
        assert table.catalogue.n_ratings.sum() == 4


def test_of_the_same_user_and_film_the_last_rating_counts(tmp_path):
    table = read_ratings(write(tmp_path, CSV + "7,10,1\n9,20,3\n7,10,0.5\n"))
    assert as_dict(table) == {(0, "Item 20"): 2.5, (1, "Item 10"): 5, (1, "Item 20"): 3, (0, "Item 10"): 0.5}
    assert len(table) == 4


def pickled() -> bytes:
    return b"\x80\x04\x95\x0f\x00\x00\x00\x00\x00\x00\x00]\x94(K\x01K\x02K\x03e."


def workbook() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return packed.getvalue()


REFUSED = {
    "empty": ("", "is empty"),
    "blank": (" \n \n", "is empty"),
    "header only": ("user,item,rating\n", "no ratings under it"),
    "one column": ("rating\n4\n5\n", 'no column "user"'),
    "no header": ("1,31,2.5\n1,32,3\n", "first line must name"),
    "two ratings": ("user,item,rating,rating\n1,2,3,4\n", 'more than one column "rating"'),
    "zero": (CSV + "9,20,0\n", '"0.0" of "20" is not between 0.5 and 5'),
    "six": (CSV + "9,20,6\n", '"6.0" of "20"'),
    "word": (CSV + "9,20,five\n", '"five" of "20"'),
    "huge": (CSV + "9,20,1e400\n", '"1e400" of "20"'),
    "nan": (CSV + "9,20,NaN\n", "20"),
    "missing": (CSV + "9,20,\n", 'rating of "20" is empty'),
    "no item": (CSV + "9,,4\n", "missing in 1 row;"),
    "one user": ("user,item,rating\n1,2,3\n1,3,4\n", "at least two users"),
    "one item": ("user,item,rating\n1,2,3\n2,2,4\n", "at least two users and two items"),
    "open quote": ('user,item,rating\n1,"2,3\n4,5,6\n', "a quotation mark in the row that begins on line 2"),
    "pickle": (pickled(), "pickle"),
    "gzip": (gzip.compress(CSV.encode()), "gzip"),
    "workbook": (workbook(), "Excel workbook"),
    "old workbook": (b"\xd0\xcf\x11\xe0" + bytes(600), "Excel"),
    "parquet": (b"PAR1" + bytes(100), "Parquet"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
    "web page": ("<!DOCTYPE html><html></html>", "web page"),
    "odd utf-16": (codecs.BOM_UTF16_LE + b"\x00\xd8" * 9, "damaged, or no text"),
    "other zip": (zip_of(ratings="Name,Year,Rating\n"), "no ratings.csv and movies.csv"),
    "cut zip": (GROUPLENS[:-40], "damaged"),
    "bad crc": (GROUPLENS.replace(GROUPLENS[60:64], b"\0\0\0\0", 1), "damaged"),
    "no such columns": (zip_of(ratings="a,b\n1,2\n", movies="a\n1\n"), "not as GroupLens writes it"),
    "words in zip": (
        zip_of(ratings="userId,movieId,rating\n1,2,five\n", movies="movieId,title,genres\n"),
        "not as GroupLens writes it",
    ),
}


@pytest.mark.parametrize(("data", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_table_of_ratings_is_refused_in_one_sentence(tmp_path, data, words):
    with pytest.raises(InputError) as caught:
        read_ratings(write(tmp_path, data))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_missing_file_is_named_without_its_folder(tmp_path):
    with pytest.raises(InputError, match=r'no file "nothing\.csv"') as caught:
        read_ratings(tmp_path / "nothing.csv")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("data", [CSV, GROUPLENS], ids=["csv", "zip"])
def test_more_rows_than_allowed_are_refused(tmp_path, data):
    path = write(tmp_path, data)
    assert len(read_ratings(path, max_rows=3)) == 3
    with pytest.raises(InputError, match="more than 2"):
        read_ratings(path, max_rows=2)


def test_a_zip_bomb_is_stopped_while_it_unpacks(tmp_path):
    """One endless line of 200 MB, packed to 0.2 MB: pandas alone would hold all of it."""
    bomb = zip_of(ratings="userId,movieId,rating\n" + "1" * 200_000_000, movies="movieId,title,genres\n")
    path = write(tmp_path, bomb)
    tracemalloc.start()
    with pytest.raises(InputError, match="unpacks to more than"):
        read_ratings(path, max_rows=1_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_a_zip_of_very_many_files_is_refused(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for at in range(2_100):
            archive.writestr(str(at), b"")
    with pytest.raises(InputError, match="more than 2,000 files"):
        read_ratings(write(tmp_path, packed.getvalue()))


def check_grouplens(table: RatingsTable) -> None:
    assert as_dict(table) == {
        (0, "The Shawshank Redemption"): 5,
        (0, "Heat"): 3.5,
        (1, "Heat"): 4,
    }
    assert table.catalogue.movie_ids.tolist() == [6, 318]
    assert table.catalogue.years.tolist() == [1995, 1994]
    assert table.catalogue.genres == [("Action", "Crime"), ("Drama",)]


def test_a_grouplens_archive_by_path(tmp_path):
    check_grouplens(read_ratings(write(tmp_path, GROUPLENS, name="named_as.csv")))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def served(tmp_path) -> Iterator[str]:
    """The address of a local server that holds the archive."""
    write(tmp_path, GROUPLENS, name="ml-test.zip")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_grouplens_archive_by_address(served):
    table = read_ratings(f"{served}/ml-test.zip?key=secret")
    check_grouplens(table)
    assert table.source == "ml-test.zip"
    with pytest.raises(InputError, match="cannot be fetched"):
        read_ratings(f"{served}/gone.zip")


def test_movielens_is_known_by_its_folder_whatever_the_file_is_called(tmp_path):
    released = zip_of(
        ratings="userId,movieId,rating\n1,6,4\n2,7,3\n", movies="movieId,title,genres\n", folder="ml-25m"
    )
    assert read_ratings(write(tmp_path, released, name="films.zip")).source == "ml-25m.zip"
    assert read_ratings(write(tmp_path, GROUPLENS, name="ours.zip")).source == "ours.zip"


def test_no_id_of_a_user_and_no_time_is_kept(tmp_path):
    table = read_ratings(write(tmp_path, GROUPLENS, name="ml.zip"))
    assert set(table.__dataclass_fields__) == {"users", "films", "stars", "catalogue", "n_users", "source"}
    assert table.users.tolist() == [0, 0, 1]  # not 501, 777
    held = {float(value) for value in (*table.users, *table.films, *table.stars)}
    assert not held & {501.0, 777.0, 964982703.0, 964981247.0, 964982224.0}


def test_taking_rows_keeps_numbers_and_counts_films_anew():
    frame = pd.DataFrame({"user": [1, 1, 2], "item": [5, 6, 5], "rating": [4.0, 3.0, 2.0]})
    part = table_from_frame(frame).take(np.array([0, 1]))
    assert (part.n_users, part.n_films) == (2, 2)
    assert part.catalogue.n_ratings.tolist() == [1, 1]
    assert part.catalogue.mean_ratings.tolist() == [4.0, 3.0]
    empty = part.take(np.array([1]))
    assert empty.catalogue.n_ratings.tolist() == [0, 1]
    assert np.isnan(empty.catalogue.mean_ratings[0])


def test_by_user_visits_every_rating_once():
    table = table_from_frame(
        pd.DataFrame({"user": [3, 1, 3, 2], "item": [1, 1, 2, 2], "rating": [1.0, 2.0, 3.0, 4.0]})
    )
    seen = {}
    for rows, films, stars in table.by_user():
        assert len(set(table.users[rows].tolist())) == 1
        np.testing.assert_array_equal(table.films[rows], films)
        np.testing.assert_array_equal(table.stars[rows], stars)
        seen.update(dict.fromkeys(rows.tolist()))
    assert sorted(seen) == [0, 1, 2, 3]


def test_mixed_ids_in_one_column_are_text():
    frame = pd.DataFrame({"user": [1, "ann", 2.5], "item": [1, 2, 2], "rating": ["1", 2, "3.5"]})
    table = table_from_frame(frame)
    assert (table.n_users, table.n_films, table.stars.tolist()) == (3, 2, [1.0, 2.0, 3.5])


def test_reading_calls_one_function_a_row(tmp_path):
    """Some seconds for the millions of a large data set; every cell read by itself would take minutes."""
    rng = np.random.default_rng(0)
    steps = []
    sizes = 20_000, 200_000
    for n in sizes:
        frame = pd.DataFrame({"user": rng.integers(0, n // 50, n), "item": rng.integers(0, 5_000, n)})
        frame.assign(rating=rng.integers(1, 11, n) / 2).to_csv(tmp_path / "large.csv", index=False)
        steps.append(n_calls(lambda: read_ratings(tmp_path / "large.csv")))
    assert steps[1] - steps[0] < 1.1 * (sizes[1] - sizes[0])
