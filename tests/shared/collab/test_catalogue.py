import gzip
import subprocess
import sys

import numpy as np
import pytest

from shared.collab import catalogue as catalogues
from shared.collab.catalogue import Catalogue, build_catalogue, catalogue_from_bytes, catalogue_to_bytes
from shared.collab.titles import canonical, normalise, split_title, split_year
from tests.effort import n_calls


@pytest.mark.parametrize(
    ("raw", "title", "aliases"),
    [
        ("Toy Story", "Toy Story", ()),
        ("Matrix, The", "The Matrix", ()),
        ("Blind Side, The ", "The Blind Side", ()),
        ("Valachi Papers,The", "The Valachi Papers", ()),
        ("Dîner de cons, Le", "Le Dîner de cons", ()),
        (
            "City of Lost Children, The (Cité des enfants perdus, La)",
            "The City of Lost Children",
            ("La Cité des enfants perdus",),
        ),
        ("Star Maker, The (Uomo delle stelle, L')", "The Star Maker", ("L'Uomo delle stelle",)),
        ("Seven (a.k.a. Se7en)", "Seven", ("Se7en",)),
        ("Porco Rosso (Crimson Pig) (Kurenai no buta)", "Porco Rosso", ("Crimson Pig", "Kurenai no buta")),
        ("To Have, or Not (En avoir (ou pas))", "To Have, or Not", ("En avoir (ou pas)",)),
        ("(500) Days of Summer", "(500) Days of Summer", ()),
        ("Human Centipede II (Full Sequence), The", "The Human Centipede II (Full Sequence)", ()),
        (
            "Birdman: Or (The Unexpected Virtue of Ignorance)",
            "Birdman: Or (The Unexpected Virtue of Ignorance)",
            (),
        ),
        ("Unclosed (bracket", "Unclosed (bracket", ()),
        ("closed)", "closed)", ()),
        ("", "", ()),
    ],
)
def test_titles_are_split_as_people_read_them(raw, title, aliases):
    assert split_title(raw) == (title, aliases)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WALL·E", "wall e"),
        ("Amélie", "amelie"),
        ("Ordet / Søren & Łódź", "ordet soren and lodz"),
        ("E.T. the Extra-Terrestrial", "et the extra terrestrial"),
        ("M*A*S*H", "mash"),
        ("L.A. Confidential", "la confidential"),
        ("20,000 Leagues", "20000 leagues"),
        ("8½", "8 1 2"),
        ("Alien³", "alien3"),
        ("Ocean’s 11", "oceans 11"),
        ("L'Avventura", "l avventura"),
        ("千と千尋", "千と千尋"),
        ("!?", ""),
    ],
)
def test_what_people_spell_differently_is_taken_away(text, expected):
    assert normalise(text) == expected


def test_numbers_are_written_one_way():
    assert canonical("rocky iv") == canonical("rocky four") == "rocky 4"
    assert canonical("v for vendetta") == "v for vendetta"
    assert split_year("Heat (1995)") == ("Heat", 1995)
    assert split_year("1984") == ("1984", 0)


def test_catalogue_of_movielens(film_catalogue, film_table):
    assert len(film_catalogue) == 9066
    assert film_catalogue.movie_ids.dtype == np.int64
    matrix = film_catalogue.index_of(2571)
    assert film_catalogue.label(matrix) == "The Matrix (1999)"
    assert film_catalogue.genres[matrix] == ("Action", "Sci-Fi", "Thriller")
    assert film_catalogue.n_ratings[matrix] == 259
    assert film_catalogue.index_of(-1) is None
    assert (film_catalogue.movie_ids == film_table["movie_id"]).all()


def test_five_films_have_no_title_and_say_so(film_catalogue):
    nameless = [at for at in range(len(film_catalogue)) if not film_catalogue.is_named(at)]
    assert len(nameless) == 5
    assert film_catalogue.label(film_catalogue.index_of(108548)) == "Untitled film 108548"
    assert film_catalogue.genres[film_catalogue.index_of(143410)] == ()


def test_no_two_films_have_one_label(film_catalogue):
    labels = {film_catalogue.label(at) for at in range(len(film_catalogue))}
    assert len(labels) == len(film_catalogue)
    assert {"Hamlet (2000)", "Hamlet (2000), no. 65665"} <= labels  # the second has fewer ratings


def test_catalogue_survives_its_file(film_catalogue):
    data = catalogue_to_bytes(film_catalogue)
    again = catalogue_from_bytes(data)
    assert data == catalogue_to_bytes(film_catalogue)
    assert len(data) < 250_000
    for name in ("titles", "aliases", "genres"):
        assert getattr(again, name) == getattr(film_catalogue, name)
    for name in ("movie_ids", "years", "n_ratings"):
        assert (getattr(again, name) == getattr(film_catalogue, name)).all()
    np.testing.assert_allclose(again.mean_ratings, film_catalogue.mean_ratings, atol=5e-4)


def test_reading_the_file_takes_a_step_a_film_and_no_pandas(film_catalogue, tmp_path):
    path = tmp_path / catalogues.CATALOGUE_FILE
    path.write_bytes(catalogue_to_bytes(film_catalogue))
    assert n_calls(lambda: catalogues.read_catalogue(path)) < 1.5 * len(film_catalogue)
    code = (
        "import sys; from pathlib import Path; from shared.collab.catalogue import read_catalogue;"
        "import shared.collab.imports, shared.collab.ratings_input, shared.collab.exports;"
        f"read_catalogue(Path({str(path)!r}));"
        f"print(sorted({{'pandas', 'scipy', 'torch', 'sklearn'}} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_empty_catalogue_survives_its_file():
    empty = Catalogue(np.array([]), [], np.array([]), [], np.array([]), np.array([]))
    assert len(catalogue_from_bytes(catalogue_to_bytes(empty))) == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"movie_id,title",
        gzip.compress(b"\xff\xfe\x00"),
        gzip.compress(b"a,b\n1,2\n"),
        gzip.compress(",".join(catalogues.COLUMNS).encode() + b"\n1,2\n"),
        gzip.compress(",".join(catalogues.COLUMNS).encode() + b"\nx,T,,1999,,1,3\n"),
        gzip.compress(",".join(catalogues.COLUMNS).encode() + b"\n1,T,,1999,,1,3\n" * 2),
    ],
)
def test_other_bytes_are_no_catalogue(data):
    with pytest.raises(ValueError, match=r"catalogue|invalid literal"):
        catalogue_from_bytes(data)


def test_damaged_file_is_refused(film_catalogue):
    with pytest.raises(ValueError, match="damaged"):
        catalogue_from_bytes(catalogue_to_bytes(film_catalogue)[:-5000])


def test_unpacked_size_is_bounded(film_catalogue, monkeypatch):
    monkeypatch.setattr(catalogues, "MB", 5000)
    with pytest.raises(ValueError, match="64 MB"):
        catalogue_from_bytes(catalogue_to_bytes(film_catalogue))


def test_columns_of_unequal_length_are_refused(film_table):
    with pytest.raises(ValueError, match="equally long"):
        Catalogue(np.array([1]), ["A", "B"], np.array([0]), [()], np.array([1]), np.array([3.0]))
    with pytest.raises(ValueError, match="lacks the columns year"):
        build_catalogue(film_table.drop(columns=["year"]))
