"""*For you*: rate films, get a list with predicted stars, ask why, and let the model ask back.

The visitor's ratings live in their browser (`gr.BrowserState`); each change sends them, and the answer is
worked out from them alone. The pieces: `film_rater.py` (find and rate), `film_cards.py` (the list),
`for_you_words.py` (sentences and tables), `for_you_import.py` (a visitor's own export).
"""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from apps.views.recommender import for_you_words as words
from apps.views.recommender.film_cards import cards_html, film_cards
from apps.views.recommender.film_rater import (
    Entry,
    entry,
    film_rater,
    listed_films,
    rated_films,
    restored_entries,
)
from apps.views.recommender.for_you_import import build_import
from shared.collab.answers import Order
from shared.collab.exports import ratings_to_csv
from shared.collab.model import Recommender
from shared.collab.why_plots import HEIGHT_PX, plot_list_waterfall, plot_stars_waterfall
from shared.errors import InputError
from shared.plotting import plot_message
from shared.tables.write_csv import write_csv
from shared.ui.guard import friendly
from shared.ui.page import (
    big_number_html,
    controls_and_picture,
    explain,
    piece,
    try_this,
    try_this_html,
)

N_LISTED = 10
ORDERS: dict[str, Order] = {"What you may pick": "list", "Highest stars": "stars"}
ANY_TIME = "Any time"
_CSV_COLUMNS = ("rank", "movie_id", "title", "year", "genres", "stars", "low", "high", "n_ratings")
# A keyboard goes on from the answer, and a screen reader reads it. By then the page holds the new heading.
_SHOW_WHY = """() => setTimeout(() => {
  const panel = document.getElementById("why"), heading = panel?.querySelector("h2");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  panel.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}, 30)"""


def list_answer(
    recommender: Recommender,
    ratings: dict[int, float],
    order: str,
    popularity: float,
    genres: list[str],
    decade: str,
) -> str:
    """The list of films as HTML."""
    answer = recommender.recommend(
        ratings,
        n=N_LISTED,
        genres=genres,
        years=decade_years(decade),
        popularity=popularity,
        order=ORDERS[order],
    )
    films = answer["films"]
    table = write_csv(
        _CSV_COLUMNS,
        [[{**film, "genres": " | ".join(film["genres"])}[c] for c in _CSV_COLUMNS] for film in films],
    )
    basis, n_rated = answer["basis"], len(ratings)
    return cards_html(
        films,
        table,
        heading=words.list_heading(basis, n_rated),
        rests_on=words.list_rests_on(basis, n_rated, answer["n_well_known"]),
    )


def sureness(recommender: Recommender, ratings: dict[int, float]) -> str:
    """The number that narrows as the visitor rates."""
    return big_number_html(
        "Typical uncertainty of a prediction",
        f"± {recommender.uncertainty(ratings):.2f}",
        unit="stars",
        hint=words.sure_hint(len(ratings)),
    )


def decade_years(decade: str) -> tuple[int, int] | None:
    """Turn "1990s" into (1990, 1999)."""
    if decade == ANY_TIME:
        return None
    start = int(decade.rstrip("s"))
    return start, start + 9


