"""A value that a function with `gr.cache` cannot take ends as an internal error.

Gradio looks for a kept answer before the call waits in line, and there nothing is ready for a refusal.

    refuse_in_turn()                           # where a value is refused, in `Blocks.preprocess_data`
"""

from gradio.caching import CacheMissError, _probe_mode_active


def refuse_in_turn() -> None:
    """Say that no answer is kept, where one is looked for: the call waits, and is refused as others are.

    Raises:
        CacheMissError: Gradio is looking for one.
    """
    if _probe_mode_active.get():
        raise CacheMissError
