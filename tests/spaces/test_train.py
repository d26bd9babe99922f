"""Training on Jobs: the local Hub really runs the job, in a folder that sees nothing of the project."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import train
from deploy.errors import PushError
from deploy.hub import Hub
from deploy.train import find_code, find_packages, price_per_hour, train_on_jobs
from deploy.train_job import fetch
from shared.artifacts import read_folder
from tests.conftest import ROOT
from tests.servers.spaces_hub import SpacesHub
from tests.waiting import wait_until

REPO, DATA = "visitor/films-model", "visitor/ratings"
RATINGS = "user,item,rating\n" + "".join(
    f"{user},{film},{1 + (user * film) % 5}\n" for user in range(30) for film in range(12)
)
QUICK = ["--factors", "2", "--epochs", "2"]


@pytest.fixture
def server(monkeypatch) -> Iterator[SpacesHub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr(train, "_POLL_SECONDS", 0.1)
    with SpacesHub() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def hub(server) -> Hub:
    return Hub(token="hf_write", endpoint=server.url)


def run(hub, *arguments, said=None, **more):
    return train_on_jobs(
        hub,
        "recommender",
        **{"flavor": "t4-small", "repo_id": REPO, "timeout": "10m", **more},
        arguments=arguments,
        say=(said if said is not None else []).append,
    )


@pytest.mark.long
def test_a_job_trains_on_data_from_the_hub_and_pushes_the_model(server, hub, tmp_path):
    hub.api.create_repo(DATA, repo_type="dataset")
    hub.api.upload_file(
        path_or_fileobj=RATINGS.encode(), path_in_repo="mine.csv", repo_id=DATA, repo_type="dataset"
    )
    said: list[str] = []
    commit = run(hub, "--ratings", f"hf://datasets/{DATA}/mine.csv", *QUICK, said=said)
    (job,) = server.jobs.all.values()
    assert (job.stage, job.spec["flavor"], job.spec["timeoutSeconds"]) == ("COMPLETED", "t4-small", 600)
    assert any(line.startswith("Held-out error") for line in said)
    assert said[-1] == f"Pushed the model as {commit}"
    assert all("hf_write" not in line for line in said)
    assert "hf_write" not in str({**job.spec, "secrets": None})

    files = server.files(REPO, commit)
    for path, content in files.items():
        if "/" not in path:
            (tmp_path / path).write_bytes(content)
    config = read_folder(tmp_path).config
    assert (config["trained_with"]["factors"], config["data"]["n_ratings"]) == (2, 360)
    assert files["training/shared/collab/train.py"] == (ROOT / "shared/collab/train.py").read_bytes()
    assert [commit.title for commit in server.commits(REPO)][1:] == [
        "The code that trains this model (shared.collab.train)",
        "Train on Hugging Face Jobs",
    ]


@pytest.mark.long
def test_a_training_that_fails_is_told_with_the_end_of_its_log_and_the_code_is_sent_once(server, hub):
    for _ in range(2):
        with pytest.raises(PushError, match="ended as ERROR") as caught:
            run(hub, "--factors", "2000")
        assert "The factors must be between 1 and" in caught.value.details
    assert len(server.commits(REPO)) == 2  # the Hub's own, and the code


@pytest.mark.long
def test_the_code_that_is_sent_is_enough_for_each_model(tmp_path):
    for module in ("shared.collab.train", "shared.vision.train"):
        folder = tmp_path / module
        for path, source in find_code(module).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(source.read_bytes())
        code = f"import sys, pkgutil, shared, importlib; importlib.import_module('{module}')\n"
        code += "names = [m.name for m in pkgutil.walk_packages(shared.__path__, 'shared.')]\n"
        code += "[importlib.import_module(name) for name in names]; print(shared.__file__)"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert Path(done.stdout.strip()).is_relative_to(folder)


def test_the_code_is_small_and_holds_no_model():
    for module in ("shared.collab.train", "shared.vision.train"):
        files = find_code(module)
        assert {
            "__main__.py",
            "shared/artifacts/__init__.py",
            "shared/artifacts/artifacts.toml",
        } <= files.keys()
        assert sum(path.stat().st_size for path in files.values()) < 400_000
        assert not any("artifact/" in path or path.startswith("apps/") for path in files)


def test_every_package_has_the_version_that_the_project_pins():
    lines = find_packages()
    assert {line.partition("==")[0] for line in lines} >= {"fastai", "torch", "timm", "huggingface-hub"}
    assert "accelerate" not in str(lines)
    text = (ROOT / "requirements.txt").read_text().lower().replace("_", "-")
    assert all(line in text for line in lines)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"flavor": "t4"}, "Jobs have no hardware 't4'. Choose one of: t4-small"),
        ({"flavor": "zero-a10g"}, "Jobs have no hardware 'zero-a10g'"),
        ({"flavor": "l4x4"}, "l4x4 has 4 GPUs, and a job trains on one"),
        ({"timeout": "two hours"}, "'two hours' is not a time"),
        ({"arguments": ["--out", "here"]}, "--out is given by the job itself"),
        ({"arguments": ["--push=a/b"]}, "--push=a/b is given by the job itself"),
        ({"arguments": ["--ratings", "pyproject.toml"]}, "The job cannot see pyproject.toml"),
        ({"arguments": ["--ratings=pyproject.toml"]}, "The job cannot see pyproject.toml"),
        ({"name": "trees"}, "artifacts.toml has no model 'trees'"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_asked(server, hub, monkeypatch, wrong, problem):
    monkeypatch.chdir(ROOT)
    given = {"name": "bears", "flavor": "t4-small", "repo_id": REPO, "arguments": [], **wrong}
    with pytest.raises(PushError) as caught:
        train_on_jobs(hub, given.pop("name"), **given)
    assert str(caught.value).startswith(problem)
    assert server.requests == []


def test_without_a_way_to_pay_the_job_is_refused(server, hub):
    server.account.can_pay = False
    with pytest.raises(PushError, match="The account visitor has no credit for a job"):
        run(hub, *QUICK)
    assert not server.jobs.all


@pytest.mark.long
def test_a_job_goes_on_when_the_one_who_follows_it_leaves(server, hub):
    said = []

    def say(line):
        said.append(line)
        if len(said) == 2:  # the first line of the log
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_on_jobs(hub, "recommender", flavor="cpu-basic", repo_id=REPO, arguments=QUICK, say=say)
    (job,) = server.jobs.all.values()
    assert said[-1].startswith("The job goes on without this window")
    assert said[-1].endswith(job.id)
    wait_until(lambda: job.stage != "RUNNING", seconds=300)
    assert job.stage == "COMPLETED"
    assert "model.safetensors" in server.files(REPO)


def test_the_price_is_asked_of_the_hub(hub):
    assert price_per_hour(hub, "t4-small") == pytest.approx(0.40, abs=0.01)
    with pytest.raises(PushError, match="no hardware 'zero-a10g' now"):
        price_per_hour(hub, "zero-a10g")


def test_data_on_the_hub_becomes_a_path(server, hub, monkeypatch):
    hub.api.create_repo(DATA, repo_type="dataset")
    for path in ("photos/black/1.jpg", "photos/grizzly/2.jpg", "other/3.jpg", "my.set.csv"):
        hub.api.upload_file(
            path_or_fileobj=path.encode(), path_in_repo=path, repo_id=DATA, repo_type="dataset"
        )
    code = "import sys; sys.path.insert(0, 'spaces'); from deploy.train_job import fetch\n"
    code += "print(fetch(sys.argv[1]))"

    def fetched(argument):
        done = subprocess.run(
            [sys.executable, "-c", code, argument],
            cwd=ROOT,
            env={"PATH": "", **server.environment()},
            capture_output=True,
            text=True,
            check=True,
        )
        return Path(done.stdout.splitlines()[-1])

    assert fetched(f"hf://datasets/{DATA}/my.set.csv").read_text() == "my.set.csv"
    folder = fetched(f"hf://datasets/{DATA}/photos")
    assert sorted(path.name for path in folder.rglob("*.jpg")) == ["1.jpg", "2.jpg"]
    assert not (folder.parent / "other").exists()
    assert (fetched(f"hf://datasets/{DATA}") / "other" / "3.jpg").is_file()
    assert fetch("--epochs") == "--epochs"
    assert fetch("hf://models/a/b") == "hf://models/a/b"
