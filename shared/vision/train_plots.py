"""Pictures of a training: the learning-rate finder, and the loss while it goes.

    plot_finder(progress.finder)               # loss over learning rate, slide and valley marked
    plot_losses(progress.batches, progress.history, n_epochs=5)

Both have a fixed height. A loss that is no number, or far beyond guessing, is drawn as far as it went and
named: the learning rate was too high.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.plotting import ACCENT, AXIS_TEXT, DATA, MUTED, PURPLE, TEAL, as_lists, base_layout, plot_message
from shared.vision.train_progress import is_diverged

if TYPE_CHECKING:
    import plotly.graph_objects as go

FINDER_HEIGHT_PX, LOSSES_HEIGHT_PX = 340, 380
DIVERGED = "Diverged: the learning rate is too high"
EMPTY_FINDER = "The learning-rate finder draws here, unless you chose a rate."
EMPTY_LOSSES = "The losses grow here."
_MAX_POINTS = 400  # of the line of batches; more cannot be told apart
_SMOOTHING = 0.9  # of that line, a moving average as fastai's recorder takes it
_HIGHEST_SHOWN = 100.0


def plot_finder(finder: Mapping[str, Any] | None) -> "go.Figure":
    """Loss of a mock training in which the learning rate grows from batch to batch.

    Args:
        finder: `rates` and `losses`, and the rates `slide`, `valley` and `chosen`, any of which may be None;
            None draws an empty figure.
    """
    import plotly.graph_objects as go

    if not finder or not finder.get("rates"):
        return plot_message(EMPTY_FINDER, height=FINDER_HEIGHT_PX)
    rates, losses = as_lists(finder["rates"]), as_lists(finder["losses"])
    figure = go.Figure(
        layout=base_layout(
            height=FINDER_HEIGHT_PX,
            x_title="learning rate",
            y_title="loss",
            y_range=_finder_window(losses),
            xaxis={"type": "log", "exponentformat": "power", "dtick": 1, "fixedrange": True},
            margin={"l": 56, "r": 12, "t": 64, "b": 48},
            showlegend=True,
        )
    )
    figure.add_scatter(
        x=rates,
        y=losses,
        mode="lines",
        name="loss",
        line={"color": DATA, "width": 2.5},
        hovertemplate="rate %{x:.2g}, loss %{y:.3f}<extra></extra>",
    )
    for name, label, colour, symbol in (
        ("slide", "slide", PURPLE, "square"),
        ("valley", "valley", TEAL, "diamond"),
        ("chosen", "taken", ACCENT, "circle-open"),
    ):
        rate = finder.get(name)
        if rate is None:
            continue
        figure.add_scatter(
            x=[float(rate)],
            y=[_loss_at(rates, losses, float(rate))],
            mode="markers",
            name=f"{label} {float(rate):.1e}",
            marker={
                "color": colour,
                "symbol": symbol,
                "size": 18 if name == "chosen" else 11,
                "line": {"width": 3 if name == "chosen" else 0, "color": colour},
            },
            hovertemplate=f"{label}: %{{x:.2e}}<extra></extra>",
        )
    return figure


def plot_losses(
    batches: Sequence[tuple[float, float]],
    history: Sequence[Mapping[str, float]],
    *,
    n_epochs: int,
) -> "go.Figure":
    """Loss of each batch, smoothed, and of the held-out photos after each epoch.

    Args:
        batches: (epochs gone by, loss) in order.
        history: entries with `epoch`, `train_loss` and `valid_loss`.
        n_epochs: how many there will be: the axis is that long from the start.
    """
    import plotly.graph_objects as go

    if not batches and not history:
        return plot_message(EMPTY_LOSSES, height=LOSSES_HEIGHT_PX)
    smooth = _smooth([loss for _, loss in batches])
    step = max(1, len(batches) // _MAX_POINTS)
    figure = go.Figure(
        layout=base_layout(
            height=LOSSES_HEIGHT_PX,
            x_title="epoch (once through the photos)",
            y_title="loss (cross-entropy)",
            x_range=(0, n_epochs * 1.03),
            y_range=_loss_window(smooth, history),
            xaxis={"tickformat": "d", "nticks": min(n_epochs, 8) + 1},
            margin={"l": 56, "r": 12, "t": 64, "b": 48},
            showlegend=True,
        )
    )
    figure.add_scatter(
        x=[gone_by for gone_by, _ in batches][::step],
        y=as_lists(smooth[::step]),
        mode="lines",
        name="learned from",
        line={"color": DATA, "width": 2, "dash": "dash"},
        hovertemplate="after %{x:.2f} epochs: %{y:.3f}<extra>learned from</extra>",
    )
    figure.add_scatter(
        x=[entry["epoch"] for entry in history],
        y=as_lists([entry["valid_loss"] for entry in history]),
        mode="lines+markers",
        name="held out",
        line={"color": ACCENT, "width": 2.5},
        marker={"symbol": "diamond", "size": 9},
        hovertemplate="epoch %{x}: %{y:.3f}<extra>held out</extra>",
    )
    where = _where_diverged(batches, history)
    if where is not None:
        figure.add_vline(x=where, line={"color": MUTED, "width": 1.5, "dash": "dot"})
        figure.add_annotation(
            text=DIVERGED,
            x=0.5,
            y=0.97,
            xref="paper",
            yref="paper",
            yanchor="top",
            showarrow=False,
            font={"size": 14, "color": AXIS_TEXT},
        )
    return figure


def _smooth(losses: Sequence[float]) -> list[float]:
    """A moving average without the pull of its start; from the first loss that is no number on, none is."""
    smooth, mean = [], 0.0
    for count, loss in enumerate(losses, 1):
        mean = _SMOOTHING * mean + (1 - _SMOOTHING) * loss
        smooth.append(mean / (1 - _SMOOTHING**count))
    return smooth


def _where_diverged(
    batches: Sequence[tuple[float, float]], history: Sequence[Mapping[str, float]]
) -> float | None:
    """How many epochs had gone by when the loss went astray."""
    places = [gone_by for gone_by, loss in batches if is_diverged(loss)]
    places += [entry["epoch"] for entry in history if is_diverged(entry["valid_loss"])]
    return min(places, default=None)


def _loss_window(smooth: Sequence[float], history: Sequence[Mapping[str, float]]) -> tuple[float, float]:
    """From 0 to a round number above everything that is drawn; what has diverged may leave the picture."""
    drawn = [*smooth, *(entry["valid_loss"] for entry in history)]
    drawn = [loss for loss in drawn if math.isfinite(loss)]
    highest = min(max(drawn, default=1.0), _HIGHEST_SHOWN)
    for edge in (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0):
        if highest <= edge:
            return 0.0, edge * 1.05
    return 0.0, _HIGHEST_SHOWN


def _finder_window(losses: Sequence[float | None]) -> tuple[float, float]:
    """The valley and its slopes; the finder ends where the loss explodes, which would flatten all else."""
    drawn = sorted(loss for loss in losses if loss is not None)
    if not drawn:
        return 0.0, 1.0
    low, start = drawn[0], next(loss for loss in losses if loss is not None)
    high = max(start, drawn[len(drawn) // 2]) + 0.6 * max(start - low, 0.1)
    space = 0.06 * (high - low)
    return low - space, max(high, low + 0.1) + space


def _loss_at(rates: Sequence[float], losses: Sequence[float | None], rate: float) -> float | None:
    """The loss on the curve at the rate nearest to the one marked."""
    known = [(abs(math.log(x / rate)), y) for x, y in zip(rates, losses, strict=False) if y is not None]
    return min(known)[1] if known else None
