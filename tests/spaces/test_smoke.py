"""The smoke test against apps that really run."""

import socket
from collections.abc import Iterator

import gradio as gr
import pytest

from deploy.smoke import check_endpoints

TOKEN = "hf_abcdefghijklmnop"


def greet(name: str, times: int = 1) -> dict:
    return {"said": f"Hello {name}! " * times}


def count(n: int = 3) -> list:
    return list(range(n))


def fail(reason: str = "no luck") -> dict:
    raise gr.Error(f"Refused: {reason}", print_exception=False)


def leak(request: gr.Request) -> dict:
    raise gr.Error(f"You sent {request.headers.get('authorization')}", print_exception=False)


def sleep(seconds: float = 30) -> dict:
    import time

    time.sleep(seconds)
    return {}


def read_back(file: str | None) -> dict:
    with open(file, encoding="utf-8") as sent:
        text = sent.read()
    if text != "a,b\n1,2\n":
        raise gr.Error("This is another file", print_exception=False)
    return {}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with gr.Blocks() as demo:
        for function in (greet, count, fail, leak, sleep):
            gr.api(function, api_name=function.__name__)
        file, answer = gr.File(visible=False), gr.JSON(visible=False)
        gr.Button(visible=False).click(read_back, file, answer, api_name="read_back")
        gr.Button(visible=False).click(lambda: 1, None, answer, api_name="hidden", api_visibility="private")
    _, address, _ = demo.launch(
        prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", run_history=False
    )
    yield address
    demo.close()


def check(url, checks, **more):
    results = check_endpoints(url, token=more.pop("token", None), checks=checks, **more)
    return {result.name: result for result in results}


ENOUGH = {"greet": {"name": "Ada"}, "read_back": {"file": {"file": "words.csv", "text": "a,b\n1,2\n"}}}


def test_every_public_endpoint_is_called_once_with_its_arguments_or_its_defaults(url):
    results = check(url, {**ENOUGH, "sleep": {"seconds": 0}})
    assert list(results) == ["greet", "count", "fail", "leak", "sleep", "read_back"]
    assert [name for name, result in results.items() if result.ok] == ["greet", "count", "sleep", "read_back"]
    assert results["fail"].problem == "It answered with an error: Refused: no luck"
    assert results["greet"].problem == ""
    assert 0 < results["greet"].seconds < 30


@pytest.mark.parametrize(
    ("endpoint", "arguments", "problem"),
    [
        ("greet", {}, "It needs a value for name: write one into the Space's checks (spaces.toml, or"),
        ("greet", {"nam": "Ada"}, "It takes no argument 'nam'; it takes: name, times."),
        ("read_back", {"file": {"file": "shared/no_such.csv"}}, "The project has no file shared/no_such.csv"),
        (
            "read_back",
            {"file": {"file": "pyproject.toml"}},
            "It answered with an error: This is another file",
        ),
        ("gone", {}, "The app has no such endpoint; it has: greet, count, fail"),
        (
            "count",
            {"expect": {"refusal": "words"}},
            "It answered, where a refusal with the words 'words' was",
        ),
        ("fail", {"expect": {"refusal": "other words"}}, "It answered with an error: Refused: no luck"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(url, endpoint, arguments, problem):
    result = check(url, {**ENOUGH, "sleep": {"seconds": 0}, endpoint: arguments})[endpoint]
    assert not result.ok
    assert result.problem.startswith(problem)


def test_a_refusal_that_is_wanted_is_a_good_answer(url):
    checks = {"fail": {"reason": "too large", "expect": {"refusal": "Refused: too large"}}}
    assert check(url, {**checks, "sleep": {"seconds": 0}})["fail"].ok


def test_an_endpoint_that_does_not_answer_is_given_up(url):
    result = check(url, {**ENOUGH, "sleep": {"seconds": 5}}, seconds=1)["sleep"]
    assert result.problem == "It did not answer within 1 seconds."


def test_a_token_is_sent_when_one_is_given_and_never_shown(url, monkeypatch):
    shown = check(url, {"sleep": {"seconds": 0}}, token=TOKEN)["leak"].problem
    assert shown == "It answered with an error: You sent Bearer ***"
    monkeypatch.setenv("HF_TOKEN", TOKEN)  # what the client would find by itself
    assert check(url, {"sleep": {"seconds": 0}})["leak"].problem.endswith("You sent None")


def test_an_app_that_is_not_there_is_one_failure():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{probe.getsockname()[1]}"
        results = check_endpoints(nowhere, token=None, checks={"recommender/search": {"query": "heat"}})
    assert [(result.name, result.ok) for result in results] == [("recommender", False)]
    assert results[0].problem.startswith(f"{nowhere}/recommender/ does not answer as a Gradio app")


def test_an_app_without_endpoints_is_a_failure():
    with gr.Blocks() as demo:
        gr.Markdown("Nothing")
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    try:
        (result,) = check_endpoints(address, token=None, checks={})
    finally:
        demo.close()
    assert not result.ok
    assert "no public endpoint" in result.problem
