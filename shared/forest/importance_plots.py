"""The picture of importances: a point with its interval for each column, and the noise as a yardstick.

    figure = plot_importances(importances, names, task="classification", most=20)

Columns that do not clearly beat the noise are grey and hollow.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from shared.forest.importances import NOISE_NAME, Importances
from shared.forest.labels import cut_middle
from shared.plotting import (
    AMBER,
    AXIS_TEXT,
    DATA,
    as_lists,
    base_layout,
    plain_text,
    whiskers,
    with_opacity,
)
from shared.tables.numbers import write_number

if TYPE_CHECKING:
    import plotly.graph_objects as go

IMPORTANCES_HEIGHT = 560
FEW_COLUMNS = 20  # as many as fit the usual height
_ROW_HEIGHT = 24
_MOST_LETTERS = 17  # of a name beside the axis; the whole name is told when the pointer is over it


def importance_unit(kind: str, task: str) -> tuple[str, float]:
    """Give the title of the axis, and the factor for the numbers that are shown.

    Args:
        kind: a key of `KINDS`.
        task: "regression" or "classification".
    """
    if kind == "impurity":
        return "share of all gains (%)", 100.0
    return ("lost accuracy (points)", 100.0) if task == "classification" else ("lost R²", 1.0)


def order_columns(importances: Importances) -> np.ndarray:
    """Give the columns that have a value, the most important first."""
    known = np.flatnonzero(np.isfinite(importances.mean))
    return known[np.argsort(-importances.mean[known], kind="stable")]


def plot_importances(
    importances: Importances,
    names: list[str],
    *,
    task: str,
    most: int = FEW_COLUMNS,
    about: Sequence[str] = (),
) -> "go.Figure":
    """Draw the most important columns, and the noise among them.

    Args:
        importances: from `measure_impurity` and the like; columns of NaN are left out.
        names: (p,) of the columns.
        task: "regression" or "classification".
        about: (p,) what each column is, told under the pointer; "" for what nobody knows.
        most: columns that are drawn; more than `FEW_COLUMNS` make the figure taller.
    """
    import plotly.graph_objects as go

    title, factor = importance_unit(importances.kind, task)
    shown = order_columns(importances)[:most]
    # The noise stands where it belongs: among the columns, or last of all when they are all above it.
    place = int((importances.mean[shown] >= importances.noise_mean).sum())
    rows = [*shown[:place].tolist(), None, *shown[place:].tolist()]
    heights = {row: len(rows) - 1 - i for i, row in enumerate(rows)}
    labels = [NOISE_NAME if row is None else short_name(names[row]) for row in rows]
    figure = go.Figure(
        layout=base_layout(
            height=max(IMPORTANCES_HEIGHT, 130 + _ROW_HEIGHT * len(rows)),
            x_title=title,
            y_range=(-0.7, len(rows) - 0.3),
            xaxis={"fixedrange": True},
            yaxis={
                "tickvals": [heights[row] for row in rows],
                "ticktext": labels,
                "showgrid": False,
                "zeroline": False,
            },
            margin={"l": 120, "r": 12, "t": 64, "b": 52},
        )
    )
    figure.add_vrect(
        x0=importances.noise_low * factor,
        x1=importances.noise_high * factor,
        fillcolor=with_opacity(AMBER, 0.16),
        line_width=0,
        layer="below",
    )
    figure.add_vline(x=importances.noise_mean * factor, line={"color": AMBER, "width": 1.5, "dash": "dash"})
    kinds = {
        "beats the noise": ([c for c in shown.tolist() if not importances.below_noise[c]], DATA, "circle"),
        "does not clearly": (
            [c for c in shown.tolist() if importances.below_noise[c]],
            AXIS_TEXT,
            "circle-open",
        ),
    }
    for name, (columns, colour, symbol) in kinds.items():
        figure.add_scatter(
            **_points(
                importances.mean[columns] * factor,
                importances.low[columns] * factor,
                importances.high[columns] * factor,
                colour,
            ),
            y=[heights[column] for column in columns],
            customdata=[
                f"{plain_text(names[column])}: {write_number(importances.mean[column] * factor, figures=3)}"
                + (f"<br>{plain_text(about[column])}" if about and about[column] else "")
                for column in columns
            ],
            hovertemplate="%{customdata}<extra></extra>",
            name=name,
            marker={"color": colour, "size": 10, "symbol": symbol, "line": {"width": 2, "color": colour}},
        )
    noise = np.array([[importances.noise_mean], [importances.noise_low], [importances.noise_high]]) * factor
    figure.add_scatter(
        **_points(noise[0], noise[1], noise[2], AMBER),
        y=[heights[None]],
        hovertemplate=f"{NOISE_NAME}: {write_number(noise[0, 0], figures=3)}<extra></extra>",
        name=NOISE_NAME,
        marker={"color": AMBER, "size": 11, "symbol": "diamond"},
    )
    return figure


def short_name(name: str) -> str:
    """Shorten a name for an axis, and make it safe there."""
    return plain_text(cut_middle(name, _MOST_LETTERS))


def _points(mean: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str) -> dict[str, object]:
    return {
        "x": as_lists(mean),
        "error_x": whiskers(mean, low, high, colour=colour, thickness=1.5),
        "mode": "markers",
    }
