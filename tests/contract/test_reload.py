"""A page is loaded anew in the middle of its longest work.

Its tab and what was set there come back, and the work is there again or can be started again.
"""

from typing import TYPE_CHECKING

import pytest

from tests.browser.actions import PANEL, answers, main_action, new_answer, press
from tests.browser.screens import LEFT_PAGE, QUIET_CONSOLE, VIEWS, open_tab, open_view, settle
from tests.contract.conftest import Served
from tests.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

_SETTINGS_JS = """panel => [...panel.querySelectorAll("input, textarea, select")]
  .filter(one => one.checkVisibility())
  .map(one => [one.ariaLabel ?? one.name, one.value, one.checked].join())"""


def settings(page: "Page") -> list[str]:
    """What stands in the controls of the open tab."""
    return page.locator(PANEL).first.evaluate(_SETTINGS_JS)


def change_one(page: "Page") -> None:
    """Move the first slider of the open tab by one step."""
    page.locator(PANEL).first.locator("input[type=range]:visible:enabled").first.press("ArrowRight")
    settle(page)


def load_anew(page: "Page", tab: str, before: list[str]) -> None:
    page.reload()
    settle(page)
    is_open = page.locator("[role=tab][aria-selected=true]", has_text=tab).first
    wait_until(is_open.is_visible, seconds=5)
    wait_until(lambda: settings(page) == before, seconds=10)


def test_nothing_is_lost_when_the_page_is_loaded_anew_in_its_longest_work(
    browser: "Browser", served: Served
) -> None:
    tab = dict(served.app.tabs)[served.app.longest]
    with open_view(browser, served.running.url, VIEWS[0]) as (page, errors):
        page.set_default_timeout(20_000)
        open_tab(page, tab)
        change_one(page)
        before = settings(page)
        load_anew(page, tab, before)
        action = main_action(page)
        assert action
        with page.expect_request("**/queue/join*"):
            press(action)
        load_anew(page, tab, before)
        said = answers(page)
        if action.is_enabled():  # nothing of the work is left: it can be started again
            press(action)
        new_answer(page, said)
        assert [line for line in errors if not (QUIET_CONSOLE.search(line) or LEFT_PAGE.search(line))] == []
