"""Start one app, or mount it in the gallery, always with the same style and the same limits.

Gradio takes the style when it starts, not when the page is built: `new_blocks` makes the page, `launch_app`
or `mount_app` serves it. Both bound the queue, the uploads and the disk, record nobody's runs, and offer the
endpoints as tools to assistants (MCP) where the package for it is installed.

    demo = build_demo()
    if __name__ == "__main__":
        launch_app(demo)
"""

import importlib.util
from collections.abc import Sequence
from typing import Any

import fastapi
import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from shared import garbage, limits
from shared.ui import modules
from shared.ui.faults import SayPlainly
from shared.ui.gradio_patches.mounted import finish_mounting
from shared.ui.gradio_patches.no_script import SayWithoutScripts
from shared.ui.gradio_patches.own_files import keep_own_files
from shared.ui.headers import SafeHeaders
from shared.ui.incoming import GuardedBlocks, web_settings
from shared.ui.serving import (
    EndingSignals,
    clean_up,
    is_interactive,
    own_uploads,
    run_until_told,
)
from shared.ui.theme import THEME

_GRADIO_COMPRESSES = ("text/css", "text/javascript", "application/javascript")  # better, with Brotli
# A dot in the accent colour, so that browsers do not ask for an icon that is not there.
ICON_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="8" fill="#2563eb"/>'
    '<path d="M7 22h7l4-13h7" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round" '
    'stroke-linejoin="round"/></svg>'
)
_ICON_URL = "data:image/svg+xml," + ICON_SVG.replace("#", "%23").replace('"', "'")
_HEAD = f'<link rel="icon" href="{_ICON_URL}"><meta name="color-scheme" content="light dark">'
# Shows the link back to all apps, which every page carries hidden.
_HEAD_IN_GALLERY = _HEAD + "<style>.gradio-container .look-home.look-home { display: inline-block }</style>"


def new_blocks(title: str, *, upload_mb: float = limits.MAX_UPLOAD_MB) -> GuardedBlocks:
    """Make the empty page of an app, whose temporary files are swept.

    Args:
        title: for the browser's tab.
        upload_mb: the largest file that may be sent to it.
    """
    own_uploads()  # before the page is made: each component notes where its files go
    return GuardedBlocks(
        title=title,
        upload_mb=upload_mb,
        analytics_enabled=False,
        delete_cache=(limits.CACHE_SWEEP_SECONDS, limits.CACHE_MAX_AGE_SECONDS),
    )


def launch_app(
    demo: gr.Blocks,
    *,
    server_name: str | None = None,
    server_port: int | None = None,
    prevent_thread_lock: bool = False,
    **more: Any,
) -> tuple[fastapi.FastAPI, str, str]:
    """Serve one app on its own.

    Args:
        demo: the page.
        server_name: the address to listen on. By default GRADIO_SERVER_NAME, or else 127.0.0.1.
        server_port: by default GRADIO_SERVER_PORT, or else the first free one from 7860.
        prevent_thread_lock: return at once and serve from a thread, for tests.
        more: further arguments of `Blocks.launch`.

    Returns:
        What `Blocks.launch` returns: the web application, the local address, the shared address.
    """
    set_queue(demo)
    keep_own_files(demo)
    garbage.start()
    settings: dict[str, Any] = {**_common_settings(demo), "head": _HEAD, "pwa": False, **more}
    settings |= {"server_name": server_name, "server_port": server_port, "prevent_thread_lock": True}
    # Without this Gradio asks for its own page, and ends when it does not come within three seconds.
    settings["_frontend"] = False
    if prevent_thread_lock or is_interactive():
        return demo.launch(**settings)
    signals = EndingSignals()
    launched = demo.launch(**settings)
    run_until_told(signals, demo.server, demo.server.thread)
    return launched


def mount_app(parent: fastapi.FastAPI, demo: gr.Blocks, path: str, **more: Any) -> fastapi.FastAPI:
    """Put one app under a path of a larger one, with endpoints and tools of its own.

    Args:
        parent: the application that holds all apps. A redirect from the bare path must be added before.
        demo: the page.
        path: where, as "/recommender".
        more: further arguments of `gradio.mount_gradio_app`.

    Returns:
        The parent.
    """
    set_queue(demo)
    keep_own_files(demo)
    settings: dict[str, Any] = {**_common_settings(demo), "head": _HEAD_IN_GALLERY, "pwa": False, **more}
    gr.mount_gradio_app(parent, demo, path=path, **settings)
    finish_mounting(parent, demo)
    return parent


def middleware(*, uncompressed: Sequence[str] = ()) -> list[Middleware]:
    """List what stands between the server and any page, the gallery's own too; outermost first.

    Args:
        uncompressed: kinds of content that are left as they are, beside event streams and what is compressed.
    """
    left = (*DEFAULT_EXCLUDED_CONTENT_TYPES, *uncompressed)
    return [
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6, exclude_content_types=left),
        Middleware(SafeHeaders),
        Middleware(SayWithoutScripts),
        Middleware(SayPlainly),
    ]


def set_queue(demo: gr.Blocks) -> gr.Blocks:
    """Bound how many requests wait and how many run at a time."""
    return demo.queue(
        max_size=limits.QUEUE_MAX_SIZE,
        default_concurrency_limit=limits.DEFAULT_CONCURRENCY,
        api_open=False,
        status_update_rate=1,
    )


def has_mcp() -> bool:
    """Say whether the package that speaks to assistants is installed."""
    return importlib.util.find_spec("mcp") is not None


def _common_settings(demo: gr.Blocks) -> dict[str, Any]:
    """List what is the same for one app and for all of them."""
    return {
        "theme": THEME,  # carries style.css
        "footer_links": ["api", "settings"],
        "max_file_size": getattr(demo, "upload_mb", limits.MAX_UPLOAD_MB) * limits.MB,
        "enable_monitoring": False,
        "run_history": False,  # nobody's photos or ratings are kept
        "show_error": False,  # an exception we did not foresee shows nothing of the server
        "ssr_mode": False,
        "mcp_server": has_mcp(),
        "app_kwargs": {
            **web_settings(middleware(uncompressed=_GRADIO_COMPRESSES)),
            "lifespan": clean_up,
            "routes": modules.routes(),
        },
    }
