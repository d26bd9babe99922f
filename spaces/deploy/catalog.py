"""What `apps/catalog.py` says of each app, as far as its Space needs it.

A row alone makes a Space: `spaces.toml` says only what differs. The list is run, not imported: it is the one
of the project that is staged, and it imports nothing. A project without one has the Spaces of its file alone.

    from deploy.catalog import read_catalog
    read_catalog(ROOT).apps["relu"].title  # "ReLU curve fitter"
"""

import runpy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.errors import PushError

GALLERY = "gallery"


@dataclass(frozen=True)
class Catalog:
    """The list of apps.

    Attributes:
        title: of all of them together, "" where there is no list.
        apps: the rows, by name.
    """

    title: str = ""
    apps: dict[str, Any] = field(default_factory=dict)

    def settings(self) -> dict[str, dict[str, Any]]:
        """Give each app's keys of spaces.toml, as far as its row says them, and those of the gallery."""
        if not self.apps:
            return {}
        gallery = {"title": self.title, "mounts": list(self.apps)}
        return {GALLERY: gallery} | {name: _settings_of(row) for name, row in self.apps.items()}


def read_catalog(root: Path) -> Catalog:
    """Read the list of a project.

    Args:
        root: the project.

    Raises:
        PushError: the list cannot be run.
    """
    path = root / "apps" / "catalog.py"
    if not path.is_file():
        return Catalog()
    try:
        said = runpy.run_path(str(path))
        return Catalog(said["TITLE"], {row.name: row for row in said["APPS"]})
    except Exception as error:
        raise PushError(f"apps/catalog.py is no list of apps: {error}.", "Put it right.") from error


def _settings_of(row: Any) -> dict[str, Any]:
    said = {
        "title": row.title,
        "emoji": row.emoji,
        "color_from": row.color_from,
        "color_to": row.color_to,
        "short_description": row.short,
        "models": list(row.models),
        "lesson": row.lessons[0],
    }
    return {key: value for key, value in said.items() if value not in ("", [])}
