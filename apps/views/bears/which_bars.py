"""The answer of *Which bear?* as bars in plain HTML: there at once, nothing to load, nothing that jumps.

probabilities_html(vocab, softmax_values, sigmoid_values, counts=True)
distance_html(0.31, threshold=0.55, usual=(0.18, 0.27, 0.44))
"""

from collections.abc import Iterable, Sequence

from shared.ui.page import escape

MAX_DISTANCE = 1.0  # where the line ends; two pictures of nothing in common are at about 0.8


def probabilities_html(
    vocab: Sequence[str],
    softmax_values: Iterable[float],
    sigmoid_values: Iterable[float],
    *,
    counts: bool,
) -> str:
    """Draw softmax and sigmoid of each class.

    Args:
        vocab: the classes.
        softmax_values: (c,) that add up to 1.
        sigmoid_values: (c,) each on its own.
        counts: False pales the bars: the answer is "none of these".
    """
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{_bar(p, "softmax")}{_bar(q, "sigmoid")}</tr>'
        for name, p, q in zip(vocab, softmax_values, sigmoid_values, strict=True)
    )
    pale = "" if counts else " bars-pale"
    return (
        f'<table class="bars{pale}"><thead><tr><th scope="col">Class</th>'
        '<th scope="col"><i class="bars-softmax"></i>Softmax <span>adds up to 100 %</span></th>'
        '<th scope="col"><i class="bars-sigmoid"></i>Sigmoid <span>each class on its own</span></th>'
        f"</tr></thead><tbody>{rows}</tbody></table>"
    )


def _bar(share: float, kind: str) -> str:
    percent = 100 * float(share)
    return (
        f'<td><div class="bars-track"><i class="bars-{kind}" style="width:{percent:.2f}%"></i></div>'
        f"<b>{percent:.1f} %</b></td>"
    )


def distance_html(distance: float, *, threshold: float, usual: Sequence[float]) -> str:
    """Draw where a photo lies between the training photos and the limit.

    Args:
        distance: of the photo.
        threshold: from where the answer is "none of these".
        usual: distances that 5 %, half and 95 % of the training photos stay within.
    """
    low, _, high = usual
    words = (
        f"This photo is at {distance:.2f}. Nine of ten training photos are between {low:.2f} and {high:.2f} "
        f"from their neighbours. From {threshold:.2f} on the answer is “none of these”."
    )
    return (
        '<div class="line"><h3>Distance to the nearest training photos <span>0: the same, 1: nothing in '
        f'common</span></h3><div class="line-track" aria-hidden="true">{_mark("usual", low, high - low)}'
        f"{_mark('limit', threshold)}{_mark('photo', distance)}</div><p>{words}</p></div>"
    )


def _mark(kind: str, place: float, width: float | None = None) -> str:
    left = 100 * min(place, MAX_DISTANCE) / MAX_DISTANCE
    size = "" if width is None else f";width:{100 * width / MAX_DISTANCE:.1f}%"
    return f'<i class="line-{kind}" style="left:{left:.1f}%{size}"></i>'
