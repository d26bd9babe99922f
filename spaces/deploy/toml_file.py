"""Reading a TOML file that must hold no secret: it is looked for first, so no message can repeat one.

from deploy.toml_file import read_toml
read_toml(Path("spaces/spaces.toml"))["bears"]["hardware"]  # "zero-a10g"
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from deploy.errors import PushError

# What tokens and keys look like. Shorter words such as hf_oauth are names.
_SECRET = re.compile(
    r"(?<![A-Za-z0-9])(hf_[A-Za-z0-9]{10,}|sk-[\w-]{10,}|gh[pousr]_\w{10,}|github_pat_\w{10,}|AKIA[0-9A-Z]{12,}"
    r"|xox[abprs]-[\w-]{10,})|-----BEGIN [A-Z ]*PRIVATE KEY"
)


def read_toml(path: Path) -> dict[str, Any]:
    """Read the file.

    Args:
        path: the file.

    Raises:
        PushError: it is missing, is not TOML, or holds what looks like a secret, in a comment too.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise PushError(f"There is no {path.name} in {path.parent}.", "Write it, or name another.") from None
    except (OSError, UnicodeDecodeError):
        raise PushError(f"{path.name} cannot be read.", "Make it a text file, in UTF-8.") from None
    for number, line in enumerate(text.splitlines(), start=1):
        if _SECRET.search(line):
            raise PushError(
                f"{path.name}: line {number} holds what looks like a secret.",
                "Take it out, and have it revoked where it comes from. The file holds only names of secrets: "
                "their values come from the environment.",
            )
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PushError(f"{path.name} is not TOML: {error}.", "Put that line right.") from None
