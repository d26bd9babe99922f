"""The pieces of a page: what they say, and that nothing a visitor types becomes HTML."""

import html
import re

import gradio as gr
import pytest

from shared.ui import page as pages
from shared.ui.page import (
    big_number_html,
    controls_and_picture,
    empty_html,
    escape,
    explain,
    marked,
    notice_html,
    page,
    table_html,
    tabs,
    term,
    try_this_html,
)

ATTACK = "<img src=x onerror=alert(1)>\"'${alert(1)}{{value}}"

PIECES = {
    "notice": notice_html,
    "try_this": try_this_html,
    "try_this done": lambda text: try_this_html(text, done=True),
    "big_number": lambda text: big_number_html(text, text, unit=text, hint=text),
    "empty": empty_html,
    "table": lambda text: table_html([text], [[text]], caption=text),
    "term": lambda text: term(text, text),
    "errata": lambda text: pages.errata(text, text, why=text, source=text).value,
    "header": lambda text: pages.page_header(text, text, lesson=(text, "https://course.fast.ai")).value,
    "footer": lambda text: pages.page_footer(lesson=(text, "https://course.fast.ai")).value,
}


@pytest.mark.parametrize("name", PIECES)
def test_every_text_is_escaped(name: str) -> None:
    made = PIECES[name](ATTACK)
    assert "<img" not in made
    assert "${" not in made
    assert "{{" not in made
    assert ATTACK in html.unescape(re.sub(r"</?(?!img)[a-z][^>]*>", "", made))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Change only *a* now.", "Change only <em>a</em> now."),
        ("Use `x * y * z`.", "Use <code>x * y * z</code>."),
        ("M*A*S*H (1970)", "M*A*S*H (1970)"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("*two words*, *more*", "<em>two words</em>, <em>more</em>"),
        ("*<b>*", "<em>&lt;b&gt;</em>"),
        (3.5, "3.5"),
    ],
)
def test_marks(text: object, expected: str) -> None:
    assert marked(text) == expected


def test_escape_is_reversed_by_the_browser() -> None:
    assert html.unescape(escape(ATTACK)) == ATTACK


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", " JavaScript:alert(1)", "vbscript:x"]
)
def test_a_link_is_never_a_script(url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        pages.page_header("t", "s", lesson=("Lesson", url))


def test_an_empty_notice_takes_no_room() -> None:
    assert notice_html(None) == notice_html("") == ""


def test_big_number_keeps_its_width() -> None:
    assert "min-width:4ch" in big_number_html("Error", "2.4")
    assert "min-width:9ch" in big_number_html("Error", "2.4", width=9)


def test_table_cells_carry_their_heading_for_the_phone() -> None:
    made = table_html(["Film", "Stars"], [["Alien", 4.5]], numeric=(1,))
    assert '<td data-label="Film">Alien</td>' in made
    assert '<td data-label="Stars" class="look-right">4.5</td>' in made


def test_a_page_holds_its_parts_in_order() -> None:
    with page("Title", "What to do.", lesson=("Lesson 7", "https://course.fast.ai")) as demo:
        with tabs(), gr.Tab("One"), controls_and_picture() as (controls, picture):
            with controls:
                slider = gr.Slider(label="a")
            with picture:
                plot = gr.Plot()
        with explain(text="Because."):
            pass
    assert isinstance(demo, gr.Blocks)
    assert demo.title == "Title"
    assert slider.parent is not None
    assert "look-controls" in controls.elem_classes
    assert plot.parent is picture
    values = [block.value for block in demo.blocks.values() if isinstance(block, gr.HTML)]
    assert "Title" in values[0]
    assert "look-foot" in values[-1]
    demo.get_config_file()


@pytest.mark.parametrize(
    ("options", "classes"),
    [
        ({}, {"look-split", "look-sticky"}),
        ({"sticky": False}, {"look-split"}),
        ({"picture_first": False}, {"look-split", "look-controls-first"}),
    ],
)
def test_layout_on_a_phone(options: dict[str, bool], classes: set[str]) -> None:
    with gr.Blocks(), controls_and_picture(**options) as (controls, _):
        pass
    assert set(controls.parent.elem_classes) == classes


def test_a_term_opens_its_sentence_and_stays_text() -> None:
    written = term("<b>SibSp</b>", 'Brothers & "sisters" ${1}.')
    assert written.startswith(
        '<details class="look-term"><summary title="Brothers &amp; &quot;sisters&quot; &#36;'
    )
    assert "<b>" not in written
    assert "${" not in written
    assert term("<b>", "") == "&lt;b&gt;"
    assert written in table_html(["Column"], [[written]])
    assert "&lt;details" in table_html(["Column"], [[str(written)]])  # what is no HTML of ours is text
