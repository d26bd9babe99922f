"""*Train*: the lesson's nets from linear to deep, with its own seed, one step or many."""

import functools
from typing import Any

import gradio as gr

from apps.views.titanic.hand import CSS, TEXTS
from shared.options import check
from shared.tabular.net import FAILED
from shared.tabular.notebook import write_notebook
from shared.tabular.plots import CURVES_PX, SIZES_PX, plot_curves, plot_sizes
from shared.tabular.train import LESSON_RUNS, MOST_EPOCHS, Training, count_one_r, run_training
from shared.ui.figure import empty_figure
from shared.ui.modules import module
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, explanation, try_this
from shared.ui.templates import render, show
from shared.ui.wire import keep_in_address, wire, wire_in_browser


def draw_training(options: Training) -> dict[str, Any]:
    """Train, and draw how it went."""
    run = run_training(options)
    failed = run.accuracy.mean < FAILED
    words = render("apps/views/titanic/train.html", run=run, one_r=count_one_r(), failed=failed)
    return {"words": words, "curves": plot_curves(run), "sizes": plot_sizes(run)}


def draw_lesson(chosen: Training, _options: Training) -> dict[str, Any]:
    """Set the controls to a run of the lesson, and draw it."""
    return {**chosen.model_dump(), **draw_training(chosen)}


def draw_next(options: Training) -> dict[str, Any]:
    """Take one step more than before."""
    return draw_lesson(options.model_copy(update={"epochs": min(options.epochs + 1, MOST_EPOCHS)}), options)


def take_notebook(value: Any) -> dict[str, Any]:
    """Write the notebook of the page's training."""
    return write_notebook(check(Training, value if isinstance(value, dict) else {}))


def build_train(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    try_this("Train the deep net. Then take seed 443, and the same net learns nothing. Now try *kaiming*.")
    with gr.Row():
        with gr.Column(scale=1, min_width=280):
            go = gr.Button("Train", variant="primary")
            step = gr.Button("One step more")
        with gr.Column(scale=2, min_width=280):
            words = show(css=CSS, elem_id="train-words", elem_classes=["look-piece", "look-answer"])
    with gr.Row():
        lesson = {name: gr.Button(f"Lesson: {name}", size="lg", min_width=150) for name in LESSON_RUNS}
    with controls_and_picture(sticky=False) as (left, right):
        with left:
            boxes = controls(Training)
            take, start = "apps/views/titanic/take.js", Training().model_dump()
            notebook = module(take, start, functions=[take_notebook])
        with right:
            curves = empty_figure("train-curves", height=CURVES_PX, message="Press “Train”.")
            message = "Here the coefficients follow."
            sizes = empty_figure("train-sizes", height=SIZES_PX, message=message)
    explanation(TEXTS["train"])
    fills = {"words": words, "curves": curves, "sizes": sizes}
    wire([go.click], draw_training, Training, boxes, fills)
    wire([step.click], draw_next, Training, boxes, fills | boxes)
    for name, button in lesson.items():
        draw = functools.update_wrapper(functools.partial(draw_lesson, LESSON_RUNS[name]), draw_lesson)
        wire([button.click], draw, Training, boxes, fills | boxes)
    wire_in_browser([box.change for box in boxes.values()], Training, boxes, notebook)
    keep_in_address("train", Training, boxes, demo)
