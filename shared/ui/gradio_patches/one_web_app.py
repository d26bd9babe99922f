"""Make a page's web application once, when it is launched or mounted, and not three times before.

Gradio makes one when a page is begun, when it is ended and when its queue is set, and throws each away. Every
one takes a tenth of a second, which a visitor of a sleeping Space waits for.

    with without_web_app():
        super().__init__(...)
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from gradio.routes import App

_is_off: ContextVar[bool] = ContextVar("no web application is made", default=False)
_create_app = App.create_app


@functools.wraps(_create_app)
def _create_when_needed(*arguments: Any, **options: Any) -> Any:
    return None if _is_off.get() else _create_app(*arguments, **options)


App.create_app = staticmethod(_create_when_needed)


@contextmanager
def without_web_app() -> Iterator[None]:
    """Make no web application in this block; other threads are not concerned."""
    token = _is_off.set(True)
    try:
        yield
    finally:
        _is_off.reset(token)
