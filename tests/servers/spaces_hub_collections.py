"""Collections of the local Hub of Spaces: lists of repositories with a title, in an order, with notes.

POST  /api/collections                      {"title": "Lessons", "namespace": "visitor", "private": false}
POST  /api/collections/<slug>/items         {"item": {"id": "visitor/bears", "type": "space"}}
PATCH /api/collections/<slug>/items/<item>  {"position": 0}
"""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.servers.spaces_hub_http import Answer, Call, Refusal, Violation, check_fields, route
from tests.servers.spaces_hub_process import now

_ONE = r"/api/collections/(?P<owner>[^/]+)/(?P<slug>[^/]+)"
_ITEM = _ONE + r"/items/(?P<item>[0-9a-f]{24})"
_MAX_DESCRIPTION, _MAX_NOTE = 150, 500
_ITEMS_IN_A_LIST = 4


@dataclass
class Item:
    """One entry of a collection."""

    key: str
    id: str
    kind: str
    note: str | None = None


@dataclass
class Collection:
    """A collection; its slug ends with its key, and begins with its title."""

    owner: str
    title: str
    description: str | None
    private: bool
    theme: str = "blue"
    key: str = field(default_factory=lambda: secrets.token_hex(12))
    items: list[Item] = field(default_factory=list)
    updated: str = field(default_factory=now)

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        words = re.sub("[^a-z0-9]+", "-", self.title.lower()).strip("-")
        return f"{self.owner}/{words}-{self.key}"

    def describe(self, *, at_most: int | None = None) -> dict[str, Any]:
        """The collection as the Hub writes it."""
        items = [
            {
                "_id": item.key,
                "id": item.id,
                "type": item.kind,
                "position": position,
                **({"note": {"html": item.note, "text": item.note}} if item.note else {}),
            }
            for position, item in enumerate(self.items)
        ]
        return {
            "slug": self.slug,
            "title": self.title,
            "description": self.description,
            "owner": {"name": self.owner, "type": "user"},
            "items": items[:at_most],
            "lastUpdated": self.updated,
            "private": self.private,
            "theme": self.theme,
            "upvotes": 0,
        }


class Collections:
    """All collections, in the order they were made."""

    def __init__(self) -> None:
        self.all: list[Collection] = []

    def find(self, call: Call, *, write: bool = False) -> Collection:
        """The collection that a call names; the end of the slug decides, as on the Hub."""
        key = call.names["slug"].rsplit("-", 1)[-1]
        for collection in self.all:
            is_own = call.hub.may_write(call, collection.owner)
            if collection.key == key and (is_own or not collection.private):
                if write and not is_own:
                    raise Refusal(403, "You have no write access to this collection")
                return collection
        raise Refusal(404, "Collection not found")


@route("GET", "/api/collections", who="anyone")
def list_collections(call: Call) -> Answer:
    """The collections of an owner, each with at most four of its items."""
    if unknown := sorted(set(call.query) - {"owner", "item", "sort", "limit"}):
        raise Violation(f"unknown in the query: {', '.join(unknown)}")
    owners = call.query.get("owner", [])
    seen = [c for c in call.hub.collections.all if not c.private or call.hub.may_write(call, c.owner)]
    chosen = [c.describe(at_most=_ITEMS_IN_A_LIST) for c in seen if not owners or c.owner in owners]
    return Answer(chosen)


@route("POST", "/api/collections", who="writer", content="json")
def create_collection(call: Call) -> Answer:
    """Make a collection; one with this title that is there answers 409 with its slug."""
    body = call.fields({"title": str, "namespace": str}, {"description": str, "private": bool})
    if not call.hub.may_write(call, body["namespace"]):
        raise Refusal(403, f"You have no rights to create a collection under {body['namespace']}")
    _check_length("description", body.get("description"), _MAX_DESCRIPTION)
    for known in call.hub.collections.all:
        if (known.owner, known.title) == (body["namespace"], body["title"]):
            raise Refusal(409, "This collection already exists", slug=known.slug)
    private = bool(body.get("private", False))
    made = Collection(body["namespace"], body["title"], body.get("description"), private)
    call.hub.collections.all.append(made)
    return Answer({**made.describe(), "position": 0})


@route("GET", _ONE, who="anyone")
def show_collection(call: Call) -> Answer:
    """A collection with all its items."""
    return _answer(call.hub.collections.find(call))


@route("PATCH", _ONE, who="writer", content="json")
def change_collection(call: Call) -> Answer:
    """Change a collection's title, description, visibility or colour."""
    collection = call.hub.collections.find(call, write=True)
    body = call.fields({}, {"title": str, "description": str, "private": bool, "theme": str, "position": int})
    _check_length("description", body.get("description"), _MAX_DESCRIPTION)
    for name in ("title", "description", "private", "theme"):
        if name in body:
            setattr(collection, name, body[name])
    collection.updated = now()
    return Answer({"success": True, "data": _answer(collection).body})


@route("DELETE", _ONE, who="writer")
def delete_collection(call: Call) -> Answer:
    """Forget a collection."""
    call.hub.collections.all.remove(call.hub.collections.find(call, write=True))
    return Answer({"success": True})


@route("POST", _ONE + "/items", who="writer", content="json")
def add_item(call: Call) -> Answer:
    """Add a repository at the end; one that is in it already answers 409."""
    collection = call.hub.collections.find(call, write=True)
    body = call.fields({"item": dict}, {"note": str})
    wanted = check_fields(body["item"], {"id": str, "type": str}, {})
    _check_length("note", body.get("note"), _MAX_NOTE)
    if wanted["type"] not in ("model", "dataset", "space"):
        raise Violation(f"an item of type {wanted['type']!r}")
    call.hub.find_repo(call, wanted["id"], wanted["type"])
    if any((item.id, item.kind) == (wanted["id"], wanted["type"]) for item in collection.items):
        raise Refusal(409, "This item is already in the collection")
    collection.items.append(Item(secrets.token_hex(12), wanted["id"], wanted["type"], body.get("note")))
    collection.updated = now()
    return _answer(collection)


@route("PATCH", _ITEM, who="writer", content="json")
def change_item(call: Call) -> Answer:
    """Move an item, or change its note."""
    collection = call.hub.collections.find(call, write=True)
    item = _find_item(call, collection)
    body = call.fields({}, {"position": int, "note": str})
    if (position := body.get("position")) is not None:
        if not 0 <= position < len(collection.items):
            raise Refusal(400, f'"position" must be less than {len(collection.items)}')
        collection.items.remove(item)
        collection.items.insert(position, item)
    if body.get("note") is not None:
        _check_length("note", body["note"], _MAX_NOTE)
        item.note = body["note"]
    collection.updated = now()
    return Answer({"success": True})


@route("DELETE", _ITEM, who="writer")
def delete_item(call: Call) -> Answer:
    """Take an item out."""
    collection = call.hub.collections.find(call, write=True)
    collection.items.remove(_find_item(call, collection))
    collection.updated = now()
    return Answer({"success": True})


def _find_item(call: Call, collection: Collection) -> Item:
    for item in collection.items:
        if item.key == call.names["item"]:
            return item
    raise Refusal(404, "Item not found")


def _check_length(name: str, text: str | None, most: int) -> None:
    if text is not None and len(text) > most:
        raise Refusal(400, f'"{name}" length must be less than or equal to {most} characters long')


def _answer(collection: Collection) -> Answer:
    return Answer({**collection.describe(), "position": 0})
