"""The server that Gradio starts says what it is made of, and waits for every open page before it ends.

`Blocks.launch` offers no way to choose another, so this one takes its place when this module is imported.

    server = QuietServer(uvicorn.Config(app))
"""

from typing import Any

from gradio import http_server

GRACE_SECONDS = 3  # how long open pages and running calls may delay the end


class QuietServer(http_server.Server):
    """A server that does not say what it is made of, and does not wait long for open pages."""

    def __init__(self, config: Any, *more: Any, **options: Any) -> None:
        config.server_header = False
        config.timeout_graceful_shutdown = GRACE_SECONDS
        super().__init__(config, *more, **options)


http_server.Server = QuietServer
