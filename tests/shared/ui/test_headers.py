"""The headers: on every answer, once, and a page's own scripts let through by their digest."""

import base64
import hashlib

import fastapi
import httpx
import pytest
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.testclient import TestClient

from shared.ui.gradio_patches.no_script import SENTENCE
from shared.ui.headers import content_policy
from shared.ui.launch import middleware

SCRIPT = "window.answer = 42;\n"
SCRIPTS = f'<script>{SCRIPT}</script><script src="./a.js"></script>'
PAGE = f"<html><head>{SCRIPTS}</head><body>{'x' * 2000}</body></html>"
DIGEST = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
TEXT = "event " * 1000


@pytest.fixture(scope="module")
def client() -> TestClient:
    inner = fastapi.FastAPI(middleware=middleware())
    inner.get("/page")(lambda: HTMLResponse(PAGE))
    inner.get("/config")(lambda: JSONResponse({"text": TEXT}))
    inner.get("/assets/a.js")(lambda: PlainTextResponse(TEXT, media_type="text/javascript"))
    inner.get("/gradio_api/file=/assets/a.js")(lambda: PlainTextResponse(TEXT))
    inner.get("/stream")(lambda: StreamingResponse(iter([TEXT, TEXT]), media_type="text/event-stream"))
    outer = fastapi.FastAPI(middleware=middleware())
    outer.mount("/inner", inner)
    return TestClient(outer)


def ask(client: TestClient, path: str, **headers: str) -> httpx.Response:
    return client.get(f"/inner{path}", headers=headers)


@pytest.mark.parametrize("path", ["/page", "/config", "/assets/a.js", "/stream", "/nothing", "/../nothing"])
def test_every_answer_has_them_once(client: TestClient, path: str) -> None:
    headers = ask(client, path).headers
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers.get_list("referrer-policy") == ["strict-origin-when-cross-origin"]
    if path.endswith(".js"):  # a browser runs it under the policy of the page
        assert "content-security-policy" not in headers
        return
    (policy,) = headers.get_list("content-security-policy")
    for part in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "connect-src 'self'",
        "frame-ancestors 'self' https://huggingface.co https://*.hf.space",
    ):
        assert part in policy.split("; ")


def test_only_the_scripts_of_the_page_may_run(client: TestClient) -> None:
    policy = ask(client, "/page").headers["content-security-policy"]
    (scripts,) = [part for part in policy.split("; ") if part.startswith("script-src")]
    assert scripts == f"script-src 'self' 'unsafe-eval' 'sha256-{DIGEST}'"
    assert "sha256" not in content_policy()


@pytest.mark.parametrize("way", ["gzip", "br"])
def test_pages_and_settings_are_compressed_and_streams_are_not(client: TestClient, way: str) -> None:
    accept = {"Accept-Encoding": f"{way}, deflate"}
    for path in ("/page", "/config"):
        answer = ask(client, path, **accept)
        assert answer.headers["content-encoding"] == way
        assert int(answer.headers["content-length"]) < 500
    assert answer.headers["vary"] == "Accept-Encoding"
    assert SENTENCE in ask(client, "/page", **accept).text
    assert answer.json() == {"text": TEXT}
    assert "content-encoding" not in ask(client, "/config", **{"Accept-Encoding": "identity"}).headers
    assert "content-encoding" not in ask(client, "/stream", **accept).headers
    assert ask(client, "/stream").text == 2 * TEXT


@pytest.mark.parametrize("path", ["/page", "/config"])
def test_what_a_browser_has_already_is_not_sent_again(client: TestClient, path: str) -> None:
    first = ask(client, path)
    assert first.headers["cache-control"] == "no-cache"
    again = ask(client, path, **{"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
    assert ask(client, path, **{"If-None-Match": '"other"'}).status_code == 200


def test_scripts_are_kept_and_visitors_files_are_not(client: TestClient) -> None:
    assert "immutable" in ask(client, "/assets/a.js").headers["cache-control"]
    assert "cache-control" not in ask(client, "/gradio_api/file=/assets/a.js").headers
