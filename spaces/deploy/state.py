"""A Space as it is on the Hub now: its files by hash, its settings, and what it is doing.

from deploy.state import read_space
now = read_space(hub, "user/bears")  # None when there is no such Space
now.stage, now.running_sha == now.head
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from deploy.errors import PushError
from deploy.space import Volume
from deploy.tree import TreeFile, read_tree

if TYPE_CHECKING:
    from huggingface_hub.hf_api import SpaceInfo

    from deploy.hub import Hub

T = TypeVar("T")


@dataclass(frozen=True)
class SpaceNow:
    """One Space as it is.

    Attributes:
        repo_id: "user/name".
        head: the newest commit.
        files: of that commit, by path.
        hardware: what it runs on, or None while it does not.
        requested_hardware: what it is to run on.
        sleep_time: seconds without a visitor until it sleeps; None is the hardware's own rule.
        variables: public settings by name.
        secrets: names; the Hub never tells values.
        volumes: folders from the Hub.
        private: whether only its owner sees it.
        stage: the Hub's word, such as "RUNNING".
        running_sha: the commit that answers visitors, as far as the Hub tells.
        url: of the running app.
    """

    repo_id: str
    head: str
    files: dict[str, TreeFile]
    hardware: str | None
    requested_hardware: str | None
    sleep_time: int | None
    variables: dict[str, str]
    secrets: tuple[str, ...]
    volumes: tuple[Volume, ...]
    private: bool
    stage: str
    running_sha: str | None
    url: str


def read_space(hub: "Hub", repo_id: str) -> SpaceNow | None:
    """Read all there is to know of a Space, without downloading a file.

    Args:
        hub: where to ask.
        repo_id: "user/name".

    Returns:
        None when there is no such Space, or the token may not see it.

    Raises:
        PushError: the Hub does not tell.
    """
    api = hub.api
    info = find_info(hub, repo_id)
    if info is None:
        return None
    runtime = hub.call(f"ask how {repo_id} is", api.get_space_runtime, repo_id=repo_id)
    variables = hub.call(f"read the variables of {repo_id}", api.get_space_variables, repo_id=repo_id)
    secrets = hub.call(f"read the names of secrets of {repo_id}", api.get_space_secrets, repo_id=repo_id)
    return SpaceNow(
        repo_id=repo_id,
        head=str(info.sha),
        files=read_tree(hub, repo_id, repo_type="space", revision=info.sha),
        hardware=plain(runtime.hardware),
        requested_hardware=plain(runtime.requested_hardware),
        sleep_time=runtime.sleep_time,
        variables={name: variable.value for name, variable in sorted(variables.items())},
        secrets=tuple(sorted(secrets)),
        volumes=tuple(_volume(volume) for volume in runtime.volumes or ()),
        private=bool(info.private),
        stage=str(plain(runtime.stage)),
        running_sha=runtime.raw.get("sha"),
        url=app_url(hub, info),
    )


def require_space(hub: "Hub", repo_id: str) -> SpaceNow:
    """Read a Space that must be there.

    Args:
        hub: where to ask.
        repo_id: "user/name".

    Raises:
        PushError: there is none, or the Hub does not tell.
    """
    return _there(read_space(hub, repo_id), repo_id)


def require_info(hub: "Hub", repo_id: str) -> "SpaceInfo":
    """Ask for what the Hub tells at first sight of a Space that must be there: one request.

    Args:
        hub: where to ask.
        repo_id: "user/name".

    Raises:
        PushError: there is none, or the Hub does not tell.
    """
    return _there(find_info(hub, repo_id), repo_id)


def app_url(hub: "Hub", info: "SpaceInfo") -> str:
    """The address of the running app, or the Space's page while the Hub tells none.

    Args:
        hub: which Hub.
        info: of the Space.
    """
    return info.host or space_url(hub, info.id)


def space_url(hub: "Hub", repo_id: str) -> str:
    """The page of a Space on the Hub.

    Args:
        hub: which Hub.
        repo_id: "user/name".
    """
    return f"{hub.api.endpoint}/spaces/{repo_id}"


def find_info(hub: "Hub", repo_id: str) -> "SpaceInfo | None":
    """Ask for what the Hub tells of a Space at first sight; None when there is none.

    Args:
        hub: where to ask.
        repo_id: "user/name".

    Raises:
        PushError: the Hub does not tell.
    """
    from huggingface_hub.errors import HfHubHTTPError

    def look() -> "SpaceInfo | None":
        try:
            return hub.api.space_info(repo_id)
        except HfHubHTTPError as error:
            if error.response.status_code == 404:
                return None
            raise

    return hub.call(f"look at {repo_id}", look, repo_id=repo_id)


def plain(value: Any) -> str | None:
    """Give the client's enumerations as text; the Hub may answer with a word that they lack.

    Args:
        value: a stage or hardware, or None.
    """
    return None if value is None else str(getattr(value, "value", value))


def _there(found: T | None, repo_id: str) -> T:
    if found is None:
        raise PushError(f"The Hub has no Space {repo_id}, or the token may not see it.", "Push it first.")
    return found


def _volume(volume: Any) -> Volume:
    """A volume with what the Hub fills in: repositories are read only."""
    read_only = volume.type != "bucket" if volume.read_only is None else volume.read_only
    return Volume(volume.type, volume.source, volume.mount_path, bool(read_only), volume.revision)
