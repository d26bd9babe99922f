"""Draws what the page's tabs find: a training, the failure map, models side by side, which step matters.

plot_scores(compare_models(Comparison()))      # a Plotly figure, SCORES_PX high
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from shared.plotting import (
    ACCENT,
    DASHES,
    DATA,
    MUTED,
    NEGATIVE,
    POSITIVE,
    SERIES,
    SYMBOLS,
    TEAL,
    TRANSPARENT,
    ZERO_LINE,
    as_lists,
    base_layout,
    whiskers,
)
from shared.tabular.ablation import VARIANTS, Effect
from shared.tabular.compare import RULE, Score
from shared.tabular.failures import Found
from shared.tabular.net import FAILED
from shared.tabular.train import Run, count_one_r

if TYPE_CHECKING:
    import plotly.graph_objects as go

CURVES_PX, SIZES_PX, FAILURES_PX, SCORES_PX, EFFECTS_PX = 380, 340, 380, 400, 460
_LOOKS = {  # by the sign of an effect: what it is called, its colour, its symbol
    1: ("helps", POSITIVE, "triangle-up"),
    0: ("cannot be told", MUTED, "circle"),
    -1: ("hurts", NEGATIVE, "triangle-down"),
}
_LOWEST = -10.0  # of an effect: what is worse stands at the edge, with its number
_EDGES = np.arange(0.3, 0.9001, 0.02)  # of the histogram's bars


class Points(NamedTuple):
    """Intervals of one kind, each on its row; shares."""

    name: str
    rows: Sequence[float]
    intervals: Sequence[Sequence[Any]]  # mean, low, high of each
    colour: str
    symbol: str


def plot_curves(run: Run) -> "go.Figure":
    """Draw both losses above, the accuracy on the rows held out below."""
    rule = np.full(len(run.right), count_one_r())
    return _lines(
        _two_layers("epoch", "loss", "right", range=[30, 100], ticksuffix=" %"),
        [
            ("loss, 713 rows learned from", run.losses, DATA, "solid", "y"),
            ("loss, 178 rows held out", run.valid_losses, ACCENT, "dash", "y"),
            ("right, of the 178", 100 * run.right / run.n_valid, TEAL, "solid", "y2"),
            ("women survive, men do not", 100 * rule / run.n_valid, MUTED, "dot", "y2"),
        ],
    )


def plot_finder(found: Mapping[str, Any]) -> "go.Figure":
    """Draw the loss while the learning rate was raised, with the four suggestions on it."""
    import plotly.graph_objects as go

    x, losses = found["rates"][: len(found["losses"])], found["losses"]
    log = {"type": "log", "exponentformat": "power", "dtick": 1}
    # It ends where the loss explodes: what comes before must fill the picture.
    y_range = (0.9 * min(losses), 1.1 * losses[0])
    figure = go.Figure(
        layout=base_layout(
            height=CURVES_PX, x_title="learning rate", y_title="loss", xaxis=log, y_range=y_range
        )
    )
    figure.add_scatter(x=x, y=losses, mode="lines", name="loss", line={"color": MUTED})
    for at, (name, rate) in enumerate(found["suggested"].items()):
        y = float(np.interp(np.log(rate), np.log(x), losses))
        marker = {"size": 13, "symbol": SYMBOLS[at], "color": SERIES[at]}
        said = f"{name}: {rate:.2g}"
        figure.add_scatter(x=[rate], y=[y], mode="markers", name=said, marker=marker, hoverinfo="name")
    return figure


def plot_fastai(runs: Sequence[Mapping[str, Any]]) -> "go.Figure":
    """Draw the loss and the accuracy on the rows held out, the mean of each suggestion's runs."""
    lines = []
    for at, name in enumerate(dict.fromkeys(run["name"] for run in runs)):
        mine = [run for run in runs if run["name"] == name]
        for key, factor, axis in (("valid", 1, "y"), ("right", 100, "y2")):
            values = factor * np.mean([run[key] for run in mine], axis=0)
            lines.append((name if axis == "y" else "", values, SERIES[at], DASHES[at], axis))
    return _lines(_two_layers("epoch", "loss, held out", "right", ticksuffix=" %"), lines)


