"""Lines that one visitor cannot fill for the others, and bodies as large as what an endpoint takes."""

import json
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import httpx
import pytest
from starlette.requests import Request

from shared.limits import MAX_BODY_MB, MAX_PAGE_BODY_MB, MAX_WAITING_ADDRESS, MAX_WAITING_SESSION, MB
from shared.ui.bodies import limit_body
from shared.ui.endpoint import add_endpoint
from shared.ui.gradio_patches.fair_queue import address_of, in_turn
from shared.ui.gradio_patches.unknown_streams import NO_REQUEST
from shared.ui.launch import launch_app, new_blocks
from tests.servers.gradio_http import API, Caller, Refused, file_data
from tests.waiting import wait_until

HEAVY = {"concurrency_id": "heavy", "concurrency_limit": 1}
FROM = {"one": "8.8.8.8", "other": "9.9.9.9"}  # what a proxy on this machine would say of two visitors


class Desk:
    """A page with a slow endpoint, which waits until it is told to go on, and quick ones."""

    def __init__(self) -> None:
        self.gate, self.served = threading.Event(), []
        with new_blocks("Desk") as demo:
            add_endpoint(self.slow, **HEAVY)
            add_endpoint(self.quick)
            add_endpoint(self.long, body_mb=2)
            text = gr.Textbox()
            text.change(self.quick, text, text, api_visibility="private")
            limit_body(text.submit(self.quick, text, text, api_visibility="private"), MAX_PAGE_BODY_MB / 2)
        self.demo = demo

    def slow(self, who: str) -> str:
        """Wait, then say who it was.

        Args:
            who: anybody.
        """
        self.gate.wait(60)
        self.served.append(who)
        return who

    def quick(self, text: str) -> int:
        """Count letters.

        Args:
            text: any.
        """
        return len(text)

    def long(self, text: str) -> int:
        """Count many letters.

        Args:
            text: any.
        """
        return len(text)


@pytest.fixture
def desk() -> Iterator[tuple[Desk, Caller]]:
    desk = Desk()
    _, url, _ = launch_app(desk.demo, prevent_thread_lock=True, quiet=True)
    yield desk, Caller(url)
    desk.gate.set()
    desk.demo.close()


def ask(caller: Caller, who: str, *, session: str | None = None) -> httpx.Response:
    body = {"data": [who], **({"session_hash": session} if session else {})}
    headers = {"X-Forwarded-For": FROM[who]}
    return caller.http.post(f"{API}call/slow", json=body, headers=headers)


def test_one_visitors_crowd_stops_nobody(desk: tuple[Desk, Caller]) -> None:
    page, caller = desk
    answers = [ask(caller, "one") for _ in range(MAX_WAITING_ADDRESS + 5)]
    taken = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(taken) in (MAX_WAITING_ADDRESS, MAX_WAITING_ADDRESS + 1)  # the first may run already
    assert {answer.status_code for answer in refused} == {429}
    said = refused[0].json()["detail"]
    assert said.startswith(
        f"{MAX_WAITING_ADDRESS} requests like this one wait here already from your address."
    )
    assert caller.call("quick", "abc") == 3
    other = ask(caller, "other")
    assert other.status_code == 200
    page.gate.set()
    assert caller.read(f"call/slow/{other.json()['event_id']}") == "other"
    assert caller.read(f"call/slow/{taken[-1].json()['event_id']}") == "one"
    assert page.served.index("other") <= 2  # not after the hundred who were there before


def test_who_will_be_refused_waits_for_nobody(desk: tuple[Desk, Caller]) -> None:
    page, caller = desk
    running = ask(caller, "one").json()["event_id"]
    wait_until(lambda: page.demo._queue.event_queue_per_concurrency_id["heavy"].current_concurrency == 1)
    behind = ask(caller, "other").json()["event_id"]
    with pytest.raises(Refused, match="who takes no files"):
        caller.call("slow", file_data("/etc/passwd"))
    assert page.served == []
    page.gate.set()
    assert caller.read(f"call/slow/{running}") == "one"
    assert caller.read(f"call/slow/{behind}") == "other"
    wait_until(lambda: page.demo._queue.event_queue_per_concurrency_id["heavy"].current_concurrency == 0)


def test_a_session_has_its_own_share(desk: tuple[Desk, Caller]) -> None:
    _, caller = desk
    statuses = [ask(caller, "one", session="a").status_code for _ in range(MAX_WAITING_SESSION + 3)]
    assert set(statuses[:MAX_WAITING_SESSION]) == {200}
    refused = ask(caller, "one", session="a")
    assert refused.status_code == 429
    assert f"{MAX_WAITING_SESSION} of your requests like this one wait" in refused.json()["detail"]
    assert ask(caller, "one", session="b").status_code == 200


