"""What the tests over HTTP share: the running app, a caller, and a witness that all goes on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.servers.gradio_http import Caller, RunningApp

GRIZZLY = (ROOT / "shared/vision/examples/grizzly.jpg").read_bytes()


def classify(caller: Caller, data: bytes, name: str = "bear.jpg") -> dict[str, Any]:
    """Upload a file and ask what it shows."""
    return caller.call("classify", caller.upload(name, data))


@pytest.fixture(scope="session")
def bears_app(serve: Callable[[str], RunningApp]) -> RunningApp:
    return serve("bears")


@pytest.fixture
def caller(bears_app: RunningApp) -> Caller:
    return bears_app.caller()


@pytest.fixture(scope="session")
def earlier(bears_app: RunningApp) -> dict[str, Any]:
    """What the app says of an example before anything bad was sent."""
    answer = classify(bears_app.caller(), GRIZZLY)
    assert answer["label"] == "grizzly"
    return answer


@pytest.fixture
def unharmed(bears_app: RunningApp, earlier: dict[str, Any]) -> Iterator[None]:
    """After the test the app still says the same, and nothing went wrong inside."""
    start = bears_app.log.stat().st_size
    yield
    assert classify(bears_app.caller(), GRIZZLY) == earlier
    assert bears_app.n_failures(since=start) == 0, bears_app.log.read_text()[start:][-3000:]
