import gzip
import io
import pickle  # noqa: TID251  (only written here, to see it refused)
import tracemalloc
import zipfile

import numpy as np
import pytest

from shared.collab.exports import ratings_to_csv
from shared.collab.imports import import_ratings
from shared.errors import InputError
from shared.tables.write_csv import write_csv

LETTERBOXD = """Date,Name,Year,Letterboxd URI,Rating
2024-01-02,The Matrix,1999,https://boxd.it/1,4.5
2024-01-03,Amélie,2001,https://boxd.it/2,5
2024-01-04,Se7en,1995,https://boxd.it/3,0.5
2024-01-05,"Good, the Bad and the Ugly, The",1967,https://boxd.it/4,4
2024-01-06,Dune,2021,https://boxd.it/5,3.5
"""
IMDB = """Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime,Year,Genres
tt1,10,2024-01-02,The Matrix,The Matrix,https://example.org,Movie,8.7,136,1999,Action
tt2,7,2024-01-03,The Dinner Game,Le dîner de cons,https://example.org,Movie,7.6,80,1998,Comedy
tt3,9,2024-01-04,Fargo,Fargo,https://example.org,TV Series,8.8,53,2014,Crime
tt4,1,2024-01-05,Heat,Heat,https://example.org,movie,8.3,170,1995,Crime
tt5,11,2024-01-06,Up,Up,https://example.org,movie,8.3,96,2009,Animation
"""
PLAIN = "title,year,rating\nThe Matrix,1999,4.5\nHeat (1995),,3\n"


def _zip(entries, **options):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _labels(result, catalogue):
    return {
        catalogue.label(catalogue.index_of(movie_id)): stars for movie_id, stars in result.ratings.items()
    }


# What is read


def test_letterboxd(film_catalogue):
    result = import_ratings([("ratings.csv", LETTERBOXD.encode())], film_catalogue)
    assert _labels(result, film_catalogue) == {
        "The Matrix (1999)": 4.5,
        "Amelie (2001)": 5.0,
        "Seven (1995)": 0.5,
        "The Good, the Bad and the Ugly (1966)": 4.0,
    }
    assert [entry["how"] for entry in result.matched] == ["exact", "exact", "exact", "year"]
    assert len(result.unmatched) == 1
    miss = result.unmatched[0]
    assert (miss["row"], miss["title"], miss["year"], miss["rating"]) == (6, "Dune", 2021, "3.5")
    assert "another year" in miss["reason"]
    assert miss["suggestions"][0]["label"] == "Dune (1984)"
    assert result.notes[0] == "ratings.csv was read as a Letterboxd export: 5 rows."
    assert "4 films matched, 1 row not." in result.notes


def test_letterboxd_zip(film_catalogue):
    data = _zip(
        {
            "letterboxd-someone/profile.csv": "Username\nsomeone\n",
            "letterboxd-someone/watched.csv": "Date,Name,Year,Letterboxd URI\n",
            "letterboxd-someone/deleted/ratings.csv": "Name,Year,Rating,Letterboxd URI\nUp,2009,1,x\n",
            "letterboxd-someone/ratings.csv": LETTERBOXD,
            "letterboxd-someone/lists/inner.zip": _zip({"ratings.csv": "a,b\n"}),
            "__MACOSX/letterboxd-someone/._ratings.csv": "\0\1",
        }
    )
    result = import_ratings(data, film_catalogue)
    assert result == import_ratings([("ratings.csv", LETTERBOXD.encode())], film_catalogue)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_imdb(film_catalogue, encoding):
    result = import_ratings(IMDB.encode(encoding), film_catalogue)
    assert _labels(result, film_catalogue) == {
        "The Matrix (1999)": 5.0,
        "The Dinner Game (1998)": 3.5,
        "Heat (1995)": 0.5,
    }
    reasons = {entry["title"]: entry["reason"] for entry in result.unmatched}
    assert reasons == {
        "Fargo": "This is no film but of the type TV Series.",
        "Up": "11 is not a rating of IMDb: use whole numbers from 1 to 10.",
    }
    assert "IMDb's 1 to 10 were halved to 0.5 to 5 stars." in result.notes
    assert "No films, so not matched: 1 (series, episodes, games)." in result.notes


