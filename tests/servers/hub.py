"""A small Hugging Face Hub on loopback: the read side of its protocol, strict, going wrong on demand.

Written against the requests that the unmodified `huggingface_hub` client makes. `HEAD` and `GET` of
`/<user>/<repo>/resolve/<revision>/<file>` answer as the Hub does: small files from the Hub itself, large ones
(here: *.safetensors) through a redirect to a second server, the CDN, whose address is signed and must be
asked without a token. What the real Hub would not understand is kept in `violations`, and tests assert that
there is none.

    with LocalHub() as hub:
        commit = hub.add_commit("user/repo", {"config.json": b"{}"})
        hub.go_wrong("config.json", "503", times=1)
        ... huggingface_hub.hf_hub_download("user/repo", "config.json", endpoint=hub.url) ...
        assert hub.violations == []
"""

import hashlib
import hmac
import re
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import unquote

Fault = Literal[
    "503", "hang", "hang in GET", "cut off", "short", "wrong bytes", "not a hub", "huge", "endless"
]
_RESOLVE = re.compile(r"/(?P<repo_id>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>[^?]+)")
_CDN = re.compile(
    r"/blob/(?P<sha>[0-9a-f]{64})\?name=(?P<path>[\w.-]+)&signature=(?P<signature>[0-9a-f]{64})"
)
_SECRET = b"loopback"


@dataclass(frozen=True)
class Request:
    """One request as it arrived: server is "hub" or "cdn"."""

    server: str
    method: str
    path: str


