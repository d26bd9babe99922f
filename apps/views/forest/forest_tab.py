"""*Forest*: four sliders, the error while trees are added, the spread of the trees, and the split lottery.

with gr.Tab("Forest") as tab:
    build_forest(state, tab)
"""

import time
from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np

from apps.views.forest import forest_words as words
from apps.views.forest.lottery_panel import build_lottery
from apps.views.forest.session import ASK, HEAVY, explorer_of, find_explorer, find_fit
from shared.forest.checks import check_whole
from shared.forest.confidence import group_by_spread, row_errors, row_spread
from shared.forest.curve_plots import CURVE_HEIGHT, plot_error_curves
from shared.forest.error_scale import error_scale, guess_error
from shared.forest.explorer import Explorer
from shared.forest.fit import LESSON_SEED, ForestOptions
from shared.forest.spread_plots import SPREAD_HEIGHT, plot_confidence, plot_spread
from shared.limits import MAX_FOREST_SEED
from shared.ui.figure import empty_figure
from shared.ui.guard import friendly
from shared.ui.page import (
    big_number,
    controls_and_picture,
    explain,
    marked,
    piece,
    section,
    table_html,
    try_this,
    try_this_html,
)

MOST_TREES, MOST_LEAF_ROWS = 300, 100  # of the sliders
_MOST_GAINS = 10


def root_of(p: int) -> int:
    """Give the columns that scikit-learn tries at each split of `p` columns by "sqrt"."""
    return max(1, int(np.sqrt(p)))


def read_options(
    p: int,
    trees: object,
    leaf_rows: object,
    tried: object,
    share: object,
    bootstrap: object = True,
    seed: object = LESSON_SEED,
) -> ForestOptions:
    """Make settings of what the controls say.

    Raises:
        InputError: a slider says something that cannot be used.
    """
    count = check_whole("The number of columns tried at each split", tried, low=1, high=p)
    # Half a column more, so that scikit-learn's rounding down gives the very number.
    features: float | str = "sqrt" if count == root_of(p) else min(1.0, (count + 0.5) / p)
    return ForestOptions(trees, leaf_rows, features, share, seed, bootstrap)  # type: ignore[arg-type]


def columns_tried(options: ForestOptions, p: int) -> int:
    """Say how many columns are tried at each split, as the slider has it."""
    rules = {"sqrt": root_of(p), "log2": max(1, int(np.log2(p)))}
    features = options.max_features
    return rules[features] if isinstance(features, str) else max(1, int(features * p))


def draw_error(explorer: Explorer, before: Explorer | None = None, seconds: float | None = None) -> list[Any]:
    """Draw what a visitor waits for: try line, error curves, number, out-of-bag error, what splits gained."""
    y_train, y_valid = explorer.encoded.y[explorer.train], explorer.encoded.y[explorer.valid]
    return [
        try_this_html(words.suggest_next(explorer, before)),
        plot_error_curves(
            explorer.curves(),
            scale=error_scale(explorer.encoded),
            guess=guess_error(y_train, y_valid, task=explorer.encoded.task),
            before=None if before is None else before.curves()["validation"],
            most_trees=MOST_TREES,
        ),
        words.describe_error(explorer, seconds),
        f'<p class="look-label">{marked(words.describe_out_of_bag(explorer))}</p>',
        gains_html(explorer),
    ]


def gains_html(explorer: Explorer) -> str:
    """Write what the splits on each column gained in this very forest, the most first."""
    gains = explorer.forest.feature_importances_
    shown = np.argsort(-gains, kind="stable")[:_MOST_GAINS]
    caption = "What the splits on a column gained in this forest, as a share of all gains (impurity)."
    rows = [(explorer.encoded.names[place], f"{gains[place]:.2f}") for place in shown]
    return table_html(["Column", "Share"], rows, caption=caption, numeric=[1])


def draw_spread(explorer: Explorer) -> list[Any]:
    """Draw how sure the forest is: the spread of the trees, the error against it, and what that says."""
    scale, is_share = error_scale(explorer.encoded), explorer.encoded.task == "classification"
    spread_end = 0.5 if is_share else float(explorer.encoded.y[explorer.train].std()) or 1.0
    groups = group_by_spread(row_spread(explorer), row_errors(explorer), is_share=is_share)
    unit, error_end = words.spread_unit(explorer), scale.shown(0.6 if is_share else spread_end)
    # Shares of the votes stay shares; a spread of logarithms is per cent, as the error is.
    shown = np.asarray if is_share else scale.shown
    ends = {name: scale.shown(getattr(groups, name)) for name in ("error", "low", "high")}
    return [
        plot_spread(shown(row_spread(explorer)), title=unit, step=float(shown(spread_end))),
        plot_confidence(
            replace(groups, std=shown(groups.std), **ends),
            x_title=unit,
            y_title=scale.title if is_share else f"mean absolute error ({scale.unit})",
            step=float(shown(spread_end)),
            error_step=float(error_end),
        ),
        f'<p class="look-label">{marked(words.describe_confidence(groups, scale))}</p>',
    ]


