"""Where the local Hub of Spaces keeps large files, and how they get there.

The batch request names an address in the store, the bytes are sent there without a token, and a commit may
then point at them. What was never sent and verified cannot be committed.

    POST /spaces/visitor/bears.git/info/lfs/objects/batch   {"objects": [{"oid": "<sha256>", "size": 7}], ...}
    PUT  /store/put/<sha256>?signature=...                  the bytes
    POST /api/lfs-verify/visitor/bears                      {"oid": "<sha256>", "size": 7}
"""

import hashlib
import hmac
import re
import secrets
from typing import Any

from tests.servers.spaces_hub_files import KINDS
from tests.servers.spaces_hub_http import Answer, Call, Refusal, Violation, check_fields, route

_LFS_TYPE = "application/vnd.git-lfs+json"


class Store:
    """Where large files are, by their SHA-256; its addresses are signed and must be asked without a token."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._blobs: dict[str, bytes] = {}
        self._unverified: dict[str, bytes] = {}

    def sign(self, sha: str, action: str) -> str:
        """The signature that lets one do something with one file."""
        return hmac.new(self._key, f"{action} {sha}".encode(), "sha256").hexdigest()

    def put(self, sha: str, data: bytes) -> None:
        """Take a file; it counts once it is verified."""
        if hashlib.sha256(data).hexdigest() != sha:
            raise Violation("other bytes than announced")
        self._unverified[sha] = data

    def verify(self, sha: str, size: int) -> None:
        """Let a file count."""
        if sha not in self._unverified or len(self._unverified[sha]) != size:
            raise Violation("verified before it was sent")
        self._blobs[sha] = self._unverified[sha]

    def keep(self, data: bytes) -> None:
        """Have a file, as if it had been sent."""
        self._blobs[hashlib.sha256(data).hexdigest()] = data

    def find(self, sha: str) -> bytes | None:
        """A file that counts, or None."""
        return self._blobs.get(sha)


@route(
    "POST",
    r"(/(?P<kind>datasets|spaces))?/(?P<id>[^/]+/[^/]+)\.git/info/lfs/objects/batch",
    who="writer",
    content="lfs",
)
def lfs_batch(call: Call) -> Answer:
    """Where to send large files; those that are here need not be sent."""
    call.hub.find_repo(call, call.names["id"], KINDS[call.names.get("kind", "models")], write=True)
    body = call.fields(
        {"operation": str, "transfers": list, "objects": list, "hash_algo": str}, {"ref": dict}
    )
    if body["operation"] != "upload" or body["hash_algo"] != "sha256" or "basic" not in body["transfers"]:
        raise Violation("not an upload that this Hub offers")
    objects = []
    for wanted in body["objects"]:
        check_fields(wanted, {"oid": str, "size": int}, {})
        if not re.fullmatch("[0-9a-f]{64}", wanted["oid"]):
            raise Violation(f"{wanted['oid']!r} is no SHA-256")
        answer: dict[str, Any] = {**wanted}
        if call.hub.store.find(wanted["oid"]) is None:
            verify = f"{call.hub.url}/api/lfs-verify/{call.names['id']}"
            answer["actions"] = {
                "upload": {"href": address_of(call, "put", wanted["oid"])},
                "verify": {"href": verify},
            }
        objects.append(answer)
    return Answer({"transfer": "basic", "objects": objects}, headers={"Content-Type": _LFS_TYPE})


@route("POST", "/api/lfs-verify/(?P<id>[^/]+/[^/]+)", who="writer", content="json")
def lfs_verify(call: Call) -> Answer:
    """Let a file that was sent count."""
    body = call.fields({"oid": str, "size": int}, {})
    call.hub.store.verify(body["oid"], body["size"])
    return Answer({"success": True})


def address_of(call: Call, action: str, sha: str) -> str:
    """The signed address at which one may get or put a file."""
    return f"{call.hub.store_url}/store/{action}/{sha}?signature={call.hub.store.sign(sha, action)}"


def _check_signature(call: Call, action: str) -> str:
    sha = call.names["sha"]
    said = call.query.get("signature", [""])[0]
    if not hmac.compare_digest(said, call.hub.store.sign(sha, action)):
        raise Violation("unsigned address")
    return sha


@route("PUT", "/store/put/(?P<sha>[0-9a-f]{64})", who="nobody", content="bytes")
def put_file(call: Call) -> Answer:
    """Take a large file."""
    call.hub.store.put(_check_signature(call, "put"), call.body)
    return Answer(b"")


@route("GET", "/store/get/(?P<sha>[0-9a-f]{64})", who="nobody")
def get_file(call: Call) -> Answer:
    """Give a large file."""
    sha = _check_signature(call, "get")
    data = call.hub.store.find(sha)
    if data is None:
        raise Refusal(404, "No such file", code="EntryNotFound")
    return Answer(data, headers={"ETag": f'"{sha}"'})
