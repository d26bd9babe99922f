"""The figure of partial dependence: the curve of one column, large.

The curve carries its evidence: bars say how many rows speak for each value, and where next to none do it is
grey and dotted.

    figure = plot_curve(dependence, column, answer=answer, effect=effect, curves=curves)
"""

from typing import TYPE_CHECKING

import numpy as np

from shared.forest.ale import Effect
from shared.forest.encoded import Column
from shared.forest.labels import Answer, cut_middle, name_value
from shared.forest.partial_dependence import Dependence
from shared.plotting import (
    ACCENT,
    AXIS_TEXT,
    DATA,
    MUTED,
    TEAL,
    as_lists,
    base_layout,
    plain_text,
    with_opacity,
)
from shared.tables.kinds import shorten

if TYPE_CHECKING:
    import plotly.graph_objects as go

FEW_ROWS = 5  # a value with fewer rows near it has next to no evidence
CURVE_HEIGHT = 460
MOST_LEVELS = 24  # of a category that fit one figure
_MARKED = 12  # a grid of so few values shows each as a point
_NAMED = 6  # a grid of so few values names each under the axis, and nothing between two
_NAME_CHARACTERS = 16  # of a level beside the axis


def is_level_like(column: Column) -> bool:
    """Say whether a column's values have names, so that nothing lies between two of them."""
    return column.kind in ("category", "missing")


def measure_range(dependence: Dependence) -> float:
    """Give how far a curve goes from its lowest to its highest point, values with next to no rows aside."""
    known = dependence.average[dependence.support >= FEW_ROWS]
    return float(np.ptp(known)) if len(known) else 0.0


def plot_curve(
    dependence: Dependence,
    column: Column,
    *,
    answer: Answer,
    effect: Effect | None = None,
    curves: np.ndarray | None = None,
    centred: bool = False,
    impossible: np.ndarray | None = None,
) -> "go.Figure":
    """Draw the curve of one column.

    Args:
        dependence: the average curve, and the rows near each value.
        column: what the curve is about.
        answer: what the forest answers.
        effect: accumulated local effects, drawn at the height of the average curve.
        curves: (n_rows, n_grid) curves of single rows.
        centred: let all curves of a number begin at 0, so that only what changes is seen.
        impossible: (n_grid,) share of the rows that cannot exist with each value, told under the pointer.
    """
    share = np.zeros(len(dependence.grid)) if impossible is None else impossible
    if is_level_like(column):
        return _plot_levels(dependence, column, answer, effect, curves, share)
    return _plot_numbers(dependence, column, answer, effect, curves, centred, share)