@pytest.mark.parametrize(
    ("name", "limit_mb"), [("quick", MAX_BODY_MB), ("long", 2), ("nowhere", MAX_BODY_MB)]
)
@pytest.mark.parametrize("door", ["call", "call/v2", "api", "run"])
def test_a_body_is_as_large_as_its_endpoint_takes(
    desk: tuple[Desk, Caller], door: str, name: str, limit_mb: int
) -> None:
    _, caller = desk
    texts = "x" * (limit_mb * MB - 100), "x" * (limit_mb * MB)
    bodies = [{"text": text} if "v2" in door else {"data": [text]} for text in texts]
    small, large = (caller.post(f"{door}/{name}", body) for body in bodies)
    assert small.status_code != 413
    assert large.status_code == 413
    assert f"larger than {limit_mb} MB" in large.json()["detail"]

    def in_parts() -> Iterator[bytes]:  # whose length nobody says before
        yield from (json.dumps(bodies[1]).encode()[at : at + MB] for at in range(0, 3 * MB, MB))

    headers = {"Content-Type": "application/json"}
    assert caller.http.post(f"{API}{door}/{name}", content=in_parts(), headers=headers).status_code == 413


def test_a_pages_events_have_their_own_limits(desk: tuple[Desk, Caller]) -> None:
    page, caller = desk
    usual, declared = (at for at, fn in page.demo.fns.items() if fn.api_visibility == "private")
    half = "x" * (MAX_PAGE_BODY_MB * MB // 2)
    assert caller.press(usual, [half])
    for number, text in [(declared, half), (usual, half * 2)]:
        with pytest.raises(Refused, match="larger than") as caught:
            caller.press(number, [text])
        assert caught.value.status == 413


def test_a_stream_that_is_not_there(desk: tuple[Desk, Caller], capfd: pytest.CaptureFixture[str]) -> None:
    _, caller = desk
    event_id = caller.post("call/quick", {"data": ["abc"]}).json()["event_id"]
    assert caller.read(f"call/quick/{event_id}") == 3
    for gone in (event_id, event_id[:-1], "x", "..%2fconfig"):
        answer = caller.http.get(f"{API}call/quick/{gone}")
        assert answer.status_code == 404
        assert answer.json()["detail"] == NO_REQUEST
    told = caller.http.get(f"{API}queue/data", params={"session_hash": "nobody"}).text
    assert json.loads(told.removeprefix("data:"))["session_not_found"] is True
    assert "Traceback" not in capfd.readouterr().err


def request_from(address: str, forwarded: str = "") -> Request:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return Request({"type": "http", "client": (address, 1), "headers": headers})


@pytest.mark.parametrize(
    ("address", "forwarded", "expected"),
    [
        ("8.8.8.8", "", "8.8.8.8"),
        ("8.8.8.8", "1.1.1.1", "8.8.8.8"),  # who comes straight to us may say anything
        ("10.1.2.3", "1.1.1.1, 8.8.8.8, 10.9.9.9", "8.8.8.8"),
        ("10.1.2.3", "nonsense", "10.1.2.3"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("10.1.2.3", "2606:4700::1111", "2606:4700::1111"),
    ],
)
def test_the_address_behind_proxies(address: str, forwarded: str, expected: str) -> None:
    assert address_of(request_from(address, forwarded)) == expected


def test_visitors_take_turns() -> None:
    def event(number: int, session: str, address: str = "8.8.8.8") -> Any:
        known = f"id{number}" if session == "" else session
        return SimpleNamespace(_id=f"id{number}", session_hash=known, request=request_from(address))

    line = [event(0, "a"), event(1, "a"), event(2, ""), event(3, ""), event(4, "b"), event(5, "", "9.9.9.9")]
    assert [one._id for one in in_turn(line)] == ["id0", "id2", "id4", "id5", "id1", "id3"]
    assert in_turn([]) == []


def test_who_waits_for_nothing_is_woken_by_nothing(
    desk: tuple[Desk, Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradio's own queue looks a thousand times a second, and takes the interpreter from whoever computes."""
    page, caller = desk
    queue, looks = page.demo._queue, []
    look = queue.get_events
    monkeypatch.setattr(queue, "get_events", lambda: (looks.append(1), look())[1])
    time.sleep(1)
    assert len(looks) <= 5
    waiting = [ask(caller, "one").json()["event_id"] for _ in range(3)]
    time.sleep(0.5)  # one runs, and two wait for it
    assert len(looks) <= 20
    page.gate.set()
    assert [caller.read(f"call/slow/{event}") for event in waiting] == ["one"] * 3
