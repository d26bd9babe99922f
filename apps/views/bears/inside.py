"""*Inside*: the model as a tree of modules, what each one is, and what it makes of the visitor's photo.

with gr.Tab("Inside"):
    build_inside(classifier)

PyTorch is imported when the visitor opens the model; the first one waits a few seconds for it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from apps.views.bears.inside_html import module_html, tree_html
from apps.views.bears.photo_input import example_path, example_photos, photo_input
from shared.errors import InputError
from shared.installed import check_installed
from shared.limits import HEAVY_CONCURRENCY
from shared.ui.guard import friendly
from shared.ui.missing import say_missing
from shared.ui.page import controls_and_picture, empty_html, explain, piece, try_this, try_this_html
from shared.ui.progress import progress_html
from shared.vision.crops import resize_photo
from shared.vision.inside import Inside, channel_axis, import_torch, open_inside
from shared.vision.inside_script import write_script
from shared.vision.model import Classifier, open_for_model

NEEDED = ("torch", "timm")
START_EXAMPLE = "grizzly"
FEW_PIXELS = 14  # maps of this side or less are deep in the network
_HERE = Path(__file__).parent
_CLOSED = "Press *Open the model*. Its modules come here, and what they make of your photo."


def show_module(inside: Inside, classifier: Classifier, path: str, photo_path: str | None) -> str:
    """Write all about one module, with the visitor's photo where there is one."""
    if not photo_path:
        return module_html(inside, path, None, None)
    photo = open_for_model(photo_path)
    square = resize_photo(photo, classifier.size, classifier.resize)
    return module_html(inside, path, classifier.prepare(photo), square)


def next_step(inside: Inside, path: str) -> str:
    """Say what to try next, given which module is chosen."""
    facts = inside.facts(path)
    shape = facts.output_shape
    axis = channel_axis(shape) if shape else None
    if path == inside.first_layer:
        return (
            "These filters see the photo itself. Which ones look for an edge, which for a colour? "
            "Then choose a module near the end of the tree."
        )
    if shape is None or axis is None:
        return "Choose a module that gives maps again, such as the first one, and put in a photo of your own."
    if shape[2 if axis == 1 else 1] <= FEW_PIXELS:
        return (
            "Few pixels are left, but many channels. Change the photo: do the same channels light up? "
            "Then choose the last module: how many numbers does it give?"
        )
    return "Choose a module further down. How large are its maps, and can you still see the animal?"


def read_path(value: object) -> str:
    """Read what the tree sends: the path of a module.

    Raises:
        InputError: the tree did not make it.
    """
    path = value.get("module") if isinstance(value, dict) else None
    if not isinstance(path, str):
        raise InputError("No module is chosen. Choose one from the tree.")
    return path


