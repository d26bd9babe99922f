"""All apps in one process, each under its own path with its own endpoints, and a front page that shows them.

    python apps/gallery.py        # http://127.0.0.1:7860, or GRADIO_SERVER_NAME and GRADIO_SERVER_PORT

An app is a module with TITLE, SUMMARY, PATH and `build_demo()`, and a line in APPS. Gradio runs each one as a
separate application (`gradio.mount_gradio_app`), so `/recommender/` answers `gradio_client` and assistants
exactly as the app does on its own. One that cannot start says so under its path; the others run.

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

from shared import garbage  # noqa: E402
from shared.device import announce_gpu_functions  # noqa: E402
from shared.ui.launch import ICON_SVG, middleware, mount_app  # noqa: E402
from shared.ui.page import COURSE_URL, PRIVACY_SENTENCE, escape  # noqa: E402
from shared.ui.serving import EndingSignals, QuietServer, run_until_told  # noqa: E402
from shared.ui.theme import STYLE_PATH  # noqa: E402

PICTURES = Path(__file__).with_name("pictures")
TITLE = "Practical Deep Learning, hands on"
CLOSED = "This app could not start. The others can be used; whoever runs them finds the reason in the log."
SENTENCE = "Try each idea of the course on real data, then on your own. Every app is also an API."

_log = logging.getLogger("lessons")


@dataclass(frozen=True)
class App:
    """One app of the gallery. What it is called stands in its module, so that it stands once."""

    module: str  # "apps.recommender"
    picture: str  # a file in pictures/, .svg or .png
    lesson: str  # "Lesson 7"


APPS = (
    App(module="apps.bears", picture="bears.svg", lesson="Lessons 1, 2, 3 and 6"),
    App(module="apps.relu", picture="relu.svg", lesson="Lesson 3"),
    App(module="apps.forest", picture="forest.svg", lesson="Lessons 5 and 6"),
    App(module="apps.recommender", picture="recommender.svg", lesson="Lesson 7"),
)


@dataclass(frozen=True)
class Card:
    """What the front page shows of one app."""

    path: str
    title: str
    sentence: str
    lesson: str
    picture: Path
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
    """Mount one app, and describe it."""
    name = app.module.rpartition(".")[2]
    path, title, sentence, runs = f"/{name}", name.capitalize(), CLOSED, False
    try:
        module = importlib.import_module(app.module)
        path, title = str(module.PATH), str(module.TITLE)
        demo = module.build_demo()
        _add_redirect(gallery, path)
        mount_app(gallery, demo, path)
        sentence, runs = str(module.SUMMARY), True
    except Exception:
        _log.exception("%s could not start", app.module)
        _add_closed(gallery, path, title)
    return Card(path, title, sentence, app.lesson, PICTURES / app.picture, runs)


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
    page = _CLOSED_PAGE.format(title=escape(title), sentence=escape(CLOSED))
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

    @gallery.get("/pictures/{name}", include_in_schema=False)
    def send_picture(name: str) -> Response:
        picture = next((card.picture for card in cards if card.picture.name == name), None)
        if picture is None or not picture.is_file():
            return Response(status_code=404)
        return FileResponse(picture, headers={"Cache-Control": "max-age=3600"})


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
    text = (
        f'<span class="gallery-lesson">{escape(card.lesson)}</span><h2>{escape(card.title)}</h2>'
        f"<p>{escape(card.sentence)}</p>"
    )
    if not card.runs:
        return f'<li><div class="gallery-card gallery-off">{_picture_html(card)}{text}</div></li>'
    link = f'<a class="gallery-card" href=".{html.escape(card.path)}/">'
    return f'<li>{link}{_picture_html(card)}{text}<span class="gallery-go">Open</span></a></li>'


def _picture_html(card: Card) -> str:
    """Put a drawing into the page itself, where it takes the page's colours; link any other picture."""
    if not card.picture.is_file():
        drawing = ICON_SVG
    elif card.picture.suffix == ".svg":
        drawing = card.picture.read_text(encoding="utf-8")
    else:
        drawing = f'<img src="./pictures/{html.escape(card.picture.name)}" alt="" loading="lazy">'
    return f'<span class="gallery-picture" aria-hidden="true">{drawing}</span>'


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
_CLOSED_PAGE = _FRAME.format(up="../", content='<p><a href="../">All apps</a></p>')


def public_path(root_path: str) -> str:
    """Give the path in a path or an address: a mounted app accepts no more, and the proxy names the host."""
    return urlsplit(root_path).path.rstrip("/")


def serve() -> None:
    """Serve the gallery until the process is told to end."""
    host = os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"
    port = int(os.environ.get("GRADIO_SERVER_PORT") or 7860)
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
        sys.exit(1)  # the port is taken; uvicorn has said so


if __name__ == "__main__":
    serve()
