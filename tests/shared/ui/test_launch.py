"""The settings that an app is served with, read back over HTTP."""

import gc
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import httpx
import pytest
from gradio.route_utils import delete_files_created_by_app
from gradio_client import Client
from gradio_client.exceptions import AppError

from shared import garbage, limits
from shared.errors import InputError
from shared.ui import launch
from shared.ui.guard import FAULT_MESSAGE, friendly
from shared.ui.launch import launch_app, new_blocks
from shared.ui.theme import STYLE_PATH, THEME

ROOT = Path(__file__).resolve().parents[3]


@friendly
def halve(x: float) -> float:
    """Halve a number.

    Args:
        x: the number.
    """
    if x == 13:
        raise InputError("13 cannot be halved here. Use another number.")
    if x == 14:
        raise RuntimeError("/srv/secret")
    return x / 2


def unguarded(x: float) -> float:
    raise RuntimeError("/srv/secret")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with new_blocks("Halver") as demo:
        gr.api(halve, api_name="halve")
        gr.api(unguarded, api_name="unguarded")
        gr.File()
    _, address, _ = launch_app(demo, prevent_thread_lock=True, quiet=True)
    yield address
    demo.close()


def test_settings(url: str) -> None:
    config = httpx.get(f"{url}config").json()
    assert config["title"] == "Halver"
    assert config["show_error"] is False
    assert config["run_history"] is False
    assert config["analytics_enabled"] is False
    assert config["mcp_server"] is launch.has_mcp()
    assert config["max_file_size"] == limits.MAX_UPLOAD_MB * limits.MB
    assert config["pwa"] is False


def test_a_page_may_take_larger_files() -> None:
    with launch.new_blocks("Large files", upload_mb=400) as demo:
        pass
    _, url, _ = launch.launch_app(demo, prevent_thread_lock=True, quiet=True)
    try:
        assert httpx.get(f"{url}config").json()["max_file_size"] == 400 * limits.MB
    finally:
        demo.close()


def test_endpoint_and_its_errors(url: str) -> None:
    client = Client(url, verbose=False)
    assert client.predict(x=3, api_name="/halve") == 1.5
    with pytest.raises(AppError, match=r"13 cannot be halved here\."):
        client.predict(x=13, api_name="/halve")
    with pytest.raises(AppError, match=re.escape(FAULT_MESSAGE)):
        client.predict(x=14, api_name="/halve")
    with pytest.raises(AppError) as caught:
        client.predict(x=1, api_name="/unguarded")
    assert "secret" not in str(caught.value)


def test_documentation_survives_the_guard(url: str) -> None:
    endpoint = httpx.get(f"{url}gradio_api/info").json()["named_endpoints"]["/halve"]
    assert endpoint["description"].startswith("Halve a number")
    assert endpoint["parameters"][0]["parameter_name"] == "x"


def test_upload_over_the_limit_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    too_much = b"0" * (limits.MAX_UPLOAD_MB * limits.MB + 1)
    answer = httpx.post(f"{url}gradio_api/upload", files={"files": ("a.csv", too_much)}, timeout=30)
    assert answer.status_code == 413


def test_no_one_passes_the_queue(url: str) -> None:
    answer = httpx.post(f"{url}gradio_api/run/halve", json={"data": [3]})
    assert answer.status_code >= 400


def test_an_app_starts_without_the_package_for_assistants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch.importlib.util, "find_spec", lambda name: None)
    with new_blocks("plain") as demo:
        gr.api(halve, api_name="halve")
    _, address, _ = launch_app(demo, prevent_thread_lock=True, quiet=True)
    try:
        assert httpx.get(f"{address}config").json()["mcp_server"] is False
    finally:
        demo.close()


def test_theme_holds_the_style_and_asks_no_other_host() -> None:
    css = THEME._get_theme_css()
    assert STYLE_PATH.read_text(encoding="utf-8") in css
    assert "//" not in css.replace("http://www.w3.org/2000/svg", "").replace("*/", "").replace("/*", "")
    assert THEME._stylesheets == []
    assert "--font: system-ui" in css


def test_style_sheet_is_balanced() -> None:
    css = re.sub(r"/\*.*?\*/", "", STYLE_PATH.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert css.count("{") == css.count("}")
    used = set(re.findall(r"var\((--look-[a-z-]+)", css))
    assert used <= set(re.findall(r"(--look-[a-z-]+):", css))


def test_the_frame_imports_nothing_that_gradio_does_not() -> None:
    code = (
        "import sys, gradio; before = set(sys.modules)\n"
        "import shared.ui.page, shared.ui.launch, shared.ui.guard, shared.plotting\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - {'shared', 'gradio'} - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_garbage_is_looked_for_again_once_an_app_serves() -> None:
    """An app that starts has it wait; one that never did is left as it is."""
    gc.unfreeze()  # what earlier tests compiled
    garbage.start()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    gc.disable()
    try:
        garbage.start()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 1000
    finally:
        gc.enable()
        gc.unfreeze()


def test_the_pages_own_pictures_outlive_the_sweep_and_uploads_do_not(tmp_path: Path) -> None:
    icon = tmp_path / "icon.png"
    icon.write_bytes(b"a picture")
    with new_blocks("Icons") as demo:
        gr.Button("Example", icon=str(icon))
    _, address, _ = launch_app(demo, prevent_thread_lock=True, quiet=True)
    try:
        (button,) = [
            part for part in httpx.get(f"{address}config").json()["components"] if part["type"] == "button"
        ]
        shown = button["props"]["icon"]["path"]
        (sent,) = httpx.post(f"{address}gradio_api/upload", files={"files": ("mine.txt", b"mine")}).json()
        delete_files_created_by_app(demo, age=0)
        assert httpx.get(f"{address}gradio_api/file={shown}").content == b"a picture"
        assert httpx.get(f"{address}gradio_api/file={sent}").status_code in (403, 404)
    finally:
        demo.close()
