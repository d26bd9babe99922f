"""Under which terms the files of a Space are: the project's own licence, and those of what others made.

from deploy.licences import licence_fields
licence_fields(["apps/bears.py", "shared/vision/examples/fox.jpg"])  # {"license": "other", ...}
"""

from collections.abc import Iterable
from dataclasses import dataclass

CODE = "apache-2.0"
FILE = "LICENSE.md"  # the Hub links to a file of this name alone
_CODE_TEXT = "The code is under the [Apache License 2.0](https://www.apache.org/licenses/LICENSE-2.0)."


@dataclass(frozen=True)
class Part:
    """What somebody else made: where it is, its licence in short, and in a sentence for the README."""

    folders: tuple[str, ...]
    name: str
    text: str


PARTS = (
    Part(
        ("shared/vision/examples/",),
        "gpl-2.0-pictures",
        "The example pictures are Tux Paint's, under the GPL 2: see `shared/vision/examples/NOTICE.md`.",
    ),
    Part(
        ("shared/collab/", "shared/embeddings/"),
        "non-commercial-movielens-data",
        "What knows films is trained on MovieLens small and shows parts of it. MovieLens may be used for"
        " non-commercial purposes, under [GroupLens' terms](https://grouplens.org/datasets/movielens/).",
    ),
)


def licence_fields(paths: Iterable[str]) -> dict[str, str]:
    """What the Hub is told of the licence.

    Args:
        paths: the files of a Space.
    """
    parts = _parts(paths)
    if not parts:
        return {"license": CODE}
    name = f"{CODE}-with-{'-and-'.join(part.name for part in parts)}"
    return {"license": "other", "license_name": name, "license_link": FILE}


def licence_text(paths: Iterable[str]) -> str:
    """What people are told, in sentences.

    Args:
        paths: the files of a Space.
    """
    return "\n".join([_CODE_TEXT, *(part.text for part in _parts(paths))])


def _parts(paths: Iterable[str]) -> list[Part]:
    paths = list(paths)
    return [part for part in PARTS if any(path.startswith(part.folders) for path in paths)]
