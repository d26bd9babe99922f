"""Gradio's route for files fetches any public address for anybody, as if the server had asked for it.

Middleware(FetchNothing)                   # between the server and the app
"""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.ui.bodies import API_PREFIX

NOT_FETCHED = "This server fetches nothing from other places. Download the file, and upload it here."

_FILES = f"{API_PREFIX}file"  # the route


class FetchNothing:
    """Refuse what would make the server fetch an address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        place = scope["path"].partition(_FILES)[2] if scope["type"] == "http" else ""
        is_address = place[1:].lstrip("/ ").lower().startswith(("http:", "https:"))
        answer = JSONResponse({"detail": NOT_FETCHED}, status_code=404) if is_address else self._app
        await answer(scope, receive, send)
