"""Each tab says what it is for: its main action, whose answer a phone shows without scrolling."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

import pytest

from apps.catalog import APPS
from tests.browser.actions import answers, declares_answer, main_action, new_answer, press
from tests.browser.screens import VIEWS, open_tab, open_view
from tests.contract.conftest import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

PHONE = VIEWS[2]


@pytest.fixture(scope="module")
def phones(browser: "Browser") -> "Iterator[Callable[[str], Page]]":
    """Open an app on a phone, once for all its tabs."""
    with ExitStack() as stack:

        @cache
        def open_app(url: str) -> "Page":
            page, _ = stack.enter_context(open_view(browser, url, PHONE))
            page.set_default_timeout(20_000)
            return page

        yield open_app


@pytest.mark.parametrize(
    ("app", "tab"), [(app, tab) for app in APPS for tab, _ in app.tabs], indirect=["app"]
)
def test_the_answer_of_a_tab_is_on_a_phones_screen(
    phones: "Callable[[str], Page]", served: Served, tab: str, request: pytest.FixtureRequest
) -> None:
    phone = phones(served.running.url)
    open_tab(phone, dict(served.app.tabs)[tab])
    action = main_action(phone)
    assert action, "it declares no main action: a primary button, or the class look-act"
    assert declares_answer(phone), "it declares no answer: a big_number, or the class look-answer"
    before = answers(phone)
    press(action)
    try:
        # Nobody waits long for what is known not to come.
        seconds = 5 if request.node.get_closest_marker("xfail") else 20
        box = new_answer(phone, before, seconds=seconds).bounding_box()
    finally:
        stop(phone)
    assert box
    assert box["y"] >= 0, "it is above the screen"
    assert box["y"] + box["height"] <= PHONE.height, "it is below the screen"


def stop(page: "Page") -> None:
    """End a training: nobody waits for it."""
    for button in page.get_by_role("button", name="Stop", disabled=False).all():
        if button.is_visible():
            button.click()
