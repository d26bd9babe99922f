"""The panel of a training: start, stop, continue; how far it is and the time left; found again later.

saved = kept_training("bears")             # outside the tabs: there, it would come back empty
panel = TrainingPanel(BearTraining(photo_runs()), saved)
with controls: inputs = build_form(); panel.buttons()
with picture: panel.bar(); panel.parts["losses"] = gr.Plot()
panel.wire(demo, inputs)
"""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from shared.ui.guard import friendly
from shared.ui.page import notice, piece
from shared.ui.progress import progress_html
from shared.ui.training import Shown, Training

TICK_SECONDS = 1.0
COME_BACK = (
    "You may close this page: the training goes on, after those that somebody is waiting for, and this "
    "browser finds it again."
)


def kept_training(app: str) -> gr.BrowserState:
    """Make what keeps the visitor's `Kept`, outside the tabs.

    Gradio scrambles what the browser keeps. That hides nothing from the visitor, whose it is; a secret that
    stays the same lets the page say what was lost when the server was restarted.
    """
    return gr.BrowserState({}, storage_key=f"lessons-{app}-training", secret=f"lessons-{app}")


class TrainingPanel:
    """The components that all trainings have, and their wiring.

    Attributes:
        parts: components by the names that the callbacks use; the topic adds its own.
    """

    def __init__(self, training: Training[Any], saved: gr.BrowserState) -> None:
        """Lay out the notice of a lost run, inside whatever block is open.

        Args:
            training: what it says and shows.
            saved: `kept_training(...)`, made outside the tabs.
        """
        self.training = training
        self.parts: dict[str, Any] = {
            "saved": saved,
            "drawn": gr.State({}),  # what this page shows already
            "timer": gr.Timer(TICK_SECONDS, active=False),
            "lost": notice(),
        }

    def buttons(self, start: str = "Start") -> None:
        """Lay out the buttons, and what is said of an end that came early."""
        with gr.Row():
            self.parts["start"] = gr.Button(
                start, variant="primary", min_width=120, scale=2, elem_id="train-start"
            )
            self.parts["stop"] = gr.Button("Stop", min_width=90, interactive=False, elem_id="train-stop")
        self.parts["end"] = notice()
        self.parts["resume"] = gr.Button("Continue", visible=False, elem_id="train-continue")

    def bar(self) -> None:
        """Lay out the progress bar."""
        self.parts["status"] = piece(self.training.bar(None))
        piece(f'<p class="look-label">{COME_BACK}</p>')

    def wire(self, demo: gr.Blocks, inputs: Sequence[Any]) -> None:
        """Set the events.

        Args:
            demo: the page, which looks for the visitor's run when it is opened.
            inputs: the form's controls, in the order that `training.job` takes their values.
        """
        training, parts = self.training, self.parts
        settings: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        outputs, known = list(parts.values()), [parts["saved"], parts["drawn"]]
        reading = json.dumps(progress_html(training.reading, left=""))
        # First, because the browser works through a click's events in order.
        parts["start"].click(None, None, parts["status"], js=f"() => {reading}", queue=False)
        for event, callback, given, more in (
            (parts["start"].click, training.start_training, [parts["saved"], *inputs], {}),
            (parts["timer"].tick, training.follow, known, {"concurrency_limit": None}),
            (parts["stop"].click, training.stop_training, known, {}),
            (parts["resume"].click, training.continue_training, known, {}),
            (demo.load, training.find_again, [parts["saved"]], {}),
        ):
            event(_by_name(callback, parts), given, outputs, **settings, **more)


def _by_name(callback: Callable[..., Shown], parts: Mapping[str, Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def call(*values: Any) -> dict[Any, Any]:
        return {parts[name]: value for name, value in callback(*values).items()}

    return friendly(call)
