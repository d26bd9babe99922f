"""The picture of a forest's error while trees are added.

figure = plot_error_curves(explorer.curves(), scale=error_scale(explorer.encoded), guess=0.38)
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from shared.forest.curve import ErrorCurve
from shared.forest.error_scale import ErrorScale, next_window
from shared.plotting import ACCENT, AXIS_TEXT, DATA, TEAL, as_lists, band, base_layout

if TYPE_CHECKING:
    import plotly.graph_objects as go

CURVE_HEIGHT = 340
_LINES = {  # colour and dash of each curve
    "training": (DATA, "dot"),
    "out-of-bag": (TEAL, "dash"),
    "validation": (ACCENT, "solid"),
}
_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def plot_error_curves(
    curves: Mapping[str, ErrorCurve],
    *,
    scale: ErrorScale,
    guess: float,
    before: ErrorCurve | None = None,
    most_trees: int = 300,
) -> "go.Figure":
    """Draw the error against the number of trees, each curve with its 95 % interval.

    Args:
        curves: from `error_curves`.
        scale: how the error is written.
        guess: the error of always saying the mean or the largest class, a dashed line.
        before: the validation curve of an earlier forest, in grey.
        most_trees: end of the axis, on which a slider moves; it grows with larger forests.
    """
    import plotly.graph_objects as go

    tops = [guess, *(np.nanmax(curve.error, initial=0.0) for curve in curves.values())]
    most = max(most_trees, *(int(curve.trees[-1]) for curve in curves.values()))
    figure = go.Figure(
        layout=base_layout(
            height=CURVE_HEIGHT,
            x_title="number of trees",
            y_title=scale.title,
            x_range=(-0.03, float(np.log10(most)) + 0.03),
            y_range=(0, next_window(scale.shown(max(tops)), 1.12 * scale.shown(guess) or 1.0)),
            xaxis={
                "type": "log",
                "tickvals": [tick for tick in _TICKS if tick <= most],
                "ticktext": [f"{tick:,}" for tick in _TICKS if tick <= most],
                "minor": {"showgrid": False},
            },
            margin={"l": 60, "r": 12, "t": 64, "b": 48},
            legend={"font": {"size": 12}},
        )
    )
    figure.add_scatter(
        x=[1, most],
        y=[scale.shown(guess)] * 2,
        mode="lines",
        name="guessing",
        hovertemplate=f"always the same answer: {scale.write(guess)}<extra></extra>",
        line={"color": AXIS_TEXT, "width": 1.5, "dash": "longdash"},
    )
    if before is not None:
        figure.add_scatter(
            **_points(before, scale),
            mode="lines",
            name="before",
            hoverinfo="skip",
            line={"color": AXIS_TEXT, "width": 1.5},
        )
    for name, curve in curves.items():
        colour, dash = _LINES[name]
        known = np.isfinite(curve.low) & np.isfinite(curve.high)
        shade = band(
            curve.trees[known],
            scale.shown(curve.low[known]),
            scale.shown(curve.high[known]),
            colour=colour,
            name=name,
        )
        figure.add_trace({**shade, "showlegend": False})
        figure.add_scatter(
            **_points(curve, scale),
            mode="lines",
            name=name,
            hovertext=_describe(curve, scale),
            hovertemplate=f"{name}, %{{x}} trees: %{{hovertext}}<extra></extra>",
            line={"color": colour, "width": 2.5, "dash": dash},
        )
    return figure


def _points(curve: ErrorCurve, scale: ErrorScale) -> dict[str, list[float]]:
    return {"x": as_lists(curve.trees), "y": as_lists(scale.shown(curve.error))}


def _describe(curve: ErrorCurve, scale: ErrorScale) -> list[str]:
    numbers = zip(curve.error, curve.low, curve.high, curve.n_rows, strict=True)
    return [
        f"{scale.write(error)}<br>{scale.interval(low, high)}, {rows:,} rows"
        for error, low, high, rows in numbers
    ]
