"""What a training says and shows on its page, and what the browser keeps of it; `training_panel` lays it out.

A training goes on when its page is closed (`shared/jobs`). The browser keeps its token, so that a page that
is loaded anew shows it again. The callbacks answer with the new values by the names of the components: they
can be tried without a page.

    training = BearTraining(photo_runs())      # a `Training`, in which the app has filled in what differs
    shown = training.start_training({}, *values)
    training.follow(shown["saved"], shown["drawn"])["status"]    # the bar
"""

import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Generic, Self, TypeVar

import gradio as gr
from pydantic import BaseModel, Field, ValidationError

from shared.errors import InputError, is_disk_full
from shared.jobs import STOPPED, Job, Progress, Runs, describe_left
from shared.limits import RUN_KEPT_SECONDS
from shared.ui.guard import as_fault
from shared.ui.page import notice_html
from shared.ui.progress import progress_html

KEPT_MINUTES = RUN_KEPT_SECONDS // 60
_NOT_STARTED, _ALL_THERE = "Not started", "Everything you chose is still there."

_log = logging.getLogger("lessons")

P = TypeVar("P", bound=Progress)
Shown = dict[str, Any]  # new values, by the names of the components


class Kept(BaseModel, frozen=True):
    """What a browser keeps of its trainings.

    Attributes:
        browser: a name that cannot be guessed; whoever knows it may see its training.
        run: token of the last run.
        result: token of the last one that came to its end.
        runs: a line for each of those, as the topic writes it.
    """

    browser: str = Field(default_factory=lambda: secrets.token_urlsafe(16), max_length=64)
    run: str | None = Field(default=None, max_length=64)
    result: str | None = Field(default=None, max_length=64)
    runs: tuple[dict[str, Any], ...] = ()

    @classmethod
    def read(cls, saved: Any) -> Self:
        """Read what came from a browser; anything else than what we write says nothing."""
        try:
            return cls.model_validate(saved)
        except ValidationError:
            return cls()

    def write(self) -> dict[str, Any]:
        """Give what the browser keeps from now on."""
        return self.model_dump(mode="json")

    def now(self, **changes: Any) -> Self:
        """The same with something else."""
        return self.model_copy(update=changes)


