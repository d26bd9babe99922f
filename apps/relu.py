"""ReLU curve fitter (lesson 3): fit a curve by hand, let gradient descent do it, then add up many ReLUs.

    python apps/relu.py              # http://127.0.0.1:7860

One tab a file in `views/relu/`, a script beside each: curves are computed and drawn in the browser. The maths
is in `shared/curves/`, once in Python and once in `curves.js`, and a test holds them together. Programs call
the endpoints in `views/relu/endpoints.py`.
"""

import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `python apps/relu.py` works from any folder

if __name__ == "__main__":
    gc.disable()  # until it is launched: looking for garbage while modules are imported finds none

import gradio as gr
from gradio.components import Component

from apps.catalog import by_name
from apps.views.relu import points_server, units_server
from apps.views.relu.endpoints import build_endpoints
from apps.views.relu.hand import build_hand
from apps.views.relu.lab import START_JS, build_lab
from apps.views.relu.machine import build_machine
from apps.views.relu.points import build_points
from apps.views.relu.quiz import build_quiz
from apps.views.relu.server import race
from apps.views.relu.units import build_units
from shared.ui.command_line import read_command_line
from shared.ui.launch import launch_app
from shared.ui.page import page, tabs

APP = by_name("relu")


def build_demo() -> gr.Blocks:
    """Assemble the page."""
    with page(APP.title, APP.summary, lesson=APP.lesson_link) as demo:
        with tabs(elem_id="curve-tabs"):
            opened: dict[str, gr.Tab] = {}
            controls: list[Component] = []
            for name, build in (
                ("hand", build_hand),
                ("machine", build_machine),
                ("units", build_units),
                ("points", build_points),
            ):
                with gr.Tab(**APP.tab(name)) as opened[name]:
                    controls += build()
            with gr.Tab(**APP.tab("quiz")) as opened["quiz"]:
                build_quiz()
        build_lab([race, *units_server.FUNCTIONS, *points_server.FUNCTIONS])
        build_endpoints()
        for name, tab in opened.items():
            tab.select(None, js=f"() => curveLab.opened('{name}')", show_progress="hidden")
        demo.load(None, outputs=controls, js=START_JS, show_progress="hidden")
    return demo


if __name__ == "__main__":
    given = read_command_line(APP.summary)
    launch_app(build_demo(), server_port=given.port)
