"""The requests of the local Hub that are about Spaces: runtime, hardware, secrets, variables, logs.

GET  /api/spaces/visitor/bears/runtime    {"stage": "RUNNING", "sha": "...", ...}
POST /api/spaces/visitor/bears/secrets    {"key": "TOKEN", "value": "..."}; never given back
"""

import re
from typing import Any

from tests.servers.spaces_hub_http import Answer, Call, Refusal, Stream, Violation, check_fields, route
from tests.servers.spaces_hub_process import now
from tests.servers.spaces_hub_rules import SPACE_FLAVORS, SPACE_HARDWARE, ZERO_HARDWARE, is_paid
from tests.servers.spaces_hub_runner import Space

NEEDS_PRO = (
    "Static Spaces are free for everyone, but hosting Gradio and Docker Spaces on free cpu-basic"
    " requires a PRO subscription"
)
NEEDS_PAYMENT = "You need to add a payment method to your account: see the billing settings"
_SPACE = r"/api/spaces/(?P<id>[^/]+/[^/]+)"
_VOLUME_TYPES = ("bucket", "model", "dataset", "space")
_ZERO_LIMITS = {False: 2, True: 10}  # for a free account, for PRO


def _find(call: Call, *, write: bool = False) -> Space:
    repo = call.hub.find_repo(call, call.names["id"], "space", write=write)
    return call.hub.space(repo.id)


@route("GET", "/api/spaces/hardware", who="anyone")
def list_hardware(call: Call) -> Answer:
    """All flavours with their prices."""
    return Answer(SPACE_HARDWARE)


@route("GET", _SPACE + "/runtime", who="anyone")
def show_runtime(call: Call) -> Answer:
    """What the Space is doing."""
    return Answer(_find(call).describe_runtime())


@route("POST", _SPACE + "/hardware", who="writer", content="json")
def change_hardware(call: Call) -> Answer:
    """Ask for other hardware."""
    body = call.fields({"flavor": str}, {"sleepTimeSeconds": int})
    space = _find(call, write=True)
    check_hardware(call, body["flavor"], except_for=space.repo.id)
    if (sleep := body.get("sleepTimeSeconds")) is not None:
        check_sleep_time(body["flavor"], sleep)
        space.sleep_time = sleep
    if body["flavor"] != space.requested:
        space.requested = body["flavor"]
        space.wake()
    return Answer(space.describe_runtime())


@route("POST", _SPACE + "/sleeptime", who="writer", content="json")
def change_sleep_time(call: Call) -> Answer:
    """Let the Space sleep after so many seconds without a visitor."""
    body = call.fields({"seconds": int}, {})
    space = _find(call, write=True)
    check_sleep_time(space.requested, body["seconds"])
    space.sleep_time = body["seconds"]
    return Answer(space.describe_runtime())


def check_hardware(call: Call, flavor: str, *, except_for: str = "") -> None:
    """Whether the account may have this hardware for one Space more.

    Raises:
        Refusal: 402 for cpu-basic on a free account, 403 without a payment method or beyond ZeroGPU's limit.
    """
    account = call.hub.account
    if flavor not in SPACE_FLAVORS:
        raise Refusal(400, f'"flavor" must be one of [{", ".join(SPACE_FLAVORS)}]')
    if flavor == "cpu-basic" and not account.is_pro:
        raise Refusal(402, NEEDS_PRO)
    if is_paid(flavor) and not account.can_pay:
        raise Refusal(403, NEEDS_PAYMENT)
    if flavor == ZERO_HARDWARE:
        others = [space for space in call.hub.spaces() if space.requested == ZERO_HARDWARE]
        limit = _ZERO_LIMITS[account.is_pro]
        if sum(space.repo.id != except_for for space in others) >= limit:
            raise Refusal(403, f"You have reached your limit of {limit} ZeroGPU Spaces")


def check_sleep_time(flavor: str, seconds: int) -> None:
    """Whether this hardware may sleep after this time.

    Raises:
        Refusal: for free hardware, whose 48 hours are fixed, and for a time that is none.
    """
    if not is_paid(flavor):
        raise Refusal(400, f"The sleep time of {flavor} cannot be changed")
    if seconds != -1 and seconds <= 0:
        raise Refusal(400, '"seconds" must be -1 or a positive number')


# Secrets and variables


def _set(call: Call, space: Space, values: dict[str, str]) -> None:
    body = call.fields({"key": str, "value": str}, {"description": str})
    set_value(space, values, body)
    space.wake()


