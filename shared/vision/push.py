"""Push a trained model to the Hugging Face Hub: the repository, and one commit with the artifact's files.

    push_model("my_model", "user/bears")                  # with the token in HF_TOKEN
    push_model(folder, "user/bears", token=token)         # with the token of a visitor who logged in

The files are checked first, so nothing but a model that this project wrote, and never a pickle, is pushed.
"""

import logging
import re
from pathlib import Path

from shared.artifacts import read_folder
from shared.errors import InputError

MAX_NAME_CHARACTERS = 96  # the Hub's own limit
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,94}[A-Za-z0-9]|[A-Za-z0-9]")

_log = logging.getLogger("lessons")


def push_model(
    folder: str | Path,
    repo_id: str,
    *,
    token: str | None = None,
    private: bool = False,
    endpoint: str | None = None,
) -> str:
    """Create the repository when it is not there, and commit the model to it.

    Args:
        folder: what training wrote.
        repo_id: "user/name", or only the name for the account of the token.
        token: of the account; without one, what huggingface_hub finds: HF_TOKEN, or a log-in.
        private: whether only that account may see a new repository.
        endpoint: another Hub.

    Returns:
        The repository's address.

    Raises:
        InputError: the name cannot be used, or the Hub refused or did not answer.
    """
    import httpx2
    from huggingface_hub import CommitOperationAdd, HfApi
    from huggingface_hub.errors import HfHubHTTPError

    if not all(is_repo_name(part) for part in repo_id.split("/", 1)):
        raise InputError(
            f"{repo_id[:60]!r} cannot be the name of a model on the Hub. Use letters, figures, - and _ only, "
            f"at most {MAX_NAME_CHARACTERS}."
        )
    artifact = read_folder(folder)
    names = ["config.json", *artifact.config["files"]]
    api = HfApi(endpoint=endpoint, token=token)
    try:
        repo = api.create_repo(repo_id, private=private, exist_ok=True)
        api.create_commit(
            repo.repo_id,
            [CommitOperationAdd(name, str(artifact.path(name))) for name in names],
            commit_message="Push a classifier trained on photos",
        )
    except HfHubHTTPError as error:
        _log.warning("pushing a model: %s", type(error).__name__, exc_info=True)
        raise InputError(_explain(error.response.status_code if error.response is not None else 0)) from error
    except (httpx2.HTTPError, OSError, ValueError) as error:  # no network, or no token
        _log.warning("pushing a model: %s", type(error).__name__, exc_info=True)
        raise InputError(
            "The Hugging Face Hub could not be reached, or there is no token. Log in again, or try later."
        ) from error
    return str(repo)


def is_repo_name(text: str) -> bool:
    """Say whether the Hub takes a text as the name of a repository."""
    return bool(_NAME.fullmatch(text)) and not text.endswith(".git") and "--" not in text


def _explain(status: int) -> str:
    match status:
        case 401 | 403:
            return "The Hub does not let this account write there. Log in again and allow the app to write."
        case 402:
            return "The Hub asks for a paid plan to store this. Choose a public model, or look at your plan."
        case 409 | 412:
            return "Somebody changed this model on the Hub just now. Try again."
        case 429:
            return "The Hub takes no more requests from this account for a while. Try again in an hour."
        case _:
            return "The Hub did not take the model. Try again in a few minutes."
