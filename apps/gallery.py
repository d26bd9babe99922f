"""All apps in one process, each under its own path with its own endpoints, and a front page that shows them.

    python apps/gallery.py               # http://127.0.0.1:7860, or GRADIO_SERVER_NAME
    python apps/gallery.py --port 7861   # or GRADIO_SERVER_PORT

An app is a row of `apps/catalog.py` and a module with `build_demo()`. Gradio runs each one as a separate
application (`gradio.mount_gradio_app`), so `/recommender/` answers `gradio_client` and assistants exactly as
the app does on its own. One that cannot start says so under its path; the others run.

GRADIO_ROOT_PATH is the path or address under which a proxy shows the gallery, when the proxy cuts it off.
"""

import gc
import html
import importlib
import logging
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import fastapi
import uvicorn
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # `python apps/gallery.py` works from any folder
if __name__ == "__main__":
    gc.disable()  # until it serves: looking for garbage while modules are imported finds none

from apps.catalog import APPS, SENTENCE, TITLE, App  # noqa: E402
from shared import garbage  # noqa: E402
from shared.device import announce_gpu_functions  # noqa: E402
from shared.ui.command_line import find_free_port, read_command_line, server_name  # noqa: E402
from shared.ui.gradio_patches.quiet_server import QuietServer  # noqa: E402
from shared.ui.launch import ICON_SVG, middleware, mount_app  # noqa: E402
from shared.ui.page import COURSE_URL, PRIVACY_SENTENCE, escape  # noqa: E402
from shared.ui.serving import EndingSignals, run_until_told  # noqa: E402
from shared.ui.theme import STYLE_PATH  # noqa: E402

PICTURES = Path(__file__).with_name("pictures")
DRAWINGS = {path.name: path for path in PICTURES.glob("*.svg")}
CLOSED = "This app could not start. The others can be used; whoever runs them finds the reason in the log."
UNKNOWN = "There is nothing at this address."

_log = logging.getLogger("lessons")


@dataclass(frozen=True)
class Card:
    """What the front page shows of one app."""

    app: App
    runs: bool


def build_gallery(apps: Sequence[App] = APPS) -> fastapi.FastAPI:
    """Put all apps and the front page into one application.

    Args:
        apps: which apps.

    Returns:
        The application, for uvicorn.
    """
    gallery = fastapi.FastAPI(
        title=TITLE, docs_url=None, redoc_url=None, openapi_url=None, middleware=middleware()
    )
    cards = [_add_app(gallery, app) for app in apps]
    _add_front_page(gallery, cards)
    return gallery


def _add_app(gallery: fastapi.FastAPI, app: App) -> Card:
    """Mount one app, and say whether it runs."""
    try:
        demo = importlib.import_module(f"apps.{app.name}").build_demo()
        _add_redirect(gallery, app.path)
        mount_app(gallery, demo, app.path)
        return Card(app, runs=True)
    except Exception:
        _log.exception("%s could not start", app.name)
        _add_closed(gallery, app.path, app.title)
        return Card(app, runs=False)


def _add_redirect(gallery: fastapi.FastAPI, path: str) -> None:
    """Lead `/recommender?film=1` to `/recommender/?film=1`.

    The target is relative: the browser completes it with the address it asked for, whatever a proxy does.
    """

    @gallery.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)
    def add_slash(request: fastapi.Request) -> RedirectResponse:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"./{path.rpartition('/')[2]}/{query}")


def _add_closed(gallery: fastapi.FastAPI, path: str, title: str) -> None:
    """Answer under the path of an app that could not start: a page that says so, and a line for programs."""
    page = _sentence_page(title, CLOSED, up="../")
    _add_redirect(gallery, path)

    @gallery.api_route(path + "/", methods=["GET", "HEAD"], include_in_schema=False)
    def show_closed() -> HTMLResponse:
        return HTMLResponse(page, status_code=503, headers={"Cache-Control": "no-store"})

    @gallery.api_route(path + "/{rest:path}", methods=["GET", "HEAD", "POST"], include_in_schema=False)
    def refuse_call(rest: str) -> JSONResponse:
        return JSONResponse({"detail": CLOSED}, status_code=503, headers={"Cache-Control": "no-store"})


