"""Publishing a model to the local Hub, and the pin in the manifest."""

import json
import tomllib
from collections.abc import Iterator

import numpy as np
import pytest

from deploy.errors import PushError
from deploy.hub import Hub
from deploy.models import pin, publish_model
from shared import artifacts
from tests.servers.spaces_hub import SpacesHub

MANIFEST = """# Where each model comes from.
#   an operator may choose another

[films]
bundled = "films/artifact"  # as in shared

[bears]  # the other one
bundled = "bears/artifact"
"""
REPO = "visitor/films-model"


@pytest.fixture
def server(monkeypatch) -> Iterator[SpacesHub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with SpacesHub() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def hub(server) -> Hub:
    return Hub(token="hf_write", endpoint=server.url)


def write_model(folder, *, factors=8, extra=None):
    tensors = {"films": np.arange(4000 * factors, dtype=np.float32).reshape(-1, factors)}
    card = f"---\nlicense: apache-2.0\n---\n# {factors} factors\n"
    artifacts.save(folder, config={"factors": factors}, tensors=tensors, card=card, extra_files=extra)


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "artifacts" / "artifacts.toml"
    path.parent.mkdir()
    path.write_text(MANIFEST)
    write_model(tmp_path / "films" / "artifact", extra={"titles.csv": b"1,Heat\n"})
    return path


def publish(hub, manifest, **more):
    return publish_model(hub, "films", repo_id=REPO, manifest=manifest, **more)


def writes(server):
    return [request for request in server.requests if "/commit/" in request.path]


def test_the_bundled_model_is_published_whole_with_its_card(server, hub, manifest):
    commit = publish(hub, manifest)
    folder = manifest.parents[1] / "films" / "artifact"
    files = server.files(REPO, commit)
    assert set(files) - {".gitattributes"} == {path.name for path in folder.iterdir()}
    assert all(files[path.name] == path.read_bytes() for path in folder.iterdir())
    assert b"# 8 factors" in files["README.md"]
    assert not server.repo(REPO, "model").private


def test_the_commit_is_pinned_and_comments_are_kept(server, hub, manifest):
    commit = publish(hub, manifest)
    text = manifest.read_text()
    assert tomllib.loads(text)["films"] == {
        "bundled": "films/artifact", "repo_id": REPO, "revision": commit
    }  # fmt: skip
    assert [line for line in text.splitlines() if line not in MANIFEST.splitlines()] == [
        f'repo_id = "{REPO}"', f'revision = "{commit}"'
    ]  # fmt: skip
    assert set(MANIFEST.splitlines()) <= set(text.splitlines())


def test_an_app_loads_what_was_published(server, hub, manifest, monkeypatch):
    publish(hub, manifest)
    monkeypatch.setattr(artifacts, "MANIFEST", manifest)
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("HF_HUB_CACHE", str(manifest.parent / "cache"))
    artifacts.clear_loaded()
    try:
        loaded = artifacts.load("films")
    finally:
        artifacts.clear_loaded()
    assert (loaded.source, loaded.notice, loaded.config["factors"]) == ("hub", None, 8)


def test_publishing_again_changes_nothing(server, hub, manifest):
    commit = publish(hub, manifest)
    before, text = len(writes(server)), manifest.read_text()
    assert publish(hub, manifest) == commit
    assert (len(writes(server)), manifest.read_text()) == (before, text)


def test_another_folder_replaces_it_with_one_commit_and_moves_the_pin(server, hub, manifest, tmp_path):
    first = publish(hub, manifest)
    hub.api.upload_file(path_or_fileobj=b"code", path_in_repo="training/train.py", repo_id=REPO)
    write_model(tmp_path / "newer", factors=4)
    before = len(server.commits(REPO))
    second = publish(hub, manifest, artifact=tmp_path / "newer")
    assert second != first
    assert len(server.commits(REPO)) == before + 1
    assert json.loads(server.files(REPO)["config.json"])["factors"] == 4
    assert "titles.csv" not in server.files(REPO)  # of the earlier model
    assert server.files(REPO)["training/train.py"] == b"code"  # the record of a training stays
    assert tomllib.loads(manifest.read_text())["films"]["revision"] == second


def test_a_private_model_is_private(server, hub, manifest):
    publish(hub, manifest, private=True)
    assert server.repo(REPO, "model").private


def test_nothing_is_sent_of_a_model_that_is_not_sound(server, hub, manifest, tmp_path):
    (manifest.parents[1] / "films" / "artifact" / "titles.csv").write_text("changed")
    with pytest.raises(PushError, match=r"titles\.csv is damaged"):
        publish(hub, manifest)
    with pytest.raises(PushError, match=r"no config\.json"):
        publish(hub, manifest, artifact=tmp_path / "nowhere")
    with pytest.raises(PushError, match=r"no model 'trees'. Choose one of: bears, films"):
        publish_model(hub, "trees", repo_id=REPO, manifest=manifest)
    assert server.requests == []
    assert manifest.read_text() == MANIFEST


def test_a_push_that_fails_leaves_the_manifest_alone(server, hub, manifest):
    server.fail(r"POST /api/models/.*/commit/", status=403, times=10)
    with pytest.raises(PushError):
        publish(hub, manifest)
    assert manifest.read_text() == MANIFEST
    server.recover()
    commit = publish(hub, manifest)  # the next run finishes the job
    assert tomllib.loads(manifest.read_text())["films"]["revision"] == commit


def test_pinning_what_is_pinned_does_not_touch_the_file(manifest):
    pin(manifest, "bears", repo_id="a/b", revision="0" * 40)
    before = manifest.stat().st_mtime_ns, manifest.stat().st_ino
    pin(manifest, "bears", repo_id="a/b", revision="0" * 40)
    assert (manifest.stat().st_mtime_ns, manifest.stat().st_ino) == before
