"""Push the visitor's model to their own Hugging Face account; only where this app is a Space with log-in."""

import os
from typing import Any

import gradio as gr

from apps.views.bears import train_words as words
from shared.errors import InputError
from shared.ui.guard import friendly
from shared.ui.page import marked, piece
from shared.ui.training import Training
from shared.vision.push import push_model
from shared.vision.train_progress import RunProgress


def can_log_in() -> bool:
    """Say whether this is a Space whose README asks for log-in (`hf_oauth: true`)."""
    is_space = os.environ.get("SYSTEM") == "spaces" and bool(os.environ.get("SPACE_ID"))
    return is_space and bool(os.environ.get("OAUTH_CLIENT_ID"))


def push_result(
    training: Training[RunProgress],
    tokens: Any,
    name: str,
    is_private: bool,
    login: gr.OAuthToken | None,
    *,
    endpoint: str | None = None,
) -> str:
    """Push the model of the visitor's last finished run, and say where it is.

    Raises:
        InputError: nobody is logged in, the model is gone, the name cannot be used, or the Hub refused.
    """
    if login is None:
        raise InputError("Log in with Hugging Face first: press the button above.")
    result = training.result(tokens)
    if "/" in (name or ""):
        raise InputError("Type only the model's name: it goes to the account you are logged in with.")
    address = push_model(
        result.artifact,
        (name or "").strip(),
        token=login.token,
        private=bool(is_private),
        endpoint=endpoint,
    )
    return (
        f'<p>Your model is at <a href="{address}" target="_blank" rel="noopener">{marked(address)}</a>.</p>'
    )


def build_push(training: Training[RunProgress], saved: gr.BrowserState) -> None:
    """Lay out and wire the panel, inside whatever block is open.

    Args:
        training: whose model is pushed.
        saved: what the browser keeps of it.
    """
    if not can_log_in():
        piece(f'<p class="look-label">{marked(words.NO_SPACE)}</p>')
        return
    with gr.Row():
        gr.LoginButton(min_width=200)
        name_box = gr.Textbox(label="Name of the model", value="my-bears", max_lines=1, min_width=160)
        private_box = gr.Checkbox(False, label="Only I may see it", min_width=160)
        push_button = gr.Button("Push to my account", min_width=160, elem_id="train-push")
    pushed_piece = piece()

    @friendly
    def push_to_hub(tokens: Any, name: str, is_private: bool, login: gr.OAuthToken | None) -> str:
        return push_result(training, tokens, name, is_private, login)

    push_button.click(
        push_to_hub,
        [saved, name_box, private_box],
        pushed_piece,
        api_visibility="private",
    )
