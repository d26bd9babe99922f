"""Draws a training: loss and accuracy by epoch, and what the net makes of each column."""

from typing import TYPE_CHECKING

import numpy as np

from shared.plotting import ACCENT, DASHES, DATA, MUTED, SERIES, TEAL, as_lists, base_layout
from shared.tabular.train import Run, count_one_r

if TYPE_CHECKING:
    import plotly.graph_objects as go

CURVES_HEIGHT_PX, SIZES_HEIGHT_PX = 380, 340


def plot_curves(run: Run) -> "go.Figure":
    """Draw both losses above, the accuracy on the rows held out below."""
    import plotly.graph_objects as go

    epochs = list(range(1, len(run.losses) + 1))
    layout = base_layout(
        height=CURVES_HEIGHT_PX,
        x_title="epoch",
        y_title="loss",
        xaxis={"anchor": "y2"},
        yaxis={"domain": [0.55, 1], "rangemode": "tozero"},
    )
    right = {"domain": [0, 0.42], "range": [30, 100], "rangemode": "normal", "ticksuffix": " %"}
    title = {**layout["yaxis"]["title"], "text": "right"}
    figure = go.Figure(layout={**layout, "yaxis2": {**layout["yaxis"], **right, "title": title}})
    mode = "lines" if len(epochs) > 1 else "markers"
    for name, values, colour, dash, axis in (
        ("loss, 713 rows learned from", run.losses, DATA, "solid", "y"),
        ("loss, 178 rows held out", run.valid_losses, ACCENT, "dash", "y"),
        ("right, of the 178", 100 * run.right / run.n_valid, TEAL, "solid", "y2"),
        (
            "women survive, men do not",
            np.full(len(epochs), 100 * count_one_r() / run.n_valid),
            MUTED,
            "dot",
            "y2",
        ),
    ):
        line = {"color": colour, "dash": dash}
        figure.add_scatter(x=epochs, y=as_lists(values), name=name, mode=mode, line=line, yaxis=axis)
    return figure


def plot_sizes(run: Run) -> "go.Figure":
    """Draw what belongs to each column, epoch by epoch: the coefficient, or the length of its weights."""
    import plotly.graph_objects as go

    is_linear = len(run.net.weights) == 1
    title = "coefficient" if is_linear else "length of the column's weights"
    figure = go.Figure(
        layout=base_layout(
            height=SIZES_HEIGHT_PX,
            x_title="epoch",
            y_title=title,
            legend={"orientation": "v", "x": 1.02, "y": 1, "yanchor": "top", "font": {"size": 11}},
        )
    )
    epochs = list(range(1, len(run.sizes) + 1))
    for at, name in enumerate(run.names):
        line = {"color": SERIES[at % len(SERIES)], "dash": DASHES[(at + at // len(SERIES)) % len(DASHES)]}
        mode = "lines" if len(epochs) > 1 else "markers"
        figure.add_scatter(x=epochs, y=as_lists(run.sizes[:, at]), name=name, mode=mode, line=line)
    return figure
