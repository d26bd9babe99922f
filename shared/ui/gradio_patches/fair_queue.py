"""Who waits where: a line for each kind of request, a share of it for each visitor, and nobody's data kept.

Gradio counts everything that waits in an app together. So one visitor's hundred slow calls would shut all
others out, of the instant ones too, and whoever is refused reads Gradio's own sentence. Here each kind of
request (Gradio's concurrency_id: by default each event and each endpoint) has a line of its own with a length
of its own, nobody holds more than a share of it, and visitors are served in turn. A call that can only be
refused waits for nobody. Who sends no session_hash is known by the address, and so are many sessions of one
address. And the queue is woken when there is something to do: Gradio's looks a thousand times a second, in
each app, and every look takes the interpreter from a thread that computes, and waits for it to come back.

    class GuardedBlocks(gr.Blocks): ...        # in shared/ui/incoming.py
    make_fair(demo)                            # whenever its queue has been made
"""

import asyncio
import contextlib
import ctypes
import gc
import ipaddress
import math
import time
from collections import Counter
from typing import Any

import fastapi
import gradio as gr
from gradio.queueing import Event, Queue
from gradio.route_utils import get_fn
from gradio.utils import run_coro_in_background, set_task_name

from shared.limits import (
    MAX_BODY_MB,
    MAX_WAITING_ADDRESS,
    MAX_WAITING_MB,
    MAX_WAITING_SESSION,
    MB,
)
from shared.ui.bodies import body_bytes, body_limit_mb, too_large

# Gradio's page shows a sentence of its own for 503, and the answer's for this.
_TOO_MANY = fastapi.status.HTTP_429_TOO_MANY_REQUESTS
_AGAIN = "Try again in a minute: nothing of yours is lost."


class FairQueue(Queue):
    """Gradio's queue, with lines that nobody can fill for the others."""

    line_size: int | None = None
    stopped: bool
    _woken: asyncio.Event

    async def start_processing(self) -> None:
        """Begin what waits and may run, whenever something has come or is over. Otherwise Gradio's own."""
        try:
            while not self.stopped:
                self._woken.clear()
                while (found := await self._next_events()) is not None:
                    self._begin(*found)
                with contextlib.suppress(TimeoutError):  # whoever stops the queue wakes nobody
                    await asyncio.wait_for(self._woken.wait(), 1)
        finally:
            self.stopped = True
            self._cancel_asyncio_tasks()

    async def _next_events(self) -> tuple[list[Event], bool, str] | None:
        if None not in self.active_jobs:
            return None
        async with self.delete_lock:
            return self.get_events()

    def _begin(self, events: list[Event], batch: bool, concurrency_id: str) -> None:
        first, start_time = events[0], time.time()
        self.active_jobs[self.active_jobs.index(None)] = events
        line = self.event_queue_per_concurrency_id[concurrency_id]
        line.current_concurrency += 1
        line.start_times_per_fn[first.fn].add(start_time)
        for event in events:
            if (noted := self.event_analytics.get(event._id)) is not None:
                noted["status"] = "processing"
        task = run_coro_in_background(self.process_events, events, batch, start_time, first.fn)
        set_task_name(task, first.session_hash, first.fn._id, first._id, batch)
        self._asyncio_tasks.add(task)
        task.add_done_callback(self._asyncio_tasks.discard)
        if self.live_updates:
            self.broadcast_estimations(concurrency_id)

    async def push(self, body: Any, request: fastapi.Request, username: str | None) -> Any:
        """Let a request wait for its turn, unless there are too many.

        Raises:
            fastapi.HTTPException: it cannot wait; the detail is meant for people.
        """
        if body.fn_index is None:
            return await super().push(body, request, username)
        fn = get_fn(self.blocks, None, body)
        if body_bytes(request) > body_limit_mb(fn) * MB:
            raise fastapi.HTTPException(413, too_large(body_limit_mb(fn)))
        found = self.event_queue_per_concurrency_id.get(fn.concurrency_id)
        self._check_room(found.queue if found else [], body.session_hash, request)
        # What was sent is in `body`. FastAPI leaves the bytes, and what they said, with the request, which
        # waits as long as the event does.
        for kept in ("_body", "_json"):
            request.__dict__.pop(kept, None)
        is_full = found is not None and found.current_concurrency >= (found.concurrency_limit or math.inf)
        is_refused = is_full and self.blocks.refuses(fn, body.data)
        pushed = await super().push(body, request, username)
        line = self.event_queue_per_concurrency_id[fn.concurrency_id].queue
        if is_refused and None in self.active_jobs:
            for event in [event for event in line if event._id == pushed[1]]:
                line.remove(event)
                self._begin([event], fn.batch, fn.concurrency_id)
        line[:] = in_turn(line)
        self._woken.set()
        return pushed

    async def process_events(self, events: list[Event], *more: Any, **options: Any) -> None:
        """Answer requests, then let go of what they sent: the queue's loops remember the last event."""
        try:
            await super().process_events(events, *more, **options)
        finally:
            self._woken.set()
            for event in events:
                event.data = None
            if any(body_bytes(event.request) > MAX_BODY_MB * MB for event in events):
                _return_memory()

    def _check_room(self, line: list[Event], session: str | None, request: fastapi.Request) -> None:
        address = address_of(request)
        n_line = len(line)
        n_session = sum(event.session_hash == session for event in line) if session else 0
        n_address = sum(address_of(event.request) == address for event in line)
        n_bytes = body_bytes(request) + sum(
            body_bytes(event.request)
            for one in self.event_queue_per_concurrency_id.values()
            for event in one.queue
        )
        if self.line_size is not None and n_line >= self.line_size:
            reason = f"{n_line} requests like this one wait here already."
        elif n_session >= MAX_WAITING_SESSION:
            reason = f"{n_session} of your requests like this one wait here already."
        elif n_address >= MAX_WAITING_ADDRESS:
            reason = f"{n_address} requests like this one wait here already from your address."
        elif n_bytes > MAX_WAITING_MB * MB:
            reason = (
                f"{len(self)} requests wait here already, and they hold as much data as there is room for."
            )
        else:
            return
        raise fastapi.HTTPException(_TOO_MANY, f"{reason} {_AGAIN}", {"Retry-After": "60"})


