"""Draws which step matters: by how much each variant changes the accuracy, with its interval."""

from typing import TYPE_CHECKING

from shared.plotting import MUTED, NEGATIVE, POSITIVE, ZERO_LINE, base_layout, whiskers
from shared.tabular.ablation import VARIANTS, Effect

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT_PX = 460
_LOOKS = {  # by the sign of an effect: what it is called, its colour, its symbol
    1: ("helps", POSITIVE, "triangle-up"),
    0: ("cannot be told", MUTED, "circle"),
    -1: ("hurts", NEGATIVE, "triangle-down"),
}
_LOWEST = -10.0  # what is worse stands at the edge, with its number


def plot_effects(effects: dict[str, Effect]) -> "go.Figure":
    """Draw the differences in percentage points, from top to bottom."""
    import plotly.graph_objects as go

    names = list(VARIANTS)
    figure = go.Figure(
        layout=base_layout(
            height=HEIGHT_PX,
            x_title="change of the accuracy, percentage points",
            x_range=(_LOWEST - 0.5, 4),
            y_range=(len(names) - 0.5, -0.5),
            yaxis={"tickvals": list(range(len(names))), "ticktext": names, "zeroline": False},
        )
    )
    for sign, (label, colour, symbol) in _LOOKS.items():
        rows = [at for at, name in enumerate(names) if effects[name].sign == sign]
        ends = [[100 * float(end) for end in effects[names[at]].difference] for at in rows]
        means, lows, highs = ([max(one[part], _LOWEST) for one in ends] for part in range(3))
        figure.add_scatter(
            x=means,
            y=rows,
            name=label,
            mode="markers+text",
            text=[f"  {one[0]:.0f}" if one[0] < _LOWEST else "" for one in ends],
            textposition="middle right",
            marker={"color": colour, "size": 11, "symbol": symbol},
            error_x=whiskers(means, lows, highs, colour=colour),
            customdata=ends,
            hovertemplate="%{customdata[0]:+.1f} (%{customdata[1]:+.1f} to %{customdata[2]:+.1f})"
            "<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": ZERO_LINE})
    return figure
