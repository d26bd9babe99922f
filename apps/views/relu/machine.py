"""*Machine*: gradient descent step by step, with and without zeroing the gradients.

Everything is computed and drawn in the browser. `machine.js` holds the two runs, the other scripts of that
name one section of the tab each.
"""

import gradio as gr

from apps.views.relu import words
from apps.views.relu.slots import number_slot, slot, try_slot
from shared.plotting import SEQUENTIAL_SCALE
from shared.ui.figure import blank_figure
from shared.ui.page import controls_and_picture, errata, explain

ZEROING = [("Yes", "yes"), ("No", "no"), ("Show both", "both")]
PAIRS = [("a and b", "ab"), ("a and c", "ac"), ("b and c", "bc")]
PLAYS = (100, 1000)  # steps
# Gradio's slider has no logarithmic scale, so this one is ours. `machine_rate.js` gives it its stops.
_RATE = """<label for="machine-rate-typed">Learning rate</label>
<input id="machine-rate-typed" type="text" inputmode="decimal" autocomplete="off" value="0.01">
<input id="machine-rate-range" type="range" aria-label="Learning rate, slider">
<p>How long the steps are. The steps so far are taken again with the new rate.</p>"""


def build_machine() -> list[gr.components.Component]:
    """Lay out and wire the tab, inside whatever block is open.

    Returns:
        The controls that a link sets: zeroing, where to start, and the two parameters of the surface.
    """
    # Layout
    try_slot("machine-try", "Press One gradient step. Which parameter moves most?")
    # On a phone the plot alone stays in view, not all of its column: see machine.css.
    with controls_and_picture(sticky=False) as (controls, picture):
        with controls:
            number_slot("machine-loss", "Loss after 0 steps", "2.422", unit="mean absolute error", hint="-")
            step_button = gr.Button("One gradient step", variant="primary", elem_id="machine-step")
            with gr.Row(elem_classes="machine-buttons"):
                play_buttons = [
                    gr.Button(f"Play {steps:,} steps", elem_id=f"machine-play-{steps}", min_width=120)
                    for steps in PLAYS
                ]
            zero_radio = gr.Radio(
                ZEROING,
                value="yes",
                label="Zero the gradients",
                info="After each step, with zero_()",
                elem_id="machine-zero",
            )
            slot("machine-rate", _RATE)
            start_checkbox = gr.Checkbox(
                False, label="Start from my sliders", info="Of By hand, not from 1.1", elem_id="machine-start"
            )
            again_button = gr.Button("Start again", elem_id="machine-again")
        with picture:
            blank_figure("machine-plot", x_title="x", y_title="y")
            slot("machine-scale", css="curve-scale")
            slot("machine-said")
            slot("machine-moves")
    with gr.Row(elem_classes="machine-guess-row"):
        slot("machine-guess")
        with gr.Row(elem_classes="machine-answers"):
            up_button = gr.Button("Up", elem_id="machine-up", min_width=80)
            down_button = gr.Button("Down", elem_id="machine-down", min_width=80)
        guess_button = gr.Button("Hide the arrows and guess", elem_id="machine-guess-on", min_width=220)
    with gr.Row(elem_classes="machine-figures"):
        with gr.Column(min_width=280):
            slot("machine-loss-title", "<h2>Loss after each step</h2>")
            blank_figure("machine-losses", height=380, x_title="step", y_title="loss")
            slot("machine-figures-said")
        with gr.Column(min_width=280):
            slot("machine-surface-title", "<h2>Loss surface</h2>")
            blank_figure("machine-surface", height=380, coloraxis=_surface_scale())
            pair_radio = gr.Radio(PAIRS, value="ab", label="Show the loss over", elem_id="machine-pair")
            slot("machine-surface-said")
    slot("machine-sweep-title", "<h2>Which learning rate?</h2>")
    blank_figure("machine-sweep", height=320, x_title="learning rate", y_title="loss after 50 steps")
    slot("machine-sweep-said")
    with explain(text=words.MACHINE):
        pass
    errata(**words.ERRATA_ZERO)

    # Wiring: in the browser alone
    for event, js in (
        (step_button.click, "() => curveLab.machine.step()"),
        *(
            (button.click, f"() => curveLab.machine.play({steps})")
            for button, steps in zip(play_buttons, PLAYS, strict=True)
        ),
        (again_button.click, "() => curveLab.machine.again()"),
        (guess_button.click, "() => curveLab.machine.toggleGuessing()"),
        (up_button.click, "() => curveLab.machine.guess(1)"),
        (down_button.click, "() => curveLab.machine.guess(-1)"),
    ):
        event(None, js=js, show_progress="hidden")
    for control, js in (
        (zero_radio, "(zero) => curveLab.machine.set({ zero })"),
        (start_checkbox, "(fromSliders) => curveLab.machine.startFrom(fromSliders)"),
        (pair_radio, "(pair) => curveLab.machine.set({ pair })"),
    ):
        control.input(None, control, js=js, show_progress="hidden")
    return [zero_radio, start_checkbox, pair_radio]


def _surface_scale() -> dict[str, object]:
    return {"colorscale": [list(stop) for stop in SEQUENTIAL_SCALE], "showscale": False}
