"""What visitors made, each for its own visitor only, bounded by the memory it takes.

store = Store[Table](most_mb=1000, each_mb=200, seconds=3600, size_mb=lambda table: table.size_mb)
name = store.keep(table, owner="session")
store.find(name, owner="session")           # None for anybody else, as for a name that does not exist
"""

import math
import secrets
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

_T = TypeVar("_T")


@dataclass
class _Kept(Generic[_T]):
    thing: _T
    owner: str
    size_mb: float
    used: float


class Store(Generic[_T]):
    """What visitors made, forgotten when it is old or when others need the room."""

    def __init__(
        self,
        *,
        size_mb: Callable[[_T], float],
        most_mb: float,
        each_mb: float = math.inf,
        seconds: float = math.inf,
    ) -> None:
        """Make an empty store. Where there is too much, what was not asked for longest goes first.

        Args:
            size_mb: the room that a thing takes. It is asked again whenever the thing is: it may grow.
            most_mb: of all together; the newest is kept whatever its size.
            each_mb: of one owner, so that nobody drives out all others; the newest is kept again.
            seconds: how long one is kept that nobody asks for.
        """
        self._size_mb, self._most_mb, self._each_mb, self._seconds = size_mb, most_mb, each_mb, seconds
        self._kept: OrderedDict[Hashable, _Kept[_T]] = OrderedDict()  # the one not asked for longest first
        self._owners_mb: Counter[str] = Counter()
        self._lock = threading.Lock()

    def keep(self, thing: _T, *, owner: str, name: Hashable = None) -> Hashable:
        """Keep something.

        Args:
            thing: what.
            owner: who alone may find it.
            name: to find it by, instead of one that nobody can guess; what had that name is replaced.

        Returns:
            The name.
        """
        name = secrets.token_urlsafe(16) if name is None else name
        with self._lock:
            self._forget(name)
            self._add(name, _Kept(thing, owner, self._size_mb(thing), time.monotonic()))
            self._make_room(owner)
        return name

    def find(self, name: object, *, owner: str) -> _T | None:
        """Give back what was kept; None when there is no such name, it is too old, or somebody else's."""
        if not isinstance(name, Hashable):  # a program may send anything
            return None
        with self._lock:
            self._make_room(owner)
            kept = self._kept.get(name)
            if kept is None or kept.owner != owner:
                return None
            self._forget(name)
            self._add(name, _Kept(kept.thing, owner, self._size_mb(kept.thing), time.monotonic()))
            self._make_room(owner)
            return kept.thing

    @property
    def used_mb(self) -> float:
        """The room that all of it takes."""
        return self._owners_mb.total()

    def _add(self, name: Hashable, kept: _Kept[_T]) -> None:
        self._kept[name] = kept
        self._owners_mb[kept.owner] += kept.size_mb  # type: ignore[assignment]  # a Counter counts floats too

    def _forget(self, name: Hashable) -> None:
        kept = self._kept.pop(name, None)
        if kept is None:
            return
        self._owners_mb[kept.owner] -= kept.size_mb  # type: ignore[assignment]
        if self._owners_mb[kept.owner] < 1e-9:
            del self._owners_mb[kept.owner]

    def _make_room(self, owner: str) -> None:
        oldest = time.monotonic() - self._seconds
        while self._kept:
            name, kept = next(iter(self._kept.items()))
            if kept.used >= oldest and (self.used_mb <= self._most_mb or len(self._kept) == 1):
                break
            self._forget(name)
        if self._owners_mb[owner] > self._each_mb:
            mine = [name for name, kept in self._kept.items() if kept.owner == owner]
            for name in mine[:-1]:
                if self._owners_mb[owner] > self._each_mb:
                    self._forget(name)
