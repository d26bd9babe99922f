"""Events by name: a callback goes from checked options to {"name of a component": its new value}.

wire([go.click], draw, Sizes, boxes, {"picture": picture, "note": note})
wire_in_browser([box.change for box in boxes.values()], Sizes, boxes, picture)    # asks no server
keep_in_address("sizes", Sizes, boxes, demo)                                       # #sizes?rows=3
"""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from shared.options import Options, bounds, choices_of
from shared.ui.guard import friendly
from shared.ui.modules import imported
from shared.ui.options import over
from shared.ui.templates import checked_markup

_ADDRESS = "shared/ui/browser/address.js"
_STATE = "shared/ui/browser/state.js"


def wire(
    events: Sequence[Any],
    function: Callable[..., Mapping[str, Any]],
    model: type[Options],
    boxes: Mapping[str, Any],
    fills: Mapping[str, Any],
    **more: Any,
) -> Any:
    """Call a function with the checked options whenever one of the events happens.

    Args:
        events: such as `button.click`.
        function: from the model to new values by name; what it does not name stays as it is.
        model: declares the options.
        boxes: their controls by name, as `controls` made them.
        fills: the components that the function may fill, by name.
        more: further arguments of `gr.on`.
    """
    checked = over(model, function)

    @functools.wraps(checked)
    def call(*values: Any) -> dict[Any, Any]:
        return {fills[name]: _for_page(fills[name], value) for name, value in checked(*values).items()}

    settings = {
        "api_name": f"page_{function.__name__}",  # an endpoint may have the function's own name
        "api_visibility": "private",
        "show_progress": "hidden",
        "trigger_mode": "always_last",
        "js": imported(_STATE, f"module.latest({json.dumps(function.__name__)}, turn, values)"),
        **more,
    }
    inputs = [boxes[name] for name in model.model_fields]
    return gr.on(list(events), friendly(call), inputs, list(fills.values()), **settings)


def wire_in_browser(
    events: Sequence[Any], model: type[Options], boxes: Mapping[str, Any], piece: gr.HTML
) -> Any:
    """Give a module's piece the options as its value, {"name": value}, without asking the server."""
    names = json.dumps(list(model.model_fields))
    script = f"(...values) => Object.fromEntries({names}.map((name, i) => [name, values[i]]))"
    inputs = [boxes[name] for name in model.model_fields]
    return gr.on(list(events), None, inputs, [piece], js=script, show_progress="hidden", queue=False)


def keep_in_address(
    tab: str,
    model: type[Options],
    boxes: Mapping[str, Any],
    demo: gr.Blocks,
    *,
    address: gr.HTML | None = None,
) -> None:
    """Keep a tab's options in the page's address while its tab is open, and take them from a link.

    Args:
        tab: the tab's id.
        model: declares the options; a link's value that none of them allows is passed over.
        boxes: their controls by name.
        demo: the page.
        address: the piece of address.js; given, the options are taken again whenever a link on the page, back
            or forward changes the address.
    """
    inputs = [boxes[name] for name in model.model_fields]
    rules = json.dumps(
        {
            name: {
                "value": field.get_default(),
                "low": bounds(field)[0],
                "high": bounds(field)[1],
                "choices": choices_of(field),
            }
            for name, field in model.model_fields.items()
        }
    )
    where = json.dumps(tab)
    taken = imported(_ADDRESS, f"module.taken({where}, {rules})")
    taken_again = imported(
        _ADDRESS, f"module.read().tab === {where} ? module.taken({where}, {rules}) : values"
    )
    kept = imported(_ADDRESS, f"module.keepAll({where}, Object.keys({rules}), turn, values)")
    demo.load(None, None, inputs, js=taken, show_progress="hidden", queue=False)
    if address is not None:
        address.select(None, inputs, inputs, js=taken_again, show_progress="hidden", queue=False)
    gr.on([box.change for box in inputs], None, inputs, js=kept, show_progress="hidden", queue=False)


def _for_page(component: Any, value: Any) -> Any:
    return checked_markup(value) if getattr(component, "shows_markup", False) else value
