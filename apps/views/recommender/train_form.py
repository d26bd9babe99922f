"""The form of *Train*: which ratings, by which method, and its numbers.

inputs = build_form(recommender.config["data"])
button.click(start, [saved, *inputs], ...)         # data, file, method, factors, epochs, weight decay
"""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from apps.views.recommender import train_words as words
from apps.views.recommender.train_kept import MOVIELENS, OWN
from shared.collab.own_ratings import read_own_ratings
from shared.collab.train import TrainOptions
from shared.collab.train_request import FASTAI_MISSING, METHODS, RANGES, is_installed
from shared.errors import InputError
from shared.ui.guard import friendly
from shared.ui.page import notice_html, piece


def preview_file(path: str | None) -> str:
    """Read an uploaded file, and write what was understood or why it cannot be used."""
    if not path:
        return words.CSV_NEEDED
    try:
        return words.describe_data(read_own_ratings(path).facts)
    except InputError as error:
        return notice_html(str(error)) + words.CSV_NEEDED


def show_method(method: str) -> tuple[Any, Any, Any, str]:
    """Give the sliders a method's own defaults and ranges."""
    key = METHODS[method]
    ranges, defaults = RANGES[key], TrainOptions(method=key).filled()
    return (
        gr.update(maximum=ranges.max_factors, value=defaults.factors),
        gr.update(maximum=ranges.max_epochs, value=defaults.epochs),
        gr.update(
            maximum=ranges.max_decay,
            step=ranges.decay_step,
            value=defaults.weight_decay,
            info=ranges.decay_hint,
        ),
        "" if is_installed(key) else notice_html(FASTAI_MISSING),
    )


def show_data(data: str) -> tuple[Any, Any]:
    """Show what belongs to the ratings that were chosen."""
    return gr.update(visible=data == MOVIELENS), gr.update(visible=data == OWN)


def build_form(movielens: Mapping[str, Any] | None) -> list[gr.components.Component]:
    """Lay out and wire the form, inside whatever block is open.

    Args:
        movielens: what the app's own model was trained on, when that was MovieLens small.

    Returns:
        The controls: data, file, method, factors, epochs, weight decay.
    """
    ranges, defaults = RANGES["als"], TrainOptions().filled()
    data_radio = gr.Radio([MOVIELENS, OWN], value=MOVIELENS, label="Ratings to learn from")
    movielens_piece = piece(
        words.describe_movielens(movielens) if movielens else "<p>The ratings of the lesson.</p>"
    )
    with gr.Column(visible=False) as own_column:
        ratings_file = gr.File(
            label="CSV of ratings",
            file_types=[".csv", ".tsv", ".txt"],
            height=120,
            elem_id="train-file",
        )
        preview_piece = piece(words.CSV_NEEDED)
    method_radio = gr.Radio(list(METHODS), value=next(iter(METHODS)), label="Method")
    method_piece = piece()
    factors_slider = gr.Slider(
        1,
        ranges.max_factors,
        value=defaults.factors,
        step=1,
        label="Factors",
        info="Numbers that describe a film",
    )
    epochs_slider = gr.Slider(
        1,
        ranges.max_epochs,
        value=defaults.epochs,
        step=1,
        label="Epochs",
        info="How often it goes through all ratings",
    )
    decay_slider = gr.Slider(
        0,
        ranges.max_decay,
        value=defaults.weight_decay,
        step=ranges.decay_step,
        label="Weight decay",
        info=ranges.decay_hint,
    )
    data_radio.input(
        friendly(show_data),
        data_radio,
        [movielens_piece, own_column],
        show_progress="hidden",
        api_visibility="private",
    )
    gr.on(
        [ratings_file.upload, ratings_file.clear],
        friendly(preview_file),
        ratings_file,
        preview_piece,
        api_visibility="private",
    )
    method_radio.input(
        friendly(show_method),
        method_radio,
        [factors_slider, epochs_slider, decay_slider, method_piece],
        show_progress="hidden",
        api_visibility="private",
    )
    return [data_radio, ratings_file, method_radio, factors_slider, epochs_slider, decay_slider]
