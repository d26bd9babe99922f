"""A Hugging Face Hub on loopback that Spaces can be pushed to: strict, and it really runs them.

It speaks the Hub's protocol to the unmodified `huggingface_hub` and `gradio_client`. A commit to a Space is
checked out into an empty folder, built (README and requirements.txt are checked), and started in a clean
process that cannot see the project; only when it answers is the stage RUNNING, with that commit's `sha`. What
the real Hub would never be sent is kept in `violations`, and tests assert that there is none.

    with SpacesHub() as hub:
        subprocess.run([sys.executable, "spaces/push.py", ...], env={**os.environ, **hub.environment()})
        hub.wait_until("RUNNING", "visitor/bears")
        assert hub.violations == []

The parts: spaces_hub_http (requests, faults), _files, _repos, _store and _commits (repositories), _spaces
(settings), _runner, _process and _door (what runs), _guard (what it may import), _rules, _collections, _jobs
and _uv; _samples has small Spaces.
"""

import atexit
import http
import re
import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

from tests.servers import spaces_hub_collections, spaces_hub_jobs
from tests.servers.hub import _Server
from tests.servers.spaces_hub_commits import HAS_HAPPENED
from tests.servers.spaces_hub_files import Commit, Repository, first_files
from tests.servers.spaces_hub_http import Answer, Call, Fault, Hold, HubHandler, Refusal, Request, route
from tests.servers.spaces_hub_repos import is_private
from tests.servers.spaces_hub_runner import Space
from tests.servers.spaces_hub_spaces import (
    NEEDS_PAYMENT,
    NEEDS_PRO,
    check_hardware,
    check_sleep_time,
    set_value,
    set_volumes,
)
from tests.servers.spaces_hub_store import Store
from tests.waiting import turns

_MESSAGES = {
    401: "Invalid username or password.",
    402: NEEDS_PRO,
    403: NEEDS_PAYMENT,
    404: "Repository not found",
    409: "Another operation on this repository is in progress",
    412: HAS_HAPPENED,
    429: "We had to rate limit you, try again later",
    503: "Service unavailable, try again later",
}
USER, STRANGER = "visitor", "somebody"
WRITE_TOKEN, READ_TOKEN, STRANGERS_TOKEN = "hf_write", "hf_read", "hf_somebody"


@dataclass(frozen=True)
class Token:
    """Who a token belongs to, and whether it may write."""

    user: str
    can_write: bool


@dataclass
class Account:
    """The account "visitor".

    Attributes:
        is_pro: a free account may have two Spaces on ZeroGPU, and none on cpu-basic (402).
        can_pay: without a payment method paid hardware answers 403.
        orgs: organisations that it may write to.
    """

    is_pro: bool = True
    can_pay: bool = True
    orgs: list[str] = field(default_factory=list)


