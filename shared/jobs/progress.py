"""How far a job is, put together from what its process says, and how long it will still take.

    progress = Progress(state="running", share=0.4, seconds=20)
    progress.seconds_left, describe_left(progress.seconds_left)      # 30.0, "about 30 seconds left"

The estimate assumes that a job goes on as fast as it went so far. It measures the turn that is going on, from
the moment it gets on: a job that was stopped and continued needs a while until it is where it was, and that
says nothing of its speed.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from shared.jobs.worker import Event
from shared.words import count

State = Literal["reading", "waiting", "running", "done", "ended", "refused"]
_ENOUGH_SHARE, _ENOUGH_SECONDS = 0.05, 2.0  # of one turn; before, an estimate would be a guess


@dataclass(frozen=True)
class Progress:
    """How far a job is; a topic adds what its page shows.

    Attributes:
        state: "reading" what was sent; "ended" is before the end (stopped, killed, out of time) and may go
            on; "refused" may not.
        ahead: how many jobs come first, while it waits.
        phrase: what is being done, or why it is not.
        share: from 0 to 1, of the whole job; an estimate.
        seconds: since the process was started, of all turns.
        since: share and seconds at which this turn got on for the first time; None before.
        n_epochs: how many there will be, of a training.
        history: one entry an epoch so far, with its number, `epoch`.
        error: what was wrong with what was sent, when it could not be read.
        result: None until the end.
    """

    state: State = "waiting"
    ahead: int = 0
    phrase: str = "Waiting for your turn"
    share: float = 0.0
    seconds: float = 0.0
    since: tuple[float, float] | None = None
    n_epochs: int = 1
    history: tuple[dict[str, float], ...] = ()
    error: Exception | None = None
    result: Any = None

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more, unless the job is continued."""
        return self.state in ("done", "ended", "refused")

    @property
    def n_kept(self) -> int:
        """How many epochs need not be done again when it is continued."""
        return len(self.history)

    @property
    def seconds_left(self) -> float | None:
        """An estimate; None while it does not run, and before enough of this turn is over."""
        if self.state != "running" or self.since is None:
            return None
        return seconds_left(self.share, self.seconds, since=self.since)

    def at(self, seconds: float) -> Self:
        """The same a little later, when the process has run for so many seconds."""
        return replace(self, seconds=seconds)

    def after(self, event: Event, seconds: float) -> Self:
        """The same after an event that came when the process had run for so many seconds."""
        later = self.at(seconds).take_in(event)
        if self.since is None and later.share > self.share and self.says_speed(event):
            return replace(later, since=(later.share, seconds))
        return later

    def says_speed(self, event: Event) -> bool:
        """Whether the time goes as the share does from this event on; imports, for example, say nothing."""
        return True

    def with_epoch(self, entry: dict[str, float]) -> Self:
        """The same with one more epoch in its history; a run that goes on may tell one again."""
        earlier = (one for one in self.history if one["epoch"] < entry["epoch"])
        return replace(self, history=(*earlier, entry))

    def take_in(self, event: Event) -> Self:
        """Take one event of the process in; the last one, "result", sets `result`."""
        raise NotImplementedError

    def kept(self) -> Self:
        """What is left of it when its process has ended and another one goes on."""
        return self


def seconds_left(share: float, seconds: float, *, since: tuple[float, float] = (0.0, 0.0)) -> float | None:
    """Estimate how long a job will still take; None before enough is known.

    Args:
        share: of the job that is over, from 0 to 1.
        seconds: it has taken.
        since: share and seconds from which on its speed is measured.
    """
    done, spent = share - since[0], seconds - since[1]
    if done < _ENOUGH_SHARE or spent < _ENOUGH_SECONDS:
        return None
    return max(0.0, 1.0 - share) * spent / done


def describe_left(seconds: float | None) -> str:
    """Say an estimate as roughly as it is known; "" for None."""
    if seconds is None:
        return ""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 55:
        return f"about {max(10, round(seconds, -1)):.0f} seconds left"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {count(minutes, 'minute')} left"
    return f"about {count(round(minutes / 60), 'hour')} left"
