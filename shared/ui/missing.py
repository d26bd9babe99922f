"""A line on a tab whose packages are not installed: which command adds them.

with gr.Tab("Inside"):
    say_missing("Looking inside", "torch", "timm")
"""

import gradio as gr

from shared.installed import explain_missing, find_missing
from shared.ui.page import notice_html


def say_missing(what: str, *packages: str) -> None:
    """Show the line until they are there; it is worked out again whenever the page is opened.

    Args:
        what: wants them, as the beginning of a sentence.
        packages: by the names they are imported by.
    """

    def show() -> str:
        missing = find_missing(*packages)
        return notice_html(explain_missing(what, *missing)) if missing else ""

    if find_missing(*packages):
        gr.HTML(show, elem_classes="look-piece", apply_default_css=False, js_on_load=None)