def test_old_imdb_export(film_catalogue):
    text = (
        '"position","const","created","modified","description","Title","Title type","Directors","You rated",'
        '"IMDb Rating","Runtime (mins)","Year","Genres","Num. Votes","Release Date (month/day/year)","URL"\n'
        '"1","tt1","2 Jan 2010","","","Le fabuleux destin d\'Amélie Poulain","Feature Film","","8",'
        '"8.6","122","2001","comedy","1","2001-04-25","http://example.org"\n'
    )
    result = import_ratings(text.encode("latin-1"), film_catalogue)
    assert _labels(result, film_catalogue) == {"Amelie (2001)": 4.0}
    assert any("not UTF-8" in note for note in result.notes)


@pytest.mark.parametrize(
    "text",
    [
        "userId,movieId,rating,timestamp\n7,2571,4.5,1\n7,6,3.0,2\n7,999999999,1,3\n",
        "movie_id,imdb_id,tmdb_id,rating,average_rating,title\n"
        "2571,1,1,4.5,4.19,The Matrix (1999)\n6,113277,949,3,3.9,Heat (1995)\n999999999,1,1,1,3,Nothing\n",
    ],
)
def test_movielens(film_catalogue, text):
    result = import_ratings(text.encode(), film_catalogue)
    assert result.ratings == {2571: 4.5, 6: 3.0}
    assert [entry["how"] for entry in result.matched] == ["id", "id"]
    assert len(result.unmatched) == 1


def test_movielens_id_that_is_not_here_falls_back_on_the_title(film_catalogue):
    text = "movie_id,rating,title\n999999999,4,Heat (1995)\n"
    assert import_ratings(text.encode(), film_catalogue).ratings == {6: 4.0}


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", ";").replace("4.5", "4,5"),
        PLAIN.replace("4.5", '"4,5"'),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\n\n"),
        "sep=,\n" + PLAIN,
        PLAIN.replace("title,year,rating", "Film,Year,Stars"),
        PLAIN.replace("title,year,rating", " TITLE , Year, Rating "),
        PLAIN.replace("\n", ",,\n"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_any_csv_with_title_and_rating(film_catalogue, text, encoding):
    result = import_ratings(text.encode(encoding), film_catalogue)
    assert result.ratings == {2571: 4.5, 6: 3.0}
    assert result.unmatched == []


def test_paths_and_several_files(film_catalogue, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(PLAIN)
    result = import_ratings([path, ("more.csv", b"title,rating\nToy Story,2\nHeat,1\n")], film_catalogue)
    assert result.ratings == {2571: 4.5, 1: 2.0, 6: 1.0}
    assert any("last rating counts: Heat (1995)" in note for note in result.notes)


# Nothing is dropped silently


def test_same_film_twice_last_wins_and_is_stated(film_catalogue):
    text = "title,year,rating\nThe Matrix,1999,1\nHeat,1995,2\nMatrix, The,1999,5\n".replace(
        "Matrix, The", '"Matrix, The"'
    )
    result = import_ratings(text.encode(), film_catalogue)
    assert result.ratings == {6: 2.0, 2571: 5.0}
    assert [entry["kept"] for entry in result.matched] == [False, True, True]
    assert "Rated more than once, and the last rating counts: The Matrix (1999)." in result.notes


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("The Matrix,1999,0", "0 is not a rating here: use 0.5 to 5 stars in half steps."),
        ("The Matrix,1999,6", "6 is not a rating here"),
        ("The Matrix,1999,-1", '"-1" is not a rating here'),
        ("The Matrix,1999,3.7", "such as 3.5 or 4"),
        ("The Matrix,1999,NaN", '"NaN" is not a rating here'),
        ("The Matrix,1999,inf", '"inf" is not a rating here'),
        ("The Matrix,1999,1e400", '"1e400" is not a rating here'),
        ("The Matrix,1999,five", '"five" is not a rating here'),
        ("The Matrix,1999,٤", "is not a rating here"),
        ("The Matrix,1999,=4+1", "is not a rating here"),
        ("The Matrix,1999,", "no rating"),
        ("The Matrix,1999", "no rating"),
        ("The Matrix", "no rating"),
        (",1999,4", "no title"),
        ("Matrix, The,1999,4", "quotation marks"),
        ('"The Matrix,1999,4\nHeat,1995,3\nUp",2009,3', "runs over 3 lines"),
        ("The Matrix,2021,4", "another year"),
        ("Hamlet,,4", "Add the year"),
        ("Shwshnk Rdmptn,1994,4", "No film here has this title"),
        ("Qqqqzzzz,1994,4", "No film here has this title"),
        ("=SUM(A1:A9),1994,4", "No film here has this title"),
    ],
)
def test_a_row_that_does_not_count_is_listed_with_its_reason(film_catalogue, row, reason):
    result = import_ratings(f"title,year,rating\nToy Story,1995,4\n{row}\n".encode(), film_catalogue)
    assert result.ratings == {1: 4.0}
    assert len(result.unmatched) == 1
    assert reason in result.unmatched[0]["reason"]
    assert "1 film matched, 1 row not." in result.notes


