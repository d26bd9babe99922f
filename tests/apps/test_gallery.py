"""The gallery, over HTTP: each app on its own path with its own endpoints, and a front page before them."""

import json
import shutil
import sys
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import fastapi
import gradio as gr
import httpx
import pytest
import uvicorn
from gradio_client import Client

from apps import gallery
from shared.errors import InputError
from shared.ui.guard import friendly
from shared.ui.launch import launch_app, mount_app, new_blocks
from tests.browser.screens import free_port
from tests.conftest import ROOT
from tests.servers.gradio_http import Caller, Refused, run_app
from tests.waiting import wait_until


def tiny_app(name: str, answer: Callable[[float], float]) -> types.ModuleType:
    """Make a module as an app is one."""

    def build_demo() -> gr.Blocks:
        with new_blocks(name) as demo:
            gr.api(answer, api_name="answer")
        return demo

    module = types.ModuleType(f"apps.{name}")
    module.build_demo = build_demo
    return module


def double(x: float) -> float:
    """Double a number.

    Args:
        x: the number.
    """
    return 2 * x


def square(x: float) -> float:
    """Square a number.

    Args:
        x: the number.
    """
    return x * x


def broken() -> gr.Blocks:
    raise RuntimeError("no model")


@contextmanager
def alone(demo: gr.Blocks) -> Iterator[str]:
    try:
        yield launch_app(demo, prevent_thread_lock=True, quiet=True)[1]
    finally:
        demo.close()


@contextmanager
def mounted(demo: gr.Blocks) -> Iterator[str]:
    parent = fastapi.FastAPI()
    mount_app(parent, demo, "/app")
    with listening(parent) as address:
        yield f"{address}/app/"


@contextmanager
def served(root_path: str = "") -> Iterator[str]:
    modules = [
        tiny_app("doubler", double),
        tiny_app("squarer", square),
        tiny_app("broken", double),
    ]
    modules[2].build_demo = broken
    saved = {module.__name__: sys.modules.get(module.__name__) for module in modules}
    sys.modules.update({module.__name__: module for module in modules})
    try:
        apps = [
            gallery.App(name, title, f"What {name} does.", "", (7,), (), ("answer",), "", "🎓")
            for name, title in (
                ("doubler", "Doubler"),
                ("squarer", "<img src=x onerror=alert(1)>"),
                ("broken", "Broken"),
            )
        ]
        application = gallery.build_gallery(apps)
    finally:
        for name, module in saved.items():
            if module is None:
                del sys.modules[name]
    with listening(application, root_path=gallery.public_path(root_path)) as address:
        yield address


