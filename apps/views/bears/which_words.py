"""Sentences, pictures and tables of *Which bear?* as HTML.

answer_html(classifier, answer)
map_html(classifier, photo, answer, "grizzly")
views_html(classifier, views)
"""

import math
from collections.abc import Mapping
from typing import Any

from PIL import Image

from apps.views.bears.which_bars import distance_html, probabilities_html
from shared.ui.page import big_number_html, escape, marked, table_html
from shared.vision.cam import N_SHUFFLES, activation_map, draw_map, shuffled_map, strength_left
from shared.vision.crops import draw_cut
from shared.vision.model import Answer, Classifier
from shared.vision.thumbnails import data_uri
from shared.vision.tta import BETA, AskedView, mix
from shared.words import percent, with_article

NEXT = {
    "start": "Press *Fox*. Softmax must choose a bear. Does the app?",
    "none": "Look at *Why none of these?* below. Then put in a photo of a pet, or of yourself.",
    "bear": "Choose another class under *Where it looked*. What speaks for that one?",
    "map": "Press *Ask five times*. Does the answer depend on how the photo is cut?",
    "views": "Put in a photo of your own: a real bear, a toy, or something that only looks like one.",
}
MOSTLY_GONE = 0.3  # of a map's strength, after shuffling
_SHOWN_PX = 160  # of the views


def answer_html(classifier: Classifier, answer: Answer) -> str:
    """The answer in large letters, and what it rests on."""
    at = int(answer.probabilities.argmax())
    if not answer.verdict.is_known:
        return big_number_html(
            "The model says", classifier.label(answer), hint=answer.verdict.reason, width=12
        )
    percent = f"{100 * answer.probabilities[at]:.0f} %"
    return big_number_html(
        "The model says", classifier.label(answer), unit=percent, hint=_accuracy_hint(classifier), width=12
    )


def _accuracy_hint(classifier: Classifier) -> str:
    metrics = classifier.config["metrics"]
    low, high = metrics["accuracy_interval"]
    return (
        f"Right for {percent(metrics['accuracy'], 1)} of {metrics['n_valid']} photos it never saw "
        f"(95 % interval {percent(low, 1)} to {percent(high, 1)})."
    )


def bars_html(classifier: Classifier, answer: Answer) -> str:
    """The probabilities, and the distance to the training photos."""
    bars = probabilities_html(
        classifier.vocab, answer.probabilities, answer.sigmoids, counts=answer.verdict.is_known
    )
    line = distance_html(
        answer.verdict.distance,
        threshold=classifier.abstainer.thresholds.distance,
        usual=classifier.config["abstain"]["measured"]["distances"],
    )
    return bars + line


def none_html(classifier: Classifier, answer: Answer) -> str:
    """What each check found, beside its limit."""
    judge, limits = classifier.abstainer, classifier.abstainer.thresholds
    features = answer.features[None]
    rows: list[tuple[str, str, str, str]] = [
        _row("Distance to the training photos", answer.verdict.distance, limits.distance, more_is_worse=True),
        _row("Confidence, calibrated", answer.verdict.confidence, limits.confidence, more_is_worse=False),
    ]
    if judge.other is not None:
        score = float(judge.other_scores(features)[0])
        rows.append(_row("Like other things (log-odds)", score, limits.other, more_is_worse=True))
    if judge.look_alike is not None:
        margins, names = judge.look_alike_margins(features)
        rows.append(
            _row(
                f"More like {with_article(names[0])} (score)",
                float(margins[0]),
                limits.look_alike,
                more_is_worse=True,
            )
        )
    table = table_html(
        ["Check", "This photo", "Limit", "Passed"],
        rows,
        caption="Four checks. One that fails is enough.",
        numeric=(1, 2),
    )
    return f"{table}<p class='look-hint'>{marked(_refused_sentence(classifier))}</p>"


