"""What comes in from outside, refused in one plain sentence before any callback sees it.

Gradio lets NaN through its sliders, answers a value of the wrong kind with an empty error, and an endpoint
that does not exist with an internal one. Here each becomes a sentence that names the control and the fix, and
none of them ends the connection. `new_blocks`, `launch_app` and `mount_app` put these parts in place.

    demo = GuardedBlocks(title="Movie recommender")
    demo.launch(app_kwargs=web_settings())
"""

import logging
import math
import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import gradio as gr
from fastapi import Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from gradio.route_utils import FnIndexInferError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from shared.errors import InputError, is_disk_full
from shared.limits import MAX_ERROR_VALUE_CHARACTERS, MAX_UPLOAD_MB
from shared.ui.bodies import LimitBodies
from shared.ui.files import NOT_UPLOADED, check_uploads, holds_file
from shared.ui.gradio_patches.assistants_json import answering_in_json
from shared.ui.gradio_patches.fair_queue import make_fair
from shared.ui.gradio_patches.fetch_nothing import FetchNothing
from shared.ui.gradio_patches.kept_answers import refuse_in_turn
from shared.ui.gradio_patches.lean_sessions import keep_sessions_lean
from shared.ui.gradio_patches.no_statistics import keep_no_statistics
from shared.ui.gradio_patches.one_web_app import without_web_app
from shared.ui.gradio_patches.unknown_streams import AnswerUnknownStreams
from shared.ui.guard import as_fault, as_message

BAD_REQUEST = "This request cannot be read. The page /gradio_api/info lists endpoints and their arguments."
NO_ENDPOINT = "There is no such endpoint here. The page /gradio_api/info lists them all."

_log = logging.getLogger("lessons")
_UPLOADS = (gr.File, gr.UploadButton, gr.DownloadButton, gr.Image, gr.Gallery, gr.Audio, gr.Video)
_NO_JSON = "There was an error parsing the body"  # of one that is nested too deep, too
_MAX_MESSAGE = 500  # characters; a list of choices may be long
_NOT_A_CHOICE = re.compile(
    r"Value: (?P<value>.*) is not in the list of choices: (?P<choices>\[.*\])", re.DOTALL
)


class GuardedBlocks(gr.Blocks):
    """A page whose callbacks and endpoints receive only values that their controls could have sent.

    Attributes:
        upload_mb: the largest file that it takes.
    """

    def __init__(self, *arguments: Any, upload_mb: float = MAX_UPLOAD_MB, **options: Any) -> None:
        self.upload_mb = upload_mb
        keep_no_statistics()
        with without_web_app():
            super().__init__(*arguments, **options)
        keep_sessions_lean(self)

    def __exit__(self, *raised: Any) -> None:
        """End the page."""
        with without_web_app():
            super().__exit__(*raised)

    def queue(self, *arguments: Any, **options: Any) -> "GuardedBlocks":
        """Set the queue."""
        with without_web_app():
            super().queue(*arguments, **options)
        make_fair(self)
        return self

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], *more: Any, **options: Any
    ) -> list[Any]:
        """Check what arrived, then let Gradio prepare it.

        Raises:
            gr.Error: a value cannot be used; the message is meant for people.
        """
        try:
            _check_inputs(block_fn, inputs)
            return await super().preprocess_data(block_fn, inputs, *more, **options)
        except InputError as error:
            message = as_message(error)
        except gr.Error as error:
            message = _reworded(error.message)
        except Exception as error:
            if is_disk_full(error):
                raise as_fault(error) from error
            takes_files = any(isinstance(block, _UPLOADS) for block in block_fn.inputs)
            message = NOT_UPLOADED if takes_files else BAD_REQUEST
            _log.info("refused a value for %s: %s", block_fn.name, type(error).__name__)
        refuse_in_turn()
        raise gr.Error(message, title="Please check", print_exception=False)

    def refuses(self, block_fn: Any, inputs: list[Any]) -> bool:
        """Say whether a call will be refused for what was sent: then it need not wait for its turn.

        Args:
            block_fn: the event.
            inputs: its values, as they were sent.
        """
        try:
            _check_inputs(block_fn, inputs)
        except InputError:
            return True
        except Exception:  # its turn will tell
            return False
        return False

    async def postprocess_data(self, *arguments: Any, **options: Any) -> list[Any]:
        """Let Gradio prepare an answer, and say so when it cannot.

        Raises:
            gr.Error: the answer cannot be sent.
        """
        try:
            return await super().postprocess_data(*arguments, **options)
        except gr.Error:
            raise
        except Exception as error:
            _log.exception("an answer could not be sent")
            raise as_fault(error) from error

    @property
    def mcp_server_obj(self) -> Any:
        """What speaks to assistants; Gradio sets it when the app starts."""
        return self._mcp_server

    @mcp_server_obj.setter
    def mcp_server_obj(self, server: Any) -> None:
        self._mcp_server = answering_in_json(server)


