"""Draw *why this film*: waterfalls whose bars sum exactly to the prediction.

plot_stars_waterfall(recommender.explain(ratings, movie_id))
plot_list_waterfall(recommender.explain(ratings, movie_id))
"""

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from shared.collab.answers import Explanation
from shared.collab.numbers import signed
from shared.plotting import ACCENT, AXIS_TEXT, DATA, NEGATIVE, POSITIVE, ZERO_LINE, base_layout, plain_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT_PX = 560
_LONGEST_LABEL = 36  # characters; longer film titles are cut
_VISIBLE = 0.005  # stars; a smaller correction is not worth a bar


def plot_stars_waterfall(why: Explanation) -> "go.Figure":
    """From the mean of all ratings to the predicted stars, a bar for each reason.

    Args:
        why: what `Recommender.explain` returns.
    """
    steps = [(part["label"], part["value"]) for part in why["parts"]]
    if abs(why["stars"] - why["raw"]) > _VISIBLE:
        steps.append(("Kept between 0.5 and 5 stars", why["stars"] - why["raw"]))
    return _waterfall(
        steps, ("Predicted stars", why["stars"]), title="Why these stars", unit="stars", from_zero=False
    )


def plot_list_waterfall(why: Explanation) -> "go.Figure":
    """From nothing to the score that ranks the list, a bar for each of the visitor's ratings."""
    steps = [(part["label"], part["value"]) for part in why["list_parts"] or []]
    total = ("Score in the list", why["list_score"] or 0.0)
    return _waterfall(
        steps, total, title="Why this place in the list", unit="list score (no unit)", from_zero=True
    )


def _waterfall(
    steps: list[tuple[str, float]], total: tuple[str, float], *, title: str, unit: str, from_zero: bool
) -> "go.Figure":
    """Horizontal waterfall, read from the top down, each bar's words above it: that fits a phone as well.

    Args:
        steps: label and value of each bar; they sum to the total.
        total: label and value of the last bar.
        title: of the figure.
        unit: of the values.
        from_zero: whether the first step starts at 0; otherwise it is a level that is cut off at the left.
    """
    import plotly.graph_objects as go

    levels = list(accumulate(value for _, value in steps))
    low, high = _room(levels, from_zero)
    starts = [0.0 if from_zero else low, *levels[:-1]]
    printed = round_to_total([value for _, value in steps], total[1])
    rows = [
        (label, start, level, signed(shown, zero="+"), POSITIVE if value >= 0 else NEGATIVE)
        for (label, value), start, level, shown in zip(steps, starts, levels, printed, strict=True)
    ]
    if not from_zero:
        rows[0] = (steps[0][0], low, levels[0], _plain(printed[0]), DATA)
    rows.append((total[0], 0.0 if from_zero else low, total[1], _plain(total[1]), ACCENT))

    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=list(range(len(rows))),
            base=[start for _, start, *_ in rows],
            x=[end - start for _, start, end, *_ in rows],
            width=0.42,
            marker={"color": [colour for *_, colour in rows]},
            hoverinfo="skip",
        ),
        layout=base_layout(
            height=HEIGHT_PX,
            x_title=unit,
            showlegend=False,
            title={"text": title, "x": 0, "xref": "paper", "xanchor": "left", "font": {"size": 15}},
            xaxis={"range": [low, high], "fixedrange": True},
            yaxis={"range": [len(rows) - 0.5, -0.75], "visible": False, "fixedrange": True},
            margin={"l": 12, "r": 12, "t": 40, "b": 48},
        ),
    )
    for row, (label, _, end, text, _) in enumerate(rows):
        figure.add_annotation(
            text=f"{plain_text(_short(label))}  <b>{text}</b>",
            x=0,
            xref="paper",
            y=row - 0.40,
            showarrow=False,
            xanchor="left",
            font={"size": 12, "color": AXIS_TEXT},
        )
        if row < len(rows) - 1:  # the level from which the next bar goes on
            figure.add_shape(
                type="line",
                x0=end,
                x1=end,
                y0=row - 0.21,
                y1=row + 1.21,
                line={"color": ZERO_LINE, "width": 1},
            )
    return figure


def round_to_total(values: Sequence[float], total: float) -> list[float]:
    """Round to two digits so that the printed values add up to the printed total.

    Each value goes to one of the two hundredths around it; those that lie nearest to the upper one go up.

    Args:
        values: they sum to the total, to within a hundredth.
        total: their sum.
    """
    floors = [math.floor(100 * value + 1e-9) for value in values]
    up = round(100 * float(f"{total:.2f}")) - sum(floors)
    nearest = sorted(range(len(values)), key=lambda at: floors[at] - 100 * values[at])
    for at in nearest[: max(up, 0)]:
        floors[at] += 1
    return [floor / 100 for floor in floors]


def _room(levels: list[float], from_zero: bool) -> tuple[float, float]:
    """Ends of an axis that holds every step; a level that is cut off keeps a stump to be seen."""
    low, high = min(levels), max(levels)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    space = max(high - low, 0.1)
    return low - (0.03 if from_zero else 0.25) * space, high + 0.05 * space


def _plain(value: float) -> str:
    """A level, not a step: its sign is written only when it is negative."""
    return signed(value).removeprefix("+")


def _short(label: str) -> str:
    """Cut a long film title, not the stars behind it."""
    if len(label) <= _LONGEST_LABEL:
        return label
    head, _, stars = label.rpartition(" ")
    return f"{head[: _LONGEST_LABEL - len(stars) - 2].rstrip()}… {stars}"
