"""What the browser keeps of a visitor's choices about photos.

choices = kept_choices()                       # outside the tabs: there, they would come back empty
saved_choices(value), keep_choices(choices)
"""

from typing import Any

import gradio as gr

from shared.errors import InputError
from shared.limits import MAX_SAVED_CHOICES
from shared.vision.cleaning import Choices, from_csv, to_csv

CHOICES_KEY = "lessons-bears-choices"
# Gradio scrambles what the browser keeps with this. It hides nothing from the visitor, whose it is; a
# fixed value lets the page say what was lost when the server was restarted.
BROWSER_SECRET = "lessons-bears"


def kept_choices() -> gr.BrowserState:
    """Make what keeps the choices about photos."""
    return gr.BrowserState("", storage_key=CHOICES_KEY, secret=BROWSER_SECRET)


def keep_choices(choices: Choices) -> str:
    """Give the choices as the text of their table; of too many, the last ones."""
    last = list(choices.current.values())[-MAX_SAVED_CHOICES:]
    return to_csv(Choices().add(last)) if last else ""


def saved_choices(saved: Any) -> Choices:
    """The choices that the browser keeps, each one to be undone by itself; none, when they cannot be read."""
    try:
        read = from_csv(saved) if isinstance(saved, str) and saved else Choices()
    except InputError:
        return Choices()
    return Choices(tuple((choice,) for choice in read.current.values()))
