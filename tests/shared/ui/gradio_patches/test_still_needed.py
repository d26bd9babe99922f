"""Each fault of Gradio that is mended here: bare Gradio has it, a page of ours does not.

Where the first half fails, Gradio has mended it: drop the patch.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastapi
import gradio as gr
import httpx
import pytest
from fastapi.responses import PlainTextResponse
from gradio import http_server
from gradio.data_classes import ImageData
from gradio.route_utils import delete_files_created_by_app
from gradio.routes import App

from shared.ui.endpoint import add_endpoint
from shared.ui.gradio_patches.quiet_server import QuietServer
from shared.ui.gradio_patches.unopened_photos import leave_unopened
from shared.ui.launch import launch_app, mount_app, new_blocks
from tests.servers.gradio_http import API, Caller, Refused

PICTURES = Path(__file__).parents[4] / "apps" / "pictures"
SENTENCE = "which is told to whoever calls it."


@dataclass
class Served:
    """A page that runs, alone."""

    demo: gr.Blocks
    caller: Caller
    n_apps_before: int  # web applications that were made before it was launched


def look_up(x: float) -> dict:
    """Answer with a dict.

    Args:
        x: a number,
            which is told to whoever calls it.
    """
    return {"x": x, "nothing": None}


def fill(add: Callable[..., Any], gate: threading.Event, icon: str) -> None:
    """Put on the page what the faults are looked for with. Two pages with one icon may have one copy."""
    add(look_up)
    gr.Button("Example", icon=str(PICTURES / icon))
    gr.Image(type="filepath", visible=False)
    number = gr.Slider(0, 5, label="x")
    number.input(gr.cache(float), number, number, api_name="kept")
    number.release(lambda x: gate.wait(30) and None, number, None, api_name="slow", concurrency_limit=1)


@pytest.fixture(scope="module")
def bare() -> Iterator[Served]:
    """A page as Gradio makes it."""
    gate = threading.Event()
    with pytest.MonkeyPatch.context() as patched, count_apps() as made:
        patched.setattr(http_server, "Server", QuietServer.__base__)
        patched.delenv("GRADIO_ANALYTICS_MAX_EVENTS", raising=False)
        patched.delenv("GRADIO_ANALYTICS_CACHE_FREQUENCY", raising=False)
        with gr.Blocks(analytics_enabled=False, delete_cache=(600, 3600)) as demo:
            fill(lambda function: gr.api(function, api_name=function.__name__), gate, "relu-phone-dark.png")
        demo.queue(max_size=3)
        n_before = len(made)
        settings = {"quiet": True, "prevent_thread_lock": True, "ssr_mode": False, "mcp_server": True}
        _, url, _ = demo.launch(**settings, _frontend=False)
    yield Served(demo, Caller(url), n_before)
    gate.set()
    demo.close()


@pytest.fixture(scope="module")
def ours() -> Iterator[Served]:
    """The same as we make it."""
    gate = threading.Event()
    with count_apps() as made:
        with new_blocks("Ours") as demo:
            fill(add_endpoint, gate, "relu-light.png")
            leave_unopened(next(block for block in demo.blocks.values() if isinstance(block, gr.Image)))
        n_before = len(made)
    _, url, _ = launch_app(demo, prevent_thread_lock=True, quiet=True)
    yield Served(demo, Caller(url), n_before)
    gate.set()
    demo.close()


@contextlib.contextmanager
def count_apps() -> Iterator[list[App]]:
    made, init = [], App.__init__
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(App, "__init__", lambda app, *a, **kw: (made.append(app), init(app, *a, **kw))[1])
        yield made


# One function a patch: True where the fault is there.


def one_web_app(page: Served) -> bool:
    return page.n_apps_before > 0


def lean_sessions(page: Served) -> bool:
    page.caller.call("look_up", 1)
    sessions = page.demo.state_holder.session_data.values()
    return any(description for session in sessions for description in session.config_values.values())


def no_statistics(page: Served) -> bool:
    for x in range(3):
        page.caller.call("look_up", x)
    return page.demo._queue.event_count_at_last_cache > 0  # when it made the table


def fair_queue(page: Served) -> bool:
    for x in range(4):
        page.caller.post("call/slow", {"data": [x]})
    try:
        return page.caller.call("look_up", 1)["x"] != 1
    except Refused:
        return True


def kept_answers(page: Served) -> bool:
    with pytest.raises(Refused) as caught:
        Caller(page.caller.url).call("kept", 7)  # of a slider that ends at 5
    return caught.value.status >= 500


def own_files(page: Served) -> bool:
    config = page.caller.http.get("config").json()
    (icon,) = [one["props"]["icon"]["path"] for one in config["components"] if one["props"].get("icon")]
    delete_files_created_by_app(page.demo, age=0)
    return page.caller.http.get(f"{API}file={icon}").status_code != 200


def fetch_nothing(page: Served) -> bool:
    asked = []

    async def fetch(url: str, _request: object) -> PlainTextResponse:
        asked.append(url)
        return PlainTextResponse("fetched")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("gradio.routes.secure_url_stream_response", fetch)
        page.caller.http.get(f"{API}file=https://example.com/x")
    return asked == ["https://example.com/x"]


def quiet_server(page: Served) -> bool:
    return "server" in page.caller.http.get("config").headers


def unknown_streams(page: Served) -> bool:
    try:
        return page.caller.http.get(f"{API}call/look_up/nobody").status_code == 200
    except httpx.RemoteProtocolError:  # the stream broke
        return True


def unopened_photos(page: Served) -> bool:
    (photo,) = [block for block in page.demo.blocks.values() if isinstance(block, gr.Image)]
    try:
        return photo.preprocess(ImageData(path=__file__)) != __file__
    except OSError:  # Pillow: it is no photo
        return True


def no_script(page: Served) -> bool:
    return "<noscript>" not in page.caller.http.get("").text


def argument_texts(page: Served) -> bool:
    (argument,) = page.caller.http.get(f"{API}info").json()["named_endpoints"]["/look_up"]["parameters"]
    return SENTENCE not in argument["python_type"].get("description", "")


def assistants_json(page: Served) -> bool:
    (said,) = page.demo.mcp_server_obj.postprocess_output_data([{"nothing": None}], "")
    try:
        return json.loads(said.text) != {"nothing": None}
    except ValueError:
        return True


FAULTS = [
    one_web_app, lean_sessions, no_statistics, kept_answers, own_files, fetch_nothing, quiet_server,
    unknown_streams, unopened_photos, no_script, argument_texts, assistants_json,
    fair_queue,  # which fills a line: the last
]  # fmt: skip


@pytest.mark.parametrize("has_fault", FAULTS, ids=lambda function: function.__name__)
def test_gradio_has_it_and_we_do_not(bare: Served, ours: Served, has_fault) -> None:
    assert has_fault(bare), f"Gradio has mended this: drop the patch {has_fault.__name__}"
    assert not has_fault(ours)


def test_gradio_leaves_a_mounted_page_unfinished_and_we_do_not() -> None:
    for mount, is_finished in ((gr.mount_gradio_app, False), (mount_app, True)):
        parent = fastapi.FastAPI()
        with new_blocks("Mounted") as demo:
            gr.Number()
        mount(parent, demo, path="/app")
        finished = demo.has_launched, demo.app is parent.routes[-1].app
        assert finished == (is_finished, is_finished), "Gradio has mended this: drop the patch mounted"


def test_every_patch_is_looked_at() -> None:
    names = {path.stem for path in (Path(__file__).parents[4] / "shared/ui/gradio_patches").glob("[!_]*.py")}
    assert names == {function.__name__ for function in FAULTS} | {"mounted"}
