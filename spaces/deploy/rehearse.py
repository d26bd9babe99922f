"""A staged app, started on this computer and called at every endpoint, before anything of it is pushed.

from deploy.rehearse import rehearse
rehearse(Path("build/spaces/bears"), space, owner="you", secrets={}, say=print)
"""

import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.errors import PushError
from deploy.redact import clean
from deploy.run_staged import free_port, start_staged, wait_for_answer
from deploy.smoke import check_endpoints, tell_failures
from deploy.space import Space

LOG_LINES = 30


def rehearse(
    folder: Path, space: Space, *, owner: str, secrets: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """See that a staged app starts and answers.

    Args:
        folder: from `stage_space`.
        space: whose checks are made.
        owner: the account that the app is told it belongs to.
        secrets: values by name.
        say: told that it begins.

    Raises:
        PushError: it does not.
    """
    say(f"Starting {space.name} on this computer, to call every endpoint")
    port, log = free_port(), deque[str](maxlen=LOG_LINES)
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "errors": "replace"}
    settings = {**space.variables, **secrets}
    with (
        TemporaryDirectory(prefix="lessons-rehearsal-") as scratch,
        # What the app and Python write beside its files is not to be pushed.
        start_staged(
            Path(shutil.copytree(folder, Path(scratch) / space.repo)),
            port=port,
            owner=owner,
            settings=settings,
            **output,
        ) as process,
    ):
        assert process.stdout is not None
        reader = threading.Thread(target=log.extend, args=(process.stdout,), daemon=True)
        reader.start()
        try:
            url = wait_for_answer(process, port)
            failed, details = tell_failures(check_endpoints(url, token=None, checks=space.checks))
        except PushError as error:
            reader.join(1)  # what it said at its end
            failed, details = error.problem, ""
    if failed:
        said = [clean(line.rstrip()) for line in log]
        raise PushError(
            f"{space.name} does not work on this computer, and was not pushed: {failed.rstrip('.')}.",
            "Put that right; or push without trying it here, with --no-check.",
            details="\n".join(filter(None, [*said, details])),
        )
