"""What is read when a request ends otherwise than it should."""

import asyncio
import errno
import json

import fastapi
import pytest
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from shared.errors import DISK_FULL, is_disk_full
from shared.ui.faults import RESTARTING, SayPlainly
from shared.ui.guard import FAULT_MESSAGE

CUT = (
    "Cancelled via cancel scope 7f by <Task name='x' coro=<run_asgi() running at /srv/httptools_impl.py:416>>"
)
EVENTS = {
    "queue": 'data: {"msg":"unexpected_error","event_id":null,"message":%s,"session_not_found":false}\n\n',
    "call": "event: error\ndata: %s\n\n",
}


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = fastapi.FastAPI()
    app.add_middleware(SayPlainly)

    @app.get("/fails/{kind}")
    def fail(kind: str) -> None:
        if kind == "full":
            raise ValueError("not written") from OSError(errno.ENOSPC, "No space left on device", "/srv/x")
        raise {"bug": KeyError("/srv/secret"), "cut": asyncio.CancelledError(CUT)}[kind]

    @app.get("/events/{kind}")
    def stream(kind: str, text: str) -> StreamingResponse:
        lines = ['data: {"msg":"progress"}\n\n', EVENTS[kind] % json.dumps(text)]
        return StreamingResponse(iter(lines), media_type="text/event-stream")

    @app.get("/refusal")
    def refuse() -> StreamingResponse:
        lines = [EVENTS["call"] % '{"error": "13 cannot be halved."}']
        return StreamingResponse(iter(lines), media_type="text/event-stream")

    return TestClient(app)


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [("bug", 500, FAULT_MESSAGE), ("full", 507, DISK_FULL), ("cut", 503, RESTARTING)],
)
def test_one_plain_sentence(client: TestClient, kind: str, status: int, text: str) -> None:
    answer = client.get(f"/fails/{kind}")
    assert (answer.status_code, answer.json()["detail"]) == (status, text)
    assert "srv" not in answer.text


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize(
    ("text", "read"),
    [
        (CUT, RESTARTING),
        ("Server stopped unexpectedly.", RESTARTING),
        ("", RESTARTING),
        ("/srv/x", FAULT_MESSAGE),
    ],
)
def test_streams_say_it_too(client: TestClient, kind: str, text: str, read: str) -> None:
    body = client.get(f"/events/{kind}", params={"text": text}).text
    assert body.startswith('data: {"msg":"progress"}\n\n')
    assert json.dumps(read) in body
    assert "srv" not in body
    assert body.endswith("\n\n")


def test_what_a_callback_said_is_left_alone(client: TestClient) -> None:
    assert client.get("/refusal").text == EVENTS["call"] % '{"error": "13 cannot be halved."}'


def test_a_full_disk_is_found_behind_other_exceptions() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    other = RuntimeError("not saved")
    other.__context__ = full
    assert is_disk_full(full)
    assert is_disk_full(other)
    assert not is_disk_full(OSError(errno.ENOENT, "no such file"))
    assert not is_disk_full(None)
