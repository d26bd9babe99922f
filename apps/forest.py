"""Random-forest explorer (lessons 5 and 6): splits, trees, forests, and why a prediction is what it is.

    python apps/forest.py                                   # http://127.0.0.1:7860
    python apps/forest.py --scheduler tcp://192.0.2.7:8786  # a Dask cluster fits the forests

One tab a file in `views/forest/`; the maths is in `shared/forest/` and knows nothing of Gradio. Programs call
the endpoints in `views/forest/endpoints.py`.
"""

import argparse
import gc
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `python apps/forest.py` works from any folder

if __name__ == "__main__":
    gc.disable()  # until it is launched: looking for garbage while modules are imported finds none

import gradio as gr

from apps.views.forest.beyond import build_beyond
from apps.views.forest.endpoints import build_endpoints
from apps.views.forest.forest_tab import build_forest
from apps.views.forest.grow_tab import build_grow
from apps.views.forest.matter import build_matter
from apps.views.forest.partial import build_partial
from apps.views.forest.quiz import build_quiz
from apps.views.forest.session import start_state
from apps.views.forest.split import build_split
from apps.views.forest.table_panel import FIRST_TAB, build_table
from apps.views.forest.take import build_take
from apps.views.forest.why import build_why
from shared.forest.cluster import SCHEDULER_VARIABLE, use_scheduler
from shared.forest.kernels import prepare
from shared.limits import MAX_TABLE_MB
from shared.ui.launch import launch_app
from shared.ui.page import page, tabs

TITLE = "Random-forest explorer"
SUMMARY = "Split a table, grow a tree, then a forest. See which columns matter, and why a prediction is so."
PATH = "/forest"
LESSON = ("Lesson 6", "https://course.fast.ai/Lessons/lesson6.html")


def build_demo() -> gr.Blocks:
    """Assemble the page."""
    with page(TITLE, SUMMARY, lesson=LESSON, upload_mb=MAX_TABLE_MB) as demo:
        state = gr.State(start_state())
        # Made here, so that the panel above can open a tab, and placed below it.
        all_tabs = tabs(elem_id="forest-tabs", render=False)
        used = build_table(state, all_tabs)
        all_tabs.render()
        with all_tabs:
            for title, build in (
                (FIRST_TAB, partial(build_split, used=used)),
                ("Grow a tree", build_grow),
                ("Forest", build_forest),
                ("Which matter", build_matter),
                ("Partial dependence", build_partial),
                ("Why", build_why),
                ("Beyond", build_beyond),
                ("Take it away", build_take),
            ):
                with gr.Tab(title, id=title) as tab:
                    build(state, tab)
            with gr.Tab("Quiz"):
                build_quiz()
        build_endpoints()
    prepare()  # compiles in the background what takes seconds the first time
    return demo


def read_scheduler(arguments: Sequence[str] | None = None) -> str | None:
    """Read the command line.

    Args:
        arguments: instead of the process's own.

    Returns:
        The address of a Dask scheduler; None when none is named, and then the environment may name one.
    """
    parser = argparse.ArgumentParser(description=SUMMARY)
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help=f"a Dask cluster that fits the forests, such as tcp://192.0.2.7:8786 (or {SCHEDULER_VARIABLE}); "
        "it must be your own: Dask sends pickles",
    )
    return parser.parse_args(arguments).scheduler


if __name__ == "__main__":
    use_scheduler(read_scheduler())
    launch_app(build_demo())
