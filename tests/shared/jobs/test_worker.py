"""A job in a process of its own: both ends of the pipe, with jobs of a few lines."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from shared.errors import InputError
from shared.jobs import JobEndedError, Worker
from shared.jobs.worker import worker_environment
from tests.waiting import turns


def job(body: str) -> tuple[str, ...]:
    """A command whose `run(request, send)` has this body."""
    code = "import os, sys, time\nfrom shared.errors import InputError\n"
    code += "from shared.jobs import answer_request\ndef run(request, send):\n" + textwrap.indent(
        textwrap.dedent(body), "    "
    )
    return sys.executable, "-c", code + "\nsys.exit(answer_request(run, memory_advice='Take less.'))"


def heard(worker: Worker, **settings) -> list[dict]:
    return [event for events in worker.events(every=0.05, **settings) for event in events]


def ended(process: subprocess.Popen, seconds: float = 5.0) -> bool:
    return any(process.poll() is not None for _ in turns(seconds))


def test_the_request_arrives_and_the_events_come_back_in_order():
    body = "send('stage', phrase=request['word']); send('result', number=request['number'] + 1)"
    with Worker("none", {"word": "Grüße", "number": 41}, command=job(body)) as worker:
        events = heard(worker)
    assert events == [{"kind": "stage", "phrase": "Grüße"}, {"kind": "result", "number": 42}]


def test_what_libraries_print_is_no_event():
    with Worker(
        "none", {}, command=job("print('Epoch 1'); os.system('echo noise'); send('result')")
    ) as worker:
        assert heard(worker) == [{"kind": "result"}]


def test_numbers_that_json_does_not_know_come_through():
    with Worker("none", {}, command=job("send('result', loss=float('nan'), rate=float('inf'))")) as worker:
        (event,) = heard(worker)
    assert event["loss"] != event["loss"]
    assert event["rate"] == float("inf")


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ("raise InputError('One class only. Add another.')", InputError, "One class only"),
        ("raise MemoryError", InputError, "more memory than there is. Take less"),
        ("raise ValueError('secret')", RuntimeError, "code 1"),
        ("os.kill(os.getpid(), 9)", JobEndedError, "out of memory. Fewer photos"),
        ("send('stage', phrase='x'); os.kill(os.getpid(), 9)", JobEndedError, "out of memory"),
        ("time.sleep(600)", JobEndedError, "minutes and was ended. Fewer epochs"),
    ],
)
def test_how_a_job_ended_is_said(body, kind, message):
    with Worker("none", {}, command=job(body)) as worker, pytest.raises(kind, match=message):
        heard(worker, max_seconds=2.0, advice=("Fewer photos.", "Fewer epochs."))
    assert not worker.is_running


def test_what_happened_before_a_refusal_is_heard():
    body = "send('stage', phrase='x'); raise InputError('Too large.')"
    seen = []
    with Worker("none", {}, command=job(body)) as worker, pytest.raises(InputError, match="Too large"):
        seen.extend(event for events in worker.events(every=1.0) for event in events)
    assert seen == [{"kind": "stage", "phrase": "x"}]


def test_stop_from_another_place_ends_the_listening():
    with Worker("none", {}, command=job("send('stage', phrase='x'); time.sleep(600)")) as worker:
        for events in worker.events(every=0.05):
            if events:
                worker.stop()
        assert worker.is_stopped
        assert ended(worker._process)


def test_a_folder_of_its_own_goes_and_a_given_one_stays(tmp_path):
    body = "open(os.path.join(request['folder'], 'made'), 'w').close(); send('result')"
    with Worker("none", {}, command=job(body)) as worker:
        heard(worker)
        assert os.listdir(worker.folder) == ["made"]
    assert not os.path.exists(worker.folder)
    with Worker("none", {}, command=job(body), folder=tmp_path) as worker:
        heard(worker)
    assert os.listdir(tmp_path) == ["made"]


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals on Windows")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_when_the_server_dies_its_jobs_end_and_their_folders_go(tmp_path, end):
    folder = tmp_path / "run"
    folder.mkdir()
    body = "send('stage', phrase=str(os.getpid())); time.sleep(600)"
    server = f"""
import time
from shared.jobs import Worker
worker = Worker("none", {{}}, command={job(body)!r}, folder={str(folder)!r})
for events in worker.events():
    for event in events:
        print(event["phrase"], flush=True)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", server],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,  # the job inherits it: it closes when both are gone
        env=worker_environment(),
        text=True,
    )
    assert int(process.stdout.readline()) != process.pid
    process.send_signal(end)
    process.communicate(timeout=20)
    assert not folder.exists()


def test_a_command_that_cannot_be_started_is_said(tmp_path):
    with pytest.raises(InputError, match="could not be started"):
        Worker("none", {}, command=[str(tmp_path / "nothing")])
