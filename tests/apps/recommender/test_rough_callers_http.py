"""Callers who behave badly: hang up, never read, click too often, come from elsewhere, pry."""

import contextlib
import secrets
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from shared.limits import DEFAULT_CONCURRENCY
from tests.apps.recommender.conftest import RATINGS, Page, plain
from tests.servers.gradio_http import API, Caller, Refused, RunningApp

N_SESSIONS = 1000
ENDED = (httpx.RemoteProtocolError, httpx.ReadError, Refused)


def slow_import(n_rows: int) -> str:
    """Titles that match nothing are compared with every film: the slowest request there is."""
    return "title,year,rating\n" + "".join(f"{secrets.token_hex(8)} of {at},1999,4\n" for at in range(n_rows))


@pytest.mark.usefixtures("unharmed")
def test_callers_who_hang_up_keep_no_worker(recommender_app: RunningApp) -> None:
    text = slow_import(1500)
    for _ in range(2 * DEFAULT_CONCURRENCY):
        caller = recommender_app.caller()
        event_id = caller.post("call/import_ratings_text", {"data": [text]}).json()["event_id"]
        with contextlib.suppress(httpx.ReadTimeout):
            caller.http.get(f"{API}call/import_ratings_text/{event_id}", timeout=0.02)
        caller.http.close()
    answer = recommender_app.caller().call("import_ratings_text", "title,rating\nHeat (1995),4\n")
    assert answer["ratings"] == [{"movie_id": 6, "rating": 4.0}]


@pytest.mark.usefixtures("unharmed")
def test_half_a_request_blocks_nobody(recommender_app: RunningApp) -> None:
    started = threading.Event()

    def half() -> None:
        def body():
            yield b'{"data": ["he'
            started.set()
            time.sleep(2)
            raise httpx.WriteError("gone")

        headers = {"Content-Type": "application/json"}
        with contextlib.suppress(httpx.HTTPError):
            httpx.post(f"{recommender_app.url}{API}call/search", content=body(), headers=headers)

    thread = threading.Thread(target=half)
    thread.start()
    assert started.wait(5)
    assert recommender_app.caller().call("search", "heat", 1)[0]["title"] == "Heat"
    thread.join()


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.usefixtures("unharmed")
def test_sessions_that_are_never_closed_cost_little(
    recommender_app: RunningApp, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each asks for a list and never reads it."""
    event = page.event("refilter")

    def open_sessions(n: int) -> None:
        caller = recommender_app.caller()
        for _ in range(n):
            body = {"data": event.values, "fn_index": event.number, "session_hash": secrets.token_hex(6)}
            while caller.post("queue/join", body).status_code == 429:  # the line is full
                time.sleep(0.02)

    open_sessions(50)
    before = recommender_app.memory_mb()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_sessions, [N_SESSIONS // 4] * 4))
    grown = recommender_app.memory_mb() - before
    with capsys.disabled():
        print(
            f"\n{N_SESSIONS:,} sessions never read: {grown:.0f} MB, {1024 * grown / N_SESSIONS:.0f} KB each"
        )
    assert grown < 200


@pytest.mark.usefixtures("unharmed")
def test_a_hundred_clicks_on_one_control(page: Page, recommender_app: RunningApp) -> None:
    """The page sends one job at a time; whoever sends a hundred has them in turn, and others get theirs."""
    assert {event.trigger_mode for event in page.events} <= {"once", "always_last"}
    event = page.event("refilter")
    session = secrets.token_hex(6)
    caller = recommender_app.caller()
    body = {"data": event.values, "fn_index": event.number, "session_hash": session}
    answers = [caller.post("queue/join", body) for _ in range(100)]
    assert {answer.status_code for answer in answers} <= {200, 429}
    assert page.press("refilter")
    taken = sum(answer.status_code == 200 for answer in answers)
    with caller.http.stream("GET", f"{API}queue/data", params={"session_hash": session}) as lines:
        done = sum('"process_completed"' in line for line in lines.iter_lines())
    assert done == taken


def test_others_results_stay_theirs(recommender_app: RunningApp) -> None:
    """An event id that was never given out, and one that is another's: nothing is told, nothing is lost."""
    mine, other = recommender_app.caller(), recommender_app.caller()
    event_id = mine.post("call/recommend", {"data": [RATINGS, 3, [], [], 0, "list"]}).json()["event_id"]
    for path in (
        f"call/recommend/{secrets.token_hex(16)}",
        f"call/recommend/{event_id[:-1]}",
        "call/recommend/..%2f..%2fconfig",
    ):
        with pytest.raises(ENDED):
            other.read(path)
    with pytest.raises(ENDED), other.http.stream("GET", f"{API}queue/data?session_hash=guess") as lines:
        raise Refused([line for line in lines.iter_lines() if "process_completed" in line])
    other.post("cancel", {"session_hash": "guess", "fn_index": 0, "event_id": secrets.token_hex(16)})
    other.post("reset", {"event_id": event_id})
    assert len(mine.read(f"call/recommend/{event_id}")["films"]) == 3


@pytest.mark.usefixtures("unharmed")
def test_state_belongs_to_its_session(page: Page) -> None:
    """One visitor's steps move nobody else's numbers."""
    start = page.press("switch_view", session=secrets.token_hex(6))
    one = secrets.token_hex(6)
    page.press("run_steps", session=one)
    assert page.press("switch_view", session=one) != start
    assert page.press("switch_view", session=secrets.token_hex(6)) == start


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1.evil.example", "null"])
@pytest.mark.usefixtures("unharmed")
def test_a_page_from_elsewhere_reads_nothing(caller: Caller, origin: str) -> None:
    """On a visitor's own machine a foreign page may neither ask first nor read the answer."""
    url = f"{API}call/search"
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in caller.http.options(url, headers=asked).headers
    answer = caller.http.post(url, json={"data": ["heat", 1]}, headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers
    # A form or a plain text needs no leave of the browser, so it must not be taken for JSON.
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        headers = {"Origin": origin, "Content-Type": kind}
        answer = caller.http.post(url, content='{"data": ["heat", 1]}', headers=headers)
        assert answer.status_code == 422
        plain(answer.json()["detail"])


def test_a_page_on_the_same_machine_may(caller: Caller) -> None:
    origin = "http://localhost:5173"
    headers = {"Origin": origin}
    answer = caller.http.post(f"{API}call/search", json={"data": ["heat", 1]}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin
