"""*What it sees*: how the visitor's photo becomes the square that the model is shown, and what training does.

with gr.Tab("What it sees"):
    build_sees(classifier)      # None when there is no model: the tab then shows no answers
"""

import math
import random
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.context import get_render_context
from PIL import Image

from apps.views.bears.photo_input import example_path, example_photos, on_new_photo, photo_input
from apps.views.bears.sees_cards import LabelAndShare, draws_html, ways_html
from shared.errors import InputError
from shared.limits import MAX_AUGMENT_SEED
from shared.ui.guard import friendly
from shared.ui.page import controls_and_picture, empty_html, explain, try_this, try_this_html
from shared.vision.augment import training_view
from shared.vision.crops import METHODS, MIN_SCALE, cut_middle, resize_photo
from shared.vision.images import open_photo
from shared.vision.model import Classifier

START_EXAMPLE, START_SEED, START_SIZE = "grizzly", 7, 224
SIZES = (64, 320)  # pixels
LEAST_MIN_SCALE = 0.08  # fastai's own default
N_DRAWS = 8
MAX_SIDE_PX = 1024  # of the photo that the squares are cut from: more than any of them needs
NEARLY_SQUARE = 1.1  # longer over shorter side; all four ways do nearly the same to such a photo
AS_IT_IS, WIDE, TALL = "As it is", "Wide", "Tall"
SHAPES = {AS_IT_IS: None, WIDE: 2.0, TALL: 0.5}  # width over height

_NEXT = {
    "start": "Which way loses the least of the bear? Now choose *Tall* and look again.",
    "photo": "Which way loses what matters in this photo? Choose another *Shape* and look again.",
    "shape": "Move *Size* to 64. Could you still tell which animal it is?",
    "size": "Press *New draw* a few times. Each picture is the same photo to you. To the model, none is.",
    "draw": "Move *Least part kept* to 0.08. In how many of the eight would you still know the animal?",
    "scale": "Put in a photo of your own, best a very wide or a very tall one.",
}


def open_as(path: str, shape: str) -> Image.Image:
    """Read the photo and cut it to the shape that the visitor wants to see.

    Raises:
        InputError: it is no photo, or there is no such shape.
    """
    if shape not in tuple(SHAPES):
        raise InputError(f"There is no such shape. Choose one of {', '.join(SHAPES)}.")
    photo = open_photo(path, max_side=MAX_SIDE_PX)
    ratio = SHAPES[shape]
    return photo if ratio is None else cut_middle(photo, ratio)


def shape_for(path: str) -> str:
    """Choose the shape to start with: a square photo would show no difference between the ways."""
    width, height = open_photo(path, max_side=MAX_SIDE_PX).size
    return WIDE if max(width, height) <= NEARLY_SQUARE * min(width, height) else AS_IT_IS


def show_ways(photo: Image.Image, size: object, classifier: Classifier | None) -> str:
    """Write the four ways, with the model's answers where there is a model."""
    side = int(_check("The size", size, *SIZES))
    if classifier is None:
        return ways_html(photo, side, None)
    return ways_html(photo, side, answers_for(photo, classifier), asked_at=classifier.size)


def answers_for(photo: Image.Image, classifier: Classifier) -> list[LabelAndShare]:
    """Ask the model once for each way, each time at the size that it was trained for."""
    squares = [resize_photo(photo, classifier.size, method) for method in METHODS]
    answers = classifier.read(classifier.run_squares(squares))
    return [
        (classifier.label(answer), float(answer.probabilities.max()) if answer.verdict.is_known else None)
        for answer in answers
    ]


def show_draws(photo: Image.Image, size: object, min_scale: object, seed: object) -> str:
    """Write eight draws of `RandomResizedCrop` and `aug_transforms`."""
    side = int(_check("The size", size, *SIZES))
    least = _check("The least part kept", min_scale, LEAST_MIN_SCALE, 1)
    number = int(_check("The seed", seed, 0, MAX_AUGMENT_SEED))
    rng = random.Random(number)
    views = [training_view(photo, side, "random", rng, min_scale=least) for _ in range(N_DRAWS)]
    return draws_html(views, seed=number)


def _check(name: str, value: object, low: float, high: float) -> float:
    """Give a number in its range; Gradio's own bounds let NaN through."""
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not low <= number <= high:
        raise InputError(f"{name} must be a number from {low:g} to {high:,}.")
    return number


def build_sees(classifier: Classifier | None) -> None:
    """Lay out and wire the tab that is open. Its pictures are made when it is chosen: the page stays light.

    Args:
        classifier: the model whose answers are compared; None shows the pictures alone.
    """
    tab = get_render_context()
    assert isinstance(tab, gr.Tab), "build_sees works directly inside a gr.Tab"

    # Layout
    next_line = try_this(_NEXT["start"])
    with controls_and_picture(picture_first=False) as (controls, picture):
        with controls:
            photo_image = photo_input("Photo", value=example_path(START_EXAMPLE), elem_id="sees-photo")
            examples = example_photos(photo_image)
        with picture:
            with gr.Row():
                shape_radio = gr.Radio(
                    list(SHAPES),
                    value=WIDE,
                    label="Shape",
                    info="Cuts the photo first, as if it had been taken so.",
                    min_width=280,
                )
                size_slider = gr.Slider(
                    *SIZES,
                    START_SIZE,
                    step=8,
                    label="Size",
                    info="Pixels on a side.",
                    min_width=280,
                )
            ways = _cards("sees-ways")
    with controls_and_picture(picture_first=False) as (controls, picture):
        with controls:
            draw_button = gr.Button("New draw", variant="primary")
            seed_number = gr.Number(
                START_SEED,
                label="Seed",
                info="The same seed draws the same pictures.",
                precision=0,
                minimum=0,
                maximum=MAX_AUGMENT_SEED,
            )
            scale_slider = gr.Slider(
                LEAST_MIN_SCALE,
                1,
                MIN_SCALE,
                step=0.01,
                label="Least part kept",
                info="Of the photo, in each draw. fastai calls it `min_scale`.",
            )
        with picture:
            draws = _cards("sees-draws")
    with explain("Why cut and change photos at random?", _EXPLANATION):
        pass

    # Wiring
    def both(path: str, shape: str, size: float, min_scale: float, seed: float, done: str) -> list[Any]:
        photo = open_as(path, shape)
        return [
            show_ways(photo, size, classifier),
            show_draws(photo, size, min_scale, seed),
            try_this_html(_NEXT[done]),
        ]

    @friendly
    def change_photo(path: str | None, size: float, min_scale: float, seed: float) -> list[Any]:
        if not path:  # taken away again meanwhile
            return [gr.skip()] * 4
        shape = shape_for(path)
        return [shape, *both(path, shape, size, min_scale, seed, "photo")]

    def clear_cards() -> list[str]:
        return [empty_html("Put in a photo, or choose an example.")] * 2

    @friendly
    def open_tab(path: str | None, shape: str, size: float, min_scale: float, seed: float) -> list[Any]:
        return both(path, shape, size, min_scale, seed, "start")[:2] if path else [gr.skip()] * 2

    @friendly
    def change_shape(path: str | None, shape: str, size: float, min_scale: float, seed: float) -> list[Any]:
        return both(path, shape, size, min_scale, seed, "shape") if path else [gr.skip()] * 3

    @friendly
    def change_size(path: str | None, shape: str, size: float, min_scale: float, seed: float) -> list[Any]:
        return both(path, shape, size, min_scale, seed, "size") if path else [gr.skip()] * 3

    def redraw(
        path: str | None, shape: str, size: float, min_scale: float, seed: float, done: str
    ) -> list[Any]:
        if not path:
            return [gr.skip()] * 2
        return [show_draws(open_as(path, shape), size, min_scale, seed), try_this_html(_NEXT[done])]

    @friendly
    def change_scale(path: str | None, shape: str, size: float, min_scale: float, seed: float) -> list[Any]:
        return redraw(path, shape, size, min_scale, seed, "scale")

    @friendly
    def change_seed(path: str | None, shape: str, size: float, min_scale: float, seed: float) -> list[Any]:
        return redraw(path, shape, size, min_scale, seed, "draw")

    @friendly
    def draw_again(path: str | None, shape: str, size: float, min_scale: float) -> list[Any]:
        seed = random.randint(0, MAX_AUGMENT_SEED)
        return [seed, *redraw(path, shape, size, min_scale, seed, "draw")]

    private = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "always_last"}
    settings = [photo_image, shape_radio, size_slider, scale_slider, seed_number]
    tab.select(open_tab, settings, [ways, draws], **private)
    on_new_photo(
        photo_image,
        examples,
        change_photo,
        [photo_image, size_slider, scale_slider, seed_number],
        [shape_radio, ways, draws, next_line],
    )
    photo_image.clear(clear_cards, None, [ways, draws], **private)
    shape_radio.input(change_shape, settings, [ways, draws, next_line], **private)
    size_slider.input(change_size, settings, [ways, draws, next_line], **private)
    scale_slider.input(change_scale, settings, [draws, next_line], **private)
    seed_number.input(change_seed, settings, [draws, next_line], **private)
    draw_button.click(draw_again, settings[:4], [seed_number, draws, next_line], **private)


def _cards(elem_id: str) -> gr.HTML:
    return gr.HTML(
        empty_html("The photo is being cut."),
        html_template='<div class="sees">${value}</div>',
        css_template=Path(__file__).with_name("sees.css").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="look-piece",
    )


_EXPLANATION = """
A model wants all photos of one size, so that many fit into one block of numbers. The usual size is a square
of 224 × 224 pixels. Something of a wide or tall photo has to give:

- **Crop** takes the largest square in the middle. What stands at the edge is gone.
- **Squish** keeps everything and changes the proportions. Bears become thinner than bears are.
- **Pad** keeps everything and fills up with the mirror image. The model works on pixels that say nothing new.
- **RandomResizedCrop** cuts out another part each time, and makes that the square.

**Why at random?** Each time training comes to a photo, the model sees another part of it, a little nearer or
further. So it learns that a grizzly is a grizzly wherever it stands and however large it is. On top,
`aug_transforms` flips, turns, zooms and tilts the picture and changes its light a little. These are changes
after which a person would still give the same answer. That is the test for an augmentation: do not flip
road signs.

**Why never at validation?** The validation photos measure how good the model is on photos as they come. If
they changed by chance, the measure would too, and you could not say whether the model got better or the draw
was lucky. So there `RandomResizedCrop` uses no chance: it makes the whole photo a square of 256 and shows
the middle 224.

The pixels here are those that fastai makes, without fastai. This is
[lesson 2](https://course.fast.ai/Lessons/lesson2.html). Averaging the answers for several draws is called
*test-time augmentation*: see the first tab.
"""
