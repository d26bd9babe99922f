"""Every page is loaded anew in the middle of its longest work: nothing is lost, and nothing is left behind.

What a visitor made is found again, from the first tab as from any other, and from a second page of the same
browser; and what went on does not stand in the way of whatever comes next.
"""

import contextlib
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.relu_page import slide
from tests.browser.screens import free_port, open_tab, settle, start_app
from tests.spaces.listening import family

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]

LONG = 300_000  # milliseconds
LEFT = re.compile(r"(About \d+ (second|minute)s?|A few seconds) left")


@pytest.fixture
def visit(browser: "Browser") -> "Iterator[Callable[[str], Page]]":
    """Open pages as one visitor does, in one browser with one memory."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(30_000)

    def visit(url: str) -> "Page":
        page = context.new_page()
        page.goto(url)
        settle(page)
        return page

    yield visit
    context.close()


def reload(page: "Page") -> None:
    page.reload()
    settle(page)


def panel(page: "Page") -> str:
    """What can be read of the open tab."""
    return page.locator("[role=tabpanel]:visible").first.inner_text()


def wait_for_word(page: "Page", word: str | re.Pattern[str]) -> None:
    shown = page.locator("[role=tabpanel]:visible").first
    shown.get_by_text(word).first.wait_for(timeout=LONG)


@contextlib.contextmanager
def held_up(page: "Page") -> Iterator[None]:
    """Hold the training up once its time left is known, so that a quick machine is in the middle of it."""
    wait_for_word(page, LEFT)
    workers = [
        pid
        for pid in family(os.getpid())
        if b"train_worker" in Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    ]
    assert workers
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def start_bear_training(page: "Page", *, epochs: int) -> None:
    """Train the smallest network of timm from random numbers, on small pictures."""
    open_tab(page, "Train")
    page.locator("#train-arch input").fill("test_resnet")
    page.locator("#train-arch input").press("Enter")
    page.get_by_label("number input for Epochs of all layers").fill(str(epochs))
    page.locator("#train-more button.label-wrap").click()
    page.get_by_label("Random numbers").check()
    page.get_by_label("number input for Size (pixels)").fill("64")
    page.get_by_label("Find the learning rate").uncheck()
    page.locator("#train-start").click()


def stop_and_continue(page: "Page") -> None:
    """Stop a training that was found again, find it stopped, and let it go on, with its time left."""
    page.locator("#train-stop:not([disabled])").click()
    wait_for_word(page, "epochs are kept for 60 minutes: press Continue to go on.")
    reload(page)
    open_tab(page, "Train")
    wait_for_word(page, "Stopped")
    page.locator("#train-continue").click()
    wait_for_word(page, LEFT)


def test_a_bear_training_is_found_again_and_stopped_and_goes_on_and_is_found_again_to_its_end(
    visit: "Callable[[str], Page]", bears_url: str
) -> None:
    page = visit(bears_url)
    start_bear_training(page, epochs=20)
    with held_up(page):
        for _ in range(3):
            reload(page)
        open_tab(page, "Train")
        stop_and_continue(page)
    with held_up(page):
        reload(page)
        settle(page)  # on the first tab, as a page opens
        open_tab(page, "Train")
        assert "is gone" not in panel(page)
        wait_for_word(page, LEFT)
        assert page.locator("#train-start").is_disabled()
        second = visit(bears_url)  # another page of the same browser
        open_tab(second, "Clean")
        open_tab(second, "Train")
        wait_for_word(second, LEFT)
    for opened in (page, second):
        opened.locator("#train-result").wait_for(timeout=LONG)
        assert "Accuracy on held-out photos" in panel(opened)
        opened.wait_for_function("!document.querySelector('#train-start').disabled")
    reload(page)
    open_tab(page, "Train")
    page.locator("#train-result").wait_for()
    assert page.locator("#train-losses .main-svg").count()
    start_bear_training(page, epochs=1)  # and another one runs
    wait_for_word(page, "1 epoch")


def test_choices_about_photos_come_back_with_the_photos(
    visit: "Callable[[str], Page]", bears_url: str
) -> None:
    page = visit(bears_url)
    open_tab(page, "Clean")
    page.locator("#clean-go").click()
    page.locator(".clean-card").first.wait_for(timeout=LONG)
    for at, act in ((0, "Delete"), (1, "Keep")):
        page.locator(".clean-card").nth(at).get_by_role("button", name=act).click()
    wait_for_word(page, "chosen: 1 keep, 1 delete")
    page.locator("#clean-retrain").click()  # the longest work of this tab
    reload(page)
    open_tab(page, "Clean")
    wait_for_word(page, "2 choices about photos that are not here")
    page.locator("#clean-go").click()
    wait_for_word(page, "2 earlier choices of yours are applied again")
    assert "2 of 113 chosen: 1 keep, 1 delete" in panel(page)
    actions = [page.locator(".clean-card").nth(at).get_attribute("data-action") for at in (0, 1)]
    assert actions == ["delete", "keep"]
    page.locator("#clean-undo").click()
    wait_for_word(page, "chosen: 0 keep, 1 delete")


def start_training(page: "Page", *, factors: int, epochs: int) -> None:
    open_tab(page, "Train")
    page.get_by_label("number input for Factors").fill(str(factors))
    page.get_by_label("number input for Epochs").fill(str(epochs))
    page.locator("#train-start").click()


def test_a_recommender_s_training_is_found_again_and_stopped_and_goes_on_and_is_found_again_to_its_end(
    visit: "Callable[[str], Page]", recommender_url: str
) -> None:
    page, second = visit(recommender_url), visit(recommender_url)
    start_training(page, factors=8, epochs=60)
    with held_up(page):
        reload(page)
        open_tab(page, "Train")
        stop_and_continue(page)
    with held_up(page):
        reload(page)
        open_tab(page, "Train")
        assert "is gone" not in panel(page)
        wait_for_word(page, LEFT)
        start_training(second, factors=1, epochs=2)  # the other tab knows nothing of it yet
        wait_for_word(second, "Your training is still going on, here or in another tab of this browser.")
        wait_for_word(second, LEFT)
        assert second.locator("#train-start").is_disabled()
    for opened in (page, second):
        wait_for_word(opened, "Run 1")
        opened.wait_for_function("!document.querySelector('#train-start').disabled")
    reload(page)
    open_tab(page, "Train")
    wait_for_word(page, "Run 1")
    assert "95 % interval" in panel(page)
    assert page.locator("#train-curve .main-svg").count()
    start_training(page, factors=1, epochs=2)  # and another one runs
    wait_for_word(page, "Run 2")


def test_what_a_server_that_was_restarted_has_lost_is_said_once(visit: "Callable[[str], Page]") -> None:
    port = free_port()
    with start_app("apps/recommender.py", port=port) as url:
        page = visit(url)
        start_training(page, factors=8, epochs=60)
        wait_for_word(page, LEFT)
    with start_app("apps/recommender.py", port=port):
        reload(page)
        open_tab(page, "Train")
        wait_for_word(page, "The training that you started in this browser is gone")
        assert page.locator("#train-start").is_enabled()
        reload(page)
        open_tab(page, "Train")
        assert "is gone" not in panel(page)


def test_a_forest_s_page_is_ready_again(visit: "Callable[[str], Page]", forest_url: str) -> None:
    """It promises nothing over a reload; what went on for the page that has gone holds nobody up."""
    page = visit(forest_url)
    for _ in range(2):
        open_tab(page, "Forest")
        page.get_by_label("number input for Splits").fill("200")
        page.locator("#lottery-go").click()
        page.wait_for_function(
            "document.querySelector('#lottery-draws .main-svg') && "
            "/of 200/.test(document.querySelector('#lottery-go').closest('.row, .block, div').parentElement"
            ".parentElement.innerText)",
            timeout=LONG,
        )
        reload(page)
    open_tab(page, "Grow a tree")
    page.locator("#grow-best").click()
    wait_for_word(page, "leaves")


def test_the_curve_fitter_s_screen_comes_back(visit: "Callable[[str], Page]", relu_url: str) -> None:
    """Its link carries the screen: units and their place, whatever the fit is doing."""
    page = visit(f"{relu_url}#tab=units")
    page.wait_for_function("() => curveLab.plot('units-plot')?.data?.length > 3")
    page.get_by_role("button", name="20 units", exact=True).click()
    page.wait_for_function("() => curveLab.state.units.units.w.length === 20")
    link = page.evaluate("location.hash")
    slide(page, "#units-c", 1.5)
    page.wait_for_function("() => curveLab.state.units.units.c === 1.5")
    page.wait_for_function("old => location.hash !== old && location.hash.includes('units=')", arg=link)
    before = page.evaluate("curveLab.state.units.units")
    page.get_by_role("button", name="Fit by gradient descent", exact=True).click()
    reload(page)
    page.wait_for_function("() => window.curveLab?.plot('units-plot')?.data?.length > 3")
    after = page.evaluate("curveLab.state.units.units")
    assert after["w"] == pytest.approx(before["w"], abs=1e-3)
    assert after["c"] == pytest.approx(1.5)
    page.get_by_role("button", name="Fit by gradient descent", exact=True).click()
    page.wait_for_function("() => curveLab.units.fit && !curveLab.units.playing", timeout=LONG)
