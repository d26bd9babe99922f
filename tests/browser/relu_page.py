"""The ReLU curve fitter for the browser's tests: a page ready to use, and what it asks the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.browser.pages import lend_page
from tests.browser.screens import settle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

READY = "() => window.curveLab?.plot('hand-plot')?.data?.length > 0"


@contextmanager
def open_relu(browser: "Browser", url: str, link: str = "", **context_options: object) -> "Iterator[Page]":
    """Open the page, with a link's part behind # if there is one, and wait until its script is there."""
    options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **context_options}
    with lend_page(browser, **options) as page:
        page.set_default_timeout(20_000)
        page.goto(f"{url}{'#' if link else ''}{link}")
        page.wait_for_function("() => window.curveLab")
        settle(page)
        yield page


def record_requests(page: "Page") -> list[str]:
    """Give a list that fills with the addresses that the page asks from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def trace_y(page: "Page", figure: str, name: str) -> list[float]:
    """Read the heights of one line of a figure."""
    return page.evaluate(
        "([figure, name]) => curveLab.plot(figure).data.find((trace) => trace.name === name).y",
        [figure, name],
    )


def slide(page: "Page", control: str, value: float) -> None:
    """Move the slider of a control, such as "#hand-a"."""
    page.locator(f"{control} input[type=range]").evaluate(
        "(range, to) => { range.value = to; range.dispatchEvent(new Event('input', {bubbles: true})); }",
        value,
    )


def wait_for_text(page: "Page", selector: str, text: str, *, seconds: float = 20) -> None:
    """Wait until a part of the page says something."""
    says = "([selector, text]) => document.querySelector(selector)?.innerText.includes(text)"
    page.wait_for_function(says, arg=[selector, text], timeout=1000 * seconds)
