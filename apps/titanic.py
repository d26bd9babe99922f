"""A neural net for a table, from scratch (lesson 5): by hand, trained, and how often it fails.

    python apps/titanic.py             # http://127.0.0.1:7860

What moves is drawn by an ES module in the browser, the rest by templates, all in `views/titanic/`. The maths
is in `shared/tabular/`, in NumPy, with PyTorch's own random numbers; tests hold it to PyTorch and the page.
"""

import gc
import sys
from functools import partial
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
from apps.views.titanic.fastai import build_fastai
from apps.views.titanic.hand import build_hand
from apps.views.titanic.matter import build_matter
from apps.views.titanic.own import own_boxes
from apps.views.titanic.quiz import build_quiz
from apps.views.titanic.train import build_train
from shared.ui.command_line import read_command_line
from shared.ui.launch import launch_app
from shared.ui.tabbed import tabbed_page
from shared.ui.training_panel import kept_training

APP = by_name("titanic")


def build_demo() -> gr.Blocks:
    """Assemble the page."""
    own = own_boxes()  # a table of the visitor's, for both tabs that learn from it
    compare, embed = partial(build_compare, own=own), partial(build_embed, own=own)
    saved = kept_training(APP.name)
    fastai = partial(build_fastai, saved=saved)
    builders = (build_hand, build_train, build_failure, fastai, compare, build_matter, embed, build_quiz)
    return tabbed_page(APP, builders, build_endpoints, before=[saved])


if __name__ == "__main__":
    given = read_command_line(APP.summary)
    launch_app(build_demo(), server_port=given.port)