def _plot_numbers(
    dependence: Dependence,
    column: Column,
    answer: Answer,
    effect: Effect | None,
    curves: np.ndarray | None,
    centred: bool,
    impossible: np.ndarray,
) -> "go.Figure":
    import plotly.graph_objects as go

    x, average = dependence.grid, dependence.average
    few = dependence.support < FEW_ROWS
    shift = average[0] if centred else 0.0
    title = f"change of {answer.axis_title}" if centred else answer.axis_title
    heights = [average - shift] if curves is None else [average - shift, (curves - shift).ravel()]
    low, high = (float(end(np.concatenate(heights))) for end in (np.min, np.max))
    ticks = answer.step_ticks(low, high) if centred else answer.ticks(low, high)
    figure = go.Figure(
        layout=base_layout(
            height=CURVE_HEIGHT,
            margin={"l": 60, "r": 12, "t": 64, "b": 52},
            x_title=plain_text(shorten(column.name)),
            xaxis={
                "fixedrange": True,
                "anchor": "y2",
                **({"tickvals": as_lists(x)} if len(x) <= _NAMED else {}),
            },
            yaxis={
                "domain": [0.24, 1],
                "fixedrange": True,
                **ticks,
                "title": {"text": title, "standoff": 10, "font": {"size": 13}},
            },
            yaxis2={
                "domain": [0, 0.16],
                "fixedrange": True,
                "gridcolor": "rgba(128, 128, 128, 0.18)",
                "nticks": 3,
                "rangemode": "tozero",
                "zeroline": False,
                "tickfont": {"size": 11},
                "title": {"text": "rows", "standoff": 10, "font": {"size": 12}},
            },
        )
    )
    if curves is not None:
        own = curves - curves[:, :1] if centred else curves
        gap = np.full((len(own), 1), np.nan)
        figure.add_scatter(
            x=as_lists(np.tile(np.append(x, np.nan), len(own))),
            y=as_lists(np.hstack([own, gap]).ravel()),
            mode="lines",
            name=f"{len(own)} rows",
            line={"color": with_opacity(MUTED, 0.4), "width": 1},
            hoverinfo="skip",
        )
    mode = "lines+markers" if len(x) <= _MARKED else "lines"
    if few.any():
        figure.add_scatter(
            x=as_lists(x),
            y=as_lists(average - shift),
            mode=mode,
            name=f"fewer than {FEW_ROWS} rows near",
            line={"color": AXIS_TEXT, "width": 2, "dash": "dot"},
            hoverinfo="skip",
        )
    known = np.where(few, np.nan, average - shift)
    alone = np.isfinite(known) & ~np.isfinite(np.append(known[1:], np.nan))
    alone &= ~np.isfinite(np.append(np.nan, known[:-1]))  # a line needs two points beside each other
    figure.add_scatter(
        x=as_lists(x),
        y=as_lists(known),
        mode="lines+markers",
        name="average",
        line={"color": ACCENT, "width": 2.5},
        marker={"size": [7 if mode != "lines" or one else 0 for one in alone]},
        text=_tell(dependence, column, answer, impossible),
        hovertemplate="%{text}<extra></extra>",
    )
    if effect is not None and len(effect.grid) > 1:
        inside = (effect.grid >= x[0]) & (effect.grid <= x[-1])
        height = effect.effect + _level_of(dependence)
        start = float(np.interp(x[0], effect.grid, height)) if centred else 0.0
        figure.add_scatter(
            x=as_lists(effect.grid[inside]),
            y=as_lists((height - start)[inside]),
            mode="lines",
            name="accumulated local effects",
            line={"color": TEAL, "width": 2.5, "dash": "dash"},
            hovertemplate="accumulated local effects<extra></extra>",
        )
    figure.add_bar(
        x=as_lists(x),
        y=as_lists(dependence.support),
        yaxis="y2",
        name="rows near",
        showlegend=False,
        marker={"color": [MUTED if one else DATA for one in few]},
        hovertemplate="%{x}<br>rows near: %{y:,}<extra></extra>",
    )
    return figure