def test_suggestions_name_the_film(film_catalogue):
    result = import_ratings(b"title,rating\nGodfahter,4\n", film_catalogue)
    assert result.unmatched[0]["suggestions"][0] == {"movie_id": 858, "label": "The Godfather (1972)"}


def test_every_row_is_in_exactly_one_list(film_catalogue):
    rng = np.random.default_rng(1)
    rows = []
    for at in rng.choice(len(film_catalogue), 300).tolist():
        title = film_catalogue.titles[at]
        rows.append(
            (
                title[: rng.integers(1, 80)],
                rng.choice([0, 1990, film_catalogue.years[at]]),
                rng.integers(0, 7),
            )
        )
    result = import_ratings(write_csv(("title", "year", "rating"), rows).encode(), film_catalogue)
    assert sorted(entry["row"] for entry in result.matched + result.unmatched) == list(range(2, 302))
    assert len(result.ratings) == sum(entry["kept"] for entry in result.matched)


# What is refused


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "is empty"),
        (b"title,year,rating\n", "has a header but no ratings"),
        (b"title\nHeat\n", "is no export known here"),
        (b"a,b,c\n1,2,3\n", "title and rating"),
        (b"\x00\x01\x02\x03 not a text", "is no text"),
        (
            b"Date,Name,Year,Letterboxd URI\n2024-01-01,Heat,1995,x\n",
            "looks like a Letterboxd export, but lacks Rating",
        ),
        (
            b"Date,Name,Letterboxd URI,Rating\n2024-01-01,Heat,x,4\n",
            "lacks Year. It needs Name, Year, Rating",
        ),
        (b"Const,Title,Year,URL\ntt1,Heat,1995,x\n", "looks like an IMDb export, but lacks Your Rating"),
        (b"Const,Your Rating,URL\ntt1,8,x\n", "lacks Title and Year"),
        (b"title,rating,rating\nHeat,4,5\n", "two columns called rating"),
        (b"userId,movieId,rating\n1,1,4\n2,1,4\n", "ratings of 2 people"),
        (gzip.compress(PLAIN.encode()), "compressed with gzip"),
        (_zip({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "old Excel workbook"),
        (b"PAR1" + b"\0" * 99, "Parquet"),
        (pickle.dumps({"title": "Heat"}), "pickle"),
        (pickle.dumps({"title": "Heat"}, protocol=2), "pickle"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b'[{"title": "Heat", "rating": 4}]', "JSON"),
        (b'title,rating\n"' + b"x" * 99_000 + b"\n" + b"y" * 99_000, "quotation mark"),
        (b'title,rating\n"Heat,4\nUp,3\n', "a quotation mark in the row that begins on line 2 is not closed"),
        (b"title,rating\n" + b"," * 2_000_000, "more than 1,000,000 characters"),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 99, "HDF5"),
        (b"title,rating" + b",x" * 300 + b"\nHeat,4\n", "more than 200 columns"),
        (b"title,rating\n" + b"Heat,4\n" * 20_001, "more than 20,000 rows"),
        (b"title,rating\n" + b" " * (21 << 20), "larger than 20 MB"),
        (_zip({"readme.txt": "hello"}), "no ratings.csv"),
        (_zip({"a.csv": PLAIN, "b.csv": PLAIN}), "no ratings.csv"),
        (_zip({"ratings.csv": ""}), "is empty"),
        (_zip({"ratings.csv": _zip({"ratings.csv": PLAIN})}), "zip inside a zip"),
        (_zip({"../ratings.csv": PLAIN}), "points elsewhere"),
        (_zip({"/ratings.csv": PLAIN}), "points elsewhere"),
        (_zip({"C:\\ratings.csv": PLAIN}), "points elsewhere"),
        (_zip({"ratings.csv": LETTERBOXD})[:-30], "damaged"),
        (_zip({f"{n}.csv": "" for n in range(2_100)}), "more than 2000 files"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_plain_sentence(film_catalogue, data, message):
    with pytest.raises(InputError) as caught:
        import_ratings([("ratings.csv", data)], film_catalogue)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("files", [None, [], "ratings.csv", 5, ["ratings.csv"], [("a.csv", "text")], {}])
def test_what_is_no_file_is_refused(film_catalogue, files):
    with pytest.raises(InputError, match=r"no file|This is no file"):
        import_ratings(files, film_catalogue)


def test_too_many_files_and_a_missing_one(film_catalogue, tmp_path):
    with pytest.raises(InputError, match="at most 5"):
        import_ratings([PLAIN.encode()] * 6, film_catalogue)
    with pytest.raises(InputError, match="could not be read"):
        import_ratings(tmp_path / "gone.csv", film_catalogue)
    half = b"title,rating\n" + b"Heat,4\n" * 11_000
    with pytest.raises(InputError, match="22,000 rows"):
        import_ratings([half, half], film_catalogue)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\0b\u202egnp.csv", "🎬" * 500, ""])
def test_names_of_files_are_only_shown(film_catalogue, name):
    with pytest.raises(InputError) as caught:
        import_ratings([(name, b"")], film_catalogue)
    message = str(caught.value)
    assert "/" not in message
    assert message.isprintable()
    assert len(message) < 150


def test_encrypted_zip_is_refused(film_catalogue):
    data = bytearray(_zip({"ratings.csv": LETTERBOXD}))
    data[6] |= 1  # the flag in the entry's own header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    with pytest.raises(InputError, match="password"):
        import_ratings(bytes(data), film_catalogue)


def test_symlink_in_a_zip_is_refused(film_catalogue):
    link = zipfile.ZipInfo("ratings.csv")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InputError, match="points elsewhere"):
        import_ratings(buffer.getvalue(), film_catalogue)


def test_unusual_packing_is_refused(film_catalogue):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("ratings.csv", LETTERBOXD)
    with pytest.raises(InputError, match="unusual"):
        import_ratings(buffer.getvalue(), film_catalogue)


def test_zip_bomb_is_refused_in_little_memory(film_catalogue):
    honest = _zip({"ratings.csv": b"\n" * (300 << 20)})
    lying = bytearray(honest)
    at = lying.index(b"PK\x01\x02") + 24  # the unpacked size in the directory
    lying[at : at + 4] = (1000).to_bytes(4, "little")
    for data, message in ((honest, "unpacks to more than 20 MB"), (bytes(lying), "damaged")):
        tracemalloc.start()
        with pytest.raises(InputError, match=message):
            import_ratings(data, film_catalogue)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak_bytes < 100 << 20


# Many rows


@pytest.mark.parametrize("kind", ["exact", "misspelt", "unknown"])
def test_5000_rows_are_matched(film_catalogue, kind):
    rng = np.random.default_rng(0)
    rows = []
    for at in rng.choice(len(film_catalogue), 5000, replace=False).tolist():
        title, year = film_catalogue.titles[at], film_catalogue.years[at]
        if kind == "misspelt":
            title = f"{title[:2]}q{title[2:]}"
        elif kind == "unknown":
            title, year = f"{''.join(rng.choice(list('abcdefgh ijklmnop'), 24))} {at}", ""
        rows.append(("2024-01-01", title, year, "https://boxd.it/x", 3.5))
    data = write_csv(("Date", "Name", "Year", "Letterboxd URI", "Rating"), rows).encode()
    result = import_ratings([("ratings.csv", data)], film_catalogue)
    assert len(result.matched) + len(result.unmatched) == 5000
    assert len(result.matched) >= {"exact": 4990, "misspelt": 4000, "unknown": 0}[kind]


# What is taken away


def test_own_ratings_come_back_from_their_csv(film_catalogue):
    ids = film_catalogue.movie_ids[::37].tolist()
    ratings = {movie_id: 0.5 + 0.5 * (movie_id % 10) for movie_id in ids}
    text = ratings_to_csv(ratings, film_catalogue)
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        assert import_ratings(data, film_catalogue).ratings == ratings


def test_film_that_is_not_here_keeps_its_id_on_export(film_catalogue):
    assert ratings_to_csv({999999999: 4.0}, film_catalogue).splitlines()[1] == '"999999999","","","4.0"'
