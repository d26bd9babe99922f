"""What a push would change: files and settings, compared with the Space as it is.

Files are compared by hash; only a text file that has changed is downloaded, to show how.

    from deploy.plan import make_plan
    plan = make_plan(hub, space, Path("build/spaces/bears"), repo_id="user/bears")
    plan.is_empty, [change.path for change in plan.files]
"""

import difflib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from deploy.hardware import PRO_HARDWARE
from deploy.history import Entry, not_ours, read_history
from deploy.space import Space, Volume
from deploy.state import SpaceNow, read_space
from deploy.tree import is_same, local_files

if TYPE_CHECKING:
    from deploy.hub import Hub

KEPT = (".gitattributes",)  # the Hub's own: says which files are large
LARGEST_DIFF = 200_000  # bytes; the two versions of a larger text are not compared line by line


@dataclass(frozen=True)
class FileChange:
    """One file that a push would change.

    Attributes:
        path: in the Space.
        kind: what happens to it.
        size: in bytes afterwards; 0 when it is removed.
        size_before: in bytes now; 0 when it is added.
        diff: of a changed text, in unified form.
    """

    path: str
    kind: Literal["added", "changed", "removed"]
    size: int = 0
    size_before: int = 0
    diff: str = ""


@dataclass(frozen=True)
class SettingChange:
    """One setting that a push would change; None is "not set"."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Plan:
    """What a push would do to one Space.

    Attributes:
        repo_id: "user/name".
        space: as it is wished for.
        folder: the staged files.
        now: as it is, or None when it is not there.
        files: that change.
        settings: that change.
        secrets: names of those to be set.
        other_secrets: names of those that are set and that spaces.toml does not name; they stay.
        price_per_hour: in dollars while it runs; None when the Hub does not tell it.
        history: its commits, the newest first.
        needs_pro: whether the Hub will refuse the hardware to a free account.
    """

    repo_id: str
    space: Space
    folder: Path
    now: SpaceNow | None
    files: tuple[FileChange, ...]
    settings: tuple[SettingChange, ...]
    secrets: tuple[str, ...]
    other_secrets: tuple[str, ...]
    price_per_hour: float | None
    history: tuple[Entry, ...] = ()
    needs_pro: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return self.now is not None and not (self.files or self.settings or self.secrets)

    @property
    def theirs(self) -> list[Entry]:
        """The commits of others that the new files would take away."""
        return not_ours(self.history) if self.files else []

    @property
    def sleep_time(self) -> int | None:
        """The sleep time to ask for: only hardware that costs has one."""
        return self.space.sleep_time if self.space.is_paid else None


def make_plan(
    hub: "Hub", space: Space, folder: Path, *, repo_id: str, renew_secrets: bool = False, diffs: bool = True
) -> Plan:
    """Compare a staged folder and its settings with the Space as it is.

    Args:
        hub: where to ask.
        space: as it is wished for.
        folder: from `stage_space`.
        repo_id: "user/name".
        renew_secrets: set every secret anew: the Hub does not tell whether a value is still the same.
        diffs: download changed texts and compare them line by line.

    Raises:
        PushError: the Hub does not tell.
    """
    now = read_space(hub, repo_id)
    known = now.secrets if now else ()
    return Plan(
        repo_id=repo_id,
        space=space,
        folder=folder,
        now=now,
        files=tuple(_file_changes(hub, now, folder, repo_id, diffs=diffs)),
        settings=tuple(_setting_changes(now, space)),
        secrets=tuple(name for name in space.secrets if renew_secrets or name not in known),
        other_secrets=tuple(name for name in known if name not in space.secrets),
        price_per_hour=hub.price_per_hour(space.hardware),
        history=tuple(read_history(hub, repo_id, running=now.running_sha) if now else ()),
        needs_pro=space.hardware == PRO_HARDWARE
        and (now.requested_hardware or now.hardware if now else None) != PRO_HARDWARE
        and hub.is_free(repo_id.partition("/")[0]),
    )


def _file_changes(
    hub: "Hub", now: SpaceNow | None, folder: Path, repo_id: str, *, diffs: bool
) -> Iterator[FileChange]:
    there = now.files if now else {}
    ours = local_files(folder)
    for path in sorted({*there, *ours}):
        file, local = there.get(path), ours.get(path)
        if local is None and file is not None:
            if path not in KEPT:
                yield FileChange(path, "removed", size_before=file.size)
        elif local is not None and file is None:
            yield FileChange(path, "added", local.stat().st_size)
        elif local is not None and file is not None and not is_same(file, local):
            small = (
                diffs and now and not file.is_large and max(file.size, local.stat().st_size) <= LARGEST_DIFF
            )
            diff = _diff(hub, repo_id, path, local, revision=now.head) if now and small else ""
            yield FileChange(path, "changed", local.stat().st_size, file.size, diff)


def _diff(hub: "Hub", repo_id: str, path: str, local: Path, *, revision: str) -> str:
    """How a text has changed; nothing for what is no text."""
    with tempfile.TemporaryDirectory() as cache:
        before = hub.call(
            f"read {path} of {repo_id}",
            hub.api.hf_hub_download,
            repo_id,
            path,
            repo_type="space",
            revision=revision,
            cache_dir=cache,
        )
        try:
            old, new = (file.read_text("utf-8").splitlines() for file in (Path(before), local))
        except UnicodeDecodeError:
            return ""
    return "\n".join(difflib.unified_diff(old, new, f"{path} now", f"{path} then", n=2, lineterm=""))


def _setting_changes(now: SpaceNow | None, space: Space) -> Iterator[SettingChange]:
    """What differs. Of a Space that is not there, all that is not a default."""
    hardware = (now.requested_hardware or now.hardware) if now else None
    if hardware != space.hardware:
        yield SettingChange("hardware", hardware, space.hardware)
    # Free hardware has a rule of its own, and a Space that never sleeps has no number.
    sleep_time = now.sleep_time if now else None
    if space.is_paid and (now is None or _or_never(sleep_time) != _or_never(space.sleep_time)):
        yield SettingChange("sleep time", sleep_time, space.sleep_time)
    private = now.private if now else False
    if private != space.private:
        yield SettingChange("private", private, space.private)
    variables = now.variables if now else {}
    for name in sorted({*variables, *space.variables}):
        before, after = variables.get(name), space.variables.get(name)
        if before != after:
            yield SettingChange(f"variable {name}", before, after)
    volumes = now.volumes if now else ()
    if _by_path(volumes) != _by_path(space.volumes):
        yield SettingChange("volumes", _shown(volumes), _shown(space.volumes))


def _or_never(sleep_time: int | None) -> int | None:
    return None if sleep_time in (None, -1) else sleep_time


def _by_path(volumes: tuple[Volume, ...]) -> dict[str, Volume]:
    return {volume.mount_path: volume for volume in volumes}


def _shown(volumes: tuple[Volume, ...]) -> list[str] | None:
    """Volumes in short, as the Hub's own command line writes them."""
    return [_volume_text(volume) for volume in volumes] or None


def _volume_text(volume: Volume) -> str:
    revision = f"@{volume.revision}" if volume.revision else ""
    mode = "ro" if volume.read_only else "rw"
    return f"{volume.kind}s/{volume.source}{revision}:{volume.mount_path}:{mode}"
