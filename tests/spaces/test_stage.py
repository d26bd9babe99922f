import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

# `import spaces.stage` finds the Hub's package where that is installed, so the file is loaded by its place.
spec = importlib.util.spec_from_file_location("stage_under_test", ROOT / "spaces" / "stage.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
stage, StageError = module.stage, module.StageError

PROJECT = {
    "requirements.txt": (
        "gradio[oauth,mcp]==6.31.0  # pages\nnumpy==2.4.6\nscikit-learn==1.9.1\ntorch==2.14.1\n"
    ),
    "apps/__init__.py": "",
    "apps/films.py": '"""Films to watch."""\nimport gradio as gr\nfrom apps.views.films import rate\n',
    "apps/bears.py": "import torch\n",
    "apps/views/films/rate.py": "from shared.collab import model\nfrom spaces import GPU\n",
    "apps/views/films/rate.js": "// js",
    "apps/pictures/films.png": "",
    "apps/views/bears/clean.py": "import torch\n",
    "apps/web/index.html": "<p>",
    "shared/__init__.py": "",
    "shared/manifest.toml": "",
    "shared/errors.py": "class InputError(ValueError): pass\n",
    "shared/collab/__init__.py": "",
    "shared/collab/model.py": (
        "from typing import TYPE_CHECKING\n"
        "from shared.errors import InputError\n"
        "if TYPE_CHECKING:\n    import torch\nelse:\n    import numpy as np\n"
        "def fit():\n    from sklearn.linear_model import Ridge\n"
        "SHOWN = 'shown.py'\n"
    ),
    "shared/collab/shown.py": "import torch\n",
    "shared/collab/train.py": "import torch\n",
    "shared/collab/artifact/config.json": "{}",
    "shared/collab/__pycache__/model.pyc": "",
    "shared/vision/__init__.py": "",
    "shared/vision/artifact/config.json": "{}",
}


@pytest.fixture
def project(tmp_path) -> Path:
    root = tmp_path / "project"
    for name, text in PROJECT.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_only_what_the_app_imports_is_copied(project, tmp_path):
    files = stage("films", to=tmp_path / "out", root=project)
    assert [file.as_posix() for file in files] == [
        "README.md",
        "app.py",
        "apps/__init__.py",
        "apps/films.py",
        "apps/views/films/rate.js",
        "apps/views/films/rate.py",
        "requirements.txt",
        "shared/__init__.py",
        "shared/collab/__init__.py",
        "shared/collab/artifact/config.json",
        "shared/collab/model.py",
        "shared/collab/shown.py",
        "shared/errors.py",
        "shared/manifest.toml",
    ]


def test_requirements_name_only_what_is_imported(project, tmp_path):
    stage("films", to=tmp_path / "out", root=project)
    assert (tmp_path / "out/requirements.txt").read_text() == "numpy==2.4.6\nscikit-learn==1.9.1\n"


def test_module_and_folder_named_in_a_string_are_followed(project, tmp_path):
    (project / "apps/films.py").write_text('OTHERS = ["apps.bears"]; PICTURES = "pictures"')
    files = stage("films", to=tmp_path / "out", root=project)
    assert Path("apps/pictures/films.png") in files
    assert Path("apps/bears.py") in files
    assert "torch==2.14.1" in (tmp_path / "out/requirements.txt").read_text()


def test_readme_carries_what_the_hub_reads(project, tmp_path):
    stage("films", to=tmp_path / "out", root=project)
    readme = (tmp_path / "out/README.md").read_text("utf-8")
    assert readme.startswith("---\ntitle: Films\n")
    for line in ("sdk: gradio", "sdk_version: 6.31.0", 'python_version: "3.12"', "app_file: app.py"):
        assert f"\n{line}\n" in readme
    assert readme.endswith("---\n\nFilms to watch.\n")


def test_an_app_with_a_login_button_asks_the_hub_for_it(project, tmp_path):
    stage("bears", to=tmp_path / "plain", root=project)
    assert "hf_oauth" not in (tmp_path / "plain/README.md").read_text("utf-8")
    (project / "apps/bears.py").write_text("import gradio as gr\ngr.LoginButton\n")
    stage("bears", to=tmp_path / "login", root=project)
    front = (tmp_path / "login/README.md").read_text("utf-8").split("---")[1]
    assert "\nhf_oauth: true\nhf_oauth_scopes:\n- write-repos\n" in front


def test_staging_again_replaces_the_old_one(project, tmp_path):
    first = stage("films", to=tmp_path / "out", root=project)
    (tmp_path / "out/apps/old.py").write_text("")
    assert stage("films", to=tmp_path / "out", root=project) == first


@pytest.mark.parametrize(
    ("change", "app", "message"),
    [
        ({}, "cats", "There is no app 'cats'. Choose one of: bears, films."),
        ({"apps/bears.py": "import yaml"}, "bears", "imports yaml: give it a version in requirements.txt"),
        ({"../out/mine.txt": "keep"}, "bears", "holds something else. Name an empty folder."),
        ({"../out/app.py": "mine"}, "bears", "holds something else. Name an empty folder."),
    ],
)
def test_what_cannot_be_staged_is_explained(project, tmp_path, change, app, message):
    (tmp_path / "out").mkdir()
    for name, text in change.items():
        (project / name).write_text(text)
    before = sorted((tmp_path / "out").iterdir())
    with pytest.raises(StageError) as caught:
        stage(app, to=tmp_path / "out", root=project)
    assert message in str(caught.value)
    assert sorted((tmp_path / "out").iterdir()) == before


def test_command_stages_the_recommender(tmp_path):
    command = [sys.executable, ROOT / "spaces/stage.py", "recommender", "--to", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out"
    assert (out / "apps/recommender.py").is_file()
    assert (out / "apps/views/recommender").is_dir()
    assert not list(out.rglob("*.pyc"))
    requirements = (out / "requirements.txt").read_text()
    assert "numpy==" in requirements
    assert "gradio" not in requirements
    # What was staged needs nothing that was left behind: staged once more from there, it is the same.
    (out / "requirements.txt").write_text((ROOT / "requirements.txt").read_text("utf-8"), "utf-8")
    again = stage("recommender", to=tmp_path / "again", root=out)
    assert again == sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    assert (tmp_path / "again/requirements.txt").read_text() == requirements
