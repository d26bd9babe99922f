"""The embedding size rule: equal to fastai's own, for typed counts and for columns of a file."""

import gzip

import pytest

from shared.collab import embedding_size
from shared.collab.embedding_size import CategoryColumn
from shared.errors import InputError
from shared.limits import MAX_CATEGORY_COLUMNS, MAX_CATEGORY_FILE_MB, MAX_CATEGORY_ROWS, MB


def test_the_rule_equals_fastai():
    from fastai.tabular import model

    for n_cat in [*range(1, 3000), 9067, 10_000, 39_000, 10**6, 10**9]:
        assert embedding_size.emb_sz_rule(n_cat) == model.emb_sz_rule(n_cat)


def test_sizes_of_a_table_equal_fastai(tmp_path):
    import pandas as pd
    from fastai.tabular.core import Categorify, TabularPandas
    from fastai.tabular.model import get_emb_sz

    frame = pd.DataFrame(
        {
            "userId": [i % 37 for i in range(200)],
            "title": [f"film {i % 111}" for i in range(200)],
            "mood": [["good", "bad", None][i % 3] for i in range(200)],
        }
    )
    names = list(frame.columns)
    expected = get_emb_sz(TabularPandas(frame, procs=[Categorify], cat_names=names))
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    sizes = embedding_size.get_emb_sz(embedding_size.read_category_columns(path))
    assert [(size.n_entries, size.n_factors) for size in sizes] == expected
    assert [size.name for size in sizes] == names
    assert sizes[0].n_numbers == sizes[0].n_entries * sizes[0].n_factors


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user 671, film 9066", [("user", 671), ("film", 9066)]),
        ("user: 671\nfilm=9066;", [("user", 671), ("film", 9066)]),
        ("7, 12", [("column 1", 7), ("column 2", 12)]),
        ("day of week 7", [("day of week", 7)]),
    ],
)
def test_typed_counts(text, expected):
    assert [(c.name, c.n_levels) for c in embedding_size.parse_counts(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ,; ",
        "user",
        "user 0",
        "user -5",
        "user 1.5",
        "user nan",
        "user 1e9",
        "film 99999999999",
        "a 1\u0663",
        None,
    ],
)
def test_counts_that_make_no_sense(text):
    with pytest.raises(InputError):
        embedding_size.parse_counts(text)


def test_too_many_counts():
    with pytest.raises(InputError, match=f"{MAX_CATEGORY_COLUMNS} that matter"):
        embedding_size.parse_counts(",".join(["a 5"] * (MAX_CATEGORY_COLUMNS + 1)))


@pytest.mark.parametrize("n_cat", [0, -1, float("nan"), float("inf"), 2.5, "7", True, None, 10**400])
def test_the_rule_refuses_what_is_no_count(n_cat):
    with pytest.raises(InputError):
        embedding_size.emb_sz_rule(n_cat)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"film,stars\nAlien,4\nUp,5\n", [("film", 2, True), ("stars", 2, True)]),
        ("\ufefffilm;prix\nAmélie;4,5\nAlien;3,5\n".encode(), [("film", 2, True)]),
        ("film\tx\nAmélie\ty\n".encode("utf-16"), [("film", 1, True), ("x", 1, True)]),
        ("film\nAmélie\nZoé\n".encode("latin-1"), [("film", 2, True)]),
        (b"a,a,\n1,x,y\n", [("a", 1, True), ("a (2)", 1, True), ("column 3", 1, True)]),
        (b"film,note\nUp\n\nAlien,good\n", [("film", 2, True), ("note", 1, True)]),
        (b"film,price\r\nUp,inf\r\nAlien,1e400\r\n", [("film", 2, True)]),
        (b"all,missing\nx,\ny,NaN\n", [("all", 2, True)]),
        (
            b"userId,age\n" + b"".join(b"%d,%d\n" % (i, i) for i in range(30)),
            [("userId", 30, True), ("age", 30, False)],
        ),
    ],
)
def test_columns_of_a_file(tmp_path, data, expected):
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    assert embedding_size.read_category_columns(path) == [CategoryColumn(*column) for column in expected]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"a,b\n", "no rows"),
        (b"a,b\n1,2,3\n", "3 cells"),
        (b'a,b\n"' + b"x" * 200_000, "quotation mark"),
        (b"a\n1.5\n2.5\n", "No column here is a category"),
        (gzip.compress(b"a\n1\n"), "gzip"),
        (b"PK\x03\x04rest", "zip"),
        (b"PAR1rest", "Parquet"),
        (b"\x80\x04rest", "pickle"),
        (b"a\n\x00\n", "no text"),
        (b"\xff\xfea", "UTF-8"),
        (",".join(["a"] * 5000).encode() + b"\n1\n", f"{MAX_CATEGORY_COLUMNS} that matter"),
        (b"a\n" + b"1\n" * (MAX_CATEGORY_ROWS + 1), "more than"),
        (b"a" * (MAX_CATEGORY_FILE_MB * MB + 1), "larger than"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, data, words):
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=words):
        embedding_size.read_category_columns(path)
