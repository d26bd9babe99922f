"""One visitor asks for too much, too often or for what is not there: the others hardly notice."""

import secrets

import pytest

from shared.limits import (
    MAX_FOREST_CLASS_COUNTS,
    MAX_REQUEST_MB,
    MAX_WAITING_ADDRESS,
    MB,
)
from tests.apps.forest.conftest import Forest
from tests.apps.recommender.conftest import plain
from tests.apps.views.forest.test_endpoints import ROWS, Visitor
from tests.servers.gradio_http import API, Refused
from tests.servers.memory import needs_linux

pytestmark = pytest.mark.usefixtures("unharmed")

FIT = [ROWS, "y", 1, 5, "sqrt", 1.0, 42, None, {}, "", None, True]


def test_a_hundred_fits_of_one_visitor_stop_nobody(forest: Forest, program: Visitor) -> None:
    crowd = forest.app.caller()
    answers = [crowd.post("call/fit", {"data": FIT}) for _ in range(MAX_WAITING_ADDRESS + 1)]
    assert program("gini", counts=[1, 1])["gini"] == 0.5
    assert program("fit", table=ROWS, target="y", trees=1)["model"]
    for answer in answers:
        assert answer.status_code == 200 or "wait here already from your address" in plain(
            answer.json()["detail"]
        )


def test_gini_takes_a_thousand_classes(program: Visitor) -> None:
    assert len(program("gini", counts=[1] * MAX_FOREST_CLASS_COUNTS)["shares"]) == MAX_FOREST_CLASS_COUNTS
    with pytest.raises(Refused) as caught:
        program("gini", counts=[1] * (MAX_FOREST_CLASS_COUNTS + 1))
    assert "1,000 at most" in plain(caught.value.message)
    with pytest.raises(Refused) as caught:
        program("gini", counts=[1] * MB)
    assert caught.value.status == 413


@needs_linux
@pytest.mark.long
def test_large_requests_leave_nothing_in_memory(forest: Forest) -> None:
    """Parsed, 30 MB of rows take several hundred; each was kept until the next, and its copies longer."""
    row = b'{"x":1,"kind":"a"},'
    rows = row * ((MAX_REQUEST_MB - 2) * MB // len(row))
    body = b'{"data": [[' + rows[:-1] + b'], "no-such-forest"]}'
    caller = forest.app.caller()
    before = forest.app.memory_mb()
    for _ in range(4):
        event_id = caller.post("call/predict", body).json()["event_id"]
        with pytest.raises(Refused, match=r"no such (model|forest)"):
            caller.read(f"call/predict/{event_id}")
    assert caller.call("gini", [1, 1])  # what the last left is given back before the next is answered
    assert forest.app.memory_mb() - before < 250


def test_what_is_not_there_writes_no_log(forest: Forest) -> None:
    caller = forest.app.caller()
    before = forest.app.log.stat().st_size
    for _ in range(10):
        answer = caller.http.get(f"{API}call/gini/{secrets.token_hex(16)}")
        assert answer.status_code == 404
        plain(answer.json()["detail"])
        caller.http.get(f"{API}queue/data", params={"session_hash": secrets.token_hex(6)})
    assert forest.app.log.stat().st_size == before
