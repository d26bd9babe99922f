"""The sentences and tables of the tab "Clean your data".

progress_html("Looking at the photos", done=48, total=113)
summary_html(session), counts_html(choices, session), comparison_html(comparison)
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from apps.views.bears.clean_session import Session
from shared.limits import MAX_CLEAN_PHOTOS, MAX_UPLOAD_MB
from shared.stats import share_interval
from shared.takeaway.csv_link import csv_address
from shared.ui import progress
from shared.ui.page import empty_html, escape, marked, notice_html, table_html, try_this_html
from shared.vision.before_after import Comparison
from shared.vision.cleaning import Choice, Choices, to_csv
from shared.vision.flags import FLAGS
from shared.words import count, percent

DEMO = "Demonstration set"
OWN = "My own zip"
IDLE = "Nothing is running"
NO_ZIP = "No zip yet"
NOT_COMPARED = empty_html("Choose first, then press *Retrain*: the error before and after.")
P_LIMIT = 0.05  # above it, a change may well be chance
_MOST_LISTED = 20
_ENOUGH_CHOICES = 3  # after so many, the line proposes to retrain

ABOUT_DEMO = (
    "<p>113 pictures, made of only <strong>three</strong> photos: turned, cropped, recoloured. No photo set "
    "may be shipped with this app. The faults are planted: swapped labels, copies, dark, blurred and tiny "
    "pictures. So it shows how cleaning works, and nothing about real bears.</p>"
)
ABOUT_ZIP = (
    f"<p>One folder for each class, at most {MAX_CLEAN_PHOTOS:,} photos and {MAX_UPLOAD_MB} MB. The photos "
    "are deleted after an hour, or as soon as you load others.</p>"
)
EXPLANATION = """
**Train first, then clean.** A quick model finds the photos that fit their label least. You look at those,
instead of at all.

**The quick model.** The app's own network turns each photo into 1,280 numbers and stays as it is. Only a
last layer is trained on them: a multinomial logistic regression.

**Loss.** Minus the logarithm of the probability that the model gives to the photo's own label. 0.69 means
50 %; 4.6 means 1 %. No photo is judged by a model that has seen it. The held-out photos are judged by the
model of all training photos. The training photos are judged in five turns, each by a model of the other
four fifths. Otherwise the model would have learned a wrong label by heart, and its loss would be low. The
lesson's cleaner shows the losses of the training photos as the model learned them.

**Copies.** Near copies stay on one side of the split. The flag *across* marks photos that a plain random
split, like the lesson's, would tear apart: then the held-out error measures memory.

**A flag is a hint.** A dark photo may be just what your users will send. Look before you delete.

**Before and after.** Both models are judged on the same held-out photos. Deleted photos are left out of
both, relabelled ones are judged by their new label in both. Of held-out copies one is judged. The interval
is Bonett and Price's for paired proportions; the test is McNemar's, exact.

**Your choices** belong to a photo's content, not to its name or place. This browser keeps them: when the
same photos come again, they are applied again. The table of choices works on any
copy of the folder: `python -m shared.vision.train --data FOLDER --choices choices.csv`.
"""


def progress_html(phrase: str, *, done: int = 0, total: int = 0) -> str:
    """Write how many photos are done."""
    return progress.progress_html(
        phrase, share=done / total if total else 0, detail=f"{done} of {total}" if total else ""
    )


def try_line(session: Session | None, choices: Choices, comparison: Comparison | None = None) -> str:
    """Write the line that says what to try next."""
    text, done = suggest_next(session, choices, comparison)
    return try_this_html(text, done=done)


def suggest_next(
    session: Session | None, choices: Choices, comparison: Comparison | None = None
) -> tuple[str, bool]:
    """Say what to try next, and whether it was all done."""
    n_chosen = len(choices.current)
    if session is None:
        return "Press *Train the quick model*. Then look at the photos with the highest loss.", False
    found = _found_sentence(session, choices)
    if comparison is not None:
        return (
            f"You trained, cleaned and measured. {found}Take your choices with you, or the cleaned zip.",
            True,
        )
    if not n_chosen:
        return (
            "The most doubtful photos come first. Find one in the wrong class and give it its label.",
            False,
        )
    if n_chosen < _ENOUGH_CHOICES:
        return (
            f"{found}Change the class or the split, then come back: your choices stay. Or undo them.",
            False,
        )
    return f"{found}When you have chosen enough, press *Retrain* and see what it changed.", False


def _found_sentence(session: Session, choices: Choices) -> str:
    """How many of the planted wrong labels have been dealt with; nothing for a visitor's own photos."""
    if not session.truth:
        return ""
    wrong = {
        (photo.digest, photo.label) for photo in session.photos if photo.label != session.truth[photo.digest]
    }
    current = choices.current
    n_found = sum(
        current[key].action == "delete" or current[key].new_label == session.truth[key[0]]
        for key in wrong & current.keys()
    )
    return f"{n_found} of {len(wrong)} wrong labels found. "


