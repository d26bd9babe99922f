"""*ReLUs*: a network of one variable, moved by hand or fitted, and what more units are good for.

Picture, numbers and animation are the browser's (`units.js`, `units_fit.js`, `units_sweep.js`); a fit and
each row of the sweep ask the server (`units_server.py`).
"""

import gradio as gr
from gradio.components import Component

from apps.views.relu import words
from apps.views.relu.lab import MAX_NOISE
from apps.views.relu.slots import number_slot, slot, try_slot
from apps.views.relu.units_server import UNIT_LIMITS
from shared.ui.figure import blank_figure
from shared.ui.page import controls_and_picture, explain, section

QUICK_UNITS = (1, 2, 20)
PARAM_LIMIT, CONSTANT_LIMIT = 10.0, 20.0  # the sliders' ends for points of ordinary size
WIGGLES = [("ReLU", "relu"), ("Leaky ReLU", "leaky_relu"), ("Sigmoid", "sigmoid"), ("Tanh", "tanh")]
OPTIMIZERS = [("Adam", "adam"), ("Plain steps", "sgd")]
_SWEEP = (
    "The training error is measured on the points. The error to the true curve is what counts, and in real "
    "life nobody knows it: of your own points, some are held out in turn and predicted instead."
)


def build_units() -> list[Component]:
    """Lay out and wire the tab, inside whatever block is open.

    Returns:
        The controls that a link sets, in the order of `units.values()` of the script.
    """
    try_slot("units-try", "Move m and b of this one unit. Where does it switch?")
    with controls_and_picture() as (controls, picture):
        with controls:
            by_hand = _build_controls()
        with picture:
            blank_figure("units-plot", x_title="x", y_title="y")
            slot("units-scale", css="curve-scale")
            slot("units-player", css="units-player")
            slot("units-words", css="units-words")
        with gr.Column(elem_classes="units-fit", min_width=280):
            settings = _build_fit()
    section("How many units?", _SWEEP)
    with gr.Row(elem_classes="units-go"):
        sweep_button = gr.Button("Try 1 to 100 units", min_width=240, elem_id="units-sweep")
        slot("sweep-status", css="units-status")
    slot("sweep-notice")
    blank_figure("sweep-plot", x_title="units", y_title="error", height=360)
    slot("sweep-words", css="units-words")
    with explain(text=words.UNITS):
        pass
    controls = {**by_hand, **settings}
    # What the script changes reaches the controls through a click on this.
    sync_button = gr.Button(visible="hidden", elem_id="units-sync")

    # Wiring: in the browser alone
    for name, control in controls.items():
        hear = f"(value) => curveLab.units.hear('{name}', value)"
        control.input(None, control, js=hear, show_progress="hidden")
    sweep_button.click(None, js="() => curveLab.units.sweep()", show_progress="hidden")
    sync_button.click(
        None, outputs=list(controls.values()), js="() => curveLab.units.tell()", show_progress="hidden"
    )
    return list(controls.values())


def _build_controls() -> dict[str, Component]:
    """What the visitor sets by hand: the units, and the points under them."""
    number_slot("units-loss", "Loss: mean absolute error", "0.000")
    slot("units-facts", css="units-facts")
    count = gr.Slider(1, UNIT_LIMITS["units"], 1, step=1, label="Units", elem_id="units-count")
    with gr.Row(elem_classes="units-quick"):
        for n in QUICK_UNITS:
            button = gr.Button(f"{n} unit" if n == 1 else f"{n} units", size="sm", min_width=60)
            button.click(None, js=f"() => curveLab.units.setCount({n})", show_progress="hidden")
    slot("units-picker", css="units-picker")
    sliders = {
        name: gr.Slider(-limit, limit, value, step=0.05, label=name, info=info, elem_id=f"units-{name}")
        for name, limit, value, info in (
            ("m", PARAM_LIMIT, 1.5, "How steep, and to which side it opens"),
            ("b", PARAM_LIMIT, 1.5, "Moves the knot to x = -b/m"),
            ("w", PARAM_LIMIT, 1.0, "Scales the unit; below 0 it hangs down"),
            ("c", CONSTANT_LIMIT, 0.0, "Lifts the sum of all units"),
        )
    }
    activation = gr.Radio(WIGGLES, value="relu", label="The wiggle of each unit", elem_id="units-wiggle")
    noise = gr.Slider(
        0,
        MAX_NOISE,
        1.0,
        step=0.05,
        label="Noise",
        info="At 0 the points lie on the true curve",
        elem_id="units-noise",
    )
    draw_button = gr.Button("New noise", size="sm", elem_id="units-draw")
    draw_button.click(None, js="() => curveLab.units.drawAgain()", show_progress="hidden")
    slot("units-own-points", css="units-words")
    show_true = gr.Checkbox(True, label="Show the true curve", elem_id="units-true", container=False)
    return {"count": count, **sliders, "activation": activation, "noise": noise, "showTrue": show_true}


def _build_fit() -> dict[str, Component]:
    """The fit: its button, its settings, and how the loss went."""
    with gr.Row(elem_classes="units-go"):
        button = gr.Button("Fit by gradient descent", variant="primary", min_width=240, elem_id="units-fit")
        slot("units-status", css="units-status")
    button.click(None, js="() => curveLab.units.fitNow()", show_progress="hidden")
    slot("units-notice")
    rates = [(f"{rate:g}" if rate < 1e9 else "1 billion", rate) for rate in UNIT_LIMITS["rates"]]
    with gr.Row(elem_classes="units-settings"):
        rate = gr.Dropdown(rates, value=0.01, label="Learning rate", min_width=130, elem_id="units-lr")
        optimizer = gr.Dropdown(
            OPTIMIZERS, value="adam", label="Optimizer", min_width=130, elem_id="units-optimizer"
        )
        seeds = gr.Dropdown(
            UNIT_LIMITS["seeds"], value=1, label="Seeds at once", min_width=130, elem_id="units-seeds"
        )
        seed = gr.Number(
            42,
            minimum=0,
            maximum=UNIT_LIMITS["seed"],
            precision=0,
            label="First seed",
            min_width=130,
            elem_id="units-seed",
        )
    steps = gr.Slider(10, UNIT_LIMITS["steps"], 1000, step=10, label="Steps", elem_id="units-steps")
    own = gr.Checkbox(False, label="Start from my units", elem_id="units-own", container=False)
    blank_figure("units-losses", x_title="step", y_title="loss", height=260)
    slot("units-spread", css="units-words")
    return {"lr": rate, "optimizer": optimizer, "seeds": seeds, "seed": seed, "steps": steps, "own": own}