class Training(Generic[P]):
    """What a topic's training says and shows; a topic fills in what differs."""

    idle = "Press Start. It takes a few minutes."
    reading = "Reading what you sent"
    gone = "its model"  # what goes with a run that is lost
    stays = "What you downloaded is still yours."

    def __init__(self, runs: Runs[P]) -> None:
        """Take the runs of this server."""
        self.runs = runs

    # What a topic fills in

    def job(self, *values: Any) -> Job[P]:
        """Check the form's values, and ask for a training.

        Raises:
            InputError: a value cannot be used.
        """
        raise NotImplementedError

    def figures(self, progress: P | None) -> Mapping[str, tuple[Any, Callable[[], Any]]]:
        """The figures that grow, by name: what each depends on, and how it is drawn; without a run, empty."""
        return {}

    def describe(self, progress: P) -> str:
        """Say in one short line what a run is at."""
        return ""

    def show_state(self, progress: P) -> Shown:
        """What else changes when a run starts, waits or ends."""
        return {}

    def show_kept(self, kept: Kept) -> Shown:
        """What a page shows of earlier runs from what its browser keeps."""
        return {}

    def add_result(self, kept: Kept, progress: P) -> Kept:
        """Keep more of a run that came to its end."""
        return kept

    def show_result(self, progress: P) -> Shown:
        """What a run left."""
        return {}

    # What all of them say

    def bar(self, progress: P | None) -> str:
        """Write how far a run is."""
        if progress is None:
            return progress_html("Nothing is running", detail=self.idle, left="")
        if progress.state == "reading":
            return progress_html(self.reading, left="")
        if progress.state == "waiting":
            ahead = "You are next." if progress.ahead == 0 else f"{progress.ahead} ahead of you."
            return progress_html(progress.phrase, detail=ahead, left="")
        phrase = progress.phrase
        if progress.error is not None:
            phrase = _NOT_STARTED
        elif progress.state in ("ended", "refused") and phrase != STOPPED:
            phrase = "Not finished"
        return progress_html(
            phrase,
            share=progress.share,
            seconds=progress.seconds,
            detail=self.describe(progress),
            left=describe_left(progress.seconds_left).capitalize(),
        )

    def describe_end(self, progress: P) -> str:
        """Say why a run did not come to its end, and what is left of it; "" for any other."""
        if progress.state == "refused":
            said = in_plain_words(progress.error) if progress.error else progress.phrase
            return f"{said} {_ALL_THERE}"
        if progress.state != "ended":
            return ""
        if "Continue" in progress.phrase:
            return progress.phrase
        kept = f"{progress.n_kept} of {progress.n_epochs} epochs are kept for {KEPT_MINUTES} minutes: press "
        what_next = f"{kept}Continue to go on." if progress.n_kept else "Press Continue to begin again."
        return f"{progress.phrase.rstrip('.')}. {what_next}"

    def describe_lost(self, which: str = "The training that you started in this browser") -> str:
        """Say that the server does not know a run any more."""
        return (
            f"{which} is gone, with {self.gone}: it ended more than "
            f"{KEPT_MINUTES} minutes ago, newer trainings took its place, or the server was restarted. "
            f"{self.stays}"
        )

    def result(self, saved: Any) -> Any:
        """Give what the visitor's last finished run left.

        Raises:
            InputError: it is gone.
        """
        progress = self.runs.status(Kept.read(saved).result)
        if progress is None or progress.result is None:
            raise InputError(self.describe_lost())
        return progress.result

    # Callbacks

    def start_training(self, saved: Any, *values: Any) -> Shown:
        """Begin a training; of a browser whose training is still going on, show that one."""
        kept = Kept.read(saved)
        try:
            token = self.runs.start(self.job(*values), browser=kept.browser)
        except Exception as error:
            if not isinstance(error, InputError):
                _log.exception("a training could not be started")
            mistake = {"end": notice_html(in_plain_words(error))}
            going = self.runs.going(kept.browser)
            if going is None:
                return {"status": progress_html(_NOT_STARTED, detail=_ALL_THERE, left=""), **mistake}
            kept = kept.now(run=going)
            return {**self._show(kept, {}), "saved": kept.write(), **mistake}
        kept = kept.now(run=token)
        return {"lost": "", **self._show(kept, {}), "saved": kept.write()}

    def follow(self, saved: Any, drawn: Mapping[str, Any]) -> Shown:
        """What has changed since the page was last told."""
        return self._show(Kept.read(saved), drawn)

    def stop_training(self, saved: Any, drawn: Mapping[str, Any]) -> Shown:
        """End the run; it may be continued."""
        self.runs.stop(Kept.read(saved).run)
        return self.follow(saved, drawn)

    def continue_training(self, saved: Any, drawn: Mapping[str, Any]) -> Shown:
        """Let a run go on that ended early."""
        shown = self.follow(saved, drawn)
        if "lost" in shown:
            return shown
        try:
            self.runs.resume(Kept.read(saved).run)
        except InputError as error:
            return {"end": notice_html(str(error))}
        return self.follow(saved, drawn)

    def find_again(self, saved: Any) -> Shown:
        """What a page shows that has just been opened."""
        kept = Kept.read(saved)
        # The empty figures are drawn here: an app that starts does not wait for Plotly.
        shown = {"timer": gr.update(active=False), **self._drawn(None), **self.show_kept(kept)}
        if kept.write() != saved:
            shown["saved"] = kept.write()
        last = self.runs.status(kept.result)
        if last is not None and last.result is not None:
            shown |= {**self._drawn(last), **self.show_result(last)}
        elif kept.result is not None:
            kept = kept.now(result=None)
            lost = self.describe_lost("An earlier training of this browser")
            shown |= {"lost": notice_html(lost), "saved": kept.write()}
        return {**shown, **self._show(kept, {})} if kept.run is not None else shown

    def _drawn(self, progress: P | None) -> Shown:
        return {name: draw() for name, (_, draw) in self.figures(progress).items()}

    def _show(self, kept: Kept, drawn: Mapping[str, Any]) -> Shown:
        """What of a run the page does not show yet."""
        progress = self.runs.status(kept.run)
        if progress is None:
            return self._show_lost(kept)
        marks: dict[str, Any] = {"state": [kept.run, progress.state]}
        shown: Shown = {
            "status": self.bar(progress),
            "timer": gr.update(active=not progress.is_over),
        }
        for name, (depends_on, draw) in self.figures(progress).items():
            marks[name] = [kept.run, depends_on]
            if drawn.get(name) != marks[name]:
                shown[name] = draw()
        if drawn.get("state") != marks["state"]:
            shown |= _buttons(progress) | self.show_state(progress)
            shown["end"] = notice_html(self.describe_end(progress))
        if progress.result is not None and kept.result != kept.run:
            kept = self.add_result(kept.now(result=kept.run), progress)
            shown |= {"saved": kept.write(), **self.show_result(progress), **self.show_kept(kept)}
        return {**shown, "drawn": {**drawn, **marks}}

    def _show_lost(self, kept: Kept) -> Shown:
        quiet = {"timer": gr.update(active=False), "drawn": {}}
        if kept.run is None:
            return quiet
        result = None if self.runs.status(kept.result) is None else kept.result
        return {
            **quiet,
            **_buttons(None),
            "lost": notice_html(self.describe_lost()),
            "saved": kept.now(run=None, result=result).write(),
            "status": self.bar(None),
        }


def in_plain_words(error: Exception) -> str:
    """Say what a visitor reads of an error: a mistake as it is, and nothing of a fault of ours."""
    if isinstance(error, InputError) and not is_disk_full(error):
        return str(error)
    return str(as_fault(error).message)


def _buttons(progress: Progress | None) -> Shown:
    """Which buttons can be pressed."""
    is_going = progress is not None and not progress.is_over
    return {
        "start": gr.update(interactive=not is_going),
        "stop": gr.update(interactive=is_going),
        "resume": gr.update(visible=progress is not None and progress.state == "ended"),
    }