class SpacesHub:
    """The Hub: repositories, Spaces, collections and jobs of one account and a stranger.

    Attributes:
        url: the endpoint, without a slash at the end.
        store_url: where large files are, on a port of its own.
        requests: every request so far, those for large files too.
        violations: what the real Hub would have refused or never been asked.
        tokens: by their text.
        account: what the visitor may have.
        installable: pins that a build takes though they are not installed here.
        stuck_build: while true, no build ends.
        build_error: when set, every build fails with it.
        lag_seconds: how long a Space shows its old stage after a commit.
        build_seconds: how long a build takes at least.
        startup_seconds: how long a Space may take to answer.
        errors_name_commit: whether the runtime of a failed Space carries the commit's sha.
        old_stage: of a Space whose build fails while the version before runs on, "BUILD_ERROR" or "RUNNING";
            None ends that version.
        folder: where Spaces and jobs live.
        lock: held while a request is answered.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.tokens = {
            WRITE_TOKEN: Token(USER, can_write=True),
            READ_TOKEN: Token(USER, can_write=False),
            STRANGERS_TOKEN: Token(STRANGER, can_write=True),
        }
        self.account = Account()
        self.installable = {"torch==2.11.0", "torchvision==0.26.0"}
        self.stuck_build = False
        self.build_error: str | None = None
        self.lag_seconds = 0.1
        self.build_seconds = 0.1
        self.startup_seconds = 120.0
        self.errors_name_commit = False
        self.old_stage: str | None = None
        self.store = Store()
        self.collections = spaces_hub_collections.Collections()
        self.jobs = spaces_hub_jobs.Jobs(self)
        self.folder = Path(tempfile.mkdtemp(prefix="spaces-hub-"))
        self.lock = threading.RLock()
        self.closing = False
        self._repos: dict[tuple[str, str], Repository] = {}
        self._spaces: dict[str, Space] = {}
        self._deleted: list[Space] = []
        self._faults: list[Fault] = []
        self._holds: list[Hold] = []
        self._arrivals = 0
        self._servers = [_start(self), _start(self)]
        self.url, self.store_url = (f"http://127.0.0.1:{s.server_address[1]}" for s in self._servers)

    def __enter__(self) -> "SpacesHub":
        atexit.register(self.close)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        atexit.unregister(self.close)

    def close(self) -> None:
        """End every Space, job and server, and remove what they left."""
        self.closing = True
        for hold in self._holds:
            hold.drop()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for space in [*self._spaces.values(), *self._deleted]:
            space.end()
        self.jobs.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    # For tests: what is there

    def environment(self, *, token: str | None = WRITE_TOKEN) -> dict[str, str]:
        """What to put over a client's environment: this Hub, a token, and caches of its own.

        Args:
            token: the text of a token, or None for a client that has none.
        """
        return {
            "HF_ENDPOINT": self.url,
            "HF_TOKEN": token or "",
            "HF_HOME": str(self.folder / "client"),
            "HF_HUB_OFFLINE": "0",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "NO_PROXY": "127.0.0.1,localhost",
        }

    def repo(self, repo_id: str, kind: str | None = None) -> Repository:
        """A repository by its id; of a kind when several have it."""
        with self.lock:
            for candidate in (kind,) if kind else ("space", "model", "dataset"):
                if found := self._repos.get((candidate, repo_id)):
                    return found
        raise KeyError(repo_id)

    def commits(self, repo_id: str, kind: str | None = None) -> list[Commit]:
        """The commits of a repository, the oldest first; the Hub itself made the first."""
        return list(self.repo(repo_id, kind).commits)

    def files(self, repo_id: str, revision: str | None = None, kind: str | None = None) -> dict[str, bytes]:
        """What is in a repository at a commit, or now."""
        return self.repo(repo_id, kind).files(revision)

    @property
    def secrets(self) -> dict[str, dict[str, str]]:
        """The secrets of each Space."""
        with self.lock:
            return {repo_id: dict(space.secrets) for repo_id, space in self._spaces.items()}

    @property
    def variables(self) -> dict[str, dict[str, str]]:
        """The variables of each Space."""
        with self.lock:
            return {repo_id: dict(space.variables) for repo_id, space in self._spaces.items()}

    def space(self, repo_id: str) -> Space:
        """A Space by its id: settings, stage, logs, process."""
        return self._spaces[repo_id]

    def spaces(self) -> list[Space]:
        """All Spaces of the visitor."""
        return [space for space in self._spaces.values() if space.repo.owner == USER]

    def wait_until(self, stage: str, repo_id: str, *, sha: str | None = None, timeout: float = 60) -> None:
        """Wait until a Space has a stage (and, with `sha`, serves that commit).

        Raises:
            TimeoutError: when it never does, with its logs.
        """
        space = self.space(repo_id)
        for _ in turns(timeout):
            with self.lock:
                runtime = space.describe_runtime()
            if runtime["stage"] == stage and sha in (None, runtime.get("sha")):
                return
        logs = space.build_log.text() + space.run_log.text()
        raise TimeoutError(f"{repo_id} is {runtime['stage']}, not {stage}\n{logs}")

    def push_as_somebody_else(
        self, repo_id: str, files: dict[str, bytes], *, kind: str = "space", removed: set[str] | None = None
    ) -> str:
        """Commit as a stranger, making the repository when there is none, and give the commit's 40 digits."""
        with self.lock:
            if not self.has_repo(repo_id, kind):
                self.create_repo(repo_id, kind, {"sdk": "gradio"}, author=STRANGER)
            repo = self.repo(repo_id, kind)
            made = repo.commit(files, removed or set(), "Somebody else's change", author=STRANGER)
            for path in made.large:
                self.store.keep(made.files[path])
            self.after_commit(repo)
        return made.oid

    # For tests: what goes wrong

    def fail(
        self,
        pattern: str,
        *,
        status: int,
        times: int = 1,
        headers: dict[str, str] | None = None,
        body: Any = None,
        message: str | None = None,
    ) -> None:
        """Answer the next requests that match with an error, before they take effect.

        Args:
            pattern: a regular expression, searched for in "METHOD /path?query".
            status: such as 503.
            times: how many requests.
            headers: to send along, such as Retry-After.
            body: JSON or bytes; by default the Hub's way to say `message`.
            message: also sent as X-Error-Message; by default what the Hub says with this status.
        """
        said = message or _MESSAGES.get(status, http.HTTPStatus(status).phrase)
        sent = {"error": said} if body is None else body
        answer = Answer(sent, status, {"X-Error-Message": said, **(headers or {})})
        with self.lock:
            self._faults.append(Fault(re.compile(pattern), times, answer=answer))

    def cut(self, pattern: str, *, when: Literal["before", "after"] = "before", times: int = 1) -> None:
        """Close the connection of the next requests that match, before or after they take effect."""
        with self.lock:
            self._faults.append(Fault(re.compile(pattern), times, cut=when))

    def recover(self) -> None:
        """Forget all faults."""
        with self.lock:
            self._faults.clear()
            self.stuck_build, self.build_error = False, None

    def hold_at(self, number: int, when: Literal["before", "after"] = "before") -> Hold:
        """Freeze a request to come, before or after it takes effect.

        Args:
            number: 1 for the next request, 2 for the one after it.
            when: whether it has taken effect when it freezes.

        Returns:
            The hold: wait for `reached`, end the client or not, then `release()` or `drop()`.
        """
        with self.lock:
            hold = Hold(self._arrivals + number, when)
            self._holds.append(hold)
        return hold

    # For the parts of the server

    def take_hold(self, request: Request) -> Hold | None:
        """Note a request, and give the hold that freezes it."""
        with self.lock:
            self.requests.append(request)
            self._arrivals += 1
            return next((hold for hold in self._holds if hold.number == self._arrivals), None)

    def take_fault(self, request: Request) -> Fault | None:
        """The fault that this request meets, used up by it."""
        with self.lock:
            for fault in self._faults:
                if fault.times > 0 and fault.pattern.search(f"{request.method} {request.path}"):
                    fault.times -= 1
                    return fault
        return None

    def name_of(self, call: Call) -> str:
        """The account that makes a call."""
        if call.token is None:
            raise Refusal(401, "Invalid username or password.")
        return call.token.user

    def may_write(self, call: Call, owner: str) -> bool:
        """Whether a call may change what belongs to this account or organisation."""
        if call.token is None or not call.token.can_write:
            return False
        return owner == call.token.user or (call.token.user == USER and owner in self.account.orgs)

    def has_repo(self, repo_id: str, kind: str) -> bool:
        """Whether there is such a repository."""
        return (kind, repo_id) in self._repos

    def find_repo(self, call: Call, repo_id: str, kind: str, *, write: bool = False) -> Repository:
        """A repository that a call may see (and, with `write`, change).

        Raises:
            Refusal: when there is none, or not for this call.
        """
        repo = self._repos.get((kind, repo_id))
        is_seen = repo is not None and (not repo.private or self._may_see(call, repo.owner))
        if repo is None or not is_seen:
            if call.token is None:
                raise Refusal(401, "Invalid username or password.", code="RepoNotFound")
            raise Refusal(404, "Repository not found", code="RepoNotFound")
        if write and not self.may_write(call, repo.owner):
            raise Refusal(403, f"You have no write access to {repo_id}")
        return repo

    def _may_see(self, call: Call, owner: str) -> bool:
        return call.token is not None and owner in (call.token.user, *self.account.orgs)

    def list_repos(self, call: Call, kind: str) -> list[Repository]:
        """The repositories of a kind that a call may see."""
        known = [repo for (its_kind, _), repo in self._repos.items() if its_kind == kind]
        return [repo for repo in known if not repo.private or self._may_see(call, repo.owner)]

    def new_repo(self, call: Call, repo_id: str, kind: str, body: dict[str, Any]) -> None:
        """Make a repository for a call, when the account may have its hardware."""
        if kind == "space":
            hardware = body.get("hardware") or "cpu-basic"
            check_hardware(call, hardware)
            if (sleep := body.get("sleepTimeSeconds")) is not None:
                check_sleep_time(hardware, sleep)
        self.create_repo(repo_id, kind, body, private=is_private(call, body, default=False))

    def create_repo(
        self, repo_id: str, kind: str, body: dict[str, Any], *, author: str = USER, private: bool = False
    ) -> None:
        """Make a repository with the Hub's own first commit, and the settings of a Space."""
        repo = Repository(repo_id, kind, private)
        if kind == "space":
            space = Space(self, repo, body)
            for name, values in (("secrets", space.secrets), ("variables", space.variables)):
                for item in body.get(name) or []:
                    set_value(space, values, item)
            set_volumes(space, body.get("volumes") or [])
            self._spaces[repo_id] = space
        repo.commit(first_files(repo_id, kind, body.get("sdk")), set(), "initial commit", author=author)
        self._repos[kind, repo_id] = repo

    def delete_repo(self, repo: Repository) -> None:
        """Forget a repository, and end its Space."""
        del self._repos[repo.kind, repo.id]
        if repo.kind == "space":
            space = self._spaces.pop(repo.id)
            space.pause()
            self._deleted.append(space)

    def after_commit(self, repo: Repository) -> None:
        """Let a Space take its new commit."""
        if repo.kind == "space":
            self._spaces[repo.id].wake()

    def find_preload_problem(self, repo_id: str, names: list[str], revision: str | None) -> str | None:
        """Why a build cannot fetch these files of a public model repository; None when it can."""
        with self.lock:
            repo = self._repos.get(("model", repo_id))
            if repo is None or repo.private:
                return "no such public repository"
            try:
                files = repo.files(revision)
            except Refusal as refusal:
                return str(refusal)
        missing = [name for name in names if name not in files]
        return f"without {', '.join(missing)}" if missing else None


@route("GET", "/api/whoami-v2", who="user")
def whoami(call: Call) -> Answer:
    """Whose the token is, and what it may do."""
    assert call.token is not None
    account = call.hub.account
    is_visitor = call.token.user == USER
    return Answer(
        {
            "type": "user",
            "id": "0" * 24,
            "name": call.token.user,
            "fullname": call.token.user.title(),
            "isPro": account.is_pro if is_visitor else False,
            "canPay": account.can_pay if is_visitor else False,
            "emailVerified": True,
            "orgs": [
                {"type": "org", "id": "1" * 24, "name": name, "fullname": name, "roleInOrg": "write"}
                for name in (account.orgs if is_visitor else [])
            ],
            "auth": {
                "type": "access_token",
                "accessToken": {
                    "displayName": "laptop",
                    "role": "write" if call.token.can_write else "read",
                    "createdAt": "2026-01-01T00:00:00.000Z",
                },
            },
        }
    )


def _start(hub: SpacesHub) -> ThreadingHTTPServer:
    server = _Server(("127.0.0.1", 0), type("Handler", (HubHandler,), {"hub": hub}))
    poll = {"poll_interval": 0.02}
    threading.Thread(target=server.serve_forever, kwargs=poll, daemon=True).start()
    return server
