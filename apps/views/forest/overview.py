"""All curves at a glance: one small picture for each column, the widest range of effect first.

    overview = curve_overview(elem_id="partial-all")     # a click on a picture triggers `choose`
    overview_html(explorer, chosen=3)

The pictures are SVG inside buttons, all on the same scale, so that their heights can be compared.
"""

from collections.abc import Sequence
from pathlib import Path

import gradio as gr
import numpy as np

from shared.errors import InputError
from shared.forest.curves import columns_by_range
from shared.forest.explorer import Explorer
from shared.forest.labels import Answer, cut_middle
from shared.forest.partial_dependence import Dependence
from shared.forest.partial_plots import FEW_ROWS, is_level_like, measure_range
from shared.ui.page import escape
from shared.words import count

FIRST_CARDS = 14  # seen at once; the others unfold
MOST_CARDS = 100  # of a wide table; the list of columns has them all
_WIDTH, _HEIGHT, _EDGE = 120, 44, 4
_MOST_POINTS = 60
_NAME_CHARACTERS = 28  # in two lines
_HERE = Path(__file__).parent


def curve_overview(elem_id: str) -> gr.HTML:
    """Keep room for the pictures. Its event `choose` brings {"column": name}."""
    return gr.HTML(
        "",
        html_template="${value}",
        css_template=(_HERE / "overview.css").read_text(encoding="utf-8"),
        js_on_load=(_HERE / "overview.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="look-piece",
    )


def overview_html(explorer: Explorer, *, chosen: int, answer: Answer) -> str:
    """Write the pictures of all columns.

    Args:
        explorer: the forest.
        chosen: the column that is drawn large.
        answer: what it answers.
    """
    curves, order = explorer.dependence(), columns_by_range(explorer)
    shown = [curves[column] for column in order[:MOST_CARDS]]
    heights = np.concatenate([curve.average[curve.support >= FEW_ROWS] for curve in shown])
    low, high = (float(heights.min()), float(heights.max())) if len(heights) else (0.0, 1.0)
    columns = explorer.encoded.columns
    cards = [
        f'<button type="button" data-column="{escape(columns[curve.column].name)}" '
        f'title="{escape(_title(explorer, curve.column))}" '
        f'aria-pressed="{"true" if curve.column == chosen else "false"}">'
        f"<b>{escape(cut_middle(columns[curve.column].name, _NAME_CHARACTERS))}</b>"
        f"{_picture(curve, low, high, with_points=is_level_like(columns[curve.column]))}"
        f"<small>{escape(answer.step(measure_range(curve)).removeprefix('+'))}</small></button>"
        for curve in shown
    ]
    first, others = "".join(cards[:FIRST_CARDS]), "".join(cards[FIRST_CARDS:])
    more = len(order) - len(shown)
    rest = (
        f"<p>{count(more, 'column is', 'columns are')} in the list above only: smaller effects.</p>"
        if more
        else ""
    )
    is_open = " open" if chosen in order[FIRST_CARDS:] else ""
    folded = (
        f"<details{is_open}><summary>{count(len(cards) - FIRST_CARDS, 'column')} with less range</summary>"
        f'<div class="curves-grid">{others}</div>{rest}</details>'
        if others
        else ""
    )
    return f'<div class="curves"><div class="curves-grid">{first}</div>{folded}</div>'


def read_column(value: object) -> str:
    """Read what a click on a picture sends.

    Raises:
        InputError: no picture sent it.
    """
    name = value.get("column") if isinstance(value, dict) else None
    if not isinstance(name, str):
        raise InputError("No column is chosen. Choose one of the pictures.")
    return name


def _title(explorer: Explorer, place: int) -> str:
    column = explorer.encoded.columns[place]
    sentence = explorer.encoded.explain(column)
    return f"{column.name}: {sentence}" if sentence else column.name


def _picture(curve: Dependence, low: float, high: float, *, with_points: bool) -> str:
    """Draw one curve: a line over a number's values, points for levels in the order of their averages."""
    known = curve.support >= FEW_ROWS
    grid, average = curve.grid[known], curve.average[known]
    if with_points:
        average = np.sort(average)
        grid = np.arange(len(average), dtype=float)
    if len(grid) > _MOST_POINTS:
        kept = np.unique(np.linspace(0, len(grid) - 1, _MOST_POINTS).astype(int))
        grid, average = grid[kept], average[kept]
    width = float(np.ptp(grid)) if len(grid) > 1 else 1.0
    start = grid[0] if len(grid) > 1 else (grid[0] - 0.5 if len(grid) else 0.0)
    x = _EDGE + (_WIDTH - 2 * _EDGE) * (grid - start) / width
    y = _HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * (average - low) / ((high - low) or 1.0)
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    drawn = _draw_dots(points) if with_points or len(points) < 2 else _draw_line(points)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">{drawn}</svg>'
    )


def _draw_line(points: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" vector-effect="non-scaling-stroke"/>'


def _draw_dots(points: Sequence[tuple[float, float]]) -> str:
    return "".join(f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="2" ry="2.6"/>' for x, y in points)
