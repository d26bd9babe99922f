"""Each endpoint is declared, explains its arguments, says exactly what it answers, and answers so."""

from typing import Any

import pytest

from apps.catalog import APPS
from tests.contract.conftest import CHECKS, Served
from tests.contract.schemas import find_loose, find_misfits
from tests.servers.gradio_http import API, Refused

each_endpoint = pytest.mark.parametrize(
    ("app", "endpoint"), [(app, endpoint) for app in APPS for endpoint in app.endpoints], indirect=["app"]
)


def test_the_endpoints_are_those_of_its_row(served: Served) -> None:
    assert list(served.endpoints) == list(served.app.endpoints)
    assert CHECKS[served.app.name].keys() <= served.endpoints.keys()


def test_nothing_else_is_told_of(served: Served) -> None:
    info = served.caller.http.get(f"{API}info", params={"all_endpoints": "true"}).json()
    assert list(info["named_endpoints"]) == [f"/{name}" for name in served.app.endpoints]
    assert info["unnamed_endpoints"] == {}


def test_assistants_find_the_same_with_a_meaning_for_each_argument(served: Served) -> None:
    tools = served.caller.http.get(f"{API}mcp/schema").json()
    assert {tool["name"] for tool in tools} == set(served.app.endpoints)
    for tool in tools:
        assert len(tool["description"]) > 30
        assert all(facts.get("description") for facts in tool["inputSchema"]["properties"].values())


def test_no_event_takes_the_name_of_an_endpoint(served: Served) -> None:
    names = [event["api_name"] for event in served.config["dependencies"]]
    assert [name for name in served.app.endpoints if names.count(name) != 1] == []


@each_endpoint
def test_everything_has_a_meaning(served: Served, endpoint: str) -> None:
    said = served.endpoints[endpoint]
    assert said["description"].endswith(".")
    for argument in said["parameters"]:
        assert argument["label"] == argument["parameter_name"]
        meaning = argument["python_type"]["description"]
        assert meaning.endswith("."), f"{argument['label']}: {meaning!r}"
        assert "FileData class" not in meaning


@each_endpoint
def test_it_says_exactly_what_it_answers(served: Served, endpoint: str) -> None:
    returns = served.endpoints[endpoint]["returns"]
    assert returns
    assert [place for answer in returns for place in find_loose(answer["type"], answer["label"])] == []


@each_endpoint
def test_its_example_answers_as_it_says(served: Served, endpoint: str) -> None:
    values = list(served.example(endpoint).values())
    if refusal := served.refusal(endpoint):
        with pytest.raises(Refused, match=refusal):
            served.caller.call(endpoint, *values)
        return
    assert misfits(served, endpoint, values) == []


def misfits(served: Served, endpoint: str, values: list[Any]) -> list[str]:
    """Call an endpoint, and list what of its answer is not as it says."""
    answers = served.caller.call_all(endpoint, *values)
    returns = served.endpoints[endpoint]["returns"]
    pairs = zip(returns, answers, strict=True)
    return [misfit for said, answer in pairs for misfit in find_misfits(said["type"], answer)]
