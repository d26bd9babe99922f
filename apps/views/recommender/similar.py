"""*Similar*: choose a film, see which films the model puts next to it, and how many ratings each rests on.

with gr.Tab("Similar"):
    build_similar(recommender)
"""

from pathlib import Path
from typing import Any

import gradio as gr

from apps.views.recommender.film_picker import film_picker, picked_film
from apps.views.recommender.film_search import found_film
from shared.collab.answers import Film, SimilarFilm
from shared.collab.model import Recommender
from shared.collab.numbers import check_whole
from shared.ui.guard import friendly
from shared.ui.page import controls_and_picture, empty_html, escape, explain, try_this, try_this_html

_HERE = Path(__file__).parent
N_SHOWN = 10
START_FILM = 2571  # The Matrix; a model that does not know it starts with its most-rated film
MOST_MIN_RATINGS, START_MIN_RATINGS = 100, 20
_CSS = ".films-stars { grid-template-columns: 2.9em minmax(84px, 1fr); }"  # a cosine has one digit more
FEW_RATINGS = 20  # with fewer a film's place rests mostly on what its genres and year promise


def start_place(recommender: Recommender) -> int:
    """The film that is shown first."""
    place = recommender.catalogue.index_of(START_FILM)
    return place if place is not None else int(recommender.catalogue.n_ratings.argmax())


def show_similar(recommender: Recommender, movie_id: int, min_ratings: object) -> list[str]:
    """The list of neighbours, and what to try next."""
    least = check_whole("The least number of ratings", min_ratings, low=0, high=MOST_MIN_RATINGS)
    chosen = recommender.film(recommender.place(movie_id))
    films = recommender.similar(movie_id, n=N_SHOWN, min_ratings=least)
    return [similar_html(chosen, films), try_this_html(next_step(recommender, movie_id, least))]


def next_step(recommender: Recommender, movie_id: int, min_ratings: int) -> str:
    """Say what to try, depending on what the visitor has tried."""
    if recommender.film(recommender.place(movie_id))["n_ratings"] < FEW_RATINGS:
        if min_ratings >= FEW_RATINGS // 2:
            return (
                "Few people rated this film. Move *Least number of ratings* to 0. "
                "Some cosines come close to 1: do you believe them?"
            )
        return (
            "Nearly nothing is known of such films, so they lie where their genres and year put them: "
            "close together. Choose a film with many ratings again."
        )
    if movie_id != recommender.catalogue.movie_ids[start_place(recommender)]:
        return "Now choose a film that few people know. What becomes of the cosines?"
    return "Type a film you know well. Do its neighbours feel alike to you?"


def similar_html(chosen: Film, films: list[SimilarFilm]) -> str:
    """Write the list as HTML: title, cosine, number of ratings, and a button to go on from there."""
    if not films:
        return empty_html("No film has that many ratings. Move the slider to the left.")
    rows = "".join(_row(rank, film) for rank, film in enumerate(films, start=1))
    few = (
        "<p>This film has few ratings. Its place rests mostly on its genres and year.</p>"
        if chosen["n_ratings"] < FEW_RATINGS
        else ""
    )
    heading = f"Nearest to {_named(chosen)}, which has {_count(chosen['n_ratings'])}"
    key = "<small>cosine: 1 = same direction · ratings it rests on</small>"
    return f'<div class="films-head"><h3>{escape(heading)}</h3>{key}{few}</div><ol>{rows}</ol>'


def _row(rank: int, film: SimilarFilm) -> str:
    facts = f"{film['year'] or 'year unknown'} · {', '.join(film['genres'][:3]) or 'no genre'}"
    width = 100 * max(film["cosine"], 0.0)
    count = _count(film["n_ratings"])
    words = escape(f"cosine {film['cosine']:.2f}, rests on {count}")
    return (
        f'<li><span class="films-rank">{rank}</span>'
        f'<div class="films-name"><strong>{escape(film["title"])}</strong>'
        f"<small>{escape(facts)}</small></div>"
        f'<div class="films-stars" role="img" aria-label="{words}" title="{words}">'
        f"<b>{film['cosine']:.2f}</b>"
        f'<span class="films-bar"><i style="left:0;width:{width:.1f}%"></i></span>'
        f"<small>{count}</small></div>"
        f'<div class="films-acts"><button type="button" data-film="{film["movie_id"]}" '
        f'aria-label="Go there: {escape(film["title"])}">Go there</button></div></li>'
    )


def _named(film: Film) -> str:
    return f"{film['title']} ({film['year']})" if film["year"] else film["title"]


def _count(n_ratings: int) -> str:
    return f"{n_ratings:,} {'rating' if n_ratings == 1 else 'ratings'}"


def build_similar(recommender: Recommender) -> None:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        recommender: the model that answers.
    """
    start = start_place(recommender)
    start_id = int(recommender.catalogue.movie_ids[start])
    first_list, _ = show_similar(recommender, start_id, START_MIN_RATINGS)

    # Layout
    next_line = try_this(next_step(recommender, start_id, START_MIN_RATINGS))
    with controls_and_picture(picture_first=False) as (controls, picture):
        with controls:
            picker = film_picker(recommender.catalogue, start, label="Find a film")
            least_slider = gr.Slider(
                0,
                MOST_MIN_RATINGS,
                START_MIN_RATINGS,
                step=5,
                label="Least number of ratings",
                info="Films with fewer are left out.",
            )
        with picture:
            cards = gr.HTML(
                first_list,
                html_template='<div class="films">${value}</div>',
                css_template=(_HERE / "film_cards.css").read_text(encoding="utf-8") + _CSS,
                js_on_load=(_HERE / "similar_cards.js").read_text(encoding="utf-8"),
                apply_default_css=False,
                elem_id="similar-cards",
            )
    with explain(text=_EXPLANATION):
        pass

    # Wiring
    @friendly
    def update(value: object, min_ratings: float) -> list[str]:
        return show_similar(recommender, picked_film(value), min_ratings)

    @friendly
    def go_there(min_ratings: float, event: gr.EventData) -> list[Any]:
        movie_id = picked_film(event._data)
        place = recommender.place(movie_id)
        return [found_film(recommender.catalogue, place), *show_similar(recommender, movie_id, min_ratings)]

    private = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "always_last"}
    picker.pick(update, [picker, least_slider], [cards, next_line], **private)
    least_slider.input(update, [picker, least_slider], [cards, next_line], **private)
    cards.go(go_there, least_slider, [picker, cards, next_line], **private)


_EXPLANATION = """
The model keeps a few numbers for every film, its **latent factors**. Nobody wrote them by hand. They were
learned from ratings, starting from genres, year and number of ratings, so that the **dot product** of a
film's numbers with a person's numbers says how well the two match. Together the numbers of a film are its
**embedding**.

Think of each film as an arrow that starts at the average film. First every direction is stretched until films
differ equally along each, so that none drowns the others. Two films are *similar* when their arrows point the
same way. The **cosine** of the angle between them measures that:

- **1**: they differ from the average film in the same way.
- **0**: they differ from it in unrelated ways.
- **−1**: they differ from it in opposite ways.

The length of an arrow does not count, and neither does the bias: a film can be similar and much worse.

**How sure is it?** A film with many ratings has a place of its own. A film with few ratings has hardly
moved from the place that its genres and its year promise. So it looks similar to every film like it. That
is why the number of ratings stands beside each cosine.

This is [lesson 7](https://course.fast.ai/Lessons/lesson7.html), with one difference: the lesson takes
the cosine of the factors as they are, without the average film taken off and without stretching.
"""
