"""The smoke test: call every public endpoint of a running app once, as its users do, through `gradio_client`.

The arguments come from the Space's `checks` in spaces.toml; an endpoint that is not named there is called
with its own defaults. Some tables mean more than they say:

- `{ file = "shared/vision/examples/fox.jpg" }` in the place of a value sends that file of the project, and
  `{ file = "ratings.csv", text = "..." }` a file of that name with this text;
- `expect = { refusal = "words" }` among the arguments wants the call refused, with these words: for what
  would take minutes, such as a training.

A name with a path, "recommender/search", is an endpoint of an app that is mounted under that path.

    from deploy.smoke import check_endpoints
    results = check_endpoints("http://127.0.0.1:7860", token=None, checks={"search": {"query": "heat"}})
    all(result.ok for result in results)
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy import ROOT
from deploy.redact import clean, hide

SECONDS_FOR_A_CALL = 180  # a forest of many trees on the smallest hardware, while others are served
EXPECT, REFUSAL, FILE, TEXT = "expect", "refusal", "file", "text"
_MOST_CHARACTERS = 500  # of what an app answered to a call that failed

Checks = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class EndpointResult:
    """One endpoint, called once.

    Attributes:
        name: as in the checks, without a slash at the front.
        seconds: how long the answer took.
        ok: whether it was what was wanted.
        problem: one sentence when it was not, otherwise "".
    """

    name: str
    seconds: float
    ok: bool
    problem: str = ""


class _CheckError(Exception):
    """Why one check failed, in a sentence."""


def check_endpoints(
    url: str, *, token: str | None, checks: Checks, seconds: float = SECONDS_FOR_A_CALL
) -> list[EndpointResult]:
    """Call every public endpoint of the app at an address.

    Args:
        url: of the running app.
        token: for a private Space; a public one is asked without any.
        checks: arguments by endpoint.
        seconds: how long one call may take.

    Returns:
        One result for each endpoint, in the app's order; then the checks for which there is no endpoint, as
        failures. An app that cannot be reached is one failure under its path.
    """
    mounts: dict[str, Checks] = {}
    for name, arguments in checks.items():
        path, _, endpoint = name.rpartition("/")
        mounts.setdefault(path, {})[endpoint] = arguments
    return [
        result
        for path, of_app in (mounts or {"": {}}).items()
        for result in _check_app(url.rstrip("/"), path, token=token, checks=of_app, seconds=seconds)
    ]


def tell_failures(results: list[EndpointResult]) -> tuple[str, str]:
    """Say which endpoints failed, and why; two empty texts when none did.

    Args:
        results: from `check_endpoints`.
    """
    failed = [result for result in results if not result.ok]
    names = ", ".join(result.name or "the app" for result in failed)
    told = f"{len(failed)} of {len(results)} endpoints failed: {names}" if failed else ""
    return told, "\n".join(f"{result.name or 'the app'}: {result.problem}" for result in failed)


def _check_app(
    url: str, path: str, *, token: str | None, checks: Checks, seconds: float
) -> Iterator[EndpointResult]:
    """Check one app: all of the Space, or what is mounted under a path."""
    begun = time.monotonic()
    address, prefix = (f"{url}/{path}/", f"{path}/") if path else (f"{url}/", "")
    try:
        with _connect(address, token) as client:
            endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
            public = {name.removeprefix("/"): info["parameters"] for name, info in endpoints.items()}
            if not public:
                yield _failure(path, begun, f"{address} has no public endpoint: the app did not start whole.")
            for endpoint, parameters in public.items():
                yield _check_endpoint(client, prefix, endpoint, parameters, checks.get(endpoint), seconds)
            for endpoint in checks.keys() - public.keys():
                known = ", ".join(public) or "none"
                yield EndpointResult(
                    prefix + endpoint, 0, False, f"The app has no such endpoint; it has: {known}."
                )
    except _CheckError as error:
        yield _failure(path, begun, str(error))


@contextmanager
def _connect(address: str, token: str | None) -> Iterator[Any]:
    """Connect to an app, and let go of it at the end."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # an argument alone does not switch it off
    from gradio_client import Client

    # Without a token the client would send the one it finds on this machine, to any address.
    credentials: dict[str, Any] = {"token": token or False}
    if token:
        hide(token)
        credentials["headers"] = {"Authorization": f"Bearer {token}"}
    try:
        client = Client(address, verbose=False, download_files=False, analytics_enabled=False, **credentials)
    except Exception as error:  # the client passes on whatever its web client and its parsers raise
        raise _CheckError(f"{address} does not answer as a Gradio app ({_shown(error)}).") from None
    try:
        yield client
    finally:
        client.close()


