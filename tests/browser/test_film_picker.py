"""The field of the tab Similar in Chromium: it finds a film as the rater does, and never forgets its own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.screens import open_tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture(scope="module")
def page(browser: "Browser", recommender_url: str) -> "Iterator[Page]":
    """The tab, opened once."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(recommender_url)
    page.wait_for_selector(".films li")
    open_tab(page, "Similar")
    yield page
    context.close()


@pytest.fixture
def field(page: "Page") -> "Locator":
    return page.locator("#picker-input")


def wait_for_film(page: "Page", label: str) -> None:
    """Wait until the field names a film, and the tab shows what is like it."""
    page.wait_for_function("label => document.querySelector('#picker-input').value === label", arg=label)
    page.locator("#similar-cards h3").filter(has_text=f"Nearest to {label}").first.wait_for()


def test_enter_waits_for_the_films_of_the_last_letter(page: "Page", field: "Locator") -> None:
    field.fill("terminator 2")
    field.press("Enter")
    wait_for_film(page, "Terminator 2: Judgment Day (1991)")
    assert page.locator("#picker-menu").is_hidden()


def test_arrows_and_a_click_choose(page: "Page", field: "Locator") -> None:
    field.fill("matrix")
    menu = page.locator("#picker-menu li")
    menu.first.wait_for()
    field.press("ArrowDown")
    assert menu.nth(1).get_attribute("aria-selected") == "true"
    assert field.get_attribute("aria-activedescendant") == menu.nth(1).get_attribute("id")
    field.press("ArrowUp")
    title = menu.first.evaluate("option => option.firstChild.textContent")
    menu.first.click()
    wait_for_film(page, f"{title} (1999)")


@pytest.mark.parametrize("leave", ["Escape", "Tab"])
def test_what_was_typed_and_not_chosen_gives_way_to_the_film(
    page: "Page", field: "Locator", leave: str
) -> None:
    before = field.input_value()
    field.fill("amelie")
    page.locator("#picker-menu li").first.wait_for()
    field.press(leave)
    assert field.input_value() == before
    assert page.locator("#picker-menu").is_hidden()
    assert field.get_attribute("aria-expanded") == "false"


def test_a_late_answer_opens_no_menu(page: "Page", field: "Locator") -> None:
    before = field.input_value()
    with page.expect_response("**/component_server**"):
        field.fill("godfather")
        page.wait_for_timeout(120)  # the question is on its way
        field.press("Escape")
    page.wait_for_timeout(100)
    assert page.locator("#picker-menu").is_hidden()
    assert field.input_value() == before


def test_the_picker_says_that_nothing_was_found(page: "Page", field: "Locator") -> None:
    field.fill("zzzzqqqq xkcd")
    page.locator("#film-picker").get_by_text("No film like “zzzzqqqq xkcd” here.").wait_for()