def plot_schedule(run: Mapping[str, Any]) -> "go.Figure":
    """Draw the learning rate and the momentum of every batch of a run."""
    lines = [
        ("learning rate", run["rates"], DATA, "solid", "y"),
        ("momentum", run["momenta"], ACCENT, "dash", "y2"),
    ]
    return _lines(_two_layers("batch", "learning rate", "momentum", range=[0.8, 1]), lines)


def _two_layers(x_title: str, upper: str, lower: str, **axis: Any) -> dict[str, Any]:
    """Make the layout of two pictures above each other; `axis` is what the lower one has of its own."""
    y = {"domain": [0.55, 1], "rangemode": "tozero"}
    layout = base_layout(height=CURVES_PX, x_title=x_title, y_title=upper, xaxis={"anchor": "y2"}, yaxis=y)
    title = {**layout["yaxis"]["title"], "text": lower}
    below = {"domain": [0, 0.42], "rangemode": "normal", "title": title, **axis}
    return {**layout, "yaxis2": {**layout["yaxis"], **below}}


def plot_sizes(run: Run) -> "go.Figure":
    """Draw what belongs to each column, epoch by epoch: the coefficient, or the length of its weights."""
    is_linear = len(run.net.weights) == 1
    legend = {"orientation": "v", "x": 1.02, "y": 1, "yanchor": "top", "font": {"size": 11}}
    title = "coefficient" if is_linear else "length of the column's weights"
    n = len(SERIES)
    looks = [(SERIES[at % n], DASHES[(at + at // n) % len(DASHES)], "y") for at in range(len(run.names))]
    return _lines(
        base_layout(height=SIZES_PX, x_title="epoch", y_title=title, legend=legend),
        [(name, run.sizes[:, at], *looks[at]) for at, name in enumerate(run.names)],
    )


def _lines(layout: dict[str, Any], lines: Sequence[tuple[str, np.ndarray, str, str, str]]) -> "go.Figure":
    """Draw lines by epoch or batch: name, values, colour, dash and axis of each. One epoch is a point."""
    import plotly.graph_objects as go

    figure = go.Figure(layout=layout)
    for name, values, colour, dash, axis in lines:
        mode, x = "lines" if len(values) > 1 else "markers", list(range(1, len(values) + 1))
        line = {"color": colour, "dash": dash}
        about = {"name": name, "showlegend": bool(name), "yaxis": axis}
        figure.add_scatter(x=x, y=as_lists(values), mode=mode, line=line, **about)
    return figure


def plot_failures(found: Found, published: Found) -> "go.Figure":
    """Draw the histogram over that of the published settings, with the lesson's own seed marked."""
    import plotly.graph_objects as go

    layout = base_layout(
        height=FAILURES_PX,
        x_title="right, of the 178 passengers held out",
        y_title="nets",
        x_range=(30, 90),
        y_range=(0, 118),
        xaxis={"ticksuffix": " %"},
        barmode="overlay",
        bargap=0.05,
    )
    figure = go.Figure(layout=layout)
    middles = 100 * (_EDGES[:-1] + _EDGES[1:]) / 2
    outline = {"color": TRANSPARENT, "line": {"color": MUTED, "width": 2}}
    for name, accuracies, marker in (
        ("as published", published.accuracies, outline),
        ("these settings", found.accuracies, {"color": DATA, "opacity": 0.8}),
    ):
        counts, _ = np.histogram(accuracies, _EDGES)
        x, y = as_lists(middles[counts > 0]), as_lists(counts[counts > 0])
        hover = "%{y} of 100 nets near %{x:.0f} %<extra></extra>"
        text = {"text": None if marker is outline else y, "textposition": "outside"}
        figure.add_bar(x=x, y=y, width=1.8, name=name, marker=marker, hovertemplate=hover, **text)
    diamond = {"color": ACCENT, "size": 14, "symbol": "diamond", "line": {"color": "white", "width": 1}}
    name, hover = "the lesson's seed, 442", "seed 442: %{x:.1f} %<extra></extra>"
    x = [100 * found.lesson]
    figure.add_scatter(x=x, y=[4], mode="markers", name=name, marker=diamond, hovertemplate=hover)
    figure.add_vline(x=100 * FAILED, line={"color": NEGATIVE, "dash": "dot"})
    said = {"text": "failed ", "xanchor": "right", "showarrow": False, "font": {"color": NEGATIVE}}
    figure.add_annotation(x=100 * FAILED, y=116, **said)
    return figure


def plot_scores(scores: dict[str, Score]) -> "go.Figure":
    """Draw both accuracies of each model, one above the other, and the rule as a line through all."""
    lesson = [score.lesson for score in scores.values()]
    spread = [score.spread for score in scores.values()]
    above, below = ([at + offset for at in range(len(scores))] for offset in (-0.14, 0.14))
    points = [
        Points("the split of seed 42, 95 % interval", above, lesson, DATA, "circle"),
        Points("random splits: mean, and where 95 % of them lie", below, spread, ACCENT, "diamond"),
    ]
    seen = 100 * np.array([*lesson, *spread], dtype=float)
    x_range, x_title = (min(48, seen.min() - 1), max(92, seen.max() + 1)), "right, of the rows held out"
    figure = plot_rows([*scores], points, height=SCORES_PX, x_title=x_title, x_range=x_range)
    figure.add_vline(x=100 * scores[RULE].spread[0], line={"color": MUTED, "dash": "dot"})
    return figure


def plot_effects(effects: dict[str, Effect]) -> "go.Figure":
    """Draw the differences in percentage points, from top to bottom."""
    points = []
    for sign, look in _LOOKS.items():
        rows = {at: effects[name] for at, name in enumerate(VARIANTS) if effects[name].sign == sign}
        points.append(Points(look[0], [*rows], [one.difference for one in rows.values()], *look[1:]))
    x_title, x_range = "change of the accuracy, percentage points", (_LOWEST - 0.5, 4)
    figure = plot_rows([*VARIANTS], points, height=EFFECTS_PX, x_title=x_title, x_range=x_range, unit="")
    figure.add_vline(x=0, line={"color": ZERO_LINE})
    return figure


def plot_rows(
    names: Sequence[str],
    points: Sequence[Points],
    *,
    x_range: tuple[float, float],
    unit: str = " %",
    **more: Any,
) -> "go.Figure":
    """Draw named rows from top to bottom, with intervals on them in per cent.

    Args:
        names: of the rows.
        points: what stands on them; below the range it stands at its edge, with its number.
        x_range: in per cent.
        unit: behind the numbers of the axis.
        more: further arguments of `base_layout`.
    """
    import plotly.graph_objects as go

    y: dict[str, Any] = {"tickvals": list(range(len(names))), "ticktext": [*names], "zeroline": False}
    about = {"y_range": (len(names) - 0.5, -0.5), "yaxis": y, "xaxis": {"ticksuffix": unit}, **more}
    figure = go.Figure(layout=base_layout(x_range=x_range, **about))
    edge, sign = x_range[0] + 0.5, "" if unit else "+"
    mean, low, high = (f"%{{customdata[{at}]:{sign}.1f}}" for at in range(3))
    hover = f"{mean} ({low} to {high})<extra></extra>"
    for name, rows, intervals, colour, symbol in points:
        ends = 100 * np.array(intervals, dtype=float).reshape(-1, 3)
        x, lows, highs = np.maximum(ends, edge).T
        figure.add_scatter(
            x=as_lists(x),
            y=[*rows],
            name=name,
            mode="markers+text",
            text=["" if value >= edge else f"  {value:.0f}" for value in ends[:, 0]],
            textposition="middle right",
            marker={"color": colour, "size": 10, "symbol": symbol},
            error_x=whiskers(x, lows, highs, colour=colour),
            customdata=as_lists(ends),
            hovertemplate=hover,
        )
    return figure
