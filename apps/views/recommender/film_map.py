"""*Film map*: the most-rated films in two dimensions, axes named by measurement, the visitor among them.

with gr.Tab("Film map") as map_tab:
    build_film_map(recommender, saved, map_tab)
"""

from typing import Any

import gradio as gr
from gradio.components import Component

from apps.views.recommender.film_rater import rated_films
from shared.collab.film_map import LEAST_FILMS, MOST_FILMS, FilmMap, make_film_map, place_visitor
from shared.collab.film_map_plots import COLOUR_BY, HEIGHT_PX, links_table, plot_film_map
from shared.collab.model import Recommender
from shared.plotting import plot_message
from shared.ui.guard import friendly
from shared.ui.page import controls_and_picture, explain, piece, table_html, try_this, try_this_html

START_FILMS = 250
_ENOUGH_RATINGS = 10  # from so many on the visitor's place says something


def show_map(recommender: Recommender, value: object, n_films: object, colour_by: str) -> list[Any]:
    """The map with the visitor in it, what its axes go with, and what to try next."""
    ratings = rated_films(value, recommender.catalogue)
    film_map = make_film_map(recommender.star_model, recommender.catalogue, n_films=n_films)
    spot = place_visitor(film_map, recommender.star_model, recommender.fold_in(ratings))
    figure = plot_film_map(film_map, recommender.catalogue, colour_by=colour_by, spot=spot)
    step = try_this_html(next_step(film_map, len(ratings), colour_by))
    return [figure, table_html(**links_table(film_map)), step]


def next_step(film_map: FilmMap, n_ratings: int, colour_by: str) -> str:
    """Say what to try, depending on what the visitor has done."""
    if not n_ratings:
        return "Rate three films under *For you* and come back. Then an orange star shows where you stand."
    if n_ratings < _ENOUGH_RATINGS:
        return (
            f"The orange star is you. The ellipse is wide, because {n_ratings} "
            f"{'rating says' if n_ratings == 1 else 'ratings say'} little. "
            "Rate more films and watch it shrink."
        )
    if colour_by == next(iter(COLOUR_BY)):
        return "Point at the films beyond your star. Do they suit you? Then colour the map by decade."
    names = [axis.name for axis in film_map.axes if axis.name]
    if names:
        return f"An axis points towards {names[0]}. Its r says how well. Would you have guessed it?"
    return "Neither axis has a name here. Change the number of films: does one appear?"


def build_film_map(recommender: Recommender, ratings: Component, tab: gr.Tab) -> None:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        recommender: the model that answers.
        ratings: holds the visitor's ratings, a list of {"movie_id", "rating", ...}.
        tab: the tab around it; the map is drawn whenever it is opened.
    """
    # Layout
    next_line = try_this("Point at the films far out. What do those at one edge have in common?")
    with controls_and_picture() as (controls, picture):
        with controls:
            films_slider = gr.Slider(
                LEAST_FILMS,
                MOST_FILMS,
                START_FILMS,
                step=50,
                label="Number of films",
                info="The films with the most ratings.",
            )
            colour_radio = gr.Radio(
                list(COLOUR_BY), value=next(iter(COLOUR_BY)), label="Colours and shapes show"
            )
        with (
            picture,
            gr.Row(min_height=HEIGHT_PX),
        ):  # keeps the place of the first figure, which takes a moment
            map_plot = gr.Plot(
                plot_message("The map is on its way.", height=HEIGHT_PX),
                show_label=False,
                elem_id="film-map-plot",
                elem_classes="look-words-in-figure",
            )
    axes_table = piece()
    with explain("How to read the map", _EXPLANATION):
        pass

    # Wiring
    @friendly
    def update(value: object, n_films: float, colour_by: str) -> list[Any]:
        return show_map(recommender, value, n_films, colour_by)

    gr.on(
        [tab.select, films_slider.input, colour_radio.input],
        update,
        [ratings, films_slider, colour_radio],
        [map_plot, axes_table, next_line],
        trigger_mode="always_last",
        show_progress="hidden",
        api_visibility="private",
    )


_EXPLANATION = """
The model keeps a few numbers for every film, its **latent factors**. They were learned from ratings, starting
from genres, year and number of ratings. Nobody said what each should mean. A screen has two directions, so we
keep the two along which the films differ most. Finding them is called *principal component analysis* (PCA).
The percentage on each axis is how much of all the differences it shows. The rest is lost in this picture, so
two films that touch here may still differ.

**The names of the axes** are measured, not guessed. Each axis is compared with the year, every genre, the
number of ratings and the mean rating. The strongest **correlation** r gives the name. r = 1 would be a
perfect match, r = 0 none; the brackets hold its 95 % interval. If no r reaches 0.3 there is no name. The
strongest of about twenty was taken, so expect it to be a little too good. The factors started from genres,
year and number of ratings, so part of r with one of these is built in. And r is not the meaning: the axis
only goes with it.

**The orange star is you.** Your ratings give you as many numbers as a film has. Along each axis people
differ as films do, so one *standard deviation* (a typical distance from the middle) of people is drawn as
long as one of films. The middle is a typical visitor.

- *Films in the direction of your star suit you more* than they suit a typical visitor. The farther out the
  star, the stronger.
- It is not about distance: a film just beside your star is no better than one beyond it.
- Your place holds with a probability of 80 % inside the ellipse. Without ratings the dashed ellipse shows
  where 80 % of visitors are.

How good a film is for everybody is its bias: see *Loved*. Its bias is not on the map, though factors can go
with it, as axis 1 may do.

[Lesson 7](https://course.fast.ai/Lessons/lesson7.html) draws this map too.
"""
