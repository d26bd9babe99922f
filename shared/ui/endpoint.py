"""An endpoint for programs and assistants, described by its function's docstring and annotations.

`add_endpoint` gives the whole text of each argument to assistants, to `Client.view_api` and to the page of
endpoints, and answers mistakes in plain words. What a function returns is a `TypedDict`, so that clients
know each key.

    def similar(movie_id: int, n: int = 10) -> list[Film]: ...   # Google-style docstring with Args
    with demo:
        add_endpoint(similar)                                    # /similar, and a tool of that name
        add_file_endpoint(classify, [gr.File(visible=False, label="image")])
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, get_args

import gradio as gr
from gradio.context import get_blocks_context
from gradio_client.utils import python_type_to_json_schema

from shared.limits import MAX_BODY_MB
from shared.ui.bodies import limit_body
from shared.ui.gradio_patches.argument_texts import argument_texts, describe, tell_clients
from shared.ui.guard import friendly


def add_endpoint(function: Callable[..., Any], *, body_mb: float = MAX_BODY_MB, **queue: Any) -> list[Any]:
    """Add a public endpoint of plain JSON to the Blocks that is open.

    Args:
        function: fully annotated; the endpoint and the assistants' tool are called like it. An argument that
            is annotated as `gr.Request` tells whose call it is; Gradio fills it in, and callers do not see
            it.
        body_mb: how much a call may hold, as JSON.
        queue: how many calls run at a time, as `gr.api` takes it: `concurrency_id`, `concurrency_limit`.

    Returns:
        Its inputs, in the order of the arguments.
    """
    demo = get_blocks_context()
    assert demo is not None, "add_endpoint works inside a Blocks"
    event = gr.api(describe(friendly(function)), api_name=function.__name__, **queue)
    limit_body(event, body_mb)
    texts = argument_texts(function)
    inputs: list[Any] = [demo.blocks[component_id] for component_id in event["inputs"]]
    for component, (argument, text) in zip(inputs, texts.items(), strict=True):
        component.label = argument
        tell_clients(component, text)
    return inputs


def add_file_endpoint(
    function: Callable[..., Any], inputs: Sequence[Any], *, more: Sequence[Any] = (), **queue: Any
) -> None:
    """Add a public endpoint that takes files: Gradio itself checks that the caller has uploaded them.

    Args:
        function: as for `add_endpoint`. It may be a generator, which answers more than once.
        inputs: a hidden component for each argument, labelled like it, in the same order.
        more: components of what it answers after its JSON; then it returns or yields a tuple.
        queue: as for `add_endpoint`.
    """
    for component, text in zip(inputs, argument_texts(function).values(), strict=True):
        tell_clients(component, text)
    answer: Any = gr.JSON(visible=False, label=function.__name__)
    told = inspect.signature(function).return_annotation
    if inspect.isgeneratorfunction(function):
        (told,) = get_args(told)
    schema = python_type_to_json_schema(get_args(told)[0] if more else told)
    answer.api_info = lambda: schema
    gr.Button(visible=False).click(
        describe(friendly(function)), list(inputs), [answer, *more], api_name=function.__name__, **queue
    )
