"""How large a request may be: as large as what its endpoint takes, and 1 MB where nobody said otherwise.

Uploads are no such requests; they have their own limit, for each file. A page's own events come in through
one door, which lets through what the largest of them takes; the queue then asks each for its own.

    limit_body(event, 24)                  # an event that takes more; `add_endpoint(..., body_mb=24)` says so
    Middleware(LimitBodies)                # between the server and the app
"""

from typing import Any

import fastapi
import gradio as gr
from fastapi.responses import JSONResponse
from gradio.context import get_blocks_context
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.limits import MAX_BODY_MB, MAX_PAGE_BODY_MB, MB

API_PREFIX = "/gradio_api/"

_SIZE = "lessons.body_bytes"  # of the scope
_NAMED = ("call/v2/", "call/", "run/", "api/")  # what stands before an endpoint's name
_SHARED = ("queue/join", "mcp")  # doors to all events


class LimitBodies:
    """Bound every request's body, and count it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope["path"].rpartition(API_PREFIX)[2].strip("/") if scope["type"] == "http" else "upload"
        if path == "upload":
            await self._app(scope, receive, send)
            return
        limit_mb = _limit_mb(scope["app"].get_blocks(), path)
        told = dict(scope["headers"]).get(b"content-length", b"")
        if told.isdigit() and int(told) > limit_mb * MB:
            answer = JSONResponse({"detail": too_large(limit_mb)}, status_code=413)
            await answer(scope, receive, send)
            return
        scope[_SIZE] = 0

        async def receive_counted() -> Message:
            message = await receive()
            scope[_SIZE] += len(message.get("body", b""))
            if scope[_SIZE] > limit_mb * MB:
                raise fastapi.HTTPException(413, too_large(limit_mb))
            return message

        await self._app(scope, receive_counted, send)


def limit_body(event: Any, body_mb: float) -> None:
    """Say how much an event's requests may hold.

    Args:
        event: what adding it to the page gave.
        body_mb: all its inputs together, as JSON.
    """
    demo = get_blocks_context()
    assert demo is not None, "limit_body works inside a Blocks"
    demo.fns[event["id"]].max_body_mb = body_mb


def body_limit_mb(function: Any) -> float:
    """Say how much one request of an event may hold.

    Args:
        function: of `demo.fns`.
    """
    usual = MAX_BODY_MB if function.api_visibility == "public" else MAX_PAGE_BODY_MB
    return float(getattr(function, "max_body_mb", usual))


def body_bytes(request: fastapi.Request) -> int:
    """Say how large a request was."""
    return int(request.scope.get(_SIZE, 0))


def too_large(limit_mb: float) -> str:
    """Say that a request is too large."""
    return f"This request is larger than {limit_mb:g} MB. Send less at a time, or upload it as a file."


def _limit_mb(demo: gr.Blocks, path: str) -> float:
    if path in _SHARED or path.startswith("mcp/"):
        return max((body_limit_mb(function) for function in demo.fns.values()), default=MAX_PAGE_BODY_MB)
    if path == "component_server":
        return MAX_PAGE_BODY_MB
    name = next((path.removeprefix(door) for door in _NAMED if path.startswith(door)), None)
    limits = [body_limit_mb(function) for function in demo.fns.values() if function.api_name == name]
    return max(limits, default=MAX_BODY_MB)