def _row(name: str, value: float, limit: float, *, more_is_worse: bool) -> tuple[str, str, str, str]:
    fails = value > limit if more_is_worse else value < limit
    side = "at most" if more_is_worse else "at least"
    return name, f"{value:.2f}", f"{side} {limit:.2f}", "no" if fails else "yes"


def _interval(measured: Mapping[str, Any]) -> str:
    return " to ".join(percent(end, 1) for end in measured["interval"])


def _refused_sentence(classifier: Classifier) -> str:
    measured = classifier.config["abstain"]["measured"]
    ours = measured["ours_refused"]
    text = (
        f"The limits were chosen on {ours['n']} photos of these classes, none of which its check had seen: "
        f"{percent(ours['share'], 1)} of them are refused ({_interval(ours)})."
    )
    if "others_refused" in measured:
        others = measured["others_refused"]
        text += (
            f" Of {others['n']} photos of other things, {percent(others['share'], 1)} are "
            f"({_interval(others)})."
        )
    return text


def map_html(classifier: Classifier, photo: Image.Image, answer: Answer, label: str) -> str:
    """The activation map of a class over the photo, beside that of shuffled weights."""
    at = classifier.vocab.index(label)
    weights = classifier.weights[at]
    cut = draw_cut(photo.size, classifier.size, classifier.resize)
    shares = activation_map(answer.maps, weights)
    top = float(shares.max())
    shuffled = shuffled_map(answer.maps, weights)
    left = strength_left(answer.maps, weights)
    own = data_uri(draw_map(photo, shares, cut))
    dealt = data_uri(draw_map(photo, shuffled, cut, top=max(top, 1e-6)))
    if math.isnan(left):
        verdict = f"Nothing on this photo speaks for {escape(label)}, so there is nothing to compare."
    elif left < MOSTLY_GONE:
        verdict = (
            f"{percent(left)} of the strength is left. The map disappears, as it should: it was learned."
        )
    else:
        verdict = (
            f"{percent(left)} of the strength is left. Do not trust this map: other weights draw it too."
        )
    return (
        '<div class="which-maps">'
        f'<figure><img src="{own}" alt="Photo with the places that speak for {escape(label)} coloured">'
        f"<figcaption>What speaks for <b>{escape(label)}</b>. Yellow most, blue a little, grey nothing."
        "</figcaption></figure>"
        f'<figure><img src="{dealt}" alt="The same with shuffled weights">'
        f"<figcaption>The same with the weights shuffled, {N_SHUFFLES} times. {verdict}</figcaption></figure>"
        "</div>"
    )


def views_html(classifier: Classifier, views: list[AskedView]) -> str:
    """Each view with its answer, and what averaging changed."""
    cards = "".join(_view(classifier, view) for view in views)
    before, after = views[0].probabilities, mix(views)
    old, new = int(before.argmax()), int(after.argmax())
    change = 100 * (after[old] - before[old])
    words = (
        f"Averaged, the answer stays *{classifier.vocab[old]}*: {100 * before[old]:.1f} % before, "
        f"{100 * after[old]:.1f} % after ({change:+.1f} points)."
        if old == new
        else f"Averaged, the answer changes from *{classifier.vocab[old]}* ({100 * before[old]:.1f} %) to "
        f"*{classifier.vocab[new]}* ({100 * after[new]:.1f} %)."
    )
    how = f"As fastai does: {percent(BETA)} the usual answer, {percent(1 - BETA)} the mean of the other four."
    return f'<div class="which-views"><ul>{cards}</ul><p>{marked(words)} {marked(how)}</p></div>'


def _view(classifier: Classifier, view: AskedView) -> str:
    at = int(view.probabilities.argmax())
    small = view.square.resize((_SHOWN_PX, _SHOWN_PX), Image.Resampling.BILINEAR)
    return (
        f'<li><img src="{data_uri(small)}" alt="{escape(view.caption)}">'
        f"<b>{escape(classifier.vocab[at])} {100 * view.probabilities[at]:.0f} %</b>"
        f"<span>{escape(view.caption)}</span></li>"
    )
