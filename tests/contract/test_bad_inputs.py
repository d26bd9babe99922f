"""Whatever a program sends for an argument, it reads an answer or one plain sentence, and the app goes on."""

import re

import pytest

from shared.ui.guard import FAULT_MESSAGE
from tests.contract.conftest import Served
from tests.contract.schemas import find_misfits
from tests.contract.test_endpoints import each_endpoint
from tests.servers.gradio_http import Caller, Refused

NAN, HUGE = float("nan"), 10**400
LONG = "x" * 100_000
# By the type that an argument says it has: what could be taken for it, and what is far from it.
OF_ALL = (None, NAN, HUGE, True, "", LONG, "\0<b>'\"${1}", [], {}, [[[]]])
OF_TYPE = {
    "integer": (-1, 1.5, "3", 2**63),
    "number": (-1e308, 1e308, float("inf"), "3"),
    "string": (5, "\ud800", "é" * 1000),
    "boolean": (0, 1, "true"),
    "array": ([None], [NAN], [{}], ["a", 1, None], [LONG], [[1] * 1000]),
    "object": ({"a": NAN}, {"": {}}, {LONG: 1}, {str(at): at for at in range(2000)}),
}
_SENTENCE = re.compile(r"[^\n]*\S[.!?]", re.DOTALL)
_INSIDE = re.compile(r"Traceback|\bFile \"|site-packages|\w+Error\b|0x[0-9a-f]{6}|/tmp/|\.py\b")
_MOST_CHARACTERS = 600


@each_endpoint
def test_every_argument_may_be_anything(served: Served, endpoint: str) -> None:
    example, log = served.example(endpoint), served.running.log
    start = log.stat().st_size
    problems = []
    for argument in served.endpoints[endpoint]["parameters"]:
        name = argument["parameter_name"]
        for value in (*OF_ALL, *OF_TYPE.get(argument["type"].get("type", ""), ())):
            said = tell(served.caller, served.endpoints[endpoint], endpoint, {**example, name: value})
            problems += [f"{name} = {value!r:.40}: {said}"] if said else []
    assert problems == []
    assert served.running.n_failures(since=start) == 0, log.read_text()[start:][-3000:]
    assert served.caller.http.get("config").status_code == 200


@each_endpoint
def test_a_call_may_have_any_shape(served: Served, endpoint: str) -> None:
    start = served.running.log.stat().st_size
    n = len(served.endpoints[endpoint]["parameters"])
    for body in ({"data": [None] * (n + 1)}, {"data": "x"}, {"data": None}, {}, [], "x", 5, "[" * 2000):
        with pytest.raises(Refused) as caught:
            served.caller.call_raw(endpoint, body)
        assert judge(caught.value) == "", body
    assert served.running.n_failures(since=start) == 0


def tell(caller: Caller, said: dict, endpoint: str, arguments: dict) -> str:
    """Call an endpoint; say what is wrong with its answer or refusal, "" for nothing."""
    try:
        answers = caller.call_all(endpoint, *arguments.values())
    except Refused as refusal:
        return judge(refusal)
    pairs = zip(said["returns"], answers, strict=True)
    return "; ".join(misfit for one, answer in pairs for misfit in find_misfits(one["type"], answer))


def judge(refusal: Refused) -> str:
    """Say what is wrong with a refusal, "" for nothing."""
    message = refusal.message
    if refusal.status >= 500:
        return f"status {refusal.status}"
    if not isinstance(message, str) or not _SENTENCE.fullmatch(message) or message == FAULT_MESSAGE:
        return f"no plain sentence: {message!r:.200}"
    if len(message) > _MOST_CHARACTERS or _INSIDE.search(message):
        return f"too long, or from inside: {message!r:.200}"
    return ""
