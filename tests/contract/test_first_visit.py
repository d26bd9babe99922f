"""Each app in the gallery, visited for the first time: what it loads, how it moves, how every tab looks."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.axe import read_axe, serious_faults
from tests.browser.screens import (
    QUIET_CONSOLE,
    VIEWS,
    View,
    find_faults,
    open_every_tab,
    open_view,
    tab_names,
)
from tests.browser.walk import visit
from tests.contract.conftest import Served
from tests.servers.gradio_http import RunningApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.long]

MAX_KB, MORE_KB = 650, {"relu": 1700}  # relu needs Plotly at once
DESK, PHONE = VIEWS[0], VIEWS[2]
AXE_VIEWS = (VIEWS[0], VIEWS[3])  # a desk by day and a phone by night: every colour and every layout once


@pytest.mark.parametrize("view", [DESK, PHONE], ids=lambda view: view.name)
def test_a_first_visit_loads_little_and_nothing_moves(browser: "Browser", served: Served, view: View) -> None:
    most = MORE_KB.get(served.app.name, MAX_KB)
    with visit(browser, served.running.url, view=view) as seen:
        seen.page.wait_for_timeout(2000)  # what the page asks for of its own accord, and what arrives late
        assert seen.page.locator(".look-head h1").is_visible()
        assert seen.shift() < 0.1, seen.moved()
        assert seen.n_bytes <= most * 1000, f"{seen.n_bytes / 1000:.0f} kB"


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_tab_opens_and_fits_and_nothing_complains(
    browser: "Browser", served: Served, view: View
) -> None:
    """No console error, nothing that the policy forbids, nothing too wide or too small; axe agrees."""
    if view in AXE_VIEWS:
        read_axe()
    found: list[str] = []
    with open_view(browser, served.running.url, view) as (page, errors):
        page.set_default_timeout(20_000)
        page.locator("[role=tab]:visible").first.wait_for()
        assert tab_names(page) == [title for _, title in served.app.tabs]
        for name in open_every_tab(page):
            faults = [*find_faults(page, view), *(serious_faults(page) if view in AXE_VIEWS else [])]
            found += [f"{name}: {fault}" for fault in faults]
        found += [f"console: {line}" for line in errors if not QUIET_CONSOLE.search(line)]
    assert found == []


def test_the_front_page_too(browser: "Browser", gallery: RunningApp) -> None:
    with visit(browser, gallery.url) as seen:
        assert seen.forbidden() == seen.faults == []
        assert seen.shift() < 0.1, seen.moved()


def test_nothing_is_seen_before_the_head_which_would_push_it_down(
    browser: "Browser", gallery: RunningApp
) -> None:
    with visit(browser, f"{gallery.url}relu/") as seen:
        row = seen.page.locator(".look-tabs .tab-wrapper")
        assert row.is_visible()
        # As if its script had not come yet.
        seen.page.evaluate("document.querySelector('.look-head').remove()")
        assert not row.is_visible()


def test_a_script_that_slipped_in_does_not_run(browser: "Browser", gallery: RunningApp) -> None:
    with visit(browser, f"{gallery.url}bears/") as seen:
        seen.page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran=1\">')"
        )
        seen.page.evaluate("fetch('https://example.org/').catch(() => null)")
        seen.page.wait_for_function("seen.forbidden.length >= 2")
        assert not seen.page.evaluate("window.ran")
