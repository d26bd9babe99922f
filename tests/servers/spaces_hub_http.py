"""How the local Hub of Spaces listens: requests, routes, strictness, faults, and requests that freeze.

A route is a function of a call that gives an answer. What the real Hub would refuse in the ordinary course
of things is a `Refusal`; what no correct client sends is a `Violation`, and tests assert that there is none.

    @route("GET", "/api/spaces/hardware", who="anyone")
    def list_hardware(call: Call) -> Answer:
        return Answer(HARDWARE)
"""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from tests.servers.hub import read_body

if TYPE_CHECKING:
    from tests.servers.spaces_hub import SpacesHub, Token

Who = Literal["anyone", "user", "writer", "nobody"]
When = Literal["before", "after"]
_NO_BODY = "none"
_CONTENT_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "lfs": "application/vnd.git-lfs+json",
    "form": "application/x-www-form-urlencoded",
}
_KEEP_ALIVE_MOMENTS = 75  # at which nothing happened: some 15 seconds
# Asked by the client for its user agent, at most once a day, whatever is being done: no part of any protocol.
_NOISE = "/api/agent-harnesses"


class Request(NamedTuple):
    """One request as it arrived; the path has its query."""

    method: str
    path: str


class Refusal(Exception):
    """An error that the real Hub answers in the ordinary course of things."""

    def __init__(self, status: int, message: str, *, code: str = "", **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {})}
        self.body = {"error": message, **more}


class Violation(Exception):
    """A request that no correct client sends."""


