"""What a push would change: files by hash, settings, price; as text and for machines."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.config import load_config
from deploy.hub import Hub
from deploy.plan import make_plan
from deploy.plan_text import plan_as_json, plan_as_text
from deploy.space import Space, Volume
from tests.servers.spaces_hub import SpacesHub
from tests.servers.spaces_hub_samples import quick_space

REPO = "visitor/tiny"
WEIGHTS = bytes(range(256)) * 4000


@pytest.fixture(scope="module")
def server() -> Iterator[SpacesHub]:
    with SpacesHub() as server:
        files = {
            **quick_space(),
            "old.txt": b"gone soon\n",
            "model.safetensors": WEIGHTS,
            "pixel.png": b"\x89PNG\0",
        }
        server.push_as_somebody_else(REPO, files)
        yield server
        assert server.violations == []


@pytest.fixture
def hub(server: SpacesHub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    return Hub(token="hf_write", endpoint=server.url)


@pytest.fixture
def space() -> Space:
    plain = load_config().spaces["relu"]
    return dataclasses.replace(plain, name="tiny", repo="tiny", variables={}, secrets=(), checks={})


@pytest.fixture
def folder(server: SpacesHub, tmp_path: Path) -> Path:
    """What the Space holds already."""
    for path, data in server.files(REPO).items():
        if path != ".gitattributes":
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(data)
    return tmp_path


def test_the_same_files_and_settings_are_nothing_to_do(hub: Hub, space: Space, folder: Path) -> None:
    plan = make_plan(hub, space, folder, repo_id=REPO)
    assert plan.is_empty
    assert plan_as_text(plan) == f"{REPO}: nothing to do, it is as spaces.toml and this folder say."
    assert plan_as_json(plan)["files"] == []


def test_files_are_compared_by_hash_and_only_a_changed_text_is_downloaded(
    server: SpacesHub, hub: Hub, space: Space, folder: Path
) -> None:
    (folder / "old.txt").unlink()
    (folder / "new.txt").write_text("hello\n")
    (folder / "requirements.txt").write_text("numpy==2.4.6\n")
    (folder / "pixel.png").write_bytes(b"\x89PNG\0\0")
    (folder / "model.safetensors").write_bytes(WEIGHTS + b"!")
    so_far = len(server.requests)
    plan = make_plan(hub, space, folder, repo_id=REPO)
    changes = {change.path: change for change in plan.files}
    assert {path: change.kind for path, change in changes.items()} == {
        "old.txt": "removed",
        "new.txt": "added",
        "requirements.txt": "changed",
        "pixel.png": "changed",
        "model.safetensors": "changed",
    }
    assert "+numpy==2.4.6" in changes["requirements.txt"].diff
    assert changes["pixel.png"].diff == changes["model.safetensors"].diff == ""
    weights = changes["model.safetensors"]
    assert (weights.size_before, weights.size) == (1_024_000, 1_024_001)
    fetched = {r.path.rpartition("/")[2] for r in server.requests[so_far:] if "/resolve/" in r.path}
    assert fetched <= {"requirements.txt", "pixel.png"}
    text = plan_as_text(plan)
    for line in ("- old.txt (10 B)", "+ new.txt (6 B)", "+numpy==2.4.6", "1 added, 3 changed, 1 removed"):
        assert line in text, text
    json.dumps(plan_as_json(plan))


def test_settings_secrets_and_price(hub: Hub, space: Space, folder: Path) -> None:
    hub.api.add_space_variable(REPO, "OLD", "1")
    for name in ("KNOWN", "EXTRA"):
        hub.api.add_space_secret(REPO, name, "its value")
    wish = dataclasses.replace(
        space,
        hardware="t4-small",
        sleep_time=900,
        private=True,
        variables={"COLOR": "blue"},
        secrets=("KNOWN", "API_KEY"),
        volumes=(Volume("model", "user/repo", "/models", True, None),),
    )
    plan = make_plan(hub, wish, folder, repo_id=REPO)
    assert {change.name: (change.before, change.after) for change in plan.settings} == {
        "hardware": ("cpu-basic", "t4-small"),
        "sleep time": (172_800, 900),
        "private": (False, True),
        "variable COLOR": (None, "blue"),
        "variable OLD": ("1", None),
        "volumes": (None, ["models/user/repo:/models:ro"]),
    }
    assert (plan.secrets, plan.other_secrets) == (("API_KEY",), ("EXTRA",))
    assert plan.price_per_hour == 0.4
    text = plan_as_text(plan)
    assert "Runs on t4-small at $0.40 an hour, and sleeps after 900 s without a visitor." in text
    assert "secret API_KEY: set from the environment" in text
    renewed = make_plan(hub, wish, folder, repo_id=REPO, renew_secrets=True)
    assert renewed.secrets == ("KNOWN", "API_KEY")
    never = make_plan(hub, dataclasses.replace(wish, sleep_time=-1), folder, repo_id=REPO)
    assert "never sleeps: it costs that every hour" in plan_as_text(never)


def test_a_space_that_is_not_there(hub: Hub, space: Space, folder: Path) -> None:
    plan = make_plan(hub, space, folder, repo_id="visitor/nowhere")
    assert plan.now is None
    assert not plan.is_empty
    assert {change.kind for change in plan.files} == {"added"}
    assert "does not exist yet, and would be created" in plan_as_text(plan)
