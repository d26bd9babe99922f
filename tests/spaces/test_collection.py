"""The collection of all Spaces, against the local Hub."""

from collections.abc import Iterator

import pytest

from deploy.collection import make_collection
from deploy.config import CollectionWish
from deploy.errors import PushError
from deploy.hub import Hub
from tests.servers.spaces_hub import SpacesHub

WISH = CollectionWish("Practical Deep Learning, hands on", "Try each idea of the course.")
SPACES = ["visitor/bears", "visitor/relu", "visitor/forest"]


@pytest.fixture
def server(monkeypatch) -> Iterator[SpacesHub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with SpacesHub() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def hub(server) -> Hub:
    hub = Hub(token="hf_write", endpoint=server.url)
    for repo_id in SPACES:
        hub.api.create_repo(repo_id, repo_type="space", space_sdk="gradio")
    return hub


def items(server):
    (collection,) = server.collections.all
    return [item.id for item in collection.items]


def writes(server):
    return [request for request in server.requests if request.method != "GET"]


def test_the_spaces_are_there_in_their_order(server, hub):
    address, missing = make_collection(hub, WISH, SPACES, owner="visitor")
    assert missing == []
    (collection,) = server.collections.all
    assert address == f"{server.url}/collections/{collection.slug}"
    assert (collection.title, collection.description) == (WISH.title, WISH.description)
    assert items(server) == SPACES


def test_doing_it_again_changes_nothing(server, hub):
    address = make_collection(hub, WISH, SPACES, owner="visitor")
    before = len(writes(server))
    assert make_collection(hub, WISH, SPACES, owner="visitor") == address
    assert len(writes(server)) == before


def test_what_is_different_is_put_right_and_what_others_added_stays(server, hub):
    make_collection(hub, WISH, [SPACES[2], SPACES[0]], owner="visitor")
    hub.api.create_repo("visitor/model")
    (collection,) = server.collections.all
    hub.api.add_collection_item(collection.slug, "visitor/model", "model")
    hub.api.update_collection_item(
        collection.slug, hub.api.get_collection(collection.slug).items[2].item_object_id, position=0
    )
    newer = CollectionWish(WISH.title, "Another description.")
    make_collection(hub, newer, SPACES, owner="visitor")
    assert items(server) == [*SPACES, "visitor/model"]
    assert server.collections.all[0].description == "Another description."


def test_one_move_is_enough_for_one_space_out_of_place(server, hub):
    make_collection(hub, WISH, SPACES, owner="visitor")
    before = len(writes(server))
    make_collection(hub, WISH, [SPACES[2], *SPACES[:2]], owner="visitor")
    assert items(server) == [SPACES[2], *SPACES[:2]]
    assert len(writes(server)) == before + 1


def test_a_space_that_is_not_there_is_left_out_and_told(server, hub):
    _, missing = make_collection(hub, WISH, [SPACES[0], "visitor/gone", *SPACES[1:]], owner="visitor")
    assert missing == ["visitor/gone"]
    assert items(server) == SPACES


def test_a_collection_of_nothing_is_not_made(server, hub):
    before = len(writes(server))
    with pytest.raises(PushError, match="None of the Spaces is there yet"):
        make_collection(hub, WISH, ["visitor/gone"], owner="visitor")
    assert len(writes(server)) == before


def test_a_hub_that_refuses_is_told(server, hub):
    server.fail("POST .*/items", status=404, times=9)
    with pytest.raises(PushError) as caught:
        make_collection(hub, WISH, SPACES, owner="visitor")
    assert caught.value.next_step
