"""Push a model to the Hub: with the real client, to a local server that speaks the Hub's protocol."""

import numpy as np
import pytest

from shared import artifacts
from shared.errors import InputError
from shared.vision.push import is_repo_name, push_model
from tests.servers.hub_push import TOKEN, PushHub


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "out"
    weights = {"weight": np.arange(12, dtype=np.float32)}
    artifacts.save(
        folder,
        config={"kind": "test"},
        tensors=weights,
        card="# A model",
        extra_files={"model.onnx": b"graph"},
    )
    (folder / "notes.txt").write_text("not a file of the model")
    return folder


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with PushHub() as server:
        yield server
        assert server.violations == []


def test_the_files_arrive_in_one_commit_and_nothing_else(hub, model):
    address = push_model(model, "visitor/my-bears", token=TOKEN, endpoint=hub.url)
    assert address == f"{hub.url}/visitor/my-bears"
    names = {"config.json", "model.safetensors", "model.onnx", "README.md"}
    assert hub.files("visitor/my-bears") == {name: (model / name).read_bytes() for name in names}
    assert len(hub.commits) == 1
    assert hub.created[0].get("private") in (None, False)


def test_what_was_pushed_loads_again(hub, model, tmp_path):
    push_model(model, "my-bears", token=TOKEN, private=True, endpoint=hub.url)
    for name, data in hub.files("visitor/my-bears").items():
        (tmp_path / name).write_bytes(data)
    assert artifacts.read_folder(tmp_path).tensors()["weight"].tolist() == list(range(12))
    assert hub.created[0].get("visibility", hub.created[0].get("private")) in ("private", True)


def test_a_repository_that_is_there_gets_another_commit(hub, model):
    push_model(model, "visitor/bears", token=TOKEN, endpoint=hub.url)
    push_model(model, "visitor/bears", token=TOKEN, endpoint=hub.url)
    assert len(hub.created) == 2
    assert set(hub.files("visitor/bears")) >= {"config.json", "model.safetensors"}


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "Log in again"),
        (403, "Log in again"),
        (402, "paid plan"),
        (429, "in an hour"),
        (500, "few minutes"),
    ],
)
def test_what_the_hub_refuses_is_said_in_plain_words(hub, model, status, message):
    hub.refuse = status
    with pytest.raises(InputError, match=message) as error:
        push_model(model, "visitor/bears", token=TOKEN, endpoint=hub.url)
    assert "127.0.0.1" not in str(error.value)


def test_another_token_cannot_write(hub, model):
    with pytest.raises(InputError, match="Log in again"):
        push_model(model, "visitor/bears", token="hf_other", endpoint=hub.url)


def test_a_hub_that_is_down_is_said(model, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    from tests.servers.hub import find_closed_port

    with pytest.raises(InputError, match="could not be reached"):
        push_model(model, "visitor/bears", token=TOKEN, endpoint=f"http://127.0.0.1:{find_closed_port()}")


@pytest.mark.parametrize(
    "name", ["", "a b", "../x", "x" * 200, "a/b/c", "bears.git", "-bears", "a..b", "a--b", "<b>"]
)
def test_names_that_the_hub_would_refuse(hub, model, name):
    with pytest.raises(InputError, match="cannot be the name"):
        push_model(model, name, token=TOKEN, endpoint=hub.url)
    assert hub.requests == []


def test_our_idea_of_a_name_is_the_hubs():
    from huggingface_hub.utils import HFValidationError, validate_repo_id

    for name in (
        "bears",
        "my-bears",
        "my_bears.2",
        "b",
        "-b",
        "b-",
        "a..b",
        "a--b",
        "x.git",
        "x" * 96,
        "x" * 97,
        "é",
    ):
        try:
            validate_repo_id(name)
            is_valid = True
        except HFValidationError:
            is_valid = False
        assert is_repo_name(name) is is_valid, name


def test_a_folder_with_a_pickle_is_never_pushed(hub, tmp_path):
    artifacts.save(tmp_path / "out", config={}, tensors={"w": np.zeros(2, np.float32)}, card="# x")
    (tmp_path / "out/model.pkl").write_bytes(b"\x80\x04.")
    with pytest.raises(InputError):
        push_model(tmp_path / "out", "bears", token=TOKEN, endpoint=hub.url)
    assert hub.requests == []
