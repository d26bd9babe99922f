"""Between a callback and the visitor: what people see when something goes wrong.

An `InputError` says in one sentence what was wrong and what to do, and is shown as it is. Any other exception
is a fault of ours: its traceback goes to the log, and the visitor reads a general sentence without any detail
of the server. The decorated function keeps its name, signature and docstring, which Gradio turns into the
description of the endpoint.

    @friendly
    def predict_stars(movie_id: int) -> dict: ...
    button.click(predict_stars, inputs, outputs, api_name="predict")

`gr.cache` goes outside, `gr.cache(friendly(f))`, or Gradio does not see it. Never for a visitor's own data.
"""

import contextlib
import functools
import inspect
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar, cast

import gradio as gr

from shared.errors import DISK_FULL, InputError, is_disk_full

FAULT_MESSAGE = "Something went wrong on our side. What you made on this page is still there: try again."

_log = logging.getLogger("lessons")
_Callback = TypeVar("_Callback", bound=Callable[..., Any])

# Gradio renders a message as HTML. A "<" that could open a tag becomes a look-alike, because programs that
# call the endpoint would read "&lt;".
_TAG_OPENING = re.compile(r"<(?=[A-Za-z/!?])")


def friendly(callback: _Callback) -> _Callback:
    """Make a callback answer mistakes in plain words.

    Works for plain, async, generator and async generator functions, and gives back the same kind of function.

    Args:
        callback: what an event or an endpoint calls.

    Returns:
        The callback with the same signature. It raises only `gr.Error`.
    """
    guarded: Callable[..., Any]
    if inspect.isasyncgenfunction(callback):

        async def guarded(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            with _plain_words(callback):
                async for value in callback(*args, **kwargs):
                    yield value

    elif inspect.isgeneratorfunction(callback):

        def guarded(*args: Any, **kwargs: Any) -> Iterator[Any]:
            with _plain_words(callback):
                yield from callback(*args, **kwargs)

    elif inspect.iscoroutinefunction(callback):

        async def guarded(*args: Any, **kwargs: Any) -> Any:
            with _plain_words(callback):
                return await callback(*args, **kwargs)

    else:

        def guarded(*args: Any, **kwargs: Any) -> Any:
            with _plain_words(callback):
                return callback(*args, **kwargs)

    return cast("_Callback", functools.wraps(callback)(guarded))


@contextlib.contextmanager
def _plain_words(callback: Callable[..., Any]) -> Iterator[None]:
    """Turn what is raised inside into a `gr.Error`, and log it when it is a fault of ours."""
    try:
        yield
    except gr.Error:
        raise
    except InputError as error:
        if is_disk_full(error):  # whatever was made of it on the way
            raise as_fault(error) from error
        raise gr.Error(as_message(error), title="Please check", print_exception=False) from error
    except Exception as error:
        _log.exception("%s failed", getattr(callback, "__qualname__", callback))
        raise as_fault(error) from error


def as_fault(error: Exception) -> gr.Error:
    """Make of an exception what visitors read: that the disk is full, or that something went wrong."""
    message = DISK_FULL if is_disk_full(error) else FAULT_MESSAGE
    return gr.Error(message, title="Sorry", print_exception=False)


def as_message(error: object) -> str:
    """Make an error's text safe for the page and readable for programs."""
    return _TAG_OPENING.sub("‹", str(error))
