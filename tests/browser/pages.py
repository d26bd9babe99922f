"""Pages for tests, each as a new visitor's browser opens it, at half the price of a new browser context.

    with lend_page(browser, viewport={"width": 360, "height": 740}, has_touch=True) as page:
        page.goto(url)

A page that was given back is lent again to whoever asks for one with the same options: cleared, but with the
files that it has read and the scripts that it has compiled. What a page costs with nothing at hand is the
business of tests/browser/walk.py.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MOST_IDLE = 6  # each holds some 100 MB
_CLEAR_JS = "() => { try { localStorage.clear(); sessionStorage.clear(); } catch {} }"  # about:blank has none
_idle: list[tuple[Any, "Page"]] = []  # browser and options, and the page; the latest comes last


@contextmanager
def lend_page(browser: "Browser", **options: Any) -> "Iterator[Page]":
    """Give a page that nothing was done with.

    Init scripts cannot be taken back: a test with such a script opens a context of its own.

    Args:
        browser: Playwright's.
        options: of `browser.new_context`.
    """
    wanted = (browser, json.dumps(options, sort_keys=True))
    at = next((at for at, (key, _) in enumerate(_idle) if key == wanted), None)
    page = browser.new_context(**options).new_page() if at is None else _idle.pop(at)[1]
    try:
        yield page
        _clear(page, options)
    except BaseException:
        page.context.close()
        raise
    _idle.append((wanted, page))
    if len(_idle) > MOST_IDLE:
        (owner, _), oldest = _idle.pop(0)
        if owner.is_connected():
            oldest.context.close()


def _clear(page: "Page", options: dict[str, Any]) -> None:
    """Leave nothing behind of what was done with a page."""
    for other in page.context.pages:
        if other != page:
            other.close()
    page.evaluate(_CLEAR_JS)
    page.context.clear_cookies()
    page.unroute_all()
    page.mouse.move(0, 0)
    page.goto("about:blank")
    if "viewport" in options:
        page.set_viewport_size(options["viewport"])
    page.set_default_timeout(30_000)  # as Playwright has it
