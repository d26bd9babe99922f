"""Losses in a browser: sliders, typed logits, links, PyTorch's answer, loops, the memory of a step."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.browser.screens import open_link, open_tab, start_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

PICTURE = "#entropy-picture"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_app("apps/losses.py") as address:
        yield address


@contextmanager
def opened(browser: "Browser", url: str, link: str = "") -> "Iterator[Page]":
    with open_link(browser, url + link) as page:
        page.locator(f"{PICTURE} .lo-numbers b").first.wait_for(state="attached")
        yield page


def losses(page: "Page") -> list[str]:
    return page.locator(f"{PICTURE} .lo-numbers b").all_inner_texts()[:2]


def test_logits_are_moved_and_typed_without_the_server_and_the_link_keeps_them(browser, url) -> None:
    with opened(browser, url) as page:
        assert losses(page) == ["0.13566", "0.05892"]
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.get_by_role("button", name="One gradient step").click()
        stepped = losses(page)
        assert stepped < ["0.13566"]
        page.get_by_role("slider", name="Logit of plane").press("End")
        assert float(losses(page)[0]) > 7
        page.get_by_label("Logit of cat, typed").fill("12,5")
        page.get_by_label("Logit of cat, typed").press("Tab")
        page.get_by_role("radio", name="cat").check()
        moved = losses(page)
        page.get_by_label("Logit of fish, typed").fill("no number")
        page.get_by_label("Logit of fish, typed").press("Tab")
        assert losses(page) == moved
        assert asked == []
        link = page.evaluate("location.hash")
    with opened(browser, url, link) as page:
        assert losses(page) == moved
        page.get_by_role("button", name="Start again").click()
        assert losses(page) == ["0.13566", "0.05892"]


def test_sigmoid_takes_none_and_own_classes_are_shown_and_pytorch_agrees(browser, url) -> None:
    with opened(browser, url) as page:
        page.get_by_text("The same in PyTorch").click()
        page.get_by_role("button", name="Run these lines in PyTorch here").click()
        page.get_by_text("PyTorch says 0.13566").nth(3).wait_for(timeout=60_000)
        page.get_by_role("radio", name="sigmoid").check()
        page.get_by_role("checkbox", name="dog").uncheck()
        page.get_by_text("nn.BCEWithLogitsLoss()(z, q)").wait_for()
        page.get_by_label("Logit of plane, typed").fill("3")
        page.get_by_label("Logit of plane, typed").press("Tab")
        page.get_by_label("Classes").fill("red, green, blue")
        page.get_by_role("slider", name="Logit of blue").wait_for()
        assert page.get_by_label("Logit of blue, typed").input_value() == "3"
        assert page.locator(f"{PICTURE} .lo-row:not(.lo-head)").count() == 3


def test_a_batch_with_weights_has_another_mean(browser, url) -> None:
    with opened(browser, url) as page:
        page.get_by_text("Class weights", exact=True).click()
        before = page.locator(f"{PICTURE} .lo-mean").inner_text()
        page.get_by_label("Weight of dog").fill("9")
        page.get_by_label("Weight of dog").press("Tab")
        after = page.locator(f"{PICTURE} .lo-mean").inner_text()
        assert before.split("Weighted")[0] == after.split("Weighted")[0]
        assert before != after


def test_the_loops_answer_each_control(browser, url) -> None:
    with opened(browser, url) as page:
        open_tab(page, "Same step?")
        page.get_by_text("The same step.").wait_for()
        page.get_by_role("radio", name="16 × 4").check()
        page.get_by_text("16.00000").first.wait_for()
        page.get_by_role("radio", name="BatchNorm").check()
        page.get_by_text("Not the same step.").wait_for()


def test_the_memory_of_a_step_is_estimated_at_once_and_measured(browser, url) -> None:
    with opened(browser, url, "#memory?architecture=resnet18&optimiser=SGD&micro_batch=8&gpu=1") as page:
        verdict = page.locator("#memory-picture .lo-verdict")
        page.get_by_text("271 MB for 8 photos at a time").wait_for()
        assert "2 × 32, accumulated" in verdict.inner_text()
        page.get_by_role("button", name="Measure it here").click()
        page.locator("#memory-words").get_by_text("resnet18 at 224 px with SGD").wait_for(timeout=90_000)
        assert page.locator("#memory-picture circle").count() >= 1
        page.get_by_label("Model").first.fill("no_such_net")
        page.get_by_label("Model").first.press("Enter")
        page.get_by_text("Nobody has counted this network yet").wait_for()
