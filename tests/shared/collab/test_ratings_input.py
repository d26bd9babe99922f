import math

import pytest

from shared.collab.ratings_input import check_stars, parse_ratings
from shared.errors import InputError
from shared.limits import MAX_RATINGS


def _deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


def test_ratings_by_id_and_by_title(film_catalogue):
    ratings, notes = parse_ratings(
        [
            {"movie_id": 2571, "rating": 4.5},
            {"title": "Heat", "rating": 3},
            {"title": "Hamlet (1996)", "rating": 2},
            {"title": "Dîner de cons, Le", "rating": 5},
            {"movie_id": 1.0, "rating": 0.5},
        ],
        film_catalogue,
    )
    labels = [film_catalogue.label(film_catalogue.index_of(movie_id)) for movie_id in ratings]
    assert labels == [
        "The Matrix (1999)", "Heat (1995)", "Hamlet (1996)", "The Dinner Game (1998)", "Toy Story (1995)",
    ]  # fmt: skip
    assert list(ratings.values()) == [4.5, 3.0, 2.0, 5.0, 0.5]
    assert all(type(movie_id) is int and type(stars) is float for movie_id, stars in ratings.items())
    assert notes == []


def test_no_ratings_are_fine(film_catalogue):
    assert parse_ratings([], film_catalogue) == ({}, [])


def test_one_and_all_the_same_are_fine(film_catalogue):
    assert parse_ratings([{"movie_id": 1, "rating": 3}], film_catalogue) == ({1: 3.0}, [])
    ids = film_catalogue.movie_ids[:50].tolist()
    ratings, _ = parse_ratings([{"movie_id": movie_id, "rating": 5} for movie_id in ids], film_catalogue)
    assert ratings == dict.fromkeys(ids, 5.0)


def test_same_film_twice_last_wins_and_is_stated(film_catalogue):
    items = [
        {"movie_id": 2571, "rating": 1},
        {"movie_id": 1, "rating": 3},
        {"title": "Matrix, The", "rating": 4.5},
    ]
    ratings, notes = parse_ratings(items, film_catalogue)
    assert ratings == {1: 3.0, 2571: 4.5}
    assert notes == ["Rated more than once, and the last rating counts: The Matrix (1999)."]


def test_a_title_read_as_another_is_stated(film_catalogue):
    ratings, notes = parse_ratings([{"title": "Shawshenk Redemption", "rating": 4}], film_catalogue)
    assert ratings == {318: 4.0}
    assert notes == ['"Shawshenk Redemption" was read as The Shawshank Redemption (1994).']
    _, notes = parse_ratings([{"title": "The Matrix (1998)", "rating": 4}], film_catalogue)
    assert notes == ['"The Matrix" was read as The Matrix (1999).']


@pytest.mark.parametrize("stars", [0.5 * step for step in range(1, 11)] + [1, 5])
def test_half_steps_are_allowed(stars):
    assert check_stars(stars) == stars


@pytest.mark.parametrize(
    "wrong",
    [0, 6, -1, 0.4, 5.5, 10, math.nan, math.inf, -math.inf, 1e308, 10**400, "five", "4", "", True, False,
     None, [4], {"stars": 4}, b"4", 4 + 0j],
)  # fmt: skip
def test_what_is_no_rating_is_refused_with_the_allowed_values(film_catalogue, wrong):
    with pytest.raises(InputError, match=r"0\.5 to 5 stars in half steps") as caught:
        parse_ratings([{"movie_id": 1, "rating": 3}, {"movie_id": 2571, "rating": wrong}], film_catalogue)
    assert str(caught.value).startswith("Rating 2: ")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(("wrong", "near"), [(3.7, "3.5 or 4"), (0.75, "0.5 or 1"), (4.999, "4.5 or 5")])
def test_a_rating_between_two_steps_names_its_neighbours(wrong, near):
    with pytest.raises(InputError, match=f"such as {near}"):
        check_stars(wrong)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (None, "must be a list, not an empty value"),
        ("x" * 10_000_000, "must be a list"),
        ({"movie_id": 1, "rating": 3}, "must be a list, not an object"),
        (5, "must be a list, not 5"),
        ([5], "Rating 1 is 5"),
        ([None], "Rating 1 is an empty value"),
        (_deep(10_000), "Rating 1 is a list"),
        ([[1, 4.0]], "Rating 1 is a list"),
        ([{}], "no field rating"),
        ([{"movie_id": 1}], "no field rating"),
        ([{"rating": 4}], "either movie_id or title"),
        ([{"movie_id": 1, "title": "Toy Story", "rating": 4}], "only one of them"),
        ([{"movie_id": 1, "rating": 4, "stars": 4}], 'unknown field "stars"'),
        ([{"movie_id": 1, "rating": 4, 7: 4}], "unknown field 7"),
        ([{"movie_id": 1, "rating": 4, "x" * 10**6: 4}], "unknown field"),
        ([{"movie_id": "1", "rating": 4}], "whole number"),
        ([{"movie_id": 1.5, "rating": 4}], "whole number"),
        ([{"movie_id": True, "rating": 4}], "whole number"),
        ([{"movie_id": None, "rating": 4}], "whole number"),
        ([{"movie_id": math.nan, "rating": 4}], "whole number"),
        ([{"movie_id": math.inf, "rating": 4}], "whole number"),
        ([{"movie_id": -5, "rating": 4}], "no film here has the movie_id -5. Search"),
        ([{"movie_id": 99_999_999, "rating": 4}], "Search for the film's title"),
        ([{"movie_id": 10**5000, "rating": 4}], "a very large number"),
        ([{"movie_id": 1e300, "rating": 4}], "a very large number"),
        ([{"title": 5, "rating": 4}], "must be a text, not 5"),
        ([{"title": None, "rating": 4}], "must be a text"),
        ([{"title": "  ", "rating": 4}], "title is empty"),
        ([{"title": "x" * 10_000_000, "rating": 4}], "longer than 300"),
        ([{"title": "Godfahter", "rating": 4}], "Did you mean The Godfather (1972) with movie_id 858"),
        ([{"title": "Hamlet", "rating": 4}], "Add the year"),
        ([{"title": "Dune (2021)", "rating": 4}], "another year"),
        ([{"title": "Untitled film 108548", "rating": 4}], "Search for a part"),
        ([{"title": "zzzzqqqqxxxx", "rating": 4}], "Search for a part of the title"),
        ([{"movie_id": 1, "rating": 4}] * (MAX_RATINGS + 1), "at most 10,000"),
    ],
)
def test_wrong_requests_get_a_plain_sentence(film_catalogue, items, message):
    with pytest.raises(InputError) as caught:
        parse_ratings(items, film_catalogue)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 400
