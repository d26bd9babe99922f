"""A visitor's own table: *Same split* reads it, *Embeddings* learns its categories."""

from typing import Any

import gradio as gr

from shared.errors import InputError
from shared.tabular.own import OwnTable, prepare, read_own, two_valued
from shared.ui.page import empty_html, notice_html, piece
from shared.ui.wire import wire

TITANIC = ("Titanic: who survived", "")


def own_boxes() -> dict[str, Any]:
    """Make what holds the table's file and its target; the target is laid out by `build_own`."""
    info = "Any column of two values"
    target = gr.Dropdown([TITANIC], value="", label="What to predict", info=info, render=False)
    return {"file": gr.State(None, render=False), "target": target}


def build_own(own: dict[str, Any]) -> None:
    """Lay out where a table is loaded, and what of it is predicted."""
    with gr.Row():
        # No file types: the reader says of an Excel file how to save it, Gradio would only refuse it.
        file = gr.File(label="Your own table, a CSV", height=140)
        with gr.Column(min_width=280):
            own["file"].render()
            own["target"].render()
            said = piece()
    wire([file.upload], take_table, OwnTable, {**own, "file": file}, {**own, "said": said, "sent": file})


def take_table(loaded: OwnTable) -> dict[str, Any]:
    """Read a file; one that cannot be used changes nothing, and why is said."""
    try:
        table = read_own(loaded.file)
        targets = two_valued(table)
        left_out = ", ".join(prepare(table, targets[-1]).left_out[:9]) or "nothing"
    except InputError as error:
        return {"sent": None, "said": notice_html(str(error))}
    return {
        "sent": None,  # ready for another
        "file": loaded.file,
        "target": gr.update(choices=[TITANIC, *((name, name) for name in targets)], value=targets[-1]),
        "said": empty_html(f"{table.name}: {table.understood.summary} Left out: {left_out}."),
    }
