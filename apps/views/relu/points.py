"""*Points*: what every tab fits. Presets, points set by hand, a table of one's own; and what to take away.

Points are moved and drawn in the browser (`points.js`, `points_move.js`). A table is read and a notebook is
written on the server (`points_server.py`).
"""

import gradio as gr
from gradio.components import Component

from apps.views.relu import words
from apps.views.relu.lab import MAX_NOISE, MAX_PRESET_POINTS
from apps.views.relu.points_server import read_points_upload
from apps.views.relu.slots import number_slot, slot, try_slot
from shared.curves.data import CURVES, LESSON_N
from shared.limits import MAX_CURVE_POINTS, MAX_POINTS_FILE_MB
from shared.ui.figure import blank_figure
from shared.ui.guard import friendly
from shared.ui.page import controls_and_picture, explain, section

MIN_PRESET_POINTS = 2
PRESETS = [(curve.title, key) for key, curve in CURVES.items()]
LINES = [("Best quadratics", "best"), ("True curve", "true"), ("Curves of the other tabs", "tabs")]
_TABLE = f"One point a row: x, then y. At most {MAX_CURVE_POINTS:,} rows; what was understood is shown first."


def build_points() -> list[Component]:
    """Lay out and wire the tab, inside whatever block is open.

    Returns:
        The controls that a link sets: preset, noise, number of points and the lines that are drawn.
    """
    # Layout
    try_slot(
        "points-try", "Drag one point far up. Which best curve follows it, the one by MAE or the one by MSE?"
    )
    with controls_and_picture() as (left, picture):
        with left:
            number_slot("points-count", "Points", str(LESSON_N), hint="Quadratic (the lesson's), noise 1.00")
            slot("points-form", css="points-form")
            preset_radio = gr.Radio(PRESETS, value="quadratic", label="Preset", elem_id="points-preset")
            noise_slider = gr.Slider(
                0,
                MAX_NOISE,
                1.0,
                step=0.05,
                label="Noise",
                info="Of a preset; 1 is the lesson's",
                elem_id="points-noise",
            )
            count_slider = gr.Slider(
                MIN_PRESET_POINTS,
                MAX_PRESET_POINTS,
                LESSON_N,
                step=1,
                label="Number of points",
                info="Of a preset",
                elem_id="points-n",
            )
            draw_button = gr.Button("New noise", elem_id="points-draw")
        with picture:
            blank_figure("points-plot", x_title="x", y_title="y")
        with gr.Column(elem_classes="points-below", min_width=280):
            slot("points-scale", css="curve-scale")
            lines_group = gr.CheckboxGroup(LINES, value=["best"], label="Lines", elem_id="points-lines")
            slot("points-best")
    _build_table()
    _build_share()
    with explain(text=words.POINTS):
        pass
    # What the script changes reaches the controls through a click on this.
    sync_button = gr.Button(visible="hidden", elem_id="points-sync")

    # Wiring: in the browser alone
    controls: list[Component] = [preset_radio, noise_slider, count_slider, lines_group]
    acts = ("preset({ curve: value })", "preset({ noise: value })", "preset({ n: value })", "setLines(value)")
    for place, (control, act) in enumerate(zip(controls, acts, strict=True)):
        js = f"(value) => {{ curveLab.ownPoints.hear({place}, value); curveLab.ownPoints.{act}; }}"
        control.input(None, control, js=js, show_progress="hidden")
    draw_button.click(None, js="() => curveLab.ownPoints.drawAgain()", show_progress="hidden")
    sync_button.click(
        None, outputs=[*controls, draw_button], js="() => curveLab.ownPoints.tell()", show_progress="hidden"
    )
    return controls


def _build_table() -> None:
    section("Your own table", _TABLE)
    with gr.Row():
        with gr.Column(min_width=280):
            text_box = gr.Textbox(
                label="Paste it here",
                placeholder="x, y\n0, 1.5\n1, 2.3",
                lines=5,
                max_lines=8,
                elem_id="points-text",
            )
            read_button = gr.Button("Read the table", elem_id="points-read")
        with gr.Column(min_width=280):
            table_file = gr.File(
                label=f"Or a CSV file, at most {MAX_POINTS_FILE_MB} MB", height=160, elem_id="points-file"
            )
    slot("points-notice")
    slot("points-found", css="points-found")
    found_json = gr.JSON(visible=False)

    show = "(answer) => curveLab.ownPoints.preview(answer)"
    read_button.click(
        None, text_box, js="(text) => curveLab.ownPoints.readText(text)", show_progress="hidden"
    )
    table_file.upload(
        friendly(_read_file), table_file, [found_json, table_file], api_visibility="private"
    ).then(None, found_json, js=show, show_progress="hidden")


def _read_file(path: str | None) -> tuple[dict, None]:
    """Read an upload, and empty its field for the next one."""
    return read_points_upload(path), None


def _build_share() -> None:
    section("Share this screen")
    with gr.Row(elem_classes="curve-buttons"):
        copy_button = gr.Button("Copy link", variant="primary", elem_id="share-copy")
        notebook_button = gr.Button("Download notebook", elem_id="share-notebook")
    slot("share-link", css="share-link")
    slot("share-words", css="share-words")
    slot("share-notice")
    copy_button.click(None, js="() => curveLab.share.copy()", show_progress="hidden")
    notebook_button.click(None, js="() => curveLab.share.notebook()", show_progress="hidden")
