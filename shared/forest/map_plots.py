"""The map of two columns: the average answer when all rows get both values.

    figure = plot_map(two_way, (first, second), answer=answer)

Where no row is near, the map is grey: what stands there is said of rows that nobody has seen.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from shared.forest.encoded import Column
from shared.forest.ice import TwoWay
from shared.forest.labels import Answer, cut_middle, name_value
from shared.forest.partial_plots import is_level_like, short_name
from shared.plotting import SEQUENTIAL_SCALE, as_lists, base_layout, plain_text
from shared.tables.kinds import shorten

if TYPE_CHECKING:
    import plotly.graph_objects as go

MAP_HEIGHT = 440
_NO_ROW = "rgb(163, 163, 163)"  # a grey without blue, and none shines through: no colour of the scale
_TITLE_CHARACTERS = 34  # of the colour bar's title, one line: with two, Plotly misplaces the axis's title
MOST_NAMED = 12  # a number with so few values has them named, one cell each


def plot_map(two_way: TwoWay, columns: tuple[Column, Column], *, answer: Answer) -> "go.Figure":
    """Draw the map of two columns; cells that no row is near are greyed.

    Args:
        two_way: the map.
        columns: what its columns are.
        answer: what the forest answers.
    """
    import plotly.graph_objects as go

    axes = [_map_axis(column, grid) for column, grid in zip(columns, two_way.grids, strict=True)]
    cells = {"x": axes[0][0], "y": axes[1][0], "xgap": 0, "ygap": 0}
    names = [[name_value(column, v) for v in g] for column, g in zip(columns, two_way.grids, strict=True)]
    texts = [
        [
            f"{plain_text(first)}, {plain_text(second)}<br>{answer.text(two_way.average[i, j])}<br>"
            f"rows near: {two_way.support[i, j]:,}"
            for i, first in enumerate(names[0])
        ]
        for j, second in enumerate(names[1])
    ]
    figure = go.Figure(
        layout=base_layout(
            height=MAP_HEIGHT,
            # Room for all of the colour bar: Plotly would make it later, and leave the axis's title behind.
            margin={"l": 56, "r": 12, "t": 92, "b": 56},
            xaxis={**axes[0][1], "fixedrange": True},
            yaxis={**axes[1][1], "fixedrange": True},
        )
    )
    figure.add_heatmap(
        **cells,
        z=as_lists(two_way.average.T),
        text=texts,
        hovertemplate="%{text}<extra></extra>",
        colorscale=[list(stop) for stop in SEQUENTIAL_SCALE],
        colorbar={
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "thickness": 10,
            "nticks": 5,
            **answer.ticks(float(two_way.average.min()), float(two_way.average.max())),
            "title": {
                "text": plain_text(cut_middle(answer.title, _TITLE_CHARACTERS)),
                "side": "top",
                "font": {"size": 13},
            },
        },
    )
    empty = two_way.support.T == 0
    figure.add_heatmap(
        **cells,
        z=as_lists(np.where(empty, 1.0, np.nan)),
        colorscale=[[0, _NO_ROW], [1, _NO_ROW]],
        showscale=False,
        hoverinfo="skip",
    )
    return figure


def _map_axis(column: Column, grid: np.ndarray) -> tuple[list[float], dict[str, Any]]:
    """Give where the cells of one axis stand, and the axis."""
    title = {"title": {"text": plain_text(shorten(column.name)), "font": {"size": 13}, "standoff": 10}}
    if not is_level_like(column) and len(grid) > MOST_NAMED:
        return as_lists(grid), title
    places = list(range(len(grid)))
    names = [short_name(name_value(column, value)) for value in grid]
    return [float(place) for place in places], {**title, "tickvals": places, "ticktext": names}
