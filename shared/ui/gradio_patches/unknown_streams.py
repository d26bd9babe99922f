"""Streams of answers that nobody asked for, or that are over: one sentence instead of a broken stream.

Gradio begins to answer before it looks whether there is such a request. Then it raises into the stream, and
each try writes a hundred lines to the log. Here it is looked up first.

    Middleware(AnswerUnknownStreams)       # between the server and the app
"""

import json
from typing import Any
from urllib.parse import parse_qs

from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.ui.bodies import API_PREFIX

NO_REQUEST = "There is no such request here, or it was answered already. Send it again."


class AnswerUnknownStreams:
    """Answer for requests that are not waiting, running or unread."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope["path"].rpartition(API_PREFIX)[2].strip("/") if scope["type"] == "http" else ""
        if scope.get("method") != "GET" or not path.startswith(("call/", "queue/data")):
            await self._app(scope, receive, send)
            return
        queue: Any = scope["app"].get_blocks()._queue
        if path == "queue/data":
            (session,) = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[:1]
            is_known, answer = session in queue.pending_messages_per_session, _tell_page()
        else:
            session = path.rpartition("/")[2]  # a call without a session has its own name for one
            is_known = any(session in unread for unread in queue.pending_event_ids_session.values())
            answer = JSONResponse({"detail": NO_REQUEST}, status_code=404)
        await (self._app if is_known else answer)(scope, receive, send)
        if path != "queue/data" and not queue.pending_event_ids_session.get(session, True):
            # All is read, and Gradio would remember the empty session for ever.
            del queue.pending_event_ids_session[session]
            queue.pending_messages_per_session.pop(session, None)


def _tell_page() -> Response:
    """Tell a page that its session is gone: it begins another."""
    said = {"msg": "unexpected_error", "message": NO_REQUEST, "success": False, "session_not_found": True}
    return StreamingResponse(iter([f"data: {json.dumps(said)}\n\n"]), media_type="text/event-stream")
