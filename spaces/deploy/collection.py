"""One collection on the Hub with all Spaces, in the order of the lessons.

from deploy.collection import make_collection
make_collection(hub, config.collection, ["user/bears", "user/relu"], owner="user")  # its address, []
"""

from typing import TYPE_CHECKING

from deploy.config import CollectionWish
from deploy.errors import PushError
from deploy.state import find_info

if TYPE_CHECKING:
    from huggingface_hub import Collection

    from deploy.hub import Hub


def make_collection(
    hub: "Hub", wish: CollectionWish, repo_ids: list[str], *, owner: str
) -> tuple[str, list[str]]:
    """Make the collection, or put right what is different in it. Doing it again changes nothing.

    What somebody added by hand stays, after the Spaces. A Space that is not there is left out.

    Args:
        hub: where to.
        wish: title and description.
        repo_ids: the Spaces in their order.
        owner: of the collection.

    Returns:
        Its address, and the Spaces that are not there.

    Raises:
        PushError: none of the Spaces is there, or the Hub refused.
    """
    missing = [repo_id for repo_id in repo_ids if find_info(hub, repo_id) is None]
    repo_ids = [repo_id for repo_id in repo_ids if repo_id not in missing]
    if not repo_ids:
        raise PushError("None of the Spaces is there yet.", "Push some of them first.")
    slug = _find(hub, wish.title, owner) or _create(hub, wish, owner)
    collection = _read(hub, slug)
    if (collection.description or "") != wish.description:
        hub.call(
            f"describe the collection {wish.title!r}",
            hub.api.update_collection_metadata,
            slug,
            description=wish.description,
        )
    there = {item.item_id for item in collection.items if item.item_type == "space"}
    for repo_id in repo_ids:
        if repo_id not in there:
            hub.call(
                f"add {repo_id} to the collection {wish.title!r}",
                hub.api.add_collection_item,
                slug,
                repo_id,
                "space",
                exists_ok=True,
                repo_id=repo_id,
            )
    _sort(hub, slug, repo_ids)
    return f"{hub.api.endpoint}/collections/{slug}", missing


def _find(hub: "Hub", title: str, owner: str) -> str | None:
    """The collection with this title, if the owner has one."""
    known = hub.call(
        f"list the collections of {owner}", lambda: list(hub.api.list_collections(owner=owner, limit=100))
    )
    return next((str(collection.slug) for collection in known if collection.title == title), None)


def _create(hub: "Hub", wish: CollectionWish, owner: str) -> str:
    made = hub.call(
        f"create the collection {wish.title!r}",
        hub.api.create_collection,
        wish.title,
        namespace=owner,
        description=wish.description or None,
        exists_ok=True,
    )
    return str(made.slug)


def _read(hub: "Hub", slug: str) -> "Collection":
    """All of it: in a list the Hub tells only the first items of each."""
    collection: Collection = hub.call("read the collection", hub.api.get_collection, slug)
    return collection


def _sort(hub: "Hub", slug: str, repo_ids: list[str]) -> None:
    """Move what is not in its place, one after the other from the front."""
    items = sorted(_read(hub, slug).items, key=lambda item: item.position)
    places = {repo_id: place for place, repo_id in enumerate(repo_ids)}
    ours = [item for item in items if item.item_type == "space" and item.item_id in places]
    wanted = sorted(ours, key=lambda item: places[item.item_id])
    wanted += [item for item in items if item not in ours]
    for place, item in enumerate(wanted):
        if items[place] is not item:
            hub.call(
                "sort the collection",
                hub.api.update_collection_item,
                slug,
                item.item_object_id,
                position=place,
            )
            items.remove(item)
            items.insert(place, item)
