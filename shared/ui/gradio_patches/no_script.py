"""A plain sentence for browsers that run no scripts, where Gradio would show an empty page.

Gradio builds its page with JavaScript, and adds what `head` holds with it too, so the sentence has to be put
into the page that the server sends.

    demo.launch(app_kwargs={"middleware": [Middleware(SayWithoutScripts)]})
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SENTENCE = "This page needs JavaScript. Switch it on for this address in your browser, then reload the page."
_BODY_START = b"<body"
_HTML = (
    '<noscript><p style="max-width:40em;margin:48px auto;padding:0 16px;font:16px/1.5 system-ui,sans-serif">'
    f"{SENTENCE}</p></noscript>"
).encode()


class SayWithoutScripts:
    """Adds the sentence to each HTML page that passes, and leaves everything else alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        held: Message | None = None  # the start of a page, until its body shows how long it is

        async def pass_on(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_page(message):
                held = message
                return
            if held is not None:
                start, held = held, None
                if not message.get("more_body", False):  # Gradio sends its page in one piece
                    message = {**message, "body": _with_sentence(message.get("body", b""))}
                    start = {**start, "headers": _with_length(start["headers"], len(message["body"]))}
                await send(start)
            await send(message)

        await self.app(scope, receive, pass_on)


def _is_page(start: Message) -> bool:
    headers = dict(start["headers"])
    is_html = headers.get(b"content-type", b"").startswith(b"text/html")
    return is_html and b"content-encoding" not in headers


def _with_length(headers: list[tuple[bytes, bytes]], n_bytes: int) -> list[tuple[bytes, bytes]]:
    others = [(name, value) for name, value in headers if name != b"content-length"]
    return [*others, (b"content-length", str(n_bytes).encode())]


def _with_sentence(page: bytes) -> bytes:
    at = page.rfind(_BODY_START)
    end = page.find(b">", at) if at >= 0 else -1
    return page[: end + 1] + _HTML + page[end + 1 :] if end >= 0 else page
