"""A corrected step of the lesson, beside the lesson's own table only.

box = errata("...", "...")
tab.select(show_erratum, state, box)     # a visitor's own table has nothing to do with the Titanic
"""

from collections.abc import Mapping
from typing import Any

import gradio as gr

LESSON_TABLES = ("titanic", "titanic_lesson")  # the second is the first, prepared as the lesson does it


def show_erratum(state: Mapping[str, Any]) -> Any:
    """Show the box while the tabs show the lesson's table."""
    return gr.update(visible=state.get("table") in LESSON_TABLES)
