"""A notebook with exported cells becomes a staged folder that runs."""

import json
import subprocess
import sys

import pytest
import yaml

from deploy.errors import PushError
from deploy.hardware import ZERO_GPU
from deploy.notebook import app_from_notebook, space_of
from deploy.requirements import CPU_TORCH
from deploy.run_staged import AS_SPACE
from deploy.smoke import check_endpoints
from tests.conftest import ROOT
from tests.servers.gradio_http import free_port, run_app

COURSE = [
    ("markdown", '# Bear "or" not: a test\nThe lesson.'),
    ("code", "#| default_exp app"),
    ("code", "#| export\nfrom fastcore.basics import patch\nimport gradio as gr\nfrom helper import greet"),
    ("code", "1 / 0  # not exported"),
    ("code", "#|export\nexamples = ['pictures/bear.jpg', '../secret.txt', '.env', 'not here.txt', '.']"),
    ("code", ["#| export\n", "with gr.Blocks() as demo:\n", "    gr.api(greet, api_name='greet')"]),
    ("code", "#| export\ndemo.launch(inline=False)"),
]


def write(path, cells):
    """A notebook as Jupyter writes it."""
    code = {"outputs": [], "execution_count": None}
    entries = [
        {"cell_type": kind, "metadata": {}, "id": str(number), "source": source}
        | (code if kind == "code" else {})
        for number, (kind, source) in enumerate(cells)
    ]
    path.write_text(json.dumps({"cells": entries, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


@pytest.fixture
def notebook(tmp_path):
    folder = tmp_path / "course"
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / "bear.jpg").write_bytes(b"jpg")
    (folder / "helper.py").write_text(
        "import numpy as np\n\n\ndef greet(name: str) -> dict:\n    return {name: 1}\n"
    )
    (folder / ".env").write_text("TOKEN=1")
    (folder / "unused.txt").write_text("x")
    (tmp_path / "secret.txt").write_text("x")
    return write(folder / "My Bears_1.ipynb", COURSE)


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_folder_holds_the_app_what_it_names_and_nothing_else(notebook, tmp_path):
    out = app_from_notebook(notebook, tmp_path / "out")
    assert files(out) == ["README.md", "app.py", "helper.py", "pictures/bear.jpg", "requirements.txt"]
    code = (out / "app.py").read_text()
    assert "1 / 0" not in code
    assert "File to edit: My Bears_1.ipynb." in code
    assert str(tmp_path) not in code
    assert "../" not in code.replace("../secret.txt", "")


def test_requirements_are_what_the_cells_import_with_exact_versions(notebook, tmp_path):
    out = app_from_notebook(notebook, tmp_path / "out")
    lines = (out / "requirements.txt").read_text().splitlines()
    assert [line.partition("==")[0] for line in lines] == ["fastcore", "numpy"]
    assert f"{lines[1]} " in (ROOT / "requirements.txt").read_text()  # the project's own pin
    assert all("==" in line for line in lines)


def test_fastai_brings_a_torch_that_the_hardware_runs(tmp_path):
    code = "#| export\nfrom fastai.vision.all import *\nimport gradio as gr\nimport spaces\n"
    code += "@spaces.GPU\ndef fit(): pass"
    cells = [("code", code), *COURSE[-1:]]
    notebook = write(tmp_path / "bears.ipynb", cells)
    space = space_of(notebook, hardware=ZERO_GPU)
    out = app_from_notebook(notebook, tmp_path / "out", space=space)
    assert "torch==2.11.0\ntorchvision==0.26.0\n" in (out / "requirements.txt").read_text()
    app_from_notebook(notebook, out)
    assert "torch==2.14.1\n" in (out / "requirements.txt").read_text()
    assert CPU_TORCH in (out / "requirements.txt").read_text()
    cells[0] = ("code", code.replace("@spaces.GPU", ""))
    with pytest.raises(PushError, match="has no function that asks for a GPU"):
        app_from_notebook(write(notebook, cells), out, space=space)


def test_the_readme_is_what_the_hub_reads(notebook, tmp_path):
    space = space_of(notebook)
    assert (space.name, space.repo, space.title) == ("my-bears-1", "my-bears-1", 'Bear "or" not: a test')
    text = (app_from_notebook(notebook, tmp_path / "out") / "README.md").read_text()
    fields = yaml.safe_load(text.split("---\n")[1])
    assert fields["title"] == space.title
    assert (fields["sdk"], fields["app_file"]) == ("gradio", "app.py")
    assert "`My Bears_1.ipynb`" in text
    assert "license" not in fields  # that is for the one who wrote it to say


def test_the_same_notebook_gives_the_same_bytes(notebook, tmp_path):
    first, second = (app_from_notebook(notebook, tmp_path / name) for name in ("a", "b"))
    app_from_notebook(notebook, second)  # over what is there
    assert files(first) == files(second)
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in files(first))


@pytest.mark.long
def test_what_is_staged_runs(notebook, tmp_path):
    out = app_from_notebook(notebook, tmp_path / "out")
    log = tmp_path / "log.txt"
    with run_app(
        out / "app.py",
        log=log,
        cwd=out,
        env={"SYSTEM": "spaces", "SPACE_ID": "x/y", "PYTHONPATH": str(AS_SPACE)},
    ) as app:
        checks = {"greet": {"name": "Ada"}}
        results = check_endpoints(app.url, token=None, checks=checks)
    assert [(result.name, result.problem) for result in results] == [("greet", "")]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ([("code", "demo.launch()")], "bears.ipynb exports nothing."),
        ([("markdown", "Write #| export at the top")], "bears.ipynb exports nothing."),
        ([("code", "#| export\nimport gradio")], "The exported cells of bears.ipynb never call launch()"),
        (
            [("code", "#| export\nimport no_such_thing\nx.launch()")],
            "app.py imports no_such_thing, which is not",
        ),
        (
            [("code", "#| export\n!pip install gradio\nx.launch()")],
            "The exported cells of bears.ipynb are not Python: '!pip install gradio'",
        ),
        ([("code", "#| export\ndef (:\nx.launch()")], "The exported cells of bears.ipynb are not Python"),
    ],
)
def test_what_cannot_become_an_app_is_told(cells, problem, tmp_path):
    with pytest.raises(PushError) as caught:
        app_from_notebook(write(tmp_path / "bears.ipynb", cells), tmp_path / "out")
    assert caught.value.problem.startswith(problem)
    assert caught.value.next_step


