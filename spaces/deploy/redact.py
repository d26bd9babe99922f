"""No token and no secret value in anything that is shown: output, errors, logs, at any verbosity.

What is secret is told once; from then on every stream that is guarded, and every record of `logging`, shows
dots in its place. With HF_DEBUG the Hub's client logs each request as a curl command, body and all, quoted
and cut in ways that hide a secret from being found: those records are not shown at all.

    from deploy.redact import clean, guard_output, hide
    hide(token)
    guard_output()          # stdout, stderr and all logging of this process
    clean(f"sent {token}")  # "sent ***"
"""

import base64
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from deploy.errors import PushError

DOTS = "***"
SHORTEST = 4  # a shorter value would be found in every second word

_TOKEN = re.compile(r"\b(hf|api_org|sk)_[A-Za-z0-9]{16,}|\bsk-[A-Za-z0-9_-]{16,}")
_hidden: set[str] = set()  # of the process, since its output is too


def hide(value: str) -> None:
    """Keep a value out of everything that is shown from now on, in the usual spellings too.

    Args:
        value: a token or the value of a secret; of several lines, each is hidden.
    """
    for text in {value, value.strip(), *(line.strip() for line in value.splitlines())}:
        if len(text) >= SHORTEST:
            _hidden.update((text, quote(text, safe=""), json.dumps(text)[1:-1], repr(text)[1:-1]))
            _hidden.add(json.dumps(text, ensure_ascii=False)[1:-1])
            _hidden.add(base64.b64encode(text.encode()).decode())


def clean(text: str) -> str:
    """Put dots in the place of everything that is hidden, and of what looks like a token.

    Args:
        text: to be shown.
    """
    for value in sorted(_hidden, key=len, reverse=True):  # a value may hold another
        text = text.replace(value, DOTS)
    return _TOKEN.sub(DOTS, text)


def read_secrets(names: Iterable[str], environment: dict[str, str]) -> dict[str, str]:
    """Take the values of secrets from the environment, hidden from then on.

    Args:
        names: of the secrets.
        environment: where the values are.

    Returns:
        The values by name, of those that have one.

    Raises:
        PushError: a value is too short to be kept out of what is shown.
    """
    values = {name: environment[name] for name in names if environment.get(name)}
    for name, value in values.items():
        if len(value.strip()) < SHORTEST:
            raise PushError(
                f"The value of the secret {name} has fewer than {SHORTEST} characters.",
                "Give it a longer one, or make it a variable when it is no secret.",
            )
        hide(value)
    return values


class _Guard:
    """A text stream that shows dots in the place of what is hidden."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(clean(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def guard_output() -> None:
    """Guard stdout, stderr and every record of `logging` in this process. Doing it again changes nothing."""
    if not isinstance(sys.stdout, _Guard):
        sys.stdout, sys.stderr = _Guard(sys.stdout), _Guard(sys.stderr)
    make = logging.getLogRecordFactory()
    if make is not _clean_record:
        _clean_record.make = make  # type: ignore[attr-defined]
        logging.setLogRecordFactory(_clean_record)


def _clean_record(*arguments: Any, **more: Any) -> logging.LogRecord:
    """A record whose text, and the traceback that belongs to it, are clean before a handler sees them."""
    record: logging.LogRecord = _clean_record.make(*arguments, **more)  # type: ignore[attr-defined]
    text = record.getMessage()
    if record.name.startswith("huggingface_hub") and text.startswith("Send: "):
        text = "Send: a request, which may hold a secret and is not shown."
    record.msg, record.args = clean(text), ()
    if record.exc_info and record.exc_info[0]:
        record.exc_text = clean("".join(traceback.format_exception(*record.exc_info)))
    return record
