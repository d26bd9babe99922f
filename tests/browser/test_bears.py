"""The bear classifier in Chromium: what a visitor does on the first tab.

How every tab looks is tested in `tests/contract/`, and what the others do in `test_inside.py`, `test_quiz.py`
and `tests/apps/views/bears/`.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from shared.vision.model import load_classifier
from tests.browser.screens import (
    QUIET_CONSOLE,
    VIEWS,
    open_tab,
    open_view,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture
def page(browser: "Browser", bears_url: str) -> "Iterator[Page]":
    """A desk page of its own. A test that makes the console complain fails."""
    with open_view(browser, bears_url, VIEWS[0]) as (page, errors):
        page.set_default_timeout(20_000)
        yield page
        assert [line for line in errors if not QUIET_CONSOLE.search(line)] == []


def answer(page: "Page") -> str:
    return page.locator(".look-number output b").first.inner_text()


def press_example(page: "Page", name: str, expected: str) -> None:
    page.get_by_role("button", name=name).first.click()
    page.wait_for_function(
        "expected => document.querySelector('.look-number output b').innerText === expected", arg=expected
    )


def test_the_fox_is_none_of_these_and_the_page_says_why(page: "Page") -> None:
    assert answer(page) == "grizzly"
    press_example(page, "Fox", "none of these")
    assert page.locator(".bars-pale").count() == 1
    page.get_by_role("button", name="Why none of these?").click()
    row = page.locator(".look-table tr", has_text="Distance to the training photos")
    assert row.locator("td").last.inner_text().strip() == "no"
    press_example(page, "Teddy", "teddy")
    assert page.locator(".bars-pale").count() == 0


def test_a_photo_from_a_file_is_answered_like_in_python(page: "Page") -> None:
    file = io.BytesIO()
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    noise.save(file, "PNG")
    page.locator("#which-photo input[type=file]").set_input_files(
        {"name": "noise.png", "mimeType": "image/png", "buffer": file.getvalue()}
    )
    page.wait_for_function("document.querySelector('.look-number output b').innerText === 'none of these'")
    expected = load_classifier().classify(noise)
    assert expected["label"] == "none of these"
    assert f"at {expected['distance']:.2f}" in page.locator(".line p").inner_text()


def test_another_class_draws_another_map(page: "Page") -> None:
    before = page.locator(".which-maps img").first.get_attribute("src")
    page.locator("#which-class").get_by_text("teddy", exact=True).click()
    page.wait_for_function("before => document.querySelector('.which-maps img').src !== before", arg=before)
    assert "teddy" in page.locator(".which-maps figcaption").first.inner_text()


def test_five_looks_show_each_answer_and_what_averaging_changed(page: "Page") -> None:
    page.locator("#which-ask").click()
    page.locator(".which-views li").nth(4).wait_for()
    assert page.locator(".which-views li").count() == 5
    assert "Averaged, the answer" in page.locator(".which-views").inner_text()


def test_a_text_that_is_called_a_photo_is_refused_and_the_answer_stays(page: "Page") -> None:
    page.locator("#which-photo input[type=file]").set_input_files(
        {"name": "bear.jpg", "mimeType": "image/jpeg", "buffer": b"I am a bear"}
    )
    page.locator(".toast-body").wait_for()
    assert answer(page) == "grizzly"


def test_a_link_opens_the_training_with_its_architecture(browser: "Browser", bears_url: str) -> None:
    """It comes from the app on image models."""
    with open_view(browser, f"{bears_url}#train?arch=resnet34", VIEWS[0]) as (page, _):
        chosen = page.locator("#train-arch input")
        chosen.wait_for()
        page.wait_for_function("() => document.querySelector('#train-arch input').value === 'resnet34'")
        assert page.get_by_role("tab", name="Train", exact=True).get_attribute("aria-selected") == "true"


def test_cleaning_follows_the_lessons_order(page: "Page") -> None:
    """Train first, then look at the highest losses, choose, undo."""
    open_tab(page, "Clean")
    page.get_by_role("button", name="Train the quick model").click()
    page.locator(".clean-card").first.wait_for(timeout=60_000)
    card = page.locator(".clean-card").first
    card.get_by_role("button", name="Delete").click()
    assert card.get_attribute("data-action") == "delete"
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("document.querySelector('.clean-card').dataset.action !== 'delete'")
