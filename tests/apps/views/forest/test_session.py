"""A forest may make room for others at any time, and is there again when its visitor asks."""

import os
import sys
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from apps.views.forest import session
from apps.views.forest.endpoint_input import find_model
from apps.views.forest.endpoints import build_endpoints
from apps.views.forest.forest_tab import refit
from apps.views.forest.session import (
    Fit,
    Wishes,
    explorer_of,
    find_explorer,
    find_table,
    keep_table,
    start_state,
    usual_fit,
)
from shared.errors import InputError
from shared.forest import explorer as explorer_module
from shared.forest import kernels
from shared.forest.caps import HERE
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.forest.remarks import find_leaks
from shared.forest.size import megabytes_of
from shared.forest.store import Store
from shared.forest.tables import load_table
from shared.tables.read_table import Table, read_table
from shared.ui.incoming import GuardedBlocks

ME: Any = SimpleNamespace(session_hash="me")
OTHER: Any = SimpleNamespace(session_hash="other")


def new_stores(monkeypatch: pytest.MonkeyPatch, *, forests_mb: float = 100, tables_mb: float = 100) -> None:
    monkeypatch.setattr(
        session, "FORESTS", Store[Explorer](size_mb=lambda one: one.size_mb, most_mb=forests_mb)
    )
    monkeypatch.setattr(session, "TABLES", Store[Table](size_mb=megabytes_of, most_mb=tables_mb))


