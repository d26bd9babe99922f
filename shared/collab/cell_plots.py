"""A tour of one drawing: a grid of coloured cells with a readable number in each.

Plotly writes all numbers of a heatmap in one colour. Here each number is black or white, whichever reads
better on its cell.

    add_cells(figure, values, text, scale=SEQUENTIAL_SCALE, limits=(0.5, 5.0))
    figure.update_layout(shapes=[frame_cell(row=2, column=3)])
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from shared.plotting import ACCENT, as_lists

if TYPE_CHECKING:
    import plotly.graph_objects as go

Scale = Sequence[tuple[float, str]]
_DARK, _LIGHT = "#0B1220", "#FFFFFF"


def add_cells(
    figure: "go.Figure",
    values: np.ndarray,
    text: list[list[str]],
    *,
    scale: Scale,
    limits: tuple[float, float],
    hover: list[list[str]] | None = None,
    text_size: int = 10,
) -> None:
    """Add the grid at x = 0, 1, ... and y = 0, 1, ... to a figure.

    Args:
        figure: where to draw.
        values: (n_rows, n_columns); NaN leaves a hole.
        text: what to write in each cell.
        scale: colours from 0 to 1.
        limits: the values that get the first and the last colour.
        hover: what to tell about each cell; nothing when left out.
        text_size: in pixels.
    """
    n_rows, n_columns = values.shape
    low, high = limits
    cells = [(r, c) for r in range(n_rows) for c in range(n_columns) if not np.isnan(values[r, c])]
    figure.add_heatmap(
        x=list(range(n_columns)),
        y=list(range(n_rows)),
        z=as_lists(np.clip(values, low, high).round(3)),
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>" if hover else None,
        hoverinfo=None if hover else "skip",
        hoverongaps=False,
        colorscale=[list(stop) for stop in scale],
        zmin=low,
        zmax=high,
        xgap=1,
        ygap=1,
        showscale=False,
    )
    figure.add_scatter(
        x=[c for _, c in cells],
        y=[r for r, _ in cells],
        text=[text[r][c] for r, c in cells],
        mode="text",
        textfont={
            "size": text_size,
            "color": [choose_ink((float(values[r, c]) - low) / (high - low), scale) for r, c in cells],
        },
        hoverinfo="skip",
        showlegend=False,
    )


def frame_cell(*, row: float, column: float, width: float = 1, margin: float = 0.06) -> dict[str, Any]:
    """Make an orange frame around a cell, or around `width` cells from `column` on."""
    return {
        "type": "rect",
        "x0": column - 0.5 + margin,
        "x1": column + width - 0.5 - margin,
        "y0": row - 0.5 + margin,
        "y1": row + 0.5 - margin,
        "line": {"color": ACCENT, "width": 2.5},
    }


def choose_ink(position: float, scale: Scale) -> str:
    """Choose black or white for a number on the colour at `position` (0 to 1) of a scale."""
    position = min(max(position, 0.0), 1.0)
    stops = [stop for stop, _ in scale]
    channels = [[int(colour[i : i + 2], 16) for _, colour in scale] for i in (1, 3, 5)]
    red, green, blue = (_linear(float(np.interp(position, stops, channel)) / 255) for channel in channels)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue  # as WCAG defines it
    return _DARK if luminance > 0.179 else _LIGHT


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
