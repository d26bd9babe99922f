"""*Grow a tree*: by hand, leaf by leaf, against scikit-learn's tree with as many leaves.

with gr.Tab("Grow a tree") as tab:
    build_grow(state, tab)
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from apps.views.forest.grow_state import (
    Grown,
    open_hand,
    read_leaf,
    read_row,
    read_threshold,
    row_path,
    row_words,
    start_hand,
)
from apps.views.forest.grow_words import (
    EXPLANATION,
    chosen_words,
    contest_html,
    key_words,
    next_step,
    number_html,
    threshold_value,
    write_score,
)
from apps.views.forest.rows import find_rows
from apps.views.forest.split import about_html
from apps.views.forest.threshold import threshold_html
from apps.views.forest.tree_html import tree_html
from shared.errors import InputError
from shared.forest.grow import split_leaf, start_tree, undo_split
from shared.forest.hand import (
    HandScore,
    best_of_leaf,
    mixed_leaf,
    offer_thresholds,
    score_hand,
    splits_of_leaf,
)
from shared.forest.hunt import short_side
from shared.ui.guard import friendly
from shared.ui.page import (
    controls_and_picture,
    empty_html,
    escape,
    explain,
    piece,
    table_html,
    try_this,
    try_this_html,
)

_HERE = Path(__file__).parent
_MOST_SPLITS = 10
_THRESHOLD_HTML = threshold_html("Threshold of the leaf", '<p class="look-label threshold-note"></p>')


def split_here(grown: Grown, threshold: float) -> Grown:
    """Split the chosen leaf at the chosen column; the most mixed leaf is chosen next."""
    X, y = grown.rows
    tree = split_leaf(grown.tree, X, y, leaf=grown.leaf, column=grown.column, threshold=threshold)
    return replace(grown, tree=tree, leaf=mixed_leaf(tree))


def split_best(grown: Grown) -> Grown:
    """Split the chosen leaf where the score is lowest, over all columns."""
    split = best_of_leaf(grown.tree, *grown.rows, leaf=grown.leaf)
    return split_here(replace(grown, column=split.column), split.threshold)


def undo_last(grown: Grown) -> Grown:
    """Take back the last split; its leaf is chosen again."""
    last = grown.tree.nodes[-1].parent
    return replace(grown, tree=undo_split(grown.tree), leaf=last or 0)


def start_again(grown: Grown) -> Grown:
    """Go back to a single leaf."""
    tree = start_tree(grown.rows[1], n_classes=grown.tree.n_classes)
    return replace(grown, tree=tree, leaf=0)


def judge(grown: Grown) -> HandScore | None:
    """Set the tree against scikit-learn's; None for a single leaf, which has nothing to compare."""
    if len(grown.tree.leaves) < 2:
        return None
    return score_hand(grown.tree, *grown.rows, *grown.valid_rows)


def show_tree(grown: Grown, row: int) -> str:
    """Draw the tree with its chosen leaf, and the path of a validation row."""
    return tree_html(
        grown.tree, grown.encoded, chosen=grown.leaf, path=row_path(grown, row), label="Your tree"
    )


def show_threshold(grown: Grown) -> dict[str, Any]:
    """Offer the thresholds of the chosen column for the chosen leaf."""
    offer = offer_thresholds(grown.tree, *grown.rows, leaf=grown.leaf, column=grown.column)
    return threshold_value(offer, grown.encoded.columns[grown.column])


def show_hand(grown: Grown, row: int) -> list[Any]:
    """Everything on the tab but the controls of a table: see `build_grow` for the order."""
    score = judge(grown)
    names = grown.encoded.names
    greedy = (
        tree_html(score.contest.greedy, grown.encoded, label="scikit-learn's tree")
        if score
        else empty_html("Split a leaf first. Then scikit-learn's tree with as many leaves comes here.")
    )
    return [
        grown.keep(),
        show_tree(grown, row),
        _words_html(chosen_words(grown)),
        gr.Dropdown(choices=[(name, i) for i, name in enumerate(names)], value=grown.column),
        show_threshold(grown),
        number_html(grown, score),
        contest_html(grown, score),
        _next_html(grown, score),
        greedy,
        gr.Slider(maximum=len(grown.valid), value=row + 1),
        _words_html(row_words(grown, row)),
        f'<p class="look-label">{escape(key_words(grown))}</p>',
        about_html(grown.encoded, grown.column),
        show_splits(grown),
    ]


def show_splits(grown: Grown) -> str:
    """Write the best split of each column for the chosen leaf, the lowest score first."""
    try:
        found = splits_of_leaf(grown.tree, *grown.rows, leaf=grown.leaf)
    except InputError as error:
        return empty_html(str(error))
    columns = grown.encoded.columns
    rows = [
        (columns[one.column].name, short_side(columns[one.column], one.threshold), write_score(one.score))
        for one in found[:_MOST_SPLITS]
    ]
    caption = (
        f"The best threshold of each column for the {grown.tree.nodes[grown.leaf].n:,} rows of this leaf."
    )
    return table_html(["Column", "Left side", "Score"], rows, caption=caption, numeric=[2])


