"""Python runs this first in a staged app that is started away from the Hub: no server for new code beside it.

On a Space, Gradio starts a server of the package `spaces` on 0.0.0.0:7887. It asks for no password and runs
the code that it is sent. The Hub keeps that port to itself; a desk would open it to its whole network.

    PYTHONPATH=spaces/deploy/as_space python app.py
"""

import sys
from importlib.machinery import ModuleSpec, PathFinder


class _Finder:
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


sys.meta_path.insert(0, _Finder)
