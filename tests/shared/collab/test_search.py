import numpy as np
import pytest

from shared.collab.catalogue import Catalogue
from shared.collab.search import search_titles, warm_search
from shared.errors import InputError
from tests.effort import n_calls


def _labels(catalogue, query, n=5):
    return [catalogue.label(at) for at in search_titles(catalogue, query, n)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("matri", "The Matrix (1999)"),
        ("Matrix, The", "The Matrix (1999)"),
        ("THE MATRIX", "The Matrix (1999)"),
        ("the", "The Shawshank Redemption (1994)"),
        ("up", "Up (2009)"),
        ("se7en", "Seven (1995)"),
        ("2001", "2001: A Space Odyssey (1968)"),
        ("1984", "1984 (1984)"),
        ("Ocean's 11", "Ocean's Eleven (2001)"),
        ("oceans twelve", "Ocean's Twelve (2004)"),
        ("rocky 2", "Rocky II (1979)"),
        ("die hard", "Die Hard (1988)"),
        ("amélie", "Amelie (2001)"),
        ("diner de cons", "The Dinner Game (1998)"),
        ("avventura", "L'Avventura (1960)"),
        ("la confid", "L.A. Confidential (1997)"),
        ("mash", "M*A*S*H (1970)"),
        ("walle", "WALL·E (2008)"),
        ("spiderman", "Spider-Man (2002)"),
        ("fellowship ring", "The Lord of the Rings: The Fellowship of the Ring (2001)"),
        ("heat 1995", "Heat (1995)"),
        ("1995 heat", "Heat (1995)"),
        ("heat (1995)", "Heat (1995)"),
        ("the thing 2011", "The Thing (2011)"),
        ("blade runner 1983", "Blade Runner (1982)"),
        ("blade runner 2049", "Blade Runner (1982)"),
        ("godfahter", "The Godfather (1972)"),
        ("godfaht", "The Godfather (1972)"),
        ("forest gump", "Forrest Gump (1994)"),
        ("shawshenk redemption", "The Shawshank Redemption (1994)"),
        ("lord of the rigns fellowshp", "The Lord of the Rings: The Fellowship of the Ring (2001)"),
    ],
)
def test_first_hit(film_catalogue, query, first):
    assert _labels(film_catalogue, query)[0] == first


@pytest.mark.parametrize("query", ["", "   ", "'", "!!!", "lotr", "日本", "untitled film 108", "x" * 5000])
def test_nothing_is_found_for_nothing(film_catalogue, query):
    assert search_titles(film_catalogue, query) == []


def test_popular_first_and_never_more_than_asked(film_catalogue):
    found = search_titles(film_catalogue, "star trek", 8)
    assert len(found) == 8
    assert film_catalogue.label(found[0]) == "Star Trek (2009)"  # the title itself
    counts = film_catalogue.n_ratings[found[1:]]
    assert (np.diff(counts) <= 0).all()
    assert len(set(found)) == 8


def test_year_alone_lists_the_films_of_that_year(film_catalogue):
    found = search_titles(film_catalogue, "1995", 20)
    assert set(film_catalogue.years[found]) == {1995}


def test_every_title_finds_its_film(film_catalogue):
    rng = np.random.default_rng(0)
    for at in rng.choice(len(film_catalogue), 200, replace=False).tolist():
        if film_catalogue.is_named(at):
            query = f"{film_catalogue.titles[at]} {film_catalogue.years[at]}"
            assert at in search_titles(film_catalogue, query, 3), query


@pytest.mark.parametrize("wrong", [None, 5, ["heat"], b"heat"])
def test_query_that_is_no_text_is_refused(film_catalogue, wrong):
    with pytest.raises(InputError, match="needs a text"):
        search_titles(film_catalogue, wrong)


@pytest.mark.parametrize("n", [0, -1, 101, 2.5, True, None])
def test_number_of_results_is_bounded(film_catalogue, n):
    with pytest.raises(InputError, match="1 to 100"):
        search_titles(film_catalogue, "heat", n)


def test_a_query_goes_over_the_films_once_at_most(film_catalogue):
    warm_search(film_catalogue)
    search_titles(film_catalogue, "godfahter")  # imports rapidfuzz
    queries = ["a", "the", "heat 1995", "godfahter", "the lord of the rigns retrun of teh knig 2003"]
    queries += ["matrxi star dinosar kingdm castel", "a b c d e f g " * 20, "someword otherword " * 20]
    for query in queries:
        assert n_calls(lambda query=query: search_titles(film_catalogue, query)) < 1.2 * len(film_catalogue)


def test_empty_catalogue_finds_nothing():
    empty = Catalogue(np.array([]), [], np.array([]), [], np.array([]), np.array([]))
    assert search_titles(empty, "heat 1995") == []
    assert search_titles(empty, "heat") == []
