"""*By hand*: three sliders, the loss of the visitor's quadratic, and a race against the machine.

All of it happens in the browser (`hand.js`); only a race asks the server.
"""

import gradio as gr

from apps.views.relu import words
from apps.views.relu.slots import number_slot, slot, try_slot
from shared.ui.figure import blank_figure
from shared.ui.page import controls_and_picture, explain

SLIDER_LIMIT = 5.0  # the sliders go from -5 to 5
START = 1.1  # of each parameter, as in the lesson
KINDS = [("MAE", "mae"), ("MSE", "mse")]


def build_hand() -> list[gr.components.Component]:
    """Lay out and wire the tab, inside whatever block is open.

    Returns:
        The controls that a link sets: a, b, c and the kind of loss.
    """
    # Layout
    try_slot("hand-try", "Move *a* until the curve is as steep as the points. Does the loss go down?")
    with controls_and_picture() as (controls, picture):
        with controls:
            number_slot(
                "hand-loss",
                "Loss: mean absolute error (MAE)",
                "2.422",
                unit=" ",
                hint="In the units of y",
                css="look-noted",
            )
            sliders = [
                gr.Slider(
                    -SLIDER_LIMIT,
                    SLIDER_LIMIT,
                    START,
                    step=0.05,
                    label=name,
                    info=info,
                    elem_id=f"hand-{name}",
                    elem_classes="look-act",
                )
                for name, info in (
                    ("a", "How strongly it bends"),
                    ("b", "How much it leans"),
                    ("c", "How high it lies"),
                )
            ]
            kind_radio = gr.Radio(
                KINDS,
                value="mae",
                label="Loss",
                info="Mean absolute or mean squared error",
                elem_id="hand-kind",
            )
        with picture:
            blank_figure("hand-plot", x_title="x", y_title="y")
            slot("hand-scale", css="curve-scale")
    with gr.Row(elem_classes="curve-buttons"):
        race_button = gr.Button("Race the machine", variant="primary", elem_id="hand-race")
        again_button = gr.Button("Start again", elem_id="hand-again")
    slot("race-notice")
    blank_figure("race-plot", height=280, x_title="MAE, less is better", margin={"l": 84, "t": 16})
    slot("race-words", css="curve-words")
    with explain(text=words.HAND):
        pass

    # Wiring: in the browser alone
    for slider in sliders:
        slider.input(None, sliders, js="(...params) => curveLab.hand.move(...params)", show_progress="hidden")
    kind_radio.input(None, kind_radio, js="(kind) => curveLab.setKind(kind)", show_progress="hidden")
    race_button.click(None, js="() => curveLab.hand.race()", show_progress="hidden")
    again_button.click(
        None,
        outputs=sliders,
        js="() => curveLab.hand.again()",
        show_progress="hidden",
    )
    return [*sliders, kind_radio]
