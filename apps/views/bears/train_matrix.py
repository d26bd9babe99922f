"""The confusion matrix whose cells open the photos behind them, and the grid that shows those photos.

matrix = confusion_widget()
matrix.open(show_cell, ...)                # a click on a cell: {"actual": 0, "predicted": 2}
matrix_html(metrics)                       # the next value
photos_html(in_cell(photos, ...), heading="3 photos of *black*")
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from shared.errors import InputError
from shared.ui.page import empty_html, escape, marked
from shared.vision.thumbnails import thumbnail
from shared.vision.train_results import HeldOutPhoto

MOST_SHOWN = 24  # photos of one cell
THUMBNAIL_PX = 144
_HERE = Path(__file__).parent


def confusion_widget() -> gr.HTML:
    """Make the matrix, empty."""
    return gr.HTML(
        "",
        html_template='<div class="matrix">${value}</div>',
        css_template=(_HERE / "train_matrix.css").read_text(encoding="utf-8"),
        js_on_load=(_HERE / "train_matrix.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id="train-matrix",
        elem_classes="look-piece",
    )


def photo_grid(elem_id: str) -> gr.HTML:
    """Make a grid of photos, empty."""
    return gr.HTML(
        "",
        html_template='<div class="photos">${value}</div>',
        css_template=(_HERE / "train_photos.css").read_text(encoding="utf-8"),
        js_on_load=None,
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="look-piece",
    )


def matrix_html(metrics: Mapping[str, Any]) -> str:
    """Write the matrix: a row for each label, a column for each answer, a button in each cell with photos."""
    vocab, counts = metrics["vocab"], metrics["confusion"]
    head = "".join(
        f'<th scope="col" title="{escape(name)}"><span>{escape(name)}</span></th>' for name in vocab
    )
    rows = "".join(
        f'<tr><th scope="row" title="{escape(name)}"><span>{escape(name)}</span></th>'
        + "".join(_cell(vocab, actual, predicted, count, sum(row)) for predicted, count in enumerate(row))
        + "</tr>"
        for actual, (name, row) in enumerate(zip(vocab, counts, strict=True))
    )
    return (
        "<table><caption>Confusion matrix of the held-out photos. A row is the label, a column what the "
        "model says. Open a cell to see its photos.</caption>"
        f'<thead><tr><td class="matrix-corner">label ↓ model →</td>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _cell(vocab: Sequence[str], actual: int, predicted: int, count: int, total: int) -> str:
    if not count:
        return '<td><span class="matrix-none">0</span></td>'
    kind = "matrix-right" if actual == predicted else "matrix-wrong"
    noun = "photo" if count == 1 else "photos"
    words = escape(f"{count} {noun} of {vocab[actual]}, model says {vocab[predicted]}")
    return (
        f'<td><button type="button" class="{kind}" style="--share:{count / total:.2f}" '
        f'data-actual="{actual}" data-predicted="{predicted}" aria-label="{words}" '
        f'aria-pressed="false">{count}</button></td>'
    )


def clicked_cell(event: gr.EventData, n_classes: int) -> tuple[int, int]:
    """Which cell was opened: row and column.

    Raises:
        InputError: the event names no cell of the matrix.
    """
    data = event._data if isinstance(event._data, dict) else {}
    cell = data.get("actual"), data.get("predicted")
    if not all(isinstance(at, int) and not isinstance(at, bool) and 0 <= at < n_classes for at in cell):
        raise InputError("This cell is not in the matrix; reload the page.")
    return cell  # type: ignore[return-value]


def cell_heading(actual: str, predicted: str, count: int) -> str:
    """Say which photos are shown."""
    noun = "photo" if count == 1 else "photos"
    if actual == predicted:
        return f"{count} {noun} of *{actual}*, labelled right"
    return f"{count} {noun} filed under *{actual}*, taken for *{predicted}*"


def photos_html(photos: Sequence[HeldOutPhoto], *, heading: str) -> str:
    """Write photos with their label, the model's answer and its probability.

    Args:
        photos: in the order to show them.
        heading: said above them; the focus goes there when they were asked for.
    """
    title = f'<h3 tabindex="-1">{marked(heading)}</h3>'
    if not photos:
        return title + empty_html("There is no photo here.")
    shown = "".join(_photo(photo) for photo in photos[:MOST_SHOWN])
    more = len(photos) - MOST_SHOWN
    rest = f"<p>and {more} more with a smaller loss</p>" if more > 0 else ""
    return f"{title}<ul>{shown}</ul>{rest}"


def _photo(photo: HeldOutPhoto) -> str:
    label, said = escape(photo.actual), escape(photo.predicted)
    verdict = "right" if photo.is_right else "wrong"
    try:
        picture = (
            f'<img src="{thumbnail(photo.path, THUMBNAIL_PX)}" alt="filed under {label}, model says {said}">'
        )
    except InputError:  # the run was removed meanwhile
        picture = '<span class="photos-gone">no longer here</span>'
    return (
        f'<li class="photos-{verdict}">{picture}<p title="{label}">label <b>{label}</b></p>'
        f'<p title="{said}">model <b>{said}</b></p>'
        f"<p>{100 * photo.probability:.0f} %, loss {photo.loss:.2f}</p></li>"
    )