def decades(recommender: Recommender) -> list[str]:
    """The choices of the decade filter, latest first."""
    years = recommender.catalogue.years
    known = sorted({int(year) // 10 * 10 for year in years[years > 0]}, reverse=True)
    return [ANY_TIME, *(f"{start}s" for start in known)]


def why_answer(
    recommender: Recommender, ratings: dict[int, float], movie_id: int, order: str, popularity: float
) -> list[Any]:
    """The panel "Why this film?": a sentence, two waterfalls, and what each rating did to its place."""
    why = recommender.explain(ratings, movie_id, order=ORDERS[order], popularity=popularity)
    in_list = (
        plot_list_waterfall(why) if why["list_parts"] else plot_message(words.NO_LIST_PARTS, height=HEIGHT_PX)
    )
    rated = movie_id in ratings
    table = "" if rated else words.without_table(why)
    return [
        words.why_sentence(why, popularity=popularity, rated=rated),
        plot_stars_waterfall(why),
        in_list,
        table,
    ]


def build_for_you(
    recommender: Recommender, saved: gr.BrowserState, undoable: gr.BrowserState
) -> Callable[[gr.Blocks], None]:
    """Lay out and wire the tab.

    Args:
        recommender: the model that answers.
        saved: where the browser keeps the ratings, a list of {"movie_id", "rating"}.
        undoable: where it keeps what the last import can go back to.

    Returns:
        a function that restores the saved ratings when the page loads; call it with the Blocks.
    """
    catalogue = recommender.catalogue
    first_question = recommender.ask({})  # what a visitor without ratings sees is there at once

    # Layout
    next_line = try_this(words.next_step(0))
    with controls_and_picture(picture_first=False) as (controls, picture):
        with controls:
            rater = film_rater(catalogue)
            ask_line = piece(words.question(first_question))
            with gr.Row():
                rate_button = gr.Button("Rate it", size="sm", min_width=100, elem_id="ask-rate")
                skip_button = gr.Button("Not seen", size="sm", min_width=100, elem_id="ask-skip")
            sure_number = piece(sureness(recommender, {}))
            import_panel = build_import(recommender, undoable)
        with picture:
            with gr.Column(elem_id="list-controls"):
                with gr.Row():
                    order_radio = gr.Radio(
                        list(ORDERS), value=next(iter(ORDERS)), label="Sort by", scale=4, min_width=280
                    )
                    popularity_slider = gr.Slider(
                        -1, 1, 0, step=0.25, label="Hidden gems ↔ hits", scale=3, min_width=200
                    )
                with gr.Row():
                    genre_dropdown = gr.Dropdown(
                        recommender.genres(),
                        value=[],
                        multiselect=True,
                        label="Genres (empty means all)",
                        min_width=200,
                    )
                    decade_dropdown = gr.Dropdown(
                        decades(recommender), value=ANY_TIME, label="Made in", min_width=140
                    )
            cards = film_cards(
                list_answer(recommender, {}, order_radio.value, popularity_slider.value, [], ANY_TIME)
            )
    with gr.Column(elem_id="why", elem_classes="look-panel"):
        why_line = piece(words.why_heading())
        with gr.Row(elem_classes="look-later"):
            with gr.Column(min_width=300):
                stars_plot = gr.Plot(
                    show_label=False, elem_id="why-stars", elem_classes="look-words-in-figure"
                )
            with gr.Column(min_width=300):
                list_plot = gr.Plot(show_label=False, elem_id="why-list", elem_classes="look-words-in-figure")
        without_html = piece()
    with explain("Why the list is not sorted by predicted stars"):
        piece(words.finding(recommender.config))
        gr.Markdown(words.HOW_IT_WORKS, elem_classes="look-prose")

    # Plain values: Gradio copies them for each visitor, and makes an endpoint of a callable.
    asked = gr.State(
        first_question[0]["movie_id"] if first_question else None
    )  # the film the model asks about
    skipped = gr.State(())  # films the visitor has not seen
    chosen = gr.State(None)  # the film in the panel "Why?"

    # Wiring
    filters = [order_radio, popularity_slider, genre_dropdown, decade_dropdown]
    whys = [why_line, stars_plot, list_plot, without_html]

    def answer_ratings(ratings: dict[int, float], skipped_films: Sequence[int]) -> list[Any]:
        """What every change of the ratings changes, the list and the panel aside."""
        question = recommender.ask(ratings, skip=skipped_films)
        return [
            [{"movie_id": movie_id, "rating": stars} for movie_id, stars in ratings.items()],
            try_this_html(words.next_step(len(ratings))),
            words.question(question),
            question[0]["movie_id"] if question else None,
            sureness(recommender, ratings),
            words.take_away(ratings_to_csv(ratings, catalogue), len(ratings)),
        ]

    changing = [saved, next_line, ask_line, asked, sure_number, import_panel.take_away]

    @friendly
    def update(
        value: Any,
        order: str,
        popularity: float,
        genres: list[str],
        decade: str,
        skipped_films: Sequence[int],
        film: int | None,
    ) -> list[Any]:
        return update_all(
            rated_films(value, catalogue), order, popularity, genres, decade, skipped_films, film
        )

    def update_all(
        ratings: dict[int, float],
        order: str,
        popularity: float,
        genres: list[str],
        decade: str,
        skipped_films: Sequence[int] = (),
        film: int | None = None,
    ) -> list[Any]:
        shown = list_answer(recommender, ratings, order, popularity, genres, decade)
        panel = why_answer(recommender, ratings, film, order, popularity) if film else [gr.skip()] * len(whys)
        return [*answer_ratings(ratings, skipped_films), shown, *panel]

    @friendly
    def refilter(
        value: Any, order: str, popularity: float, genres: list[str], decade: str, film: int | None
    ) -> list[Any]:
        ratings = rated_films(value, catalogue)
        shown = list_answer(recommender, ratings, order, popularity, genres, decade)
        panel = why_answer(recommender, ratings, film, order, popularity) if film else [gr.skip()] * len(whys)
        return [shown, *panel]

    @friendly
    def show_why(value: Any, order: str, popularity: float, event: gr.EventData) -> list[Any]:
        movie_id = clicked_film(event)
        return [
            movie_id,
            *why_answer(recommender, rated_films(value, catalogue), movie_id, order, popularity),
        ]

    @friendly
    def add_seen(value: list[Entry], event: gr.EventData) -> list[Entry]:
        return add_waiting(value, clicked_film(event))

    @friendly
    def add_asked(value: list[Entry], movie_id: int | None) -> Any:
        return add_waiting(value, movie_id) if movie_id is not None else gr.skip()

    def add_waiting(value: list[Entry], movie_id: int) -> list[Entry]:
        place = recommender.place(movie_id)
        others = [film for film in listed_films(value) if film["movie_id"] != movie_id]
        return [entry(catalogue, place, ask=True), *others]

    @friendly
    def ask_another(value: Any, skipped_films: Sequence[int], movie_id: int | None) -> tuple[Any, ...]:
        ratings = rated_films(value, catalogue)
        skipped_films = (*skipped_films[-200:], movie_id) if movie_id is not None else skipped_films
        question = recommender.ask(ratings, skip=skipped_films)
        return skipped_films, words.question(question), question[0]["movie_id"] if question else None

    private = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "always_last"}
    everything = [rater, *filters, skipped, chosen]
    outputs = [*changing, cards, *whys]
    rater.rate(update, everything, outputs, **private)
    gr.on(
        # The slider's reset button is a change and no input.
        [order_radio.input, popularity_slider.change, genre_dropdown.input, decade_dropdown.input],
        refilter,
        [rater, *filters, chosen],
        [cards, *whys],
        **private,
    )
    cards.explain(show_why, [rater, order_radio, popularity_slider], [chosen, *whys], **private).then(
        None, js=_SHOW_WHY
    )
    cards.seen(add_seen, rater, rater, **private)
    rate_button.click(add_asked, [rater, asked], rater, **private)
    skip_button.click(ask_another, [rater, skipped, asked], [skipped, ask_line, asked], **private)
    for event in import_panel.wire(rater):
        event.success(update, everything, outputs, **private)

    def restore_on_load(demo: gr.Blocks) -> None:
        @friendly
        def restore(
            saved_ratings: Any, kept: Any, order: str, popularity: float, genres: list[str], decade: str
        ) -> list[Any]:
            undo_button = gr.Button(visible=bool(kept))
            if not saved_ratings:
                return [*[gr.skip()] * (len(changing) + 2), undo_button]
            entries, n_lost = restored_entries(saved_ratings, catalogue)
            if n_lost:
                gr.Info(f"{n_lost} of your saved ratings are for films that this model does not know.")
            films = update_all(rated_films(entries, catalogue), order, popularity, genres, decade)
            return [entries, *films[: len(changing) + 1], undo_button]

        demo.load(
            restore,
            [saved, undoable, *filters],
            [rater, *changing, cards, import_panel.undo],
            api_visibility="private",
            show_progress="hidden",
        )

    return restore_on_load


def clicked_film(event: gr.EventData) -> int:
    """The film of the button that was pressed.

    Raises:
        InputError: the event carries no film.
    """
    movie_id = event._data.get("movie_id") if isinstance(event._data, dict) else None
    if isinstance(movie_id, bool) or not isinstance(movie_id, int) or movie_id.bit_length() > 62:
        raise InputError("This button belongs to no film; reload the page.")
    return movie_id
