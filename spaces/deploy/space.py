"""A Space as it is wished for: what `deploy.config` reads from spaces.toml and all other modules work with.

from deploy.space import Space
Space(name="relu", app="relu", title="ReLU curve fitter", hardware="t4-small").is_paid  # True
"""

from dataclasses import dataclass, field
from typing import Any

from deploy.hardware import FREE_HARDWARE


@dataclass(frozen=True)
class Volume:
    """Something on the Hub that a Space sees as a folder.

    Attributes:
        kind: "bucket", "model", "dataset" or "space".
        source: "user/name".
        mount_path: where the Space sees it, such as "/models".
        read_only: always true for a repository.
        revision: of a repository; None is its main branch.
    """

    kind: str
    source: str
    mount_path: str
    read_only: bool
    revision: str | None = None


@dataclass(frozen=True)
class Space:
    """One Space as it is wished for.

    Attributes:
        name: of its table in spaces.toml.
        app: a file in `apps/`, without `.py`.
        title: what visitors read at its top.
        emoji: one.
        color_from: of its card on the Hub.
        color_to: of its card on the Hub.
        short_description: 60 characters at most.
        hardware: one of HARDWARE.
        sleep_time: seconds without a visitor until it sleeps; -1 is never, None the hardware's own rule.
        volumes: folders from the Hub.
        python_version: such as "3.12".
        variables: public settings by name.
        secrets: names only; the values come from the environment.
        models: what is there before the app starts: a line as `preload_from_hub` has it, or the name of a
            model in shared/artifacts/artifacts.toml.
        oauth: whether visitors can sign in.
        tags: for the Hub's search.
        private: whether only its owner sees it.
        packages: of Debian, that the app needs.
        repo: the repository's name, without the owner.
        lesson: the Space's place among the others.
        checks: arguments for the smoke test, by endpoint; an endpoint that is not named gets its defaults.
        mounts: Spaces whose apps it serves too, each under its name: their checks are among its own.
    """

    name: str
    app: str
    title: str
    emoji: str = "🎓"
    color_from: str = "blue"
    color_to: str = "gray"
    short_description: str = ""
    hardware: str = "cpu-basic"
    sleep_time: int | None = None
    volumes: tuple[Volume, ...] = ()
    python_version: str = "3.12"
    variables: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    oauth: bool = False
    tags: tuple[str, ...] = ()
    private: bool = False
    packages: tuple[str, ...] = ()
    repo: str = ""
    lesson: int = 0
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)
    mounts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.repo:
            object.__setattr__(self, "repo", self.name)

    @property
    def is_paid(self) -> bool:
        """Whether its hardware costs money by the hour."""
        return self.hardware not in FREE_HARDWARE


@dataclass(frozen=True)
class CollectionWish:
    """The collection of all Spaces: its title on the Hub, and what it says below it."""

    title: str
    description: str = ""


@dataclass(frozen=True)
class Config:
    """All of spaces.toml: the Spaces in the order of their lessons, their collection, and whose they are."""

    spaces: dict[str, Space]
    collection: CollectionWish
    owner: str | None = None
