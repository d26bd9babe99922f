"""Pictures of how far the trees of a forest are apart, and what that says about its errors.

figure = plot_spread(explorer.spread().std, title="spread of the trees (log price)", step=0.4)
figure = plot_confidence(groups, x_title="...", y_title="wrong rows (%)", step=0.4, error_step=0.5)
"""

from typing import TYPE_CHECKING

import numpy as np

from shared.forest.confidence import Groups
from shared.forest.error_scale import next_window
from shared.plotting import ACCENT, AXIS_TEXT, DATA, as_lists, base_layout, whiskers
from shared.tables.numbers import write_number
from shared.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

SPREAD_HEIGHT = 300
_BINS = 20


def plot_spread(std: np.ndarray, *, title: str, step: float) -> "go.Figure":
    """Draw how many validation rows have which spread.

    Args:
        std: (n,) standard deviation over the trees of each row.
        title: of the axis, with the unit.
        step: where the axis ends while no row lies beyond, above 0.
    """
    import plotly.graph_objects as go

    end = next_window(float(std.max()), step)
    counts, edges = np.histogram(std, bins=_BINS, range=(0, end))
    shares = 100 * counts / len(std)
    figure = go.Figure(
        layout=base_layout(
            height=SPREAD_HEIGHT,
            x_title=title,
            y_title="validation rows (%)",
            x_range=(0, end),
            y_range=(0, next_window(float(shares.max()) * 1.15, 20.0)),
            bargap=0.08,
            showlegend=False,
            margin={"l": 52, "r": 12, "t": 28, "b": 52},
        )
    )
    figure.add_bar(
        x=as_lists((edges[:-1] + edges[1:]) / 2),
        y=as_lists(shares),
        hovertext=[
            f"{_short(low)} to {_short(high)}: {count(n, 'row')}"
            for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"color": DATA},
    )
    median = float(np.median(std))
    figure.add_vline(x=median, line={"color": AXIS_TEXT, "width": 1.5, "dash": "dash"})
    near_right = median > end / 2
    figure.add_annotation(
        x=median,
        y=1,
        yref="paper",
        yanchor="bottom",
        text=f"half below {write_number(median, figures=2)}",
        showarrow=False,
        xanchor="right" if near_right else "left",
        font={"size": 12, "color": AXIS_TEXT},
    )
    return figure


def plot_confidence(
    groups: Groups, *, x_title: str, y_title: str, step: float, error_step: float
) -> "go.Figure":
    """Draw the error of each group of rows against the spread of its trees, with 95 % intervals.

    Args:
        groups: from `group_by_spread`.
        x_title: of the spread, with its unit.
        y_title: of the error, with its unit.
        step: where the spread's axis ends while no group lies beyond, above 0.
        error_step: the same for the error.
    """
    import plotly.graph_objects as go

    tops = np.where(np.isfinite(groups.high), groups.high, groups.error)
    figure = go.Figure(
        layout=base_layout(
            height=SPREAD_HEIGHT,
            x_title=x_title,
            y_title=y_title,
            x_range=(0, next_window(float(groups.std.max()), step)),
            y_range=(0, next_window(float(tops.max()), error_step)),
            showlegend=False,
            margin={"l": 56, "r": 12, "t": 28, "b": 52},
        )
    )
    figure.add_scatter(
        x=as_lists(groups.std),
        y=as_lists(groups.error),
        error_y=whiskers(groups.error, groups.low, groups.high, colour=ACCENT, thickness=1.5),
        hovertext=[
            f"spread {_short(std)}: error {_short(error)}, {count(int(n), 'row')}"
            for std, error, n in zip(groups.std, groups.error, groups.n_rows, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        mode="lines+markers",
        line={"color": ACCENT, "width": 1, "dash": "dot"},
        marker={"color": ACCENT, "size": 9},
    )
    return figure


def _short(value: float) -> str:
    return write_number(value, figures=3)
