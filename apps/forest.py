"""Random-forest explorer (lessons 5 and 6): splits, trees, forests, and why a prediction is what it is.

    python apps/forest.py              # http://127.0.0.1:7860

One tab a file in `views/forest/`; the maths is in `shared/forest/` and knows nothing of Gradio. Programs call
the endpoints in `views/forest/endpoints.py`.
"""

import gc
import sys
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
from apps.views.forest.table_panel import build_table
from apps.views.forest.why import build_why
from shared.forest.kernels import prepare
from shared.ui.launch import launch_app
from shared.ui.page import page, tabs

TITLE = "Random-forest explorer"
SUMMARY = "Split a table, grow a tree, then a forest. See which columns matter, and why a prediction is so."
PATH = "/forest"
LESSON = ("Lesson 6", "https://course.fast.ai/Lessons/lesson6.html")


def build_demo() -> gr.Blocks:
    """Assemble the page."""
    with page(TITLE, SUMMARY, lesson=LESSON) as demo:
        state = gr.State(start_state())
        build_table(state)
        with tabs(elem_id="forest-tabs"):
            for title, build in (
                ("One split", build_split),
                ("Grow a tree", build_grow),
                ("Forest", build_forest),
                ("Which matter", build_matter),
                ("Partial dependence", build_partial),
                ("Why", build_why),
                ("Beyond", build_beyond),
            ):
                with gr.Tab(title) as tab:
                    build(state, tab)
            with gr.Tab("Quiz"):
                build_quiz()
        build_endpoints()
    prepare()  # compiles in the background what takes seconds the first time
    return demo


if __name__ == "__main__":
    launch_app(build_demo())
