"""A visitor's own table: *Same split* reads it, *Embeddings* learns its categories."""

from typing import Any

import gradio as gr

from shared.errors import InputError
from shared.tabular.own import Own, prepare, read_own, two_valued
from shared.ui.guard import friendly
from shared.ui.page import empty_html, notice_html, piece

TITANIC = ("Titanic: who survived", "")


def own_boxes() -> dict[str, Any]:
    """Make what holds the table's file and its target; the target is laid out by `build_own`."""
    target = gr.Dropdown(
        [TITANIC], value="", label="What to predict", info="Any column of two values", render=False
    )
    return {"file": gr.State(None), "target": target}


def build_own(own: dict[str, Any]) -> None:
    """Lay out where a table is loaded, and what of it is predicted."""
    with gr.Row():
        # No file types: the reader says of an Excel file how to save it, Gradio would only refuse it.
        file = gr.File(label="Your own table: a CSV with a column of two values", height=140)
        with gr.Column(min_width=280):
            own["target"].render()
            said = piece()
    outputs = [own["file"], own["target"], said, file]
    file.upload(friendly(take_table), file, outputs, api_visibility="private")


def take_table(path: str | None) -> tuple[Any, ...]:
    """Read a file; one that cannot be used changes nothing, and why is said."""
    try:
        table = read_own(path or "")
        targets = two_valued(table)
        note = prepare(table, targets[-1]).note
    except InputError as error:
        return gr.skip(), gr.skip(), notice_html(str(error)), None
    targets_box = gr.update(choices=[TITANIC, *((name, name) for name in targets)], value=targets[-1])
    return path, targets_box, empty_html(f"{table.name}: {table.understood.summary} {note}"), None


def find_own(file: str | None, target: str) -> Own:
    """Give the table that a visitor or a program sent.

    Raises:
        InputError: it cannot be used.
    """
    return prepare(read_own(file or ""), target)
