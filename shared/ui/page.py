"""The frame of every page and the pieces inside it, as plain functions.

Each piece is a `gr.HTML` made by `<piece>(...)`; a callback updates it by returning the text of
`<piece>_html(...)`. Every text is escaped. Two marks are understood: *stress* and `code`.

A tab has a main action, its primary button, and an answer, its `big_number`. Something else in their place
has the class `look-act` or `look-answer`. After the action a phone must show the answer without scrolling. A
figure that the app's notebook computes again has the class `look-noted`.

    with page("ReLU curve fitter", "Move the sliders until it fits.", lesson=("Lesson 3", URL)) as demo:
        with tabs(), gr.Tab("By hand"), controls_and_picture() as (controls, picture):
            with controls: error_number = big_number("Mean absolute error", "2.42")
"""

import html
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import gradio as gr
from markupsafe import Markup

from shared.limits import MAX_UPLOAD_MB
from shared.ui.launch import new_blocks

COURSE_URL = "https://course.fast.ai"
PRIVACY_SENTENCE = "Nothing you type is stored. Uploaded files are deleted after about an hour."

_STRESS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_CODE = re.compile(r"`([^`\n]+)`")


def escape(text: object) -> str:
    """Make any text safe inside HTML, quotes, Gradio's `${...}` and Handlebars' `{{...}}` included."""
    return (
        html.escape(str(text), quote=True).replace("$", "&#36;").replace("{", "&#123;").replace("}", "&#125;")
    )


def marked(text: object) -> str:
    """Escape a text and turn *stress* and `code` into HTML. Film titles like M*A*S*H stay as they are.

    HTML made by a function of ours (`Markup`) stays what it is.
    """
    if isinstance(text, Markup):
        return str(text)
    escaped = escape(text)
    parts = _CODE.split(escaped)  # every second part is code
    for i, part in enumerate(parts):
        parts[i] = f"<code>{part}</code>" if i % 2 else _STRESS.sub(r"<em>\1</em>", part)
    return "".join(parts)


# The frame


@contextmanager
def page(
    title: str,
    sentence: str,
    *,
    lesson: tuple[str, str] | None = None,
    source_url: str | None = None,
    upload_mb: float = MAX_UPLOAD_MB,
) -> Iterator[gr.Blocks]:
    """Open a page: its title above, its footer below, what is made inside between them.

    Args:
        title: of the app.
        sentence: what to do here, in one sentence.
        lesson: name and address of the lesson behind it.
        source_url: where the code is.
        upload_mb: the largest file that may be sent to it.

    Yields:
        The Blocks object, on which events like `load` are set.
    """
    with new_blocks(title, upload_mb=upload_mb) as demo, gr.Column(elem_classes="look-page"):
        page_header(title, sentence, lesson=lesson)
        yield demo
        page_footer(lesson=lesson, source_url=source_url)


def page_header(title: str, sentence: str, *, lesson: tuple[str, str] | None = None) -> gr.HTML:
    """Show the title, one sentence of what to do, and the lesson behind it."""
    link = (
        f' <a href="{_safe_url(lesson[1])}" target="_blank" rel="noopener">{escape(lesson[0])}</a>'
        if lesson
        else ""
    )
    return piece(
        f'<header class="look-head"><a class="look-home" href="../">All apps</a><h1>{escape(title)}</h1>'
        f"<p>{marked(sentence)}{link}</p></header>"
    )


def page_footer(*, lesson: tuple[str, str] | None = None, source_url: str | None = None) -> gr.HTML:
    """Close a page: where the idea comes from, and what happens to the visitor's data."""
    links = [("Practical Deep Learning for Coders", COURSE_URL)]
    links += [lesson] if lesson else []
    links += [("Source code", source_url)] if source_url else []
    anchors = " · ".join(
        f'<a href="{_safe_url(url)}" target="_blank" rel="noopener">{escape(name)}</a>' for name, url in links
    )
    return piece(f'<div class="look-foot"><span>{anchors}</span><span>{PRIVACY_SENTENCE}</span></div>')


def tabs(*, elem_id: str | None = None, selected: str | None = None, render: bool = True) -> gr.Tabs:
    """Open a row of tabs. Names that do not fit scroll sideways inside the row; none hides behind a menu.

    Args:
        elem_id: for a style sheet or a test.
        selected: the id of the tab that is open at first.
        render: False to make them now and to place them with `.render()` later.
    """
    return gr.Tabs(
        elem_classes="look-tabs",
        overflow_behavior="wrap",
        elem_id=elem_id,
        selected=selected,
        render=render,
    )


@contextmanager
def controls_and_picture(
    *, sticky: bool = True, picture_first: bool = True
) -> Iterator[tuple[gr.Column, gr.Column]]:
    """Open two columns: controls left (one third), the picture right (two thirds).

    On a phone the picture comes first, and stays in view while a slider below it moves.

    Args:
        sticky: False for a picture that is taller than a phone's screen, such as a table.
        picture_first: False where a phone must show the controls first, such as a search with its results.

    Yields:
        Two columns, each to be entered with `with`.
    """
    classes = ["look-split"]
    classes += ["look-sticky"] if sticky and picture_first else []
    classes += [] if picture_first else ["look-controls-first"]
    with gr.Row(elem_classes=classes):
        controls = gr.Column(scale=1, min_width=280, elem_classes="look-controls")
        picture = gr.Column(scale=2, min_width=280, elem_classes="look-picture")
        yield controls, picture


