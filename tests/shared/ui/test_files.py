"""Which paths a request may name."""

import os
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from shared.errors import InputError
from shared.ui.files import NOT_UPLOADED, check_uploads, holds_file, uploaded_path
from shared.ui.incoming import GuardedBlocks, check_properties
from tests.servers.gradio_http import file_data


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The upload folder, with a photo in it; it lies behind a link, as on some systems."""
    real = tmp_path / "real"
    (real / "a").mkdir(parents=True)
    (real / "a" / "my photo?.jpg").write_bytes(b"x")
    folder = tmp_path / "uploads"
    folder.symlink_to(real)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


def test_what_was_uploaded_may_be_named(uploads: Path) -> None:
    photo = str(uploads / "a" / "my photo?.jpg")
    for value in (None, [], {}, photo, [photo], file_data(photo), {"path": photo, "url": None}):
        check_uploads(value)
    gallery = [{"image": {**file_data(photo), "orig_name": "../../etc/passwd"}, "caption": "/etc/passwd"}]
    check_uploads(gallery)
    assert gallery[0]["image"]["path"] == photo


@pytest.mark.parametrize("host", ["https://a-b.hf.space/bears", "http://127.0.0.1:7860", ""])
def test_an_address_of_ours_becomes_its_path(uploads: Path, host: str) -> None:
    photo = str(uploads / "a" / "my photo?.jpg")
    address = f"{host}/gradio_api/file={uploads}/a/my%20photo%3F.jpg"
    file = file_data(address, url=f"{address}?x=1")
    check_uploads([file])
    assert file["path"] == photo


@pytest.mark.parametrize(
    "place",
    ["/etc/passwd", "/dev/null", "a/my photo?.jpg", "{}/a", "{}", "{}/no.jpg", "{}/../real2/x", "{}/link",
     "{}/pipe", "http://127.0.0.1/x", "http://h/gradio_api/file=/etc/passwd",
     "http://h/gradio_api/file=%2Fetc%2Fpasswd", "data:image/png;base64,AAAA", "\0", "x" * 10_000, "", None,
     5, ["a"], True],
    ids=lambda place: repr(place)[:30],
)  # fmt: skip
def test_nothing_else_may(uploads: Path, place: Any) -> None:
    (uploads.parent / "real2").mkdir()
    (uploads.parent / "real2" / "x").write_text("private")
    (uploads / "link").symlink_to(uploads.parent / "real2" / "x")
    os.mkfifo(uploads / "pipe")
    place = place.format(uploads) if isinstance(place, str) else place
    good = file_data(str(uploads / "a" / "my photo?.jpg"))
    with pytest.raises(InputError, match=NOT_UPLOADED):
        uploaded_path(place)
    wrong = [file_data(place), [{"deep": {"path": place}}], {**good, "deep": [{"path": place}]}]
    wrong += [{**good, "url": place}] if place is not None else [{"url": good["path"]}]
    for value in wrong:
        with pytest.raises(InputError, match=NOT_UPLOADED):
            check_uploads(value)


def test_properties_hold_no_other_file(uploads: Path) -> None:
    with GuardedBlocks():
        text, photo = gr.Textbox(label="Text"), gr.Image()
    check_properties(text, {"value": "a", "lines": 1})
    check_properties(photo, {"value": file_data(str(uploads / "a" / "my photo?.jpg"))})
    for block, properties in [
        (text, "a"),
        (text, {"value": file_data("/etc/passwd")}),
        (text, {"value": "a", "icon": file_data("/etc/passwd")}),
        (photo, {"value": {"path": "/etc/passwd"}}),
    ]:
        with pytest.raises(InputError):
            check_properties(block, properties)


def test_files_are_found_at_any_depth() -> None:
    value: Any = file_data("x")
    for _ in range(5_000):
        value = [value]
    assert holds_file(value)
    assert not holds_file({"meta": 1, "path": "x", "deep": [{"meta": {}}]})