class LocalHub:
    """Repositories in memory, behind two HTTP servers.

    Attributes:
        url: the endpoint, without a slash at the end.
        requests: every request so far.
        violations: what the real Hub would have refused or never been asked.
        private: repository ids that need the token "hf_test".
    """

    def __init__(self, handler: "type[_Handler] | None" = None) -> None:
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.private: set[str] = set()
        self._commits: dict[str, dict[str, dict[str, bytes]]] = {}
        self._branches: dict[str, dict[str, str]] = {}
        self._blobs: dict[str, bytes] = {}
        self._faults: dict[str, deque[Fault]] = {}
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._servers = {server: _start(self, server, handler or _Handler) for server in ("hub", "cdn")}
        self.url = self.address("hub")

    def __enter__(self) -> "LocalHub":
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    def address(self, server: str) -> str:
        """The address of one of the two servers."""
        return f"http://127.0.0.1:{self._servers[server].server_address[1]}"

    def add_commit(self, repo_id: str, files: dict[str, bytes], *, branch: str = "main") -> str:
        """Store a commit with exactly these files at the head of a branch and return its 40 digits."""
        digest = hashlib.sha1(repr((repo_id, sorted(files.items()))).encode()).hexdigest()
        self._commits.setdefault(repo_id, {})[digest] = dict(files)
        self._branches.setdefault(repo_id, {})[branch] = digest
        self._blobs.update({hashlib.sha256(data).hexdigest(): data for data in files.values()})
        return digest

    def drop_commit(self, repo_id: str, commit: str) -> None:
        """Lose a commit, as a rewritten history does."""
        del self._commits[repo_id][commit]

    def go_wrong(self, path: str, fault: Fault, *, times: int = 1000) -> None:
        """Serve a file wrongly for the next `times` requests that the fault applies to."""
        self._faults[path] = deque([fault] * times)

    def recover(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def count(self, method: str, ending: str) -> int:
        """How many requests of this method were made for a path that ends so (without its query)."""
        return sum(r.method == method and r.path.split("?")[0].endswith(ending) for r in self.requests)

    def take_fault(self, path: str, method: str) -> Fault | None:
        """The fault to show for this request, used up by it."""
        with self._lock:
            waiting = self._faults.get(path)
            if not waiting or (method == "HEAD" and waiting[0] not in ("503", "hang", "not a hub", "huge")):
                return None
            return waiting.popleft()

    def find(self, repo_id: str, revision: str, path: str) -> tuple[str, bytes] | str:
        """The commit and content of a file, or the Hub's code for why there is none."""
        if repo_id not in self._commits:
            return "RepoNotFound"
        commit = self._branches[repo_id].get(revision, revision)
        if commit not in self._commits[repo_id]:
            return "RevisionNotFound"
        if path not in self._commits[repo_id][commit]:
            return "EntryNotFound"
        return commit, self._commits[repo_id][commit][path]

    def blob(self, sha: str) -> bytes:
        """A large file by its hash."""
        return self._blobs[sha]

    def hang(self, seconds: float = 60) -> None:
        """Say nothing until the time is over or the server closes."""
        self._closing.wait(seconds)

    @property
    def closing(self) -> bool:
        """Whether the servers are about to stop."""
        return self._closing.is_set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: LocalHub
    server_name: str

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.hub.requests.append(Request(self.server_name, self.command, self.path))
        try:
            if self.server_name == "hub":
                self._answer_as_hub()
            else:
                self._answer_as_cdn()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _answer_as_hub(self) -> None:
        if (self.command, self.path) == ("GET", "/api/agent-harnesses"):  # for the client's user agent
            return self._send(200, b'{"standardEnvVars": [], "harnesses": {}}', {})
        match = _RESOLVE.fullmatch(self.path)
        if match is None:
            return self._violate("not a file of a repository")
        if not self.headers.get("User-Agent", "").startswith(("unknown/None; hf_hub/", "hf_hub/")):
            return self._violate(f"user agent {self.headers.get('User-Agent')!r}")
        if self.headers.get("X-HF-Download-Counter") not in (None, "1"):
            return self._violate("download counter")
        if self.command == "HEAD" and self.headers.get("Accept-Encoding") != "identity":
            return self._violate("HEAD of a file must ask for its plain size")
        repo_id, revision, path = match["repo_id"], unquote(match["revision"]), unquote(match["path"])
        if repo_id in self.hub.private and self.headers.get("Authorization") != "Bearer hf_test":
            message = "Invalid username or password."
            return self._send(401, b"", {"X-Error-Code": "RepoNotFound", "X-Error-Message": message})
        found = self.hub.find(repo_id, revision, path)
        if isinstance(found, str):
            headers = {"X-Error-Code": found, "X-Error-Message": f"{found}: {path}"}
            return self._send(404, found.encode(), headers)
        commit, data = found
        sha = hashlib.sha256(data).hexdigest()
        if path.endswith(".safetensors"):
            fault = self.hub.take_fault(path, self.command) if self.command == "HEAD" else None
            if fault:
                return self._fail(fault, data, {"X-Repo-Commit": commit, "ETag": f'"{sha}"'})
            target = f"/blob/{sha}?name={path}&signature={_sign(sha)}"
            headers = {
                "X-Repo-Commit": commit,
                "X-Linked-ETag": f'"{sha}"',
                "X-Linked-Size": str(len(data)),
                "Location": self.hub.address("cdn") + target,
            }
            return self._send(302, f"Found. Redirecting to {target}".encode(), headers)
        git = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        return self._send_file(path, data, {"X-Repo-Commit": commit, "ETag": f'"{git}"'})

    def _answer_as_cdn(self) -> None:
        match = _CDN.fullmatch(self.path)
        if match is None or not hmac.compare_digest(match["signature"], _sign(match["sha"])):
            return self._violate("unsigned address")
        if "Authorization" in self.headers:
            return self._violate("the token left the Hub")
        return self._send_file(match["path"], self.hub.blob(match["sha"]), {"ETag": f'"{match["sha"]}"'})

    def _send_file(self, path: str, data: bytes, headers: dict[str, str]) -> None:
        fault = self.hub.take_fault(path, self.command)
        if fault:
            return self._fail(fault, data, headers)
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if wanted:
            start = int(wanted[1])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            return self._send(206, data[start:], headers)
        return self._send(200, data, headers)

    def _fail(self, fault: Fault, data: bytes, headers: dict[str, str]) -> None:
        match fault:
            case "503":
                self._send(503, b"Service Unavailable", {})
            case "hang" | "hang in GET":
                self.hub.hang()
                self.close_connection = True
            case "cut off":  # fewer bytes than this very answer announces
                self._send(200, data[: len(data) // 2], headers, announced=len(data))
                self.close_connection = True
            case "short":  # fewer bytes than the HEAD announced
                self._send(200, data[: len(data) // 2], headers)
            case "wrong bytes":
                self._send(200, bytes(len(data)), headers)
            case "not a hub":  # the log-in page of a hotel's network
                self._send(200, b"<html>Welcome</html>", {"Content-Type": "text/html"})
            case "huge":
                self._send(200, b"", {**headers, "Content-Length": str(10**12)}, announced=10**12)
                self.close_connection = True
            case "endless":  # no length announced, a few bytes at a time
                self.send_response(200)
                self._send_headers(headers)
                self.close_connection = True
                while not self.hub.closing:
                    self.wfile.write(bytes(10_000))
                    time.sleep(0.001)

    def _violate(self, what: str) -> None:
        self.hub.violations.append(f"{self.server_name}: {self.command} {self.path}: {what}")
        self._send(400, what.encode(), {})

    def _send(self, status: int, body: bytes, headers: dict[str, str], announced: int | None = None) -> None:
        self.send_response(status)
        self._send_headers({**headers, "Content-Length": str(len(body) if announced is None else announced)})
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_headers(self, headers: dict[str, str]) -> None:
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


def read_body(handler: BaseHTTPRequestHandler) -> bytes:
    """The whole body of a request, sent at once or in chunks."""
    if handler.headers.get("Transfer-Encoding") != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    body = b""
    while size := int(handler.rfile.readline(), 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body


def find_closed_port() -> int:
    """A port on loopback that refuses connections."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(hub: LocalHub, server_name: str, base: type[_Handler]) -> ThreadingHTTPServer:
    handler = type("Handler", (base,), {"hub": hub, "server_name": server_name})
    server = _Server(("127.0.0.1", 0), handler)
    poll = {"poll_interval": 0.02}
    threading.Thread(target=server.serve_forever, kwargs=poll, daemon=True).start()
    return server


def _sign(sha: str) -> str:
    return hmac.new(_SECRET, sha.encode(), "sha256").hexdigest()