def set_value(space: Space, values: dict[str, str], body: dict[str, Any]) -> None:
    """Set a secret or a variable of a Space.

    Raises:
        Refusal: when its name cannot be one.
    """
    key = body["key"]
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", key):
        raise Refusal(400, '"key" must be letters, digits and underscores')
    values[key] = body["value"]
    space.notes[key] = body.get("description")
    space.changed[key] = now()


def set_volumes(space: Space, volumes: list[Any]) -> None:
    """Set the volumes of a Space.

    Raises:
        Violation: when one is no volume.
    """
    for volume in volumes:
        check_fields(
            volume,
            {"type": str, "source": str, "mountPath": str},
            {"revision": str, "readOnly": bool, "path": str},
        )
        if volume["type"] not in _VOLUME_TYPES or not volume["mountPath"].startswith("/"):
            raise Violation(f"a volume {volume}")
    space.volumes = volumes


def _remove(call: Call, space: Space, values: dict[str, str]) -> None:
    key = call.fields({"key": str}, {})["key"]
    if key not in values:
        raise Refusal(404, f"{key} is not set", code="EntryNotFound")
    del values[key]
    space.wake()


def _describe_variables(space: Space) -> dict[str, Any]:
    return {
        key: {"key": key, "value": value, "description": space.notes[key], "updatedAt": space.changed[key]}
        for key, value in space.variables.items()
    }


@route("GET", _SPACE + "/secrets", who="writer")
def list_secrets(call: Call) -> Answer:
    """The names of the secrets, never a value."""
    space = _find(call, write=True)
    return Answer(
        {
            key: {"key": key, "description": space.notes[key], "updatedAt": space.changed[key]}
            for key in space.secrets
        }
    )


@route("POST", _SPACE + "/secrets", who="writer", content="json")
def add_secret(call: Call) -> Answer:
    """Set a secret."""
    space = _find(call, write=True)
    _set(call, space, space.secrets)
    return Answer()


@route("DELETE", _SPACE + "/secrets", who="writer", content="json")
def delete_secret(call: Call) -> Answer:
    """Forget a secret."""
    space = _find(call, write=True)
    _remove(call, space, space.secrets)
    return Answer()


@route("GET", _SPACE + "/variables", who="anyone")
def list_variables(call: Call) -> Answer:
    """The variables, which are public."""
    return Answer(_describe_variables(_find(call)))


@route("POST", _SPACE + "/variables", who="writer", content="json")
def add_variable(call: Call) -> Answer:
    """Set a variable."""
    space = _find(call, write=True)
    _set(call, space, space.variables)
    return Answer(_describe_variables(space))


@route("DELETE", _SPACE + "/variables", who="writer", content="json")
def delete_variable(call: Call) -> Answer:
    """Forget a variable."""
    space = _find(call, write=True)
    _remove(call, space, space.variables)
    return Answer(_describe_variables(space))


@route("PUT", _SPACE + "/volumes", who="writer", content="json")
def change_volumes(call: Call) -> Answer:
    """Mount these volumes and no others."""
    space = _find(call, write=True)
    set_volumes(space, call.fields({"volumes": list}, {})["volumes"])
    space.wake()
    return Answer()


@route("DELETE", _SPACE + "/volumes", who="writer")
def delete_volumes(call: Call) -> Answer:
    """Mount nothing."""
    space = _find(call, write=True)
    if not space.volumes:
        raise Refusal(400, "No volumes are attached")
    space.volumes = []
    space.wake()
    return Answer()


# Running


@route("POST", _SPACE + "/pause", who="writer")
def pause(call: Call) -> Answer:
    """Stop serving."""
    space = _find(call, write=True)
    space.pause()
    return Answer(space.describe_runtime())


@route("POST", _SPACE + "/restart", who="writer")
def restart(call: Call) -> Answer:
    """Start again, also after a pause; with factory=true after a new build."""
    space = _find(call, write=True)
    space.wake(restart=True, factory=call.asks("factory"))
    return Answer(space.describe_runtime())


@route("GET", _SPACE + "/logs/(?P<which>build|run)", who="user")
def show_log(call: Call) -> Stream:
    """The newest log, as it grows; the stream ends when what it tells of is over."""
    space = _find(call)
    log = space.build_log if call.names["which"] == "build" else space.run_log
    tail = call.query.get("tail")
    return Stream(log.follow(tail=int(tail[0]) if tail else None))
