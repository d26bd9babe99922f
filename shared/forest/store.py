"""Fitted forests of visitors, a few at a time, each for its own visitor only.

store = Store(most=20, seconds=3600)
model_id = store.keep(explorer, owner="session")
store.find(model_id, owner="session")           # anybody else gets the same answer as for no such id
"""

import secrets
import threading
import time
from collections import OrderedDict
from typing import Generic, TypeVar

from shared.errors import InputError

_T = TypeVar("_T")


class Store(Generic[_T]):
    """What visitors made, forgotten when it is old or when others need the room."""

    def __init__(self, *, most: int, seconds: float) -> None:
        """Make an empty store.

        Args:
            most: things that are kept; the one that was not asked for longest goes first.
            seconds: how long one is kept that nobody asks for.
        """
        self._most, self._seconds = most, seconds
        self._kept: OrderedDict[str, tuple[float, str, _T]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, thing: _T, *, owner: str, replaces: object = None) -> str:
        """Keep something; returns its id, which nobody can guess.

        Args:
            thing: what.
            owner: who alone may find it.
            replaces: the id of what the same owner needs no more; anything else is left alone.
        """
        name = secrets.token_urlsafe(16)
        with self._lock:
            if isinstance(replaces, str) and self._kept.get(replaces, (0.0, None))[1] == owner:
                del self._kept[replaces]
            self._kept[name] = (time.monotonic(), owner, thing)
            self._forget()
        return name

    def find(self, name: object, *, owner: str) -> _T:
        """Give back what was kept.

        Raises:
            InputError: there is no such id, it is too old, or somebody else's; the answer is the same.
        """
        with self._lock:
            self._forget()
            _, whose, thing = (
                self._kept.get(name, (0.0, None, None)) if isinstance(name, str) else (0, None, None)
            )
            if whose is None or whose != owner or thing is None:
                raise InputError("There is no such model, or it is too old. Fit it again.")
            self._kept[str(name)] = (time.monotonic(), owner, thing)
            self._kept.move_to_end(str(name))
            return thing

    def _forget(self) -> None:
        oldest = time.monotonic() - self._seconds
        while self._kept:
            name, (used, _, _) = next(iter(self._kept.items()))
            if used >= oldest and len(self._kept) <= self._most:
                return
            del self._kept[name]
