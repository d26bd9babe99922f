"""*Same step?*: one batch of 64 against micro-batches, by the right loop and the published one."""

import math
from typing import Any

import gradio as gr

from apps.views.losses.entropy import CSS, TEXTS
from shared.losses.accumulate import BATCH, WAYS, Accumulation, accumulate
from shared.ui.drawn import Drawn, build_drawn, draw
from shared.ui.page import errata, explanation, try_this

SAME = 1e-6  # a difference below it is rounding
_LEAST, _MOST = 1e-18, 10.0  # ends of the bars, on a logarithmic scale


def draw_loops(options: Accumulation) -> Drawn:
    """Train by every loop, and draw where each ended."""
    runs = accumulate(options)
    ways = [(way.title, way, runs[name]) for name, way in WAYS.items()]
    given: dict[str, Any] = {
        "options": options,
        "big": runs["big"],
        "ways": ways,
        "same": SAME,
        "batch": BATCH,
    }
    return draw(
        "apps/views/losses/same.html", right=runs["right"], summed=runs["summed"], size=_size, **given
    )


def _size(difference: float) -> float:
    """Give the length of a bar, from 0 to 100."""
    inside = min(max(difference, _LEAST), _MOST)
    return 100 * math.log10(inside / _LEAST) / math.log10(_MOST / _LEAST)


def build_same(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    try_this("Guess: which loop ends where the big batch does? Then take *Adam*, and then *BatchNorm*.")
    wide, narrow = {"min_width": 260}, {"min_width": 130}
    more: dict[str, dict[str, Any]] = dict.fromkeys(("split", "norm", "batches", "learning_rate"), wide)
    more |= {
        "optimiser": {**wide, "elem_classes": "look-act"},
        "bits": {**narrow, "info": None},
        "seed": wide,
    }
    build_drawn(demo, "same", Accumulation, draw_loops, css=CSS, **more)
    errata(
        "`if count > 64:` then step, and set the gradient to zero.",
        "`if count >= 64:`",
        why="After two micro-batches of 32 the count is 64, which is not more than 64. The step comes after "
        "three: 96 rows, not 64.",
        source="Scaling up: road to the top, part 3",
    )
    errata(
        "`loss.backward()` for each micro-batch.",
        "`(loss / k).backward()`, with k micro-batches to a batch.",
        why="Each loss is a mean over its own rows. k of them add up to k times the mean of all: SGD takes "
        "a step k times as long.",
        source="Scaling up: road to the top, part 3",
    )
    explanation(TEXTS["same"])
