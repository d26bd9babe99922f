"""Where a visitor puts in a photo: a file, the camera, the clipboard, or one of the examples.

photo = photo_input("Your photo")
examples = example_photos(photo)                         # the buttons of the examples
on_new_photo(photo, examples, show, photo, answer)       # show(path) whenever a visitor puts one in
open_photo(path, max_side=1024)                          # our own decoder reads it, nobody else does
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency
from gradio.processing_utils import save_file_to_cache
from gradio.utils import get_upload_folder

from shared.ui.gradio_patches.unopened_photos import leave_unopened

EXAMPLES_FOLDER = Path(__file__).parents[3] / "shared" / "vision" / "examples"
EXAMPLES = {"grizzly": "Grizzly", "black": "Black bear", "teddy": "Teddy", "fox": "Fox"}  # file and button


def example_path(name: str) -> str:
    """Give where an example lies."""
    return str(EXAMPLES_FOLDER / f"{name}.jpg")


def photo_input(label: str, *, value: str | None = None, elem_id: str | None = None) -> gr.Image:
    """Make the input. A callback that sets the photo must return a path.

    Args:
        label: of the input.
        value: the path of a photo that is there from the start.
        elem_id: for tests and style.
    """
    photo = gr.Image(
        value,
        type="filepath",
        sources=["upload", "webcam", "clipboard"],
        label=label,
        height=260,
        buttons=[],
        elem_id=elem_id,
    )
    leave_unopened(photo)
    return photo


def example_photos(photo: gr.Image) -> list[Dependency]:
    """Show a button for each example, which puts it into the input; returns the clicks."""
    with gr.Row():
        buttons = [
            gr.Button(words, icon=str(EXAMPLES_FOLDER / "icons" / f"{name}.jpg"), size="sm", min_width=120)
            for name, words in EXAMPLES.items()
        ]
    return [
        button.click(
            functools.partial(_copied_example, name),
            outputs=photo,
            api_visibility="private",
            show_progress="hidden",
        )
        for button, name in zip(buttons, EXAMPLES, strict=True)
    ]


def _copied_example(name: str) -> str:
    """Give an example from the folder of what visitors sent: Gradio serves no other file of the project."""
    return save_file_to_cache(example_path(name), get_upload_folder())


def on_new_photo(
    photo: gr.Image,
    examples: list[Dependency],
    callback: Callable[..., Any],
    inputs: Any,
    outputs: Any,
) -> None:
    """Call when a visitor puts in a photo: by file, camera, clipboard or example.

    The input's `change` would also be called when its tab is opened for the first time.

    Args:
        photo: the input.
        examples: what `example_photos` returned.
        callback: with `inputs` as arguments.
        inputs: components, the photo among them.
        outputs: components.
    """
    for event in (photo.upload, *(click.then for click in examples)):
        event(callback, inputs, outputs, api_visibility="private", show_progress="hidden")
