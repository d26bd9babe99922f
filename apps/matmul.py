"""Matrix multiplication, seen (lessons 3, 5, 7): rows by columns, broadcasting, gradients, lookups, speed.

    python apps/matmul.py              # http://127.0.0.1:7860

What moves is drawn by ES modules in the browser, the rest by templates, all in `views/matmul/`. The maths is
in `shared/matmul/`, once in Python and once in `maths.js`, and a test holds them together.
"""

import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `python apps/matmul.py` works from any folder

if __name__ == "__main__":
    gc.disable()  # until it is launched: looking for garbage while modules are imported finds none

import gradio as gr

from apps.catalog import by_name
from apps.views.matmul.broadcast import build_broadcast
from apps.views.matmul.endpoints import build_endpoints
from apps.views.matmul.lookup import build_lookup, build_titanic
from apps.views.matmul.multiply import build_gradient, build_multiply
from apps.views.matmul.quiz import build_quiz
from apps.views.matmul.speed import build_speed
from shared.ui.command_line import read_command_line
from shared.ui.launch import launch_app
from shared.ui.tabbed import tabbed_page

APP = by_name("matmul")
BUILDERS = (
    build_multiply,
    build_broadcast,
    build_gradient,
    build_lookup,
    build_titanic,
    build_speed,
    build_quiz,
)


def build_demo() -> gr.Blocks:
    """Assemble the page."""
    return tabbed_page(APP, BUILDERS, build_endpoints)


if __name__ == "__main__":
    given = read_command_line(APP.summary)
    launch_app(build_demo(), server_port=given.port)
