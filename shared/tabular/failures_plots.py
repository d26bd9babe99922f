"""Draws the failure map: how many of the hundred nets ended at which accuracy."""

from typing import TYPE_CHECKING

import numpy as np

from shared.plotting import ACCENT, DATA, MUTED, NEGATIVE, as_lists, base_layout
from shared.tabular.failures import Found
from shared.tabular.net import FAILED

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT_PX = 380
_EDGES = np.arange(0.3, 0.9001, 0.02)


def plot_failures(found: Found, published: Found) -> "go.Figure":
    """Draw the histogram over that of the published settings, with the lesson's own seed marked."""
    import plotly.graph_objects as go

    figure = go.Figure(
        layout=base_layout(
            height=HEIGHT_PX,
            x_title="right, of the 178 passengers held out",
            y_title="nets",
            x_range=(30, 90),
            y_range=(0, 118),
            xaxis={"ticksuffix": " %"},
            barmode="overlay",
            bargap=0.05,
        )
    )
    middles = 100 * (_EDGES[:-1] + _EDGES[1:]) / 2
    outline = {"color": "rgba(0, 0, 0, 0)", "line": {"color": MUTED, "width": 2}}
    for name, accuracies, marker in (
        ("as published", published.accuracies, outline),
        ("these settings", found.accuracies, {"color": DATA, "opacity": 0.8}),
    ):
        counts, _ = np.histogram(accuracies, _EDGES)
        shown = counts > 0
        figure.add_bar(
            x=as_lists(middles[shown]),
            y=as_lists(counts[shown]),
            width=1.8,
            name=name,
            marker=marker,
            text=as_lists(counts[shown]) if marker is not outline else None,
            textposition="outside",
            hovertemplate="%{y} of 100 nets near %{x:.0f} %<extra></extra>",
        )
    figure.add_scatter(
        x=[100 * found.lesson],
        y=[4],
        mode="markers",
        name="the lesson's seed, 442",
        marker={"color": ACCENT, "size": 14, "symbol": "diamond", "line": {"color": "white", "width": 1}},
        hovertemplate="seed 442: %{x:.1f} %<extra></extra>",
    )
    figure.add_vline(x=100 * FAILED, line={"color": NEGATIVE, "dash": "dot"})
    figure.add_annotation(
        x=100 * FAILED, y=116, text="failed ", xanchor="right", showarrow=False, font={"color": NEGATIVE}
    )
    return figure
