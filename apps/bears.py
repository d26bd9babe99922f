"""Bear classifier (lessons 1, 2, 3 and 6): which bear is it, or none; clean data, train, look inside.

    python apps/bears.py              # http://127.0.0.1:7860

One tab a file in `views/bears/`; the maths is in `shared/vision/`. Programs call the endpoints in
`views/bears/endpoints.py`. Nothing here imports torch or fastai until somebody trains or looks inside.
"""

import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `python apps/bears.py` works from any folder

if __name__ == "__main__":
    gc.disable()  # until it is launched: looking for garbage while modules are imported finds none
    # The model is read while Gradio is imported, which takes two seconds.
    import threading

    from shared.vision.model import load_classifier

    threading.Thread(target=load_classifier, name="load-model", daemon=True).start()

import gradio as gr

from apps.catalog import by_name
from apps.views.bears.clean import build_clean
from apps.views.bears.endpoints import build_endpoints
from apps.views.bears.inside import build_inside
from apps.views.bears.kept import kept_choices
from apps.views.bears.quiz import build_quiz
from apps.views.bears.sees import build_sees
from apps.views.bears.train_endpoint import build_train_endpoint
from apps.views.bears.train_tab import build_train
from apps.views.bears.which import build_which
from shared.ui.command_line import read_command_line
from shared.ui.launch import launch_app
from shared.ui.modules import module
from shared.ui.page import notice, page, tabs
from shared.ui.training_panel import kept_training
from shared.vision.images import return_memory
from shared.vision.model import Classifier, load_classifier

APP = by_name("bears")


def build_demo(classifier: Classifier | None = None) -> gr.Blocks:
    """Assemble the page.

    Args:
        classifier: the model that answers; by default the one `shared.artifacts` finds.
    """
    return_memory()
    model = classifier or load_classifier()
    with page(APP.title, APP.summary, lesson=APP.lesson_link) as demo:
        training, choices = kept_training("bears"), kept_choices()
        notice(model.notice)
        with tabs(elem_id="bears-tabs"):
            with gr.Tab(**APP.tab("which")):
                build_which(model)
            with gr.Tab(**APP.tab("sees")):
                build_sees(model)
            with gr.Tab(**APP.tab("clean")):
                find_choices_on_load = build_clean(model, choices)
            with gr.Tab(**APP.tab("train")):
                build_train(model, training, demo)
            with gr.Tab(**APP.tab("inside")):
                build_inside(model)
            with gr.Tab(**APP.tab("quiz")):
                build_quiz()
        build_endpoints(model)
        build_train_endpoint()
        module("shared/ui/browser/address.js", "bears-tabs")
        find_choices_on_load(demo)
    return demo


if __name__ == "__main__":
    given = read_command_line(APP.summary)
    launch_app(build_demo(), server_port=given.port)
