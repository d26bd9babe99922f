"""HTML from Jinja templates that lie beside their views; every value in them is escaped.

    table = show(render("apps/views/matmul/shapes.html", shapes=[(3, 2)]))
    button.click(..., table)                 # the callback answers with what `render` made

A template is plain HTML for Gradio, which fills in nothing: it goes into the value of a piece, never into
`html_template`. A name that a template uses and nobody gave is an error.
"""

from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

ROOT = Path(__file__).resolve().parents[2]


def render(path: str, **values: Any) -> Markup:
    """Fill a template.

    Args:
        path: of the template, from the root of the project.
        values: what it shows; every text is escaped, except what another call of this function made.
    """
    return Markup(_environment().get_template(path).render(values))


def show(html: Markup | None = None, *, css: str = "", **more: Any) -> gr.HTML:
    """Show what `render` made; None takes no room, ready for a callback to fill.

    Args:
        html: from `render`.
        css: the path of a style sheet for this piece alone.
        more: further arguments of `gr.HTML`.

    Raises:
        TypeError: it is any other text, in which a visitor's words might stand as HTML.
    """
    made = gr.HTML(
        checked_markup(Markup() if html is None else html),
        css_template=(ROOT / css).read_text(encoding="utf-8") if css else "",
        js_on_load=None,
        apply_default_css=False,
        **{"elem_classes": "look-piece", **more},
    )
    made.shows_markup = True  # `wire` lets nothing else through
    return made


def checked_markup(html: object) -> str:
    """Give the text of what `render` made.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(html, Markup):
        raise TypeError(f"only what render() made is shown as HTML, not {type(html).__name__}")
    return str(html)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(ROOT),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
