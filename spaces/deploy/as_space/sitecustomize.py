"""Python runs this first in a staged app that is started away from the Hub. It does two things.

On a Space, Gradio starts a server of the package `spaces` on 0.0.0.0:7887. It asks for no password and runs
the code that it is sent. The Hub keeps that port to itself; a desk would open it to its whole network. So it
is not started. And the app ends, with all that it started, when the one who started it is gone, in any way.

    PYTHONPATH=spaces/deploy/as_space ENDS_WITH_STDIN=1 python app.py
"""

import os
import signal
import sys
import threading
from importlib.machinery import ModuleSpec, PathFinder


class _WithoutReloading:
    """Gives Gradio's module that starts the server, with nothing in the place of the start."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """What Python asks of everything in `sys.meta_path`."""
        if name != "gradio.http_server":
            return None
        spec = PathFinder.find_spec(name, path, target)  # type: ignore[arg-type]
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def run_and_replace(module: object) -> None:
                run(module)  # type: ignore[arg-type]
                module.watchfn_spaces = lambda reloader: None  # type: ignore[attr-defined]

            spec.loader.exec_module = run_and_replace  # type: ignore[method-assign]
        return spec


def _end_with(stream: int) -> None:
    os.read(stream, 1)  # nobody writes: it returns when the other end is closed
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


sys.meta_path.insert(0, _WithoutReloading)
# Taken out of the environment, so that what this process starts does not watch.
if os.environ.pop("ENDS_WITH_STDIN", None):
    _stream = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_end_with, args=(_stream,), daemon=True).start()