def check_value(block: Any, value: Any) -> None:
    """Check that a control could have sent this value.

    Args:
        block: a component.
        value: what arrived for it.

    Raises:
        InputError: it could not.
    """
    if check_option := getattr(block, "check_option", None):  # declared once, see shared.options
        check_option(value)
    name = block.label or "A value"
    if isinstance(block, gr.Slider) and not _is_number(value):
        raise InputError(f"{name} must be a number from {block.minimum:g} to {block.maximum:g}.")
    if isinstance(block, gr.Number) and value is not None and not _is_number(value):
        raise InputError(f"{name} must be a number.")
    if isinstance(block, gr.Checkbox) and not isinstance(value, bool):
        raise InputError(f"{name} must be true or false.")
    if isinstance(block, gr.CheckboxGroup) and not isinstance(value, list):
        raise InputError(f"{name} must be a list of choices.")
    if isinstance(block, gr.Textbox) and not isinstance(value, str | None):
        raise InputError(f"{name} must be a text.")
    is_one_of = isinstance(block, gr.Radio) or (isinstance(block, gr.Dropdown) and not block.multiselect)
    if is_one_of and value is None and block.value is not None:
        choices = ", ".join(str(label) for label, _ in block.choices)
        raise InputError(f"{name} has no value: choose one of {choices}."[:_MAX_MESSAGE])
    if isinstance(block, _UPLOADS):
        check_uploads(value)
    elif holds_file(value):
        raise InputError(f"{name} takes no files.")


def web_settings(more: Sequence[Middleware] = ()) -> dict[str, Any]:
    """Settings for the web application, as `launch` and `mount_gradio_app` take them in `app_kwargs`.

    Args:
        more: what else stands between the server and the app.
    """
    handlers: dict[Any, Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
        HTTPException: _answer_refusal,
        RequestValidationError: _answer_unreadable,
        FnIndexInferError: _answer_unknown,
    }
    # Gradio's own routes raise these for bodies that they did not expect. A handler for `Exception` would end
    # the connection.
    for kind in (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        handlers[kind] = _answer_unexpected
    ours = [Middleware(LimitBodies), Middleware(FetchNothing), Middleware(AnswerUnknownStreams)]
    return {"exception_handlers": handlers, "middleware": [*more, *ours]}


def check_properties(block: Any, properties: Any) -> None:
    """Check the properties of a component, its value among them.

    Raises:
        InputError: no page could have sent them.
    """
    if not isinstance(properties, dict):
        raise InputError(f"{block.label or 'A value'} must come with its properties.")
    others = {name: one for name, one in properties.items() if name != "value"}
    if holds_file(others):
        check_uploads(others)
    check_value(block, properties.get("value"))


def _check_inputs(block_fn: Any, inputs: list[Any]) -> None:
    _check_count(block_fn, inputs)
    for at, (block, value) in enumerate(zip(block_fn.inputs, inputs, strict=False)):
        if at in block_fn.component_prop_inputs:  # all properties, where a callback asks for them
            check_properties(block, value)
        else:
            check_value(block, value)


def _check_count(block_fn: Any, inputs: list[Any]) -> None:
    wanted = len(block_fn.inputs)
    if len(inputs) == wanted or block_fn.cancels:  # Gradio itself gives an event that cancels its input
        return
    names = list(block_fn.input_parameter_names or [])
    takes = f"{wanted} {'value' if wanted == 1 else 'values'}"
    if len(names) == wanted and names:
        takes += f" ({', '.join(map(str, names))})"
    raise InputError(f"This takes {takes}, and got {len(inputs)}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and _is_finite(value)


def _is_finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number too long for a float
        return False


def _reworded(message: str) -> str:
    """Cut Gradio's own sentence, which repeats whatever was sent."""
    found = _NOT_A_CHOICE.search(message)
    if found:
        value = found["value"][:MAX_ERROR_VALUE_CHARACTERS]
        message = f"{value} is not one of the choices: {found['choices'][1:-1]}."
    return as_message(message[:_MAX_MESSAGE])


async def _answer_refusal(request: Request, error: Any) -> Response:
    """Answer as usual; a body that is no JSON in our own words, not FastAPI's."""
    if error.detail == _NO_JSON:
        return JSONResponse({"detail": BAD_REQUEST}, status_code=error.status_code)
    return await http_exception_handler(request, error)


async def _answer_unreadable(_request: Request, _error: Any) -> JSONResponse:
    return JSONResponse({"detail": BAD_REQUEST}, status_code=422)


async def _answer_unknown(_request: Request, _error: Any) -> JSONResponse:
    return JSONResponse({"detail": NO_ENDPOINT}, status_code=404)


async def _answer_unexpected(request: Request, error: Exception) -> JSONResponse:
    _log.warning("%s %s: %s", request.method, request.url.path[:200], type(error).__name__)
    return JSONResponse({"detail": BAD_REQUEST}, status_code=400)
