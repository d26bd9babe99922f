"""Which image model should I fine-tune? (lessons 3 and 6): speed, accuracy, robustness, this machine.

    python apps/models.py              # http://127.0.0.1:7860

The figures are timm's, in `shared/image_models/`, with the formulas: once in Python, and once in `rank.js`
for the page, where 1,500 models are filtered and drawn while a slider moves. A test holds the two together.
"""

import gc
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `python apps/models.py` works from any folder

if __name__ == "__main__":
    gc.disable()  # until it is launched: looking for garbage while modules are imported finds none

import gradio as gr

from apps.catalog import by_name
from apps.views.models.choose import build_choose, build_score
from apps.views.models.endpoints import build_endpoints
from apps.views.models.measure import build_measure, build_use
from apps.views.models.plot import build_robust, build_speed
from apps.views.models.quiz import build_quiz
from shared.ui.command_line import read_command_line
from shared.ui.launch import launch_app
from shared.ui.modules import module
from shared.ui.tabbed import ADDRESS, tabbed_page

APP = by_name("models")
BUILDERS: tuple[Callable[..., None], ...] = (
    *(build_speed, build_robust, build_choose, build_score),
    *(build_measure, build_use, build_quiz),
)  # in the order of the tabs


def build_demo() -> gr.Blocks:
    """Assemble the page."""
    address = module(ADDRESS, "models-tabs", render=False)
    return tabbed_page(APP, BUILDERS, build_endpoints, words=False, address=address)


if __name__ == "__main__":
    given = read_command_line(APP.summary)
    launch_app(build_demo(), server_port=given.port)