def summary_html(session: Session) -> str:
    """Say what was loaded: photos by class and split, errors, flags, notes."""
    photos, scores = session.photos, session.scores
    wrong = [said != photo.label for said, photo in zip(scores.predicted, photos, strict=True)]
    rows = []
    for label in scores.vocab:
        inside = [at for at, photo in enumerate(photos) if photo.label == label]
        held = [at for at in inside if scores.is_valid[at]]
        train = [at for at in inside if not scores.is_valid[at]]
        n_flagged = sum(bool(session.flags[at]) for at in inside)
        rows.append((label, _share(wrong, train), _share(wrong, held), n_flagged))
    every = range(len(photos))
    held = [at for at in every if scores.is_valid[at]]
    train = [at for at in every if not scores.is_valid[at]]
    rows.append(
        ("*all*", _share(wrong, train), _share(wrong, held), sum(bool(flags) for flags in session.flags))
    )
    counts = Counter(flag for flags in session.flags for flag in flags)
    flag_words = ", ".join(f"{counts[flag]} {flag}" for flag in FLAGS if counts[flag]) or "none"
    notes = "".join(f"<li>{escape(note)}</li>" for note in session.photo_set.notes)
    return (
        table_html(
            ("Class", "Training: wrong", "Held out: wrong", "Flagged"),
            rows,
            caption=f"{len(photos)} photos. Wrong: the model says something else than the label.",
            numeric=(1, 2, 3),
        )
        + f'<p class="look-label" style="padding-top:8px">Flags: {escape(flag_words)}.</p>'
        + (f'<ul class="look-notes">{notes}</ul>' if notes else "")
    )


def _share(wrong: Sequence[bool], places: Sequence[int]) -> str:
    return f"{sum(wrong[at] for at in places)} of {len(places)}"


def page_html(n_shown: int, page: int, n_pages: int) -> str:
    """Write which part of the photos is shown."""
    photos = "1 photo" if n_shown == 1 else f"{n_shown} photos"
    return f'<p class="look-label" role="status">{photos} · page {page + 1} of {n_pages}</p>'


def counts_html(choices: Choices, *, n_photos: int = 0) -> str:
    """Count the choices, with a link that carries their table; nothing is written on the server."""
    counts = choices.counts
    n_chosen = sum(counts.values())
    of = f" of {n_photos}" if n_photos else ""
    line = (
        f'<p role="status"><strong>{n_chosen}</strong>{of} chosen: {counts["keep"]} keep, '
        f"{counts['delete']} delete, {counts['relabel']} relabel</p>"
    )
    if not n_chosen:
        return line
    return (
        f'{line}<p><a style="display:inline-block;padding:12px 0" download="choices.csv" '
        f'href="{csv_address(to_csv(choices))}">Download the choices (CSV)</a></p>'
    )


