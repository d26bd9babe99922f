"""Figures of what lies beyond the training rows: the flat line, and the columns that tell new rows from old.

figure = plot_line(line, column, answer=answer, seen=(x, y))
figure = plot_example(flat_line_example())
figure = plot_tellers(domain, names)
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from shared.forest.domain import Domain, FlatLine, Line
from shared.forest.encoded import Column
from shared.forest.importance_plots import short_name
from shared.forest.importances import NOISE_NAME
from shared.forest.labels import Answer, name_value
from shared.plotting import (
    ACCENT,
    AXIS_TEXT,
    DATA,
    MUTED,
    as_lists,
    base_layout,
    plain_text,
    whiskers,
    with_opacity,
)
from shared.tables.kinds import shorten

if TYPE_CHECKING:
    import plotly.graph_objects as go

LINE_HEIGHT, TELLERS_HEIGHT = 420, 420
MOST_TELLERS = 10  # columns with a bar
_MARGIN = {"l": 72, "r": 12, "t": 64, "b": 52}


def plot_line(
    line: Line, column: Column, *, answer: Answer, seen: tuple[np.ndarray, np.ndarray]
) -> "go.Figure":
    """Draw what a forest says of one row along one column, inside and beyond the training range.

    Args:
        line: the forest's answers.
        column: what changes.
        answer: what the forest answers.
        seen: (n,) values of the column in some training rows, and their targets.
    """
    drawn = line.predicted if answer.is_share else np.append(line.predicted, seen[1])
    ticks = answer.ticks(float(drawn.min()), float(drawn.max()))
    figure = _start(plain_text(shorten(column.name)), answer.axis_title, ticks)
    if not answer.is_share:
        _add_points(figure, *seen, name="training rows")
    inside = (line.x >= line.low) & (line.x <= line.high)
    told = [
        f"{plain_text(name_value(column, x))}: {answer.text(y)}"
        for x, y in zip(line.x.tolist(), line.predicted.tolist(), strict=True)
    ]
    _add_forest(figure, line.x, line.predicted, inside, told)
    _shade(figure, float(line.x[0]), line.low, line.high, float(line.x[-1]))
    return figure


def plot_example(example: FlatLine) -> "go.Figure":
    """Draw the book's example: a line that goes on rising, and a forest that does not."""
    figure = _start("x", "y", {})
    x, n_train = example.x, example.n_train
    _add_points(figure, x[:n_train], example.y[:n_train], name="training points")
    figure.add_scatter(
        x=as_lists(x[n_train:]),
        y=as_lists(example.y[n_train:]),
        mode="markers",
        name="points it has not seen",
        marker={"color": AXIS_TEXT, "symbol": "x", "size": 7},
    )
    told = [f"{at:.1f}: {y:.1f}" for at, y in zip(x.tolist(), example.predicted.tolist(), strict=True)]
    _add_forest(figure, x, example.predicted, np.arange(len(x)) < n_train, told)
    _shade(figure, float(x[0]), float(x[0]), float(x[n_train - 1]), float(x[-1]))
    return figure


def plot_tellers(domain: Domain, names: list[str]) -> "go.Figure":
    """Draw which columns tell new rows from training rows, with intervals, beside a column of noise.

    Args:
        domain: the detectors.
        names: of the columns.
    """
    import plotly.graph_objects as go

    told = domain.importances
    order = np.argsort(-told.mean, kind="stable")[:MOST_TELLERS][::-1]
    labels = [NOISE_NAME, *(short_name(names[place]) for place in order)]
    mean = np.array([told.noise_mean, *told.mean[order]])
    low = np.array([told.noise_low, *told.low[order]])
    high = np.array([told.noise_high, *told.high[order]])
    below = [True, *(bool(one) for one in told.below_noise[order])]
    places = list(range(len(labels)))
    figure = go.Figure(
        layout=base_layout(
            height=TELLERS_HEIGHT,
            x_title="share of the importance<br>(95 % interval)",
            margin={"l": 40, "r": 12, "t": 24, "b": 64},
            xaxis={"fixedrange": True, "rangemode": "tozero", "nticks": 5},
            yaxis={
                "tickvals": places,
                "ticktext": labels,
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
            },
            showlegend=False,
        )
    )
    figure.add_bar(
        x=as_lists(mean),
        y=places,
        orientation="h",
        marker={
            "color": [MUTED if one else DATA for one in below],
            "pattern": {"shape": ["/" if one else "" for one in below]},
        },
        error_x=whiskers(mean, low, high, colour=AXIS_TEXT, thickness=1.5),
        text=["not above noise" if one else "" for one in below],
        hovertemplate="%{y}: %{x:.3f} %{text}<extra></extra>",
        textposition="none",
    )
    figure.add_vline(x=float(told.noise_mean), line={"color": AXIS_TEXT, "width": 1, "dash": "dot"})
    return figure


def _start(x_title: str, y_title: str, ticks: dict[str, Any]) -> "go.Figure":
    import plotly.graph_objects as go

    layout: dict[str, Any] = base_layout(
        height=LINE_HEIGHT,
        x_title=x_title,
        y_title=y_title,
        margin=_MARGIN,
        xaxis={"fixedrange": True, "zeroline": False},
        yaxis={"fixedrange": True, **ticks},
    )
    return go.Figure(layout=layout)


def _add_points(figure: "go.Figure", x: np.ndarray, y: np.ndarray, *, name: str) -> None:
    figure.add_scatter(
        x=as_lists(x),
        y=as_lists(y),
        mode="markers",
        name=name,
        marker={"color": with_opacity(DATA, 0.45), "size": 6},
        hoverinfo="skip",
    )


def _add_forest(
    figure: "go.Figure", x: np.ndarray, y: np.ndarray, inside: np.ndarray, told: list[str]
) -> None:
    """Draw the forest's line: solid where it has seen rows, dashed beyond; `told` is under the pointer."""
    figure.add_scatter(
        x=as_lists(x),
        y=as_lists(y),
        mode="lines",
        name="forest, beyond what it saw",
        line={"color": ACCENT, "width": 2, "dash": "dot"},
        text=told,
        hovertemplate="%{text}<extra></extra>",
    )
    figure.add_scatter(
        x=as_lists(x[inside]),
        y=as_lists(y[inside]),
        mode="lines",
        name="forest",
        line={"color": ACCENT, "width": 3},
        text=[text for text, one in zip(told, inside, strict=True) if one],
        hovertemplate="%{text}<extra></extra>",
    )


def _shade(figure: "go.Figure", start: float, low: float, high: float, end: float) -> None:
    for left, right in ((start, low), (high, end)):
        if right > left:
            figure.add_vrect(
                x0=left, x1=right, fillcolor=with_opacity(MUTED, 0.18), line_width=0, layer="below"
            )
