"""The requests of the local Hub that make, remove, describe and read repositories.

POST /api/repos/create                                     {"name": "bears", "type": "space", ...}
GET  /api/spaces/visitor/bears/tree/main?recursive=true    every file with its size and hashes
GET  /spaces/visitor/bears/resolve/main/app.py             a file
"""

import hashlib
import re
import secrets
from typing import Any
from urllib.parse import parse_qs

from tests.servers.spaces_hub_files import (
    KINDS,
    Commit,
    Repository,
    describe_file,
    describe_folder,
    folders,
    git_oid,
)
from tests.servers.spaces_hub_http import Answer, Call, Refusal, Violation, route
from tests.servers.spaces_hub_store import address_of

API = r"/api/(?P<kind>models|datasets|spaces)/(?P<id>[^/]+/[^/]+)"
_REVISION = r"(?P<revision>[^/]+)"


# Creating and removing


@route("POST", "/api/repos/create", who="writer", content="json")
def create_repo(call: Call) -> Answer:
    """Make a repository, with the settings of a Space when it is one."""
    body = call.fields(
        {"name": str},
        {
            "organization": str,
            "type": str,
            "visibility": str,
            "private": bool,
            "sdk": str,
            "hardware": str,
            "sleepTimeSeconds": int,
            "secrets": list,
            "variables": list,
            "volumes": list,
        },
    )
    owner = body.get("organization") or call.hub.name_of(call)
    repo_id = f"{owner}/{body['name']}"
    kind = body.get("type") or "model"
    if kind not in KINDS.values():
        raise Violation(f"a repository of type {kind!r}")
    if not re.fullmatch(r"(?!.*(--|\.\.))[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9_])?", body["name"]):
        raise Refusal(400, f"Invalid repository name: {body['name']}")
    if not call.hub.may_write(call, owner):
        raise Refusal(403, f'You don\'t have the rights to create a {kind} under the namespace "{owner}"')
    url = f"{call.hub.url}/{'' if kind == 'model' else kind + 's/'}{repo_id}"
    if call.hub.has_repo(repo_id, kind):
        raise Refusal(409, f"You already created this {kind} repo", url=url)
    call.hub.new_repo(call, repo_id, kind, body)
    return Answer({"url": url, "name": repo_id, "id": secrets.token_hex(12)})


@route("DELETE", "/api/repos/delete", who="writer", content="json")
def delete_repo(call: Call) -> Answer:
    """Remove a repository, and end its Space."""
    body = call.fields({"name": str}, {"organization": str, "type": str})
    owner = body.get("organization") or call.hub.name_of(call)
    repo = call.hub.find_repo(call, f"{owner}/{body['name']}", body.get("type") or "model", write=True)
    call.hub.delete_repo(repo)
    return Answer()


@route("PUT", API + "/settings", who="writer", content="json")
def change_settings(call: Call) -> Answer:
    """Make a repository private or public."""
    repo = find(call, write=True)
    body = call.fields({}, {"visibility": str, "private": bool, "gated": (str, bool)})
    repo.private = is_private(call, body, default=repo.private)
    return Answer({"private": repo.private})


def is_private(call: Call, body: dict[str, Any], *, default: bool) -> bool:
    """What a request says about visibility."""
    visibility = body.get("visibility")
    if visibility not in (None, "public", "private", "protected"):
        raise Violation(f"visibility {visibility!r}")
    if visibility == "protected" and not call.hub.account.is_pro:
        raise Refusal(402, "Protected Spaces need a PRO subscription")
    if visibility is not None:
        return bool(visibility != "public")
    return bool(body.get("private", default))


# Reading


def find(call: Call, *, write: bool = False) -> Repository:
    """The repository that a call names."""
    return call.hub.find_repo(call, call.names["id"], KINDS[call.names["kind"]], write=write)


@route("GET", r"/api/(?P<kind>models|datasets|spaces)", who="anyone")
def list_repos(call: Call) -> Answer:
    """The public repositories of an author, and their private ones for who may write."""
    known = {"author", "search", "full", "limit", "sort", "direction", "expand"}
    if unknown := sorted(set(call.query) - known):
        raise Violation(f"unknown in the query: {', '.join(unknown)}")
    author = call.query.get("author", [""])[0]
    repos = call.hub.list_repos(call, KINDS[call.names["kind"]])
    return Answer([_describe_repo(call, repo, None) for repo in repos if author in ("", repo.owner)])


@route("GET", API, who="anyone")
def show_repo(call: Call) -> Answer:
    """What a repository is, at its newest commit."""
    return Answer(_describe_repo(call, find(call), None))


@route("GET", f"{API}/revision/{_REVISION}", who="anyone")
def show_revision(call: Call) -> Answer:
    """What a repository is, at one commit."""
    return Answer(_describe_repo(call, find(call), call.names["revision"]))


