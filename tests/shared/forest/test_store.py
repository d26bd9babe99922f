"""What visitors made is theirs alone, makes room for what is newer, and is forgotten in time."""

import numpy as np
import pytest

from shared.forest.size import megabytes_of
from shared.forest.store import Store
from shared.limits import MB
from tests.waiting import Clock


def new_store(**bounds: float) -> Store[int]:
    """A store of numbers that take as many megabytes as they say."""
    return Store[int](size_mb=float, **{"most_mb": 100.0, **bounds})


def test_only_the_owner_finds_it() -> None:
    store = new_store()
    name = store.keep(7, owner="ada")
    assert store.find(name, owner="ada") == 7
    assert store.find(name, owner="bob") is None
    assert store.find("no such name", owner="ada") is None


@pytest.mark.parametrize("name", [None, 3, [], {"path": "x"}, ""])
def test_a_name_of_another_form_is_unknown(name: object) -> None:
    store = new_store()
    store.keep(1, owner="ada")
    assert store.find(name, owner="ada") is None


def test_only_the_room_counts_not_how_many() -> None:
    store = new_store()
    names = [store.keep(0, owner=f"visitor {at}") for at in range(10_000)]
    assert all(store.find(name, owner=f"visitor {at}") == 0 for at, name in enumerate(names))


def test_the_one_not_asked_for_longest_goes_first() -> None:
    store = new_store()
    first, second = store.keep(40, owner="a"), store.keep(41, owner="a")
    store.find(first, owner="a")
    third = store.keep(42, owner="b")
    assert [store.find(name, owner="a") for name in (first, second)] == [40, None]
    assert store.find(third, owner="b") == 42
    assert store.used_mb == 82
    huge = store.keep(500, owner="b")  # alone, whatever its size
    assert store.find(huge, owner="b") == 500
    assert store.used_mb == 500


def test_it_is_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("shared.forest.store.time", clock)
    store = new_store(seconds=60)
    name = store.keep(1, owner="a")
    for seconds, found in ((50, 1), (50, 1), (61, None)):
        clock.ahead += seconds
        assert store.find(name, owner="a") == found
    assert store.used_mb == 0


def test_nobody_drives_out_all_others() -> None:
    store = new_store(each_mb=50)
    other = store.keep(30, owner="bob")
    names = [store.keep(20, owner="ada") for _ in range(6)]
    assert store.find(other, owner="bob") == 30
    assert [store.find(name, owner="ada") for name in names] == [None] * 4 + [20, 20]


def test_what_has_a_name_is_replaced() -> None:
    store = new_store()
    assert [store.keep(size, owner="a", name="mine") for size in (60, 70)] == ["mine"] * 2
    assert (store.find("mine", owner="a"), store.used_mb) == (70, 70)


def test_what_has_grown_is_measured_again() -> None:
    store = Store[list[int]](size_mb=len, most_mb=10)
    growing, other = [1], store.keep([1] * 5, owner="b")
    name = store.keep(growing, owner="a")
    growing += [1] * 8
    assert store.find(name, owner="a") is growing
    assert store.used_mb == 9
    assert store.find(other, owner="b") is None


def test_arrays_texts_and_trees_are_measured_once_each(titanic_forest) -> None:
    array = np.zeros(MB // 8)
    assert megabytes_of(array) == pytest.approx(1, abs=0.01)
    assert megabytes_of({"a": [array, array], "b": "x" * MB}) == pytest.approx(2, abs=0.01)
    nodes = sum(tree.tree_.node_count for tree in titanic_forest.estimators_)
    assert nodes * 64 < megabytes_of(titanic_forest) * MB < nodes * 64 * 3


def test_what_is_none_of_ours_is_not_looked_into():
    """Machine code and figures hang on what is kept; some of their objects have any attribute, or break."""

    class Odd:
        def __getattr__(self, name):
            raise KeyError(name)

    assert megabytes_of({"a": Odd(), "b": [Odd]}) < 0.01
