"""What the tab *Points* asks the server: to read a visitor's table, and to write a notebook."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

from apps.views.relu.server import answering
from shared.curves.notebook import write_notebook
from shared.curves.points import Scaled, scale_to_box
from shared.curves.points_dates import as_date
from shared.curves.points_file import FoundPoints, read_points
from shared.curves.points_text import as_number
from shared.errors import InputError
from shared.limits import MAX_POINTS_FILE_MB, MAX_POINTS_TEXT_CHARACTERS, MB

N_EXAMPLES = 4  # rows that the preview shows


@answering
def read_points_text(value: dict[str, Any]) -> dict[str, Any]:
    """Read a pasted table; see `_describe` for the answer."""
    text = value.get("text")
    if not isinstance(text, str):
        raise InputError("The table must be a text: one point a row, x first, then y.")
    if len(text) > MAX_POINTS_TEXT_CHARACTERS:
        raise InputError(
            f"This text has more than {MAX_POINTS_TEXT_CHARACTERS:,} characters. Upload it as a file instead."
        )
    return _describe(read_points(text))


def read_points_upload(path: str | None) -> dict[str, Any]:
    """Read an uploaded file: the same answer as for a text, or {"error": one sentence}."""
    try:
        if path is None:
            raise InputError("There is no file. Choose a CSV with one point a row: x, then y.")
        file = Path(path)
        if file.stat().st_size > MAX_POINTS_FILE_MB * MB:  # before it is in memory
            raise InputError(f"This file is larger than {MAX_POINTS_FILE_MB} MB. Send a part of it.")
        return _describe(read_points(file.read_bytes()))
    except InputError as error:
        return {"error": str(error)}
    except OSError:
        return {"error": "The file is no longer here. Upload it again."}


@answering
def make_notebook(value: dict[str, Any]) -> dict[str, Any]:
    """Write the notebook that computes the visitor's screen again."""
    return {
        "name": f"relu-curve-fitter-{datetime.date.today():%Y-%m-%d}.ipynb",
        "notebook": write_notebook(value),
    }


FUNCTIONS: list[Callable[..., Any]] = [read_points_text, make_notebook]


def _describe(found: FoundPoints) -> dict[str, Any]:
    """Turn what was found into what the preview shows.

    Returns:
        `points`, as the page will use them; `summary` and `notes`, sentences; `names` of the two columns, and
        `examples`, the first rows as they were read; `scale`, None or [x_middle, x_unit, y_middle, y_unit];
        `dates`, whether x counts days since 1970-01-01.
    """
    x, y = found.x, found.y
    scaled = scale_to_box(x, y)
    one = len(x) == 1
    as_x = as_date if found.has_dates else as_number
    return {
        "points": [[_short(a), _short(b)] for a, b in zip(scaled.x.tolist(), scaled.y.tolist(), strict=True)],
        "summary": f"{len(x):,} point{'' if one else 's'}: x {_span(x, as_x)}, y {_span(y, as_number)}.",
        "notes": [*found.notes, *_describe_scale(scaled, found.has_dates)],
        "names": [found.x_name or "x", found.y_name or "y"],
        "examples": [[as_x(a), as_number(b)] for a, b in zip(x[:N_EXAMPLES], y[:N_EXAMPLES], strict=True)],
        "scale": [scaled.x_middle, scaled.x_unit, scaled.y_middle, scaled.y_unit] if scaled.changed else None,
        "dates": found.has_dates,
    }


def _span(values: Any, write: Callable[[float], str]) -> str:
    low, high = write(float(values.min())), write(float(values.max()))
    return f"is {low}" if low == high else f"from {low} to {high}"


def _describe_scale(scaled: Scaled, has_dates: bool) -> list[str]:
    """Say how points of another size are brought to the picture, as formulas."""
    x_formula = _formula("x", scaled.x_middle, scaled.x_unit)
    if has_dates:
        x_formula = f"(x \N{MINUS SIGN} {as_date(scaled.x_middle)}) / {as_number(scaled.x_unit)} days"
    formulas = [
        f"scaled {axis} = {formula}"
        for axis, formula, unscaled in (
            ("x", x_formula, (scaled.x_middle, scaled.x_unit)),
            ("y", _formula("y", scaled.y_middle, scaled.y_unit), (scaled.y_middle, scaled.y_unit)),
        )
        if unscaled != (0, 1)
    ]
    if not formulas:
        return []
    return [
        "Gradient descent needs numbers of ordinary size, so it works on scaled points: "
        f"{' and '.join(formulas)}. The axes show your own numbers."
    ]


def _formula(axis: str, middle: float, unit: float) -> str:
    sign = "\N{MINUS SIGN}" if middle >= 0 else "+"
    moved = axis if middle == 0 else f"({axis} {sign} {as_number(abs(middle))})"
    return moved if unit == 1 else f"{moved} / {as_number(unit)}"


def _short(value: float) -> float:
    """Keep as many digits as a link carries, so that a link brings back the same points."""
    return float(f"{value:.5g}")
