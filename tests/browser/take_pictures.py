"""Take the README's pictures of the apps anew.

    python tests/browser/take_pictures.py            # into apps/pictures/
    python tests/browser/take_pictures.py --out build/pictures

Needs Chromium, as the browser's tests do, and Pillow, which Gradio brings.
"""

import argparse
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.recommender_page import Visit  # noqa: E402
from tests.browser.screens import VIEWS, View, open_tab, open_view, start_app, start_browser  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = ROOT / "apps" / "pictures"
MAX_KB = 200
COLOURS = 128  # a page has few: a palette makes the file three times smaller and looks the same
RATINGS = (("matrix", 5), ("pulp fiction", 4.5), ("toy story", 2), ("amelie", 4), ("alien 1979", 4.5))


def take_recommender(browser: "Browser", url: str, view: View, path: Path, *, last: str) -> None:
    """Rate five films, and keep the page from its top down to the part that `last` selects."""
    with open_view(browser, url, view) as (page, _):
        visit = Visit(page, url)
        for query, stars in RATINGS:
            visit.rate(query, stars)
        take_top(page, view, path, last=last)


def take_bears(browser: "Browser", url: str, view: View, path: Path, *, example: str, last: str) -> None:
    """Choose an example, and keep the page from its top down to the part that `last` selects."""
    with open_view(browser, url, view) as (page, _):
        page.get_by_role("button", name=example).first.click()
        page.wait_for_timeout(2000)
        take_top(page, view, path, last=last)


def take_relu(
    browser: "Browser",
    url: str,
    view: View,
    path: Path,
    *,
    tab: str,
    press: tuple[str, ...],
    done: str,
    last: str,
) -> None:
    """Press buttons of a tab, wait until `done` is true in the page, and keep it down to the part `last`."""
    with open_view(browser, url, view) as (page, _):
        open_tab(page, tab)
        for name in press:
            page.get_by_text(name, exact=True).first.click()
        page.wait_for_function(f"() => {done}", timeout=60_000)
        page.wait_for_timeout(4000)
        take_top(page, view, path, last=last)


def take_top(page: "Page", view: View, path: Path, *, last: str) -> None:
    """Save the page from its top down to the part that `last` selects."""
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    page.wait_for_timeout(500)
    bottom = page.locator(last).evaluate("part => part.getBoundingClientRect().bottom + scrollY")
    clip = {"x": 0, "y": 0, "width": view.width, "height": round(bottom) + 16}
    save(page.screenshot(clip=clip, full_page=True), path)


def save(png: bytes, path: Path) -> None:
    """Write a picture with few colours.

    Raises:
        RuntimeError: it is larger than the README should load.
    """
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    size = path.stat().st_size // 1024
    print(f"{path.name}: {picture.width} x {picture.height}, {size} kB")
    if size > MAX_KB:
        raise RuntimeError(f"{path.name} has {size} kB; the README's pictures have at most {MAX_KB}.")


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=PICTURES, help="folder for the pictures")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    views = {view.name: view for view in VIEWS}
    with start_browser() as browser, start_app("apps/recommender.py") as url:
        take_recommender(browser, url, views["desk-light"], out / "recommender-light.png", last="#film-cards")
        take_recommender(
            browser, url, views["phone-dark"], out / "recommender-phone-dark.png", last="#import-panel"
        )
    with start_browser() as browser, start_app("apps/bears.py") as url:
        desk, phone = views["desk-light"], views["phone-dark"]
        take_bears(browser, url, desk, out / "bears-light.png", example="Grizzly", last="#which-maps")
        take_bears(browser, url, phone, out / "bears-phone-dark.png", example="Fox", last="#which-bars")
    with start_browser() as browser, start_app("apps/relu.py") as url:
        take_relu(
            browser,
            url,
            views["desk-light"],
            out / "relu-light.png",
            tab="ReLUs",
            press=("20 units", "Fit by gradient descent"),
            done="curveLab.state.units.fitted",
            last="#units-words",
        )
        take_relu(
            browser,
            url,
            views["phone-dark"],
            out / "relu-phone-dark.png",
            tab="Machine",
            press=("Show both", "Play 100 steps"),
            done="curveLab.state.machine.steps === 100",
            last="#machine-loss",
        )


if __name__ == "__main__":
    main()
