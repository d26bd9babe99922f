"""The widget that finds one film while its title is typed: `film_picker.js` beside this file.

Its value is one film, {"movie_id", "title", "year"}. It looks like the search of `film_rater.py`.

    picker = film_picker(catalogue, place, label="Find a film")
    picker.pick(update, inputs=[picker], ...)      # the custom event of film_picker.js
"""

import gradio as gr

from apps.views.recommender.film_search import found_film, read_part, search_function, search_html, search_js
from shared.collab.catalogue import Catalogue
from shared.errors import InputError


def film_picker(catalogue: Catalogue, place: int, *, label: str) -> gr.HTML:
    """Make the widget.

    Args:
        catalogue: the films it finds.
        place: of the film that is chosen at the start.
        label: above the field.
    """
    return gr.HTML(
        found_film(catalogue, place),
        html_template=search_html("film_picker.html", name="picker", label=label),
        css_template=read_part("film_rater.css"),
        js_on_load=search_js("film_picker.js"),
        server_functions=[search_function(catalogue)],
        apply_default_css=False,
        label=label,
        elem_id="film-picker",
    )


def picked_film(value: object) -> int:
    """Read the widget's value: the id of the film.

    Raises:
        InputError: the value is not one that the widget makes.
    """
    movie_id = value.get("movie_id") if isinstance(value, dict) else None
    if isinstance(movie_id, bool) or not isinstance(movie_id, int):
        raise InputError("No film is chosen. Type a title and choose a film from the list.")
    return movie_id
