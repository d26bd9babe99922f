"""The process behind one training from the page: it reads a request, trains, and reports line by line.

`train_runs.py` starts it; `shared/jobs` says how the two speak.

In: one line of JSON (`options` of TrainOptions, `folder` with the photos in it, `resume`), then nothing; when
that pipe closes, the server is gone, so the process removes the folder and ends. Out: the events of `train`,
one a line, then "result" or "refused".

    echo '{"options": {"epochs": 1}, "folder": "run", "resume": false}' | python -m shared.vision.train_worker
"""

import math
import sys
from pathlib import Path
from typing import Any

from shared.errors import InputError
from shared.jobs import Send, answer_request

ZIP_NAME = "photo-classifier"
_DIVERGED = (
    "The training diverged in epoch {}: the loss is no number any more, because the learning rate is too "
    "high. Choose a smaller one, or let the app find it."
)


def run(request: dict[str, Any], send: Send) -> None:
    """Train as a request says, and send what happens.

    Args:
        request: `options` of TrainOptions; `folder`, with the class folders in `photos`; `resume`, whether to
            go on where an earlier process was ended.
        send: called as `send(kind, **values)`.

    Raises:
        InputError: the photos or an option cannot be used.
    """
    send("stage", phrase="Getting ready")
    from shared import artifacts
    from shared.vision.train import train
    from shared.vision.train_options import TrainOptions

    diverged = ""

    def tell(event: dict[str, Any]) -> None:
        nonlocal diverged
        send(**event)
        if event["kind"] == "epoch" and not math.isfinite(event["valid_loss"]):
            diverged = _DIVERGED.format(event["epoch"])
            raise InputError(diverged)

    folder = Path(request["folder"])
    try:
        result = train(
            folder / "photos",
            folder / "model",
            options=TrainOptions(**request["options"]),
            on_event=tell,
            resume=request["resume"],
        )
    except InputError as error:
        raise InputError(diverged or str(error)) from error  # fastai writes into an error that it passes on
    path = folder / f"{ZIP_NAME}.zip"
    path.write_bytes(artifacts.as_zip(result.folder, name=ZIP_NAME))
    send("result", metrics=result.metrics, artifact=str(result.folder), zip_path=str(path))


if __name__ == "__main__":
    sys.exit(answer_request(run, memory_advice="Choose a smaller size or fewer photos."))
