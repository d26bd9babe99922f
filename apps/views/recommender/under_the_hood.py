"""*Under the hood*: how the recommender's model works, one idea a tab, on a corner small enough to read.

`build_under_the_hood` lays out five inner tabs. Each is its own file beside this one: `hood_lookup.py` (a
match, a lookup), `hood_corner.py` (training), `hood_sizes.py` (embedding sizes), `hood_code.py` (the PyTorch
module).

    with gr.Tab("Under the hood"):
        build_under_the_hood(Corner(ratings, film_titles))
"""

import gradio as gr

from apps.views.recommender.hood_code import build_code
from apps.views.recommender.hood_corner import Corner, build_corner_training
from apps.views.recommender.hood_lookup import build_lookup, build_match
from apps.views.recommender.hood_sizes import build_sizes
from shared.ui.page import tabs

__all__ = ["Corner", "build_under_the_hood"]


def build_under_the_hood(corner: Corner) -> None:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        corner: the stars of the 15 x 15 corner and the titles of its films.
    """
    with tabs(elem_id="hood-tabs"):
        with gr.Tab("Match"):
            build_match()
        with gr.Tab("Lookup"):
            build_lookup()
        with gr.Tab("Train"):
            run_state = build_corner_training(corner)
        with gr.Tab("Sizes"):
            build_sizes()
        with gr.Tab("Code") as code_tab:
            build_code(corner, run_state, code_tab)
