"""One look for every figure: colours by role, and the layout that all plots start from.

A figure is drawn once and must read well on a light and on a dark page: paper and plot are transparent, grid
lines are a faint grey, and one colour has one meaning in all apps. Never colour alone: add a dash, a symbol
or a label. Arrays go in as lists (`as_lists`): scripts in the browser cannot read numpy arrays.

    import plotly.graph_objects as go
    from shared.plotting import ACCENT, as_lists, base_layout
    figure = go.Figure(layout=base_layout(x_title="year", y_title="mean rating (stars)", y_range=(0.5, 5)))
    figure.add_scatter(x=as_lists(years), y=as_lists(means), name="you", line_color=ACCENT)
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Colours by role. Each has a contrast of at least 2.4 to 1 on both grounds, and neighbours in SERIES stay
# apart for colour-blind readers.
DATA = "#3B82F6"  # blue: what was measured, or what the model learned from
ACCENT = "#F97316"  # orange: the visitor, or the model's line
TEAL = "#14B8A6"
PURPLE = "#A855F7"
AMBER = "#CA8A04"
PINK = "#EC4899"
MUTED = "#94A3B8"  # grey: everything else, context, "others"
POSITIVE = TEAL  # raises the prediction
NEGATIVE = PINK  # lowers it
AXIS_TEXT = "#7A869A"  # readable on both grounds; the page's style sheet sharpens it for each
GRID = "rgba(128, 128, 128, 0.18)"
ZERO_LINE = "rgba(128, 128, 128, 0.45)"
TRANSPARENT = "rgba(0, 0, 0, 0)"

SERIES = (DATA, ACCENT, TEAL, PURPLE, AMBER, PINK)  # in this order when nothing else decides
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # one for each of SERIES
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "star")  # one for each of SERIES
# From little to much. Its middle stands out on both grounds.
SEQUENTIAL_SCALE = ((0.0, "#BFDBFE"), (0.5, "#3B82F6"), (1.0, "#1E3A8A"))
# From below to above a middle that matters, often zero.
DIVERGING_SCALE = ((0.0, "#EC4899"), (0.5, "#CBD5E1"), (1.0, "#14B8A6"))

FONT_FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
HEIGHT_PX = 420
CONFIG = {"displayModeBar": False, "displaylogo": False, "responsive": True}  # for figures outside Gradio
PHONE_PLOT_PX = (260.0, 340.0)  # width and height that a picture has on a narrow phone
LABEL_GAP_PX = 6.0  # between a point and its label
_LETTER_PX, _LINE_PX = 7.0, 15.0  # of a label
# Sides on which a label may stand: its anchor on both axes, and which way it moves from its point.
LABEL_SIDES = {
    "above": ("center", "bottom", 0, 1),
    "below": ("center", "top", 0, -1),
    "right": ("left", "middle", 1, 0),
    "left": ("right", "middle", -1, 0),
}
_MOST_COVERED = 2  # points that a label may lie on


def base_layout(
    *,
    height: int = HEIGHT_PX,
    x_title: str | None = None,
    y_title: str | None = None,
    x_range: Sequence[float] | None = None,
    y_range: Sequence[float] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Make the layout that every figure starts from.

    Args:
        height: of the whole figure, in pixels. It is always fixed, so that nothing on the page jumps.
        x_title: what the axis shows, with its unit: "income (thousand dollars)".
        y_title: the same for the other axis.
        x_range: lowest and highest value. Give it wherever a slider redraws the figure: axes must not move.
        y_range: the same for the other axis.
        more: further entries of a Plotly layout. A mapping (`xaxis=...`, `legend=...`) is merged into ours.

    Returns:
        A dictionary for `go.Figure(layout=...)`.
    """
    layout: dict[str, Any] = {
        "template": "none",  # Plotly's own template would bring a ground, and 7 kB into each answer
        "height": height,
        "autosize": True,
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "colorway": list(SERIES),
        "font": {"family": FONT_FAMILY, "size": 13, "color": AXIS_TEXT},
        "margin": {"l": 56, "r": 16, "t": 44, "b": 52},
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": "#1E293B",
            "bordercolor": "#475569",
            "font": {"family": FONT_FAMILY, "size": 13, "color": "#F1F5F9"},
            "align": "left",
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "bgcolor": TRANSPARENT,
            "title": {"text": ""},
        },
        "dragmode": False,  # a finger that scrolls the page must not zoom the picture
        "bargap": 0.25,
        "xaxis": _axis(x_title, x_range),
        "yaxis": _axis(y_title, y_range),
    }
    for name, value in more.items():
        ours = layout.get(name)
        layout[name] = {**ours, **value} if isinstance(ours, dict) and isinstance(value, Mapping) else value
    return layout


def _axis(title: str | None, value_range: Sequence[float] | None) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "gridcolor": GRID,
        "linecolor": GRID,
        "zerolinecolor": ZERO_LINE,
        "zerolinewidth": 1,
        "ticks": "",
        "tickfont": {"size": 12},
        "automargin": True,
        "title": {"text": title or "", "standoff": 10, "font": {"size": 13}},
    }
    if value_range is not None:
        axis["range"] = [float(value) for value in value_range]
        axis["fixedrange"] = True
    return axis


