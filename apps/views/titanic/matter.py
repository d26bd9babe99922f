"""*Which step*: each step off and each feature on in turn, for a net and for a forest."""

from typing import Any

import gradio as gr

from apps.views.titanic.compare import QUEUE
from apps.views.titanic.hand import CSS, TEXTS
from shared.tabular.ablation import Ablation, try_steps
from shared.tabular.ablation_plots import HEIGHT_PX, plot_effects
from shared.ui.figure import empty_figure
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, errata, explain, try_this
from shared.ui.templates import render, show
from shared.ui.wire import keep_in_address, wire

TEMPLATE = "apps/views/titanic/matter.html"


def draw_steps(options: Ablation) -> dict[str, Any]:
    """Try every step, and draw what each changes."""
    base, effects = try_steps(options)
    by_sign = {sign: [name for name, effect in effects.items() if effect.sign == sign] for sign in (-1, 1)}
    words = render(
        TEMPLATE,
        part="words",
        model=options.model,
        splits=options.splits,
        base=base,
        hurt=by_sign[-1],
        helped=by_sign[1],
    )
    table = render(TEMPLATE, part="table", splits=options.splits, effects=effects)
    return {"words": words, "figure": plot_effects(effects), "table": table}


def build_matter(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    try_this("Guess which two steps the net needs most. Try every step, then choose *forest* and try again.")
    with gr.Row():
        go = gr.Button("Try every step", variant="primary", min_width=280)
        with gr.Column(scale=2, min_width=280):
            words = show(css=CSS, elem_id="matter-words", elem_classes=["look-piece", "look-answer"])
    with controls_and_picture(sticky=False) as (left, right):
        with left:
            boxes = controls(Ablation)
        with right:
            figure = empty_figure("matter-figure", height=HEIGHT_PX, message="Press “Try every step”.")
            table = show(css=CSS, elem_id="matter-table")
    errata(
        "`df['Title'] = names.str.extract(...).value_counts()` and `Alone = (Family == 1)`",
        "The title of each row, without `value_counts()`, and `Alone = (Family == 0)`.",
        why="A table of counts has no passenger's row number, so 0 of 891 rows get a title. Family counts "
        "the others: published, 161 rows are marked as alone, and 537 passengers were.",
        source="Why you should use a framework",
    )
    with explain(text=TEXTS["matter"]):
        pass
    fills = {"words": words, "figure": figure, "table": table}
    wait = {"show_progress": "full", "show_progress_on": [figure], **QUEUE}
    wire([go.click], draw_steps, Ablation, boxes, fills, **wait)
    keep_in_address("matter", Ablation, boxes, demo)
