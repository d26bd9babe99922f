"""Draw the films with the highest and the lowest bias: a dot for each, with whiskers for its 80 % interval.

figure = plot_bias(recommender.bias(n=10, min_ratings=50), x_range=bias_range(recommender, min_ratings=20))
"""

from typing import TYPE_CHECKING

from shared.collab.answers import Biases, BiasFilm
from shared.collab.numbers import signed
from shared.plotting import AXIS_TEXT, NEGATIVE, POSITIVE, base_layout, plain_text, whiskers
from shared.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT_PX = 600
# A title and its year must fit a phone beside the whisker.
_LONGEST_LABEL, _LETTERS_ACROSS = 34, 42  # characters: at most, and what the whole picture holds


def plot_bias(answer: Biases, *, x_range: tuple[float, float]) -> "go.Figure":
    """Draw both ends of the list in one picture, the most loved film on top.

    Titles stand on that side of their whiskers where there is more room.

    Args:
        answer: what `Recommender.bias` returns.
        x_range: lowest and highest bias that any setting may show: the axis must not move.
    """
    import plotly.graph_objects as go

    loved, loathed = answer["highest"], answer["lowest"][::-1]
    space = x_range[1] - x_range[0]
    n_rows = len(loved) + len(loathed) + 1  # one row stays empty between the two
    figure = go.Figure(
        layout=base_layout(
            height=HEIGHT_PX,
            x_title="bias (stars above or below the mean of all films)",
            x_range=(x_range[0] - 0.05 * space, x_range[1] + 0.05 * space),
            y_range=(n_rows - 0.3, -0.7),
            yaxis={"visible": False},
            margin={"l": 8, "r": 8, "t": 40, "b": 52},
        )
    )
    groups = (
        ("loved", loved, 0, POSITIVE, "circle"),
        ("loathed", loathed, len(loved) + 1, NEGATIVE, "diamond"),
    )
    for name, films, first_row, colour, symbol in groups:
        rows = list(range(first_row, first_row + len(films)))
        figure.add_scatter(
            x=[film["bias"] for film in films],
            y=rows,
            error_x=whiskers(
                *([film[name] for film in films] for name in ("bias", "low", "high")), colour=colour
            ),
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 9},
            text=[_hover(film) for film in films],
            hovertemplate="%{text}<extra></extra>",
        )
        for row, film in zip(rows, films, strict=True):
            rooms = (film["low"] - x_range[0], x_range[1] - film["high"])
            on_left = rooms[0] > rooms[1]
            figure.add_annotation(
                text=plain_text(_label(film, int(_LETTERS_ACROSS * max(rooms) / space))),
                x=film["low"] if on_left else film["high"],
                y=row,
                xanchor="right" if on_left else "left",
                xshift=-8 if on_left else 8,
                showarrow=False,
                font={"size": 12, "color": AXIS_TEXT},
            )
    return figure


def _label(film: BiasFilm, n_letters: int) -> str:
    year = f" ({film['year']})" if film["year"] else ""
    title = film["title"]
    room = min(max(n_letters, 16), _LONGEST_LABEL) - len(year)
    return (title if len(title) <= room else title[: room - 1].rstrip(" :,") + "…") + year


def _hover(film: BiasFilm) -> str:
    return (
        f"<b>{plain_text(film['title'])}</b><br>bias {signed(film['bias'])} stars, "
        f"80 % interval {signed(film['low'])} to {signed(film['high'])}<br>"
        f"mean rating {film['mean_rating']:.2f}, {count(film['n_ratings'], 'rating')}"
    )
