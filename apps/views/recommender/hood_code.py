"""*Code*: the same model as a small PyTorch module, and a script that repeats the visitor's own run."""

import gradio as gr

from apps.views.recommender.hood_corner import Corner
from shared.collab.corner import CornerState, start_corner
from shared.collab.module_source import read_module, write_training_script
from shared.ui.guard import friendly
from shared.ui.page import explain, try_this


def build_code(corner: Corner, run_state: gr.State, code_tab: gr.Tab) -> None:
    """Lay out the code; the script is written anew whenever the tab is opened.

    Args:
        corner: the ratings the visitor trains on.
        run_state: the visitor's run.
        code_tab: the tab this is in.
    """

    def write_script(state: CornerState) -> str:
        return write_training_script(state, corner.ratings, corner.film_titles)

    try_this("Find the line that makes a match, and the line that squeezes it into the range.")
    gr.Code(
        read_module(),
        language="python",
        label="The model as a PyTorch module",
        interactive=False,
        elem_id="module-code",
    )
    with explain("Your run as a script"):
        gr.Markdown(
            "It repeats your run of the *Train* tab and ends at the same error. It needs numpy and PyTorch."
        )
        script_code = gr.Code(
            write_script(start_corner(corner.ratings)),
            language="python",
            label="my_run.py",
            interactive=False,
            max_lines=30,
            elem_id="script-code",
        )
    with explain(text=_EXPLANATION):
        pass
    code_tab.select(
        friendly(write_script), run_state, script_code, show_progress="hidden", api_visibility="private"
    )


_EXPLANATION = """
`nn.Embedding` is the table, and calling it is the lookup. `forward` does what **Train** does: dot product,
biases, sigmoid. PyTorch works out the slopes by itself (`loss.backward()`). The app does the same sums in
numpy, so it need not load PyTorch. The project's tests check that both agree.
"""
