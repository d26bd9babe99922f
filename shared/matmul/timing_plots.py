"""Figures of `timing`.

plot_timings(timings)       # seconds against the size, both on a log scale, whiskers from fastest to slowest
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.matmul.timing import Timing, fastest_rate
from shared.plotting import DASHES, MUTED, SERIES, SYMBOLS, base_layout, whiskers

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT_PX = 380


def plot_timings(timings: Sequence[Timing]) -> "go.Figure":
    """Draw the time of one product against its size, one line a method, and the measured limit below."""
    import plotly.graph_objects as go

    log = {"type": "log", "fixedrange": True}
    layout = base_layout(
        height=HEIGHT_PX,
        x_title="rows and columns of each matrix",
        xaxis={**log, "tickvals": [4, 16, 64, 256, 1024], "range": [0.5, 3.1]},
        y_title="time of one product",
        yaxis={**log, "dtick": 1, "tickformat": "~s", "ticksuffix": "s", "range": [-7.3, 0.3]},
        margin={"l": 62, "r": 12, "t": 76, "b": 48},
    )
    figure = go.Figure(layout=layout)
    for at, name in enumerate(dict.fromkeys(timing.method for timing in timings)):
        mine = [timing for timing in timings if timing.method == name]
        medians = [timing.median_seconds for timing in mine]
        lows, highs = ([end(timing.seconds) for timing in mine] for end in (min, max))
        colour = SERIES[at % len(SERIES)]
        figure.add_scatter(
            x=[timing.size for timing in mine],
            y=medians,
            name=name,
            mode="lines+markers",
            line={"color": colour, "dash": DASHES[at % len(DASHES)]},
            marker={"symbol": SYMBOLS[at % len(SYMBOLS)], "size": 8},
            error_y=whiskers(medians, lows, highs, colour=colour),
            hovertemplate=f"{name}<br>%{{x}} × %{{x}}: %{{y:.3s}}s<extra></extra>",
        )
    rate, sizes = fastest_rate(timings), sorted({timing.size for timing in timings})
    figure.add_scatter(
        x=sizes,
        y=[size**3 / rate for size in sizes],
        name="at the fastest rate measured",
        mode="lines",
        line={"color": MUTED, "dash": "dot", "width": 1.5},
        hoverinfo="skip",
    )
    return figure
