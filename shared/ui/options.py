"""Controls, callbacks and endpoints from options that are declared once, in a model of `shared.options`.

boxes = controls(Sizes)                      # {"rows": gr.Slider, ...}; each checks what arrives for it
button.click(friendly(over(Sizes, work)), [*boxes.values()], out)
add_options_endpoint(Sizes, matmul)          # /matmul, its arguments described by the model
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import gradio as gr
from pydantic.fields import FieldInfo

from shared.options import Model, Options, about, bounds, check, check_one, choices_of, extra, title
from shared.ui.endpoint import add_endpoint
from shared.ui.gradio_patches.argument_texts import tell_clients

_MAX_RADIO_CHOICES = 4  # more go into a list that opens


def controls(model: type[Options], **more: dict[str, Any]) -> dict[str, Any]:
    """Make the control of each option.

    Args:
        model: declares them.
        more: further arguments of a control, by the option's name.

    Returns:
        Components by name, in the model's order. What arrives for one is checked by its option, which says
        what it wants by name; Gradio's own check does not.
    """
    made = {name: _control(name, field, more.get(name, {})) for name, field in model.model_fields.items()}
    for name, box in made.items():
        box.check_option = functools.partial(check_one, model, name)
    return made


def over(model: type[Model], function: Callable[[Model], Any]) -> Callable[..., Any]:
    """Give a function one checked model, where Gradio passes values one by one.

    Args:
        model: declares the values.
        function: from the model to an answer; the first line of its docstring describes it.

    Returns:
        A function whose arguments, defaults and documentation are the model's.
    """
    fields = model.model_fields

    def call(*values: Any, **named: Any) -> Any:
        return function(check(model, {**dict(zip(fields, values, strict=False)), **named}))

    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            annotation=field.annotation,
            default=inspect.Parameter.empty if field.is_required() else field.get_default(),
        )
        for name, field in fields.items()
    ]
    returns = inspect.signature(function).return_annotation
    call.__name__, call.__qualname__, call.__module__ = (
        function.__name__,
        function.__qualname__,
        function.__module__,
    )
    call.__signature__ = inspect.Signature(parameters, return_annotation=returns)  # type: ignore[attr-defined]
    call.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": returns}
    told = (inspect.getdoc(function) or "").partition("\n\n")[0]
    call.__doc__ = "\n".join([told, "", "Args:", *(f"    {name}: {about(f)}" for name, f in fields.items())])
    return call


def add_options_endpoint(model: type[Model], function: Callable[[Model], Any], **queue: Any) -> None:
    """Add a public endpoint that is called like the function; its arguments are the model's.

    Assistants get type and default, and the bounds as text: they would refuse a value out of bounds
    themselves, with a sentence of theirs.

    Args:
        model: declares the arguments.
        function: from the model to plain JSON, annotated with a TypedDict.
        queue: as `add_endpoint` takes it.
    """
    for component, (name, field) in zip(
        add_endpoint(over(model, function), **queue), model.model_fields.items(), strict=True
    ):
        tell_clients(component, about(field))
        component.check_option = functools.partial(check_one, model, name)


def _control(name: str, field: FieldInfo, more: dict[str, Any]) -> Any:
    unit, (low, high) = extra(field, "unit"), bounds(field)
    common: dict[str, Any] = {
        "label": title(name, field) + (f" ({unit})" if unit else ""),
        "info": field.description,
        "value": field.get_default(),
        **more,
    }
    if "choices" in more:  # names for the values of a number
        return gr.Dropdown(**common)
    if choices := choices_of(field):
        kind = gr.Radio if len(choices) <= _MAX_RADIO_CHOICES else gr.Dropdown
        return kind([(str(choice), choice) for choice in choices], **common)
    if field.annotation is bool:
        return gr.Checkbox(**common)
    if field.annotation in (int, float):
        step = extra(field, "step") or (1 if field.annotation is int else None)
        if low is not None and high is not None:
            return gr.Slider(low, high, step=step, **common)
        return gr.Number(minimum=low, maximum=high, step=step or 1, **common)
    return gr.Textbox(**common)
