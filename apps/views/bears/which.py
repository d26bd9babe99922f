"""*Which bear?*: a photo in, the answer or "none of these", and where it comes from.

with gr.Tab("Which bear?"):
    build_which(classifier)
"""

from pathlib import Path
from typing import Any

import gradio as gr

from apps.views.bears import which_words as words
from apps.views.bears.photo_input import example_path, example_photos, on_new_photo, photo_input
from shared.errors import InputError
from shared.ui.guard import friendly
from shared.ui.page import controls_and_picture, empty_html, explain, piece, try_this, try_this_html
from shared.vision.model import Classifier, open_for_model
from shared.vision.tta import ask_views

START_EXAMPLE = "grizzly"
_WAITING = "Put in a photo, or choose an example."


def required(path: str | None) -> str:
    """Give the photo's path.

    Raises:
        InputError: there is none.
    """
    if not path:
        raise InputError(_WAITING)
    return path


def check_label(classifier: Classifier, label: object) -> str:
    """Give a class of the model.

    Raises:
        InputError: it is none.
    """
    if label not in classifier.vocab:
        raise InputError(f"Choose one of the classes: {', '.join(classifier.vocab)}.")
    return str(label)


def build_which(classifier: Classifier) -> None:
    """Lay out and wire the tab, inside whatever block is open."""
    vocab = classifier.vocab
    start_path = example_path(START_EXAMPLE)
    start_photo, start = classifier.answer_file(start_path)
    start_label = vocab[int(start.probabilities.argmax())]

    # Layout
    next_line = try_this(words.NEXT["start"])
    with controls_and_picture(picture_first=False) as (controls, picture):
        with controls:
            photo_image = photo_input("Photo", value=start_path, elem_id="which-photo")
            examples = example_photos(photo_image)
        with picture:
            answer_number = piece(words.answer_html(classifier, start))
            bars = _box(words.bars_html(classifier, start), "which-bars")
    with explain("Why none of these?"):
        none_table = piece(words.none_html(classifier, start))
        gr.Markdown(_NONE, elem_classes="look-prose")
    gr.Markdown("### Where it looked")
    class_radio = gr.Radio(vocab, value=start_label, label="What speaks for", elem_id="which-class")
    maps = _box(words.map_html(classifier, start_photo, start, start_label), "which-maps")
    gr.Markdown("### Five looks at the same photo")
    views_button = gr.Button("Ask five times", elem_id="which-ask")
    views = _box(
        empty_html("Press *Ask five times*: as it is, and four ways that training would cut it."),
        "which-views",
    )
    with explain(text=_EXPLANATION):
        pass

    # Wiring
    @friendly
    def show_answer(path: str | None) -> list[Any]:
        photo, answer = classifier.answer_file(required(path))
        label = vocab[int(answer.probabilities.argmax())]
        return [
            try_this_html(words.NEXT["bear" if answer.verdict.is_known else "none"]),
            words.answer_html(classifier, answer),
            words.bars_html(classifier, answer),
            words.none_html(classifier, answer),
            label,
            words.map_html(classifier, photo, answer, label),
            empty_html("Press *Ask five times*."),
        ]

    @friendly
    def show_map(path: str | None, label: str) -> list[Any]:
        photo, answer = classifier.answer_file(required(path))
        return [
            words.map_html(classifier, photo, answer, check_label(classifier, label)),
            try_this_html(words.NEXT["map"]),
        ]

    @friendly
    def show_views(path: str | None) -> list[Any]:
        asked = ask_views(classifier, open_for_model(required(path)))
        return [words.views_html(classifier, asked), try_this_html(words.NEXT["views"])]

    private = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "always_last"}
    shown = [next_line, answer_number, bars, none_table, class_radio, maps, views]
    on_new_photo(photo_image, examples, show_answer, photo_image, shown)
    photo_image.clear(
        lambda: [empty_html(_WAITING), "", "", "", ""],
        None,
        [answer_number, bars, none_table, maps, views],
        **private,
    )
    class_radio.input(show_map, [photo_image, class_radio], [maps, next_line], **private)
    views_button.click(show_views, photo_image, [views, next_line], **private)


def _box(value: str, elem_id: str) -> gr.HTML:
    return gr.HTML(
        value,
        html_template='<div class="which">${value}</div>',
        css_template=Path(__file__).with_name("which.css").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="look-piece",
    )


_NONE = """
Softmax shares out 100 % among the classes, whatever is on the photo. A fox has to be *some* bear. So four
checks look at the photo first:

- **Distance.** The network describes each photo by 1,280 numbers. How similar are they to those of the five
  nearest training photos?
- **Confidence.** Raw probabilities are too sure or not sure enough. The scores are divided by a *temperature*
  that was fitted on held-out photos, so that 80 % means right in about 8 of 10 cases.
- **Like other things.** A simple model on the same numbers has seen a thousand photos of other things.
- **Look-alikes.** The network learned from ImageNet, which knows polar bears. If it finds one more
  likely than a brown bear, a black bear or a teddy, it says so.
"""

_EXPLANATION = """
**Softmax and sigmoid.** Both start from the same three scores. Softmax makes them compete: one rises only
when another falls. Sigmoid asks of each class on its own: yes or no? For a fox, all three can be low. For a
photo with a teddy *and* a bear, two can be high. That is why the course uses sigmoid when a photo may show
several things.

**Where it looked.** The last layer only averages a 7 × 7 map and weighs it. Turned round, each of the 49
places has an exact share in the score. The right picture deals the same weights out anew. If the map looked
the same there, it would say nothing about the class.

**Five looks.** This is *test-time augmentation*. The course calls it "a huge improvement". In the stored run
of its own notebook the small model got worse: error 4.52 % before, 4.85 % after. Look at each answer before
you trust the average.

[Lesson 1](https://course.fast.ai/Lessons/lesson1.html), [2](https://course.fast.ai/Lessons/lesson2.html),
[6](https://course.fast.ai/Lessons/lesson6.html).
"""
