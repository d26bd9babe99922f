"""What the Hub or the network said, in plain words with the next step.

from deploy.hub_errors import explain
explain(error, "create the Space user/bears").next_step  # "Push `gallery` first: ..."
"""

import json
import re
from typing import Any

from deploy.errors import PushError
from deploy.redact import clean

NEW_TOKEN = (
    "Make one with write access at https://huggingface.co/settings/tokens, then set HF_TOKEN or run"
    " `hf auth login`."
)
WRITE_TOKEN = "Make one with write access at https://huggingface.co/settings/tokens and set it as HF_TOKEN."
GALLERY_FIRST = (
    "Push `gallery` first: it holds all apps, and runs on ZeroGPU, where two Spaces are free. Everything else"
    " takes a subscription (https://huggingface.co/pro) or hardware that is paid by the hour."
)
_BILLING = re.compile(r"billing|payment|credit card|prepaid|subscri", re.IGNORECASE)
# The client itself tries these six times, over half a minute.
_LARGE_FILE = re.compile(r"Error while uploading '(.*)' to the Hub|LFS batch API returned errors")
_TAKEN = re.compile(r"already (created|exist)|exists already|taken", re.IGNORECASE)
_CLIENT_HAS_TRIED = re.compile(r"/(commit|preupload|tree|paths-info)/|/info/lfs/")
_NEVER_TWICE = re.compile(r"/api/jobs/[^/]+$")  # it may have begun although no answer came, and it costs
_MOST_CHARACTERS = 400


def explain(error: Exception, what: str, *, repo_id: str | None = None) -> PushError:
    """Put what the client raised into a plain sentence and a next step.

    Args:
        error: from huggingface_hub or from below it.
        what: was being done, such as "pause user/bears".
        repo_id: the repository it was about.
    """
    problem, next_step = _explain(error, repo_id or "the repository")
    return PushError(clean(f"Could not {what}: {problem}."), clean(next_step))


def may_come_right(error: Exception) -> bool:
    """Say whether the same request may succeed in a moment.

    Args:
        error: from huggingface_hub or from below it.
    """
    import httpx2

    url = _url(error)
    if _CLIENT_HAS_TRIED.search(url):
        return False
    status = _status(error)
    if status is not None:
        return status in (408, 409, 429) or status >= 500
    if not isinstance(error, httpx2.TransportError):
        return False
    return isinstance(error, httpx2.ConnectError) or not _NEVER_TWICE.search(url)


def seconds_asked_for(error: Exception) -> float | None:
    """How long the Hub asks to be left alone, if it does.

    Args:
        error: from huggingface_hub or from below it.
    """
    from huggingface_hub.utils import parse_ratelimit_headers

    response = getattr(error, "response", None)
    if response is None:
        return None
    if (wait := response.headers.get("Retry-After", "")).isdigit():
        return float(wait)
    limit = parse_ratelimit_headers(response.headers) if response.status_code == 429 else None
    return float(limit.reset_in_seconds) if limit and limit.remaining == 0 else None


def _explain(error: Exception, repo_id: str) -> tuple[str, str]:
    import httpx2
    from huggingface_hub.errors import OfflineModeIsEnabled

    said = _said(error)
    match _status(error):
        case 401:
            return "the Hub does not accept the token", NEW_TOKEN
        case 402:
            return (
                f"the account has no subscription for this hardware (the Hub says: {said})",
                GALLERY_FIRST,
            )
        case 403 if _BILLING.search(said):
            return (
                f"the account cannot pay for it (the Hub says: {said})",
                "Add a payment method at https://huggingface.co/settings/billing, or choose free hardware.",
            )
        case 403 if "limit" in said:
            return (
                f"the account may have no more of them (the Hub says: {said})",
                "Delete one, put one on other hardware, or subscribe at https://huggingface.co/pro.",
            )
        case 403:
            return f"the token may not do that (the Hub says: {said})", WRITE_TOKEN
        case 404:
            return (
                f"the Hub has no {repo_id}, or the token may not see it",
                "Check the owner and the name; `push` creates a Space that is not there.",
            )
        case 409 if _TAKEN.search(said):
            return f"that name is taken (the Hub says: {said})", "Choose another."
        case 409:
            return (
                f"another change of {repo_id} is not finished (the Hub says: {said})",
                "Run this again in a minute: it goes on where it stopped.",
            )
        case 412:
            return (
                f"somebody else has pushed to {repo_id} meanwhile, and nothing was overwritten",
                "Look at what they pushed, then plan and push again.",
            )
        case 429:
            wait = seconds_asked_for(error)
            return "the Hub has had too many requests", f"Run this again in {wait or 300:g} seconds."
        case int(status) if status >= 500:
            return f"the Hub is in trouble (error {status})", (
                "Look at https://status.huggingface.co and run this again: it goes on where it stopped."
            )
        case int(status):
            return f"the Hub refused it (error {status}: {said})", "Put that right and run this again."
    if large := _LARGE_FILE.search(said):
        cause = error.__cause__
        why = f": {_explain(cause, repo_id)[0]}" if isinstance(cause, Exception) else ""
        return (
            f"the large file {large[1] or 'of this push'} did not arrive{why}",
            "Run this again: large files that did arrive are not sent again.",
        )
    if isinstance(error, (json.JSONDecodeError, LookupError, TypeError, AttributeError)):
        return (
            "the answer is not one that the Hub gives",
            "Check HF_ENDPOINT, and whether a proxy or the login page of a network is in between.",
        )
    if isinstance(error, OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set, so nothing is sent", "Run this without HF_HUB_OFFLINE."
    if isinstance(error, httpx2.TimeoutException):
        return "the Hub did not answer in time", "Run this again: it goes on where it stopped."
    if isinstance(error, httpx2.ConnectError):
        return "the Hub cannot be reached", "Check the connection (and HF_ENDPOINT) and run this again."
    if isinstance(error, httpx2.TransportError):
        return "the connection broke off", "Run this again: it goes on where it stopped."
    return f"{type(error).__name__}: {said}", "Put that right and run this again."


def _status(error: Exception) -> int | None:
    response = getattr(error, "response", None)
    return None if response is None else int(response.status_code)


def _url(error: Exception) -> str:
    try:
        request: Any = getattr(error, "request", None) or error.response.request  # type: ignore[attr-defined]
        return str(request.url).partition("?")[0]
    except (AttributeError, RuntimeError):  # one that never became a request
        return ""


def _said(error: Exception) -> str:
    """The Hub's own words, on one line; cleaned first, since half a secret is not known for one."""
    text = clean(getattr(error, "server_message", None) or str(error))
    return " ".join(text.split())[:_MOST_CHARACTERS].rstrip(".")
