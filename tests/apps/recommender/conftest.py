"""What the tests over HTTP share: a caller, the page's events by name, and a witness that all goes on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from shared.ui.guard import FAULT_MESSAGE
from tests.servers.gradio_http import Caller, RunningApp

RATINGS = [{"movie_id": 318, "rating": 5}, {"movie_id": 296, "rating": 4.5}, {"movie_id": 1, "rating": 2}]


def plain(message: object) -> str:
    """Assert that a message is one plain sentence or two, with nothing of the server in it."""
    assert isinstance(message, str), message
    assert 10 < len(message) < 600, message
    assert re.search(r"[.?]$|such as: [\w ,]+$", message), message
    assert message != FAULT_MESSAGE
    for trace in ("Traceback", "\n", ".py", "site-packages", "Error:", "/tmp/", "<class"):
        assert trace not in message, message
    return message


@dataclass(frozen=True)
class Event:
    """An event of the page, as /config lists it."""

    number: int
    name: str
    kinds: list[str]  # of its inputs, such as "slider"
    values: list[Any]  # what its inputs hold when the page opens
    trigger_mode: str


@dataclass
class Page:
    """The page's events and components."""

    caller: Caller

    @cached_property
    def config(self) -> dict[str, Any]:
        return self.caller.http.get("config").json()

    @cached_property
    def parts(self) -> dict[int, dict[str, Any]]:
        return {part["id"]: part for part in self.config["components"]}

    @cached_property
    def events(self) -> list[Event]:
        return [
            Event(
                number=event["id"],
                name=event["api_name"],
                kinds=[self.parts[part]["type"] for part in event["inputs"]],
                values=[self.parts[part]["props"].get("value") for part in event["inputs"]],
                trigger_mode=event["trigger_mode"],
            )
            for event in self.config["dependencies"]
            if event["api_visibility"] == "private" and event["backend_fn"]
        ]

    def event(self, name: str) -> Event:
        return next(event for event in self.events if event.name == name)

    def press(self, name: str, *values: Any, event: object = None, session: str = "") -> list[Any]:
        """Send an event with these values for its first inputs, and the page's own for the others."""
        found = self.event(name)
        everything = [*values, *found.values[len(values) :]]
        return self.caller.press(found.number, everything, event=event, session=session)


@pytest.fixture(scope="session")
def page(recommender_app: RunningApp) -> Page:
    return Page(recommender_app.caller())


@pytest.fixture
def caller(recommender_app: RunningApp) -> Caller:
    return recommender_app.caller()


@pytest.fixture(scope="session")
def earlier(page: Page) -> dict[str, Any]:
    """What a visitor had before: a session with a state of its own on the server, and an answer."""
    page.press("step_once", session="earlier")
    return {
        "corner": page.press("switch_view", session="earlier"),
        "list": page.caller.call("recommend", RATINGS, 5, [], [], 0, "list"),
    }


@pytest.fixture
def unharmed(recommender_app: RunningApp, page: Page, earlier: dict[str, Any]) -> Iterator[None]:
    """After the test: the app answers, an earlier visitor still has what was there, nothing was logged."""
    start = recommender_app.log.stat().st_size
    yield
    page.caller = recommender_app.caller()  # a connection that no test has touched
    assert page.press("switch_view", session="earlier") == earlier["corner"]
    assert page.caller.call("recommend", RATINGS, 5, [], [], 0, "list") == earlier["list"]
    assert recommender_app.n_failures(since=start) == 0, recommender_app.log.read_text()[start:][-3000:]