@friendly
def show_forest(state: dict[str, Any], request: gr.Request) -> list[Any]:
    """Draw the visitor's forest, and set the sliders to it."""
    explorer = find_explorer(state, request)
    options, p = explorer.options, len(explorer.encoded.columns)
    return [
        gr.update(value=options.trees, maximum=max(MOST_TREES, options.trees)),
        gr.update(value=options.min_samples_leaf, maximum=max(MOST_LEAF_ROWS, options.min_samples_leaf)),
        gr.update(value=columns_tried(options, p), maximum=max(p, 2), info=tried_hint(p), interactive=p > 1),
        gr.update(value=options.max_samples, interactive=options.bootstrap),
        options.bootstrap,
        options.seed,
        *draw_error(explorer),
        *draw_spread(explorer),
    ]


@friendly
def refit(
    state: dict[str, Any],
    trees: float,
    leaf_rows: float,
    tried: float,
    share: float,
    request: gr.Request,
    bootstrap: bool = True,
    seed: float | None = LESSON_SEED,
) -> list[Any]:
    """Fit a forest with the controls' settings and draw its error, the one before in grey."""
    before = find_explorer(state, request)
    options = read_options(len(before.encoded.columns), trees, leaf_rows, tried, share, bootstrap, seed)
    if options == before.options:
        return [gr.skip()] * 6
    began = time.perf_counter()
    fit = replace(find_fit(state), options=options)
    explorer = explorer_of(fit, request, choice=before.choice)
    seconds = time.perf_counter() - began
    drawn = draw_error(explorer, before, seconds)
    return [{**state, "model": fit}, *drawn]


@friendly
def show_spread(state: dict[str, Any], request: gr.Request) -> list[Any]:
    """Draw how sure the visitor's forest is."""
    return draw_spread(find_explorer(state, request))


def tried_hint(p: int) -> str:
    """Explain the third slider."""
    return f"of {p:,}; the square root is {root_of(p)}"


def build_forest(state: gr.State, tab: gr.Tab) -> None:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        state: of the visitor, see `session`.
        tab: which is filled when it is chosen.
    """
    # Layout
    next_line = try_this(words.TRY_FIRST)
    with controls_and_picture() as (controls, picture):
        with controls:
            defaults = ForestOptions()
            trees_slider = gr.Slider(
                1,
                MOST_TREES,
                defaults.trees,
                step=1,
                label="Trees",
                elem_id="forest-trees",
                elem_classes="look-act",
            )
            leaf_slider = gr.Slider(
                1,
                MOST_LEAF_ROWS,
                defaults.min_samples_leaf,
                step=1,
                label="Rows in a leaf, at least",
                elem_id="forest-leaf",
                info="min_samples_leaf",
            )
            tried_slider = gr.Slider(
                1, 8, 2, step=1, label="Columns tried at each split", info="max_features"
            )
            share_slider = gr.Slider(
                0.05,
                1,
                defaults.max_samples,
                step=0.05,
                label="Share of rows drawn for a tree",
                info="max_samples, with replacement",
            )
            bootstrap_check = gr.Checkbox(
                defaults.bootstrap,
                label="Each tree draws its rows",
                info="bootstrap; without it each tree learns from all rows",
                elem_id="forest-bootstrap",
            )
            seed_number = gr.Number(
                defaults.seed,
                label="Seed",
                precision=0,
                minimum=0,
                maximum=MAX_FOREST_SEED,
                info="random_state; empty goes on from the split, as the lesson's notebook does",
                elem_id="forest-seed",
            )
        with picture:
            curve_plot = empty_figure(
                "forest-curve", height=CURVE_HEIGHT, message="The forest is being fitted."
            )
            error_number = big_number(
                "Validation", "", hint="The forest is being fitted.", width=4, css="look-noted"
            )
    bag_line = piece()
    with explain("What did the splits gain?"):
        gains_table = piece()
    section(
        "How sure is it, row by row?",
        "Each tree answers each validation row. Where they disagree, be careful.",
    )
    with gr.Row():
        with gr.Column(min_width=280):
            spread_plot = empty_figure("forest-spread", height=SPREAD_HEIGHT, message="Spread of the trees.")
        with gr.Column(min_width=280):
            confidence_plot = empty_figure(
                "forest-confidence", height=SPREAD_HEIGHT, message="Error against spread."
            )
    confidence_line = piece()
    with explain(text=words.EXPLANATION):
        pass
    build_lottery(state, tab)

    # Wiring
    sliders = [trees_slider, leaf_slider, tried_slider, share_slider]
    controls_of_fit = [*sliders, bootstrap_check, seed_number]
    error_parts = [next_line, curve_plot, error_number, bag_line, gains_table]
    spread_parts = [spread_plot, confidence_plot, confidence_line]
    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    tab.select(show_forest, state, [*controls_of_fit, *error_parts, *spread_parts], **private, **ASK)
    # Both: arrow keys give an input alone, and the release comes after the last of a quick row of inputs.
    gr.on(
        [
            *(event for slider in sliders for event in (slider.input, slider.release)),
            bootstrap_check.input,
            seed_number.submit,
            seed_number.blur,
        ],
        refit,
        [state, *controls_of_fit],
        [state, *error_parts],
        trigger_mode="always_last",
        **private,
        **HEAVY,
    ).success(show_spread, state, spread_parts, **private, **ASK)  # below, and later: nobody waits for it
