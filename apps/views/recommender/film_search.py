"""The search for a title that two widgets begin with: `film_search.html` and `.js` beside this file.

`film_rater.py` and `film_picker.py` put their own part below it. It finds titles with slips in them, which a
dropdown that filters its own choices would hide.

    gr.HTML(html_template=search_html("film_rater.html", name="rater", label="Find a film"),
            js_on_load=search_js("film_rater.js"), server_functions=[search_function(catalogue)], ...)
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.collab.catalogue import Catalogue
from shared.collab.search import search_titles
from shared.errors import InputError

_HERE = Path(__file__).parent
_N_SUGGESTIONS = 8


def search_html(own_file: str, *, name: str, label: str) -> str:
    """Give a widget's template, with the search where it says SEARCH.

    Args:
        own_file: the widget's own part.
        name: what the ids begin with; no other widget of the page has it.
        label: above the field.
    """
    search = read_part("film_search.html").replace("NAME", name).replace("LABEL", label)
    return read_part(own_file).replace("SEARCH", search.rstrip())


def search_js(own_file: str) -> str:
    """Give a widget's script, with the search above it."""
    return read_part("film_search.js") + read_part(own_file)


def search_function(catalogue: Catalogue) -> Callable[[str], list[dict[str, Any]]]:
    """Make the function that the script calls as `server.search_films(query)`."""

    def search_films(query: str) -> list[dict[str, Any]]:
        try:
            return [
                found_film(catalogue, place) for place in search_titles(catalogue, query, n=_N_SUGGESTIONS)
            ]
        except InputError:
            return []

    return search_films


def found_film(catalogue: Catalogue, place: int) -> dict[str, Any]:
    """One film as the widgets hold it."""
    return {
        "movie_id": int(catalogue.movie_ids[place]),
        "title": catalogue.titles[place],
        "year": int(catalogue.years[place]) or None,
    }


def read_part(name: str) -> str:
    """Read a file of a widget."""
    return (_HERE / name).read_text(encoding="utf-8")
