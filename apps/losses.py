"""Losses and gradient accumulation (lesson 7): from logits to a loss, and one step in small pieces.

    python apps/losses.py              # http://127.0.0.1:7860

What moves is drawn by ES modules in the browser, the rest by templates, all in `views/losses/`. The maths is
in `shared/losses/`, once in Python and once in `maths.js`, and a test holds them together.
"""

import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `python apps/losses.py` works from any folder

if __name__ == "__main__":
    gc.disable()  # until it is launched: looking for garbage while modules are imported finds none

import gradio as gr

from apps.catalog import by_name
from apps.views.losses.endpoints import build_endpoints
from apps.views.losses.entropy import build_entropy
from apps.views.losses.memory import build_memory
from apps.views.losses.quiz import build_quiz
from apps.views.losses.same import build_same
from shared.ui.command_line import read_command_line
from shared.ui.dictionary import dictionary
from shared.ui.launch import launch_app
from shared.ui.modules import module
from shared.ui.page import page, tabs

APP = by_name("losses")
BUILDERS = {"entropy": build_entropy, "same": build_same, "memory": build_memory, "quiz": build_quiz}


def build_demo() -> gr.Blocks:
    """Assemble the page."""
    with page(APP.title, APP.summary, lesson=APP.lesson_link) as demo:
        with tabs(elem_id="losses-tabs"):
            for name, build in BUILDERS.items():
                with gr.Tab(**APP.tab(name)):
                    build(demo)
        build_endpoints()
        module("shared/ui/browser/address.js", "losses-tabs")
        dictionary()
    return demo


if __name__ == "__main__":
    given = read_command_line(APP.summary)
    launch_app(build_demo(), server_port=given.port)
