"""Places for figures, before a callback or a script of the page draws them.

Plotly is not imported for them, so the app starts without it: a figure begins as a layout.

    tree_plot = empty_figure("forest-tree", height=420, message="Choose a leaf.")
"""

import json
from typing import Any

import gradio as gr
from gradio.components.plot import PlotData

from shared.plotting import AXIS_TEXT, CONFIG, HEIGHT_PX, base_layout, plain_text


def empty_figure(elem_id: str, *, height: int = HEIGHT_PX, message: str = "") -> gr.Plot:
    """Make a figure that a callback fills, of the height that the filled one will have.

    Args:
        elem_id: names it in the page.
        height: in pixels, the same as of what comes later, so that nothing on the page jumps.
        message: what to do to fill it, or what is on its way; up to about 40 characters fit a phone.
    """
    hidden = {"visible": False, "range": [0, 1], "fixedrange": True}
    text = {
        "text": plain_text(message),
        "x": 0.5,
        "y": 0.5,
        "showarrow": False,
        "font": {"size": 15, "color": AXIS_TEXT},
    }
    return blank_figure(
        elem_id, height=height, xaxis=hidden, yaxis=hidden, annotations=[text] if message else []
    )


def blank_figure(elem_id: str, **layout: Any) -> gr.Plot:
    """Make a figure that holds its axes and nothing else.

    Args:
        elem_id: names it in the page.
        layout: arguments of `shared.plotting.base_layout`.
    """
    drawing = {"data": [], "layout": base_layout(**layout), "config": CONFIG}
    return gr.Plot(PlotData(type="plotly", plot=json.dumps(drawing)), show_label=False, elem_id=elem_id)
