"""Matrix multiplication in a browser: steps, own numbers, what breaks, links, keyboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.browser.screens import open_link, open_tab, start_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

PICTURE = "#multiply-picture"
SUM = f"{PICTURE} .mm-sum b"
PRODUCT = f"{PICTURE} .mm-result .mm-cell"
STEPS_JS = """() => {
  const picture = document.querySelector("#multiply-picture");
  const step = [...picture.querySelectorAll("button")].find((button) => button.textContent === "Step");
  return Array.from({ length: 12 }, () => (step.click(), picture.querySelector(".mm-sum b").textContent));
}"""
VERDICT = f"{PICTURE} .mm-verdict"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_app("apps/matmul.py") as address:
        yield address


@contextmanager
def opened(browser: "Browser", url: str, link: str = "", **options: object) -> "Iterator[Page]":
    with open_link(browser, url + link, **options) as page:
        page.wait_for_function("document.querySelectorAll('[data-ready=true]').length >= 1")
        if not link or link.startswith("#multiply"):
            page.locator(PRODUCT).first.wait_for()
        yield page


def products(page: "Page") -> list[str]:
    return page.locator(PRODUCT).all_inner_texts()


def slide(page: "Page", label: str, value: int) -> None:
    field = page.get_by_label(f"number input for {label}")
    field.fill(str(value))
    field.press("Enter")


def test_a_step_changes_the_picture_in_the_same_frame_and_asks_no_server(browser, url) -> None:
    with opened(browser, url) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        seen = page.evaluate(STEPS_JS)
        assert seen == ["0", "8", "0", "6", "18", "34", "6", "18", "63", "71", "21", "27"]
        assert products(page) == ["8", "6", "34", "18", "71", "27"]
        assert asked == []


def test_it_plays_by_itself_and_the_keyboard_moves_it(browser, url) -> None:
    with opened(browser, url) as page:
        page.get_by_role("button", name="Play").press("Enter")
        page.get_by_role("button", name="Pause").wait_for()
        page.wait_for_function("document.querySelector('#multiply-picture .mm-sum b')?.textContent === '8'")
        page.get_by_role("button", name="Pause").press("Space")
        page.get_by_role("slider", name="Multiplications made").press("End")
        assert products(page)[-1] == "27"
        page.get_by_role("slider", name="Multiplications made").press("Home")
        assert set(products(page)) == {"·"}
        page.get_by_role("button", name="A @ B, row 1, column 0: not yet").press("Enter")
        assert page.locator(SUM).inner_text() == "34"


def test_own_numbers_stay_in_the_link_and_come_back(browser, url) -> None:
    with opened(browser, url) as page:
        page.get_by_label("A, row 0, column 0").fill("-2,5")
        page.get_by_label("A, row 0, column 0").press("Tab")
        page.get_by_role("button", name="To the end").click()
        assert products(page)[0] == "-14.5"
        slide(page, "Rows of A", 3)
        page.get_by_label("A, row 0, column 1").fill("nonsense")
        page.get_by_label("A, row 0, column 1").press("Tab")
        assert page.get_by_label("A, row 0, column 1").get_attribute("aria-invalid") == "true"
        page.get_by_role("button", name="Copy the link").click()
        link = page.evaluate("location.hash")
    with opened(browser, url, link) as page:
        page.get_by_role("button", name="To the end").click()
        assert products(page)[0] == "-14.5"


def test_sizes_break_and_mend_it_and_each_is_noticed(browser, url) -> None:
    with opened(browser, url) as page:
        slide(page, "Rows of B", 3)
        page.locator(f"{VERDICT}.mm-wrong").wait_for()
        assert "2 columns of A cannot meet 3 rows of B" in page.locator(VERDICT).inner_text()
        assert page.get_by_role("button", name="Step").is_disabled()
        page.get_by_role("button", name="Take a notebook").click()
        page.get_by_text("These two sizes must agree").nth(1).wait_for()
        slide(page, "Columns of A", 3)
        page.locator(f"{VERDICT}:not(.mm-wrong)").wait_for()
        assert "A @ B is 3 × 2" in page.locator(VERDICT).inner_text()


def test_a_link_opens_its_tab_with_its_options_and_back_and_forward_go_between_tabs(browser, url) -> None:
    with opened(browser, url, "#broadcast?left=2%2C+3&right=3&operation=multiply") as page:
        page.get_by_text("gives (2, 3)").wait_for()
        assert page.get_by_label("Left shape").input_value() == "2, 3"
        assert page.get_by_label("multiply").is_checked()
        open_tab(page, "Gradient")
        assert page.evaluate("location.hash") == "#gradient"
        page.go_back()
        page.wait_for_function("location.hash.startsWith('#broadcast?left=')")
        page.locator("[role=tab][aria-selected=true]", has_text="Broadcast").first.wait_for()
        page.go_forward()
        page.locator("[role=tab][aria-selected=true]", has_text="Gradient").first.wait_for()
        page.evaluate("location.hash = '#quiz'")
        page.locator("[role=tab][aria-selected=true]", has_text="Quiz").first.wait_for()


def test_the_open_tab_is_in_sight_on_a_phone_that_is_turned(browser, url) -> None:
    shown = """() => {
      const chosen = [...document.querySelectorAll("[role=tab][aria-selected=true]")];
      const tab = chosen.find((one) => one.offsetWidth);
      const { left, right } = tab.getBoundingClientRect();
      return tab.textContent.trim() === "Quiz" && left >= 0 && right <= innerWidth;
    }"""
    with opened(browser, url, "#quiz", viewport={"width": 360, "height": 740}, has_touch=True) as page:
        page.wait_for_function(shown)
        for width, height in ((740, 360), (360, 740)):
            page.locator(".tab-container").first.evaluate("row => { row.scrollLeft = 0; }")
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(shown)


@pytest.mark.parametrize(
    "link", ["#nowhere", "#multiply?a_rows=99&seed=x&a=1,2;3", "#%E0%A4%A", "#lookup?n_rows=%3Cb%3E"]
)
def test_a_link_that_says_nonsense_opens_the_app_as_it_is(browser, url, link: str) -> None:
    with opened(browser, url, link) as page:
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        open_tab(page, "Multiply")
        page.get_by_role("button", name="To the end").click()
        assert products(page) == ["8", "6", "34", "18", "71", "27"]
        assert faults == []


def test_the_gradient_follows_and_agrees_with_a_nudge(browser, url) -> None:
    with opened(browser, url) as page:
        page.get_by_label("B, row 0, column 0", exact=True).fill("5")
        page.get_by_label("B, row 0, column 0", exact=True).press("Tab")
        open_tab(page, "Gradient")
        picture = page.locator("#gradient-picture")
        picture.get_by_role("button", name="To the end").click()
        assert picture.locator(".mm-result .mm-cell").all_inner_texts() == ["8", "14"] * 3
        assert "14 for each 1. The gradient says 14." in picture.locator(".mm-nudge").inner_text()
        picture.get_by_role("button", name="B", exact=True).click()
        picture.get_by_role("button", name="mean of C squared").click()
        assert "the shape of B" in picture.locator(".mm-verdict").inner_text()


def test_what_a_visitor_types_on_the_server_tabs_is_answered_or_refused(browser, url) -> None:
    with opened(browser, url, "#broadcast") as page:
        page.get_by_role("button", name="Break it").click()
        page.locator("#broadcast-verdict .mm-wrong").wait_for()
        page.get_by_label("Right shape").fill("<b>")
        page.get_by_text("The right shape must be up to 3 whole numbers").first.wait_for()
        open_tab(page, "Lookup")
        page.get_by_label("Rows to look up").fill("4")
        page.get_by_text("15 multiplications").wait_for()
        open_tab(page, "Titanic")
        page.get_by_label("Passenger").click()
        page.get_by_role("option", name="Braund").click()
        page.get_by_text("less than 0.1 %").wait_for()
