"""Tables that a visitor takes away as CSV, safe to open in a spreadsheet.

A spreadsheet runs a cell that begins with =, +, - or @ as a formula. Text cells that do get an apostrophe in
front, which makes them text; numbers stay numbers.

    rows_to_csv(("title", "stars"), [("=SUM(A1)", 4.5)])   # the second line is '=SUM(A1),4.5
    ratings_to_csv({2571: 4.5}, catalogue)                 # columns movie_id, title, year, rating
    import_ratings([("mine.csv", text.encode())], catalogue)  # reads it again
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from shared.collab.catalogue import Catalogue

RATING_COLUMNS = ("movie_id", "title", "year", "rating")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def rows_to_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table as CSV; None becomes an empty cell. Encode it as utf-8-sig for Excel's sake."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_harmless(column) for column in columns])
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def ratings_to_csv(ratings: Mapping[int, float], catalogue: Catalogue) -> str:
    """Write a visitor's ratings; films that the catalogue does not have keep their id and lose their name."""
    rows: list[tuple[int, str, int | None, float]] = []
    for movie_id, stars in ratings.items():
        place = catalogue.index_of(movie_id)
        title = catalogue.titles[place] if place is not None else ""
        year = int(catalogue.years[place]) or None if place is not None else None
        rows.append((movie_id, title, year, stars))
    return rows_to_csv(RATING_COLUMNS, rows)


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell
