"""Fitted forests of visitors, a few at a time, each for its own visitor only.

store = Store(most=20, each=5, most_mb=2000, seconds=3600)
model_id = store.keep(explorer, owner="session", size_mb=explorer.size_mb)
store.find(model_id, owner="session")           # anybody else gets the same answer as for no such id
"""

import math
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.errors import InputError

_T = TypeVar("_T")


@dataclass
class _Kept(Generic[_T]):
    thing: _T
    owner: str
    size_mb: float
    used: float


class Store(Generic[_T]):
    """What visitors made, forgotten when it is old or when others need the room."""

    def __init__(self, *, most: int, seconds: float, each: int = 0, most_mb: float = math.inf) -> None:
        """Make an empty store. Where there is too much, what was not asked for longest goes first.

        Args:
            most: things that are kept.
            seconds: how long one is kept that nobody asks for.
            each: things of one owner that are kept, so that nobody drives out all others; 0 for as many as
                there is room for.
            most_mb: of all together; the newest is kept whatever its size.
        """
        self._most, self._seconds, self._each, self._most_mb = most, seconds, each or most, most_mb
        self._kept: OrderedDict[str, _Kept[_T]] = OrderedDict()  # the one not asked for longest first
        self._lock = threading.Lock()

    def keep(self, thing: _T, *, owner: str, replaces: object = None, size_mb: float = 0) -> str:
        """Keep something; returns its id, which nobody can guess.

        Args:
            thing: what.
            owner: who alone may find it.
            replaces: the id of what the same owner needs no more; anything else is left alone.
            size_mb: the room it takes.
        """
        name = secrets.token_urlsafe(16)
        with self._lock:
            if isinstance(replaces, str) and replaces in self._kept and self._kept[replaces].owner == owner:
                del self._kept[replaces]
            self._kept[name] = _Kept(thing, owner, size_mb, time.monotonic())
            mine = [at for at, kept in self._kept.items() if kept.owner == owner]
            for at in mine[: max(0, len(mine) - self._each)]:
                del self._kept[at]
            self._forget()
        return name

    def find(self, name: object, *, owner: str) -> _T:
        """Give back what was kept.

        Raises:
            InputError: there is no such id, it is too old, or somebody else's; the answer is the same.
        """
        with self._lock:
            self._forget()
            kept = self._kept.get(name) if isinstance(name, str) else None
            if kept is None or kept.owner != owner:
                raise InputError("There is no such model, or it is too old. Fit it again.")
            kept.used = time.monotonic()
            self._kept.move_to_end(str(name))
            return kept.thing

    def _forget(self) -> None:
        oldest = time.monotonic() - self._seconds
        room = self._most_mb - sum(kept.size_mb for kept in self._kept.values())
        while self._kept:
            name, kept = next(iter(self._kept.items()))
            too_much = len(self._kept) > self._most or (room < 0 and len(self._kept) > 1)
            if kept.used >= oldest and not too_much:
                return
            room += kept.size_mb
            del self._kept[name]
