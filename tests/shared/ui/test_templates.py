"""Templates: what a visitor typed stands there as text, and nothing else than a template is shown."""

import gradio as gr
import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from shared.ui import templates
from shared.ui.templates import render, show

NASTY = """<img src=x onerror="alert(1)">${alert(1)}{{value}}'"""


@pytest.fixture
def template(tmp_path, monkeypatch):
    (tmp_path / "note.html").write_text('<p title="{{ note }}">{{ note }}</p>{{ inner }}')
    monkeypatch.setattr(templates, "ROOT", tmp_path)
    templates._environment.cache_clear()
    yield "note.html"
    templates._environment.cache_clear()


def test_every_value_is_escaped_and_markup_is_not(template):
    made = render(template, note=NASTY, inner=Markup("<b>ours</b>"))
    assert isinstance(made, Markup)
    assert "<img" not in made
    assert made.count("&lt;img src=x onerror=&#34;alert(1)&#34;&gt;") == 2
    assert made.endswith("<b>ours</b>")


def test_a_name_that_nobody_gave_is_an_error(template):
    with pytest.raises(UndefinedError, match="inner"):
        render(template, note="")


def test_only_what_render_made_is_shown():
    with gr.Blocks():
        assert show(Markup("<b>1</b>")).value == "<b>1</b>"
        assert show().value == ""
        for text in ("<b>1</b>", "", 3):
            with pytest.raises(TypeError, match=r"only what render\(\) made"):
                show(text)
