"""A visitor's CSV: read whatever wrote it, or refused with one sentence that says what to do."""

import gzip
import io

import pytest

from shared.collab import own_ratings
from shared.collab.own_ratings import read_own_ratings
from shared.errors import InputError

ROWS = [(f"u{i % 9}", f"Book {i % 14}", 0.5 + (i * 7 % 10) / 2) for i in range(120)]
DISTINCT = len({(user, item) for user, item, _ in ROWS})


def as_csv(rows=ROWS, *, header="user,item,rating", separator=",", decimal="."):
    lines = [header] if header else []
    lines += [separator.join((user, item, f"{stars:g}".replace(".", decimal))) for user, item, stars in rows]
    return "\n".join(lines)


def read(tmp_path, data):
    path = tmp_path / "any name.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_own_ratings(path)


@pytest.mark.parametrize(
    "data",
    [
        as_csv(),
        as_csv(header="userId,movieId,rating"),
        as_csv(header="Reader;Book;Stars", separator=";", decimal=","),
        as_csv(separator="\t", header="USER\tTitle\t Score "),
        as_csv().encode("utf-16"),
        as_csv().encode("utf-8-sig"),
        "sep=,\r\n" + as_csv().replace("\n", "\r\n"),
        "\n".join(f"{line},2021-01-01" for line in as_csv(header="user,item,rating").split("\n")),
    ],
    ids=["plain", "grouplens", "semicolon", "tab", "utf16", "bom", "excel", "more columns"],
)
def test_however_it_is_written_it_is_the_same_table(tmp_path, data):
    facts = read(tmp_path, data).facts
    assert (facts.n_ratings, facts.n_users, facts.n_items) == (DISTINCT, 9, 14)
    assert facts.examples[0] == ("u0", "Book 0", "0.5")
    assert len(facts.examples) == own_ratings.N_EXAMPLES


def test_of_a_repeated_item_the_last_rating_counts_and_it_is_said(tmp_path):
    rows = [(f"u{i % 7}", f"b{i}", 4.0) for i in range(60)]
    own = read(tmp_path, as_csv([*rows, ("u0", "b0", 1.0)]))
    assert own.facts.n_ratings == 60
    assert any("1 row rates an item again" in note for note in own.facts.notes)
    assert own.table.stars.min() == 1.0


def test_no_header_wrong_letters_and_gaps_are_said(tmp_path):
    text = as_csv(header="").replace("Book 3", "Livré 3") + "\n,b,3\nu1,,4\n\nu1\n"
    facts = read(tmp_path, text.encode("latin-1")).facts
    said = " ".join(facts.notes)
    assert "no header" in said
    assert "not UTF-8" in said
    assert "3 rows lack" in said


def test_numbers_as_items_stay_ids_and_texts_become_titles(tmp_path):
    rows = [(f"u{i % 7}", str(100 + i % 20), 4.0 - i % 3) for i in range(70)]
    assert read(tmp_path, as_csv(rows)).table.catalogue.index_of(105) is not None
    titles = read(tmp_path, as_csv([(u, f"Film {i} (1999)", s) for u, i, s in rows])).table.catalogue
    assert titles.years[0] == 1999


def test_the_files_name_and_users_stay_out_of_the_table(tmp_path):
    table = read(tmp_path, as_csv()).table
    assert table.source == "own ratings"
    assert "u0" not in repr(table.catalogue)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        ("user,item,rating\n", "too few"),
        ("\n\n" + as_csv() + "\nu1,b,7", 'Line 124: the rating "7"'),
        (
            "sep=,\n"
            + as_csv([("u1", "two\nlines", 3), ("u1", "b", 7)]).replace("two\nlines", '"two\nlines"'),
            "Line 5",
        ),
        ("rating\n3\n4", 'no column "user"'),
        ("user,item\na,b", 'no column "rating"'),
        ("user,item,rating,rating\n" + "a,b,3,4\n" * 60, 'more than one column "rating"'),
        (as_csv() + "\nu1,b,0", 'Line 122: the rating "0"'),
        (as_csv() + "\nu1,b,6", "from 0.5 to 5"),
        (as_csv() + "\nu1,b,five", '"five"'),
        (as_csv() + "\nu1,b,nan", '"nan"'),
        (as_csv() + "\nu1,b,inf", '"inf"'),
        (as_csv() + "\nu1,b,1e400", '"1e400"'),
        (as_csv() + '\nu1,b,"1,234"', '"1,234"'),
        (as_csv() + "\nu1,b,EUR 5", '"EUR 5"'),
        (as_csv() + '\nu1,"b,4', "quotation mark"),
        (gzip.compress(as_csv().encode()), "compressed with gzip"),
        (b"PK\x03\x04" + bytes(200), "Excel workbook or a zip"),
        (b"PAR1" + bytes(200), "Parquet"),
        (b"\x80\x04\x95" + bytes(200), "pickle"),
        (b"user,item,rating\0", "no text"),
        (",".join(f"c{i}" for i in range(5000)), "columns"),
        (as_csv([("u1", f"b{i}", 3.0) for i in range(60)]), "at least two users"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(tmp_path, data, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, data)


def test_caps_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(own_ratings, "MAX_UPLOADED_RATINGS", 100)
    with pytest.raises(InputError, match="more than 100 ratings"):
        read(tmp_path, as_csv())
    monkeypatch.setattr(own_ratings, "MAX_UPLOADED_RATINGS", 1000)
    monkeypatch.setattr(own_ratings, "MAX_UPLOADED_USERS", 5)
    with pytest.raises(InputError, match="9 users"):
        read(tmp_path, as_csv())
    monkeypatch.setattr(own_ratings, "MAX_UPLOADED_RATINGS_MB", 0)
    with pytest.raises(InputError, match="larger than 0 MB"):
        read(tmp_path, as_csv())


def test_a_file_that_was_swept_away(tmp_path):
    with pytest.raises(InputError, match="Upload it again"):
        read_own_ratings(tmp_path / "gone.csv")


def test_the_largest_allowed_file_is_read_quickly(tmp_path):
    text = io.StringIO()
    text.write("user,item,rating\n")
    for i in range(own_ratings.MAX_UPLOADED_RATINGS):
        text.write(f"{i % 9_999},{i * 7 % 10_007},{1 + i % 5}\n")
    assert read(tmp_path, text.getvalue()).facts.n_ratings > 190_000
