"""The list of recommended films as HTML: rank, title, predicted stars with their interval, and two buttons.

cards = film_cards(first_list)
cards.explain(show_why, ...)                   # custom events of film_cards.js, with the film's id
cards.seen(add_to_ratings, ...)
cards_html(answer["films"], csv_text)          # the next value
"""

from collections.abc import Sequence
from pathlib import Path

import gradio as gr

from shared.collab.answers import RankedFilm
from shared.takeaway.csv_link import csv_address
from shared.ui.page import empty_html, escape

_HERE = Path(__file__).parent
_SCALE = (0.5, 5.0)  # stars, the ends of the little bar


def film_cards(value: str) -> gr.HTML:
    """Make the list; `value` is what `cards_html` wrote."""
    return gr.HTML(
        value,
        html_template='<div class="films">${value}</div>',
        css_template=(_HERE / "film_cards.css").read_text(encoding="utf-8"),
        js_on_load=(_HERE / "film_cards.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id="film-cards",
        elem_classes="look-piece",
    )


def cards_html(films: Sequence[RankedFilm], csv_text: str, *, heading: str, rests_on: str) -> str:
    """Write the list.

    Args:
        films: as `Recommender.recommend` gives them.
        csv_text: the same list for download.
        heading: says what kind of list this is.
        rests_on: says what it was made from.
    """
    if not films:
        return empty_html("No film passes these filters. Choose *Any time* or fewer genres.")
    rows = "".join(_card(film) for film in films)
    return (
        f'<div class="films-head"><h3>{escape(heading)}</h3>{_download(csv_text)}'
        f'<p class="look-label">{escape(rests_on)}</p></div><ol>{rows}</ol>'
    )


def _card(film: RankedFilm) -> str:
    facts = " · ".join(
        [
            str(film["year"] or "year unknown"),
            ", ".join(film["genres"][:3]) or "no genre",
            "1 rating" if film["n_ratings"] == 1 else f"{film['n_ratings']:,} ratings",
        ]
    )
    title = escape(film["title"])
    buttons = "".join(
        f'<button type="button" data-act="{act}" data-film="{film["movie_id"]}" '
        f'aria-label="{label}: {title}">{label}</button>'
        for act, label in (("explain", "Why?"), ("seen", "Seen it"))
    )
    return (
        f'<li><span class="films-rank">{film["rank"]}</span>'
        f'<div class="films-name"><strong>{title}</strong><small>{escape(facts)}</small></div>'
        f'{_stars(film)}<div class="films-acts">{buttons}</div></li>'
    )


def _stars(film: RankedFilm) -> str:
    """The predicted stars as a number and as a dot on its 80 % interval."""
    low, middle, high = map(_percent, (film["low"], film["stars"], film["high"]))
    words = f"{film['stars']:.1f} stars, 80 % interval {film['low']:.1f} to {film['high']:.1f}"
    return (
        f'<div class="films-stars" role="img" aria-label="{words}" title="{words}"><b>{film["stars"]:.1f}</b>'
        f'<span class="films-bar"><i style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
        f'<u style="left:{middle:.1f}%"></u></span>'
        f"<small>{film['low']:.1f} to {film['high']:.1f}</small></div>"
    )


def _percent(stars: float) -> float:
    return 100 * (stars - _SCALE[0]) / (_SCALE[1] - _SCALE[0])


def _download(csv_text: str) -> str:
    """A link that carries the file itself, so that nothing is written on the server."""
    return f'<a download="recommendations.csv" href="{csv_address(csv_text)}">Download as CSV</a>'