def build_inside(classifier: Classifier) -> None:
    """Lay out and wire the tab, inside whatever block is open.

    Args:
        classifier: the model that the app answers with.
    """
    css = (_HERE / "inside.css").read_text(encoding="utf-8")

    # Layout
    next_line = try_this("Press *Open the model*. What is its first layer looking for?")
    say_missing("Looking inside", *NEEDED)
    path_state = gr.State(None)  # of the module that is chosen; None until the model is open
    with controls_and_picture(picture_first=False) as (controls, picture):
        with controls:
            photo_image = photo_input("Photo", value=example_path(START_EXAMPLE), elem_id="inside-photo")
            example_photos(photo_image)
            open_button = gr.Button("Open the model", variant="primary", elem_id="inside-open")
            status = piece()
            tree = gr.HTML(
                "",
                html_template="${value}",
                css_template=css,
                js_on_load=(_HERE / "inside_tree.js").read_text(encoding="utf-8"),
                apply_default_css=False,
                elem_id="inside-tree",
                elem_classes="look-piece",
            )
        with picture:
            module = gr.HTML(
                empty_html(_CLOSED),
                html_template='<div class="module">${value}</div>',
                css_template=css,
                js_on_load=(_HERE / "inside_module.js").read_text(encoding="utf-8"),
                apply_default_css=False,
                elem_id="inside-module",
                elem_classes="look-piece",
            )
    with explain("The same in PyTorch"):
        gr.Markdown(
            "This script prints the module you chose, its tensors, and the channels that are strongest. "
            "It needs the project, PyTorch and timm."
        )
        script_code = gr.Code(
            _NO_SCRIPT, language="python", label="my_look.py", interactive=False, elem_id="inside-code"
        )
    with explain(text=_EXPLANATION):
        pass

    # Wiring
    def show(inside: Inside, path: str, photo_path: str | None) -> list[Any]:
        return [
            path,
            show_module(inside, classifier, path, photo_path),
            write_script(classifier, inside.facts(path)),
            try_this_html(next_step(inside, path)),
        ]

    @friendly
    def open_and_show(photo_path: str | None) -> Iterator[list[Any]]:
        def progress(phrase: str, share: float) -> list[Any]:
            return [gr.skip(), progress_html(phrase, share=share), *[gr.skip()] * 5]

        check_installed("Looking inside", *NEEDED)
        try:
            yield progress("Starting PyTorch, a few seconds the first time", 0.1)
            import_torch()
            yield progress("Reading the weights", 0.7)
            inside = open_inside(classifier.artifact)
            yield progress("Sending a photo through all modules", 0.9)
            path = inside.first_layer
            shown = show(inside, path, photo_path)
        except Exception:
            yield [gr.skip(), "", *[gr.skip()] * 5]
            raise
        yield [gr.Button(visible=False), "", tree_html(inside.tree, current=path), *shown]

    @friendly
    def choose(photo_path: str | None, event: gr.EventData) -> list[Any]:
        return show(open_inside(classifier.artifact), read_path(event._data), photo_path)

    @friendly
    def change_photo(photo_path: str | None, path: str | None) -> str:
        return (
            gr.skip()
            if path is None
            else show_module(open_inside(classifier.artifact), classifier, path, photo_path)
        )

    private = {
        "api_visibility": "private",
        "concurrency_id": "inside",
        "concurrency_limit": HEAVY_CONCURRENCY,
    }
    shown = [path_state, module, script_code, next_line]
    open_button.click(
        open_and_show, photo_image, [open_button, status, tree, *shown], show_progress="hidden", **private
    )
    # "multiple": with "always_last", Gradio now and then loses the last of several quick clicks.
    tree.choose(choose, photo_image, shown, show_progress="minimal", trigger_mode="multiple", **private)
    photo_image.change(
        change_photo,
        [photo_image, path_state],
        module,
        show_progress="minimal",
        trigger_mode="always_last",
        **private,
    )


_NO_SCRIPT = "# Open the model first: the script for the module you choose comes here."

_EXPLANATION = """
A network is a **tree of modules**. Each module is a layer, or a block of smaller modules. A photo goes in at
the top as an array of 3 colours. Each layer makes new **channels** from the channels of the one before it.

**Parameters** are the numbers that training changes. They are kept in *tensors*, arrays with a shape. The
weight of a convolution has the shape *filters × channels each one sees × height × width*.

A **filter** of the first layer sees three colours, so it can be drawn as a tiny picture. It answers where the
photo looks like it. Nobody drew these filters: they were learned. Filters further down see dozens or hundreds
of channels, which are no colours, so they cannot be drawn like this.

An **activation map** is what one channel makes of your photo, place by place. Early maps are large and show
edges and colours. Late maps are small, and each answers a larger question: *is there fur here, is there an
eye?* What question that is, nobody wrote down. We can only look at the photos it answers to.

`get_submodule` goes to a module by its path. A *forward hook* listens to what it gives: see **The same in
PyTorch**. Strongest means: the largest mean absolute value over the map.
"""
