"""What every training says and does on its page, with a topic of a few lines: no app, no browser."""

import sys
import textwrap
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import gradio as gr
import pytest

from shared.errors import InputError
from shared.jobs import STOPPED, Job, Progress, Runs
from shared.ui.guard import FAULT_MESSAGE
from shared.ui.training import Kept, Training
from shared.ui.training_panel import TrainingPanel, kept_training
from tests.waiting import turns

# Two epochs; "slow" waits before the second, until it is continued.
EPOCHS = """
import sys, time
from shared.errors import InputError
from shared.jobs import answer_request

def run(request, send):
    if request["word"] == "refused":
        raise InputError("There is no such network.")
    for epoch in (1, 2):
        while request["word"] == "slow" and epoch == 2 and not request["resume"]:
            time.sleep(0.02)
        send("epoch", epoch=epoch)
    send("result", word=request["word"])

sys.exit(answer_request(run, memory_advice=""))
"""
COMMAND = (sys.executable, "-c", textwrap.dedent(EPOCHS))


@dataclass(frozen=True)
class Epochs(Progress):
    n_epochs: int = 2

    def take_in(self, event: dict[str, Any]) -> Self:
        if event["kind"] == "result":
            return replace(self, result=event["word"])
        return replace(self.with_epoch({"epoch": event["epoch"]}), share=event["epoch"] / 2)


class Words(Training[Epochs]):
    """The form is one word; a word that cannot be is said at once, one that cannot be read later."""

    def job(self, word: str, fill=None) -> Job[Epochs]:
        if word == "bad":
            raise InputError("Choose another word.")
        if word == "fault":
            raise RuntimeError("secret path")
        return Job({"word": word}, Epochs(), fill)

    def figures(self, progress):
        epochs = [one["epoch"] for one in progress.history] if progress else None
        return {"curve": (epochs, lambda: f"curve {epochs}")}

    def describe(self, progress: Epochs) -> str:
        return f"epoch {len(progress.history)} <i>"

    def add_result(self, kept: Kept, progress: Epochs) -> Kept:
        return kept.now(runs=(*kept.runs, {"word": progress.result}))

    def show_kept(self, kept: Kept) -> dict[str, Any]:
        return {"table": [line["word"] for line in kept.runs]}

    def show_result(self, progress: Epochs) -> dict[str, Any]:
        return {"answer": progress.result}


@pytest.fixture
def training():
    runs = Runs[Epochs]("none", kind="test", max_seconds=600, command=COMMAND)
    yield Words(runs)
    runs.close()


def wait(training: Words, shown: dict[str, Any]) -> dict[str, Any]:
    """Tick until the run is over; everything that was shown on the way."""
    shown = dict(shown)
    for _ in turns(60):
        if not shown["timer"]["active"]:
            break
        shown |= training.follow(shown["saved"], shown["drawn"])
    assert not shown["timer"]["active"]
    return shown


def wait_for_epoch(training: Words, saved: dict[str, Any]) -> None:
    for _ in turns(60):
        if training.runs.status(saved["run"]).history:
            return
    raise AssertionError("no epoch")


def test_a_training_from_start_to_result(training):
    first = training.start_training({}, "plain")
    assert (first["start"]["interactive"], first["stop"]["interactive"]) == (False, True)
    last = wait(training, first)
    assert (last["answer"], last["table"], last["curve"]) == ("plain", ["plain"], "curve [1, 2]")
    assert (last["start"]["interactive"], last["resume"]["visible"], last["end"]) == (True, False, "")
    assert last["saved"]["run"] == last["saved"]["result"]
    again = training.follow(last["saved"], last["drawn"])
    assert set(again) == {"status", "timer", "drawn"}  # nothing is drawn twice
    assert training.result(last["saved"]) == "plain"


def test_a_page_that_is_opened_later_finds_everything(training):
    done = wait(training, training.start_training({}, "plain"))
    back = training.find_again(done["saved"])
    assert (back["answer"], back["table"], back["curve"]) == ("plain", ["plain"], "curve [1, 2]")
    assert not {"saved", "lost"} & set(back)


def test_stopped_and_continued_to_the_end(training):
    first = training.start_training({}, "slow")
    wait_for_epoch(training, first["saved"])
    back = training.find_again(first["saved"])  # loaded anew
    assert back["timer"]["active"]
    stopped = wait(training, training.stop_training(first["saved"], {}) | {"saved": first["saved"]})
    assert "Stopped. 1 of 2 epochs are kept for 60 minutes: press Continue to go on." in stopped["end"]
    assert stopped["resume"]["visible"]
    assert STOPPED in stopped["status"]
    done = wait(training, training.continue_training(first["saved"], {}) | {"saved": first["saved"]})
    assert (done["answer"], done["end"]) == ("slow", "")
    assert "no training here" in training.continue_training(first["saved"], {})["end"]


def test_start_twice_shows_the_first(training):
    first = training.start_training({}, "slow")
    again = training.start_training(first["saved"], "plain")
    assert "still going on, here or in another tab" in again["end"]
    assert (again["saved"], again["stop"]["interactive"]) == (first["saved"], True)


def test_another_tab_of_the_browser_shows_the_training_that_is_going_on(training):
    opened = training.find_again({})["saved"]  # both tabs, before anything was trained
    first = training.start_training(opened, "slow")
    other = training.start_training(opened, "plain")
    assert "still going on, here or in another tab" in other["end"]
    assert other["saved"] == first["saved"]
    assert other["timer"]["active"]
    stranger = training.start_training(training.find_again({})["saved"], "plain")
    assert stranger["saved"]["run"] != first["saved"]["run"]
    assert stranger["end"] == ""


