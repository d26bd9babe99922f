"""What a visitor reads when a request ends otherwise than it should: one plain sentence, no detail of ours.

Left alone, a fault outside the callbacks answers "Internal Server Error", and a server that ends while
somebody waits sends them the name of a file of uvicorn. A full disk is neither a fault nor the visitor's.

    demo.launch(app_kwargs={"middleware": [Middleware(SayPlainly)]})
"""

import asyncio
import json
import logging
import re

from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import DISK_FULL, is_disk_full
from shared.ui.guard import FAULT_MESSAGE

RESTARTING = "The server is being restarted. Try again in a minute; what you typed is still on your page."

_log = logging.getLogger("lessons")
_UNEXPECTED = b'"unexpected_error"'
# An error of an endpoint's stream: a text is Gradio's own of an exception, an object is what a callback said.
_ENDPOINT_ERROR = re.compile(rb'event: error\ndata: (".*")\n\n')


class SayPlainly:
    """Answers in place of an exception, of a request that is cut off, and of Gradio's words about them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_begun = is_events = False

        async def pass_on(message: Message) -> None:
            nonlocal is_begun, is_events
            if message["type"] == "http.response.start":
                is_begun = True
                is_events = (
                    dict(message["headers"]).get(b"content-type", b"").startswith(b"text/event-stream")
                )
            elif is_events:
                message = {**message, "body": _reworded(message.get("body", b""))}
            await send(message)

        try:
            await self.app(scope, receive, pass_on)
        except asyncio.CancelledError:
            if not is_begun:
                await _answer(503, RESTARTING, scope, receive, send)
            elif is_events:  # the sentence was sent: end the stream as one that is complete
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                raise
        except Exception as error:
            if is_begun:
                raise
            if is_disk_full(error):
                _log.warning("the disk is full")
                if scope["path"].endswith("/upload"):  # the page shows what it says as it is
                    await PlainTextResponse(DISK_FULL, status_code=507)(scope, receive, send)
                else:
                    await _answer(507, DISK_FULL, scope, receive, send)
            else:
                _log.exception("%s %s", scope["method"], scope["path"][:200])
                await _answer(500, FAULT_MESSAGE, scope, receive, send)


def _reworded(events: bytes) -> bytes:
    """Replace Gradio's text of an exception in a piece of an event stream."""
    if found := _ENDPOINT_ERROR.fullmatch(events):
        return b"event: error\ndata: " + json.dumps(_in_plain_words(json.loads(found[1]))).encode() + b"\n\n"
    if _UNEXPECTED not in events[:200]:
        return events
    said = json.loads(events.removeprefix(b"data:"))
    return b"data: " + json.dumps({**said, "message": _in_plain_words(said["message"])}).encode() + b"\n\n"


def _in_plain_words(text: str | None) -> str:
    """Say what happened, where Gradio quotes an exception: the server ended, or a fault of ours."""
    is_end = not text or "ancelled" in text or "Server stopped" in text
    return RESTARTING if is_end else FAULT_MESSAGE


async def _answer(status: int, text: str, scope: Scope, receive: Receive, send: Send) -> None:
    # Gradio's page shows the text of "error", programs read "detail", as in FastAPI's own answers.
    await JSONResponse({"detail": text, "error": text}, status_code=status)(scope, receive, send)
