import re
from dataclasses import replace
from importlib.metadata import requires, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from deploy.config import Space, load_config
from deploy.errors import PushError
from deploy.hardware import HARDWARE, ZERO_GPU, ZERO_GPU_TORCH
from deploy.imports import imported_names
from deploy.requirements import CPU_TORCH, find_requirements, fit_zero_gpu, read_pins
from deploy.stage import StagedFile, StageError, list_files, stage, stage_space
from tests.conftest import ROOT

SPACES = load_config().spaces
SPACE_MB = {"bears": 17, "recommender": 12, "relu": 3, "forest": 3}
SPACE_MB |= dict.fromkeys(("matmul", "models", "titanic", "losses"), 1)
PROJECT = {
    "requirements.txt": (
        "gradio[oauth,mcp]==6.31.0  # pages\nnumpy==2.4.6\nscikit-learn==1.9.1\ntorch==2.14.1\n"
        "torchvision==0.29.1\ntimm==1.0.31\n"
    ),
    "apps/__init__.py": "",
    "apps/films.py": '"""Films to watch."""\nimport gradio as gr\nfrom apps.views.films import rate\n',
    "apps/bears.py": "import torch\n",
    "apps/views/films/rate.py": (
        "from shared.collab import model\nfrom spaces import GPU\n@GPU(duration=5)\ndef rate(): pass\n"
    ),
    "apps/views/films/rate.js": "// js",
    "apps/pictures/films.png": "",
    "apps/pictures/page.png": "",
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
MARKED = "from shared.device import gpu\n@gpu(duration_seconds=5)\ndef paint(): pass\n"
BEARS = Space(name="bears", app="bears", title="Bears")


@pytest.fixture
def project(tmp_path) -> Path:
    return write_project(tmp_path / "project")


def write_project(root: Path) -> Path:
    for name, text in PROJECT.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture(scope="module", params=SPACES)
def staged(request, tmp_path_factory) -> tuple[Space, Path]:
    """Each Space of spaces.toml, staged."""
    folder = tmp_path_factory.mktemp(request.param)
    stage_space(SPACES[request.param], folder)
    return SPACES[request.param], folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_only_what_the_app_imports_is_copied(project, tmp_path):
    files = stage("films", to=tmp_path / "out", root=project)
    assert [file.as_posix() for file in files] == [
        "LICENSE.md",
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


def test_files_are_told_with_their_sizes(project, tmp_path):
    files = stage_space(BEARS, tmp_path / "out", root=project)
    assert [file.path for file in files] == sorted(contents(tmp_path / "out"))
    assert StagedFile("apps/bears.py", len("import torch\n")) in files
    cache = tmp_path / "out/apps/__pycache__"
    cache.mkdir()
    (cache / "bears.pyc").write_text("what Python leaves behind")
    assert list_files(tmp_path / "out") == files


def test_requirements_name_only_what_is_imported(project, tmp_path):
    stage("films", to=tmp_path / "out", root=project)
    assert (tmp_path / "out/requirements.txt").read_text() == "numpy==2.4.6\nscikit-learn==1.9.1\n"


def test_module_and_picture_named_in_a_string_are_followed(project, tmp_path):
    (project / "apps/films.py").write_text('OTHERS = ["apps.bears"]; PICTURE = "pictures", "films.png"')
    files = stage("films", to=tmp_path / "out", root=project)
    assert Path("apps/pictures/films.png") in files
    assert Path("apps/pictures/page.png") not in files
    assert Path("apps/bears.py") in files
    assert "torch==2.14.1" in (tmp_path / "out/requirements.txt").read_text()


def test_packages_of_debian_have_a_file_of_their_own(project, tmp_path):
    space = Space(name="bears", app="bears", title="Bears", packages=("libheif1", "ffmpeg"))
    stage_space(space, tmp_path / "out", root=project)
    assert (tmp_path / "out/packages.txt").read_text() == "ffmpeg\nlibheif1\n"
    stage_space(BEARS, tmp_path / "out", root=project)
    assert not (tmp_path / "out/packages.txt").exists()


@pytest.mark.parametrize("hardware", HARDWARE)
def test_torch_is_one_that_the_hardware_runs(project, tmp_path, hardware):
    (project / "apps/bears.py").write_text(f"import timm\n{MARKED}")
    space = Space(name="bears", app="bears", title="Bears", hardware=hardware)
    stage_space(space, tmp_path / "out", root=project)
    lines = (tmp_path / "out/requirements.txt").read_text().splitlines()
    if hardware == ZERO_GPU:
        assert lines == ["timm==1.0.31", "torch==2.11.0", "torchvision==0.26.0"]
    else:
        index = ["--extra-index-url https://download.pytorch.org/whl/cpu"] if "cpu" in hardware else []
        assert lines == [*index, "timm==1.0.31", "torch==2.14.1", "torchvision==0.29.1"]


@pytest.mark.parametrize(
    "code",
    [
        "from shared.device import gpu\n",
        "from shared.device import gpu\ndef paint(): gpu()\n",
        "def gpu(f): return f\n@gpu\ndef paint(): pass\n",
    ],
)
def test_zero_gpu_is_refused_to_an_app_that_never_asks_for_a_gpu(project, tmp_path, code):
    (project / "apps/bears.py").write_text(code)
    space = Space(name="bears", app="bears", title="Bears", hardware=ZERO_GPU)
    with pytest.raises(
        StageError, match="bears has no function that asks for a GPU, and zero-a10g ends such an app"
    ):
        stage_space(space, tmp_path / "out", root=project)
    stage_space(BEARS, tmp_path / "out", root=project)


def test_of_this_projects_spaces_those_on_zero_gpu_ask_for_it(tmp_path):
    asked = {name for name, space in SPACES.items() if space.hardware == ZERO_GPU}
    for name, space in SPACES.items():
        try:
            stage_space(replace(space, hardware=ZERO_GPU), tmp_path / name)
        except StageError:
            assert name not in asked
        else:
            assert name in asked


@pytest.mark.parametrize("torch", ZERO_GPU_TORCH)
def test_a_torch_that_zero_gpu_runs_stays(torch):
    fitted = fit_zero_gpu({"torch": torch, "torchvision": "0.1", "numpy": "2.4.6"})
    assert fitted == {"torch": torch, "torchvision": ZERO_GPU_TORCH[torch], "numpy": "2.4.6"}


def test_zero_gpu_adds_no_torch_to_an_app_without(project, tmp_path):
    space = Space(name="films", app="films", title="Films", hardware=ZERO_GPU)
    stage_space(space, tmp_path / "out", root=project)
    assert "torch" not in (tmp_path / "out/requirements.txt").read_text()


PIN = f'[films]\nbundled = "collab/artifact"\nrepo_id = "visitor/films"\nrevision = "{"a" * 40}"\n'


@pytest.mark.parametrize("models", [(), ("films",)])
@pytest.mark.parametrize("pinned", [True, False])
def test_a_model_is_preloaded_or_staged_and_not_both(project, tmp_path, models, pinned):
    (project / "shared/artifacts").mkdir()
    (project / "shared/artifacts/artifacts.toml").write_text(PIN if pinned else PIN.partition("repo_id")[0])
    (project / "shared/collab/artifact/config.json").write_text('{"files": {"model.safetensors": {}}}')
    (project / "shared/collab/artifact/model.safetensors").write_text("weights")
    space = Space(name="films", app="films", title="Films", models=models)
    staged = {file.path for file in stage_space(space, tmp_path / "out", root=project)}
    is_preloaded = "preload_from_hub" in (tmp_path / "out/README.md").read_text()
    assert is_preloaded == bool(models and pinned)
    assert ("shared/collab/artifact/model.safetensors" in staged) == (not is_preloaded)


LICENCES = {
    "gallery": "apache-2.0-with-gpl-2.0-pictures-and-non-commercial-movielens-data",
    "bears": "apache-2.0-with-gpl-2.0-pictures",
    "recommender": "apache-2.0-with-non-commercial-movielens-data",
    "titanic": "apache-2.0-with-non-commercial-movielens-data",
}


def test_the_licence_is_that_of_all_parts(staged):
    space, folder = staged
    text = (folder / "README.md").read_text("utf-8")
    assert text.endswith((folder / "LICENSE.md").read_text("utf-8").partition("# Licence\n")[2])
    front = yaml.safe_load(text.split("---\n")[1])
    name = LICENCES.get(space.name)
    assert (front["license"], front.get("license_name")) == ("other" if name else "apache-2.0", name)
    assert ("under the GPL 2" in text) == ("pictures" in (name or ""))
    assert ("non-commercial" in text) == ("movielens" in (name or ""))


def test_staging_again_replaces_the_old_one(project, tmp_path):
    first = stage("films", to=tmp_path / "out", root=project)
    (tmp_path / "out/apps/old.py").write_text("")
    assert stage("films", to=tmp_path / "out", root=project) == first


def test_the_same_project_gives_the_same_bytes(project, tmp_path):
    copy = write_project(tmp_path / "elsewhere")
    (copy / "shared/collab/__pycache__/other.pyc").write_text("")
    stage("films", to=tmp_path / "one", root=project)
    stage("films", to=tmp_path / "two", root=copy)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.parametrize(
    ("change", "app", "message"),
    [
        ({}, "cats", "There is no app 'cats'. Choose one of: bears, films."),
        (
            {"apps/bears.py": "import yaml"},
            "bears",
            "bears.py imports yaml, which has no pin. Give it a version in requirements.txt.",
        ),
        (
            {"apps/views/films/rate.py": "x = 1\nx = = 2\n"},
            "films",
            "rate.py is not Python: line 2, invalid syntax. Put that line right.",
        ),
        ({"../out/mine.txt": "keep"}, "bears", "holds something else. Name an empty folder."),
        ({"../out/app.py": "mine"}, "bears", "holds something else. Name an empty folder."),
    ],
)
def test_what_cannot_be_staged_is_explained(project, tmp_path, change, app, message):
    (tmp_path / "out").mkdir()
    for name, text in change.items():
        (project / name).write_text(text)
    before = contents(tmp_path / "out")
    with pytest.raises(PushError) as caught:
        stage(app, to=tmp_path / "out", root=project)
    assert message in str(caught.value)
    assert contents(tmp_path / "out") == before


def test_a_file_is_no_folder_to_stage_into(project, tmp_path):
    (tmp_path / "out").write_text("keep")
    with pytest.raises(StageError, match="holds something else"):
        stage("films", to=tmp_path / "out", root=project)
    assert (tmp_path / "out").read_text() == "keep"


def test_each_space_is_small_and_holds_code_of_its_own_only(staged):
    space, folder = staged
    size = sum(file.size for file in list_files(folder))
    assert size < SPACE_MB.get(space.name, sum(SPACE_MB.values())) * 2**20
    assert (folder / f"apps/{space.app}.py").is_file()
    top = {path.name for path in folder.iterdir()}
    assert top == {"LICENSE.md", "README.md", "app.py", "apps", "requirements.txt", "shared"}
    assert not list(folder.rglob("*.pyc"))


def test_each_requirement_is_pinned_and_imported_somewhere(staged):
    """By another road than staging: from a package to the names it installs, and to the imports of them."""
    _, folder = staged
    imported = {name.partition(".")[0] for path in folder.rglob("*.py") for name in imported_names(path)}
    for line in (folder / "requirements.txt").read_text().splitlines():
        if line == CPU_TORCH:
            continue
        name, _, pinned = line.partition("==")
        assert re.fullmatch(r"\d+(\.\d+)+", pinned), line
        # fastai and timm import torchvision, and would take any.
        assert names_of(name) & imported or name == "torchvision", f"{name} is never imported"


def names_of(package: str) -> set[str]:
    """What a package can be imported as, from the files it installed."""
    from importlib.metadata import files

    return {
        path.parts[0].removesuffix(".py")
        for path in files(package) or []
        if path.suffix in {".py", ".so"} and ".." not in path.parts
    }


def test_requirements_go_together_with_what_a_space_installs(staged):
    """The Hub adds gradio with these extras: its own bounds must leave room for our pins."""
    _, folder = staged
    assert f"sdk_version: {version('gradio')}\n" in (folder / "README.md").read_text("utf-8")
    bounds = [Requirement(text) for text in requires("gradio") or []]
    ours = read_pins(folder / "requirements.txt")
    met = 0
    for bound in bounds:
        applies = bound.marker is None or any(
            bound.marker.evaluate({"extra": extra, "python_version": "3.12"})
            for extra in ("", "oauth", "mcp")
        )
        if applies and bound.name in ours:
            assert bound.specifier.contains(ours[bound.name]), f"{bound} and {ours[bound.name]}"
            met += 1
    assert met >= 1  # fastapi at least


def test_each_space_stages_the_same_from_what_was_staged(staged, tmp_path):
    """Nothing that it needs was left behind."""
    space, folder = staged
    root = tmp_path / "root"
    for name, content in contents(folder).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    (root / "requirements.txt").write_text((ROOT / "requirements.txt").read_text("utf-8"), "utf-8")
    stage_space(space, tmp_path / "again", root=root)
    assert contents(tmp_path / "again") == contents(folder)


def test_the_name_of_a_space_is_enough(tmp_path):
    paths = stage("relu", to=tmp_path / "out")
    assert Path("apps/relu.py") in paths
    assert "title: ReLU curve fitter" in (tmp_path / "out/README.md").read_text("utf-8")


def test_a_package_under_another_name_is_found(tmp_path):
    module = tmp_path / "module.py"
    module.write_text("import sklearn.tree\nfrom PIL import Image\nimport json, gradio, apps.bears\n")
    pins = {"scikit-learn": "1.9.1", "pillow": "12.3.0", "numpy": "2.4.6"}
    assert find_requirements([module], pins=pins) == ["pillow==12.3.0", "scikit-learn==1.9.1"]
