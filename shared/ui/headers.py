"""What a browser may do with an answer, and how long it may keep it: headers on everything that is sent.

A page of ours runs the scripts that the server sent and no others, speaks to this server only, and stands in
frames of this server and of the Hugging Face Hub only. So a film's title or a column's name that slipped
through as HTML could run nothing and send nothing anywhere.

    demo.launch(app_kwargs={"middleware": [Middleware(GZipMiddleware), Middleware(SafeHeaders)]})
"""

import base64
import hashlib
import re

import brotli  # Gradio needs it too
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = {
    "default-src": "'self'",
    # 'unsafe-eval': Gradio makes functions out of text for `js=` of events and for the templates of gr.HTML.
    # Scripts inside a page are let through by their digest; one that came in by another way has none.
    "script-src": "'self' 'unsafe-eval'",
    # 'unsafe-inline': Gradio and Plotly style elements one by one, and so do pieces of ours.
    "style-src": "'self' 'unsafe-inline'",
    # data: and blob: pictures that the page itself made: figures, thumbnails, a photo just chosen.
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self' https://huggingface.co https://*.hf.space",
}
_ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"strict-origin-when-cross-origin"))
_POLICY_NAME = b"content-security-policy"
# The policy is for what a browser shows by itself; with each of fifty scripts it would only cost bytes.
_WITHOUT_POLICY = (
    b"text/css",
    b"text/javascript",
    b"application/javascript",
    b"font/",
    b"image/png",
    b"image/jpeg",
)
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc\s*=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_TAGGED = (b"text/html", b"text/css", b"application/json", b"text/javascript", b"application/javascript")
_FOREVER = b"public, max-age=31536000, immutable"
_MIN_TAGGED_BYTES = 1000  # of a body that is worth asking after again


class SafeHeaders:
    """Adds the headers, once, and answers "not modified" where the browser has the same already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        held: Message | None = None  # the start of an answer, until its body is there

        async def pass_on(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                if _ALWAYS[0][0] in headers:  # an app inside the gallery has seen to it
                    await send(message)
                elif (
                    headers.get(b"content-type", b"").startswith(_TAGGED)
                    and b"content-encoding" not in headers
                ):
                    held = message
                else:
                    await send(_finished(message, scope, None))
                return
            if held is not None:
                start, held = held, None
                body = None if message.get("more_body", False) else message.get("body", b"")
                start = _finished(start, scope, body)
                if start["status"] == 304:
                    message = {**message, "body": b""}
                elif body and len(body) >= _MIN_TAGGED_BYTES and b"br" in _header(scope, b"accept-encoding"):
                    start, message = _compressed(start, message)
                await send(start)
            await send(message)

        await self.app(scope, receive, pass_on)


def content_policy(page: bytes = b"") -> str:
    """Write the Content-Security-Policy.

    Args:
        page: the HTML it goes with; the scripts inside it may run.
    """
    digests = [
        base64.b64encode(hashlib.sha256(script.replace(b"\r\n", b"\n")).digest()).decode()
        for script in dict.fromkeys(_INLINE_SCRIPT.findall(page))
    ]
    scripts = "".join(f" 'sha256-{digest}'" for digest in digests)
    policy = {**_POLICY, "script-src": _POLICY["script-src"] + scripts}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def _finished(start: Message, scope: Scope, body: bytes | None) -> Message:
    """Add to the start of an answer what it lacks; `body` is the whole of it, or None for a stream."""
    headers: list[tuple[bytes, bytes]] = list(start["headers"])
    present = dict(headers)
    kind = present.get(b"content-type", b"")
    is_page = kind.startswith(b"text/html")
    headers += [(name, value) for name, value in _ALWAYS if name not in present]
    if not kind.startswith(_WITHOUT_POLICY):
        headers.append((_POLICY_NAME, content_policy(body if is_page and body else b"").encode()))
    if start["status"] != 200 or scope["method"] not in ("GET", "HEAD"):
        return {**start, "headers": headers}
    if b"cache-control" not in present and (kept := _how_long(scope, is_page)):
        headers.append((b"cache-control", kept))
    if body is not None and len(body) >= _MIN_TAGGED_BYTES and b"etag" not in present:
        # Weak: the same page may be sent compressed.
        tag = b'W/"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
        headers.append((b"etag", tag))
        if tag in (part.strip() for part in _header(scope, b"if-none-match").split(b",")):
            headers = [(name, value) for name, value in headers if name != b"content-length"]
            return {**start, "status": 304, "headers": headers}
    return {**start, "headers": headers}


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for asked, value in scope["headers"] if asked == name), b"")


def _compressed(start: Message, message: Message) -> tuple[Message, Message]:
    """Compress a whole page with Brotli: smaller than with gzip, in a quarter of the time."""
    body = brotli.compress(message["body"], quality=4)
    left_out = (b"content-length", b"content-encoding")
    headers = [(name, value) for name, value in start["headers"] if name not in left_out]
    length = str(len(body)).encode()
    headers += [(b"content-encoding", b"br"), (b"vary", b"Accept-Encoding"), (b"content-length", length)]
    return {**start, "headers": headers}, {**message, "body": body}


def _how_long(scope: Scope, is_page: bool) -> bytes | None:
    """Say how long a browser may use an answer without asking; None leaves it to the browser."""
    path: str = scope["path"]
    is_asset = "/assets/" in path and "/gradio_api/" not in path
    if is_asset or (path.endswith("/theme.css") and b"v=" in scope["query_string"]):
        return _FOREVER  # the address changes with what is behind it
    if is_page or path.endswith(("/config", "/theme.css", "/gradio_api/info")):
        return b"no-cache"  # keep it, and ask whether it is still the same
    return None
