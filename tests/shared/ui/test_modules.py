"""Browser modules over HTTP: alone and mounted, kept for good, and nothing else of the project."""

import re
from collections.abc import Iterator

import fastapi
import gradio as gr
import pytest
from starlette.testclient import TestClient

from shared.errors import InputError
from shared.ui import modules
from shared.ui.headers import content_policy
from shared.ui.launch import launch_app, mount_app, new_blocks

PATH = "shared/ui/browser/address.js"


def page() -> gr.Blocks:
    with new_blocks("modules") as demo:
        modules.module(PATH, "tabs")
    return demo


@pytest.fixture(scope="module", params=["alone", "mounted"])
def client(request: pytest.FixtureRequest) -> Iterator[TestClient]:
    demo = page()
    if request.param == "alone":
        app, _, _ = launch_app(demo, prevent_thread_lock=True, quiet=True)
        yield TestClient(app)
        demo.close()
    else:
        parent = fastapi.FastAPI()
        mount_app(parent, demo, "/deep/modules")
        yield TestClient(parent, base_url="http://testserver/deep/modules/", root_path="")


def test_a_module_is_served_and_kept_for_good(client: TestClient) -> None:
    answer = client.get(f"modules/{modules.version()}/{PATH}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "export function keep" in answer.text


def test_an_older_page_gets_todays_module_but_keeps_it_not(client: TestClient) -> None:
    answer = client.get(f"modules/0123456789ab/{PATH}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path",
    [
        "shared/ui/modules.py",
        "shared/ui/browser",
        "spaces/spaces.toml",
        "apps/views/matmul/quiz.toml",
        "../../etc/passwd",
        "shared/ui/browser/../modules.py",
        "shared/ui/browser/%2e%2e/modules.py",
        "shared//ui/browser/address.js",
        "/etc/passwd",
        "",
    ],
)
def test_nothing_else_of_the_project_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"modules/{modules.version()}/{path}").status_code == 404


def test_the_pages_policy_lets_them_in() -> None:
    assert "script-src 'self'" in content_policy()


def test_a_piece_names_the_module_relative_to_the_page() -> None:
    with gr.Blocks():
        piece = modules.module(PATH, "tabs", css="shared/ui/quiz.css")
    address = re.search(r'new URL\("(.*?)", document.baseURI\)', piece.js_on_load)
    assert address
    assert address[1] == f"modules/{modules.version()}/{PATH}"
    assert "$" not in piece.html_template
    with pytest.raises(ValueError, match="no browser module"):
        modules.module("shared/ui/quiz.py")


def test_what_a_function_refuses_is_an_answer_and_a_fault_says_nothing_of_the_server() -> None:
    def halve(value: object) -> float:
        if not isinstance(value, int):
            raise InputError("Send a number.")
        return 1 / value

    answer = modules._answering(halve)
    assert answer(2) == 0.5
    assert answer("x") == {"error": "Send a number."}
    assert answer(0)["error"].startswith("Something went wrong on our side")


def test_the_hash_changes_with_any_module(tmp_path, monkeypatch) -> None:
    script = tmp_path / "shared" / "one.js"
    script.parent.mkdir()
    script.write_text("export const a = 1;")
    monkeypatch.setattr(modules, "ROOT", tmp_path)
    first = modules.version.__wrapped__.__globals__["files"].__wrapped__
    assert list(first()) == ["shared/one.js"]
    monkeypatch.setattr(modules, "files", first)
    before = modules.version.__wrapped__()
    script.write_text("export const a = 2;")
    assert modules.version.__wrapped__() != before