@contextmanager
def listening(application: fastapi.FastAPI, **settings: str) -> Iterator[str]:
    port = free_port()
    config = uvicorn.Config(
        application, port=port, log_level="warning", timeout_graceful_shutdown=1, **settings
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as address:
        yield address


def test_front_page_shows_every_app(url: str) -> None:
    answer = httpx.get(url)
    assert answer.status_code == 200
    assert 'href="./doubler/"' in answer.text
    assert "What doubler does." in answer.text
    assert "<svg" in answer.text


def test_front_page_escapes_what_apps_call_themselves(url: str) -> None:
    text = httpx.get(url).text
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text


def test_an_app_that_cannot_start_is_left_out(url: str) -> None:
    text = httpx.get(url).text
    assert "This app could not start" in text
    assert 'href="./broken/"' not in text
    assert "no model" not in text


def test_an_app_that_cannot_start_says_so_under_its_path(url: str) -> None:
    answer = httpx.get(f"{url}/broken?a=1", follow_redirects=True)
    assert answer.status_code == 503
    assert answer.url.path == "/broken/"
    assert "This app could not start" in answer.text
    assert "no model" not in answer.text
    for path in ("broken/config", "broken/gradio_api/call/answer"):
        assert httpx.get(f"{url}/{path}").json()["detail"] == gallery.CLOSED
    call = httpx.post(f"{url}/broken/gradio_api/call/answer", json={"data": [1]})
    assert (call.status_code, call.json()["detail"]) == (503, gallery.CLOSED)


@pytest.mark.parametrize("path", ["/style.css", "/favicon.ico", "/manifest.json"])
def test_files_of_the_front_page(url: str, path: str) -> None:
    answer = httpx.get(url + path)
    assert answer.status_code == 200
    assert answer.content


@pytest.mark.parametrize(
    "name", ["..%2Fgallery.py", "%2e%2e%2fgallery.py", "gallery.py", "%00", "..\\gallery.py"]
)
def test_no_other_file_is_sent(url: str, name: str) -> None:
    assert httpx.get(f"{url}/pictures/{name}").status_code in (400, 404)


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("", "./doubler/"),
        ("?films=1,2&__theme=dark", "./doubler/?films=1,2&__theme=dark"),
        ("?q=caf%C3%A9%20%26", "./doubler/?q=caf%C3%A9%20%26"),
        ("?next=https://evil.example/", "./doubler/?next=https://evil.example/"),
    ],
)
def test_path_without_slash_redirects_and_keeps_the_query(url: str, query: str, target: str) -> None:
    answer = httpx.get(f"{url}/doubler{query}")
    assert answer.status_code in (307, 308)
    assert answer.headers["location"] == target
    assert httpx.get(f"{url}/doubler{query}", follow_redirects=True).status_code == 200


@pytest.mark.parametrize(("name", "expected"), [("doubler", 6.0), ("squarer", 9.0)])
def test_the_same_endpoint_name_means_each_apps_own(url: str, name: str, expected: float) -> None:
    client = Client(f"{url}/{name}/", verbose=False)
    assert client.predict(x=3, api_name="/answer") == expected


@pytest.mark.parametrize("way", [alone, mounted])
def test_an_answer_may_be_kept_and_a_value_checked_before_it_waits(way) -> None:
    worked_out = []

    def halve(x: float) -> float:
        if x == 13:
            raise InputError("13 cannot be halved here.")
        worked_out.append(x)
        return x / 2

    def is_positive(x: float) -> dict:
        return gr.validate(x > 0, "Use a number above 0.")

    with new_blocks("Halver") as demo:
        number, half = gr.Number(label="x"), gr.Number(label="half")
        number.submit(gr.cache(friendly(halve)), number, half, api_name="kept")
        number.submit(friendly(halve), number, half, api_name="checked", validator=is_positive)
    with way(demo) as address:
        caller = Caller(address)
        assert [caller.call("kept", x) for x in (3, 3, 5, 3)] == [1.5, 1.5, 2.5, 1.5]
        assert worked_out == [3, 5]
        for wrong in (13, 13):
            with pytest.raises(Refused, match=r"13 cannot be halved here\."):
                caller.call("kept", wrong)
        with pytest.raises(Refused, match="x must be a number"):
            caller.call("kept", "a")
        assert caller.call("checked", 3) == 1.5
        refused = caller.post("call/checked", {"data": [-1]})
        assert (refused.status_code, "Use a number above 0." in refused.text) == (422, True)


def test_apps_do_not_say_more_than_they_should(url: str) -> None:
    config = httpx.get(f"{url}/doubler/config").json()
    assert config["show_error"] is False
    assert config.get("run_history", False) is False
    assert config["analytics_enabled"] is False


def test_style_reaches_a_mounted_app(url: str) -> None:
    css = httpx.get(f"{url}/doubler/theme.css").text
    assert "--look-accent" in css
    assert "fonts.googleapis" not in css


