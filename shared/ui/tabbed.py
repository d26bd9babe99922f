"""A page whose tabs are those of its app's row in the catalogue, and the row that a tab begins with.

demo = tabbed_page(by_name("matmul"), (build_multiply, build_quiz), build_endpoints)
go, words = action("Time it here", elem_id="speed-words")       # inside a tab
"""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from shared.ui.dictionary import dictionary
from shared.ui.modules import module
from shared.ui.page import page, tabs
from shared.ui.templates import show

ADDRESS = "shared/ui/browser/address.js"  # keeps the open tab in the page's address


def tabbed_page(
    app: Any,
    builders: Sequence[Callable[..., None]],
    add_endpoints: Callable[[], None],
    *,
    before: Sequence[Any] = (),
    words: bool = True,
    **more: Any,
) -> gr.Blocks:
    """Assemble the page of an app.

    Args:
        app: its row of the catalogue.
        builders: lay out a tab each, in the order of the row; they are given the page.
        add_endpoints: adds what programs call.
        before: components that are placed before the tabs, such as what the browser keeps.
        words: whether the words of the dictionary are marked.
        more: further arguments of the builders; `address` is the piece of ADDRESS, placed after the tabs.
    """
    name = f"{app.name}-tabs"
    with page(app.title, app.summary, lesson=app.lesson_link) as demo:
        for component in before:
            component.render()
        with tabs(elem_id=name):
            for (tab, _title), build in zip(app.tabs, builders, strict=True):
                with gr.Tab(**app.tab(tab)):
                    build(demo, **more)
        add_endpoints()
        (more.get("address") or module(ADDRESS, name, render=False)).render()
        if words:
            dictionary()
    return demo


def action(label: str, *, css: str = "", elem_id: str = "") -> tuple[gr.Button, gr.HTML]:
    """Lay out the main action of a tab, and the place of its answer beside it.

    Args:
        label: of the button.
        css: the path of a style sheet for the answer.
        elem_id: of the answer.
    """
    with gr.Row():
        go = gr.Button(label, variant="primary", min_width=280)
        with gr.Column(scale=2, min_width=280):
            return go, show(css=css, elem_id=elem_id, elem_classes=["look-piece", "look-answer"])
