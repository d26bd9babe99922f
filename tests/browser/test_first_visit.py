"""Each app in the gallery, visited for the first time: what it loads, how it moves, what is forbidden it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.screens import VIEWS, View, open_every_tab
from tests.browser.walk import visit
from tests.servers.gradio_http import RunningApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

APPS = ("bears", "relu", "forest", "recommender")
MAX_KB = {"bears": 650, "relu": 1700, "forest": 650, "recommender": 650}  # relu needs Plotly at once
DESK, PHONE = VIEWS[0], VIEWS[2]


@pytest.fixture(scope="module")
def gallery(serve: Callable[[str], RunningApp]) -> RunningApp:
    return serve("gallery")


@pytest.mark.parametrize("name", APPS)
def test_a_first_visit_loads_little(browser: "Browser", gallery: RunningApp, name: str) -> None:
    with visit(browser, f"{gallery.url}{name}/") as seen:
        seen.page.wait_for_timeout(2000)  # what the page asks for of its own accord
        assert seen.n_bytes <= MAX_KB[name] * 1000, f"{seen.n_bytes / 1000:.0f} kB"


@pytest.mark.parametrize("view", [DESK, PHONE], ids=lambda view: view.name)
@pytest.mark.parametrize("name", APPS)
def test_nothing_moves_while_a_page_builds_up(
    browser: "Browser", gallery: RunningApp, name: str, view: View
) -> None:
    with visit(browser, f"{gallery.url}{name}/", view=view) as seen:
        seen.page.wait_for_timeout(2000)  # what arrives late
        assert seen.page.locator(".look-head h1").is_visible()
        assert seen.shift() < 0.1, seen.moved()


def test_nothing_is_seen_before_the_head_which_would_push_it_down(
    browser: "Browser", gallery: RunningApp
) -> None:
    with visit(browser, f"{gallery.url}relu/") as seen:
        row = seen.page.locator(".look-tabs .tab-wrapper")
        assert row.is_visible()
        seen.page.evaluate(
            "document.querySelector('.look-head').remove()"
        )  # as if its script had not come yet
        assert not row.is_visible()


@pytest.mark.parametrize("name", APPS)
def test_the_policy_forbids_nothing_that_a_page_needs(
    browser: "Browser", gallery: RunningApp, name: str
) -> None:
    with visit(browser, f"{gallery.url}{name}/") as seen:
        forbidden = {tab: seen.forbidden() for tab in open_every_tab(seen.page)}
        assert not any(forbidden.values()), forbidden
        assert seen.faults == []


def test_the_front_page_too(browser: "Browser", gallery: RunningApp) -> None:
    with visit(browser, gallery.url) as seen:
        assert seen.forbidden() == seen.faults == []
        assert seen.shift() < 0.1, seen.moved()


def test_a_script_that_slipped_in_does_not_run(browser: "Browser", gallery: RunningApp) -> None:
    with visit(browser, f"{gallery.url}bears/") as seen:
        seen.page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran=1\">')"
        )
        seen.page.evaluate("fetch('https://example.org/').catch(() => null)")
        seen.page.wait_for_function("seen.forbidden.length >= 2")
        assert not seen.page.evaluate("window.ran")