@pytest.fixture(autouse=True)
def own_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    new_stores(monkeypatch)


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The trees of each forest that is fitted."""
    made: list[int] = []
    fit = Explorer.fit

    def count(choice: Any, options: ForestOptions, **more: Any) -> Explorer:
        made.append(options.trees)
        return fit(choice, options, **more)

    monkeypatch.setattr(Explorer, "fit", count)
    return made


def own_table(rows: int = 40) -> Table:
    lines = "".join(f"{at},{'ab'[at % 2]},{3 * at}\n" for at in range(rows))
    return read_table(f"x,kind,y\n{lines}".encode(), "mine.csv")


def own_state(table: Table, trees: int = 3) -> dict[str, Any]:
    key = keep_table(table, ME)
    return {"table": key, "model": Fit(key, Wishes("y"), ForestOptions(trees))}


def test_a_forest_that_made_room_is_fitted_again_and_says_the_same(
    monkeypatch: pytest.MonkeyPatch, fits: list[int]
) -> None:
    new_stores(monkeypatch, forests_mb=0.001)  # each new forest drives out all others
    states = [refit(start_state(), trees, 5, 2, 1, ME)[0] for trees in (3, 4, 5)]
    before = [find_explorer(state, ME).predictions().tolist() for state in states]
    n_fits = len(fits)
    assert [find_explorer(state, ME).options.trees for state in states] == [3, 4, 5]
    assert len(fits) > n_fits
    assert [find_explorer(state, ME).predictions().tolist() for state in states] == before


def test_many_visitors_have_their_forests(fits: list[int]) -> None:
    visitors: list[Any] = [SimpleNamespace(session_hash=f"visitor {at}") for at in range(120)]
    states = [refit(start_state(), 2 + at % 9, 5, 2, 1, who)[0] for at, who in enumerate(visitors)]
    found = [find_explorer(state, who).options.trees for state, who in zip(states, visitors, strict=True)]
    assert found == [2 + at % 9 for at in range(120)]
    assert len(fits) == 10  # the nine, and the one that everybody starts with


def test_two_who_wait_for_the_same_forest_get_one(fits: list[int]) -> None:
    fit, found = replace(usual_fit("titanic"), options=ForestOptions(7)), []
    threads = [threading.Thread(target=lambda: found.append(explorer_of(fit, ME))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fits == [7]
    assert len(set(map(id, found))) == 1


def test_a_forest_on_a_sent_table_is_its_visitors_own() -> None:
    state = own_state(own_table())
    assert find_explorer(state, ME).options.trees == 3
    for find in (find_explorer, find_table):
        with pytest.raises(InputError, match="was forgotten"):
            find(state, OTHER)
    assert keep_table(own_table(), OTHER) != state["table"]  # the same rows of somebody else


def test_only_a_table_that_is_gone_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    state = own_state(own_table())
    assert find_explorer(state, ME)
    new_stores(monkeypatch)
    with pytest.raises(InputError, match=r"Your table is too old by now and was forgotten\. Send it again\."):
        find_explorer(state, ME)
    assert keep_table(own_table(), ME) == state["table"]
    assert find_explorer(state, ME).options.trees == 3  # sent again, and all goes on


def test_a_table_whose_forest_is_asked_about_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    new_stores(monkeypatch, tables_mb=2.5 * megabytes_of(own_table()))
    state = own_state(own_table())
    for at in range(5):
        find_explorer(state, ME)
        keep_table(own_table(41 + at), OTHER)
    assert find_explorer(state, ME)


def test_a_table_that_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "current_caps", lambda: replace(HERE, table_mb=0))
    with pytest.raises(InputError, match="of memory and the limit is"):
        keep_table(own_table(), ME)


def test_a_forest_that_cannot_be_drawn_leaves_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_ = refit(start_state(), 3, 5, 2, 1, ME)

    def fail(*_: object) -> None:
        raise InputError("It cannot be drawn.")

    monkeypatch.setattr("apps.views.forest.forest_tab.draw_error", fail)
    with pytest.raises(Exception, match="cannot be drawn"):
        refit(first, 4, 5, 2, 1, ME)
    assert find_explorer(first, ME).options.trees == 3


def test_questions_do_not_wait_behind_fits() -> None:
    with GuardedBlocks() as demo:
        build_endpoints()
    slots = {event.api_name: event.concurrency_id for event in demo.fns.values()}
    assert slots["fit"] == slots["importances"]
    questions = ("predict", "explain", "partial_dependence", "best_splits")
    assert slots["fit"] not in {slots[name] for name in questions}


@pytest.mark.parametrize("model", [None, 5, [], {"a": 1}, "", "no such id", usual_fit("ames")])
def test_what_is_no_id_is_no_model(model: object) -> None:
    with pytest.raises(InputError, match="There is no such model"):
        find_model(model, ME)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a priority is the whole process's")
def test_a_fit_gives_way_to_questions() -> None:
    """The thread that fits, and those that it starts, have a lower priority than those that answer."""
    from joblib import Parallel, delayed

    def nice() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def fit() -> list[int]:
        return [nice(), *Parallel(2, prefer="threads")(delayed(nice)() for _ in range(4))]

    assert {one - nice() for one in session._fitter.submit(fit).result()} == {10}


def test_what_leaks_in_a_lessons_table_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    table, asked = load_table("titanic"), []
    monkeypatch.setattr(session, "find_leaks", lambda *a, **k: asked.append(1) or find_leaks(*a, **k))
    session._leaks_of_named.cache_clear()
    for _ in range(3):
        found = session.leaks_of("titanic", table, target="Fare")
        assert found == find_leaks(table, target="Fare")
    assert len(asked) == 1
    for _ in range(2):  # a visitor's own is not kept
        assert session.leaks_of("0f" * 16, table, target="Fare") == found
    assert len(asked) == 3
    as_text = session.leaks_of("titanic", table, target="Fare", kinds={"Age": "category"})
    assert as_text == find_leaks(table, target="Fare", kinds={"Age": "category"})


def test_the_next_curves_come_with_a_small_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    kernels.prepare(wait=True)
    made = session._fit(session.default_choice("titanic"), ForestOptions(20))
    monkeypatch.setattr(explorer_module, "partial_dependence", lambda *a: pytest.fail("worked out again"))
    assert len(made.dependence()) == len(made.encoded.names)
