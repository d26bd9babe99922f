"""The photo input: the file reaches our own decoder unopened, and the examples are photos."""

from pathlib import Path

import gradio as gr
import pytest
from gradio.data_classes import ImageData
from gradio.utils import get_upload_folder

from apps.views.bears import photo_input
from shared.errors import InputError
from shared.vision.images import open_photo


@pytest.mark.parametrize(
    "content", [b"", b"<svg></svg>", b"II*\0 a camera's raw file", b"\x89PNG\r\n\x1a\n cut off"]
)
def test_gradio_does_not_open_the_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(content)
    with gr.Blocks():
        photo = photo_input.photo_input("Photo")
        payload = ImageData(path=str(file), orig_name="photo.jpg")
        with pytest.raises(Exception, match=r"."):  # what it would do by itself
            gr.Image(type="filepath").preprocess(payload)
    assert photo.preprocess(payload) == str(file)
    assert photo.preprocess(None) is None


def test_a_photo_inside_the_request_is_refused() -> None:
    with gr.Blocks():
        photo = photo_input.photo_input("Photo")
    with pytest.raises(InputError, match="Upload it again"):
        photo.preprocess(ImageData(url="data:image/png;base64,AAAA"))


def test_each_example_is_put_in_by_its_path_and_then_shown() -> None:
    def show(path: str) -> str:
        return path

    with gr.Blocks() as demo:
        photo = photo_input.photo_input("Photo")
        text = gr.Textbox()
        photo_input.on_new_photo(photo, photo_input.example_photos(photo), show, photo, text)
    paths = [
        fn.fn() for fn in demo.fns.values() if fn.fn is not show
    ]  # a path and no update: see photo_input
    assert [Path(path).stem for path in paths] == list(photo_input.EXAMPLES)
    assert {str(Path(path).parents[1]) for path in paths} == {get_upload_folder()}
    assert all(open_photo(path).size == (360, 360) for path in paths)
    assert sum(fn.fn is show for fn in demo.fns.values()) == len(paths) + 1  # and for an upload
    assert not demo.get_api_info()["named_endpoints"]
