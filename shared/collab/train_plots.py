"""Pictures of a training: the curve while it runs, and the held-out error beside what costs nothing.

    plot_curve(progress.history, n_epochs=60, baselines={"user + film bias": 0.893})
    plot_errors([ErrorRow("Global mean", 1.059), ErrorRow("Your model", 0.850, 0.835, 0.864)])

Both have a fixed height, and axes that do not move while a run goes on.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.plotting import ACCENT, AXIS_TEXT, DATA, GRID, MUTED, as_lists, base_layout, plain_text, whiskers

if TYPE_CHECKING:
    import plotly.graph_objects as go

CURVE_HEIGHT_PX = 420
ERRORS_HEIGHT_PX = 330
BIAS_BASELINE = "user + film bias"
_STAR_WINDOWS = (
    (0.4, 1.2),
    (0.0, 2.5),
    (0.0, 4.5),
)  # stars; the axis jumps to the next one, and never creeps
_ROLES = {"baseline": (MUTED, "square"), "published": (DATA, "circle"), "yours": (ACCENT, "diamond")}


@dataclass(frozen=True)
class ErrorRow:
    """One line of the picture of errors.

    Attributes:
        name: what predicted the ratings.
        rmse: held-out error in stars; None where it is not known yet.
        low: lower end of its 95 % interval, if it has one.
        high: upper end.
        role: "baseline", "published" or "yours".
    """

    name: str
    rmse: float | None
    low: float | None = None
    high: float | None = None
    role: str = "baseline"


def plot_curve(
    history: Sequence[Mapping[str, float]],
    *,
    n_epochs: int,
    baselines: Mapping[str, float] | None = None,
    message: str = "",
) -> "go.Figure":
    """Error in stars after each epoch, of the ratings learned from and of those held out.

    Args:
        history: entries with `epoch`, `train_rmse`, `valid_rmse`; empty at the start.
        n_epochs: how many there will be: the axis is that long from the start.
        baselines: held-out errors; that of user + film bias is drawn as a line.
        message: shown in the middle as long as there is no curve.
    """
    import plotly.graph_objects as go

    epochs = [entry["epoch"] for entry in history]
    bias = (baselines or {}).get(BIAS_BASELINE)
    drawn = [entry[name] for entry in history for name in ("train_rmse", "valid_rmse")]
    drawn += [] if bias is None else [bias]
    margin = 0.03 * max(n_epochs - 1, 1)
    figure = go.Figure(
        layout=base_layout(
            height=CURVE_HEIGHT_PX,
            x_title="epoch (once through the ratings)",
            y_title="RMSE (stars)",
            x_range=(1 - margin, n_epochs + margin),
            y_range=_window(drawn),
            margin={"l": 56, "r": 12, "t": 64, "b": 48},
            xaxis={"tickformat": "d", "nticks": min(n_epochs, 8) + 1},
            legend={"font": {"size": 12}},
            showlegend=True,
        )
    )
    if bias is not None:
        figure.add_scatter(
            x=[1 - margin, n_epochs + margin],
            y=[bias, bias],
            mode="lines",
            name=f"{BIAS_BASELINE} ({bias:.3f})",
            line={"color": AXIS_TEXT, "width": 1.5, "dash": "dot"},
            hovertemplate=f"{BIAS_BASELINE}, held out: %{{y:.3f}}<extra></extra>",
        )
    mode = "lines+markers" if n_epochs <= 20 else "lines"
    for name, label, colour, dash, symbol in (
        ("train_rmse", "learned from", DATA, "dash", "circle"),
        ("valid_rmse", "held out", ACCENT, "solid", "diamond"),
    ):
        figure.add_scatter(
            x=epochs,
            y=as_lists([entry[name] for entry in history]),
            mode=mode,
            name=label,
            line={"color": colour, "width": 2.5, "dash": dash},
            marker={"symbol": symbol, "size": 7},
            hovertemplate=f"epoch %{{x}}, {label}: %{{y:.3f}} stars<extra></extra>",
        )
    if message and not history:
        figure.add_annotation(
            text=plain_text(message),
            x=0.5,
            y=0.5,
            xref="paper",
            yref="paper",
            showarrow=False,
            font={"size": 14, "color": AXIS_TEXT},
        )
    return figure


def plot_errors(rows: Sequence[ErrorRow]) -> "go.Figure":
    """A dot a row at the held-out error, with a whisker for its 95 % interval; the words stand above the dot.

    Args:
        rows: from the top down.
    """
    import plotly.graph_objects as go

    known = [value for row in rows for value in (row.rmse, row.low, row.high) if value is not None]
    known = [value for value in known if math.isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.8, 1.1)
    space = max(0.06 * (high - low), 0.01)
    left, right = low - space, high + space
    figure = go.Figure(
        layout=base_layout(
            height=ERRORS_HEIGHT_PX,
            x_title="held-out RMSE (stars); less is better",
            x_range=(left, right),
            y_range=(len(rows) - 0.35, -0.75),
            margin={"l": 12, "r": 12, "t": 8, "b": 48},
            yaxis={"showticklabels": False, "showgrid": False, "zeroline": False},
            xaxis={"nticks": 6},
            showlegend=False,
        )
    )
    for place, row in enumerate(rows):
        colour, symbol = _ROLES[row.role]
        if row.rmse is None:
            words = f"{plain_text(row.name)}: not trained yet"
        else:
            words = f"{plain_text(row.name)}: <b>{row.rmse:.3f}</b>"
            has_whisker = row.low is not None and row.high is not None and math.isfinite(row.high)
            figure.add_scatter(
                x=[row.rmse],
                y=[place],
                mode="markers",
                name=row.name,
                marker={"color": colour, "symbol": symbol, "size": 12},
                error_x=whiskers([row.rmse], [row.low], [row.high], colour=colour, thickness=2.5, width=6)
                if has_whisker
                else None,
                hovertemplate=f"{words} stars"
                + (f"<br>95 % interval {row.low:.3f} to {row.high:.3f}" if has_whisker else "")
                + "<extra></extra>",
            )
        figure.add_annotation(
            text=words,
            x=left,
            y=place - 0.42,
            xanchor="left",
            showarrow=False,
            font={"size": 13, "color": AXIS_TEXT},
        )
        figure.add_hline(y=place, line={"color": GRID, "width": 1}, layer="below")
    return figure


def _window(values: Sequence[float]) -> tuple[float, float]:
    """The narrowest window that holds all values, so that the axis stays where it is for almost any run."""
    finite = [value for value in values if value == value]
    for low, high in _STAR_WINDOWS:
        if all(low <= value <= high for value in finite):
            return low, high
    return _STAR_WINDOWS[-1]
