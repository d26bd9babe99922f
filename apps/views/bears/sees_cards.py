"""The pictures of *What it sees* as HTML: four ways to make a square of a photo, and eight draws of training.

ways_html(photo, 224, answers)     # the photo with what each way keeps, the square, what is lost, the answer
draws_html(views, seed=12)         # what training sees, each with what was done
"""

from collections.abc import Sequence

from PIL import Image

from shared.ui.page import escape, marked
from shared.vision.augment import View
from shared.vision.crops import METHODS, Cut, apply_cut, draw_cut
from shared.vision.thumbnails import data_uri

NAMES = {"crop": "Crop", "squish": "Squish", "pad": "Pad", "random": "RandomResizedCrop"}
_HEADINGS = {**NAMES, "random": "Random<wbr>Resized<wbr>Crop"}
_THUMB_PX = 240  # the longer side of the photo shown above each square
_COARSE_PX = 150  # a smaller square is shown with its pixels

LabelAndShare = tuple[str, float | None]  # "grizzly" and its probability, or "none of these" and None


def ways_html(
    photo: Image.Image, size: int, answers: Sequence[LabelAndShare] | None, *, asked_at: int | None = None
) -> str:
    """Write the first row.

    Args:
        photo: RGB, of any shape.
        size: side of the square in pixels.
        answers: what the model says of each of `METHODS`; None without a model.
        asked_at: the size at which the model was asked.
    """
    thumb = photo.copy()
    thumb.thumbnail((_THUMB_PX, _THUMB_PX))
    thumb_uri = data_uri(thumb)
    cards = []
    for at, method in enumerate(METHODS):
        cut = draw_cut(photo.size, size, method)
        loss = what_is_lost(method, cut)
        square = data_uri(apply_cut(photo, cut))
        answer = _answer(*answers[at]) if answers else ""
        cards.append(
            f"<li><h4>{_HEADINGS[method]}</h4>{_framed(thumb_uri, cut, NAMES[method])}"
            f"{_square(square, size, f'{NAMES[method]}: {loss}')}{answer}<p>{_joined(loss)}</p></li>"
        )
    note = f" Asked at {asked_at} × {asked_at}." if asked_at != size else ""
    verdict = f"<p>{marked(compare_answers(answers) + note)}</p>" if answers else ""
    heading = f"Four ways to a square of {size} × {size} pixels"
    return f'<div class="sees-head"><h3>{heading}</h3>{verdict}</div><ul>{"".join(cards)}</ul>'


def draws_html(views: Sequence[View], *, seed: int) -> str:
    """Write the second row.

    Args:
        views: of one photo.
        seed: what they were drawn with.
    """
    cards = "".join(
        f"<li>{_square(data_uri(view.image), view.cut.size, f'Draw {number}: {view.caption()}')}"
        f"<p>{_joined(view.caption())}</p></li>"
        for number, view in enumerate(views, start=1)
    )
    heading = f"The same photo, {len(views)} times in training"
    return f'<div class="sees-head"><h3>{heading}</h3><p>Drawn with seed {seed}.</p></div><ul>{cards}</ul>'


def what_is_lost(method: str, cut: Cut) -> str:
    """Say in a sentence or two what a way costs."""
    lost, padded = round(100 * cut.lost), round(100 * cut.padded)
    shape = _stretched(cut.stretch)
    if method == "crop":
        return f"Cuts away {lost} % of the photo." if lost else "Loses nothing: the photo is a square."
    if method == "squish":
        return f"Keeps everything, but {shape}." if shape else "Changes nothing: the photo is a square."
    if method == "pad":
        return f"Keeps everything, but {padded} % is only mirror image." if padded else "Adds nothing."
    squished = f", and {shape}" if shape else ""
    return f"At validation, the middle of a slightly larger square. Cuts away {lost} %{squished}."


def _stretched(stretch: float) -> str:
    """Say how the proportions change; "" when nobody would see it."""
    factor = max(stretch, 1 / stretch)
    if factor < 1.05:
        return ""
    times = f"{factor:.1f}".removesuffix(".0") if factor < 10 else f"{factor:,.0f}"
    return f"things look {times} × too {'narrow' if stretch > 1 else 'flat'}"


def compare_answers(answers: Sequence[LabelAndShare]) -> str:
    """Say whether the model's answer depends on the way."""
    labels = [label for label, _ in answers]
    if len(set(labels)) > 1:
        return "Same photo, same model: *the answer changes* with the way it is made square."
    shares = [share for _, share in answers if share is not None]
    spread = round(100 * (max(shares) - min(shares))) if shares else 0
    if spread >= 2:
        return f"All four get the same answer, but its probability differs by {spread} points."
    return "All four get the same answer here."


def _answer(label: str, share: float | None) -> str:
    percent = "" if share is None else f" {100 * share:.0f} %"
    return f'<p class="sees-answer"><b>{escape(label)}</b>{percent}</p>'


def _joined(text: str) -> str:
    """Escape a text, and keep a sign on the line of its number."""
    return escape(text).replace(" %", "&nbsp;%").replace(" ×", "&nbsp;×")


def _framed(thumb_uri: str, cut: Cut, name: str) -> str:
    """The photo, with a frame around what is seen and the rest dimmed."""
    width, height = cut.photo_size
    left, top, right, bottom = cut.seen
    place = (
        f"left:{100 * left / width:.2f}%;top:{100 * top / height:.2f}%;"
        f"width:{100 * (right - left) / width:.2f}%;height:{100 * (bottom - top) / height:.2f}%"
    )
    return (
        f'<div class="sees-photo"><span style="--ratio:{width / height:.4f}">'
        f'<img src="{thumb_uri}" alt="The photo; {name} keeps what is in the frame">'
        f'<i style="{place}"></i></span></div>'
    )


def _square(uri: str, size: int, alt: str) -> str:
    coarse = " sees-coarse" if size < _COARSE_PX else ""
    return f'<img class="sees-square{coarse}" src="{uri}" alt="{escape(alt)}" width="{size}" height="{size}">'
