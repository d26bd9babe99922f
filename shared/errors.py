"""The one error that visitors read, and the one fault that is nobody's.

Idea code checks what it is given and raises `InputError` with one plain sentence that names the cause and
the fix. `shared.ui.guard` shows that sentence as it stands; any other exception stays behind a general one.

    from shared.errors import InputError
    if not 0.5 <= stars <= 5:
        raise InputError(f"A rating of {stars} is not possible. Use 0.5 to 5 stars, in half steps.")
"""

import errno

DISK_FULL = "The server's disk is full, so nothing can be stored just now. Try again in a few minutes."


def is_disk_full(error: BaseException | None) -> bool:
    """Say whether a disk without room is what lies behind an exception."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    return False


class InputError(ValueError):
    """Something a visitor or a program sent cannot be used.

    The message is shown to people as it is: one plain sentence or two, with the value that was wrong and what
    to do instead. No jargon, no path of the server, no text of a Python traceback.
    """
