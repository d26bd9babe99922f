"""A neural net for a table, from scratch (lesson 5): by hand, trained, and how often it fails.

    python apps/titanic.py             # http://127.0.0.1:7860

What moves is drawn by an ES module in the browser, the rest by templates, all in `views/titanic/`. The maths
is in `shared/tabular/`, in NumPy, with PyTorch's own random numbers; tests hold it to PyTorch and the page.
"""

import gc
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `python apps/titanic.py` works from any folder

if __name__ == "__main__":
    gc.disable()  # until it is launched: looking for garbage while modules are imported finds none

import gradio as gr

from apps.catalog import by_name
from apps.views.titanic.compare import build_compare
from apps.views.titanic.embed import build_embed
from apps.views.titanic.endpoints import build_endpoints
from apps.views.titanic.failure import build_failure
from apps.views.titanic.hand import build_hand
from apps.views.titanic.matter import build_matter
from apps.views.titanic.own import own_boxes
from apps.views.titanic.quiz import build_quiz
from apps.views.titanic.train import build_train
from shared.ui.command_line import read_command_line
from shared.ui.dictionary import dictionary
from shared.ui.launch import launch_app
from shared.ui.modules import module
from shared.ui.page import page, tabs

APP = by_name("titanic")
BUILDERS: dict[str, Callable[..., None]] = {
    "hand": build_hand,
    "train": build_train,
    "failure": build_failure,
    "compare": build_compare,
    "matter": build_matter,
    "embed": build_embed,
    "quiz": build_quiz,
}


def build_demo() -> gr.Blocks:
    """Assemble the page."""
    with page(APP.title, APP.summary, lesson=APP.lesson_link) as demo:
        own = own_boxes()  # a table of the visitor's, for both tabs that learn from it
        with tabs(elem_id="titanic-tabs"):
            for name, build in BUILDERS.items():
                with gr.Tab(**APP.tab(name)):
                    build(demo, **({"own": own} if name in ("compare", "embed") else {}))
        build_endpoints()
        module("shared/ui/browser/address.js", "titanic-tabs")
        dictionary()
    return demo


if __name__ == "__main__":
    given = read_command_line(APP.summary)
    launch_app(build_demo(), server_port=given.port)
