"""Places for what the browser draws: figures and texts that the scripts of this folder fill.

Plotly is not imported for them, so the app starts without it: a figure begins as an empty layout.
"""

import json
from typing import Any

import gradio as gr
from gradio.components.plot import PlotData

from shared.plotting import CONFIG, base_layout
from shared.ui.page import big_number_html, escape, piece, try_this_html


def figure(elem_id: str, **layout: Any) -> gr.Plot:
    """Make an empty figure that a script fills with `lab.figure(elem_id, draw)`.

    Args:
        elem_id: names it in the page.
        layout: arguments of `shared.plotting.base_layout`.
    """
    drawing = {"data": [], "layout": base_layout(**layout), "config": CONFIG}
    return gr.Plot(PlotData(type="plotly", plot=json.dumps(drawing)), show_label=False, elem_id=elem_id)


def slot(elem_id: str, html: str = "", *, css: str = "") -> gr.HTML:
    """Make a piece of the page that a script fills with `lab.part(elem_id, show)`."""
    css_class = f' class="{escape(css)}"' if css else ""
    return piece(f'<div id="{escape(elem_id)}"{css_class}>{html}</div>')


def number_slot(elem_id: str, label: str, value: str, *, unit: str = "", hint: str = "") -> gr.HTML:
    """Make a large number that a script changes with `lab.number(elem_id, value, hint)`."""
    return slot(elem_id, big_number_html(label, value, unit=unit, hint=hint, width=5))


def try_slot(elem_id: str, text: str) -> gr.HTML:
    """Make the line that says what to try next, for `lab.tryThis(elem_id, text)`."""
    return slot(elem_id, try_this_html(text))
