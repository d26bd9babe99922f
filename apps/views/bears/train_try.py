"""A photo for the model that was just trained, with the app's own answer beside it."""

from typing import Any

import gradio as gr

from apps.views.bears.photo_input import example_photos, on_new_photo, photo_input
from shared.ui.guard import friendly
from shared.ui.page import empty_html, piece, table_html
from shared.ui.training import Training
from shared.vision.images import open_photo
from shared.vision.model import Classified, Classifier, open_classifier
from shared.vision.train_progress import RunProgress

EMPTY = empty_html("Choose a photo. Your model answers here.")


def answers_html(yours: Classified, ours: Classified) -> str:
    """Write both answers as one table, likeliest class first."""
    rows = [
        [whose, answer["label"], _probabilities(answer["probabilities"])]
        for whose, answer in (("Your model", yours), ("This app's model", ours))
    ]
    return table_html(["Model", "Answer", "Probabilities"], rows, caption="What both models say")


def _probabilities(probabilities: dict[str, float]) -> str:
    ranked = sorted(probabilities.items(), key=lambda entry: -entry[1])
    return ", ".join(f"{label} {100 * share:.0f} %" for label, share in ranked[:4])


def build_try(training: Training[RunProgress], saved: gr.BrowserState, classifier: Classifier) -> None:
    """Lay out and wire the panel, inside whatever block is open.

    Args:
        training: whose model answers.
        saved: what the browser keeps of it.
        classifier: the app's own model.
    """
    with gr.Row():
        with gr.Column(scale=1, min_width=280):
            photo_image = photo_input("Try your model on a photo", elem_id="train-try")
            examples = example_photos(photo_image)
        with gr.Column(scale=2, min_width=280):
            answer_piece = piece(EMPTY)

    @friendly
    def try_model(tokens: Any, path: str | None) -> str:
        if not path:
            return EMPTY
        result = training.result(tokens)
        photo = open_photo(path, max_side=512)
        return answers_html(open_classifier(result.artifact).classify(photo), classifier.classify(photo))

    on_new_photo(photo_image, examples, try_model, [saved, photo_image], answer_piece)
