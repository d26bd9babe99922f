"""What stands on the tab "Clean your data": every control and piece, laid out, with nothing wired yet.

parts = lay_out(kept_choices())
parts.grid.choose(...), parts.undo_button.click(...)     # clean.py does
"""

from dataclasses import dataclass

import gradio as gr

from apps.views.bears import clean_words as words
from apps.views.bears.clean_grid import clean_grid
from apps.views.bears.clean_session import ALL, ANY, BOTH, ORDERS, SPLITS, WORST, delete_session
from apps.views.bears.clean_words import DEMO, OWN
from shared.limits import CACHE_MAX_AGE_SECONDS
from shared.ui.page import big_number, controls_and_picture, explain, piece
from shared.vision.cleaning import Choices
from shared.vision.flags import FLAGS


@dataclass(frozen=True)
class Parts:
    """The tab's components, by role and kind, in the order of the page."""

    session_state: gr.State
    choices_state: gr.State
    aside_state: gr.State
    saved: gr.BrowserState
    page_state: gr.State
    try_html: gr.HTML
    source_radio: gr.Radio
    demo_piece: gr.HTML
    own_column: gr.Column
    zip_file: gr.File
    keep_checkbox: gr.Checkbox
    load_button: gr.Button
    stop_button: gr.Button
    status_html: gr.HTML
    class_dropdown: gr.Dropdown
    split_radio: gr.Radio
    order_dropdown: gr.Dropdown
    flag_dropdown: gr.Dropdown
    kept_piece: gr.HTML
    counts_piece: gr.HTML
    undo_button: gr.Button
    page_piece: gr.HTML
    grid: gr.HTML
    back_button: gr.Button
    next_button: gr.Button
    summary_piece: gr.HTML
    retrain_button: gr.Button
    number_html: gr.HTML
    comparison_piece: gr.HTML
    zip_button: gr.Button
    download_button: gr.DownloadButton
    choices_file: gr.File
    choices_report: gr.HTML

    @property
    def filters(self) -> list[gr.components.Component]:
        """What decides which photos are shown."""
        return [self.class_dropdown, self.split_radio, self.order_dropdown, self.flag_dropdown]

    @property
    def choice_outputs(self) -> list[gr.components.Component]:
        """What a choice changes."""
        return [self.choices_state, self.saved, self.counts_piece, self.undo_button, self.try_html]

    @property
    def page_outputs(self) -> list[gr.components.Component]:
        """What another page of photos changes."""
        return [self.page_state, self.grid, self.page_piece, self.back_button, self.next_button]


def lay_out(saved: gr.BrowserState) -> Parts:
    """Make all components, inside whatever block is open.

    Args:
        saved: what the browser keeps of the choices, made outside the tabs.
    """
    session_state = gr.State(None, time_to_live=CACHE_MAX_AGE_SECONDS, delete_callback=delete_session)
    choices_state = gr.State(Choices())
    aside_state = gr.State(Choices())  # choices about photos that are not loaded
    page_state = gr.State(0)
    try_html = piece(words.try_line(None, Choices()))
    with controls_and_picture(sticky=False, picture_first=False) as (controls, picture):
        with controls:
            source_radio = gr.Radio([DEMO, OWN], value=DEMO, label="Photos", elem_id="clean-source")
            demo_piece = piece(words.ABOUT_DEMO)
            with gr.Column(visible=False) as own_column:
                zip_file = gr.File(
                    label="Zip of class folders", file_types=[".zip"], height=120, elem_id="clean-zip"
                )
                keep_checkbox = gr.Checkbox(
                    False, label="Leave the damaged photos out and use the others", visible=False
                )
                piece(words.ABOUT_ZIP)
            with gr.Row():
                load_button = gr.Button(
                    "Train the quick model", variant="primary", min_width=150, scale=2, elem_id="clean-go"
                )
                stop_button = gr.Button("Stop", min_width=80, scale=1)
            status_html = piece(words.progress_html(words.IDLE))
            kept_piece = piece()
            class_dropdown = gr.Dropdown(
                [("All classes", ALL)], value=ALL, label="Class", filterable=False, elem_id="clean-class"
            )
            split_radio = gr.Radio(list(SPLITS), value=BOTH, label="Split", elem_id="clean-split")
            order_dropdown = gr.Dropdown(list(ORDERS), value=WORST, label="Order", filterable=False)
            flag_dropdown = gr.Dropdown(
                [("Any flag or none", ANY), *((f"{flag}: {why}", flag) for flag, why in FLAGS.items())],
                value=ANY,
                label="Flag",
                filterable=False,
                elem_id="clean-flag",
            )
            counts_piece = piece(words.counts_html(Choices()))
            undo_button = gr.Button("Undo the last choice", interactive=False, elem_id="clean-undo")
        with picture:
            page_piece = piece()
            grid = clean_grid()
            with gr.Row():
                back_button = gr.Button("Back", interactive=False, min_width=100, elem_id="clean-back")
                next_button = gr.Button("Next", interactive=False, min_width=100, elem_id="clean-next")
    summary_piece = piece()
    with gr.Row():
        with gr.Column(scale=1, min_width=280):
            retrain_button = gr.Button("Retrain", variant="primary", elem_id="clean-retrain")
            number_html = big_number(**words.change_number(None))
        with gr.Column(scale=2, min_width=280):
            comparison_piece = piece(words.NOT_COMPARED)
    with gr.Row():
        with gr.Column(scale=1, min_width=280):
            zip_button = gr.Button("Make the cleaned zip", elem_id="clean-make-zip")
        with gr.Column(scale=1, min_width=280):
            download_button = gr.DownloadButton(words.NO_ZIP, interactive=False, elem_id="clean-download")
    with gr.Accordion("Bring choices back", open=False):
        choices_file = gr.File(
            label="choices.csv, downloaded here before", file_types=[".csv"], height=120, elem_id="clean-csv"
        )
        choices_report = piece()
    with explain(text=words.EXPLANATION):
        pass
    return Parts(
        session_state=session_state,
        choices_state=choices_state,
        aside_state=aside_state,
        saved=saved,
        page_state=page_state,
        try_html=try_html,
        source_radio=source_radio,
        demo_piece=demo_piece,
        own_column=own_column,
        zip_file=zip_file,
        keep_checkbox=keep_checkbox,
        load_button=load_button,
        stop_button=stop_button,
        status_html=status_html,
        class_dropdown=class_dropdown,
        split_radio=split_radio,
        order_dropdown=order_dropdown,
        flag_dropdown=flag_dropdown,
        kept_piece=kept_piece,
        counts_piece=counts_piece,
        undo_button=undo_button,
        page_piece=page_piece,
        grid=grid,
        back_button=back_button,
        next_button=next_button,
        summary_piece=summary_piece,
        retrain_button=retrain_button,
        number_html=number_html,
        comparison_piece=comparison_piece,
        zip_button=zip_button,
        download_button=download_button,
        choices_file=choices_file,
        choices_report=choices_report,
    )