def _describe_repo(call: Call, repo: Repository, revision: str | None) -> dict[str, Any]:
    commit = repo.find(revision)
    metadata = repo.metadata(commit.oid)
    siblings: list[dict[str, Any]] = []
    for path in commit.files:
        entry = describe_file(commit, path)
        sibling: dict[str, Any] = {"rfilename": path}
        if call.asks("blobs"):
            sibling.update(blobId=entry["oid"], size=entry["size"])
            if lfs := entry.get("lfs"):
                sibling["lfs"] = {
                    "sha256": lfs["oid"],
                    "size": lfs["size"],
                    "pointerSize": lfs["pointerSize"],
                }
        siblings.append(sibling)
    described = {
        "_id": hashlib.sha1(repo.id.encode()).hexdigest()[:24],
        "id": repo.id,
        "author": repo.owner,
        "sha": commit.oid,
        "createdAt": repo.created,
        "lastModified": repo.head.date,
        "private": repo.private,
        "gated": False,
        "disabled": False,
        "likes": 0,
        "tags": metadata.get("tags", []),
        "cardData": metadata,
        "siblings": siblings,
    }
    if repo.kind == "space":
        return {**described, **call.hub.space(repo.id).describe()}
    return {**described, "downloads": 0, **({"modelId": repo.id} if repo.kind == "model" else {})}


@route("GET", rf"{API}/tree/{_REVISION}(/(?P<path>.+))?", who="anyone")
def show_tree(call: Call) -> Answer:
    """The files of a folder, and of the folders in it when asked."""
    commit = find(call).find(call.names["revision"])
    top = call.names.get("path", "").strip("/")
    if top and top not in folders(commit):
        raise Refusal(404, f"{top} does not exist on {call.names['revision']}", code="EntryNotFound")
    inside = f"{top}/" if top else ""
    paths = [path for path in [*commit.files, *sorted(folders(commit))] if path.startswith(inside)]
    if not call.asks("recursive"):
        paths = [path for path in paths if "/" not in path[len(inside) :]]
    return Answer([_describe_path(commit, path) for path in paths])


@route("POST", f"{API}/paths-info/{_REVISION}", who="anyone", content="form")
def show_paths(call: Call) -> Answer:
    """Some paths of a commit; those that do not exist are left out."""
    commit = find(call).find(call.names["revision"])
    wanted = parse_qs(call.body.decode()).get("paths", [])
    known = [path for path in wanted if path in commit.files or path in folders(commit)]
    return Answer([_describe_path(commit, path) for path in known])


def _describe_path(commit: Commit, path: str) -> dict[str, Any]:
    return describe_file(commit, path) if path in commit.files else describe_folder(commit, path)


@route("GET", f"{API}/commits/{_REVISION}", who="anyone")
def list_commits(call: Call) -> Answer:
    """The commits up to a revision, the newest first."""
    repo = find(call)
    last = repo.commits.index(repo.find(call.names["revision"]))
    described = [
        {
            "id": commit.oid,
            "title": commit.title,
            "message": commit.message,
            "authors": [{"user": commit.author}],
            "date": commit.date,
        }
        for commit in reversed(repo.commits[: last + 1])
    ]
    return Answer(described, headers={"X-Total-Count": str(len(described))})


@route("GET", f"{API}/refs", who="anyone")
def list_refs(call: Call) -> Answer:
    """The one branch, and the tags."""
    repo = find(call)
    branch = {"name": "main", "ref": "refs/heads/main", "targetCommit": repo.head.oid}
    tags = [
        {"name": name, "ref": f"refs/tags/{name}", "targetCommit": oid} for name, oid in repo.tags.items()
    ]
    return Answer({"branches": [branch], "converts": [], "tags": tags})


@route("POST", f"{API}/tag/{_REVISION}", who="writer", content="json")
def create_tag(call: Call) -> Answer:
    """Give a commit a name of its own."""
    repo = find(call, write=True)
    name = call.fields({"tag": str}, {"message": str})["tag"]
    if not re.fullmatch(r"[\w.-]+", name):
        raise Refusal(400, f"Invalid tag name: {name}")
    if name in repo.tags:
        raise Refusal(409, f"Tag reference exists already: {name}")
    repo.tags[name] = repo.find(call.names["revision"]).oid
    return Answer()


@route(
    "GET",
    rf"(/(?P<kind>datasets|spaces))?/(?P<id>[^/]+/[^/]+)/resolve/{_REVISION}/(?P<path>.+)",
    who="anyone",
)
def resolve(call: Call) -> Answer:
    """A file: from here when it is small, by a redirect to the store when it is large."""
    kind = KINDS[call.names.get("kind", "models")]
    commit = call.hub.find_repo(call, call.names["id"], kind).find(call.names["revision"])
    path = call.names["path"]
    if path not in commit.files:
        raise Refusal(404, f"Entry not found: {path}", code="EntryNotFound")
    data = commit.files[path]
    headers = {"X-Repo-Commit": commit.oid, "Accept-Ranges": "bytes"}
    if path not in commit.large:
        return Answer(data, headers={**headers, "ETag": f'"{git_oid(data)}"'})
    sha = hashlib.sha256(data).hexdigest()
    headers["X-Linked-ETag"] = f'"{sha}"'
    headers["X-Linked-Size"] = str(len(data))
    headers["Location"] = address_of(call, "get", sha)
    return Answer(b"", 302, headers)