def _check_endpoint(
    client: Any,
    prefix: str,
    endpoint: str,
    parameters: list[dict[str, Any]],
    check: dict[str, Any] | None,
    seconds: float,
) -> EndpointResult:
    """Call one endpoint and judge its answer."""
    begun = time.monotonic()
    given = dict(check or {})
    refusal = str(given.pop(EXPECT, {}).get(REFUSAL, ""))
    name = prefix + endpoint
    try:
        _check_arguments(parameters, given)
        with TemporaryDirectory(prefix="lessons-smoke-") as folder:
            sent = {key: _value(value, Path(folder)) for key, value in given.items()}
            _call(client, endpoint, sent, refusal, seconds)
    except _CheckError as error:
        return _failure(name, begun, str(error))
    return EndpointResult(name, time.monotonic() - begun, True)


def _check_arguments(parameters: list[dict[str, Any]], given: dict[str, Any]) -> None:
    """Hold the arguments against the endpoint's own description."""
    names = [parameter["parameter_name"] for parameter in parameters]
    unknown = [key for key in given if key not in names]
    if unknown:
        raise _CheckError(f"It takes no argument {unknown[0]!r}; it takes: {', '.join(names) or 'none'}.")
    missing = [
        parameter["parameter_name"]
        for parameter in parameters
        if not parameter["parameter_has_default"] and parameter["parameter_name"] not in given
    ]
    if missing:
        raise _CheckError(
            f"It needs a value for {', '.join(missing)}: write one into the Space's checks (spaces.toml, or "
            "the notebook's cell that begins with #| checks)."
        )


def _call(client: Any, endpoint: str, arguments: dict[str, Any], refusal: str, seconds: float) -> None:
    """Call an endpoint; `refusal` are the words of a refusal that is wanted, if any."""
    from gradio_client.exceptions import AppError

    job = None
    try:
        job = client.submit(api_name=f"/{endpoint}", **arguments)
        job.result(timeout=seconds)
    except (TimeoutError, CancelledError):
        if job is not None:
            job.cancel()
        raise _CheckError(f"It did not answer within {seconds:.0f} seconds.") from None
    except AppError as error:
        if not refusal or refusal not in str(error):
            raise _CheckError(f"It answered with an error: {_shown(error)}") from None
        return
    except Exception as error:  # network, decoding, a crash of the app half way
        raise _CheckError(f"The call failed ({_shown(error)}).") from None
    if refusal:
        raise _CheckError(f"It answered, where a refusal with the words {refusal!r} was wanted.")


def _value(value: Any, folder: Path) -> Any:
    """Put a file in the place of a table that names one; `folder` is for those that are only text."""
    if isinstance(value, list):
        return [_value(part, folder) for part in value]
    if not isinstance(value, dict) or value.keys() not in ({FILE}, {FILE, TEXT}):
        return value
    from gradio_client import handle_file

    path = ROOT / str(value[FILE])
    if TEXT in value:
        path = folder / path.name
        path.write_text(str(value[TEXT]), "utf-8")
    if not path.is_file():
        raise _CheckError(f"The project has no file {value[FILE]}: name another in the Space's checks.")
    return handle_file(path)


def _failure(name: str, begun: float, problem: str) -> EndpointResult:
    return EndpointResult(name or "/", time.monotonic() - begun, False, problem)


def _shown(error: BaseException) -> str:
    """What an error says, on one line, without the token whatever the app did with it."""
    text = " ".join(clean(str(error)).split()) or type(error).__name__  # cleaned first: spaces may be part
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
