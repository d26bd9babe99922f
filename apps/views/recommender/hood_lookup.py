"""The first two ideas of *Under the hood*: a match is a dot product, and an embedding is a lookup."""

from typing import Any

import gradio as gr
import numpy as np

from shared.collab.lookup import TOY_FACTORS, TOY_FILMS, TOY_USER, compare_ways, match_score
from shared.collab.lookup_plots import plot_match, plot_one_hot
from shared.ui.guard import friendly
from shared.ui.page import controls_and_picture, explain, table, table_html, try_this

_TABLE = np.random.default_rng(4).normal(0, 0.9, (8, 4)).round(2)  # a table small enough to read


def draw_match(*taste: float) -> object:
    """Multiply the visitor's taste by each film's factors and draw the parts."""
    parts = {film: match_score(list(factors), list(taste))[1] for film, factors in TOY_FILMS.items()}
    return plot_match(parts, TOY_FACTORS)


def draw_one_hot(index: float) -> object:
    """Draw the one-hot product that picks this row."""
    return plot_one_hot(index, _TABLE)


def count_both(n_rows: float, n_factors: float) -> dict[str, Any]:
    """Do the lookup and the one-hot product at this size, and tell what each cost, for `table`."""
    result = compare_ways(n_rows, n_factors)
    return {
        "columns": ["", "One-hot × table", "Lookup"],
        "rows": [
            ["Multiplications", f"{result.n_multiplications:,}", "0"],
            ["Microseconds", f"{result.one_hot_microseconds:,.1f}", f"{result.lookup_microseconds:,.1f}"],
            ["Same numbers", *["yes" if result.exactly_equal else "no"] * 2],
        ],
        "numeric": (1, 2),
    }


def update_counts(n_rows: float, n_factors: float) -> str:
    """Count again at another size."""
    return table_html(**count_both(n_rows, n_factors))


def build_match() -> None:
    """Lay out the dot product of the lesson: two films and the visitor's taste."""
    try_this(
        "You like *old film* at −0.6. Make it 1. Casablanca still loses: which other slider makes it win?"
    )
    with controls_and_picture() as (controls, picture):
        with controls:
            taste_sliders = [
                gr.Slider(-1, 1, value=value, step=0.1, label=f"You like: {factor}", info=info)
                for factor, value, info in zip(
                    TOY_FACTORS, TOY_USER, ("−1 is dislike, 1 is love", None, None), strict=True
                )
            ]
        with picture:
            match_plot = gr.Plot(
                draw_match(*TOY_USER),
                show_label=False,
                elem_id="match-plot",
                elem_classes="look-words-in-figure",
            )
    with explain(text=_MATCH_EXPLANATION):
        pass
    gr.on(
        [slider.input for slider in taste_sliders],
        friendly(draw_match),
        taste_sliders,
        match_plot,
        trigger_mode="always_last",
        show_progress="hidden",
        api_visibility="private",
    )


def build_lookup() -> None:
    """Lay out the lookup beside the one-hot product, with counted multiplications."""
    try_this("Move the 1 to another row. Which row comes out?")
    with controls_and_picture() as (controls, picture):
        with controls:
            index_slider = gr.Slider(
                0, len(_TABLE) - 1, value=3, step=1, label="Row to look up", info="One row for each film."
            )
            gr.Markdown("**The same with a large table**")
            with gr.Row():
                rows_number = gr.Number(
                    9066, label="Rows", info="Films", precision=0, minimum=1, min_width=100
                )
                factors_number = gr.Number(
                    50, label="Factors", info="For each", precision=0, minimum=1, min_width=100
                )
            count_button = gr.Button("Do both and count", variant="primary")
            counts_table = table(**count_both(9066, 50))
        with picture:
            one_hot_plot = gr.Plot(draw_one_hot(3), show_label=False, elem_id="one-hot-plot")
    with explain(text=_LOOKUP_EXPLANATION):
        pass
    index_slider.input(
        friendly(draw_one_hot),
        index_slider,
        one_hot_plot,
        trigger_mode="always_last",
        show_progress="hidden",
        api_visibility="private",
    )
    count_button.click(
        friendly(update_counts), [rows_number, factors_number], counts_table, api_visibility="private"
    )


_MATCH_EXPLANATION = """
Each film has one number for each *factor*. The Last Skywalker is 0.98 science fiction, 0.9 action and −0.9
old film. Your taste has a number for the same factors. Multiply the pairs and add: that is the **match**,
also called the *dot product*. With the lesson's numbers it is 2.142 for The Last Skywalker and −1.611 for
Casablanca.

Here somebody wrote the numbers by hand. The model *learns* them from ratings: see **Train**.
"""

_LOOKUP_EXPLANATION = """
A *one-hot* vector is all zeros with a single 1. Multiply it by a table and every row is wiped out by a 0,
except one. So the product **is** that row.

Taking the row directly gives the same numbers and needs no multiplication. That shortcut is called an
**embedding**. A model can still learn through it, because it is the same as a product.

The multiplications are counted while they are done. The times (a microsecond is a millionth of a second)
are medians measured just now on the machine that runs this app, with numpy.
"""
