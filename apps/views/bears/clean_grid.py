"""The grid of photos: a card each, with what the model says, its flags, and what to do with it.

The cards are HTML made here; a click marks a card at once (`clean_grid.js`) and tells the server.

    grid = clean_grid()
    grid.choose(add_choice, ...)              # custom event: {"digest", "label", "action", "new_label"}
    grid_html(session, places, choices)       # the next value: one page of cards
"""

import itertools
from collections.abc import Sequence
from pathlib import Path

import gradio as gr

from apps.views.bears.clean_session import Session
from shared.ui.page import empty_html, escape
from shared.vision.cleaning import Choice, Choices
from shared.vision.flags import FLAGS
from shared.vision.thumbnails import thumbnail

PAGE_SIZE = 12
THUMB_PX = 220
_HERE = Path(__file__).parent
_drawn = itertools.count()


def clean_grid() -> gr.HTML:
    """Make the grid, empty."""
    return gr.HTML(
        grid_html(None, [], Choices()),
        html_template='<div class="clean">${value}</div>',
        css_template=(_HERE / "clean_grid.css").read_text(encoding="utf-8"),
        js_on_load=(_HERE / "clean_grid.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id="clean-grid",
        elem_classes="look-piece",
    )


def n_pages(places: Sequence[int]) -> int:
    """How many pages of cards there are, one at least."""
    return max(1, -(-len(places) // PAGE_SIZE))


def grid_html(session: Session | None, places: Sequence[int], choices: Choices) -> str:
    """Write one page of cards.

    Args:
        session: whose photos.
        places: of the photos on this page.
        choices: made so far.
    """
    if session is None:
        return empty_html("Press *Train the quick model*. The photos come here, the most doubtful first.")
    if not places:
        return empty_html("No photo passes these filters. Choose *All* classes or *Any* flag.")
    current = choices.current
    cards = "".join(
        _card(session, at, current.get((session.photos[at].digest, session.photos[at].label)))
        for at in places
    )
    # The mark changes with every drawing: a page that only looks unchanged to the browser is drawn anew, too.
    return f'<ul data-drawn="{next(_drawn)}">{cards}</ul>'


def _card(session: Session, at: int, choice: Choice | None) -> str:
    photo, scores = session.photos[at], session.scores
    name, label = escape(photo.path.name), escape(photo.label)
    said = scores.predicted[at]
    share = f"{100 * scores.probabilities[at].max():.0f} %"
    agrees = said == photo.label
    says = f"model agrees, {share}" if agrees else f"model <em>{escape(said)}</em>, {share}"
    side = "held out" if scores.is_valid[at] else "training"
    flags = "".join(
        f'<span title="{escape(FLAGS[flag])}">{escape(flag)}</span>' for flag in session.flags[at]
    )
    action = choice.action if choice else ""
    new_label = choice.new_label if choice else ""
    others = sorted({*scores.vocab, new_label} - {photo.label, ""}, key=lambda other: (other != said, other))
    options = "".join(
        f'<option value="{escape(other)}"{" selected" if other == new_label else ""}>{escape(other)}</option>'
        for other in others
    )
    return (
        f'<li class="clean-card" data-digest="{photo.digest}" data-label="{label}" data-action="{action}" '
        f'data-new="{escape(new_label)}"><div class="clean-picture">'
        f'<img src="{thumbnail(photo.path, THUMB_PX)}" alt="{name}, filed under {label}" loading="lazy">'
        f'<span class="clean-mark" data-new="{escape(new_label)}"></span></div>'
        f'<strong title="{name}">{name}</strong>'
        f'<p class="clean-label{"" if agrees else " clean-doubt"}" title="{label}">label <b>{label}</b></p>'
        f'<p class="clean-says" title="{escape(said)}">{says}</p>'
        f'<p class="clean-facts">loss {scores.loss[at]:.2f} · {side}</p><p class="clean-flags">{flags}</p>'
        f'<div class="clean-acts" role="group" aria-label="What to do with {name}">'
        f"{_button('keep', 'Keep', action)}{_button('delete', 'Delete', action)}"
        f'<select aria-label="New label for {name}"><option value="">Relabel…</option>{options}</select>'
        f"</div></li>"
    )


def _button(act: str, text: str, action: str) -> str:
    return (
        f'<button type="button" data-act="{act}" aria-pressed="{str(act == action).lower()}">{text}</button>'
    )
