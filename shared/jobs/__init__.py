"""Long work beside the page: in a process of its own, one at a time, found again by a token.

- `worker`: a job in a process of its own, asked with one line of JSON, heard event by event; both ends.
- `queue`: the jobs of one kind on one server: whose turn it is, stopping, going on, what is kept how long.

    runs = Runs("shared.vision.train_worker", kind="photos", max_seconds=600)
    token = runs.add({"options": {}}, Progress())
    runs.look(token).phrase                    # "Waiting for your turn", then what the process says
"""

from shared.jobs.queue import STOPPED, Progress, Run, Runs
from shared.jobs.worker import (
    REFUSED,
    RESULT,
    Event,
    JobEndedError,
    Send,
    Worker,
    answer_request,
    worker_environment,
)

__all__ = [
    "REFUSED",
    "RESULT",
    "STOPPED",
    "Event",
    "JobEndedError",
    "Progress",
    "Run",
    "Runs",
    "Send",
    "Worker",
    "answer_request",
    "worker_environment",
]