def _plot_levels(
    dependence: Dependence,
    column: Column,
    answer: Answer,
    effect: Effect | None,
    curves: np.ndarray | None,
    impossible: np.ndarray,
) -> "go.Figure":
    """Draw one point for each level, in the order of their averages: of many levels, those with most rows."""
    import plotly.graph_objects as go

    common = np.argsort(-dependence.support, kind="stable")[:MOST_LEVELS]
    shown = common[np.argsort(dependence.average[common], kind="stable")]
    names = [name_value(column, value) for value in dependence.grid[shown]]
    places, few = list(range(len(shown))), dependence.support[shown] < FEW_ROWS
    left_out = len(dependence.grid) - len(shown)
    drawn = [dependence.average[shown]]
    if curves is not None:
        low, high = np.percentile(curves[:, shown], (5, 95), axis=0)
        drawn += [low, high]
    ends = (float(end(np.concatenate(drawn))) for end in (np.min, np.max))
    title = f"{column.name}: the {len(shown)} levels with most rows" if left_out else column.name
    figure = go.Figure(
        layout=base_layout(
            height=CURVE_HEIGHT,
            margin={"l": 40, "r": 12, "t": 64, "b": 52},
            x_title=answer.axis_title,
            xaxis={
                "domain": [0, 0.74],
                "fixedrange": True,
                "nticks": 5,
                **answer.ticks(*ends, most=4),
                "zeroline": False,
            },
            xaxis2={
                "domain": [0.8, 1],
                "fixedrange": True,
                "gridcolor": "rgba(128, 128, 128, 0.18)",
                "nticks": 2,
                "tickangle": 0,
                "rangemode": "tozero",
                "zeroline": False,
                "tickfont": {"size": 11},
                "title": {"text": "rows", "standoff": 10, "font": {"size": 12}},
            },
            yaxis={
                "tickvals": places,
                "ticktext": [short_name(name) for name in names],
                "range": [-0.6, len(shown) - 0.4],
                "fixedrange": True,
                "zeroline": False,
                "tickfont": {"size": 12 if len(shown) <= 16 else 10},
                "title": {"text": plain_text(shorten(title)), "standoff": 6, "font": {"size": 13}},
            },
        )
    )
    if curves is not None:
        for place, (start, stop) in enumerate(zip(low, high, strict=True)):
            figure.add_scatter(
                x=[float(start), float(stop)],
                y=[place, place],
                mode="lines",
                name=f"middle 90 % of {len(curves)} rows",
                legendgroup="rows",
                showlegend=place == 0,
                line={"color": with_opacity(MUTED, 0.5), "width": 6},
                hoverinfo="skip",
            )
    figure.add_scatter(
        x=as_lists(dependence.average[shown]),
        y=places,
        mode="markers",
        name="average",
        marker={
            "color": [AXIS_TEXT if one else ACCENT for one in few],
            "symbol": ["circle-open" if one else "circle" for one in few],
            "size": 10,
        },
        text=[_tell(dependence, column, answer, impossible)[place] for place in shown],
        hovertemplate="%{text}<extra></extra>",
    )
    if effect is not None:
        heights = dict(zip(effect.grid, effect.effect + _level_of(dependence), strict=True))
        there = [(heights[v], place) for place, v in enumerate(dependence.grid[shown]) if v in heights]
        figure.add_scatter(
            x=[float(height) for height, _ in there],
            y=[place for _, place in there],
            mode="markers",
            name="accumulated local effects",
            marker={"color": TEAL, "symbol": "diamond-open", "size": 10, "line": {"width": 2}},
            hovertemplate="accumulated local effects<extra></extra>",
        )
    figure.add_bar(
        x=as_lists(dependence.support[shown]),
        y=places,
        orientation="h",
        xaxis="x2",
        name="rows",
        showlegend=False,
        marker={"color": [MUTED if one else DATA for one in few]},
        hovertemplate="rows: %{x:,}<extra></extra>",
    )
    return figure


def _level_of(dependence: Dependence) -> float:
    """Give the height at which an effect, whose mean is 0, stands beside the average curve."""
    weights = dependence.support if dependence.support.any() else None
    return float(np.average(dependence.average, weights=weights))


def _tell(dependence: Dependence, column: Column, answer: Answer, impossible: np.ndarray) -> list[str]:
    """Write what stands under the pointer, for each grid value."""
    name = plain_text(shorten(column.name))
    return [
        f"{name} = {plain_text(name_value(column, value))}<br>{answer.text(average)}<br>rows near: {near:,}"
        + (f"<br>{100 * cannot:.0f} % of the rows cannot exist with it" if cannot >= 0.005 else "")
        for value, average, near, cannot in zip(
            dependence.grid, dependence.average, dependence.support, impossible, strict=True
        )
    ]


def short_name(name: str) -> str:
    """Cut a level's name so that it fits beside an axis, and make it safe for a figure."""
    return plain_text(cut_middle(name, _NAME_CHARACTERS))
