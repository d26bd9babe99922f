import pytest

from shared.collab.matching import EXACT, PART, SPELLING, YEAR, Wanted, match_titles
from shared.limits import MAX_COMPARED_TITLES


def _match(catalogue, title, year=0, also=()):
    return match_titles(catalogue, [Wanted(title, year, tuple(also))])[0]


@pytest.mark.parametrize(
    ("title", "year", "label", "how"),
    [
        ("Matrix, The", 1999, "The Matrix (1999)", EXACT),
        ("the matrix", 0, "The Matrix (1999)", EXACT),
        ("Matrix", 1998, "The Matrix (1999)", YEAR),
        ("The Matrix", 2001, "The Matrix (1999)", YEAR),
        ("Amélie", 2001, "Amelie (2001)", EXACT),
        ("Le Fabuleux Destin d'Amélie Poulain", 2001, "Amelie (2001)", EXACT),
        ("Le Dîner de cons", 1998, "The Dinner Game (1998)", EXACT),
        ("Diner de cons, Le", 1998, "The Dinner Game (1998)", EXACT),
        ("Se7en", 1995, "Seven (1995)", EXACT),
        ("WALL-E", 2008, "WALL·E (2008)", EXACT),
        ("Rocky 2", 1979, "Rocky II (1979)", EXACT),
        ("Das Boot", 1981, "Das Boot (1981)", EXACT),
        ("Hamlet", 1948, "Hamlet (1948)", EXACT),
        ("The Professional", 1981, "The Professional (1981)", EXACT),
        ("The Professional", 1994, "Léon: The Professional (1994)", EXACT),
        ("Star Wars", 1977, "Star Wars: Episode IV - A New Hope (1977)", PART),
        ("The Empire Strikes Back", 1980, "Star Wars: Episode V - The Empire Strikes Back (1980)", PART),
        ("Shawshenk Redemption", 1994, "The Shawshank Redemption (1994)", SPELLING),
        ("Godfahter", 1972, "The Godfather (1972)", SPELLING),
        (
            "Birdman or (The Unexpected Virtue of Ignorance)",
            2014,
            "Birdman: Or (The Unexpected Virtue of Ignorance) (2014)",
            EXACT,
        ),
    ],
)
def test_film_is_found(film_catalogue, title, year, label, how):
    match = _match(film_catalogue, title, year)
    assert match.film is not None, match.reason
    assert (film_catalogue.label(match.film), match.how) == (label, how)


@pytest.mark.parametrize(
    ("title", "year", "reason", "suggestion"),
    [
        ("Dune", 2021, "another year", "Dune (1984)"),
        ("The Matrix", 2021, "another year", "The Matrix (1999)"),
        ("Hamlet", 0, "Add the year", "Hamlet (1996)"),
        ("The Professional", 0, "Add the year", "Léon: The Professional (1994)"),
        ("Insidious: Chapter 2", 2013, "No film here", "Insidious (2010)"),  # a sequel is another film
        ("Watchmen: The Making Of", 2009, "No film here", "Watchmen (2009)"),
        ("Rocky 12", 1979, "No film here", "Rocky II (1979)"),
        ("Godfahter", 0, "No film here", "The Godfather (1972)"),
    ],
)
def test_doubtful_film_is_suggested_and_not_taken(film_catalogue, title, year, reason, suggestion):
    match = _match(film_catalogue, title, year)
    assert match.film is None
    assert reason in match.reason
    assert suggestion in [film_catalogue.label(at) for at in match.suggestions]
    assert len(match.suggestions) <= 3


@pytest.mark.parametrize("title", ["", "   ", "!!!", "Untitled film 108548", "qqqq" * 1000, "\0"])
def test_title_that_says_nothing_matches_nothing(film_catalogue, title):
    match = _match(film_catalogue, title)
    assert match.film is None
    assert match.reason


def test_of_two_films_with_one_title_and_year_the_more_rated_is_taken(film_catalogue):
    match = _match(film_catalogue, "War of the Worlds", 2005)
    assert film_catalogue.movie_ids[match.film] == 34048
    assert "most ratings" in match.reason


def test_original_title_counts(film_catalogue):
    match = _match(film_catalogue, "Some unknown translation", 1998, ["Le dîner de cons"])
    assert film_catalogue.label(match.film) == "The Dinner Game (1998)"


def test_every_film_is_found_by_its_own_title_and_year(film_catalogue):
    named = [at for at in range(len(film_catalogue)) if film_catalogue.is_named(at)]
    wanted = [Wanted(film_catalogue.titles[at], int(film_catalogue.years[at])) for at in named]
    matches = match_titles(film_catalogue, wanted)
    wrong = [film_catalogue.label(at) for at, match in zip(named, matches, strict=True) if match.film != at]
    assert wrong == ["War of the Worlds (2005), no. 64997", "Hamlet (2000), no. 65665"]


def test_a_letter_too_many_never_leads_to_another_film(film_catalogue):
    named = [at for at in range(len(film_catalogue)) if film_catalogue.is_named(at)]
    wanted = []
    for at in named:
        title = film_catalogue.titles[at]
        half = len(title) // 2
        wanted.append(Wanted(f"{title[:half]}q{title[half:]}", int(film_catalogue.years[at])))
    parts = [wanted[at : at + MAX_COMPARED_TITLES] for at in range(0, len(wanted), MAX_COMPARED_TITLES)]
    matches = [match for part in parts for match in match_titles(film_catalogue, part)]
    found = [(at, match.film) for at, match in zip(named, matches, strict=True) if match.film is not None]
    assert len(found) > 0.85 * len(named)
    assert all(at == film for at, film in found)


def test_only_so_many_unknown_titles_are_compared_letter_by_letter(film_catalogue, monkeypatch):
    monkeypatch.setattr("shared.collab.matching.MAX_COMPARED_TITLES", 2)
    wanted = [Wanted(f"Nothing {name}") for name in ("one", "two")] + [
        Wanted("Tooy Story", 1995),
        Wanted("Heat", 1995),
    ]
    *_, late, exact = match_titles(film_catalogue, wanted)
    assert exact.how == EXACT
    assert late.film is None
    assert "send the others by themselves" in late.reason
    assert match_titles(film_catalogue, wanted[2:])[0].how == SPELLING
