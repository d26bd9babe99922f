"""What the contract's tests share: one gallery for all of them, and each app of the catalogue in it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from apps.catalog import APPS, App
from deploy.config import load_config
from tests.conftest import ROOT
from tests.contract.exceptions import EXPECTED_FAILURES
from tests.servers.gradio_http import API, Caller, RunningApp

CHECKS = {name: space.checks for name, space in load_config().spaces.items()}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is known to fail."""
    for item in items:
        if (reason := EXPECTED_FAILURES.get(item.name)) and "tests/contract" in item.path.as_posix():
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


@dataclass(frozen=True)
class Served:
    """One app of the catalogue, and where it answers."""

    app: App
    running: RunningApp

    @cached_property
    def caller(self) -> Caller:
        return self.running.caller()

    @cached_property
    def config(self) -> dict[str, Any]:
        return self.caller.http.get("config").json()

    @cached_property
    def endpoints(self) -> dict[str, dict[str, Any]]:
        """What it says of its public endpoints, by their names."""
        named = self.caller.http.get(f"{API}info").json()["named_endpoints"]
        for said in named.values():
            said.pop("code_snippets")  # which name the address
        return {name.removeprefix("/"): said for name, said in named.items()}

    def example(self, endpoint: str) -> dict[str, Any]:
        """The arguments of a call that can be answered: those of the Space's check, and defaults."""
        check = {**CHECKS[self.app.name].get(endpoint, {})}
        check.pop("expect", None)
        arguments = self.endpoints[endpoint]["parameters"]
        return {
            one["parameter_name"]: self._ready(check[one["parameter_name"]])
            if one["parameter_name"] in check
            else one["parameter_default"]
            for one in arguments
        }

    def refusal(self, endpoint: str) -> str:
        """Words with which the example is refused, where a real answer would take minutes; else ""."""
        return CHECKS[self.app.name].get(endpoint, {}).get("expect", {}).get("refusal", "")

    def _ready(self, value: Any) -> Any:
        """Upload what a check names as a file."""
        if isinstance(value, list):
            return [self._ready(part) for part in value]
        if isinstance(value, dict) and value.keys() in ({"file"}, {"file", "text"}):
            text = value.get("text")
            content = (ROOT / value["file"]).read_bytes() if text is None else text.encode()
            return self.caller.upload(value["file"].rpartition("/")[2], content)
        return value


@pytest.fixture(scope="session")
def gallery(serve: Callable[[str], RunningApp]) -> RunningApp:
    """All apps in one process."""
    return serve("gallery")


@pytest.fixture(scope="session", params=APPS, ids=lambda app: app.name)
def app(request: pytest.FixtureRequest) -> App:
    """Each app of the catalogue."""
    return request.param


@pytest.fixture(scope="session")
def served(app: App, gallery: RunningApp) -> Served:
    """The app, in the gallery."""
    return Served(app, RunningApp(f"{gallery.url}{app.name}/", gallery.pid, gallery.log))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a row by its app."""
    return val.name if isinstance(val, App) else None


def tab_row(config: dict[str, Any]) -> list[tuple[str, str]]:
    """Id and title of each tab of a page's outer row, from its /config."""
    parts = {part["id"]: part for part in config["components"]}

    def first_row(node: dict[str, Any]) -> dict[str, Any] | None:
        if parts.get(node["id"], {}).get("type") == "tabs":
            return node
        return next((row for child in node.get("children") or [] if (row := first_row(child))), None)

    rows = (first_row(node) for node in config["layout"]["children"])
    row = next(row for row in rows if row)
    props = [parts[child["id"]]["props"] for child in row["children"]]
    return [(one["id"], one["label"]) for one in props]
