"""Visitors of the gallery, each with a mark of its own that must come back in every answer.

    visitor = Visitor(port, mark=17, defaults={"forest": read_defaults(port, "forest")})
    for call in turn(visitor, "forest"):     # one call after the other
        call.is_own(visitor.ask(call))

A visitor sends its own table, points, ratings and photo, made from its mark, so that an answer that belongs
to somebody else is seen at once.
"""

import http.client
import json
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.common import ROOT

ANSWER_SECONDS = 60  # after which a call counts as lost
KEPT_SECONDS = 4  # the server hangs up after five in which nothing was asked; as browsers do, then dial anew
EXAMPLES = ROOT / "shared" / "vision" / "examples"
PHOTOS = {"black": "black.jpg", "grizzly": "grizzly.jpg", "teddy": "teddy.jpg"}  # class and example
APPS = ("forest", "recommender", "relu", "bears")
Defaults = dict[str, dict[str, Any]]  # from an endpoint to its arguments as they are when nothing is said


class Failed(Exception):
    """An answer that is an error."""


class Call(NamedTuple):
    """One call of a visitor."""

    app: str
    name: str
    values: dict[str, Any]
    is_own: Callable[[Any], bool]


class Visitor:
    """Somebody with one kept connection to the gallery, and a session in each app."""

    def __init__(self, port: int, *, mark: int, defaults: dict[str, Defaults]) -> None:
        self.mark, self.defaults = mark, defaults
        self.model: str | None = None  # that /fit answered
        self._port, self._session = port, secrets.token_hex(8)
        self._connection, self._asked = self._connect(), time.monotonic()

    def ask(self, call: Call) -> Any:
        """Make a call and wait for its answer.

        Raises:
            Failed: the answer is an error.
            OSError: there is none; the connection is a new one afterwards.
        """
        arguments = {**self.defaults[call.app][call.name], **call.values}
        body = {"data": list(arguments.values()), "session_hash": self._session}
        path = f"/{call.app}/gradio_api/call/{call.name}"
        try:
            event = json.loads(self.send("POST", path, json.dumps(body).encode()))["event_id"]
            events = self.send("GET", f"{path}/{event}").decode()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = self._connect()
            raise
        kind, _, data = events.strip().rpartition("event: ")[2].partition("\ndata: ")
        if kind != "complete":
            raise Failed(f"{call.name}: {data[:100]}")
        return json.loads(data)[0]

    def upload(self, photo: Path) -> dict[str, Any]:
        """Upload a photo to the bears."""
        edge = secrets.token_hex(16)
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{self.mark}.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        body = head.encode() + photo.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        sent = self.send("POST", "/bears/gradio_api/upload", body, f"multipart/form-data; boundary={edge}")
        return {"path": json.loads(sent)[0], "meta": {"_type": "gradio.FileData"}}

    def send(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> bytes:
        """Send a request; the answer's body.

        Raises:
            Failed: its status is not 200.
        """
        if time.monotonic() - self._asked > KEPT_SECONDS:
            self._connection.close()
        self._connection.request(method, path, body, {"Content-Type": kind} if body else {})
        answer = self._connection.getresponse()
        sent = answer.read()
        self._asked = time.monotonic()
        if answer.status != 200:
            raise Failed(f"{answer.status}: {sent[:100]!r}")
        return sent

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS)


