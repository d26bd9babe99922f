"""The Hub, asked through its own client, with patience and with plain words.

`call` tries again what may come right by itself (too many requests, a server that is busy, a network that
breaks off) and turns everything else into a `PushError` that says what is wrong and what to do.

    from deploy.hub import Hub
    hub = Hub()                              # the token of HF_TOKEN or of `hf auth login`
    hub.account().name                       # "user"
    hub.call("pause user/bears", hub.api.pause_space, "user/bears")
"""

import inspect
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from deploy.errors import PushError
from deploy.hardware import FREE_HARDWARE
from deploy.hub_errors import NEW_TOKEN, WRITE_TOKEN, explain, may_come_right, seconds_asked_for
from deploy.redact import hide

T = TypeVar("T")
TRIES = 5
FIRST_WAIT_SECONDS = 1.0  # twice as long after each try
LONGEST_WAIT_SECONDS = 300  # a Hub that asks for a longer one is believed, and left alone
ANSWER_SECONDS = 120  # the client itself would wait for ever
_HOURS = {"second": 3600, "minute": 60, "hour": 1}


@dataclass(frozen=True)
class Account:
    """Whose token it is.

    Attributes:
        name: of the user.
        can_write: whether the token may change anything.
        is_pro: whether the account is paid for.
        orgs: names of the organisations that the user belongs to.
    """

    name: str
    can_write: bool
    is_pro: bool
    orgs: tuple[str, ...]


class Hub:
    """The Hub for one token.

    Attributes:
        api: the client, with the token.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        endpoint: str | None = None,
        say: Callable[[str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take a token; nothing is asked yet.

        Args:
            token: None for that of HF_TOKEN or of `hf auth login`.
            endpoint: None for HF_ENDPOINT, or the Hub.
            say: told what is waited for; by default that goes to stderr.
            sleep: waits so many seconds.

        Raises:
            PushError: there is no token.
        """
        from huggingface_hub import HfApi, get_token, set_client_factory

        token = token or get_token()
        if not token:
            raise PushError("There is no token for the Hugging Face Hub.", NEW_TOKEN)
        hide(token)
        set_client_factory(_patient_client)
        self.api = HfApi(endpoint=endpoint, token=token)
        self._say = say or (lambda text: print(text, file=sys.stderr))
        self._sleep = sleep
        self.account = cache(self._account)
        self.price_per_hour = cache(self._price_per_hour)

    def call(
        self,
        what: str,
        function: Callable[..., T],
        *args: Any,
        repo_id: str | None = None,
        tries: int = TRIES,
        **kw: Any,
    ) -> T:
        """Ask the Hub, again when that may help.

        Args:
            what: is being done, such as "pause user/bears", for messages.
            function: of `api`, or one that calls it.
            *args: for the function.
            repo_id: the repository it is about; given to the function when that takes one.
            tries: how often at most.
            **kw: for the function.

        Returns:
            What the function returns.

        Raises:
            PushError: with what is wrong and what to do.
        """
        if repo_id is not None and _takes_repo_id(function, args):
            kw["repo_id"] = repo_id
        wait = FIRST_WAIT_SECONDS
        for tried in range(1, tries + 1):
            try:
                return function(*args, **kw)
            except PushError:
                raise
            except Exception as error:
                asked_for = seconds_asked_for(error)
                pause = wait if asked_for is None else asked_for
                if tried == tries or pause > LONGEST_WAIT_SECONDS or not may_come_right(error):
                    raise self.explain(error, what, repo_id=repo_id) from None
                self._say(f"{explain(error, what).problem} Trying again in {pause:g} s ({tried} of {tries}).")
                self._sleep(pause)
                wait *= 2
        raise AssertionError("the last try returns or raises")

    def explain(self, error: Exception, what: str, *, repo_id: str | None = None) -> PushError:
        """Put what the client raised into plain words, without secrets.

        Args:
            error: from the client.
            what: was being done.
            repo_id: the repository it was about.
        """
        return explain(error, what, repo_id=repo_id)

    def is_free(self, owner: str) -> bool:
        """Say whether an owner is an account that is not paid for; what an organisation has is not known.

        Args:
            owner: a user or organisation.
        """
        return owner == self.account().name and not self.account().is_pro

    def check_may_write(self, repo_id: str) -> None:
        """Refuse to begin what this token may not do.

        Args:
            repo_id: what is to be written.

        Raises:
            PushError: the token only reads, or the repository would be somebody else's.
        """
        account, owner = self.account(), repo_id.partition("/")[0]
        if not account.can_write:
            raise PushError("The token may only read.", WRITE_TOKEN)
        if owner not in (account.name, *account.orgs):
            mine = ", ".join((account.name, *account.orgs))
            raise PushError(
                f"{repo_id} belongs to {owner}, and the token is {account.name}'s.",
                f"Choose an owner that this token may write to with --owner: {mine}.",
            )

    def _account(self) -> Account:
        """Say whose token it is, asked once."""

        def ask() -> Account:
            who = self.api.whoami()
            token = who.get("auth", {}).get("accessToken") or {}
            return Account(
                name=who["name"],
                can_write=_can_write(token),
                is_pro=bool(who.get("isPro")),
                orgs=tuple(org["name"] for org in who.get("orgs", [])),
            )

        return self.call("ask whose token this is", ask)

    def _price_per_hour(self, hardware: str) -> float | None:
        """What a Space on this hardware costs in dollars an hour, asked once; None when not known."""
        if hardware in FREE_HARDWARE:
            return 0.0
        for known in self.call("read the prices of hardware", self.api.list_spaces_hardware):
            if known.name == hardware and known.unit_label in _HOURS:
                return round(known.unit_cost_micro_usd * _HOURS[known.unit_label] / 1e6, 4)
        return None


def _patient_client() -> Any:
    """The client's own web client, which would wait for an answer for ever, with a limit to that."""
    import httpx2
    from huggingface_hub.utils._http import default_client_factory

    client = default_client_factory()
    client.timeout = httpx2.Timeout(ANSWER_SECONDS, connect=20)
    return client


def _takes_repo_id(function: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Whether a function has a parameter `repo_id` that the positional arguments leave free."""
    try:
        signature = inspect.signature(function)
        return "repo_id" in signature.parameters and "repo_id" not in signature.bind_partial(*args).arguments
    except (TypeError, ValueError):  # built-in functions tell nothing of themselves
        return False


def _can_write(token: dict[str, Any]) -> bool:
    """Read the role of a token; of one that is not known, the Hub itself decides later."""
    if token.get("role") != "fineGrained":
        return token.get("role") != "read"
    scopes = token.get("fineGrained", {})
    granted = [
        *scopes.get("global", []),
        *(p for scope in scopes.get("scoped", []) for p in scope["permissions"]),
    ]
    return any(permission in ("repo.write", "write-repos") for permission in granted)
