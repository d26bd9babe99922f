"""`gr.Image` opens a photo before the callback runs, with every decoder that Pillow has, and answers for it.

    leave_unopened(photo)                      # our own decoder reads it, nobody else does

A callback that sets the photo must return a path: after a `gr.update(...)` of anything else, Gradio makes the
input anew, without this.
"""

from typing import Any

import gradio as gr

from shared.errors import InputError


def leave_unopened(photo: gr.Image) -> None:
    """Hand over only the path of what a visitor put in.

    Args:
        photo: an input of type "filepath".
    """
    photo.preprocess = _only_the_path


def _only_the_path(payload: Any) -> str | None:
    if payload is None:
        return None
    if not payload.path:
        raise InputError("The photo did not arrive as a file. Upload it again.")
    return str(payload.path)
