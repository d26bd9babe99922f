"""What visitors made is theirs alone, and is forgotten in time."""

import pytest

from shared.errors import InputError
from shared.forest.store import Store


def test_only_the_owner_finds_it() -> None:
    store = Store[str](most=3, seconds=60)
    name = store.keep("forest", owner="ada")
    assert store.find(name, owner="ada") == "forest"
    with pytest.raises(InputError) as others:
        store.find(name, owner="bob")
    with pytest.raises(InputError) as unknown:
        store.find("no such id", owner="ada")
    assert str(others.value) == str(unknown.value)


@pytest.mark.parametrize("name", [None, 3, [], {"path": "x"}, ""])
def test_an_id_of_another_form_is_unknown(name: object) -> None:
    with pytest.raises(InputError, match="no such model"):
        Store[str](most=3, seconds=60).find(name, owner="ada")


def test_the_one_not_asked_for_longest_goes_first() -> None:
    store = Store[int](most=2, seconds=60)
    first, second = store.keep(1, owner="a"), store.keep(2, owner="a")
    store.find(first, owner="a")
    store.keep(3, owner="a")
    assert store.find(first, owner="a") == 1
    with pytest.raises(InputError):
        store.find(second, owner="a")


def test_it_is_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("shared.forest.store.time.monotonic", lambda: now[0])
    store = Store[int](most=2, seconds=60)
    name = store.keep(1, owner="a")
    now[0] += 50
    store.find(name, owner="a")
    now[0] += 50
    assert store.find(name, owner="a") == 1
    now[0] += 61
    with pytest.raises(InputError):
        store.find(name, owner="a")


def test_another_takes_the_place_of_the_owners_earlier_one() -> None:
    store = Store[int](most=3, seconds=60)
    others = [store.keep(at, owner="bob") for at in range(2)]
    name = store.keep(0, owner="ada")
    for at in range(1, 20):
        earlier, name = name, store.keep(at, owner="ada", replaces=name)
        with pytest.raises(InputError):
            store.find(earlier, owner="ada")
    assert store.find(name, owner="ada") == 19
    assert [store.find(other, owner="bob") for other in others] == [0, 1]


@pytest.mark.parametrize("replaces", ["bobs", None, "unknown", 3, [], {}])
def test_nobody_elses_is_replaced(replaces: object) -> None:
    store = Store[int](most=3, seconds=60)
    bobs = store.keep(1, owner="bob")
    store.keep(2, owner="ada", replaces=bobs if replaces == "bobs" else replaces)
    assert store.find(bobs, owner="bob") == 1


def test_nobody_drives_out_all_others() -> None:
    store = Store[int](most=4, each=2, seconds=60)
    other = store.keep(0, owner="bob")
    names = [store.keep(at, owner="ada") for at in range(6)]
    assert store.find(other, owner="bob") == 0
    assert [store.find(name, owner="ada") for name in names[-2:]] == [4, 5]
    for name in names[:-2]:
        with pytest.raises(InputError):
            store.find(name, owner="ada")


def test_large_things_make_room_for_new_ones() -> None:
    store = Store[str](most=9, most_mb=100, seconds=60)
    small, large = store.keep("small", owner="a", size_mb=10), store.keep("large", owner="a", size_mb=80)
    store.find(small, owner="a")
    new = store.keep("new", owner="b", size_mb=60)
    assert store.find(small, owner="a") == "small"
    assert store.find(new, owner="b") == "new"
    with pytest.raises(InputError):
        store.find(large, owner="a")
    huge = store.keep("huge", owner="b", size_mb=500)  # alone, whatever its size
    assert store.find(huge, owner="b") == "huge"
    with pytest.raises(InputError):
        store.find(small, owner="a")
