"""A visitor's own ratings: the export of Letterboxd, IMDb or MovieLens, or any CSV with title and rating.

The kind of file is told by its columns, not by its name. Each row ends in one of two lists: matched to
a film, or unmatched with a reason and suggestions. Nothing is dropped silently, and nothing is stored.

    result = import_ratings([("ratings.csv", data)], catalogue)
    result.ratings         # {2571: 4.5, ...}
    result.unmatched[0]    # {"row": 7, "title": "Dune", "year": 2021, "rating": "4", "reason": "...", ...}
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.collab.answers import MatchedRow, Suggestion, UnmatchedRow
from shared.collab.catalogue import Catalogue
from shared.collab.import_files import Table, read_table
from shared.collab.import_rows import Row, read_rows
from shared.collab.matching import EXACT, PART, SPELLING, YEAR, Match, Wanted, match_titles
from shared.collab.ratings_input import note_repeated
from shared.errors import InputError
from shared.limits import MAX_IMPORT_FILES, MAX_IMPORT_MB, MAX_IMPORT_ROWS, MB
from shared.words import count

ImportFile = bytes | Path | tuple[str, bytes]

MAX_NAMED = 5  # films that one note names
_HOW_NOTES = {
    YEAR: "matched although the year is a little off",
    PART: "matched by a part of the title",
    SPELLING: "matched although spelt otherwise",
}


@dataclass(frozen=True)
class ImportResult:
    """What became of the rows of an import.

    Attributes:
        ratings: stars by movie_id; of a film rated twice, the last.
        matched: a dict each: row, title, year, rating as written; movie_id, label, stars; how: "exact",
            "year", "part", "spelling" or "id"; note: which of two films was taken; kept: False when a
            later row rates the same film.
        unmatched: a dict each: row, title, year, rating as written; reason, suggestions (a list of
            {"movie_id", "label"}).
        notes: what was decided, in plain sentences.
    """

    ratings: dict[int, float] = field(default_factory=dict)
    matched: list[MatchedRow] = field(default_factory=list)
    unmatched: list[UnmatchedRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def import_ratings(files: ImportFile | Sequence[ImportFile], catalogue: Catalogue) -> ImportResult:
    """Read one or several exports and find their films.

    Args:
        files: contents, (name, contents) pairs or paths; or one of these. A path is opened as it is: pass
            only paths of files that the server itself received.
        catalogue: the films to match with.

    Raises:
        InputError: a file cannot be read, has not the columns, or there is too much of it.
    """
    tables = [read_table(*_open(file)) for file in _as_list(files)]
    n_rows = sum(len(table.rows) for table in tables)
    if n_rows > MAX_IMPORT_ROWS:
        raise InputError(f"These files have {n_rows:,} rows. Send at most {MAX_IMPORT_ROWS:,} at a time.")
    result = ImportResult()
    rows = [row for table in tables for row in _read(table, result.notes)]
    ids = [_known_id(row, catalogue) for row in rows]
    open_rows = [
        row for row, movie_id in zip(rows, ids, strict=True) if movie_id is None and row.stars is not None
    ]
    found = dict(
        zip(map(id, open_rows), match_titles(catalogue, [_wanted(row) for row in open_rows]), strict=True)
    )

    last: dict[int, MatchedRow] = {}
    repeated: list[int] = []
    for row, movie_id in zip(rows, ids, strict=True):
        match = found.get(id(row), Match(reason=row.problem))
        if movie_id is None and match.film is not None:
            movie_id = int(catalogue.movie_ids[match.film])
        if movie_id is None or row.stars is None:
            result.unmatched.append(_describe_miss(row, match, catalogue))
            continue
        if movie_id in last:
            repeated.append(movie_id)
            last[movie_id]["kept"] = False
            del result.ratings[movie_id]
        result.ratings[movie_id] = row.stars
        place = catalogue.index_of(movie_id)
        label = catalogue.label(place) if place is not None else ""
        last[movie_id] = {
            **row.as_written(),
            "movie_id": movie_id,
            "label": label,
            "stars": row.stars,
            "how": match.how or "id",
            "note": match.reason,
            "kept": True,
        }
        result.matched.append(last[movie_id])
    result.notes.extend(_summary(result, catalogue, repeated))
    return result


def _as_list(files: ImportFile | Sequence[ImportFile]) -> list[ImportFile]:
    is_pair = isinstance(files, tuple) and len(files) == 2 and isinstance(files[0], str)
    if isinstance(files, bytes | Path) or is_pair:
        return [files]  # type: ignore[list-item]
    if not isinstance(files, list | tuple) or not files:
        raise InputError("There is no file. Choose the CSV or the zip of an export.")
    if len(files) > MAX_IMPORT_FILES:
        raise InputError(f"These are {len(files)} files. Send at most {MAX_IMPORT_FILES} at a time.")
    return list(files)


def _open(file: ImportFile) -> tuple[str, bytes]:
    if isinstance(file, bytes):
        return "The file", file
    if isinstance(file, Path):
        try:
            with file.open("rb") as opened:
                return file.name, opened.read(
                    MAX_IMPORT_MB * MB + 1
                )  # one byte more tells that it is too large
        except OSError as error:
            raise InputError("The file could not be read. Choose it again.") from error
    if isinstance(file, tuple) and len(file) == 2 and isinstance(file[0], str) and isinstance(file[1], bytes):
        return file
    raise InputError("This is no file. Choose the CSV or the zip of an export.")


def _read(table: Table, notes: list[str]) -> list[Row]:
    rows, kind, more = read_rows(table)
    notes += [f"{table.name} was read as {kind}: {count(len(rows), 'row')}.", *table.notes, *more]
    return rows


def _known_id(row: Row, catalogue: Catalogue) -> int | None:
    known = row.movie_id is not None and catalogue.index_of(row.movie_id) is not None
    return row.movie_id if known else None


def _wanted(row: Row) -> Wanted:
    return Wanted(row.title, row.year, row.also)


def _describe_miss(row: Row, match: Match, catalogue: Catalogue) -> UnmatchedRow:
    reason = row.problem or match.reason
    if not row.title and row.movie_id is not None and not row.problem:
        reason = f"No film here has the number {row.movie_id}, and the row has no title."
    suggestions: list[Suggestion] = [
        {"movie_id": int(catalogue.movie_ids[film]), "label": catalogue.label(film)}
        for film in match.suggestions
    ]
    return {**row.as_written(), "reason": reason, "suggestions": suggestions}


def _summary(result: ImportResult, catalogue: Catalogue, repeated: list[int]) -> list[str]:
    notes = [f"{count(len(result.ratings), 'film')} matched, {count(len(result.unmatched), 'row')} not."]
    counts = Counter(str(entry["how"]) for entry in result.matched)
    notes += [
        f"{count(counts[how], 'row')} {text}: {_name_some(result, how)}."
        for how, text in _HOW_NOTES.items()
        if how != EXACT and counts[how]
    ]
    return notes + note_repeated(repeated, catalogue)


def _name_some(result: ImportResult, how: str) -> str:
    """The first films matched in this way: the visitor sees whether they are the right ones."""
    labels = [str(row["label"]) for row in result.matched if row["how"] == how]
    more = len(labels) - MAX_NAMED
    return ", ".join(labels[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
