"""*Which step*: each step off and each feature on in turn, for a net and for a forest."""

from typing import Any

import gradio as gr

from apps.views.titanic.compare import QUEUE
from apps.views.titanic.hand import CSS, TEXTS
from shared.tabular.ablation import Ablation, try_steps
from shared.tabular.plots import EFFECTS_PX, plot_effects
from shared.ui.figure import empty_figure
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, errata, explanation, try_this
from shared.ui.tabbed import action
from shared.ui.templates import render, show
from shared.ui.wire import keep_in_address, wire

TEMPLATE = "apps/views/titanic/matter.html"


def draw_steps(options: Ablation) -> dict[str, Any]:
    """Try every step, and draw what each changes."""
    base, effects = try_steps(options)
    hurt, helped = ([name for name, one in effects.items() if one.sign == sign] for sign in (-1, 1))
    said = {"base": base, "effects": effects, "hurt": hurt, "helped": helped, **options.model_dump()}
    words, table = (render(TEMPLATE, part=part, **said) for part in ("words", "table"))
    return {"words": words, "figure": plot_effects(effects), "table": table}


def build_matter(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    try_this("Guess which two steps the net needs most. Try every step, then choose *forest* and try again.")
    go, words = action("Try every step", css=CSS, elem_id="matter-words")
    with controls_and_picture(sticky=False) as (left, right):
        with left:
            boxes = controls(Ablation)
        with right:
            figure = empty_figure("matter-figure", height=EFFECTS_PX, message="Press “Try every step”.")
            table = show(css=CSS, elem_id="matter-table")
    errata(
        "`df['Title'] = names.str.extract(...).value_counts()` and `Alone = (Family == 1)`",
        "The title of each row, without `value_counts()`, and `Alone = (Family == 0)`.",
        why="A table of counts has no passenger's row number, so 0 of 891 rows get a title. Family counts "
        "the others: published, 161 rows are marked as alone, and 537 passengers were.",
        source="Why you should use a framework",
    )
    explanation(TEXTS["matter"])
    fills = {"words": words, "figure": figure, "table": table}
    wait = {"show_progress": "full", "show_progress_on": [figure], **QUEUE}
    wire([go.click], draw_steps, Ablation, boxes, fills, **wait)
    keep_in_address("matter", Ablation, boxes, demo)