def _add_front_page(gallery: fastapi.FastAPI, cards: Sequence[Card]) -> None:
    """Serve the front page and its few files. Plain HTML: it is there before any app is asked."""
    page = front_page(cards)

    @gallery.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    def show_front_page() -> HTMLResponse:
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    @gallery.get("/style.css", include_in_schema=False)
    def send_style() -> FileResponse:
        return FileResponse(STYLE_PATH, media_type="text/css")

    @gallery.get("/favicon.ico", include_in_schema=False)
    def send_icon() -> Response:
        return Response(ICON_SVG, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})

    @gallery.get("/manifest.json", include_in_schema=False)
    def send_manifest() -> JSONResponse:
        # Gradio's pages ask for it at the root.
        return JSONResponse(
            {"name": TITLE, "short_name": "Deep Learning", "start_url": "./", "display": "browser"}
        )

    @gallery.exception_handler(404)
    def show_unknown(request: fastapi.Request, _error: Exception) -> Response:
        # People read a page; programs, whatever their first mistake was, a line of JSON.
        headers = {"Cache-Control": "no-store"}
        is_call = "/gradio_api" in request.url.path or request.method not in ("GET", "HEAD")
        if is_call or request.headers.get("accept", "").startswith("application/json"):
            return JSONResponse({"detail": UNKNOWN}, status_code=404, headers=headers)
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        up = "../" * min(path.count("/") - 1, _MOST_LEVELS) or "./"
        return HTMLResponse(_sentence_page("No such page", UNKNOWN, up=up), status_code=404, headers=headers)


def front_page(cards: Sequence[Card]) -> str:
    """Write the front page as HTML."""
    return _PAGE.format(
        title=escape(TITLE),
        sentence=escape(SENTENCE),
        cards="\n".join(_card_html(card) for card in cards),
        course=html.escape(COURSE_URL),
        privacy=escape(PRIVACY_SENTENCE),
    )


def _card_html(card: Card) -> str:
    app = card.app
    text = (
        f'<span class="gallery-lesson">{escape(app.lesson_words)}</span><h2>{escape(app.title)}</h2>'
        f"<p>{escape(app.summary if card.runs else CLOSED)}</p>"
    )
    # A drawing stands in the page itself, where it takes the page's colours.
    drawing = DRAWINGS[app.picture].read_text(encoding="utf-8") if app.picture in DRAWINGS else ICON_SVG
    content = f'<span class="gallery-picture" aria-hidden="true">{drawing}</span>{text}'
    if not card.runs:
        return f'<li><div class="gallery-card gallery-off">{content}</div></li>'
    link = f'<a class="gallery-card" href=".{html.escape(app.path)}/">'
    return f'<li>{link}{content}<span class="gallery-go">Open</span></a></li>'


# Filled in twice: what both pages share, then what each shows.
_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="{{sentence}}">
<title>{{title}}</title>
<link rel="icon" href="{up}favicon.ico" type="image/svg+xml">
<script>
  (() => {{{{
    const wanted = new URLSearchParams(location.search).get("__theme");
    const dark = wanted ? wanted === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.classList.toggle("dark", dark);
    addEventListener("DOMContentLoaded", () => {{{{
      if (!wanted) return;
      for (const link of document.querySelectorAll("a.gallery-card")) link.search = location.search;
    }}}});
  }}}})();
</script>
<link rel="stylesheet" href="{up}style.css">
</head>
<body class="gallery">
<main>
<header><h1>{{title}}</h1><p>{{sentence}}</p></header>
{content}
</main>
</body>
</html>
"""
_PAGE = _FRAME.format(
    up="./",
    content="""<ul class="gallery-cards">
{cards}
</ul>
<footer class="look-foot">
<span><a href="{course}">Practical Deep Learning for Coders</a></span><span>{privacy}</span>
</footer>""",
)
_MOST_LEVELS = 20  # of an address that nobody has, up which the link leads


def _sentence_page(title: str, sentence: str, *, up: str) -> str:
    """Write a page of one sentence, with a link to all apps; `up` leads from it to the front page."""
    frame = _FRAME.format(up=up, content=f'<p><a href="{up}">All apps</a></p>')
    return frame.format(title=escape(title), sentence=escape(sentence))


def public_path(root_path: str) -> str:
    """Give the path in a path or an address: a mounted app accepts no more, and the proxy names the host."""
    return urlsplit(root_path).path.rstrip("/")


def serve() -> None:
    """Serve the gallery until the process is told to end."""
    port = read_command_line(SENTENCE).port or find_free_port()
    host = server_name()
    gallery = build_gallery()
    announce_gpu_functions()
    garbage.start()
    print(f"All apps at http://{host}:{port}", flush=True)
    root_path = public_path(os.environ.get("GRADIO_ROOT_PATH", ""))
    config = uvicorn.Config(gallery, host=host, port=port, log_level="warning", root_path=root_path)
    signals, server = EndingSignals(), QuietServer(config)
    thread = threading.Thread(target=server.run, name="server", daemon=True)
    thread.start()
    run_until_told(signals, server, thread)
    if not server.started:
        sys.exit(1)  # the port was taken meanwhile; uvicorn has said so


if __name__ == "__main__":
    serve()