@pytest.mark.parametrize(("name", "word"), [("doubler", "Double"), ("squarer", "Square")])
def test_each_app_offers_its_tools_to_assistants(url: str, name: str, word: str) -> None:
    headers = {"Accept": "application/json, text/event-stream"}
    endpoint = f"{url}/{name}/gradio_api/mcp/"

    def ask(method: str, params: dict | None = None, number: int = 1) -> dict:
        body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}}
        answer = httpx.post(endpoint, json=body, headers=headers, timeout=20)
        assert answer.status_code == 200, answer.text
        lines = [line[5:] for line in answer.text.splitlines() if line.startswith("data:")]
        return json.loads(lines[-1] if lines else answer.text)["result"]

    about = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    assert "capabilities" in ask("initialize", about)
    tools = ask("tools/list", number=2)["tools"]
    (tool,) = tools  # Gradio names a tool after its function
    assert word in tool["description"]
    assert "x" in tool["inputSchema"]["properties"]
    result = ask("tools/call", {"name": tool["name"], "arguments": {"x": 3}}, number=3)
    assert result["content"][0]["text"] in ("6", "6.0", "9", "9.0")


def test_behind_a_proxy_that_names_itself(url: str) -> None:
    headers = {"X-Forwarded-Host": "lessons.example", "X-Forwarded-Proto": "https"}
    assert (
        httpx.get(f"{url}/doubler/config", headers=headers).json()["root"]
        == "https://lessons.example/doubler"
    )


@pytest.mark.parametrize("root_path", ["/suite", "/suite/", "https://lessons.example/suite"])
def test_behind_a_proxy_that_cuts_a_path_off(root_path: str) -> None:
    with served(root_path) as url:
        assert httpx.get(url).status_code == 200
        assert httpx.get(f"{url}/doubler?a=1").headers["location"] == "./doubler/?a=1"
        headers = {"X-Forwarded-Host": "lessons.example", "X-Forwarded-Proto": "https"}
        config = httpx.get(f"{url}/doubler/config", headers=headers).json()
        assert config["root"] == "https://lessons.example/suite/doubler"
        assert httpx.get(f"{url}/doubler/theme.css").status_code == 200


@pytest.mark.parametrize(
    ("path", "up"),
    [("nope", "./"), ("nope?a=<b>", "./"), ("deep/er/", "../../"), ("gallery.py", "./"), ("%2e%2e/x", "../")],
)
@pytest.mark.parametrize("root_path", ["", "/suite"])
def test_an_unknown_address_gets_a_page_that_leads_back(path: str, up: str, root_path: str) -> None:
    with served(root_path) as url:
        answer = httpx.get(f"{url}/{path}", headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 404
    assert f'<a href="{up}">All apps</a>' in answer.text
    assert f'href="{up}style.css"' in answer.text
    assert gallery.UNKNOWN in answer.text
    assert "<b>" not in answer.text


def test_a_program_reads_of_an_unknown_address_in_json(url: str) -> None:
    for answer in (
        httpx.get(f"{url}/gradio_api/info"),
        httpx.post(f"{url}/nope/gradio_api/call/answer", json={"data": []}),
        httpx.post(f"{url}/nope"),
        httpx.get(f"{url}/nope", headers={"Accept": "application/json"}),
    ):
        assert (answer.status_code, answer.json()) == (404, {"detail": gallery.UNKNOWN})


@pytest.mark.long
def test_with_its_model_missing_one_app_is_closed_and_the_others_answer(tmp_path: Path) -> None:
    """As an operator would see it: a copy of the project without the files of one model."""
    for name in ("apps", "shared"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for config in (tmp_path / "shared" / "collab").rglob("config.json"):
        config.unlink()
    with run_app(tmp_path / "apps" / "gallery.py", log=tmp_path / "log.txt", ready="relu/config") as app:
        answer = httpx.get(f"{app.url}recommender", follow_redirects=True)
        assert (answer.status_code, answer.url.path) == (503, "/recommender/")
        assert "Movie recommender" in answer.text
        assert httpx.get(f"{app.url}bears/").status_code == 200
        assert app.caller().http.get("").text.count("gallery-off") == 1
