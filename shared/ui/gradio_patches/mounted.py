"""What `launch` sets on a page, and `mount_gradio_app` does not.

Without it Gradio lets a request to a mounted page name any file on the server, and answers of `gr.cache` and
checks of `validator=` go through a web application that nobody visits, or through none.

    gr.mount_gradio_app(parent, demo, path="/recommender")
    finish_mounting(parent, demo)
"""

import fastapi
import gradio as gr
from starlette.routing import Mount


def finish_mounting(parent: fastapi.FastAPI, demo: gr.Blocks) -> None:
    """Set it on the page that was mounted last.

    Args:
        parent: the application it was put into.
        demo: the page.
    """
    mounted = parent.routes[-1]
    assert isinstance(mounted, Mount)
    demo.app = mounted.app
    demo.has_launched = True
