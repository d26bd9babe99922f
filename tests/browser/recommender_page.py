"""The recommender's page as a visitor uses it: find, rate, look at the list, ask why.

Each action waits for what it changes, so that a test reads like the visit it stands for.

    visit = Visit(page, url); visit.open()
    visit.rate("matrix", 4.5)
    assert visit.ratings() == {"The Matrix": 4.5}
"""

import base64
import csv
import io
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

FIRST_LIST = ".films li"
_RATINGS_JS = """items => items.map(item => [
  item.querySelector('.rater-title').firstChild.textContent,
  item.classList.contains('rater-waiting') ? null : Number(item.querySelector('.rater-number').textContent),
])"""


class Visit:
    """One open page of the recommender."""

    def __init__(self, page: "Page", url: str) -> None:
        self.page = page
        self.url = url

    def open(self, *, theme: str = "light") -> "Visit":
        """Load the page and wait for its first list."""
        self.page.goto(f"{self.url}?__theme={theme}")
        self.page.wait_for_selector(FIRST_LIST)
        return self

    def reopen(self) -> "Visit":
        """Load the page again and wait for the ratings that the browser kept."""
        self.open()
        self.page.wait_for_selector(".rater-list li")
        return self

    # Find and rate

    def type_title(self, query: str) -> list[str]:
        """Type into the search, and give the titles that it shows."""
        field = self.page.locator("#rater-input")
        field.fill("")
        field.press_sequentially(query)
        self.page.wait_for_function(
            "query => { const menu = document.querySelector('#rater-menu');"
            " return !menu.hidden && menu.dataset.query === query; }",
            arg=query,
        )
        return self.suggestions()

    def suggestions(self) -> list[str]:
        """The titles in the open menu."""
        menu = self.page.locator("#rater-menu li")
        return menu.evaluate_all("options => options.map(option => option.firstChild.textContent)")

    def stars_of(self, title: str) -> "Locator":
        """The star control of a film that is in the visitor's list."""
        return self.page.get_by_role("slider", name=re.compile(rf"^Stars for {re.escape(title)}( \(\d+\))?$"))

    def rate(self, query: str, stars: float) -> None:
        """Find a film, take the first one, give it stars with the arrow keys, and wait for the new list."""
        field = self.page.locator("#rater-input")
        field.fill(query)
        field.press("Enter")
        self.page.wait_for_function("document.activeElement.classList.contains('rater-stars')")
        with self.new_list():
            for _ in range(round(2 * stars)):
                self.page.keyboard.press("ArrowRight")

    def ratings(self) -> dict[str, float | None]:
        """The visitor's films as the page shows them; None waits for its stars."""
        return dict(self.page.locator(".rater-list > li[data-film]").evaluate_all(_RATINGS_JS))

    def clear(self) -> None:
        """Take every rating away."""
        button = self.page.locator(".rater-clear")
        if not button.is_visible():
            return
        if any(self.ratings().values()):
            with self.new_list():
                button.click()
        else:  # films that wait for their stars have not changed the list
            button.click()

    # The list

    def films(self) -> list[str]:
        """The titles of the list, best first."""
        return self.page.locator(".films li strong").all_inner_texts()

    def facts(self) -> list[str]:
        """The small line under each title: year, genres, number of ratings."""
        return self.page.locator(".films-name small").all_inner_texts()

    def stars(self) -> list[float]:
        """The predicted stars of the list."""
        return [float(text) for text in self.page.locator(".films-stars b").all_inner_texts()]

    def new_list(self) -> "_NewList":
        """Wait, at the end of a `with` block, until the list has been drawn anew."""
        return _NewList(self.page)

    def act(self, label: str, row: int = 0) -> str:
        """Press "Why?" or "Seen it" beside a film of the list, and give its title."""
        item = self.page.locator(".films li").nth(row)
        item.get_by_role("button", name=label).click()
        return item.locator("strong").inner_text()

    # Why

    def open_why(self, row: int = 0) -> str:
        """Ask why for one film of the list, and wait until both figures are drawn."""
        title = self.act("Why?", row)
        self.page.locator("#why h2", has_text=f"Why {title}").wait_for()
        self.page.wait_for_selector("#why-stars .main-svg")
        self.page.wait_for_selector("#why-list .main-svg")
        return title

    def bars(self, figure: str) -> list[tuple[str, float]]:
        """Label and printed value of each bar of a waterfall."""
        texts = self.page.locator(f"#{figure} .annotation-text").all_text_contents()
        found = [re.fullmatch(r"(.*\S)\s+([+−]?\d+\.\d\d)", text.strip()) for text in texts]
        assert found, f"{figure} has no bars"
        assert all(found), texts
        return [(match[1], float(match[2].replace("−", "-"))) for match in found if match]

    # Files

    def import_file(self, name: str, data: bytes) -> None:
        """Give a file to the import panel, and wait for the report."""
        panel = self.page.locator("#import-panel")
        field = panel.locator("input[type=file]")
        self.open_import()
        with self.new_list():
            field.set_input_files([{"name": name, "mimeType": "application/octet-stream", "buffer": data}])
        panel.locator(".look-notes").wait_for()

    def refused_file(self, name: str, data: bytes) -> None:
        """Give a file that is no export to the import panel, and wait for the sentence that says so."""
        self.open_import()
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        self.page.locator("#import-panel input[type=file]").set_input_files([file])
        self.page.locator("#import-panel [role=alert]").wait_for()

    def open_import(self) -> None:
        """Open the import panel, if it is closed."""
        panel = self.page.locator("#import-panel")
        if not panel.get_by_text("Choose the file").is_visible():
            panel.locator("button.label-wrap").click()


class _NewList:
    """The list is redrawn as a whole: a mark on the old one is gone from the new one."""

    def __init__(self, page: "Page") -> None:
        self.page = page

    def __enter__(self) -> None:
        self.page.evaluate("document.querySelector('.films > *').setAttribute('data-old', '')")

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.page.wait_for_function(
                "() => !document.querySelector('.films [data-old]') && document.querySelector('.films > *')"
            )


def read_csv_link(link: "Locator") -> list[dict[str, str]]:
    """Read the table that a download link carries in its address."""
    address = link.get_attribute("href") or ""
    head, _, data = address.partition(",")
    assert head.startswith("data:text/csv"), head
    raw = base64.b64decode(data) if "base64" in head else unquote(data).encode()
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