def kept_html(choices: Choices, aside: Choices) -> str:
    """Say which earlier choices came back, and which wait for their photos.

    Args:
        choices: about the photos that are loaded.
        aside: about others.
    """
    n_back, n_aside = len(choices.current), len(aside.current)
    back = f"{count(n_back, 'earlier choice of yours is', 'earlier choices of yours are')} applied again."
    waiting = (
        f"{count(n_aside, 'choice', 'choices')} about {'other ' if n_back else ''}photos that are not here: "
        "kept in this browser, and back when you load the same photos again."
    )
    return notice_html(" ".join([back] * bool(n_back) + [waiting] * bool(n_aside)))


def import_html(n_fitting: int, unknown: Sequence[Choice]) -> str:
    """Say what an imported table of choices held."""
    them = "it" if n_fitting == 1 else "them all"
    line = f"<p>{count(n_fitting, 'choice')} read; one undo takes {them} back.</p>"
    if not unknown:
        return line
    names = "".join(
        f"<li><strong>{escape(choice.name or choice.digest[:12])}</strong> <span>{escape(choice.label)}: "
        f"{escape(choice.action)} {escape(choice.new_label)}</span></li>"
        for choice in unknown[:_MOST_LISTED]
    )
    more = f" The first {_MOST_LISTED} are shown." if len(unknown) > _MOST_LISTED else ""
    about = count(len(unknown), "choice is about", "choices are about")
    return (
        f'{line}<p class="look-label">{about} photos that are not here.{more}</p>'
        f'<ul class="look-list">{names}</ul>'
    )


def change_number(comparison: Comparison | None) -> dict[str, Any]:
    """Write the number that matters, for `big_number`."""
    label = "Change of the held-out error"
    if comparison is None:
        return {"label": label, "value": "–", "hint": "not measured yet", "width": 5}
    return {
        "label": label,
        "value": _points(comparison.difference),
        "unit": "points",
        "hint": f"95 % interval {_points(comparison.low)} to {_points(comparison.high)}",
        "width": 5,
    }


def _points(share: float) -> str:
    """Write a difference of two shares in percentage points: +2.5, −5.0, 0.0."""
    return f"{100 * share:+.1f}".replace("-", "−") if round(1000 * share) else "0.0"


def comparison_html(comparison: Comparison) -> str:
    """Write the errors before and after, and what they say."""
    n = comparison.n
    rows = [
        (name, f"{wrong} of {n}", _percent(wrong / n), f"{_percent(low)} to {_percent(high)}")
        for name, wrong in (
            ("Before, by the old labels", comparison.wrong_as_filed),
            ("Before, by the new labels", comparison.wrong_before),
            ("After, by the new labels", comparison.wrong_after),
        )
        for low, high in [map(float, share_interval(wrong, n)[1:])]
    ]
    before, after = comparison.n_train
    table = table_html(
        ("Model", "Wrong", "Error", "95 % interval"),
        rows,
        caption=f"The same {count(n, 'held-out photo')} each time. Trained on {before} photos before, "
        f"{after} after.",
        numeric=(1, 2, 3),
    )
    return f"{table}<p>{marked(verdict(comparison))}</p>"


def verdict(comparison: Comparison) -> str:
    """Say in a sentence or two what cleaning changed, and whether it is more than chance."""
    mended, broken = comparison.n_mended, comparison.n_broken
    n_labels = comparison.wrong_as_filed - comparison.wrong_before
    seen = (
        f" Errors seen before: {comparison.wrong_as_filed}. Of these, wrong labels and no wrong answers: "
        f"{n_labels}."
        if n_labels > 0
        else ""
    )
    if not mended + broken:
        return (
            "*No held-out answer changed.* The model coped with the old labels, or there are too few "
            f"photos to tell.{seen}"
        )
    test = f"McNemar's exact test, p = {comparison.p_value:.2g}"
    changed = f"{count(mended, 'answer')} mended, {broken} broken ({test})"
    if comparison.p_value >= P_LIMIT:
        return f"*This may be chance:* {changed}.{seen}"
    direction = "Cleaning helped" if mended > broken else "Cleaning made it worse"
    return f"*{direction}, by more than chance:* {changed}.{seen}"


def _percent(share: float) -> str:
    return percent(share)
