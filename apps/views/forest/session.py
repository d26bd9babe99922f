"""Which forest a visitor looks at: the one that everybody starts with, or their own.

A visitor's state is a small dictionary that Gradio may copy: {"table": ..., "model": ...}. The model is a
`Fit`: from which table, with which wishes and settings, or None for what is usual. A program knows its fit by
an id. So a forest can go when others need its memory: it is fitted again when somebody asks for it. Only a
table that somebody sent cannot come back.
"""

import hashlib
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import gradio as gr

from shared.errors import InputError
from shared.forest.caps import current_caps
from shared.forest.choose import Choice, choose
from shared.forest.encoded import Task
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions, import_forests
from shared.forest.remarks import Remark, find_leaks
from shared.forest.size import megabytes_of
from shared.forest.store import Store
from shared.forest.tables import NAMED_TABLES, load_table
from shared.limits import (
    DEFAULT_CONCURRENCY,
    FOREST_KEPT_SECONDS,
    HEAVY_CONCURRENCY,
    MAX_KEPT_FITS_MB,
    MAX_KEPT_FORESTS_MB,
    MAX_KEPT_TABLE_MB,
    MAX_KEPT_TABLES_MB,
)
from shared.tables.read_table import Table

START_TABLE = "titanic"
UNKNOWN = "There is no such model, or it is too old. Fit it again."
GONE = "Your table is too old by now and was forgotten. Send it again."
# For every event that fits or works out much: one at a time in a process, so that small requests go on.
HEAVY: dict[str, Any] = {"concurrency_id": "forest", "concurrency_limit": HEAVY_CONCURRENCY}
# For questions to a forest that is there: they do not wait behind those who fit one.
ASK: dict[str, Any] = {"concurrency_id": "forest-ask", "concurrency_limit": DEFAULT_CONCURRENCY}


@dataclass(frozen=True)
class Wishes:
    """How a table is to be learned: what `shared.forest.choose.choose` takes, as something to compare."""

    target: str
    kinds: tuple[tuple[str, str], ...] = ()
    leave_out: tuple[str, ...] | None = None
    task: Task | None = None
    log_target: bool = False

    @classmethod
    def of(
        cls,
        target: str,
        *,
        kinds: Mapping[str, str] | None = None,
        leave_out: Sequence[str] | None = None,
        task: Task | None = None,
        log_target: bool = False,
    ) -> "Wishes":
        """Take what `choose` has taken."""
        left = None if leave_out is None else tuple(leave_out)
        return cls(target, tuple((kinds or {}).items()), left, task, log_target)

    def choose(self, table: Table) -> Choice:
        """Make numbers of a table.

        Raises:
            InputError: it cannot be learned so.
        """
        return choose(
            table,
            target=self.target,
            kinds=dict(self.kinds),
            leave_out=self.leave_out,
            task=self.task,
            log_target=self.log_target,
        )


@dataclass(frozen=True)
class Fit:
    """All that a forest follows from.

    Attributes:
        table: a key of `NAMED_TABLES`, or the name under which a visitor's table is kept.
        wishes: what is learned of it.
        options: the forest's settings.
    """

    table: str
    wishes: Wishes
    options: ForestOptions = field(default_factory=ForestOptions)


TABLES: Store[Table] = Store(
    size_mb=megabytes_of, most_mb=MAX_KEPT_TABLES_MB, each_mb=MAX_KEPT_TABLE_MB, seconds=FOREST_KEPT_SECONDS
)
FITS: Store[Fit] = Store(size_mb=megabytes_of, most_mb=MAX_KEPT_FITS_MB)  # that programs have an id of
FORESTS: Store[Explorer] = Store(
    size_mb=lambda explorer: explorer.size_mb, most_mb=MAX_KEPT_FORESTS_MB, seconds=FOREST_KEPT_SECONDS
)
_fitting = threading.Lock()  # one at a time, whichever event needs it


def _get_ready() -> None:
    """Let this thread, and those it starts, run when no question waits for an answer."""
    import_forests()
    if sys.platform == "linux":  # elsewhere a priority is the whole process's
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


_fitter = ThreadPoolExecutor(1, "forest-fit", initializer=_get_ready)


def start_state() -> dict[str, Any]:
    """Give the state of a visitor who has just come."""
    return {"table": START_TABLE, "model": None}


