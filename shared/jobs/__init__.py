"""Long work beside the page: in a process of its own, one at a time, found again by a token.

- `worker`: a job in a process of its own, asked with one line of JSON, heard event by event; both ends.
- `progress`: how far a job is, and an estimate of the time left.
- `job`: what is asked for, and a run of it.
- `queue`: the jobs of one kind on one server: whose turn it is, stopping, going on, what is kept how long.

    runs = Runs("shared.vision.train_worker", kind="photos", max_seconds=600)
    token = runs.add(Job({"options": {}}, Progress()))
    runs.status(token).phrase                  # "Waiting for your turn", then what the process says

`shared.ui.training` is the panel that shows such a job on a page.
"""

from shared.jobs.job import Job
from shared.jobs.progress import Progress, describe_left
from shared.jobs.queue import STOPPED, Runs
from shared.jobs.worker import RESULT, Event, JobEndedError, Send, Worker, answer_request, ask_worker

__all__ = ["RESULT", "STOPPED", "Event", "Job", "JobEndedError", "Progress", "Runs", "Send", "Worker"]
__all__ += ["answer_request", "ask_worker", "describe_left"]
