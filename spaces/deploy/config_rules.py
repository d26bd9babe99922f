"""What each key of spaces.toml may hold, and the words for what it may not.

from deploy.config_rules import RuleError, check_value
check_value("hardware", "t4-smal")  # RuleError: hardware 't4-smal' is not known. Did you mean t4-small? ...
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from deploy.hardware import COLORS, HARDWARE
from deploy.words import find_meant

MAX_DESCRIPTION = 60  # characters, on the Hub
VOLUME_KINDS = ("bucket", "model", "dataset", "space")

_NAME = re.compile(r"[A-Za-z0-9]([\w.-]{0,94}[A-Za-z0-9_])?", re.ASCII)  # of a repository or an account
_REPO_ID = re.compile(rf"{_NAME.pattern}/{_NAME.pattern}", re.ASCII)
_PRELOAD = re.compile(r"(?P<repo_id>\S+) (?P<files>[^\s,]+(,[^\s,]+)*) (?P<revision>[0-9a-f]{40})")
_PYTHON = re.compile(r"3\.(1[1-4])(\.\d{1,2})?")
_SETTING = re.compile(r"[A-Z][A-Z0-9_]*")
_MODULE = re.compile(r"[a-z]\w*", re.ASCII)
_DEBIAN = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_TAG = re.compile(r"[a-z0-9][\w:. -]*", re.ASCII)
_ENDPOINT = re.compile(r"[\w./-]+", re.ASCII)

# One emoji: a picture with what may follow it (a variant, a skin colour, more pictures joined to it), a flag,
# or a key.
_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
    "\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
)
_EMOJI = re.compile(
    f"{_PICTURE}(\u200d{_PICTURE})*|[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3",
)


class RuleError(Exception):
    """What is wrong in the file: `what` and `fix` are two sentences without their full stops."""

    def __init__(self, what: str, fix: str, where: str = "") -> None:
        super().__init__(f"{where}{what}. {fix}.")
        self.what, self.fix, self.where = what, fix, where

    def within(self, table: str) -> "RuleError":
        """The same, told with the table it is in."""
        return RuleError(self.what, self.fix, f"[{table}] ")


def choose(value: Any, allowed: Sequence[str], *, what: str, key: str | None = None) -> None:
    """Accept one of the allowed words, or say which there are, the closest first.

    Args:
        value: what was written.
        allowed: the words.
        what: what one of them is called.
        key: where it was written; None when the value is itself a key.

    Raises:
        RuleError: it is none of them.
    """
    if value in allowed:
        return
    closest, listed = find_meant(str(value), allowed, most=len(allowed))
    told = f"{key} {value!r} is not a known {what}" if key else f"{value!r} is not a known {what}"
    meant = f"Did you mean {closest}? " if closest else ""
    raise RuleError(told, f"{meant}Choose one of: {listed or 'none yet'}")


def check_value(key: str, value: Any, *, rules: str = "space") -> None:
    """Check the value of one key.

    Args:
        key: one that the rules know.
        value: what the file or the command line says.
        rules: "space", "collection" or "volume".

    Raises:
        RuleError: it has the wrong type, or the Hub would refuse it.
    """
    (OWNER if key == "owner" else RULES[rules][key])(key, value)


def _text(pattern: re.Pattern[str], fix: str) -> Callable[[str, Any], None]:
    """A string of one form."""

    def check(key: str, value: Any) -> None:
        _expect(key, value, str, "a string")
        if not pattern.fullmatch(value):
            raise RuleError(f"{key} {value!r} is not possible", fix)

    return check


def _word(allowed: Sequence[str], what: str) -> Callable[[str, Any], None]:
    """One of some words."""

    def check(key: str, value: Any) -> None:
        _expect(key, value, str, "a string")
        choose(value, allowed, what=what, key=key)

    return check


def _list(pattern: re.Pattern[str], fix: str) -> Callable[[str, Any], None]:
    """A list of strings of one form. A wrong one is told by its place: it may be what nobody should read."""

    def check(key: str, value: Any) -> None:
        _expect(key, value, list, "a list of strings")
        for place, entry in enumerate(value, start=1):
            _expect(f"{key}, entry {place}", entry, str, "a string")
            if not pattern.fullmatch(entry):
                raise RuleError(f"{key}, entry {place} is not possible", fix)

    return check


def _expect(key: str, value: Any, kind: type, told: str) -> None:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise RuleError(f"{key} is not {told}", f"Write it as {told}")


def _yes_or_no(key: str, value: Any) -> None:
    _expect(key, value, bool, "true or false")


def _short_text(key: str, value: Any) -> None:
    _expect(key, value, str, "a string")
    if len(value) > MAX_DESCRIPTION:
        raise RuleError(
            f"{key} has {len(value)} characters, and the Hub takes {MAX_DESCRIPTION}", "Write a shorter one"
        )
    if "\n" in value:
        raise RuleError(f"{key} has more than one line", "Write it in one")


def _name(key: str, value: Any) -> None:
    _expect(key, value, str, "a string")
    if "/" in value:
        raise RuleError(f"{key} {value!r} holds a slash", "Write the name alone: whose it is, owner says")
    if not _NAME.fullmatch(value) or "--" in value or ".." in value or value.endswith(".git"):
        raise RuleError(
            f"{key} {value!r} is not a name on the Hub",
            "Use letters, digits, and single - . _ between them, 96 characters at most",
        )


def _sleep_time(key: str, value: Any) -> None:
    _expect(key, value, int, "a whole number of seconds")
    if value < 1 and value != -1:
        raise RuleError(f"{key} {value} is not possible", "Give seconds, or -1 for a Space that never sleeps")


def _lesson(key: str, value: Any) -> None:
    _expect(key, value, int, "a whole number")


def _variables(key: str, value: Any) -> None:
    _expect(key, value, dict, "a table of names and strings")
    for name, setting in value.items():
        if not _SETTING.fullmatch(name):
            raise RuleError(f"{key}: {name!r} is not a name for a variable", SETTING_FIX)
        _expect(f"{key}: {name}", setting, str, "a string")


def _volumes(key: str, value: Any) -> None:
    _expect(key, value, list, "a list of tables")
    rules = RULES["volume"]
    for volume in value:
        _expect(key, volume, dict, "a list of tables")
        for name, entry in volume.items():
            choose(name, list(rules), what="key", key=f"{key}:")
            rules[name](f"{key}: {name}", entry)
        for name in ("kind", "source", "mount_path"):
            if name not in volume:
                raise RuleError(f"{key}: {name} is missing", "Say kind, source and mount_path of each volume")


def _checks(key: str, value: Any) -> None:
    _expect(key, value, dict, "one table for each endpoint")
    for endpoint, arguments in value.items():
        if not _ENDPOINT.fullmatch(endpoint) or endpoint.startswith("/"):
            raise RuleError(f"{key}: {endpoint!r} is not an endpoint", "Write its name without the first /")
        _expect(f"{key}.{endpoint}", arguments, dict, "a table of arguments")


SETTING_FIX = "Use capital letters, digits and _, a letter first"
_LINE = re.compile(r"\S(.*\S)?")
_LINE_FIX = "Write one line that is not empty"

OWNER = _name
_MODEL_FIX = (
    "Write the name of a model in shared/artifacts/artifacts.toml, or three words: user/repo, file1,file2 "
    "and the 40 digits of a commit"
)
RULES: dict[str, dict[str, Callable[[str, Any], None]]] = {
    "space": {
        "app": _text(_MODULE, "Name a file in apps/, without .py"),
        "title": _text(_LINE, _LINE_FIX),
        "emoji": _text(_EMOJI, "Write one emoji and nothing else"),
        "color_from": _word(COLORS, "colour"),
        "color_to": _word(COLORS, "colour"),
        "short_description": _short_text,
        "hardware": _word(HARDWARE, "hardware"),
        "sleep_time": _sleep_time,
        "volumes": _volumes,
        "python_version": _text(_PYTHON, 'Write "3.12", or another from 3.11 to 3.14, with quotes'),
        "variables": _variables,
        "secrets": _list(_SETTING, f"Secrets are names, never values. {SETTING_FIX}"),
        "models": _list(re.compile(rf"{_MODULE.pattern}|{_PRELOAD.pattern}", re.ASCII), _MODEL_FIX),
        "oauth": _yes_or_no,
        "tags": _list(_TAG, "Use small letters, digits, and - . _ or spaces between them"),
        "private": _yes_or_no,
        "packages": _list(_DEBIAN, "Name packages of Debian, one an entry, such as ffmpeg"),
        "repo": _name,
        "lesson": _lesson,
        "checks": _checks,
        "mounts": _list(_NAME, "Name tables of this file"),
    },
    "collection": {
        "title": _text(_LINE, _LINE_FIX),
        "description": _text(_LINE, _LINE_FIX),
    },
    "volume": {
        "kind": _word(VOLUME_KINDS, "kind"),
        "source": _text(_REPO_ID, "Write user/name"),
        "mount_path": _text(re.compile(r"(/[\w.-]+)+/?", re.ASCII), "Write a path such as /models"),
        "read_only": _yes_or_no,
        "revision": _text(re.compile(r"\w[\w./-]*", re.ASCII), "Name a commit, a branch or a tag"),
    },
}