def keep_table(table: Table, request: gr.Request) -> str:
    """Keep a visitor's table; the same one again keeps its name.

    Raises:
        InputError: it takes too much memory.
    """
    size, owner = megabytes_of(table), owner_of(request)
    if size > (most := current_caps().table_mb):
        raise InputError(
            f"{table.name} takes {size:,.0f} MB of memory and the limit is {most:,}: leave out "
            "long texts, or send fewer rows."
        )
    content = hashlib.blake2b(owner.encode(), digest_size=16)
    for column in table.columns:
        content.update("\0".join((column.name, *column.values)).encode(errors="surrogatepass"))
        content.update(column.codes.tobytes())
    return str(TABLES.keep(table, owner=owner, name=content.hexdigest()))


def find_table(state: Mapping[str, Any], request: gr.Request | None) -> Table:
    """Give the table that a visitor works on.

    Raises:
        InputError: it is too old, or another visitor's.
    """
    name = state.get("table")
    table = load_table(str(name)) if name in NAMED_TABLES else TABLES.find(name, owner=owner_of(request))
    if table is None:
        raise InputError(GONE)
    return table


def find_fit(state: Mapping[str, Any]) -> Fit:
    """Say what a visitor's forest follows from.

    Raises:
        InputError: nothing has been fitted on their own table yet.
    """
    if state.get("model") is not None:
        return state["model"]
    name = state.get("table")
    if name not in NAMED_TABLES:
        raise InputError("No forest has been fitted on this table yet. Press Use this table.")
    return usual_fit(name)


def find_explorer(state: Mapping[str, Any], request: gr.Request | None) -> Explorer:
    """Give the forest that a visitor looks at; where it had to make room, it is fitted again.

    Raises:
        InputError: the table is too old, or another visitor's.
    """
    return explorer_of(find_fit(state), request)


def explorer_of(fit: Fit, request: gr.Request | None, *, choice: Choice | None = None) -> Explorer:
    """Give the forest of a fit: the one that is kept, or a new one.

    Forests of the tables that come with the project are everybody's.

    Args:
        fit: what it follows from.
        request: whose it is.
        choice: the table as numbers, where the caller has it already.

    Raises:
        InputError: the table is too old or another visitor's, or it cannot be learned so.
    """
    is_named = fit.table in NAMED_TABLES
    owner = "" if is_named else owner_of(request)
    table = find_table({"table": fit.table}, request)  # asked every time, so that a table in use stays
    found = FORESTS.find(fit, owner=owner)
    if found is not None:
        return found
    with _fitting:
        found = FORESTS.find(fit, owner=owner)  # somebody who waited for the same, perhaps
        if found is None:
            made = choice or _choice_of(fit, table)
            found = _fitter.submit(_fit, made, fit.options).result()
            FORESTS.keep(found, owner=owner, name=fit)
    return found


@cache
def usual_fit(name: str) -> Fit:
    """Say what everybody starts with on a table that comes with the project: as the lessons have it."""
    known = NAMED_TABLES[name]
    return Fit(name, Wishes(known.target, log_target=known.log_target))


@cache
def default_choice(name: str) -> Choice:
    """Give a table that comes with the project as numbers, the target as the lessons have it; made once."""
    return usual_fit(name).wishes.choose(load_table(name))


def leaks_of(
    name: str, table: Table, *, target: str, kinds: Mapping[str, str] | None = None, task: Task | None = None
) -> tuple[Remark, ...]:
    """Find the columns that nearly determine the target; see `find_leaks`. Looking takes longer than a fit.

    Args:
        name: of the table: where it comes with the project, what was found is kept.
        table: the table of that name.
        target: the column to predict.
        kinds: as for `find_leaks`.
        task: as for `find_leaks`.
    """
    if name in NAMED_TABLES:
        return _leaks_of_named(name, target, tuple((kinds or {}).items()), task)
    return find_leaks(table, target=target, kinds=kinds, task=task)


@lru_cache(maxsize=100)
def _leaks_of_named(
    name: str, target: str, kinds: tuple[tuple[str, str], ...], task: Task | None
) -> tuple[Remark, ...]:
    return find_leaks(load_table(name), target=target, kinds=dict(kinds), task=task)


def owner_of(request: gr.Request | None) -> str:
    """Name the visitor: the page or the program that one session belongs to."""
    return str(getattr(request, "session_hash", None) or "")


def _fit(choice: Choice, options: ForestOptions) -> Explorer:
    explorer = Explorer.fit(choice, options)
    explorer.look_ahead()
    return explorer


def _choice_of(fit: Fit, table: Table) -> Choice:
    is_usual = fit.table in NAMED_TABLES and fit.wishes == usual_fit(fit.table).wishes
    return default_choice(fit.table) if is_usual else fit.wishes.choose(table)
