"""The dictionary in a page: what is marked, and the ways to a word's meaning: tap, pointer, keyboard."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from shared.ui.dictionary import by_word
from tests.browser.axe import read_axe, serious_faults
from tests.browser.screens import VIEWS, open_tab, open_view
from tests.servers.gradio_http import RunningApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

DESK, PHONE = VIEWS[0], VIEWS[3]
SAY_JS = "text => document.querySelector('.look-page').insertAdjacentHTML('beforeend', text)"


@pytest.fixture
def titanic(
    browser: "Browser", serve: Callable[[str], RunningApp], request: pytest.FixtureRequest
) -> "Iterator[Page]":
    view = getattr(request, "param", DESK)
    with open_view(browser, serve("matmul").url, view) as (page, errors):
        page.set_default_timeout(10_000)
        open_tab(page, "Titanic")
        word(page, "hidden units").wait_for()
        yield page
        assert errors == []


def word(page: "Page", text: str) -> "Locator":
    return page.locator(".look-word", has_text=text)


def meaning(page: "Page") -> "Locator":
    return page.locator(".look-meaning:popover-open")


def test_the_first_use_is_marked_and_no_other(titanic: "Page") -> None:
    assert titanic.get_by_text("hidden units").count() > 1
    assert word(titanic, "hidden units").count() == 1


@pytest.mark.parametrize("titanic", [DESK, PHONE], ids=["desk", "phone-dark"], indirect=True)
def test_a_press_shows_sentence_and_lesson_inside_the_window(titanic: "Page") -> None:
    read_axe()
    word(titanic, "hidden units").click()
    meaning(titanic).wait_for()
    assert by_word()["hidden units"].sentence in meaning(titanic).inner_text()
    link = meaning(titanic).get_by_role("link", name="Lesson 5")
    assert link.get_attribute("href") == "https://course.fast.ai/Lessons/lesson5.html"
    box, size = meaning(titanic).bounding_box(), titanic.viewport_size
    assert box
    assert size
    assert 0 <= box["x"] <= size["width"] - box["width"]
    assert 0 <= box["y"] <= size["height"] - box["height"]
    assert serious_faults(titanic) == []
    titanic.locator("h1").click()
    meaning(titanic).wait_for(state="detached")


def test_the_keyboard_opens_it_goes_on_to_the_lesson_and_closes_it(titanic: "Page") -> None:
    word(titanic, "hidden units").press("Enter")
    meaning(titanic).wait_for()
    titanic.keyboard.press("Tab")
    assert titanic.evaluate("document.activeElement.textContent") == "Lesson 5"
    titanic.keyboard.press("Escape")
    meaning(titanic).wait_for(state="detached")
    assert titanic.evaluate("document.activeElement.textContent") == "hidden units"


def test_a_resting_pointer_shows_it_and_may_go_to_its_link(titanic: "Page") -> None:
    word(titanic, "hidden units").hover()
    meaning(titanic).wait_for()
    meaning(titanic).get_by_role("link").hover()
    titanic.wait_for_timeout(600)
    assert meaning(titanic).is_visible()
    titanic.locator("h1").hover()
    meaning(titanic).wait_for(state="detached")


def test_texts_that_come_later_are_read_and_those_written_anew_are_marked_again(titanic: "Page") -> None:
    titanic.evaluate(
        SAY_JS, "<p class=later>Weight decay pulls each weight.</p><p>Weight decay, <b>again</b></p>"
    )
    titanic.locator(".later .look-word", has_text="Weight decay").wait_for()
    assert word(titanic, "Weight decay").count() == 1
    titanic.evaluate("document.querySelector('.later').textContent = 'No weight decay today.'")
    titanic.locator(".look-word", has_text="weight decay").first.wait_for()
    assert titanic.locator(".look-word", has_text="eight decay").count() == 1


def test_what_is_pressed_or_read_aloud_is_left_alone(titanic: "Page") -> None:
    for holder in ("<button>{}</button>", "<p role=status>{}</p>", "<p><code>{}</code></p>"):
        titanic.evaluate(SAY_JS, holder.format("overfitting"))
    titanic.evaluate(SAY_JS, "<p>weight decay</p>")
    word(titanic, "weight decay").wait_for()
    assert word(titanic, "overfitting").count() == 0