@pytest.mark.parametrize("what", ["follow", "stop_training", "continue_training"])
def test_a_server_that_was_restarted_says_what_is_lost(training, what):
    kept = Kept(browser="b", run="x" * 32, result="y" * 32, runs=({"word": "old"},)).write()
    for shown in (training.find_again(kept), getattr(training, what)(kept, {})):
        assert training.describe_lost() in shown["lost"]
        assert "restarted" in shown["lost"]
        assert shown["saved"] == Kept(browser="b", runs=({"word": "old"},)).write()
        assert (shown["timer"]["active"], shown["start"]["interactive"]) == (False, True)
        assert "lost" not in training.find_again(shown["saved"])
    with pytest.raises(InputError, match="is gone"):
        training.result(kept)


def test_an_earlier_result_that_is_lost_leaves_the_run(training):
    first = training.start_training({}, "slow")
    shown = training.find_again({**first["saved"], "result": "gone"})
    assert "An earlier training of this browser is gone" in shown["lost"]
    assert shown["saved"] == first["saved"]
    assert shown["timer"]["active"]


@pytest.mark.parametrize(
    "saved",
    [None, {}, [], "x", {"run": 3}, {"run": "x" * 65}, {"run": {"a": 1}, "runs": 3}, {"runs": [3, None]}],
)
def test_whatever_the_browser_kept_does_no_harm(training, saved):
    shown = training.find_again(saved)
    assert set(shown) == {"timer", "curve", "table", "saved"}
    kept = Kept.read(shown["saved"])
    assert (kept.run, kept.result, kept.runs) == (None, None, ())
    assert len(kept.browser) >= 20
    assert "saved" not in training.find_again(shown["saved"])
    training.stop_training(saved, {})
    assert "no training here" in training.continue_training(saved, {})["end"]


@pytest.mark.parametrize(("word", "message"), [("bad", "Choose another word."), ("fault", FAULT_MESSAGE)])
def test_a_mistake_is_one_sentence_and_nothing_is_lost(training, word, message):
    shown = training.start_training({}, word)
    assert set(shown) == {"status", "end"}  # no input is touched, no earlier result
    assert message in shown["end"]
    assert "secret" not in str(shown)
    assert "Not started" in shown["status"]


@pytest.mark.parametrize(
    ("error", "message"),
    [(InputError("This zip is damaged."), "This zip is damaged."), (OSError("secret"), FAULT_MESSAGE)],
)
def test_what_cannot_be_read_is_said_when_it_has_been_read(training, error, message):
    def fill(folder: Path) -> None:
        raise error

    shown = wait(training, training.start_training({}, "plain", fill))
    assert f"{message} Everything you chose is still there." in shown["end"]
    assert "Not started" in shown["status"]
    assert not shown["resume"]["visible"]


def test_a_refused_training_leaves_the_earlier_result(training):
    done = wait(training, training.start_training({}, "plain"))
    refused = wait(training, training.start_training(done["saved"], "refused"))
    assert "There is no such network. Everything you chose is still there." in refused["end"]
    assert "Not finished" in refused["status"]
    assert refused["saved"]["result"] == done["saved"]["result"]
    assert training.find_again(refused["saved"])["answer"] == "plain"


def test_the_browser_has_the_token_while_what_was_sent_is_read(training):
    read = threading.Event()
    shown = training.start_training({}, "plain", lambda folder: read.wait(60))
    assert "Reading what you sent" in shown["status"]
    back = training.find_again(shown["saved"])
    assert back["timer"]["active"]
    assert "lost" not in back
    read.set()
    assert wait(training, back | {"saved": shown["saved"]})["answer"] == "plain"


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (None, ["Nothing is running"]),
        (Epochs(ahead=0), ["Waiting for your turn", "You are next."]),
        (Epochs(ahead=3), ["3 ahead of you."]),
        (Epochs(state="running", phrase="Learning"), ["Learning", "epoch 0 &lt;i&gt;"]),
        (
            Epochs(state="running", share=0.25, seconds=30, since=(0.0, 0.0)),
            ['aria-valuenow="25"', "30 s", "About 2 minutes left"],
        ),
        (Epochs(state="ended", phrase="Killed"), ["Not finished"]),
    ],
)
def test_how_far_it_is_is_said(training, progress, words):
    html = training.bar(progress)
    assert [word for word in words if word not in html] == []
    assert html.count("look-hint") == training.bar(None).count("look-hint")  # of the same height
    assert "Continue" not in (training.describe_end(progress) if progress and not progress.is_over else "")


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (
            Epochs(state="ended", phrase="Stopped"),
            "Stopped. Press Continue to begin again.",
        ),
        (
            Epochs(state="ended", phrase="It took too long. Press Continue to go on."),
            "too long. Press Continue",
        ),
    ],
)
def test_why_it_ended_is_said_with_what_is_left(training, progress, words):
    end = training.describe_end(progress)
    assert words in end
    assert end.count("ontinue") == 1


def test_the_panel_wires_all_of_it_and_shows_no_endpoint(training):
    with gr.Blocks() as demo:
        saved, word = kept_training("words"), gr.Textbox()
        panel = TrainingPanel(training, saved)
        panel.buttons("Train")
        panel.bar()
        panel.parts |= {name: gr.HTML() for name in ("curve", "table", "answer")}
        panel.wire(demo, [word])
    assert not demo.get_api_info()["named_endpoints"]
    events = {fn.name: fn for fn in demo.fns.values()}
    assert {"start_training", "follow", "stop_training", "continue_training", "find_again"} <= set(events)
    by_component = events["start_training"].fn({}, "slow")
    assert by_component[panel.parts["stop"]]["interactive"]
    kept = by_component[saved]
    assert events["stop_training"].fn(kept, {})[panel.parts["timer"]] is not None
    assert set(events["follow"].outputs) == set(panel.parts.values())
