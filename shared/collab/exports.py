"""A visitor's ratings to take away.

ratings_to_csv({2571: 4.5}, catalogue)                 # columns movie_id, title, year, rating
import_ratings([("mine.csv", text.encode())], catalogue)  # reads it again
"""

from collections.abc import Mapping

from shared.collab.catalogue import Catalogue
from shared.tables.write_csv import write_csv

RATING_COLUMNS = ("movie_id", "title", "year", "rating")


def ratings_to_csv(ratings: Mapping[int, float], catalogue: Catalogue) -> str:
    """Write a visitor's ratings; films that the catalogue does not have keep their id and lose their name."""
    rows: list[tuple[int, str, int | None, float]] = []
    for movie_id, stars in ratings.items():
        place = catalogue.index_of(movie_id)
        title = catalogue.titles[place] if place is not None else ""
        year = int(catalogue.years[place]) or None if place is not None else None
        rows.append((movie_id, title, year, stars))
    return write_csv(RATING_COLUMNS, rows)
