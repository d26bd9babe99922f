"""Reading a model repository on the Hugging Face Hub, without ever letting the Hub hold up the app.

The official client retries for minutes when the Hub is slow. Here everything runs in a thread that the app
waits for only so long (`HUB_ANSWER_SECONDS`, `HUB_WAIT_SECONDS`). A download that is merely slow goes on
behind the started app and is there at the next start. Importing this module imports the client, so
`shared.artifacts` does it only when a repository is asked for. Endpoint, cache folder, token and offline
mode are the client's own settings (HF_ENDPOINT, HF_HUB_CACHE, HF_TOKEN, HF_HUB_OFFLINE).

    from shared.artifacts.hub import HubRepo, wait_for
    repo = HubRepo("user/repo", "0123456789abcdef0123456789abcdef01234567")
    config = wait_for(repo, lambda: repo.fetch("config.json", max_bytes=MB, check=read_config))
"""

import errno
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import huggingface_hub
from huggingface_hub import errors as hub_errors
from huggingface_hub.utils import tqdm as hub_tqdm

from shared import limits

logger = logging.getLogger(__name__)
T = TypeVar("T")

COMMIT = re.compile(r"[0-9a-f]{40}")
_TRY_AGAIN = "restart the app to try again"
_TOO_LARGE = ("The chosen model is larger than allowed", "choose a smaller model")


class HubError(Exception):
    """A repository could not be read: `reason` and `fix` are two halves of one plain sentence."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(f"{reason}; {fix}.")
        self.reason = reason
        self.fix = fix


class _DamagedDownloadError(HubError):
    """What arrived is not what was announced; a second try may help."""


class HubRepo:
    """The files of one model repository at one revision, kept in the client's own cache.

    Attributes:
        repo_id: "user/repo".
        revision: a full commit; a branch or tag becomes the commit it stands for at the first fetch.
        answered: set as soon as the Hub (or the cache) has answered once.
    """

    def __init__(self, repo_id: str, revision: str) -> None:
        self.repo_id = repo_id
        self.revision = revision
        self.answered = threading.Event()
        self._stop_at = time.monotonic() + limits.HUB_GIVE_UP_SECONDS
        # Read now rather than when the client was imported: a setting made in between counts.
        self._endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or None
        self._cache_dir = os.environ.get("HF_HUB_CACHE") or None

    def fetch(self, filename: str, *, max_bytes: int, check: Callable[[Path], T]) -> T:
        """Bring one file and return what `check` makes of it; damaged, it is deleted and brought once more.

        Args:
            filename: name in the repository.
            max_bytes: a larger file is refused before it is downloaded.
            check: reads the file at the given path; raises ValueError when it is not as it should be.

        Raises:
            HubError: the file cannot be had.
            ValueError: from `check`, for the second time.
        """
        try:
            return check(self._bring(filename, max_bytes))
        except (ValueError, _DamagedDownloadError) as error:
            self._delete_cached(filename)
            if huggingface_hub.is_offline_mode():
                raise
            logger.warning("%s of %s is damaged, downloading it again: %s", filename, self.repo_id, error)
        return check(self._bring(filename, max_bytes, again=True))

    def _bring(self, filename: str, max_bytes: int, again: bool = False) -> Path:
        """The path of one file in the cache, downloaded when it is not there yet (or `again`)."""
        pinned = COMMIT.fullmatch(self.revision) is not None
        try:
            path = self._find_cached(filename) if pinned and not again else None
            path = path or self._download(filename, max_bytes, again)
        except (hub_errors.RevisionNotFoundError, hub_errors.RemoteEntryNotFoundError) as error:
            raise self._explain(error) from error
        except Exception as error:
            # A branch while the Hub is out of reach: what the branch stood for last time will do.
            cached = None if pinned or again else self._find_cached(filename)
            if cached is None:
                if isinstance(error, HubError):
                    raise
                raise self._explain(error) from error
            path = cached
        finally:
            self.answered.set()
        self.revision = path.parent.name  # from now on every file comes from this very commit
        return path

    def _download(self, filename: str, max_bytes: int, again: bool) -> Path:
        if huggingface_hub.is_offline_mode():
            raise HubError(
                "The chosen model is not on this computer and the app is set to work offline",
                "restart the app once with a connection and without HF_HUB_OFFLINE",
            )
        # The size first: this request is not retried, so that a Hub that is down is noticed at once.
        size = self._ask(filename).size
        self.answered.set()
        if size is not None and size > max_bytes:
            raise HubError(*_TOO_LARGE)
        return Path(
            huggingface_hub.hf_hub_download(
                self.repo_id,
                filename,
                revision=self.revision,
                endpoint=self._endpoint,
                cache_dir=self._cache_dir,
                etag_timeout=limits.HUB_ANSWER_SECONDS,
                force_download=again,
                tqdm_class=_guard(max_bytes, self._stop_at),
            )
        )

    def _ask(self, filename: str) -> huggingface_hub.HfFileMetadata:
        url = huggingface_hub.hf_hub_url(
            self.repo_id, filename, revision=self.revision, endpoint=self._endpoint
        )
        return huggingface_hub.get_hf_file_metadata(
            url, timeout=limits.HUB_ANSWER_SECONDS, endpoint=self._endpoint
        )

    def _find_cached(self, filename: str) -> Path | None:
        try:
            return Path(
                huggingface_hub.hf_hub_download(
                    self.repo_id,
                    filename,
                    revision=self.revision,
                    cache_dir=self._cache_dir,
                    local_files_only=True,
                )
            )
        except OSError:  # the client's LocalEntryNotFoundError is one; so is a cache that cannot be read
            return None

    def _delete_cached(self, filename: str) -> None:
        """Remove the file's entry in the cache and the content it points to."""
        with suppress(OSError):  # a read-only cache stays as it is; the download then says so
            path = self._find_cached(filename)
            if path is None:
                return
            if path.is_symlink():
                (path.parent / os.readlink(path)).unlink(missing_ok=True)
            path.unlink(missing_ok=True)

    def _explain(self, error: BaseException) -> HubError:
        """Put what the client raised into one plain sentence."""
        for cause in _causes(error):
            match cause:
                case hub_errors.RevisionNotFoundError():
                    return HubError(
                        f"The chosen version of {self.repo_id} is no longer on the Hugging Face Hub",
                        "choose another version and restart the app",
                    )
                case hub_errors.RepositoryNotFoundError():
                    return HubError(
                        f"The model {self.repo_id} does not exist on the Hugging Face Hub, or is private",
                        "check its name, or set HF_TOKEN, and restart the app",
                    )
                case hub_errors.RemoteEntryNotFoundError():
                    return HubError(
                        f"A file is missing from the model {self.repo_id} on the Hugging Face Hub",
                        "choose a model that this project's training command wrote",
                    )
                case hub_errors.HfHubHTTPError():
                    return HubError(
                        f"The Hugging Face Hub answered with error {cause.response.status_code}", _TRY_AGAIN
                    )
                case hub_errors.LocalEntryNotFoundError():
                    continue  # says only that there is no copy either; what it was raised from says why
                case hub_errors.FileMetadataError():
                    return HubError(
                        "Something other than the Hugging Face Hub answered in its place",
                        "check HF_ENDPOINT and the connection and restart the app",
                    )
                case httpx2.TimeoutException():
                    return HubError("The Hugging Face Hub did not answer in time", _TRY_AGAIN)
                case httpx2.RemoteProtocolError():
                    return HubError("The download of the chosen model kept breaking off", _TRY_AGAIN)
                case httpx2.TransportError():
                    return HubError(
                        "The Hugging Face Hub could not be reached",
                        "check the connection and restart the app",
                    )
                case OSError(errno=errno.ENOSPC | errno.EDQUOT):
                    return HubError(
                        "There is no room left on the disk for the chosen model",
                        "free some space and restart the app",
                    )
                case OSError(errno=errno.EROFS | errno.EACCES | errno.EPERM):
                    return HubError(
                        "The chosen model cannot be saved because the cache folder is read-only",
                        "set HF_HOME to a folder that can be written and restart the app",
                    )
                case OSError(errno=None):  # the client's own check: fewer bytes than announced
                    return _DamagedDownloadError("The chosen model arrived damaged twice", _TRY_AGAIN)
        return HubError("The chosen model could not be loaded from the Hugging Face Hub", _TRY_AGAIN)


