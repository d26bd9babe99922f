"""*Same split*: six models on the same rows, then on many splits. "Would you have survived?"."""

from typing import Any

import gradio as gr

from apps.views.titanic.hand import CSS, TEXTS
from apps.views.titanic.own import build_own
from shared.limits import HEAVY_CONCURRENCY
from shared.tabular.compare import RULE, Comparison, ask_models, explain_linear
from shared.tabular.own import Wanted, compare_on
from shared.tabular.passengers import Person
from shared.tabular.plots import SCORES_PX, plot_scores
from shared.ui.figure import empty_figure
from shared.ui.options import controls
from shared.ui.page import controls_and_picture, errata, explanation, section, try_this
from shared.ui.tabbed import action
from shared.ui.templates import render, show
from shared.ui.wire import keep_in_address, wire

TEMPLATE = "apps/views/titanic/compare.html"
# Forests take seconds: nobody who trains a net waits for them.
QUEUE: dict[str, Any] = {"concurrency_id": "titanic-forests", "concurrency_limit": HEAVY_CONCURRENCY}


def draw_comparison(options: Wanted) -> dict[str, Any]:
    """Try all models, and draw how often each is right."""
    scores = compare_on(options)
    said = {"scores": scores, "rule": RULE, "splits": options.splits, "target": options.target}
    said["n_valid"] = scores[RULE].n
    words, table = (render(TEMPLATE, part=part, **said) for part in ("words", "table"))
    return {"words": words, "table": table, "figure": plot_scores(scores)}


def draw_person(person: Person) -> dict[str, Any]:
    """Ask every model about somebody."""
    chances = ask_models(person)
    without_constant = [chance for name, chance in chances.items() if name != "Constant"]
    gap = max(without_constant) - min(without_constant)
    parts = ", ".join(f"{name} {value:+.1f}" for name, value in explain_linear(person)[:3])
    return {"said": render(TEMPLATE, part="person", chances=chances, gap=gap, parts=parts)}


def build_compare(demo: gr.Blocks, own: dict[str, Any]) -> None:
    """Lay out the tab and wire it."""
    try_this("Guess first: in how many of 40 splits is the net ahead of a rule of one line? Then compare.")
    go, words = action("Compare six models", css=CSS, elem_id="compare-words")
    boxes = controls(Comparison)
    build_own(own)
    figure = empty_figure("compare-figure", height=SCORES_PX, message="Press “Compare six models”.")
    table = show(css=CSS, elem_id="compare-table")
    errata(
        "Accuracies of 0.7865, 0.792 and 0.8258 are read as one model better than the other.",
        "They are 140, 141 and 147 of 178 passengers, and 147 may stand for 76.3 % to 87.5 %.",
        why="One split of so few rows cannot tell them apart. Many splits can.",
        source="Linear model and neural net from scratch",
    )
    section("Would you have survived?", "Every model learned from the same 713 passengers.")
    with controls_and_picture(sticky=False, picture_first=False) as (left, right):
        with left:
            person = controls(Person)
            ask = gr.Button("Ask all six", min_width=280)
        with right:
            said = show(css=CSS, elem_id="compare-person")
    explanation(TEXTS["compare"])
    fills = {"words": words, "table": table, "figure": figure}
    wait = {"show_progress": "full", "show_progress_on": [figure], **QUEUE}
    wire([go.click], draw_comparison, Wanted, boxes | own, fills, **wait)
    wire([ask.click], draw_person, Person, person, {"said": said})
    keep_in_address("compare", Comparison, boxes, demo)
