"""Random-forest explorer (lessons 5 and 6): splits, trees, forests, and why a prediction is what it is.

    python apps/forest.py                                   # http://127.0.0.1:7860
    python apps/forest.py --scheduler tcp://192.0.2.7:8786  # a Dask cluster fits the forests

One tab a file in `views/forest/`; the maths is in `shared/forest/` and knows nothing of Gradio. Programs call
the endpoints in `views/forest/endpoints.py`.
"""

import gc
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `python apps/forest.py` works from any folder

if __name__ == "__main__":
    gc.disable()  # until it is launched: looking for garbage while modules are imported finds none

import gradio as gr

from apps.catalog import by_name
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
from apps.views.forest.take import build_take
from apps.views.forest.why import build_why
from shared.forest.cluster import SCHEDULER_VARIABLE, use_scheduler
from shared.forest.kernels import prepare
from shared.limits import MAX_TABLE_MB
from shared.ui.command_line import read_command_line
from shared.ui.launch import launch_app
from shared.ui.page import page, tabs

APP = by_name("forest")
FLAGS = {
    "--scheduler": "a Dask cluster that fits the forests, such as tcp://192.0.2.7:8786 "
    f"(or {SCHEDULER_VARIABLE}); it must be your own: Dask sends pickles"
}


def build_demo() -> gr.Blocks:
    """Assemble the page."""
    with page(APP.title, APP.summary, lesson=APP.lesson_link, upload_mb=MAX_TABLE_MB) as demo:
        state = gr.State(start_state())
        # Made here, so that the panel above can open a tab, and placed below it.
        all_tabs = tabs(elem_id="forest-tabs", render=False)
        used = build_table(state, all_tabs)
        all_tabs.render()
        with all_tabs:
            for name, build in (
                ("split", partial(build_split, used=used)),
                ("grow", build_grow),
                ("forest", build_forest),
                ("matter", build_matter),
                ("partial", build_partial),
                ("why", build_why),
                ("beyond", build_beyond),
                ("take", build_take),
            ):
                with gr.Tab(**APP.tab(name)) as tab:
                    build(state, tab)
            with gr.Tab(**APP.tab("quiz")):
                build_quiz()
        build_endpoints()
    prepare()  # compiles in the background what takes seconds the first time
    return demo


if __name__ == "__main__":
    given = read_command_line(APP.summary, flags=FLAGS)
    use_scheduler(given.scheduler)
    launch_app(build_demo(), server_port=given.port)