def read_defaults(port: int, app: str) -> Defaults:
    """Ask an app what its endpoints take: over plain HTTP Gradio fills in nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    connection.request("GET", f"/{app}/gradio_api/info")
    endpoints = json.loads(connection.getresponse().read())["named_endpoints"]
    connection.close()
    return {
        name.removeprefix("/"): {
            one["parameter_name"]: one.get("parameter_default") for one in told["parameters"]
        }
        for name, told in endpoints.items()
    }


def turn(visitor: Visitor, app: str) -> Iterator[Call]:
    """Give what a visitor does in an app, once through."""
    yield from {"forest": _forest, "recommender": _recommender, "relu": _relu, "bears": _bears}[app](visitor)


def _forest(visitor: Visitor) -> Iterator[Call]:
    low = 1000.0 * (visitor.mark + 1)  # the targets lie between this and 20 more, so all answers do
    rows = [{"x": at, "kind": "ab"[at % 2], "y": low + at % 21} for at in range(60)]
    trees = 20 + visitor.mark % 30

    def is_near(number: float) -> bool:
        return low <= number <= low + 20

    def is_fit(answer: Any) -> bool:
        visitor.model = answer["model"]
        return answer["settings"]["seed"] == visitor.mark and answer["settings"]["trees"] == trees

    yield Call("forest", "fit", {"table": rows, "target": "y", "trees": trees, "seed": visitor.mark}, is_fit)
    if visitor.model is None:
        return
    model = {"model": visitor.model}
    row = {"x": visitor.mark % 60, "kind": "a"}
    for _ in range(2):  # they look at more than they fit
        yield Call(
            "forest",
            "partial_dependence",
            model,
            lambda answer: all(is_near(value) for curve in answer["curves"] for value in curve["average"]),
        )
        yield Call("forest", "explain", {**model, "row": row}, lambda answer: is_near(answer["prediction"]))
        yield Call(
            "forest", "predict", {**model, "rows": [row]}, lambda answer: is_near(answer["predictions"][0])
        )
    yield Call(
        "forest", "best_splits", model, lambda answer: is_near(float(answer["one_r"]["answer_below"] or 0))
    )
    # And one of everybody's table with settings of their own.
    yield Call(
        "forest",
        "fit",
        {"table": "titanic", "trees": trees, "seed": visitor.mark},
        lambda answer: is_fit(answer) and answer["rows"] == 891,
    )
    yield Call(
        "forest",
        "partial_dependence",
        {"model": visitor.model, "columns": ["Sex"]},
        lambda answer: [curve["column"] for curve in answer["curves"]] == ["Sex"],
    )
    counts = [visitor.mark + 1, 1]
    yield Call(
        "forest",
        "gini",
        {"counts": counts},
        lambda answer: abs(answer["shares"][0] - counts[0] / sum(counts)) < 1e-9,
    )


def _recommender(visitor: Visitor) -> Iterator[Call]:
    n, first = 1 + visitor.mark % 15, 1940 + visitor.mark % 60
    rated = [
        {"movie_id": movie, "rating": 1 + (visitor.mark + at) % 5} for at, movie in enumerate((1, 318, 593))
    ]
    yield Call(
        "recommender",
        "recommend",
        {"ratings": rated, "n": n, "years": [first, 2030]},
        lambda answer: len(answer["films"]) == n and all(film["year"] >= first for film in answer["films"]),
    )
    yield Call("recommender", "similar", {"movie_id": 318, "n": n}, lambda answer: len(_films(answer)) == n)


def _films(answer: Any) -> list[Any]:
    return answer if isinstance(answer, list) else answer["films"]


def _relu(visitor: Visitor) -> Iterator[Call]:
    points = [[at, visitor.mark] for at in (-2, -1, 0, 1, 2)]
    yield Call(
        "relu",
        "loss",
        {"points": points, "a": 0, "b": 0, "c": 0},
        lambda answer: abs(answer["loss"] - visitor.mark) < 1e-9,
    )
    yield Call(
        "relu",
        "fit_quadratic",
        {"points": points, "kind": "mse", "steps": 100},
        lambda answer: abs(answer["optimum"]["params"]["c"] - visitor.mark) < 1e-3,
    )


def _bears(visitor: Visitor) -> Iterator[Call]:
    name, file = list(PHOTOS.items())[visitor.mark % len(PHOTOS)]
    photo, n = visitor.upload(EXAMPLES / file), 1 + visitor.mark % 3
    yield Call("bears", "classify", {"image": photo}, lambda answer: name in json.dumps(answer["label"]))
    yield Call(
        "bears", "augment", {"image": photo, "n": n, "seed": visitor.mark}, lambda answer: len(answer) == n
    )
