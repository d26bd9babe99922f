"""Gradio keeps the first line of each argument's text in a docstring, and shows it to assistants only.

describe(function)                         # before it becomes an endpoint: assistants read all of it
tell_clients(component, text)              # `Client.view_api` and the page of endpoints show it
"""

import inspect
from collections.abc import Callable
from typing import Any

from gradio.utils import get_function_params

_ARGUMENTS = "Args:"
_SECTIONS = ("Returns:", "Raises:", "Yields:", "Note:", "Example:", "Examples:")


def tell_clients(component: Any, text: str) -> None:
    """Say what an input of an endpoint is for, where programs look it up.

    Args:
        component: the input.
        text: what it is for.
    """
    info = {**component.api_info(), "description": text, "additional_description": text}
    component.api_info = lambda: info


def describe(function: Callable[..., Any]) -> Callable[..., Any]:
    """Put each argument's text on one line of the docstring, which is all that Gradio reads of it.

    Args:
        function: with a Google-style docstring; it is changed in place.

    Returns:
        The function.
    """
    told = (inspect.getdoc(function) or "").partition(f"\n{_ARGUMENTS}\n")[0].strip()
    lines = [f"    {argument}: {text}" for argument, text in argument_texts(function).items()]
    function.__doc__ = "\n".join([told, "", _ARGUMENTS, *lines]) if lines else told
    return function


def argument_texts(function: Callable[..., Any]) -> dict[str, str]:
    """Read what the docstring says of each argument, in the signature's order; "" where it says nothing.

    What Gradio fills in itself, such as a `gr.Request`, is left out.
    """
    texts: dict[str, str] = dict.fromkeys(inspect.signature(function).parameters, "")
    section = (inspect.getdoc(function) or "").partition(f"\n{_ARGUMENTS}\n")[2]
    current = ""
    for line in section.splitlines():
        if line.strip() in _SECTIONS:
            break
        name, colon, text = line.strip().partition(":")
        indent = len(line) - len(line.lstrip())
        if colon and indent == 4 and name in texts:
            current, texts[name] = name, text.strip()
        elif current and line.strip():
            texts[current] = f"{texts[current]} {line.strip()}"
    return {name: texts[name] for name, *_ in get_function_params(function)}
