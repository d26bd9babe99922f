"""Events by name: what a callback fills, what it may not, and what runs in the browser alone."""

import asyncio
from typing import Annotated

import gradio as gr
import pytest
from markupsafe import Markup
from pydantic import Field

from shared.options import Options
from shared.ui.launch import new_blocks
from shared.ui.options import controls
from shared.ui.templates import show
from shared.ui.wire import keep_in_address, wire, wire_in_browser


class Sizes(Options):
    rows: Annotated[int, Field(ge=1, le=8, title="Rows")] = 3
    columns: Annotated[int, Field(ge=1, le=8, title="Columns")] = 2


def draw(sizes: Sizes) -> dict:
    """Draw."""
    return {"picture": Markup("<b>drawn</b>")} if sizes.rows < 8 else {"picture": "<b>typed</b>"}


@pytest.fixture
def demo():
    with new_blocks("wire") as demo:
        demo.boxes = controls(Sizes)
        demo.picture, demo.note = show(), gr.Textbox()
        wire(
            [demo.boxes["rows"].change], draw, Sizes, demo.boxes, {"picture": demo.picture, "note": demo.note}
        )
        demo.piece = gr.HTML()
        wire_in_browser([demo.boxes["rows"].change], Sizes, demo.boxes, demo.piece)
        keep_in_address("sizes", Sizes, demo.boxes, demo)
    return demo


def press(demo, *values):
    return asyncio.run(demo.process_api(demo.fns[0], list(values)))["data"]


def test_what_is_named_is_filled_and_the_rest_stays(demo):
    picture, note = press(demo, 3, 2)
    assert picture == "<b>drawn</b>"
    assert note["__type__"] == "update"


def test_a_wrong_value_is_refused_by_its_options_name(demo):
    with pytest.raises(gr.Error, match="Columns must be a whole number from 1 to 8, not 0"):
        press(demo, 3, 0)


def test_html_that_no_template_made_goes_to_nobody(demo):
    with pytest.raises(gr.Error, match="Something went wrong on our side"):
        press(demo, 8, 2)


def test_an_event_takes_no_endpoints_name_and_is_no_endpoint(demo):
    assert demo.fns[0].api_name == "page_draw"
    assert demo.get_api_info()["named_endpoints"] == {}


def test_what_the_browser_does_alone_asks_no_server(demo):
    alone = [fn for fn in demo.fns.values() if fn.fn is None]
    assert len(alone) == 3
    assert all(fn.js and not fn.queue for fn in alone)
    assert '["rows", "columns"]' in alone[0].js
    assert [block._id for block in alone[0].outputs] == [demo.piece._id]


def test_a_changed_address_is_taken_by_the_tab_that_it_names_and_leaves_the_others():
    with new_blocks("wire") as demo:
        boxes, address = controls(Sizes), gr.HTML()
        keep_in_address("sizes", Sizes, boxes, demo, address=address)
    (again,) = [fn for fn in demo.fns.values() if fn.targets == [(address._id, "select")]]
    assert again.fn is None
    assert 'module.read().tab === "sizes" ?' in again.js
    assert again.js.rstrip().endswith(": values; }")
    assert [box._id for box in again.outputs] == [box._id for box in boxes.values()]
