"""Pictures of every tab of an app, on a desk and on a phone, by day and by night, and a list of faults.

    python -m tests.browser.screens apps/recommender.py --out build/screens
    python -m tests.browser.screens http://127.0.0.1:7860/relu/ --only phone-dark

Each picture is a full page. A finding is one line: the page scrolls sideways, a console error, a target
smaller than 44 px on a phone. The command ends with 1 when there is a finding. Tests use the same functions.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.pages import lend_page
from tests.waiting import turns

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180  # on a machine that does much else; ten times what is needed


@dataclass(frozen=True)
class View:
    """One way to look at a page."""

    name: str
    width: int  # pixels
    height: int
    theme: str  # "light" or "dark"

    @property
    def is_phone(self) -> bool:
        """Say whether targets must be large enough for a finger."""
        return self.width < 700


VIEWS = (
    View("desk-light", 1280, 900, "light"),
    View("desk-dark", 1280, 900, "dark"),
    View("phone-light", 360, 740, "light"),
    View("phone-dark", 360, 740, "dark"),
)

DAY_AND_NIGHT = (VIEWS[0], VIEWS[3])  # a desk by day and a phone by night: every colour and every layout once

# Console lines that say nothing about the page: the event stream is cut when the page is left, and a refused
# input answers 422.
QUIET_CONSOLE = re.compile(r"net::ERR_ABORTED|status of 422")
# What Gradio says of a page that is being left, and of nothing else where a test loads it anew.
LEFT_PAGE = re.compile("AbortError: signal is aborted|Connection errored out")


def free_port() -> int:
    """Find a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def start_app(
    script: str | Path, *, env: Mapping[str, str] | None = None, port: int | None = None
) -> Iterator[str]:
    """Run an app in a process of its own until the block ends, and give its address.

    Args:
        script: "apps/recommender.py", from the root of the project or absolute.
        env: further environment variables.
        port: by default one that is free.

    Raises:
        RuntimeError: it ended, or did not answer in time; with the end of what it printed.
    """
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / script)],
        env={**os.environ, "GRADIO_SERVER_PORT": str(port), **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/", process=process)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def wait_for(
    url: str, *, process: "subprocess.Popen[str] | None" = None, seconds: float = START_SECONDS
) -> None:
    """Wait until an address answers.

    Raises:
        RuntimeError: the process ended first, or the time is over.
    """
    for _ in turns(seconds, every=0.05):
        if process is not None and process.poll() is not None:
            printed = process.stdout.read()[-3000:] if process.stdout else ""
            raise RuntimeError(f"The app ended with code {process.returncode}.\n{printed}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            continue
    raise RuntimeError(f"Nothing answered at {url} within {seconds} s.")


@contextmanager
def open_link(browser: "Browser", url: str, **options: object) -> "Iterator[Page]":
    """Open an address on a desk, ready to use; options are of `lend_page`, which may make it a phone."""
    with lend_page(browser, **{"viewport": {"width": 1280, "height": 900}, **options}) as page:
        page.set_default_timeout(20_000)
        page.goto(url)
        settle(page)
        yield page


@contextmanager
def open_view(browser: "Browser", url: str, view: View) -> "Iterator[tuple[Page, list[str]]]":
    """Open a page as one view sees it.

    Yields:
        The page, ready, and a list that fills with its console errors.
    """
    errors: list[str] = []
    listeners = {
        "console": lambda line: errors.append(line.text) if line.type == "error" else None,
        "pageerror": lambda error: errors.append(str(error)),
        "response": lambda r: (
            errors.append(f"{r.status} {r.url}") if r.status >= 400 and r.status != 422 else None
        ),
    }
    size = {"width": view.width, "height": view.height}
    with lend_page(
        browser, viewport=size, color_scheme=view.theme, has_touch=view.is_phone, reduced_motion="reduce"
    ) as page:
        for event, listener in listeners.items():
            page.on(event, listener)
        page_url, mark, tab = url.partition("#")
        page.goto(
            f"{page_url}{'&' if '?' in page_url else '?'}__theme={view.theme}{mark}{tab}", wait_until="load"
        )
        settle(page)
        yield page, errors
        for event, listener in listeners.items():
            page.remove_listener(event, listener)


_READY_JS = """() => {
  if (!document.querySelector('.look-head, .gallery, [role=tab], button')) return false;
  if (document.querySelector('.main.app > .wrap.full')) return false;  // the page is hidden behind it
  if (document.querySelector('[data-testid=status-tracker].generating')) return false;
  const plots = [...document.querySelectorAll('.js-plotly-plot')];
  return plots.every(plot => !plot.offsetParent || plot.querySelector('.main-svg'));
}"""
_WIDE_JS = """limit => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > limit + 1 && e.offsetParent)
  .slice(0, 3)
  .map(e => e.tagName + '.' + String(e.className.baseVal ?? e.className).slice(0, 60))"""
# Links inside a text may be lower; so may a few of Gradio's own small signs.
_SMALL_JS = """() => [...document.querySelectorAll('.look-page button, .look-page [role=tab], .gallery a')]
  .filter(e => e.offsetParent && !e.closest('.look-piece p, .look-word, .look-foot, .visually-hidden'))
  .filter(e => !e.closest('.toggle, .wrap-inner, .icon-button'))
  .filter(e => e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().height < 43.5)
  .slice(0, 4)
  .map(e => `${(e.innerText || e.ariaLabel || e.className).trim().slice(0, 24)}, ` +
            `${Math.round(e.getBoundingClientRect().height)} px`)"""


def settle(page: "Page") -> None:
    """Wait until the page shows what it has: nothing under way, every visible figure drawn."""
    page.wait_for_function(_READY_JS)
    page.wait_for_timeout(400)


_ROWS = ".tab-container[role=tablist]:not(.visually-hidden):visible"


def tab_names(page: "Page", *, level: int = 0) -> list[str]:
    """List the tabs that can be seen, in order.

    Args:
        page: the page.
        level: 0 for the outer row, 1 for a row inside the open tab.
    """
    rows = page.locator(_ROWS)
    if rows.count() <= level:
        return []
    return [name.strip() for name in rows.nth(level).locator("button[role=tab]").all_inner_texts()]


def open_tab(page: "Page", name: str, *, level: int = 0) -> None:
    """Click a tab and wait for what it shows."""
    page.locator(_ROWS).nth(level).get_by_role("tab", name=name, exact=True).click()
    settle(page)


def open_every_tab(page: "Page") -> Iterator[str]:
    """Open one tab after the other, those inside tabs too, and give the name of each."""
    for outer in tab_names(page) or [""]:
        if outer:
            open_tab(page, outer)
        for inner in tab_names(page, level=1) or [""]:
            if inner:
                open_tab(page, inner, level=1)
            yield f"{outer} / {inner}" if inner else outer


def find_faults(page: "Page", view: View) -> list[str]:
    """List what is wrong with the page as it stands, as short lines."""
    faults: list[str] = []
    width = page.evaluate("document.documentElement.scrollWidth")
    if width != view.width:
        wide = ", ".join(page.evaluate(_WIDE_JS, view.width))
        faults.append(f"scrolls sideways: {width} px wide in {view.width} ({wide})")
    if view.is_phone:
        faults += [f"too small for a finger: {line}" for line in page.evaluate(_SMALL_JS)]
    return faults


def take_screens(browser: "Browser", url: str, folder: Path, *, views: tuple[View, ...] = VIEWS) -> list[str]:
    """Take a picture of every tab in every view, and list what is wrong.

    Args:
        browser: Playwright's.
        url: of the app.
        folder: where `<view>-<tab>.png` go.
        views: which views.

    Returns:
        One line for each finding.
    """
    folder.mkdir(parents=True, exist_ok=True)
    findings: list[str] = []
    for view in views:
        with open_view(browser, url, view) as (page, errors):
            for number, name in enumerate(open_every_tab(page)):
                page.evaluate("window.scrollTo(0, 0)")
                short = re.sub(r"\W+", "-", name.lower()).strip("-") or "page"
                page.screenshot(path=folder / f"{view.name}-{number}-{short}.png", full_page=True)
                findings += [f"{view.name} {name}: {fault}" for fault in find_faults(page, view)]
            findings += [f"{view.name}: console: {line}" for line in errors if not QUIET_CONSOLE.search(line)]
    return findings


@contextmanager
def start_browser() -> "Iterator[Browser]":
    """Start the system's Chromium without a window."""
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM_FLAGS, CHROMIUM_NAMES

    path = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def main() -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("app", help="apps/<app>.py, or an address where one is served")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "build" / "screens", help="folder for the pictures"
    )
    parser.add_argument(
        "--only", choices=[view.name for view in VIEWS], action="append", help="this view only"
    )
    arguments = parser.parse_args()
    views = tuple(view for view in VIEWS if not arguments.only or view.name in arguments.only)
    with start_browser() as browser:
        if arguments.app.startswith("http"):
            findings = take_screens(browser, arguments.app, arguments.out, views=views)
        else:
            with start_app(arguments.app) as url:
                findings = take_screens(browser, url, arguments.out, views=views)
    print("\n".join(findings) or "Nothing found.", f"\nPictures in {arguments.out}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
