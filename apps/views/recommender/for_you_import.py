"""Bring your own ratings: the export of Letterboxd, IMDb or MovieLens, or any CSV with title and rating.

An import can be undone, after a reload as well: the browser keeps what was there before it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from apps.views.recommender.film_rater import Entry, kept_entries, listed_films, rated_films
from shared.collab.answers import UnmatchedRow
from shared.collab.catalogue import Catalogue
from shared.collab.imports import ImportResult, import_ratings
from shared.collab.model import Recommender
from shared.errors import InputError
from shared.limits import MAX_RATINGS
from shared.ui.guard import friendly
from shared.ui.page import escape, piece

MAX_SHOWN = 100  # unmatched rows on the page
MAX_CHANGED = 20  # films named whose stars an import changed
BROWSER_KEY = "lessons-recommender-import"  # where the browser keeps what an import can go back to

_HOW = (
    "Choose the file as you downloaded it: Letterboxd's zip or its `ratings.csv`, IMDb's *Your ratings* "
    "export, a MovieLens export, or any CSV with the columns title, year, rating. It is read, then deleted."
)


@dataclass(frozen=True)
class ImportPanel:
    """The panel's parts that others need.

    Attributes:
        file: where the visitor puts the export.
        report: what became of it.
        undo: the button that takes the last import back.
        take_away: a link with the visitor's ratings.
        undoable: where the browser keeps what the last import can go back to, see `before_import`.
        recommender: the model whose films are meant.
    """

    file: gr.File
    report: gr.HTML
    undo: gr.Button
    take_away: gr.HTML
    undoable: gr.BrowserState
    recommender: Recommender

    def wire(self, rater: gr.HTML) -> tuple[Any, Any]:
        """Read a file when it has been uploaded, and take the last import back; returns both events."""
        catalogue = self.recommender.catalogue

        @friendly
        def read_import(file: str | None, value: list[Entry]) -> list[Any]:
            if not file:
                return [gr.skip()] * 5
            try:
                result = read_and_delete(Path(file), catalogue)
                entries = with_import(value, result, catalogue)
            except InputError as error:  # at the file's place; as a gr.Error it would cover every output
                return [gr.skip(), refusal(error), None, gr.skip(), gr.skip()]
            changed = changed_stars(rated_films(value, catalogue), result, catalogue)
            return [
                entries,
                import_report(result, changed),
                None,
                gr.Button(visible=True),
                before_import(value, result),
            ]

        @friendly
        def undo_import(undoable: object, value: list[Entry]) -> list[Any]:
            try:
                entries, n_since = without_import(undoable, value, catalogue)
            except InputError as error:
                return [gr.skip(), refusal(error), gr.Button(visible=False), {}]
            return [entries, undone_report(n_since), gr.Button(visible=False), {}]

        quiet = {"api_visibility": "private", "show_progress_on": self.report}
        imported = [rater, self.report, self.file, self.undo, self.undoable]
        undone = [rater, self.report, self.undo, self.undoable]
        return (
            self.file.upload(read_import, [self.file, rater], imported, **quiet),
            self.undo.click(undo_import, [self.undoable, rater], undone, **quiet),
        )


def build_import(recommender: Recommender, undoable: gr.BrowserState) -> ImportPanel:
    """Lay out the panel."""
    with gr.Accordion("Import or download your ratings", open=False, elem_id="import-panel"):
        gr.Markdown(_HOW, elem_classes="look-prose")
        file = gr.File(
            label="Your export",
            file_types=[".csv", ".zip", ".txt", ".tsv"],
            height=120,
            elem_id="import-file",
        )
        report = piece()
        undo_button = gr.Button("Undo the import", size="sm", visible=False, elem_id="import-undo")
        take_away = piece()
    return ImportPanel(file, report, undo_button, take_away, undoable, recommender)


def read_and_delete(file: Path, catalogue: Catalogue) -> ImportResult:
    """Read an uploaded export; the upload is gone afterwards, whatever happens.

    Raises:
        InputError: the file cannot be used.
    """
    try:
        return import_ratings(file, catalogue)
    finally:
        file.unlink(missing_ok=True)


def with_import(value: list[Entry], result: ImportResult, catalogue: Catalogue) -> list[Entry]:
    """The visitor's films with those of the import, which come first; its stars count.

    Raises:
        InputError: together they are more than a page can hold.
    """
    before = rated_films(value, catalogue)
    merged = {**before, **result.ratings}
    waiting = [
        film for film in listed_films(value) if film.get("rating") is None and film["movie_id"] not in merged
    ]
    if len(waiting) + len(merged) > MAX_RATINGS:
        raise InputError(
            f"With this file you would have {len(merged):,} ratings. Import a part of it: "
            f"at most {MAX_RATINGS:,} fit here."
        )
    new_first = dict.fromkeys([*result.ratings, *before])
    return [*waiting, *kept_entries([(movie_id, merged[movie_id]) for movie_id in new_first], catalogue)]


def before_import(value: list[Entry], result: ImportResult) -> dict[str, list[list[Any]]]:
    """What the browser keeps so that the import can be undone: the films before it, and those it brought."""
    return {
        "before": [[film["movie_id"], film.get("rating")] for film in listed_films(value)],
        "brought": [[movie_id, stars] for movie_id, stars in result.ratings.items()],
    }


def without_import(undoable: Any, value: list[Entry], catalogue: Catalogue) -> tuple[list[Entry], int]:
    """The visitor's films as they were before the last import, below what they rated since.

    Args:
        undoable: what `before_import` made, as the browser gave it back.
        value: the films as they are now.
        catalogue: the films of the model.

    Returns:
        the films, and how many were rated or added since the import.

    Raises:
        InputError: the browser no longer knows what was there.
    """
    try:
        before, brought = dict(undoable["before"]), dict(undoable["brought"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("The browser no longer knows what was there before the import.") from error
    known = {**before, **brought}
    since = [
        film
        for film in listed_films(value)
        if film["movie_id"] not in known or film.get("rating") != known[film["movie_id"]]
    ]
    kept = {film["movie_id"] for film in since}
    earlier = [(movie_id, stars) for movie_id, stars in before.items() if movie_id not in kept]
    return [*since, *kept_entries(earlier, catalogue)], len(since)


def changed_stars(before: dict[int, float], result: ImportResult, catalogue: Catalogue) -> str:
    """Say which films the visitor had rated otherwise; "" when there is none."""
    changed = [
        f"{catalogue.label(place)} from {before[movie_id]:g} to {stars:g}"
        for movie_id, stars in result.ratings.items()
        if before.get(movie_id, stars) != stars and (place := catalogue.index_of(movie_id)) is not None
    ]
    if not changed:
        return ""
    more = f" and {len(changed) - MAX_CHANGED} more" if len(changed) > MAX_CHANGED else ""
    names = ", ".join(changed[:MAX_CHANGED])
    return f"You had rated these otherwise; the file's stars count now: {names}{more}."


def refusal(error: InputError) -> str:
    """Why nothing was imported, where the report of an import would stand."""
    return f'<p class="look-notice" role="alert">{escape(error)} Your ratings are as they were.</p>'


def undone_report(n_since: int) -> str:
    """What the undoing did."""
    since = {0: "", 1: " The film you rated since stays."}.get(
        n_since, f" The {n_since} films you rated since stay."
    )
    return f'<p class="look-label" role="status">Your ratings are back as before the import.{since}</p>'


def import_report(result: ImportResult, changed: str = "") -> str:
    """What was found, what was not and why; `changed` says which earlier ratings gave way."""
    notes = "".join(f"<li>{escape(note)}</li>" for note in (*result.notes, changed) if note)
    summary = f'<ul class="look-notes">{notes}</ul>' if notes else ""
    if not result.unmatched:
        return summary
    unmatched = result.unmatched[:MAX_SHOWN]
    n_rows = len(result.unmatched)
    left_out = "1 row was left out." if n_rows == 1 else f"{n_rows} rows were left out."
    more = f" The first {MAX_SHOWN} are shown." if n_rows > MAX_SHOWN else ""
    return (
        f'{summary}<p class="look-label">{left_out}{more} Search for a film above to rate it by hand.</p>'
        f'<ul class="look-list">{"".join(map(_left_out, unmatched))}</ul>'
    )


def _left_out(row: UnmatchedRow) -> str:
    """One row that became no rating: as it was written, why, and which films are near."""
    year = f" <small>{escape(row['year'])}</small>" if row["year"] else ""
    near = ", ".join(film["label"] for film in row["suggestions"])
    reason = f"{row['reason']} Did you mean {near}?" if near else row["reason"]
    title = escape(row["title"] or f"Row {row['row']}")
    return f"<li><strong>{title}</strong>{year}<span>{escape(reason)}</span></li>"
