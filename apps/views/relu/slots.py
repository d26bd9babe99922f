"""Places for what the scripts of this folder write. What they draw, with `lab.figure(elem_id, draw)`, goes
into a `shared.ui.figure.blank_figure`.
"""

import gradio as gr

from shared.ui.page import big_number_html, escape, piece, try_this_html


def slot(elem_id: str, html: str = "", *, css: str = "") -> gr.HTML:
    """Make a piece of the page that a script fills with `lab.part(elem_id, show)`."""
    css_class = f' class="{escape(css)}"' if css else ""
    return piece(f'<div id="{escape(elem_id)}"{css_class}>{html}</div>')


def number_slot(
    elem_id: str, label: str, value: str, *, unit: str = "", hint: str = "", css: str = ""
) -> gr.HTML:
    """Make a large number that a script changes with `lab.number(elem_id, value, hint)`."""
    return slot(elem_id, big_number_html(label, value, unit=unit, hint=hint, width=5), css=css)


def try_slot(elem_id: str, text: str) -> gr.HTML:
    """Make the line that says what to try next, for `lab.tryThis(elem_id, text)`."""
    return slot(elem_id, try_this_html(text))
