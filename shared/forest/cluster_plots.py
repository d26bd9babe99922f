"""The picture of columns that say the same thing: a dendrogram that lies on its side.

chosen = most_alike(cluster_columns(X), most=30)
figure = plot_clusters(cluster_columns(X[:, chosen]), [names[i] for i in chosen], at_least=0.7)
"""

from typing import TYPE_CHECKING

import numpy as np

from shared.forest.importance_plots import short_name
from shared.forest.redundancy import Clusters
from shared.plotting import ACCENT, AXIS_TEXT, as_lists, base_layout

if TYPE_CHECKING:
    import plotly.graph_objects as go

CLUSTERS_HEIGHT = 480
MOST_ALIKE = 24  # columns that fit the usual height
_ROW_HEIGHT = 20


def most_alike(clusters: Clusters, *, most: int = MOST_ALIKE) -> list[int]:
    """Give the columns that have the closest partner, in their own order.

    Args:
        clusters: of all columns.
        most: how many.
    """
    likeness = np.abs(clusters.correlation - np.eye(len(clusters.correlation))).max(axis=1)
    return sorted(np.argsort(-likeness, kind="stable")[:most].tolist())


def plot_clusters(clusters: Clusters, names: list[str], *, at_least: float) -> "go.Figure":
    """Draw which columns are joined at which rank correlation.

    Args:
        clusters: from `cluster_columns`.
        names: (p,) of its columns.
        at_least: joins of this likeness or above are orange and thick.
    """
    import plotly.graph_objects as go

    p = len(names)
    figure = go.Figure(
        layout=base_layout(
            height=max(CLUSTERS_HEIGHT, 130 + _ROW_HEIGHT * p),
            x_title="rank correlation, either sign",
            x_range=(-0.02, 1.02),
            y_range=(10 * p, 0),
            xaxis={"tickvals": [0, 0.25, 0.5, 0.75, 1], "ticktext": ["0", "0.25", "0.5", "0.75", "1"]},
            yaxis={
                "side": "right",
                "tickvals": [10 * place + 5 for place in range(p)],
                "ticktext": [short_name(names[column]) for column in clusters.order.tolist()],
                "showgrid": False,
                "zeroline": False,
            },
            margin={"l": 16, "r": 120, "t": 48, "b": 52},
        )
    )
    likeness = 1 - clusters.height  # (p-1, 4): a join's own is its smallest
    close = likeness.min(axis=1) >= at_least - 1e-12
    for name, chosen, line in (
        ("further apart", ~close, {"color": AXIS_TEXT, "width": 1.5}),
        (f"{at_least:.2f} or more", close, {"color": ACCENT, "width": 3.5}),
    ):
        figure.add_scatter(
            x=_with_gaps(likeness[chosen]),
            y=_with_gaps(clusters.x[chosen]),
            mode="lines",
            name=name,
            line=line,
            hovertemplate="joined at %{x:.2f}<extra></extra>",
        )
    figure.add_vline(x=at_least, line={"color": ACCENT, "width": 1.5, "dash": "dash"})
    return figure


def _with_gaps(corners: np.ndarray) -> list[float | None]:
    """Put the brackets of one trace after each other, with a gap between two."""
    return [value for bracket in as_lists(corners) for value in (*bracket, None)]
