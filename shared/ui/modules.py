"""Browser modules: plain ES modules of the project, imported when their piece is on the page.

    picture = module("apps/views/matmul/multiply.js", value={"rows": 3})   # default export: (element, api)

They are served beside Gradio's own files, alone and mounted, under a path that holds the hash of them all:
`modules/<hash>/apps/views/matmul/multiply.js`. So a browser keeps them for good, and one module imports
another by its relative path. Nothing but the project's .js and .css can be asked for.

A module's default export gets the piece's element and `api`: `props.value`, `watch("value", callback)`,
`trigger(event, data)`, and `server.<name>(value)` for each of the piece's functions. When it has ended, or
kept the promise that it gave, the piece has `data-ready`.
"""

import functools
import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from shared.errors import InputError
from shared.ui.guard import FAULT_MESSAGE, as_message, friendly

ROOT = Path(__file__).resolve().parents[2]
NOT_LOADED = "This part could not be loaded. Reload the page."
_KINDS = {".js": "text/javascript", ".css": "text/css"}
_FOREVER = "public, max-age=31536000, immutable"
# Plain text, never filled in: Gradio would run what stands in ${...} or {{...}} of a template.
_TEMPLATE = '<div class="look-module"></div>'


def module(
    path: str,
    value: Any = None,
    *,
    functions: Sequence[Callable[[Any], Any]] = (),
    css: str = "",
    **more: Any,
) -> gr.HTML:
    """Put a piece on the page that a browser module fills.

    Args:
        path: of the module, from the root of the project.
        value: plain JSON, its `api.props.value`.
        functions: what it may call on the server, each from one JSON value to another. One that refuses its
            value answers {"error": one sentence}.
        css: the path of a style sheet for this piece alone.
        more: further arguments of `gr.HTML`.
    """
    address = json.dumps(f"modules/{version()}/{_known(path)}")
    return gr.HTML(
        value,
        html_template=_TEMPLATE,
        css_template=(ROOT / css).read_text(encoding="utf-8") if css else "",
        js_on_load=(
            f"import(new URL({address}, document.baseURI)).then((module) => module.default(element, "
            "{ props, trigger, watch, server: typeof server === 'undefined' ? {} : server }))"
            '.then(() => { element.dataset.ready = "true"; })'
            f".catch((error) => {{ element.textContent = {json.dumps(NOT_LOADED)}; console.error(error); }})"
        ),
        server_functions=[_answering(function) for function in functions] or None,
        apply_default_css=False,
        **{"elem_classes": "look-piece", **more},
    )


def imported(path: str, call: str) -> str:
    """Write the JavaScript of an event that calls something in a module.

    Args:
        path: of the module, from the root of the project.
        call: made on `module` with `values`, the event's inputs, and `turn`, which counts the page's events:
            "module.keep('split', values)".
    """
    address = json.dumps(f"modules/{version()}/{_known(path)}")
    return (
        "async (...values) => { const turn = (window.lookTurn = (window.lookTurn ?? 0) + 1); "
        f"const module = await import(new URL({address}, document.baseURI)); return {call}; }}"
    )


def routes() -> list[Route]:
    """Give the route that serves the modules, for the web application of an app."""
    return [Route("/modules/{stamp}/{path:path}", _send, methods=["GET", "HEAD"])]


@cache
def files() -> dict[str, Path]:
    """List what may be asked for, by its path from the root of the project."""
    found = (path for top in ("apps", "shared") for kind in _KINDS for path in (ROOT / top).rglob(f"*{kind}"))
    return {
        path.relative_to(ROOT).as_posix(): path
        for path in sorted(found)
        if path.is_file() and not {"node_modules", "web"} & {*path.parts}
    }


@cache
def version() -> str:
    """Give the hash of all modules and style sheets: another one as soon as one of them changes."""
    total = hashlib.sha256()
    for name, path in files().items():
        total.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:12]


async def _send(request: Request) -> Response:
    path = files().get(request.path_params["path"])
    if path is None or not path.is_file():
        return Response(status_code=404)
    # A page from before an update asks with an older hash: it gets today's, and keeps it no longer than that.
    kept = _FOREVER if request.path_params["stamp"] == version() else "no-cache"
    return FileResponse(path, media_type=_KINDS[path.suffix], headers={"Cache-Control": kept})


def _known(path: str) -> str:
    if path not in files():
        raise ValueError(f"There is no browser module {path}.")
    return path


def _answering(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Answer a mistake with its sentence, as a value that the script can show."""

    @functools.wraps(function)
    def answer(value: Any) -> Any:
        try:
            return friendly(function)(value)
        except gr.Error as error:
            is_theirs = isinstance(error.__cause__, InputError)
            return {"error": as_message(error.__cause__) if is_theirs else FAULT_MESSAGE}

    return answer
