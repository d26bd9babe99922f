"""A tour of the corner's pictures: the ratings, the predictions, the errors and the loss curve.

Every figure has a fixed height and axes that stay put while a run goes on.

    figure = plot_stars(predict(state), film_titles, framed=np.isnan(ratings))
    figure = plot_errors(predict(state) - ratings, film_titles)
    figure = plot_loss(state, measure_baseline(ratings, state.options))
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from shared.collab.cell_plots import Scale, add_cells, frame_cell
from shared.collab.corner import USER_NAMES, CornerState
from shared.collab.corner_report import Baseline
from shared.plotting import (
    ACCENT,
    AXIS_TEXT,
    DATA,
    DIVERGING_SCALE,
    SEQUENTIAL_SCALE,
    base_layout,
    plain_text,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

_STEP_WINDOWS = (200, 1000, 5000)  # the step axis jumps to the next one, and never creeps
_MAX_TITLE = 17  # characters of a film title under its column
_MAX_POINTS = 400  # points of a curve that are sent to the browser


def plot_stars(
    stars: np.ndarray,
    film_titles: list[str],
    *,
    framed: np.ndarray | None = None,
    ratings: np.ndarray | None = None,
) -> "go.Figure":
    """Draw a matrix of stars as coloured cells with their numbers.

    Args:
        stars: (n_users, n_films), NaN for an empty cell.
        film_titles: a name for each film.
        framed: cells to put an orange frame around, (n_users, n_films).
        ratings: the real stars, told when the pointer is over a cell.
    """
    return _plot_cells(
        stars,
        film_titles,
        scale=SEQUENTIAL_SCALE,
        limits=(0.5, 5.0),
        sign=False,
        framed=framed,
        ratings=ratings,
    )


def plot_errors(
    errors: np.ndarray, film_titles: list[str], *, framed: np.ndarray | None = None
) -> "go.Figure":
    """Draw predicted minus real stars: teal is too high, pink too low, grey is right.

    Args:
        errors: (n_users, n_films), NaN where there is no rating to compare with.
        film_titles: a name for each film.
        framed: cells to put an orange frame around, (n_users, n_films).
    """
    return _plot_cells(
        errors, film_titles, scale=DIVERGING_SCALE, limits=(-2.0, 2.0), sign=True, framed=framed, ratings=None
    )


def plot_loss(state: CornerState, baseline: Baseline, *, before: np.ndarray | None = None) -> "go.Figure":
    """Draw the RMSE after each step beside "always the mean", and say so where the run diverged.

    Args:
        state: the run.
        baseline: what the mean achieves on the same cells.
        before: the RMSE of an earlier run, drawn dashed in grey.
    """
    import plotly.graph_objects as go

    top = 2.0 if state.options.use_y_range else 4.5  # stars; without the range a run starts near 0 stars
    last = max(state.n_steps, -1 if before is None else len(before) - 1)
    window = next((window for window in _STEP_WINDOWS if last <= window), _STEP_WINDOWS[-1])
    figure = go.Figure(
        layout=base_layout(
            height=250,
            x_title="step",
            y_title="RMSE (stars)",
            x_range=(-0.02 * window, 1.02 * window),
            y_range=(0, top),
            margin={"l": 48, "r": 8, "t": 48, "b": 44},
            legend={"font": {"size": 12}},
        )
    )
    if before is not None:
        figure.add_scatter(
            **_curve(before, top),
            mode="lines",
            name="run before",
            line={"color": AXIS_TEXT, "width": 1.5, "dash": "dot"},
        )
    figure.add_scatter(
        x=[0, window],
        y=[baseline.train_rmse] * 2,
        mode="lines",
        name="the mean",
        hovertemplate="always the mean: %{y:.2f}<extra></extra>",
        line={"color": AXIS_TEXT, "width": 1.5, "dash": "dash"},
    )
    trained = _curve(state.train_rmse, top)
    if state.diverged_at is not None:  # leave through the top of the picture
        trained["x"].append(state.diverged_at)
        trained["y"].append(3 * top)
    figure.add_scatter(**trained, mode="lines", name="trained", line={"color": DATA, "width": 2.5})
    if len(state.hidden_rmse):
        figure.add_scatter(
            **_curve(state.hidden_rmse, top),
            mode="lines",
            name="hidden",
            line={"color": ACCENT, "width": 2.5, "dash": "dashdot"},
        )
    figure.add_scatter(
        x=[len(state.train_rmse) - 1],
        y=[min(float(state.train_rmse[-1]), top)],
        mode="markers",
        showlegend=False,
        hoverinfo="skip",
        marker={"color": DATA, "size": 9},
    )
    if state.diverged_at is not None:
        _mark_divergence(figure, state.diverged_at, top, window)
    return figure


def _mark_divergence(figure: "go.Figure", step: int, top: float, window: int) -> None:
    figure.add_vline(x=step, line={"color": ACCENT, "width": 2})
    near_right = step > window / 2
    figure.add_annotation(
        x=step,
        y=top * 0.9,
        text=f"<b>✕ diverged at step {step:,}</b>",
        showarrow=False,
        xanchor="right" if near_right else "left",
        xshift=-6 if near_right else 6,
        font={"color": ACCENT, "size": 13},
    )


def _curve(values: np.ndarray, top: float) -> dict[str, Any]:
    steps = np.unique(np.linspace(0, len(values) - 1, min(len(values), _MAX_POINTS)).astype(int))
    shown = np.minimum(values[steps], 3 * top)  # what is far above the picture stays above it
    return {
        "x": steps.tolist(),
        "y": [round(float(value), 4) for value in shown],
        "hovertemplate": "step %{x}: %{y:.2f} stars<extra></extra>",
    }


def _plot_cells(
    values: np.ndarray,
    film_titles: list[str],
    *,
    scale: Scale,
    limits: tuple[float, float],
    sign: bool,
    framed: np.ndarray | None,
    ratings: np.ndarray | None,
) -> "go.Figure":
    import plotly.graph_objects as go

    n_users, n_films = values.shape
    letters = [name.removeprefix("User ") for name in USER_NAMES[:n_users]]
    titles = [plain_text(title) for title in film_titles]
    figure = go.Figure(
        layout=base_layout(
            height=500,
            x_range=(-0.5, n_films - 0.5),
            y_range=(n_users - 0.5, -0.5),
            margin={"l": 40, "r": 4, "t": 6, "b": 124},
            xaxis={
                "tickvals": list(range(n_films)),
                "ticktext": _short_titles(titles),
                "tickangle": -90,
                "tickfont": {"size": 11},
                "showgrid": False,
                "zeroline": False,
                "automargin": False,
            },
            yaxis={
                "tickvals": list(range(n_users)),
                "ticktext": letters,
                "tickfont": {"size": 11},
                "title": {"text": "user", "standoff": 4, "font": {"size": 13}},
                "showgrid": False,
                "zeroline": False,
                "automargin": False,
            },
            shapes=[
                frame_cell(row=u, column=f)
                for u, f in ([] if framed is None else np.argwhere(framed).tolist())
            ],
        )
    )
    add_cells(
        figure,
        values,
        [[_cell_text(value, sign) for value in row] for row in values],
        scale=scale,
        limits=limits,
        hover=[
            [_hover_text(u, f, values, titles, ratings, sign) for f in range(n_films)] for u in range(n_users)
        ],
    )
    return figure


def _cell_text(value: float, sign: bool) -> str:
    if np.isnan(value):
        return ""
    if abs(value) >= 99:
        return "huge"
    text = f"{value:.1f}"
    if sign:  # the colour tells the direction too, and on a phone a cell has room for three characters
        text = text.replace("0.", ".", 1) if abs(value) < 0.95 else text
        text = "0" if float(text) == 0 else text
    return text.replace("-", "−")


def _hover_text(
    u: int, f: int, values: np.ndarray, film_titles: list[str], ratings: np.ndarray | None, sign: bool
) -> str:
    words = f"{USER_NAMES[u]}, {film_titles[f]}<br>"
    if sign:
        return words + f"{values[u, f]:+.2f} stars off"
    if ratings is None:
        return words + f"{values[u, f]:g} stars"
    real = "not rated" if np.isnan(ratings[u, f]) else f"rated {ratings[u, f]:g}"
    return words + f"predicted {values[u, f]:.2f}, {real}"


def _short_titles(titles: list[str]) -> list[str]:
    short = [_short(title) for title in titles]
    # Two films of one series would read the same: "Star Wars: Episode…". Show what comes after the colon.
    return [
        _short(title.split(": ", 1)[-1]) if short.count(name) > 1 else name
        for title, name in zip(titles, short, strict=True)
    ]


def _short(title: str) -> str:
    return title if len(title) <= _MAX_TITLE else title[: _MAX_TITLE - 1].rstrip(" :,-") + "…"
