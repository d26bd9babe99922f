"""The process behind one training from the page: it reads a request, trains, and reports line by line.

`train_runs.py` starts it; `shared/jobs` says how the two speak.

In: one line of JSON (`options`, `ratings`, `folder`), then nothing; when that pipe closes, whoever asked is
gone, so the process ends. Out: one event of JSON a line, each with a `kind`: stage, baselines, epoch, step,
result, refused. What an earlier process left in the folder is not done again.

    echo '{"options": {}, "ratings": null, "folder": "model_run"}' | python -m shared.collab.train_worker
"""

import sys
from pathlib import Path
from typing import Any

from shared import artifacts
from shared.collab import metrics
from shared.collab.data import RatingsTable, read_ratings
from shared.collab.own_ratings import read_own_ratings
from shared.collab.train import TrainOptions, train
from shared.jobs import Send, answer_request

ZIP_NAME = "movie-recommender"


def run(request: dict[str, Any], send: Send) -> None:
    """Train as a request says, and send what happens.

    Args:
        request: `options` of TrainOptions; `folder`, where the model and its zip are written; `ratings`, the
            name of a visitor's CSV in it, or None for MovieLens small.
        send: called as `send(kind, **values)`.

    Raises:
        InputError: the ratings or an option cannot be used.
    """
    options = TrainOptions(**request["options"])
    send("stage", phrase="Reading the ratings")
    folder = Path(request["folder"])
    table = read_own_ratings(folder / request["ratings"]).table if request["ratings"] else read_ratings()
    send("baselines", values=_measure_baselines(table))
    model = folder / "model"
    result = train(
        table,
        model,
        options=options,
        on_epoch=lambda entry: send("epoch", **entry),
        on_stage=lambda phrase: send("stage", phrase=phrase),
        on_step=lambda entry: send("step", epoch=entry["epoch"]),
        checkpoints=folder,
    )
    path = folder / f"{ZIP_NAME}.zip"
    path.write_bytes(artifacts.as_zip(model, name=ZIP_NAME))
    send("result", metrics=result.metrics, data=result.artifact.config["data"], zip_path=str(path))


def _measure_baselines(table: RatingsTable) -> dict[str, float]:
    """The errors of the trivial baselines on the ratings that `train` will hold out."""
    train_rows, test_rows = metrics.star_split(len(table))
    given, hidden = table.take(train_rows), table.take(test_rows)
    return {
        name: metrics.rmse(guess, hidden.stars) for name, guess in metrics.baseline_predictions(given, hidden)
    }


if __name__ == "__main__":
    sys.exit(answer_request(run, memory_advice="Choose fewer factors."))
