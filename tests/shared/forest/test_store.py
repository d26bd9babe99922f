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
