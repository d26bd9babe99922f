"""Which forest a visitor looks at: the one that everybody starts with, or their own.

A visitor's state is a small dictionary that Gradio may copy: {"table": ..., "model": ...}. What the two
name lies in the process, for this visitor only.
"""

import threading
from functools import cache
from typing import Any

import gradio as gr

from shared.errors import InputError
from shared.forest.choose import Choice, choose
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.forest.read_table import Table
from shared.forest.store import Store
from shared.forest.tables import NAMED_TABLES, load_table
from shared.limits import (
    FOREST_KEPT_SECONDS,
    HEAVY_CONCURRENCY,
    MAX_KEPT_EACH,
    MAX_KEPT_FORESTS,
    MAX_KEPT_FORESTS_MB,
    MAX_KEPT_TABLES,
)

START_TABLE = "titanic"
TABLES: Store[Table] = Store(most=MAX_KEPT_TABLES, each=MAX_KEPT_EACH, seconds=FOREST_KEPT_SECONDS)
MODELS: Store[Explorer] = Store(
    most=MAX_KEPT_FORESTS, each=MAX_KEPT_EACH, most_mb=MAX_KEPT_FORESTS_MB, seconds=FOREST_KEPT_SECONDS
)
# For every event that fits or works out much: one at a time in a process, so that small requests go on.
HEAVY: dict[str, Any] = {"concurrency_id": "forest", "concurrency_limit": HEAVY_CONCURRENCY}
_default_lock = threading.Lock()


def start_state() -> dict[str, Any]:
    """Give the state of a visitor who has just come."""
    return {"table": START_TABLE, "model": None}


def find_table(state: dict[str, Any], request: gr.Request) -> Table:
    """Give the table that a visitor works on.

    Raises:
        InputError: it is too old, or another visitor's.
    """
    name = state.get("table")
    return load_table(name) if name in NAMED_TABLES else TABLES.find(name, owner=owner_of(request))


def find_explorer(state: dict[str, Any], request: gr.Request) -> Explorer:
    """Give the forest that a visitor looks at.

    Raises:
        InputError: it is too old, or another visitor's.
    """
    if state.get("model") is not None:
        return MODELS.find(state["model"], owner=owner_of(request))
    name = state.get("table")
    if name not in NAMED_TABLES:
        raise InputError("No forest has been fitted on this table yet. Press Use this table.")
    with _default_lock:
        return _default_explorer(name)


def keep_explorer(explorer: Explorer, state: dict[str, Any], request: gr.Request) -> dict[str, Any]:
    """Keep a visitor's forest in place of the state's; returns the state that names it.

    Call it last: the earlier forest is gone then. Of the many that a dragged slider fits, one is kept.
    """
    model = MODELS.keep(
        explorer, owner=owner_of(request), replaces=state.get("model"), size_mb=explorer.size_mb
    )
    return {**state, "model": model}


@cache
def default_choice(name: str) -> Choice:
    """Give a table that comes with the project as numbers, the target as the lessons have it; made once."""
    known = NAMED_TABLES[name]
    return choose(load_table(name), target=known.target, log_target=known.log_target)


@cache
def _default_explorer(name: str) -> Explorer:
    return Explorer.fit(default_choice(name), ForestOptions())


def owner_of(request: gr.Request | None) -> str:
    """Name the visitor: the page or the program that one session belongs to."""
    return str(getattr(request, "session_hash", None) or "")
