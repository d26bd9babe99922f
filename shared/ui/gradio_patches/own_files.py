"""With `delete_cache` Gradio also deletes its copies of the page's own pictures, such as icons of buttons.

It takes them for a visitor's, and after an hour they answer 403.

    keep_own_files(demo)                       # before anybody visits it
"""

import gradio as gr


def keep_own_files(demo: gr.Blocks) -> None:
    """Keep the copies that were made while the page was built.

    Args:
        demo: the page.
    """
    for block in demo.blocks.values():
        block.keep_in_cache.update(block.temp_files)