def wait_for(repo: HubRepo, task: Callable[[], T]) -> T:
    """Run `task` in a thread and return its result, or give up waiting for it.

    Raises:
        HubError: no answer at all within 2 x HUB_ANSWER_SECONDS, or no result within HUB_WAIT_SECONDS.
        Exception: whatever `task` raises.
    """
    done = threading.Event()
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(task())
        except BaseException as error:
            failure.append(error)
        finally:
            repo.answered.set()
            done.set()

    started = time.monotonic()
    # A daemon: a download that hangs never keeps the process alive.
    threading.Thread(target=run, name=f"hub {repo.repo_id}", daemon=True).start()
    if not repo.answered.wait(2 * limits.HUB_ANSWER_SECONDS):
        raise HubError("The Hugging Face Hub did not answer in time", _TRY_AGAIN)
    if not done.wait(limits.HUB_WAIT_SECONDS - (time.monotonic() - started)):
        seconds = f"{limits.HUB_WAIT_SECONDS:g} seconds"
        raise HubError(
            f"The chosen model did not arrive from the Hugging Face Hub within {seconds}",
            "it may be ready when the app is restarted",
        )
    if failure:
        raise failure[0]
    return result[0]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception, then what it was raised from, and so on."""
    while error is not None:
        yield error
        error = error.__cause__


def _guard(max_bytes: int, stop_at: float) -> type[hub_tqdm]:
    """A silent progress bar that stops a download that is too large or goes on for ever.

    The client resumes without end as long as each try brings a few bytes, and believes the announced size.
    """

    class Guard(hub_tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": True})
            self._bytes = int(kwargs.get("initial") or 0)

        def update(self, n: float | None = 1) -> bool | None:
            self._bytes += int(n or 0)
            if self._bytes > max_bytes:
                raise HubError(*_TOO_LARGE)
            if time.monotonic() > stop_at:
                raise HubError("The chosen model took too long to arrive", _TRY_AGAIN)
            return super().update(n)

    return Guard