@dataclass
class Answer:
    """What a route gives: JSON, or bytes as they are."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Stream:
    """Server-sent events: None is a moment at which nothing happened."""

    events: Iterator[dict[str, Any] | None]


@dataclass
class Call:
    """One request on its way through a route."""

    hub: "SpacesHub"
    names: dict[str, str]
    query: dict[str, list[str]]
    body: bytes
    token: "Token | None"

    def fields(
        self, required: dict[str, type | tuple[type, ...]], optional: dict[str, type | tuple[type, ...]]
    ) -> dict[str, Any]:
        """The JSON object in the body, with these fields and no others.

        Raises:
            Violation: when one is missing, has another type, or is unknown.
        """
        try:
            value = json.loads(self.body)
        except ValueError:
            raise Violation("the body is no JSON") from None
        if not isinstance(value, dict):
            raise Violation("the body is no JSON object")
        return check_fields(value, required, optional)

    def asks(self, name: str) -> bool:
        """Whether a switch of the query is on."""
        return self.query.get(name, ["false"])[0].lower() in ("true", "1")


def check_fields(
    value: dict[str, Any],
    required: dict[str, type | tuple[type, ...]],
    optional: dict[str, type | tuple[type, ...]],
) -> dict[str, Any]:
    """Give the object back when it has these fields and no others; null stands for an optional one.

    Raises:
        Violation: when one is missing, has another type, or is unknown.
    """
    if missing := sorted(set(required) - set(value)):
        raise Violation(f"without {', '.join(missing)}")
    if unknown := sorted(set(value) - set(required) - set(optional)):
        raise Violation(f"unknown fields: {', '.join(unknown)}")
    for name, kind in {**required, **optional}.items():
        if name in value and not isinstance(value[name], kind):
            if value[name] is None and name in optional:
                continue
            raise Violation(f"{name} is a {type(value[name]).__name__}")
    return value


@dataclass(frozen=True)
class _Route:
    method: str
    pattern: re.Pattern[str]
    who: Who
    content: str
    answer: Callable[[Call], Answer | Stream]


_ROUTES: list[_Route] = []


def route(
    method: str, pattern: str, *, who: Who = "user", content: str = _NO_BODY
) -> Callable[[Callable[[Call], Answer | Stream]], Callable[[Call], Answer | Stream]]:
    """Register a function for the requests whose path (without its query) is the pattern.

    Args:
        method: such as "GET".
        pattern: a regular expression whose named groups become `Call.names`, or a plain path.
        who: "anyone", "user" (any valid token), "writer" (a token that may write), or "nobody" for the store
            of large files, which must be asked without a token.
        content: what the body must be: json, ndjson, lfs, form, bytes or none.
    """

    def register(answer: Callable[[Call], Answer | Stream]) -> Callable[[Call], Answer | Stream]:
        _ROUTES.append(_Route(method, re.compile(pattern), who, content, answer))
        return answer

    return register


@dataclass
class Fault:
    """What goes wrong with the next requests that match: an answer, or no answer at all."""

    pattern: re.Pattern[str]
    times: int
    answer: Answer | None = None
    cut: When | None = None


class Hold:
    """A request that freezes, so that a test can end the client meanwhile.

    Attributes:
        reached: set when the request is there (and, with "after", has taken effect).
        request: what it was, once reached.
    """

    def __init__(self, number: int, when: When) -> None:
        self.number = number
        self.when = when
        self.reached = threading.Event()
        self.request: Request | None = None
        self._let_go = threading.Event()
        self._is_dropped = False

    def release(self) -> None:
        """Let the request go on and be answered."""
        self._let_go.set()

    def drop(self) -> None:
        """Close its connection: held "before", the request never takes effect."""
        self._is_dropped = True
        self._let_go.set()

    def wait_here(self, request: Request) -> bool:
        """Freeze; False when the request is to be dropped."""
        self.request = request
        self.reached.set()
        self._let_go.wait()
        return not self._is_dropped


class HubHandler(BaseHTTPRequestHandler):
    """Takes every request to its route."""

    protocol_version = "HTTP/1.1"
    hub: "SpacesHub"

    def do_HEAD(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        try:
            body = read_body(self)
            if self.path == _NOISE:
                return self._send(Answer({"standardEnvVars": [], "harnesses": {}}))
            request = Request(self.command, self.path)
            hold = self.hub.take_hold(request)
            if hold and hold.when == "before" and not hold.wait_here(request):
                return self._cut()
            fault = self.hub.take_fault(request)
            if fault and fault.cut == "before":
                return self._cut()
            answer = fault.answer if fault and fault.answer else self._find_answer(request, body)
            if hold and hold.when == "after" and not hold.wait_here(request):
                return self._cut()
            if fault and fault.cut == "after":
                return self._cut()
            if isinstance(answer, Stream):
                self._send_stream(answer)
            else:
                self._send(answer)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _find_answer(self, request: Request, body: bytes) -> Answer | Stream:
        try:
            return self._ask_route(request, body)
        except Refusal as refusal:
            return Answer(refusal.body, refusal.status, refusal.headers)
        except Violation as violation:
            return self._violate(request, str(violation))
        except Exception as error:  # a fault of this server must not look like the Hub's
            return self._violate(request, f"the local Hub failed: {type(error).__name__}: {error}", 500)

    def _ask_route(self, request: Request, body: bytes) -> Answer | Stream:
        address = urlsplit(request.path)
        method = "GET" if request.method == "HEAD" and "/resolve/" in address.path else request.method
        for known in _ROUTES:
            match = known.pattern.fullmatch(address.path) if known.method == method else None
            if match:
                break
        else:
            raise Violation("unknown route")
        token = self._check_token(request, known.who)
        self._check_content(known.content, body)
        names = {name: unquote(value) for name, value in match.groupdict().items() if value is not None}
        call = Call(self.hub, names, parse_qs(address.query), body, token)
        with self.hub.lock:
            return known.answer(call)

    def _check_token(self, request: Request, who: Who) -> "Token | None":
        said = self.headers.get("Authorization")
        if who == "nobody":
            if said is not None:
                raise Violation("the token left the Hub")
            return None
        agent = self.headers.get("User-Agent", "")
        if not re.match(r"([\w.-]+/[\w.-]+; )?hf_hub/", agent):
            raise Violation(f"user agent {agent!r}")
        if said is None:
            if who == "writer":
                self.hub.violations.append(f"{request.method} {request.path}: without authorization")
            if who != "anyone":
                raise Refusal(401, "Invalid username or password.")
            return None
        token = self.hub.tokens.get(said.removeprefix("Bearer ")) if said.startswith("Bearer ") else None
        if token is None:
            raise Refusal(401, "Invalid credentials in Authorization header")
        if who == "writer" and not token.can_write:
            raise Refusal(403, "Your token has no write permission: use a token with the role write")
        return token

    def _check_content(self, content: str, body: bytes) -> None:
        if content == _NO_BODY and body:
            raise Violation("a body where there is none")
        if content in _CONTENT_TYPES:
            said = self.headers.get("Content-Type", "").split(";")[0].strip()
            if said != _CONTENT_TYPES[content]:
                raise Violation(f"content type {said!r} instead of {_CONTENT_TYPES[content]!r}")

    def _violate(self, request: Request, what: str, status: int = 400) -> Answer:
        self.hub.violations.append(f"{request.method} {request.path}: {what}")
        return Answer({"error": what}, status, {"X-Error-Message": what.splitlines()[0]})

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, answer: Answer) -> None:
        headers = dict(answer.headers)
        if isinstance(answer.body, bytes):
            content = answer.body
            headers.setdefault("Content-Type", "application/octet-stream")
        else:
            content = b"" if answer.body is None else json.dumps(answer.body).encode()
            headers.setdefault("Content-Type", "application/json; charset=utf-8")
        headers.setdefault("Content-Length", str(len(content)))
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value.encode("ascii", "replace").decode())
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _send_stream(self, stream: Stream) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        n_quiet = 0
        for event in stream.events:
            n_quiet = n_quiet + 1 if event is None else 0
            if event is not None:
                self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            elif n_quiet % _KEEP_ALIVE_MOMENTS == 0:
                self.wfile.write(b"data:\n\n")
            if self.hub.closing:
                return

    def log_message(self, format: str, *args: Any) -> None:
        pass
