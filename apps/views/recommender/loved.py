"""*Loved*: the films with the highest and the lowest bias, and what a bias says that a mean rating does not.

with gr.Tab("Loved"):
    build_loved(recommender)
"""

from typing import Any

import gradio as gr

from shared.collab.bias_plots import HEIGHT_PX, plot_bias
from shared.collab.film_bias import bias_range, find_same_mean_pair
from shared.collab.model import Recommender
from shared.collab.numbers import check_whole, signed
from shared.plotting import plot_message
from shared.ui.guard import friendly
from shared.ui.page import controls_and_picture, explain, piece, table_html, try_this, try_this_html

N_SHOWN = 9  # at each end
LEAST_MIN_RATINGS, MOST_MIN_RATINGS, START_MIN_RATINGS = 20, 100, 50


def show_bias(recommender: Recommender, x_range: tuple[float, float], min_ratings: object) -> list[Any]:
    """The picture, two films to compare, and what to try next."""
    least = check_whole(
        "The least number of ratings", min_ratings, low=LEAST_MIN_RATINGS, high=MOST_MIN_RATINGS
    )
    answer = recommender.bias(n=N_SHOWN, min_ratings=least)
    if not answer["highest"]:
        empty = plot_message("No film has that many ratings. Move the slider to the left.", height=HEIGHT_PX)
        return [empty, "", try_this_html(next_step(least))]
    return [
        plot_bias(answer, x_range=x_range),
        same_mean_html(recommender, least),
        try_this_html(next_step(least)),
    ]


def next_step(min_ratings: int) -> str:
    """Say what to try, depending on where the slider is."""
    if min_ratings < START_MIN_RATINGS:
        return (
            "Look at the whiskers: with few ratings they are long, so the order is less sure. "
            "Move the slider to the right end. What happens to the worst film?"
        )
    if min_ratings > START_MIN_RATINGS:
        return "Only famous films are left, and hardly any is loathed. Why? Bad films rarely get famous."
    return "Move the slider to the left end. Which side changes more, loved or loathed?"


def same_mean_html(recommender: Recommender, min_ratings: int) -> str:
    """Two films with the same mean rating and different biases, as a small table."""
    pair = find_same_mean_pair(recommender, min_ratings=min_ratings)
    if pair is None:
        return ""
    rows = [
        [
            f"{film['title']} ({film['year']})" if film["year"] else film["title"],
            f"{film['mean_rating']:.2f}",
            signed(film["bias"]),
            f"{signed(film['low'])} to {signed(film['high'])}",
        ]
        for film in pair
    ]
    return table_html(
        ["Film", "Mean rating", "Bias", "80 % interval"],
        rows,
        caption="Nearly the same mean rating, different bias. The first was rated by stricter people, or "
        "by people whose taste it does not meet. The bias takes that out.",
        numeric=(1, 2, 3),
    )


def build_loved(recommender: Recommender) -> None:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        recommender: the model that answers.
    """
    x_range = bias_range(recommender, min_ratings=LEAST_MIN_RATINGS)
    first_plot, first_pair, _ = show_bias(recommender, x_range, START_MIN_RATINGS)

    # Layout
    next_line = try_this(next_step(START_MIN_RATINGS))
    with controls_and_picture(sticky=False) as (controls, picture):
        with controls:
            least_slider = gr.Slider(
                LEAST_MIN_RATINGS,
                MOST_MIN_RATINGS,
                START_MIN_RATINGS,
                step=10,
                label="Least number of ratings",
                info="Films with fewer are left out.",
            )
        with picture:
            bias_plot = gr.Plot(
                first_plot, show_label=False, elem_id="bias-plot", elem_classes="look-words-in-figure"
            )
    pair_table = piece(first_pair)
    with explain("What is a bias?", _EXPLANATION):
        pass

    # Wiring
    @friendly
    def update(min_ratings: float) -> list[Any]:
        return show_bias(recommender, x_range, min_ratings)

    least_slider.input(
        update,
        least_slider,
        [bias_plot, pair_table, next_line],
        trigger_mode="always_last",
        show_progress="hidden",
        api_visibility="private",
    )


_EXPLANATION = """
The model predicts a rating as a sum: the mean of all ratings, the film's **bias**, your own bias, and the
match of your taste with the film (the **dot product** of the factors).

The *film's bias* is what is left when strict raters and matching tastes are taken out: how many stars above
or below the mean a film gets from **everybody**, also from people who do not usually like its kind.

- A *low* bias: even people whose taste it should meet did not enjoy it.
- A *high* bias: even people who do not usually like such films enjoyed it.

The *mean rating* mixes these things. A horror film is mostly rated by people who seek out horror, and a
film may happen to be rated by strict people. So two films can have the same mean and different biases.

The **whiskers** are 80 % intervals: 4 of 5 such intervals hold the true bias, if the model is right. A film
with few ratings is pulled towards what its genres, its year and its fame promise, so that three lucky
ratings do not put it on top.

[Lesson 7](https://course.fast.ai/Lessons/lesson7.html) sorts the films by their bias in the same way.
"""
