"""A tour of three small pictures: a match taken apart, a row taken out of a table, and fastai's size rule.

figure = plot_match({"Casablanca": match_score(film, user)[1]}, TOY_FACTORS)
figure = plot_one_hot(3, table)
figure = plot_sizes(get_emb_sz(columns))
"""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from shared.collab.cell_plots import add_cells, frame_cell
from shared.collab.embedding_size import EmbeddingSize, emb_sz_rule
from shared.collab.lookup import look_up, make_one_hot
from shared.collab.numbers import signed
from shared.plotting import ACCENT, DATA, DIVERGING_SCALE, PURPLE, TEAL, base_layout, plain_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

_FACTOR_COLOURS = (DATA, TEAL, PURPLE)  # one for each factor of the toy example
_FACTOR_PATTERNS = ("", "/", ".")  # so that colour is not the only sign


def plot_match(parts: dict[str, list[float]], factors: tuple[str, ...]) -> "go.Figure":
    """Draw each film's match as bars, one part a factor.

    Args:
        parts: for each film, the products that add up to its match.
        factors: a name for each product.
    """
    import plotly.graph_objects as go

    films = list(parts)
    figure = go.Figure(
        layout=base_layout(
            height=340,
            x_title="match",
            x_range=(-3.1, 3.1),
            y_range=(len(films) - 0.5, -0.75),
            barmode="relative",
            bargap=0.6,
            margin={"l": 8, "r": 8},
            legend={"traceorder": "normal"},
            yaxis={"showticklabels": False, "showgrid": False, "zeroline": False},
        )
    )
    for i, factor in enumerate(factors):
        figure.add_bar(
            y=list(range(len(films))),
            x=[round(values[i], 4) for values in parts.values()],
            name=factor,
            orientation="h",
            hovertemplate=factor + ": %{x:.3f}<extra></extra>",
            marker={
                "color": _FACTOR_COLOURS[i % 3],
                "pattern": {
                    "shape": _FACTOR_PATTERNS[i % 3],
                    "fillmode": "overlay",
                    "fgcolor": "white",
                    "fgopacity": 0.6,
                },
            },
        )
    write = partial(signed, digits=3, zero="+")
    for row, (film, values) in enumerate(parts.items()):
        terms = " ".join(write(value) for value in values)
        figure.add_annotation(
            x=-3.1,
            y=row - 0.48,
            text=f"<b>{plain_text(film)}</b><br>{terms} = <b>{write(sum(values))}</b>",
            showarrow=False,
            xanchor="left",
            xshift=6,
            align="left",
            font={"size": 13},
        )
    return figure


def plot_one_hot(index: float, table: np.ndarray) -> "go.Figure":
    """Draw a one-hot vector, the table it is multiplied by, and the row that comes out.

    Args:
        index: the row looked up.
        table: (n_rows, n_factors), small enough to read.
    """
    import plotly.graph_objects as go

    n_rows, n_factors = table.shape
    values = np.full(
        (n_rows + 2, n_factors + 2), np.nan
    )  # a gap after the first column, and one above the result
    values[:n_rows, 0] = make_one_hot(index, n_rows)
    values[:n_rows, 2:] = table
    values[n_rows + 1, 2:] = look_up(index, table)
    text = [[signed(value).removeprefix("+") for value in row] for row in values]
    for row in range(n_rows):
        text[row][0] = f"{values[row, 0]:.0f}"
    plain_axis = {"showgrid": False, "zeroline": False}
    figure = go.Figure(
        layout=base_layout(
            height=420,
            x_range=(-0.55, n_factors + 1.55),
            y_range=(n_rows + 1.6, -0.6),
            margin={"l": 60, "r": 6, "t": 34, "b": 8},
            xaxis={
                "tickvals": [0, *range(2, n_factors + 2)],
                "ticktext": ["one-hot", *[f"f{f + 1}" for f in range(n_factors)]],
                "side": "top",
                **plain_axis,
            },
            yaxis={
                "tickvals": [*range(n_rows), n_rows + 1],
                "ticktext": [*[f"row {row} " for row in range(n_rows)], "result "],
                **plain_axis,
            },
            shapes=[frame_cell(row=row, column=2, width=n_factors, margin=0) for row in (index, n_rows + 1)],
        )
    )
    figure.add_annotation(x=1, y=(n_rows - 1) / 2, text="×", showarrow=False, font={"size": 24})
    add_cells(figure, values, text, scale=DIVERGING_SCALE, limits=(-2.0, 2.0), text_size=12)
    return figure


def plot_sizes(sizes: list[EmbeddingSize]) -> "go.Figure":
    """Draw fastai's rule as a curve, with each column of the visitor's table on it."""
    import plotly.graph_objects as go

    entries = np.unique(np.geomspace(1, 1e6, 160).astype(int)).tolist()
    figure = go.Figure(
        layout=base_layout(
            height=360,
            x_title="entries in the table (log scale)",
            y_title="factors for each entry",
            x_range=(-0.1, 6.1),
            y_range=(-20, 640),
            xaxis={"type": "log", "dtick": 1},
        )
    )
    figure.add_scatter(
        x=entries,
        y=[emb_sz_rule(n) for n in entries],
        mode="lines",
        name="the rule",
        hovertemplate="%{x:,} entries: %{y} factors<extra></extra>",
        line={"color": DATA, "width": 2.5},
    )
    figure.add_scatter(
        x=[size.n_entries for size in sizes],
        y=[size.n_factors for size in sizes],
        customdata=[plain_text(size.name) for size in sizes],
        mode="markers",
        name="your columns",
        hovertemplate="%{customdata}: %{x:,} entries, %{y} factors<extra></extra>",
        marker={"color": ACCENT, "size": 12, "symbol": "diamond", "line": {"color": "white", "width": 1}},
    )
    return figure
