"""Draws six models side by side: on the lesson's split with its interval, and over random splits."""

from typing import TYPE_CHECKING

from shared.plotting import ACCENT, DATA, MUTED, base_layout, whiskers
from shared.tabular.compare import RULE, Score

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT_PX = 400


def plot_scores(scores: dict[str, Score]) -> "go.Figure":
    """Draw both accuracies of each model, one above the other, and the rule as a line through all."""
    import plotly.graph_objects as go

    names = list(scores)
    lesson = [score.lesson for score in scores.values()]
    spread = [score.spread for score in scores.values()]
    seen = [100 * float(end) for ends in (*lesson, *spread) for end in ends]
    figure = go.Figure(
        layout=base_layout(
            height=HEIGHT_PX,
            x_title="right, of the rows held out",
            x_range=(min(48, *seen) - 1, max(92, *seen) + 1),
            xaxis={"ticksuffix": " %"},
            y_range=(len(names) - 0.5, -0.5),
            yaxis={"tickvals": list(range(len(names))), "ticktext": names},
        )
    )
    for name, ends, offset, colour, symbol in (
        ("the split of seed 42, 95 % interval", lesson, -0.14, DATA, "circle"),
        ("random splits: mean, and where 95 % of them lie", spread, 0.14, ACCENT, "diamond"),
    ):
        means, lows, highs = ([100 * float(one[part]) for one in ends] for part in range(3))
        figure.add_scatter(
            x=means,
            y=[at + offset for at in range(len(names))],
            name=name,
            mode="markers",
            marker={"color": colour, "size": 10, "symbol": symbol},
            error_x=whiskers(means, lows, highs, colour=colour),
            hovertemplate="%{x:.1f} %<extra></extra>",
        )
    figure.add_vline(x=100 * float(spread[names.index(RULE)][0]), line={"color": MUTED, "dash": "dot"})
    return figure
