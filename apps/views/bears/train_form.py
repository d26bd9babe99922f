"""The form of *Train your own*: which photos, and how to train. It is read in one go when Start is pressed.

inputs, keep_good = build_form(demo)
button.click(start, [saved, *inputs], ...)
read_form(values).fill(folder)             # InputError in plain words; nothing is lost
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import gradio as gr
from pydantic import Field

from apps.views.bears import train_words as words
from shared.errors import InputError
from shared.limits import MAX_PAGE_PHOTO_EPOCHS, MAX_PAGE_PHOTO_SIZE, MIN_PAGE_PHOTO_SIZE
from shared.options import Options
from shared.ui.guard import friendly
from shared.ui.page import piece
from shared.ui.wire import keep_in_address
from shared.vision.train_options import DEFAULT_ARCH, TrainOptions
from shared.vision.train_photos import check_gathered, gather_classes
from shared.vision.train_request import (
    ARCHITECTURES,
    MAX_ARCHITECTURE,
    MAX_SEED,
    PRETRAINED,
    RESIZES,
    STARTS,
    describe_architecture,
    read_options,
)
from shared.vision.zips import unpack_photos

MAX_ROWS, FIRST_ROWS = 6, 2  # classes that can be filled in by hand, and how many are shown at first
_PHOTO_TYPES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")
_SIZE_STEP = 32  # networks halve the side five times
_DEFAULTS = TrainOptions()


class Linked(Options):
    """What a link to the tab may choose."""

    arch: Annotated[str, Field(title="Architecture", max_length=MAX_ARCHITECTURE)] = DEFAULT_ARCH


@dataclass(frozen=True)
class Wish:
    """What a visitor asked for.

    Attributes:
        options: of the training.
        source: where the photos come from, one of `words.SOURCES`.
        classes: name and files of each, filled in by hand.
        zip_path: an uploaded zip.
        keep_good: leave damaged files of the zip out.
    """

    options: TrainOptions
    source: str
    classes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    zip_path: str | None = None
    keep_good: bool = False

    def fill(self, folder: Path) -> None:
        """Put the photos into class folders.

        Raises:
            InputError: no classifier can be made of them.
        """
        if self.source == words.DEMO:
            from shared.vision.demo_set import make_demo_set

            make_demo_set(folder)
            return
        if self.source == words.OWN:
            gather_classes(folder, self.classes)
        elif self.zip_path:
            unpack_photos(self.zip_path, folder, keep_good=self.keep_good)
        else:
            raise InputError("There is no zip yet. Upload one, or use the demonstration set.")
        check_gathered(folder)


def read_form(values: Sequence[Any]) -> Wish:
    """Check the form.

    Args:
        values: of the controls, in the order that `build_form` gives them.

    Raises:
        InputError: a value cannot be used.
    """
    source, zip_path, keep_good, *rest = values
    names, files, settings = rest[:MAX_ROWS], rest[MAX_ROWS : 2 * MAX_ROWS], rest[2 * MAX_ROWS :]
    architecture, start, freeze_epochs, epochs, finds_rate, rate, resize, size, seed = settings
    if source not in words.SOURCES:
        raise InputError(f"Choose where the photos come from: {', '.join(words.SOURCES)}.")
    if not finds_rate and rate is None:
        raise InputError("Type a learning rate, such as 0.002, or tick the box to let the app find one.")
    options = read_options(
        architecture,
        start,
        freeze_epochs,
        epochs,
        None if finds_rate else rate,
        resize,
        size,
        seed,
    )
    classes = tuple((name or "", tuple(paths or ())) for name, paths in zip(names, files, strict=True))
    return Wish(options, source, classes, zip_path, bool(keep_good))


def build_form(demo: gr.Blocks) -> tuple[list[Any], gr.Checkbox]:
    """Lay out and wire the form, inside whatever block is open.

    Args:
        demo: the page; a link to it may choose the architecture: `#train?arch=convnext_tiny`.

    Returns:
        Every control, in the order that `read_form` takes their values; and the box that appears when some
        files of a zip are damaged.
    """
    source_radio = gr.Radio(list(words.SOURCES), value=words.DEMO, label="Photos to learn from")
    with gr.Column() as demo_column:
        piece(f"<p>{words.DEMO_TEXT}</p>")
    with gr.Column(visible=False) as own_column:
        piece(f"<p>{words.OWN_TEXT}</p>")
        rows, name_boxes, photo_files = [], [], []
        for number in range(1, MAX_ROWS + 1):
            with gr.Column(visible=number <= FIRST_ROWS) as row:
                name_boxes.append(
                    gr.Textbox(label=f"Class {number}", placeholder=_example(number), max_lines=1)
                )
                photo_files.append(
                    gr.File(
                        label=f"Photos of class {number}",
                        file_count="multiple",
                        file_types=list(_PHOTO_TYPES),
                        height=120,
                        elem_id=f"train-photos-{number}",
                    )
                )
            rows.append(row)
        add_button = gr.Button("Add a class", elem_id="train-add")
    with gr.Column(visible=False) as zip_column:
        piece(f"<p>{words.marked(words.ZIP_TEXT)}</p>")
        zip_file = gr.File(label="Zip of class folders", file_types=[".zip"], height=120, elem_id="train-zip")
        keep_box = gr.Checkbox(False, label="Leave the damaged files out and use the others", visible=False)
    arch_dropdown = gr.Dropdown(
        list(ARCHITECTURES),
        value=DEFAULT_ARCH,
        allow_custom_value=True,
        label="Architecture",
        info="Choose one, or type any name of timm",
        elem_id="train-arch",
    )
    arch_piece = piece(f"<p>{describe_architecture(DEFAULT_ARCH)}</p>")
    epochs_slider = gr.Slider(
        1,
        MAX_PAGE_PHOTO_EPOCHS,
        value=_DEFAULTS.epochs,
        step=1,
        label="Epochs of all layers",
        info="How often it goes through all photos at the end",
    )
    with gr.Accordion("More settings", open=False, elem_id="train-more"):
        freeze_slider = gr.Slider(
            0,
            MAX_PAGE_PHOTO_EPOCHS,
            value=_DEFAULTS.freeze_epochs,
            step=1,
            label="Epochs of the new layer",
            info="Before that, while all other layers stay as they are",
        )
        start_radio = gr.Radio(list(STARTS), value=PRETRAINED, label="Start from")
        find_box = gr.Checkbox(True, label="Find the learning rate")
        rate_number = gr.Number(0.002, label="Learning rate", visible=False)
        resize_radio = gr.Radio(list(RESIZES), value=next(iter(RESIZES)), label="Bring photos to one size by")
        size_slider = gr.Slider(
            MIN_PAGE_PHOTO_SIZE,
            MAX_PAGE_PHOTO_SIZE,
            value=_DEFAULTS.size,
            step=_SIZE_STEP,
            label="Size (pixels)",
            info="Half the size takes a quarter of the time",
        )
        seed_number = gr.Number(
            0, label="Seed", precision=0, minimum=0, maximum=MAX_SEED, info="Another one splits otherwise"
        )
    keep_in_address("train", Linked, {"arch": arch_dropdown}, demo)
    shown_rows = gr.State(FIRST_ROWS)

    @friendly
    def show_source(source: str) -> list[Any]:
        return [gr.update(visible=source == name) for name in words.SOURCES]

    @friendly
    def add_class(count: int) -> list[Any]:
        count = min(count + 1, MAX_ROWS)
        rows_shown = [gr.update(visible=number < count) for number in range(MAX_ROWS)]
        return [count, gr.update(visible=count < MAX_ROWS), *rows_shown]

    @friendly
    def show_architecture(name: str) -> str:
        return f"<p>{words.marked(describe_architecture(str(name).strip()))}</p>"

    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    columns = [demo_column, own_column, zip_column]
    source_radio.input(show_source, source_radio, columns, **private)
    add_button.click(add_class, shown_rows, [shown_rows, add_button, *rows], **private)
    arch_dropdown.change(show_architecture, arch_dropdown, arch_piece, **private)
    find_box.input(lambda finds: gr.update(visible=not finds), find_box, rate_number, **private)
    zip_file.change(lambda: gr.update(visible=False, value=False), None, keep_box, **private)
    settings = [
        arch_dropdown,
        start_radio,
        freeze_slider,
        epochs_slider,
        find_box,
        rate_number,
        resize_radio,
        size_slider,
        seed_number,
    ]
    return [source_radio, zip_file, keep_box, *name_boxes, *photo_files, *settings], keep_box


def _example(number: int) -> str:
    return ("such as black", "such as grizzly", "such as teddy")[number - 1] if number <= 3 else "its name"