def test_the_checks_of_the_smoke_test_stand_in_a_cell(notebook, tmp_path):
    cells = [
        *COURSE,
        ("code", "#| checks\n{'/greet': {'name': 'Ada', 'img': {'file': 'pictures/bear.jpg'}}}"),
    ]
    checks = space_of(write(notebook, cells)).checks
    picture = notebook.parent / "pictures" / "bear.jpg"
    assert checks == {"greet": {"name": "Ada", "img": {"file": str(picture)}}}
    assert "checks" not in (app_from_notebook(notebook, tmp_path / "out") / "app.py").read_text()
    assert space_of(write(notebook, COURSE)).checks == {}


@pytest.mark.parametrize("text", ["greet(1)", "[1]", "{'greet': 1}", "{'greet': {"])
def test_checks_that_are_none_are_refused(tmp_path, text):
    notebook = write(tmp_path / "bears.ipynb", [*COURSE, ("code", f"#| checks\n{text}")])
    with pytest.raises(PushError, match=r"The checks of bears\.ipynb cannot be read"):
        space_of(notebook)


@pytest.mark.parametrize(
    "cells",
    [
        "examples = ['pictures/bear.jpg', 'pictures/fox.jpg']",
        "learn = load_learner('pictures/fox.jpg')",
        "from lost import x",
    ],
)
def test_files_that_are_not_there_are_refused(notebook, tmp_path, cells):
    (notebook.parent / "lost.py").write_text("x = open('pictures/fox.jpg', 'rb')\n")
    write(notebook, [*COURSE[:-1], ("code", f"#| export\n{cells}"), COURSE[-1]])
    with pytest.raises(
        PushError, match=r"The app names files that are not in .*: pictures/fox\.jpg \(in "
    ) as caught:
        app_from_notebook(notebook, tmp_path / "out")
    assert "Put them beside the notebook" in caught.value.next_step
    (notebook.parent / "pictures" / "fox.jpg").write_bytes(b"jpg")
    assert "pictures/fox.jpg" in files(app_from_notebook(notebook, tmp_path / "out"))


def test_files_that_the_app_itself_writes_need_not_be_there(notebook, tmp_path):
    code = """#| export
with open("log.txt", "a") as log: pass
frame.to_csv("table.csv")
again = read_csv("table.csv")
gr.File(file_types=[".csv"], label="A table.csv of your own")
"""
    write(notebook, [*COURSE[:-1], ("code", code), COURSE[-1]])
    assert "log.txt" not in files(app_from_notebook(notebook, tmp_path / "out"))


def test_a_file_that_a_check_sends_must_be_there(notebook):
    write(notebook, [*COURSE, ("code", "#| checks\n{'greet': {'img': {'file': 'gone.jpg'}}}")])
    with pytest.raises(PushError, match=r"The checks of My Bears_1\.ipynb send gone\.jpg, which is not in"):
        space_of(notebook)


@pytest.mark.long
def test_a_notebook_runs_here(notebook):
    """With --json the address is told once it answers."""
    command = [sys.executable, "spaces/push.py", "from-notebook", str(notebook), "--run", "--json"]
    with subprocess.Popen(
        [*command, "--port", str(free_port())],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            url = json.loads("".join(process.stdout.readline() for _ in range(3)))["url"]
            results = check_endpoints(url, token=None, checks={"greet": {"name": "Ada"}})
        finally:
            process.terminate()
    assert [(result.name, result.problem) for result in results] == [("greet", "")]


def test_what_is_no_notebook_is_told(tmp_path):
    (tmp_path / "text.ipynb").write_text("no JSON")
    (tmp_path / "list.ipynb").write_text("[]")
    for name, problem in {
        "gone.ipynb": "There is no file",
        "text.ipynb": "text.ipynb is not a notebook",
        "list.ipynb": "list.ipynb is not a notebook",
    }.items():
        with pytest.raises(PushError, match=problem):
            app_from_notebook(tmp_path / name, tmp_path / "out")


def test_a_folder_that_holds_something_else_is_left_alone(notebook):
    with pytest.raises(PushError, match="holds something else"):
        app_from_notebook(notebook, notebook.parent)
    assert notebook.is_file()


def test_nbdev_is_not_imported_before_it_is_needed():
    code = (
        "import sys; sys.path.insert(0, 'spaces'); import deploy.notebook, deploy.smoke; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"nbdev", "gradio_client", "gradio", "huggingface_hub"} & set(done.stdout.split())
