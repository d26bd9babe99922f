"""A training on a GPU that ZeroGPU lends: heard and stopped as any other, on the CPU when there is none."""

import ast
import contextvars
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.errors import InputError
from shared.jobs import JobEndedError, Worker
from shared.vision import train_lent, train_worker
from shared.vision.train_lent import LentWorker, open_worker
from tests.conftest import ROOT

HOW: dict[str, Any] = {"every": 0.05, "max_seconds": 60, "advice": ("Less.", "Press Continue.")}


def lent(folder: Path) -> LentWorker:
    return LentWorker("no.module", {"options": {}}, folder=folder, visitor=contextvars.copy_context())


def test_only_training_is_marked() -> None:
    marked = {
        f"{path.relative_to(ROOT)}:{function.name}"
        for folder in ("apps", "shared")
        for path in (ROOT / folder).rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
        for mark in function.decorator_list
        if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "gpu"
    }
    assert marked == {"shared/vision/train_lent.py:train_on_lent_gpu"}


def test_the_events_are_those_of_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(request: dict[str, Any], send: Any) -> None:
        send("stage", phrase=request["folder"])
        send("result", metrics={})

    monkeypatch.setattr(train_lent, "run", run)
    with lent(tmp_path) as worker:
        heard = [event for events in worker.events(**HOW) for event in events]
    assert heard == [{"kind": "stage", "phrase": str(tmp_path)}, {"kind": "result", "metrics": {}}]


def test_photos_that_cannot_be_used_are_refused_as_ever(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    request = {"options": {}, "resume": False}
    worker = LentWorker("no.module", request, folder=tmp_path, visitor=contextvars.copy_context())
    with worker, pytest.raises(InputError, match=r"\.$"):
        list(worker.events(**HOW))


def test_it_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    def run(request: dict[str, Any], send: Any) -> None:
        for batch in range(1_000_000):
            send("batch", batch=batch)
            told.append(batch)

    monkeypatch.setattr(train_lent, "run", run)
    with lent(tmp_path) as worker:
        for events in worker.events(**HOW):
            if events:
                worker.stop()
    assert told[-1] < 999_999
    with lent(tmp_path) as again:  # a run that goes on is not stopped by the word of before
        assert next(again.events(**HOW))[0]["kind"] == "batch"


def test_without_a_gpu_it_goes_on_the_cpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: dict[str, Any]) -> Iterator[Any]:
        raise RuntimeError("ZeroGPU quota exceeded")
        yield

    started: list[Any] = []

    class OnCpu:
        def __init__(self, module: str, request: Any, *, folder: Path) -> None:
            started.append((module, request, folder))

        def events(self, **how: Any) -> Iterator[list[Any]]:
            yield [{"kind": "result"}]

        def stop(self) -> None: ...
        def close(self) -> None: ...

    monkeypatch.setattr(train_lent, "train_on_lent_gpu", refuse)
    monkeypatch.setattr(train_lent, "Worker", OnCpu)
    with lent(tmp_path) as worker:
        assert list(worker.events(**HOW)) == [[{"kind": "result"}]]
    assert started == [("no.module", {"options": {}, "folder": str(tmp_path)}, tmp_path)]


def test_a_gpu_that_is_taken_away_leaves_a_run_that_can_be_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(request: dict[str, Any]) -> Iterator[Any]:
        yield {"kind": "stage"}
        raise RuntimeError("GPU task aborted")

    monkeypatch.setattr(train_lent, "train_on_lent_gpu", cut)
    with lent(tmp_path) as worker, pytest.raises(JobEndedError, match="Press Continue"):
        list(worker.events(**HOW))


def test_the_visitors_minutes_are_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who = contextvars.ContextVar("who", default="nobody")
    seen: list[str] = []

    def ask(request: dict[str, Any]) -> Iterator[Any]:
        seen.append(who.get())
        yield {"kind": "result"}

    monkeypatch.setattr(train_lent, "train_on_lent_gpu", ask)
    who.set("visitor")
    visitor = contextvars.copy_context()
    who.set("somebody else")
    with LentWorker("no.module", {}, folder=tmp_path, visitor=visitor) as worker:
        list(worker.events(**HOW))
    assert seen == ["visitor"]


@pytest.mark.parametrize(("variable", "kind"), [("", Worker), ("true", LentWorker)])
def test_a_gpu_is_asked_for_on_zero_gpu_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, kind: type
) -> None:
    monkeypatch.setenv("SPACES_ZERO_GPU", variable)
    command = (sys.executable, "-c", "")
    visitor = contextvars.copy_context()
    with open_worker("no.module", {}, folder=tmp_path, command=command, visitor=visitor) as worker:
        assert type(worker) is kind


@pytest.mark.long
def test_the_process_on_the_cpu_does_not_pretend_to_have_a_gpu() -> None:
    """On ZeroGPU, importing the package `spaces` makes torch say that there is a GPU."""
    code = f"import sys, {train_worker.__name__}, shared.vision.train_fit; print('spaces' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert answer.stdout.strip() == "False", answer.stderr