def build_grow(state: gr.State, tab: gr.Tab) -> None:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        state: names the visitor's table and forest.
        tab: the tab around it; it is drawn whenever it is opened.
    """
    css = {name: (_HERE / name).read_text(encoding="utf-8") for name in ("split.css", "tree.css")}
    js = {name: (_HERE / name).read_text(encoding="utf-8") for name in ("tree.js", "threshold.js")}

    # Layout
    hand_state = gr.State(start_hand())
    next_line = try_this("Choose a column and a threshold, then press *Split here*.")
    with controls_and_picture(sticky=False) as (controls, picture):
        with controls:
            number = piece()
            chosen_piece = piece()
            column_dropdown = gr.Dropdown(
                [], label="Column", info="Type to search", elem_id="grow-column", filterable=True
            )
            about_piece = piece()
            threshold = gr.HTML(
                None,
                html_template=_THRESHOLD_HTML,
                css_template=css["split.css"],
                js_on_load=js["threshold.js"],
                apply_default_css=False,
                elem_id="grow-threshold",
                elem_classes="look-piece",
            )
            split_button = gr.Button("Split here", variant="primary", elem_id="grow-split")
            with gr.Row():
                best_button = gr.Button("Best for me", elem_id="grow-best", min_width=100)
                undo_button = gr.Button("Undo", elem_id="grow-undo", min_width=80)
            again_button = gr.Button("Start again", elem_id="grow-again")
            with explain("The best split of each column in this leaf"):
                splits_piece = piece()
        with picture:
            key_piece = piece()
            tree = gr.HTML(
                empty_html("Your tree grows here."),
                html_template="${value}",
                css_template=css["tree.css"],
                js_on_load=js["tree.js"],
                apply_default_css=False,
                elem_id="grow-tree",
                elem_classes="look-piece",
            )
            row_slider = gr.Slider(
                1,
                2,
                1,
                step=1,
                label="Light the path of a validation row",
                info="The nodes it passes have an orange edge and a dot.",
                elem_id="grow-row",
            )
            row_piece = piece()
    contest = piece()
    with explain("scikit-learn's tree with as many leaves"):
        greedy = gr.HTML(
            "",
            html_template="${value}",
            css_template=css["tree.css"],
            js_on_load=None,
            apply_default_css=False,
            elem_id="grow-greedy",
            elem_classes="look-piece",
        )
    with explain(text=EXPLANATION):
        pass

    # Wiring
    def read(
        state: dict[str, Any], hand: dict[str, Any], row: object, request: gr.Request
    ) -> tuple[Grown, int]:
        grown = open_hand(hand, find_rows(state, request))
        is_same = hand.get("of") == grown.key
        return grown, read_row(row, len(grown.valid)) if is_same else 0

    @friendly
    def show(state: dict[str, Any], hand: dict[str, Any], row: object, request: gr.Request) -> list[Any]:
        return show_hand(*read(state, hand, row, request))

    @friendly
    def split(
        state: dict[str, Any], hand: dict[str, Any], row: object, value: object, request: gr.Request
    ) -> list[Any]:
        grown, at = read(state, hand, row, request)
        return show_hand(split_here(grown, read_threshold(value)), at)

    @friendly
    def split_for_me(
        state: dict[str, Any], hand: dict[str, Any], row: object, request: gr.Request
    ) -> list[Any]:
        grown, at = read(state, hand, row, request)
        return show_hand(split_best(grown), at)

    @friendly
    def undo(state: dict[str, Any], hand: dict[str, Any], row: object, request: gr.Request) -> list[Any]:
        grown, at = read(state, hand, row, request)
        return show_hand(undo_last(grown), at)

    @friendly
    def restart(state: dict[str, Any], hand: dict[str, Any], row: object, request: gr.Request) -> list[Any]:
        grown, at = read(state, hand, row, request)
        return show_hand(start_again(grown), at)

    @friendly
    def choose_leaf(
        state: dict[str, Any], hand: dict[str, Any], row: object, request: gr.Request, event: gr.EventData
    ) -> list[Any]:
        grown, at = read(state, hand, row, request)
        grown = replace(grown, leaf=read_leaf(event._data, grown.tree))
        return [
            grown.keep(),
            show_tree(grown, at),
            _words_html(chosen_words(grown)),
            show_threshold(grown),
            show_splits(grown),
        ]

    @friendly
    def choose_column(
        state: dict[str, Any], hand: dict[str, Any], row: object, column: Any, request: gr.Request
    ) -> list[Any]:
        grown, _ = read(state, hand, row, request)
        grown = replace(grown, column=column)
        shown = show_threshold(grown)  # refuses a column that does not exist
        return [grown.keep(), shown, about_html(grown.encoded, grown.column)]

    @friendly
    def light_row(state: dict[str, Any], hand: dict[str, Any], row: object, request: gr.Request) -> list[Any]:
        grown, at = read(state, hand, row, request)
        return [show_tree(grown, at), _words_html(row_words(grown, at))]

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    given = [state, hand_state, row_slider]
    shown = [
        hand_state,
        tree,
        chosen_piece,
        column_dropdown,
        threshold,
        number,
        contest,
        next_line,
        greedy,
        row_slider,
        row_piece,
        key_piece,
        about_piece,
        splits_piece,
    ]
    tab.select(show, given, shown, trigger_mode="always_last", **quiet)
    split_button.click(split, [*given, threshold], shown, **quiet)
    best_button.click(split_for_me, given, shown, **quiet)
    undo_button.click(undo, given, shown, **quiet)
    again_button.click(restart, given, shown, **quiet)
    # "multiple": with "always_last", Gradio now and then loses the last of several quick clicks.
    tree.choose(
        choose_leaf,
        given,
        [hand_state, tree, chosen_piece, threshold, splits_piece],
        trigger_mode="multiple",
        **quiet,
    )
    column_dropdown.input(
        choose_column, [*given, column_dropdown], [hand_state, threshold, about_piece], **quiet
    )
    row_slider.input(light_row, given, [tree, row_piece], trigger_mode="always_last", **quiet)


def _words_html(text: str) -> str:
    return f'<p class="look-ask">{escape(text)}</p>'


def _next_html(grown: Grown, score: HandScore | None) -> str:
    text, done = next_step(grown, score)
    return try_this_html(text, done=done)
