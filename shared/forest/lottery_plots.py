"""Pictures of the split lottery: every draw as a point, and who wins how often.

figure = plot_draws(draws, scale=error_scale(encoded), guess=0.38, n_splits=100)
figure = plot_wins(summarise_lottery(draws))
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from shared.forest.error_scale import ErrorScale, next_window
from shared.forest.lottery import MODELS, Draw, Summary, summarise_lottery
from shared.plotting import ACCENT, AXIS_TEXT, DATA, TEAL, as_lists, base_layout, whiskers, with_opacity

if TYPE_CHECKING:
    import plotly.graph_objects as go

DRAWS_HEIGHT = 300
WINS_HEIGHT = 240
_MARKS = {"one_r": (DATA, "circle"), "small_tree": (TEAL, "square"), "forest": (ACCENT, "diamond")}


def plot_draws(draws: Sequence[Draw], *, scale: ErrorScale, guess: float) -> "go.Figure":
    """Draw the error of each model in each draw, their mean, and the range of the middle 95 %.

    Args:
        draws: so far, at least one.
        scale: how the error is written.
        guess: the error of always the same answer; the axis ends a little beyond it.
    """
    import plotly.graph_objects as go

    summary = summarise_lottery(draws)
    most = max(max(draw.errors.values()) for draw in draws)
    places = {name: len(MODELS) - 1 - place for place, name in enumerate(MODELS)}
    figure = go.Figure(
        layout=base_layout(
            height=DRAWS_HEIGHT,
            x_title=f"{scale.title} on validation rows",
            x_range=(0, next_window(scale.shown(most), 1.12 * scale.shown(guess) or 1.0)),
            y_range=(-0.6, len(MODELS) - 0.3),
            yaxis={
                "tickvals": [places[name] for name in MODELS],
                "ticktext": list(MODELS.values()),
                "showgrid": False,
                "zeroline": False,
            },
            showlegend=False,
            margin={"l": 84, "r": 12, "t": 12, "b": 52},
        )
    )
    for name, (colour, symbol) in _MARKS.items():
        errors = [scale.shown(draw.errors[name]) for draw in draws]
        seeds = np.array([draw.seed for draw in draws])
        heights = places[name] + 0.14 + 0.32 * (seeds * 0.618034 % 1)  # spread out, the same at every redraw
        figure.add_scatter(
            x=as_lists(errors),
            y=as_lists(heights),
            hovertext=[f"split {draw.seed}: {scale.write(draw.errors[name])}" for draw in draws],
            mode="markers",
            marker={"color": with_opacity(colour, 0.55), "size": 6, "symbol": symbol},
            hovertemplate=f"{MODELS[name]}, %{{hovertext}}<extra></extra>",
        )
        low, high = summary.middles[name]
        mean = summary.means[name]
        figure.add_scatter(
            x=[scale.shown(mean)],
            y=[places[name] - 0.1],
            error_x=whiskers(*([scale.shown(one)] for one in (mean, low, high)), colour=colour, width=5),
            mode="markers+text",
            text=[scale.write(mean)],
            textposition="bottom center",
            textfont={"size": 12, "color": AXIS_TEXT},
            marker={"color": colour, "size": 11, "symbol": symbol},
            hovertemplate=f"{MODELS[name]}: mean {scale.write(mean)}<extra></extra>",
        )
    return figure


def plot_wins(summary: Summary) -> "go.Figure":
    """Draw how often the model that wins more often wins, for each pair, with the 95 % interval.

    A tie counts half. The line at 50 % is where a coin would be.
    """
    import plotly.graph_objects as go

    shares = [
        better_first(duel.first, duel.second, duel.share, duel.low, duel.high) for duel in summary.duels
    ]
    shares.reverse()
    heights = list(range(len(shares)))
    figure = go.Figure(
        layout=base_layout(
            height=WINS_HEIGHT,
            x_title=f"won of {summary.n} draws (%),<br>a tie is half",
            x_range=(0, 103),  # the mark at 100 is seen whole
            y_range=(-0.6, len(shares) - 0.4),
            yaxis={
                "tickvals": heights,
                "ticktext": [
                    f"{MODELS[first]}<br>beats {MODELS[second].lower() if second != 'one_r' else 'OneR'}"
                    for first, second, *_ in shares
                ],
                "showgrid": False,
                "zeroline": False,
            },
            showlegend=False,
            margin={"l": 110, "r": 12, "t": 12, "b": 64},
        )
    )
    figure.add_vline(x=50, line={"color": AXIS_TEXT, "width": 1.5, "dash": "dash"})
    figure.add_scatter(
        x=[100 * share for _, _, share, _, _ in shares],
        y=heights,
        error_x=whiskers(*([100 * each[at] for each in shares] for at in (2, 3, 4)), colour=ACCENT, width=6),
        mode="markers",
        marker={"color": ACCENT, "size": 11, "symbol": "diamond"},
        hovertemplate="%{x:.0f} %<extra></extra>",
    )
    return figure


def better_first(
    first: str, second: str, share: float, low: float, high: float
) -> tuple[str, str, float, float, float]:
    """Turn a duel round where the second wins more often: names, share, and both ends of its interval."""
    if share >= 0.5:
        return first, second, share, low, high
    return second, first, 1 - share, 1 - high, 1 - low