@contextmanager
def explain(label: str = "What is happening here?", text: str | None = None) -> Iterator[gr.Accordion]:
    """Open a closed accordion under the picture. `text` is Markdown of ours, never of a visitor."""
    with gr.Accordion(label, open=False, elem_classes="look-explain") as accordion:
        if text:
            gr.Markdown(text, elem_classes="look-prose")
        yield accordion


def explanation(text: str, label: str = "What is happening here?") -> None:
    """Show such an accordion that holds a text alone."""
    with explain(label, text):
        pass


# The pieces


def notice(text: str | None = None) -> gr.HTML:
    """Keep room for a message to the visitor; None or "" shows nothing.

    Use it for `Artifact.notice`: "The Hub did not answer. You see the model that comes with the app."
    """
    return piece(notice_html(text))


def notice_html(text: str | None = None) -> str:
    """Give the HTML of `notice`."""
    return f'<div class="look-notice" role="status">{marked(text)}</div>' if text else ""


def try_this(text: str) -> gr.HTML:
    """Show the line that says what to try next."""
    return piece(try_this_html(text))


def try_this_html(text: str, *, done: bool = False) -> str:
    """Give the HTML of `try_this`.

    Args:
        text: one or two short sentences.
        done: the visitor has done it: the line turns green and says so.
    """
    lead, css = ("Done.", "look-try look-done") if done else ("Try this.", "look-try")
    return f'<p class="{css}"><strong>{lead}</strong> {marked(text)}</p>'


def big_number(
    label: str, value: str, *, unit: str = "", hint: str = "", width: int = 4, css: str = ""
) -> gr.HTML:
    """Show the one number that matters on a tab; `css` is a further class."""
    return piece(big_number_html(label, value, unit=unit, hint=hint, width=width), css=css)


def big_number_html(label: str, value: str, *, unit: str = "", hint: str = "", width: int = 4) -> str:
    """Give the HTML of `big_number`.

    Args:
        label: what the number is.
        value: the number as text, already rounded.
        unit: shown small behind it.
        hint: one short line under it, such as its interval. Give one always or never: it adds to the height.
        width: characters kept free, so that nothing moves when the digits change.
    """
    unit_html = f'<span class="look-unit">{escape(unit)}</span>' if unit else ""
    hint_html = f'<span class="look-hint">{marked(hint)}</span>' if hint else ""
    value_html = f'<b style="min-width:{int(width)}ch">{escape(value)}</b>'
    return (
        f'<div class="look-number"><span class="look-label">{escape(label)}</span>'
        f"<output>{value_html}{unit_html}</output>{hint_html}</div>"
    )


def errata(published: str, corrected: str, *, why: str = "", source: str = "") -> gr.HTML:
    """Show a step of the published lesson beside the corrected one.

    Args:
        published: the step as published.
        corrected: the step as it should be.
        why: what goes wrong otherwise, in one or two sentences.
        source: where the step is published.
    """
    rows = "".join(
        f'<div><span class="look-label">{label}</span><p>{marked(text)}</p></div>'
        for label, text in (("Published step", published), ("Corrected step", corrected))
    )
    why_html = f'<p class="look-why">{marked(why)}</p>' if why else ""
    source_html = f" <small>{escape(source)}</small>" if source else ""
    return piece(
        f'<aside class="look-errata"><h3>Corrected here{source_html}</h3><div>{rows}</div>{why_html}</aside>'
    )


def section(title: str, text: str = "") -> gr.HTML:
    """Begin a part of a tab: its title, and one or two sentences on what it is for."""
    text_html = f"<p>{marked(text)}</p>" if text else ""
    return piece(f'<section class="look-section"><h2>{escape(title)}</h2>{text_html}</section>')


def term(word: object, sentence: str) -> Markup:
    """Write a word whose meaning a tap, Enter or a resting pointer shows; without one, the word alone."""
    if not sentence:
        return Markup(escape(word))
    return Markup(
        f'<details class="look-term"><summary title="{escape(sentence)}">{escape(word)}</summary>'
        f"<span>{escape(sentence)}</span></details>"
    )


def empty_html(text: str) -> str:
    """Give the HTML of an empty result: what to do next."""
    return f'<p class="look-empty">{marked(text)}</p>'


def table_html(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    caption: str = "",
    numeric: Sequence[int] = (),
) -> str:
    """Give the HTML of a small table that becomes cards on a phone.

    Args:
        columns: the headings.
        rows: the cells; every one is escaped.
        caption: what the table shows; read out, and shown above it.
        numeric: indices of the columns with numbers, set right with figures of equal width.
    """
    right = dict.fromkeys(numeric, ' class="look-right"')
    head = "".join(f'<th scope="col"{right.get(i, "")}>{escape(name)}</th>' for i, name in enumerate(columns))
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-label="{escape(columns[i])}"{right.get(i, "")}>{marked(cell)}</td>'
            for i, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    caption_html = f"<caption>{marked(caption)}</caption>" if caption else ""
    return (
        f'<table class="look-table">{caption_html}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    caption: str = "",
    numeric: Sequence[int] = (),
) -> gr.HTML:
    """Show a small table that becomes cards on a phone."""
    return piece(table_html(columns, rows, caption=caption, numeric=numeric))


def piece(value: str = "", *, css: str = "") -> gr.HTML:
    """Show HTML made by one of the functions above. Empty, it takes no room, ready for a callback to fill."""
    return gr.HTML(value, elem_classes=f"look-piece {css}".split(), apply_default_css=False, js_on_load=None)


def _safe_url(url: str) -> str:
    """Let web addresses and relative ones through, and nothing that could be a script."""
    if re.match(r"(?i)\s*(https?://|[./#?]|$)", url):
        return html.escape(url.strip(), quote=True)
    raise ValueError(f"A link must start with https://, not {url!r}.")