def as_lists(values: Any) -> Any:
    """Turn arrays, Series and everything inside a list or dictionary into plain Python.

    Numbers that JSON does not know (NaN, infinity) become None, which Plotly draws as a gap.

    Args:
        values: an array, a pandas Series or Index, a list, a dictionary, or one number.
    """
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, Mapping):
        return {key: as_lists(value) for key, value in values.items()}
    if isinstance(values, (list, tuple)):
        return [as_lists(value) for value in values]
    if isinstance(values, float) and not math.isfinite(values):
        return None
    return values


def with_opacity(colour: str, opacity: float) -> str:
    """Write a "#RRGGBB" colour with an opacity between 0 and 1, for bands and fills."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"


def band(x: Any, lower: Any, upper: Any, *, colour: str, name: str) -> dict[str, Any]:
    """Make the trace that shades an interval between two lines.

    Args:
        x: where, shape (n,).
        lower: the lower edge there, shape (n,).
        upper: the upper edge there, shape (n,).
        colour: one of the palette's, as "#RRGGBB".
        name: what the interval says, for the legend: "95 % interval".

    Returns:
        A dictionary for `figure.add_trace`.
    """
    xs, low, high = as_lists(x), as_lists(lower), as_lists(upper)
    return {
        "type": "scatter",
        "x": [*xs, *reversed(xs)],
        "y": [*high, *reversed(low)],
        "fill": "toself",
        "fillcolor": with_opacity(colour, 0.18),
        "line": {"color": TRANSPARENT},
        "hoverinfo": "skip",
        "name": name,
        "showlegend": True,
    }


def whiskers(
    values: Any, low: Any, high: Any, *, colour: str, thickness: float = 2, width: float = 4
) -> dict[str, Any]:
    """Make the interval of each point of a trace, for its `error_x` or `error_y`.

    Args:
        values: where the points are, shape (n,).
        low: lower end of each interval, shape (n,).
        high: upper end, shape (n,).
        colour: one of the palette's.
        thickness: of the line, in pixels.
        width: of the short line at each end, in pixels to either side.
    """
    ends = list(zip(as_lists(values), as_lists(low), as_lists(high), strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [None if None in (value, top) else top - value for value, _, top in ends],
        "arrayminus": [None if None in (value, bottom) else value - bottom for value, bottom, _ in ends],
        "color": colour,
        "thickness": thickness,
        "width": width,
    }


def plot_message(message: str, *, height: int = HEIGHT_PX) -> "go.Figure":
    """Draw an empty figure of the right size that says what to do next.

    Args:
        message: one short sentence. It is shown as text, never read as HTML.
        height: the height of the figure that will come, in pixels.
    """
    import plotly.graph_objects as go

    text = plain_text(message)
    figure = go.Figure(layout=base_layout(height=height))
    figure.update_xaxes(visible=False, range=[0, 1], fixedrange=True)
    figure.update_yaxes(visible=False, range=[0, 1], fixedrange=True)
    figure.add_annotation(
        text=_wrap(text, 34), x=0.5, y=0.5, showarrow=False, font={"size": 15, "color": AXIS_TEXT}
    )
    return figure


def place_labels(
    positions: np.ndarray,
    titles: Sequence[str],
    *,
    edge: float,
    size_px: tuple[float, float] = PHONE_PLOT_PX,
    most: int = 12,
    keep_free: np.ndarray | None = None,
) -> list[tuple[int, str, str]]:
    """Choose which points get their title, and on which side, so that no two titles touch.

    Args:
        positions: (n, 2) points, the most important first.
        titles: of the first of them, those that may be shown.
        edge: where the axes end.
        size_px: width and height of the picture; laid out for a narrow phone, a wider one only gives room.
        most: titles that are shown.
        keep_free: (2,) a place that no title may cover.

    Returns:
        (point, title, side of the point) for each title that is shown.
    """
    scale = np.array(size_px) / (2 * edge)
    points = positions * scale  # (n, 2) pixels from the middle
    limit = np.array(size_px) / 2
    taken = (
        [np.concatenate([keep_free * scale - 14, keep_free * scale + 14])] if keep_free is not None else []
    )
    chosen: list[tuple[int, str, str]] = []
    for at, title in enumerate(titles):
        options: list[tuple[int, int, str, np.ndarray]] = []
        for side in LABEL_SIDES:
            box = _box(points[at], title, side)
            inside = (box[:2] > -limit).all() and (box[2:] < limit).all()
            if inside and not any(_touch(box, other) for other in taken):
                covered = ((points > box[:2]) & (points < box[2:])).all(1).sum()
                options.append((int(covered), len(options), side, box))
        if options and (best := min(options, key=lambda option: option[:2]))[0] <= _MOST_COVERED:
            chosen.append((at, title, best[2]))
            taken.append(best[3])
        if len(chosen) == most:
            break
    return chosen


def _box(point: np.ndarray, title: str, side: str) -> np.ndarray:
    """(4,) left, bottom, right, top of a title, in pixels from the middle."""
    half = np.array([_LETTER_PX * len(title), _LINE_PX]) / 2
    middle = point + np.array(LABEL_SIDES[side][2:]) * (half + LABEL_GAP_PX)
    return np.concatenate([middle - half - 1, middle + half + 1])


def _touch(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one[:2] < other[2:]).all() and (other[:2] < one[2:]).all())


def plain_text(text: object) -> str:
    """Make a text safe for a figure: Plotly reads a few HTML tags in titles, labels and hover texts."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _wrap(text: str, width: int) -> str:
    """Break a sentence into lines of about `width` characters, with Plotly's line break between them."""
    lines: list[str] = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)
