"""What the tests over HTTP share: the running app, a visitor of its page, and a witness that all goes on."""

import html
import re
import secrets
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import pytest

from tests.apps.recommender.conftest import Page
from tests.apps.views.forest.test_endpoints import PASSENGER, ROWS, Visitor
from tests.servers.gradio_http import RunningApp

# The outputs of the table panel's events, in order; an upload empties the field for the file as well.
SHOWN = ["draft", "table", "notice", "understood", "target", "log", "leave_out", "column", "kind", "file"]
USED = ["state", "line", "notice", "accordion", "tabs"]


class TableVisitor:
    """Somebody at the page: uploads a table, reads what was understood, presses *Use this table*."""

    def __init__(self, page: Page) -> None:
        self.page, self.session = page, secrets.token_hex(8)

    def upload(self, data: bytes, name: str = "table.csv") -> dict[str, Any]:
        """Send a file through the page's own upload event."""
        self.page.press("open_panel", session=self.session)
        file = self.page.caller.upload(name, data)
        found = self.page.press("read_upload", file, session=self.session)
        return dict(zip(SHOWN, found, strict=True))

    def use(self, shown: dict[str, Any], *, target: str | None = None) -> dict[str, str]:
        """Press the button with the panel as it was shown; gives the line above the tabs and the notice."""
        target = target or shown["target"]["value"]
        wished = [None, target, shown["leave_out"]["value"], bool(shown["log"].get("value"))]
        wished += [None, shown["table"]["value"]]
        found = dict(zip(USED, self.page.press("use_table", *wished, session=self.session), strict=True))
        return {name: text_of(found[name]) for name in ("line", "notice")}


def text_of(value: object) -> str:
    """Give what a piece of HTML reads as; "" for an output that stays as it is."""
    if isinstance(value, dict):
        value = value.get("value", "")
    return html.unescape(re.sub(r"<[^>]+>", " ", str(value or ""))).strip()


class Forest:
    """The running app, and what the tests ask of it."""

    def __init__(self, app: RunningApp) -> None:
        self.app, self.earlier = app, Visitor(app)

    @cached_property
    def page(self) -> Page:
        return Page(self.app.caller())

    @cached_property
    def model(self) -> str:
        """The forest of somebody who came before."""
        return self.earlier("fit", table=ROWS, target="y", trees=5)["model"]

    def ask(self) -> list[Any]:
        """What that visitor is answered, and what everybody is."""
        own = self.earlier("predict", rows=[{"x": 1.5, "kind": "a"}], model=self.model)
        return [own, self.earlier("predict", rows=[PASSENGER])]


@pytest.fixture(scope="session")
def forest(serve: Callable[[str], RunningApp]) -> Forest:
    return Forest(serve("forest"))


@pytest.fixture(scope="session")
def earlier(forest: Forest) -> list[Any]:
    return forest.ask()


@pytest.fixture
def unharmed(forest: Forest, earlier: list[Any]) -> Iterator[None]:
    """After the test: an earlier visitor still has that forest, everybody is answered, nothing was logged."""
    start = forest.app.log.stat().st_size
    yield
    assert forest.ask() == earlier
    assert forest.app.n_failures(since=start) == 0, forest.app.log.read_text()[start:][-3000:]


@pytest.fixture
def visitor(forest: Forest) -> TableVisitor:
    return TableVisitor(forest.page)


@pytest.fixture
def program(forest: Forest) -> Visitor:
    return Visitor(forest.app)
