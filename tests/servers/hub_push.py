"""The write side of the local Hub: create a repository, ask how to send files, send large ones, commit.

Written against the requests that the unmodified `huggingface_hub` client makes with Xet switched off. A
commit is refused when a file in it was never sent, so a test that ends well has really moved the bytes.

    with PushHub() as hub:
        HfApi(endpoint=hub.url, token="hf_test").create_repo("user/repo")
        ...
        assert hub.violations == []
        hub.files("user/repo")["config.json"]
"""

import base64
import hashlib
import json
import re
from typing import Any

from tests.servers.hub import LocalHub, Request, _Handler, read_body

ACCOUNT, TOKEN = "visitor", "hf_test"
_INFO = re.compile(r"/api/models/(?P<repo_id>[^/]+(/[^/]+)?)")
_PREUPLOAD = re.compile(r"/api/models/(?P<repo_id>[^/]+/[^/]+)/preupload/main")
_COMMIT = re.compile(r"/api/models/(?P<repo_id>[^/]+/[^/]+)/commit/main")
_BATCH = re.compile(r"/(?P<repo_id>[^/]+/[^/]+)\.git/info/lfs/objects/batch")
_UPLOAD = re.compile(r"/upload/(?P<sha>[0-9a-f]{64})")


class PushHub(LocalHub):
    """A Hub that one account may write to, with the token "hf_test".

    Attributes:
        created: the bodies of the requests that created repositories.
        commits: the messages of the commits, in order.
        refuse: a status to answer every request for a new repository with, or None.
    """

    def __init__(self) -> None:
        self.created: list[dict[str, Any]] = []
        self.commits: list[str] = []
        self.refuse: int | None = None
        self._pushed: dict[str, dict[str, bytes]] = {}
        super().__init__(handler=_PushHandler)

    def files(self, repo_id: str) -> dict[str, bytes]:
        """What is in a repository now."""
        return self._pushed[repo_id]

    def create(self, body: dict[str, Any]) -> bool:
        """Make a repository; False when it is there."""
        self.created.append(body)
        repo_id = f"{body.get('organization') or ACCOUNT}/{body['name']}"
        is_new = repo_id not in self._pushed
        self._pushed.setdefault(repo_id, {})
        return is_new

    def keep(self, sha: str, data: bytes) -> None:
        """Store a large file that was sent."""
        self._blobs[sha] = data

    def has(self, sha: str) -> bool:
        """Whether a large file is there."""
        return sha in self._blobs

    def commit(self, repo_id: str, message: str, files: dict[str, bytes]) -> str:
        """Put files into a repository."""
        self.commits.append(message)
        self._pushed[repo_id] = {**self._pushed[repo_id], **files}
        return self.add_commit(repo_id, self._pushed[repo_id])


class _PushHandler(_Handler):
    hub: PushHub

    def do_GET(self) -> None:
        # Asked after a refusal: perhaps the repository is there already.
        if match := _INFO.fullmatch(self.path):
            self.hub.requests.append(Request(self.server_name, self.command, self.path))
            headers = {"X-Error-Code": "RepoNotFound", "X-Error-Message": f"{match['repo_id']} not found"}
            return self._send(404, b"", headers)
        return super().do_GET()

    def do_POST(self) -> None:
        self._write()

    def do_PUT(self) -> None:
        self._write()

    def _write(self) -> None:
        self.hub.requests.append(Request(self.server_name, self.command, self.path))
        body = read_body(self)
        if upload := _UPLOAD.fullmatch(self.path):
            if hashlib.sha256(body).hexdigest() != upload["sha"]:
                return self._violate("other bytes than announced")
            self.hub.keep(upload["sha"], body)
            return self._send(200, b"", {})
        if self.path == "/api/validate-yaml":
            return self._send_json({"errors": [], "warnings": []})
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._send_json({"error": "Invalid username or password."}, 401)
        if self.path == "/api/repos/create":
            if self.hub.refuse is not None:
                return self._send_json({"error": "refused"}, self.hub.refuse)
            wanted = json.loads(body)
            url = f"{self.hub.url}/{wanted.get('organization') or ACCOUNT}/{wanted['name']}"
            is_new = self.hub.create(wanted)
            return self._send_json(
                {"url": url} if is_new else {"error": "it is there", "url": url}, 200 if is_new else 409
            )
        for pattern, answer in (
            (_PREUPLOAD, self._preupload),
            (_BATCH, self._batch),
            (_COMMIT, self._commit),
        ):
            if match := pattern.fullmatch(self.path):
                return answer(match["repo_id"], body)
        return self._violate("not a request that pushes a model")

    def _preupload(self, repo_id: str, body: bytes) -> None:
        files = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["path"].endswith((".safetensors", ".onnx")) else "regular",
                "shouldIgnore": False,
            }
            for file in json.loads(body)["files"]
        ]
        self._send_json({"files": files})

    def _batch(self, repo_id: str, body: bytes) -> None:
        objects = [
            {**wanted, "actions": {"upload": {"href": f"{self.hub.url}/upload/{wanted['oid']}"}}}
            for wanted in json.loads(body)["objects"]
        ]
        self._send_json({"transfer": "basic", "objects": objects})

    def _commit(self, repo_id: str, body: bytes) -> None:
        lines = [json.loads(line) for line in body.splitlines()]
        files: dict[str, bytes] = {}
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile" and self.hub.has(value["oid"]):
                files[value["path"]] = self.hub.blob(value["oid"])
            else:
                return self._violate(f"a commit of {line['key']} that was never sent")
        oid = self.hub.commit(repo_id, lines[0]["value"]["summary"], files)
        return self._send_json({"commitUrl": f"{self.hub.url}/{repo_id}/commit/{oid}", "commitOid": oid})

    def _send_json(self, value: dict[str, Any], status: int = 200) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})
