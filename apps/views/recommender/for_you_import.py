"""Bring your own ratings: the export of Letterboxd, IMDb or MovieLens, or any CSV with title and rating."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from apps.views.recommender.film_rater import Entry, entry, listed_films, rated_films
from shared.collab.catalogue import Catalogue
from shared.collab.imports import ImportResult, import_ratings
from shared.collab.model import Recommender
from shared.ui.guard import friendly
from shared.ui.page import escape, piece

MAX_SHOWN = 100  # unmatched rows on the page
MAX_CHANGED = 20  # films named whose stars an import changed

_HOW = (
    "Choose the file as you downloaded it: Letterboxd's zip or its `ratings.csv`, IMDb's *Your ratings* "
    "export, a MovieLens export, or any CSV with the columns title, year, rating. It is read, then deleted."
)


@dataclass(frozen=True)
class ImportPanel:
    """The panel's parts that others need."""

    file: gr.File
    report: gr.HTML
    take_away: gr.HTML
    recommender: Recommender

    def wire(self, rater: gr.HTML) -> Any:
        """Read a file when it has been uploaded, and put its films into the rater; returns the event."""
        catalogue = self.recommender.catalogue

        @friendly
        def read_import(file: str | None, value: list[Entry]) -> tuple[Any, Any, Any]:
            if not file:
                return gr.skip(), gr.skip(), gr.skip()
            before = rated_films(value, catalogue)
            result = read_and_delete(Path(file), catalogue)
            merged = {**before, **result.ratings}
            new_first = dict.fromkeys([*result.ratings, *before])
            places = {movie_id: catalogue.index_of(movie_id) for movie_id in new_first}
            waiting = [
                film
                for film in listed_films(value)
                if film.get("rating") is None and film["movie_id"] not in merged
            ]
            entries = [
                entry(catalogue, place, rating=merged[movie_id])
                for movie_id, place in places.items()
                if place is not None
            ]
            return [*waiting, *entries], import_report(result, changed_stars(before, result, catalogue)), None

        return self.file.upload(
            read_import, [self.file, rater], [rater, self.report, self.file], api_visibility="private"
        )


def build_import(recommender: Recommender) -> ImportPanel:
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
        take_away = piece()
    return ImportPanel(file, report, take_away, recommender)


def read_and_delete(file: Path, catalogue: Catalogue) -> ImportResult:
    """Read an uploaded export; the upload is gone afterwards, whatever happens.

    Raises:
        InputError: the file cannot be used.
    """
    try:
        return import_ratings(file, catalogue)
    finally:
        file.unlink(missing_ok=True)


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


def import_report(result: ImportResult, changed: str = "") -> str:
    """What was found, what was not and why; `changed` says which earlier ratings gave way."""
    notes = "".join(f"<li>{escape(note)}</li>" for note in (*result.notes, changed) if note)
    summary = f'<ul class="look-notes">{notes}</ul>' if notes else ""
    if not result.unmatched:
        return summary
    unmatched: list[dict[str, Any]] = result.unmatched[:MAX_SHOWN]
    n_rows = len(result.unmatched)
    left_out = "1 row was left out." if n_rows == 1 else f"{n_rows} rows were left out."
    more = f" The first {MAX_SHOWN} are shown." if n_rows > MAX_SHOWN else ""
    return (
        f'{summary}<p class="look-label">{left_out}{more} Search for a film above to rate it by hand.</p>'
        f'<ul class="look-list">{"".join(map(_left_out, unmatched))}</ul>'
    )


def _left_out(row: dict[str, Any]) -> str:
    """One row that became no rating: as it was written, why, and which films are near."""
    year = f" <small>{escape(row['year'])}</small>" if row["year"] else ""
    near = ", ".join(film["label"] for film in row["suggestions"])
    reason = f"{row['reason']} Did you mean {near}?" if near else row["reason"]
    title = escape(row["title"] or f"Row {row['row']}")
    return f"<li><strong>{title}</strong>{year}<span>{escape(reason)}</span></li>"
