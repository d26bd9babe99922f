"""The waterfall of one prediction: where every row begins, what each column adds, where it ends.

figure = plot_waterfall(about.why, about.X, encoded.columns, answer=answer, shap=shap)
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from shared.forest.contributions import Contributions
from shared.forest.encoded import Column
from shared.forest.labels import Answer, cut_middle, name_value
from shared.plotting import AXIS_TEXT, DATA, MUTED, NEGATIVE, POSITIVE, PURPLE, base_layout, plain_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

WATERFALL_HEIGHT = 560
MOST_BARS = 9  # columns with a bar of their own; the others share one
_NAME_CHARACTERS, _VALUE_CHARACTERS = 24, 14  # of a column and its value above a bar
_BAR_WIDTH, _LABEL_ABOVE = 0.42, 0.42  # in rows


def plot_waterfall(
    why: Contributions,
    row: np.ndarray,
    columns: Sequence[Column],
    *,
    answer: Answer,
    shap: np.ndarray | None = None,
) -> "go.Figure":
    """Draw the contributions of one row, the largest first, from the bias to the prediction.

    Args:
        why: of one row.
        row: (p,) its values.
        columns: what they are.
        answer: what the forest answers.
        shap: (p,) SHAP values. Each is drawn as a diamond where its bar would end by it.
    """
    import plotly.graph_objects as go

    values = why.values[0]
    order = np.argsort(-np.abs(values), kind="stable")
    shown = [int(place) for place in order[:MOST_BARS] if values[place]]
    others = np.setdiff1d(np.arange(len(values)), shown)
    steps = [float(values[place]) for place in shown]
    names = [_name(columns[place], row[place]) for place in shown]
    if len(others) and np.any(values[others]):
        steps.append(float(values[others].sum()))
        names.append(f"{len(others)} other column{'s' if len(others) > 1 else ''}")
    starts = why.bias + np.cumsum([0.0, *steps[:-1]]) if steps else np.array([])
    ends = [*(start + step for start, step in zip(starts, steps, strict=True))]
    labels = [
        "Bias: no column known",
        *names,
        "Prediction",
    ]
    places = list(range(len(labels)))[::-1]  # the first on top
    every = [why.bias, float(why.prediction[0]), *starts.tolist(), *ends]
    by_shap: list[float] = []
    if shap is not None:
        credited = [float(shap[place]) for place in shown]
        if len(steps) > len(shown):
            credited.append(float(shap[others].sum()))
        by_shap = [float(start) + credit for start, credit in zip(starts, credited, strict=True)]
    low, high = min(every + by_shap), max(every + by_shap)
    room = (high - low) or 1.0
    figure = go.Figure(
        layout=base_layout(
            height=WATERFALL_HEIGHT,
            x_title=answer.axis_title,
            x_range=(low - 0.34 * room, high + 0.34 * room),
            margin={"l": 12, "r": 12, "t": 48, "b": 52},
            xaxis={
                "nticks": 5,
                **answer.ticks(low - 0.34 * room, high + 0.34 * room, most=4),
                "zeroline": False,
            },
            yaxis={
                "range": [-0.5, len(labels) - 0.2],
                "fixedrange": True,
                "showgrid": False,
                "showticklabels": False,
                "zeroline": False,
            },
        )
    )
    for label, place in zip(
        labels, places, strict=True
    ):  # above its bar: on a phone there is no room beside it
        figure.add_annotation(
            text=label,
            x=0,
            xref="paper",
            xanchor="left",
            y=place + _LABEL_ABOVE,
            showarrow=False,
            font={"size": 12, "color": AXIS_TEXT},
        )
    tips = list(ends)
    for at, step in enumerate(steps):
        if by_shap:
            tips[at] = max(ends[at], by_shap[at]) if step >= 0 else min(ends[at], by_shap[at])
    for name, is_up, colour in (("raises", True, POSITIVE), ("lowers", False, NEGATIVE)):
        kept = [at for at, step in enumerate(steps) if (step >= 0) == is_up]
        figure.add_bar(
            x=[steps[at] for at in kept],
            base=[float(starts[at]) for at in kept],
            y=[places[at + 1] for at in kept],
            width=_BAR_WIDTH,
            orientation="h",
            name=f"{'▲' if is_up else '▼'} {name}",
            marker={"color": colour},
            customdata=[answer.step(steps[at]) for at in kept],
            hovertemplate="%{customdata}<extra></extra>",
        )
        _write(
            figure,
            [tips[at] for at in kept],
            [places[at + 1] for at in kept],
            [answer.step(steps[at]).removesuffix(" points") for at in kept],  # short: it fits a phone
            "middle right" if is_up else "middle left",
        )
    for value, place in ((why.bias, places[0]), (float(why.prediction[0]), places[-1])):
        figure.add_scatter(
            x=[value],
            y=[place],
            mode="markers",
            showlegend=False,
            marker={"color": DATA, "size": 12, "symbol": "square"},
            hovertemplate=f"{answer.text(value)}<extra></extra>",
        )
        _write(figure, [value], [place], [answer.text(value)], "middle right")
    # Thin lines from one bar to the next make the stairs readable.
    corners = [why.bias, *ends]
    figure.add_scatter(
        x=[x for end in corners for x in (end, end, None)],
        y=[y for at in range(len(corners)) for y in (places[at], places[at + 1], None)],
        mode="lines",
        line={"color": MUTED, "width": 1, "dash": "dot"},
        showlegend=False,
        hoverinfo="skip",
    )
    if by_shap:
        figure.add_scatter(
            x=by_shap,
            y=places[1:-1],
            mode="markers",
            name="where SHAP ends",
            marker={  # filled: a hollow one is lost on a bar
                "color": "#FFFFFF",
                "symbol": "diamond",
                "size": 11,
                "line": {"width": 2, "color": PURPLE},
            },
            text=[answer.step(end - float(start)) for end, start in zip(by_shap, starts, strict=True)],
            hovertemplate="SHAP %{text}<extra></extra>",
        )
    return figure


def _write(figure: "go.Figure", x: list[float], y: list[int], texts: list[str], side: str) -> None:
    """Write texts beside points, with a gap."""
    gap = "\u00a0" * 3  # wider than half a diamond
    figure.add_scatter(
        x=x,
        y=y,
        mode="text",
        text=[f"{gap}{text}{gap}" for text in texts],
        textposition=side,
        textfont={"color": AXIS_TEXT, "size": 12},
        showlegend=False,
        hoverinfo="skip",
        cliponaxis=False,
    )


def _name(column: Column, value: float) -> str:
    name = cut_middle(column.name, _NAME_CHARACTERS)
    return plain_text(f"{name} = {cut_middle(name_value(column, value), _VALUE_CHARACTERS)}")
