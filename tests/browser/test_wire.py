"""Events by name, in a page: controls that are set at once are answered for the last values of all."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import gradio as gr
import pytest

from shared.options import Options
from shared.ui.launch import launch_app
from shared.ui.options import controls
from shared.ui.page import page as open_page
from shared.ui.wire import wire
from tests.browser.screens import VIEWS, free_port, open_view

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.long]
ASKED: list[str] = []
# One after the other, as a link sets them: a few milliseconds between two.
SET_ALL_JS = """async () => {
  for (const box of [...document.querySelectorAll("input, textarea")].filter((one) => one.value === "old")) {
    box.value = "new";
    box.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => setTimeout(done, 3));
  }
}"""


class Three(Options):
    a: str = "old"
    b: str = "old"
    c: str = "old"


def draw_three(options: Three) -> dict[str, str]:
    """What was asked for with old values is answered last."""
    said = f"{options.a} {options.b} {options.c}"
    ASKED.append(said)
    time.sleep(0.5 * said.count("old"))
    return {"out": said}


@pytest.fixture
def url() -> Iterator[str]:
    with open_page("Three", "Set them.") as demo:
        boxes = controls(Three)
        out = gr.Textbox(label="Answer")
        wire([box.change for box in boxes.values()], draw_three, Three, boxes, {"out": out})
    _, address, _ = launch_app(demo, server_port=free_port(), prevent_thread_lock=True, quiet=True)
    yield address
    demo.close()


def test_controls_that_are_set_at_once_are_answered_for_the_last_values(browser: "Browser", url: str) -> None:
    with open_view(browser, url, VIEWS[0]) as (page, _):
        page.evaluate(SET_ALL_JS)
        page.wait_for_timeout(3000)  # whatever was asked for has been answered
        assert page.get_by_label("Answer").input_value() == "new new new"
        assert {*ASKED} == {"new new new"}
