"""Reading a log of the Hub line by line, as plain lines.

from deploy.lines import read_lines
for line in read_lines(hub, "read the log", lambda: hub.api.fetch_space_logs("user/bears")): ...
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploy.hub import Hub

_END = object()


def read_lines(
    hub: "Hub", what: str, open_log: Callable[[], Iterable[str]], *, repo_id: str | None = None
) -> Iterator[str]:
    """Give the lines of a log as they come.

    Args:
        hub: explains and repeats what fails.
        what: is being done, for messages.
        open_log: asks for the log; nothing is asked before the first line is wanted.
        repo_id: whose log it is.

    Yields:
        Lines without their ends. A progress bar, which rewrites its line, becomes several.

    Raises:
        PushError: the Hub does not tell.
    """

    def begin() -> tuple[object, Iterator[str]]:
        entries = iter(open_log())
        return next(entries, _END), entries

    entry, entries = hub.call(what, begin, repo_id=repo_id)  # a log that failed at its start is opened anew
    while entry is not _END:
        yield from re.split(r"\r\n|\n|\r", str(entry).rstrip("\r\n"))
        entry = hub.call(what, next, entries, _END, repo_id=repo_id)
