"""The process behind one training from the page: it reads a request, trains, and reports line by line.

It is a process and not a thread for three reasons: it can be stopped at any moment, what it imports (fastai)
and uses goes away with it, and the page stays quick while it works. `train_stream.py` starts it and reads it.

In: one line of JSON (`options`, `ratings`, `folder`), then nothing; when that pipe closes, whoever asked is
gone, so the process ends. Out: one event of JSON a line, each with a `kind`: stage, baselines, epoch, result,
refused.

    echo '{"options": {}, "ratings": null, "folder": "model_run"}' | python -m shared.collab.train_worker
"""

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared import artifacts
from shared.collab import metrics
from shared.collab.data import RatingsTable, read_ratings
from shared.collab.own_ratings import read_own_ratings
from shared.collab.train import TrainOptions, train
from shared.errors import InputError

Send = Callable[..., None]

ZIP_NAME = "movie-recommender"


def run(request: dict[str, Any], send: Send) -> None:
    """Train as a request says, and send what happens.

    Args:
        request: `options` of TrainOptions; `ratings`, the path of a visitor's CSV or None for MovieLens
            small; `folder`, where the model and its zip are written.
        send: called as `send(kind, **values)`.

    Raises:
        InputError: the ratings or an option cannot be used.
    """
    options = TrainOptions(**request["options"])
    send("stage", phrase="Reading the ratings")
    table = read_own_ratings(request["ratings"]).table if request["ratings"] else read_ratings()
    send("baselines", values=_measure_baselines(table))
    folder = Path(request["folder"]) / "model"
    result = train(
        table,
        folder,
        options=options,
        on_epoch=lambda entry: send("epoch", **entry),
        on_stage=lambda phrase: send("stage", phrase=phrase),
    )
    path = Path(request["folder"]) / f"{ZIP_NAME}.zip"
    path.write_bytes(artifacts.as_zip(folder, name=ZIP_NAME))
    send("result", metrics=result.metrics, data=result.artifact.config["data"], zip_path=str(path))


def _measure_baselines(table: RatingsTable) -> dict[str, float]:
    """The errors of the trivial baselines on the ratings that `train` will hold out."""
    train_rows, test_rows = metrics.star_split(len(table))
    given, hidden = table.take(train_rows), table.take(test_rows)
    return {
        name: metrics.rmse(guess, hidden.stars) for name, guess in metrics.baseline_predictions(given, hidden)
    }


def _read_line() -> bytes:
    """The first line of the input, and not a byte more: the rest is for the thread below."""
    line = b""
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
    return line


def _end_with_whoever_asked(folder: str) -> None:
    """Wait until the pipe closes, then clean up and end, whatever the training is doing."""
    while os.read(0, 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def main() -> int:
    """Answer one request."""
    # Libraries print; events get a channel of their own.
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    request = json.loads(_read_line())
    threading.Thread(target=_end_with_whoever_asked, args=(request["folder"],), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)  # the page comes first

    def send(kind: str, **values: Any) -> None:
        print(json.dumps({"kind": kind, **values}), file=events, flush=True)

    try:
        run(request, send)
    except InputError as error:
        send("refused", text=str(error))
    except MemoryError:
        send("refused", text="This training needs more memory than there is. Choose fewer factors.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
