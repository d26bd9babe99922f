"""A visitor keeps one forest at a time, however many a slider fits; other visitors keep theirs."""

from types import SimpleNamespace
from typing import Any

import pytest

from apps.views.forest import session
from apps.views.forest.forest_tab import refit
from apps.views.forest.session import find_explorer, keep_explorer, start_state
from shared.errors import InputError
from shared.forest.store import Store
from shared.limits import MAX_KEPT_FORESTS

ME: Any = SimpleNamespace(session_hash="me")
OTHER: Any = SimpleNamespace(session_hash="other")


@pytest.fixture(autouse=True)
def own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MODELS", Store(most=MAX_KEPT_FORESTS, seconds=60))


def test_a_long_drag_pushes_nobody_out() -> None:
    explorer = find_explorer(start_state(), ME)
    theirs = keep_explorer(explorer, start_state(), OTHER)
    mine = start_state()
    for _ in range(MAX_KEPT_FORESTS + 5):
        mine = keep_explorer(explorer, mine, ME)
    assert find_explorer(theirs, OTHER) is explorer
    assert find_explorer(mine, ME) is explorer
    with pytest.raises(InputError):
        find_explorer(mine, OTHER)


def test_a_slider_replaces_the_forest_before() -> None:
    first, *_ = refit(start_state(), 3, 5, 2, 1, ME)
    second, *_ = refit(first, 4, 5, 2, 1, ME)
    assert find_explorer(second, ME).options.trees == 4
    with pytest.raises(InputError):
        find_explorer(first, ME)


def test_a_forest_that_cannot_be_drawn_leaves_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_ = refit(start_state(), 3, 5, 2, 1, ME)

    def fail(*_: object) -> None:
        raise InputError("It cannot be drawn.")

    monkeypatch.setattr("apps.views.forest.forest_tab.draw_error", fail)
    with pytest.raises(Exception, match="cannot be drawn"):
        refit(first, 4, 5, 2, 1, ME)
    assert find_explorer(first, ME).options.trees == 3