def make_fair(demo: gr.Blocks) -> None:
    """Turn a page's queue into a fair one.

    Args:
        demo: the page; its queue has just been made.
    """
    queue = demo._queue
    queue.__class__ = FairQueue
    queue._woken = asyncio.Event()
    queue.line_size, queue.max_size = queue.max_size, None  # our own check counts by line


def in_turn(line: list[Event]) -> list[Event]:
    """Order those who wait: everybody's first request, then everybody's second, and so on."""
    seen: Counter[str] = Counter()
    turns: list[int] = []
    for event in line:
        owner = _owner(event)
        turns.append(seen[owner])
        seen[owner] += 1
    return [event for _, event in sorted(zip(turns, line, strict=True), key=lambda pair: pair[0])]


def _return_memory() -> None:
    """Give what a large request took back to the system.

    Errors hold the frames they went through, with the values in them, until garbage is looked for, which may
    take minutes; and glibc keeps what it once had.
    """
    gc.collect()
    with contextlib.suppress(OSError, TypeError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


def _owner(event: Event) -> str:
    """Say whose request it is: the session's; or the address's, where Gradio made up the session itself."""
    return address_of(event.request) if event.session_hash == event._id else event.session_hash


def address_of(request: fastapi.Request) -> str:
    """Give the address that a request comes from.

    Behind a proxy, which speaks from a private address, it is the last public one that the proxies wrote
    down: what stands before that in the header, anybody may have sent.
    """
    nearest = request.client.host if request.client else ""
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",")]
    candidates = [nearest, *reversed(hops)]
    return next((place for place in candidates if _is_public(place)), nearest)


def _is_public(place: str) -> bool:
    try:
        return ipaddress.ip_address(place).is_global
    except ValueError:
        return False
