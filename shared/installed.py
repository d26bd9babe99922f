"""What is installed where this runs: pages and answers need no torch, and fine-tuning can be added meanwhile.

    check_installed("Looking inside", "torch", "timm")
    # InputError: Looking inside needs torch and timm, which are not installed here. Run make setup-train ...

Nothing is imported to find out, and what was installed since the last look is found.
"""

import importlib
import importlib.util

from shared.errors import InputError

COMMAND = "make setup-train"


def find_missing(*packages: str) -> list[str]:
    """List those of the packages that cannot be imported."""
    importlib.invalidate_caches()
    return [name for name in packages if importlib.util.find_spec(name) is None]


def check_installed(what: str, *packages: str) -> None:
    """Refuse what needs packages that are not there.

    Args:
        what: wants them, as the beginning of a sentence.
        packages: by the names they are imported by.

    Raises:
        InputError: some are missing; it says which command adds them.
    """
    if missing := find_missing(*packages):
        raise InputError(explain_missing(what, *missing))


def explain_missing(what: str, *packages: str) -> str:
    """Say which command adds packages that are missing."""
    named = " and ".join(filter(None, [", ".join(packages[:-1]), packages[-1]]))
    are = "are" if len(packages) > 1 else "is"
    return (
        f"{what} needs {named}, which {are} not installed here. Run {COMMAND} in the project's folder, then "
        "press again: the app can go on running."
    )
