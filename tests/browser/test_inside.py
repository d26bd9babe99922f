"""The tab Look inside in Chromium: open the model, walk through its tree, change the photo, copy the code."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from apps.views.bears.inside import build_inside
from shared.ui.launch import launch_app
from shared.ui.page import page as open_page
from shared.vision.model import load_classifier
from tests.browser.axe import read_axe, serious_faults
from tests.browser.pages import lend_page
from tests.browser.screens import (
    DAY_AND_NIGHT,
    QUIET_CONSOLE,
    View,
    find_faults,
    free_port,
    open_view,
    settle,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

FOCUSED = "document.activeElement.dataset.path"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with open_page("Bears", "Look.") as demo:
        build_inside(load_classifier())
    _, address, _ = launch_app(demo, server_port=free_port(), prevent_thread_lock=True, quiet=True)
    yield address
    demo.close()


@pytest.fixture
def page(browser: "Browser", url: str) -> "Iterator[Page]":
    """The tab with the model open."""
    with lend_page(browser, viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as page:
        page.goto(url)
        yield open_model(page)


def open_model(page: "Page") -> "Page":
    """Press the button with the keyboard, and wait for the first layer."""
    page.locator("#inside-open").focus()
    page.keyboard.press("Enter")
    heading(page, "conv_stem").wait_for()
    return page


def heading(page: "Page", name: str):
    return page.locator(".module h2").filter(has_text=f"{name}: ")


def row(page: "Page", path: str):
    return page.locator(f'.tree [data-path="{path}"]')


def test_the_first_layer_is_there_and_the_keyboard_goes_on_from_it(page: "Page") -> None:
    assert page.locator("#inside-open").is_hidden()
    page.wait_for_function(f"{FOCUSED} === 'conv_stem'")
    assert page.locator(".module-filters img").count() == 32
    widths = page.locator(".module-grid img").evaluate_all(
        "images => images.map(image => [image.naturalWidth, image.clientWidth, image.clientHeight])"
    )
    assert all(natural > 0 for natural, _, _ in widths)
    assert all(width == pytest.approx(height, abs=1) for _, width, height in widths)


def test_the_keyboard_alone_walks_through_the_tree(page: "Page") -> None:
    page.wait_for_function(f"{FOCUSED} === 'conv_stem'")
    for path in ("bn1", "blocks"):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) == path
    page.keyboard.press("Enter")
    heading(page, "blocks").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "blocks.0"
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    heading(page, "0").filter(has_text="DepthwiseSeparableConv").wait_for()
    assert page.locator(".module code").first.inner_text() == 'model.get_submodule("blocks.0.0")'
    assert page.locator(".tree [aria-current=true]").get_attribute("data-path") == "blocks.0.0"
    assert page.locator(".tree [role=status]").text_content() == "blocks.0.0 is chosen."
    page.get_by_role("button", name="The same in PyTorch").click()
    page.locator("#inside-code .cm-line", has_text='model.get_submodule("blocks.0.0")').wait_for()
    page.locator('[data-path="blocks"]').focus()
    page.keyboard.press("Enter")
    assert row(page, "blocks.0").is_hidden()


def test_the_last_of_several_quick_clicks_wins(page: "Page") -> None:
    for _ in range(3):
        for path in ("bn1", "conv_head", "bn2", "classifier"):
            row(page, path).click()
        heading(page, "classifier").wait_for()
        settle(page)
        assert heading(page, "classifier").count() == 1


def test_another_photo_changes_the_maps_and_not_the_filters(page: "Page") -> None:
    row(page, "conv_head").click()
    heading(page, "conv_head").wait_for()
    row(page, "conv_stem").click()
    heading(page, "conv_stem").wait_for()
    sources = "images => images.map(image => image.src)"
    filters = page.locator(".module-filters img").evaluate_all(sources)
    maps = page.locator(".module-grid:not(.module-filters) img").evaluate_all(sources)
    page.get_by_role("button", name="Fox").click()
    page.wait_for_function(
        "old => document.querySelector('.module-grid:not(.module-filters) img')?.src !== old", arg=maps[0]
    )
    assert page.locator(".module-filters img").evaluate_all(sources) == filters
    assert heading(page, "conv_stem").count() == 1


def test_the_line_of_code_is_copied_or_selected(browser: "Browser", url: str) -> None:
    for permissions, words in ((["clipboard-read", "clipboard-write"], "Copied"), ([], "Selected")):
        context = browser.new_context(permissions=permissions)
        try:
            page = context.new_page()
            if not permissions:
                page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined });")
            page.goto(url)
            open_model(page).get_by_role("button", name="Copy", exact=True).click()
            page.get_by_role("button", name=words).wait_for()
            got = "navigator.clipboard.readText()" if permissions else "getSelection().toString()"
            assert page.evaluate(got) == 'model.get_submodule("conv_stem")'
        finally:
            context.close()


@pytest.mark.parametrize("view", DAY_AND_NIGHT, ids=lambda view: view.name)
def test_it_fits_every_window_and_axe_agrees(browser: "Browser", url: str, view: View) -> None:
    read_axe()
    with open_view(browser, url, view) as (page, errors):
        page.set_default_timeout(30_000)
        open_model(page)
        for path in ("conv_stem", "blocks", "classifier"):
            row(page, path).click()
            heading(page, path).wait_for()
            settle(page)
            assert [fault for fault in find_faults(page, view) if "sideways" in fault] == []
            assert serious_faults(page) == []
            if view.is_phone:
                heights = page.locator(
                    ".tree :is(button, summary):visible, .module-code button"
                ).evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
                assert min(heights) >= 44
        assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []
