"""The requests of the local Hub that change files: is the README right, how to send each file, the commit.

POST /api/validate-yaml                        {"content": "---\\nsdk: gradio\\n---", "repoType": "space"}
POST /api/spaces/visitor/bears/preupload/main  {"files": [{"path": "app.py", "sample": "...", "size": 7}]}
POST /api/spaces/visitor/bears/commit/main     one JSON object a line: a header, then the changes
"""

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from tests.servers.spaces_hub_files import Repository, describe_file
from tests.servers.spaces_hub_http import Answer, Call, Refusal, Violation, check_fields, route
from tests.servers.spaces_hub_repos import API, find
from tests.servers.spaces_hub_rules import find_readme_errors, read_front_matter

HAS_HAPPENED = "A commit has happened since. Please refresh and try again."


@route("POST", "/api/validate-yaml", who="anyone", content="json")
def validate_yaml(call: Call) -> Answer:
    """Whether a README's front matter would be taken."""
    body = call.fields({"content": str, "repoType": str}, {})
    errors = [
        {"message": message} for message in find_readme_errors(body["content"], repo_type=body["repoType"])
    ]
    metadata = read_front_matter(body["content"])
    warnings = [] if metadata else [{"message": "empty or missing yaml metadata in repo card"}]
    return Answer({"errors": errors, "warnings": warnings}, 400 if errors else 200)


@route("POST", f"{API}/preupload/main", who="writer", content="json")
def preupload(call: Call) -> Answer:
    """Say of each file how it must be sent, and what is there now."""
    repo = find(call, write=True)
    body = call.fields({"files": list}, {})
    if len(body["files"]) > 256:
        raise Violation("more than 256 files at once")
    answers = []
    for wanted in body["files"]:
        check_fields(wanted, {"path": str, "sample": str, "size": int}, {})
        _check_path(wanted["path"])
        sample = _read_base64(wanted["sample"])
        if len(sample) != min(512, wanted["size"]):
            raise Violation(f"a sample of {len(sample)} bytes of {wanted['size']}")
        answer = {"path": wanted["path"], "shouldIgnore": False}
        is_large = repo.is_large(wanted["path"], wanted["size"], sample)
        answer["uploadMode"] = "lfs" if is_large else "regular"
        if wanted["path"] in repo.head.files:
            known = describe_file(repo.head, wanted["path"])
            answer["oid"] = known["lfs"]["oid"] if "lfs" in known else known["oid"]
        answers.append(answer)
    return Answer({"files": answers})


@route("POST", f"{API}/commit/main", who="writer", content="ndjson")
def make_commit(call: Call) -> Answer:
    """Take a commit whole, or not at all."""
    repo = find(call, write=True)
    if call.query:
        raise Violation("pull requests and hot reload are not served here")
    lines = _read_lines(call.body)
    key, header = next(lines, ("", {}))
    if key != "header":
        raise Violation("a commit without a header")
    check_fields(header, {"summary": str, "description": str}, {"parentCommit": str})
    parent = header.get("parentCommit")
    if parent is not None and repo.find(parent) is not repo.head:
        raise Refusal(412, HAS_HAPPENED)
    files: dict[str, bytes] = {}
    large: set[str] = set()
    removed: set[str] = set()
    for key, value in lines:
        _take_line(call, repo, key, value, files=files, large=large, removed=removed)
    if not files and not removed:
        raise Violation("an empty commit")
    if errors := find_readme_errors(files.get("README.md", b"").decode(), repo_type=repo.kind):
        raise Refusal(400, "\n".join(errors))
    made = repo.commit(
        files,
        removed,
        header["summary"],
        author=call.hub.name_of(call),
        message=header["description"],
        large=large,
    )
    call.hub.after_commit(repo)
    url = f"{call.hub.url}/{'' if repo.kind == 'model' else repo.kind + 's/'}{repo.id}/commit/{made.oid}"
    return Answer({"success": True, "commitUrl": url, "commitOid": made.oid, "hookOutput": ""})


def _read_lines(body: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    for line in body.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            raise Violation("a line of the commit is no JSON") from None
        check_fields(value, {"key": str, "value": dict}, {})
        yield value["key"], value["value"]


def _take_line(
    call: Call,
    repo: Repository,
    key: str,
    value: dict[str, Any],
    *,
    files: dict[str, bytes],
    large: set[str],
    removed: set[str],
) -> None:
    here = repo.head.files
    if key == "file":
        check_fields(value, {"content": str, "path": str, "encoding": str}, {})
        data = _read_base64(value["content"])
        if repo.is_large(value["path"], len(data), data[:512]):
            raise Violation(f"{value['path']} must be sent as a large file")
        files[value["path"]] = data
    elif key == "lfsFile":
        check_fields(value, {"path": str, "algo": str, "oid": str}, {"size": int})
        found = call.hub.store.find(value["oid"])
        if found is None or value.get("size", len(found)) != len(found):
            raise Violation(f"{value['path']} points to a file that was never sent")
        files[value["path"]] = found
        large.add(value["path"])
    elif key == "deletedFile":
        check_fields(value, {"path": str}, {})
        if value["path"] not in here:
            raise Refusal(404, "A file with this name doesn't exist", code="EntryNotFound")
        removed.add(value["path"])
    elif key == "deletedFolder":
        check_fields(value, {"path": str}, {})
        inside = {path for path in here if path.startswith(value["path"].rstrip("/") + "/")}
        if not inside:
            raise Refusal(404, "A folder with this name doesn't exist", code="EntryNotFound")
        removed.update(inside)
    else:
        raise Violation(f"a commit of {key!r}")
    _check_path(value["path"])


def _check_path(path: str) -> None:
    parts = path.rstrip("/").split("/")
    if not path or any(part in ("", ".", "..", ".git") for part in parts):
        raise Violation(f"a path {path!r}")


def _read_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Violation("not base64") from None
