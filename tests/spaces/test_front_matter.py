import ast
import json
import re

import pytest
import yaml

from deploy.config import Space, load_config
from deploy.errors import PushError
from deploy.front_matter import front_matter, write_readme
from deploy.hardware import HARDWARE, SUGGESTED_HARDWARE
from tests.conftest import ROOT
from tests.servers.spaces_hub_rules import find_readme_errors

COMMIT = "0123456789abcdef0123456789abcdef01234567"
APP = '''"""Films (lesson 7): rate {a few}.

    python apps/films.py
"""
'''
CATALOG = (
    (ROOT / "apps/catalog.py").read_text("utf-8").partition("\nAPPS")[0]
    + """
APPS = (App("films", "Films", "Rate a few films.", "Rate films", (7,), (), (), "", "🎬"),)
"""
)


@pytest.fixture
def root(tmp_path):
    for folder in ("apps", "shared/films/artifact", "shared/artifacts"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "apps/films.py").write_text(APP)
    (tmp_path / "apps/catalog.py").write_text(CATALOG)
    config = {"files": {"model.safetensors": "0" * 64, "README.md": "0" * 64}}
    (tmp_path / "shared/films/artifact/config.json").write_text(json.dumps(config))
    pin(tmp_path, "")
    return tmp_path


def pin(root, text: str) -> None:
    (root / "shared/artifacts/artifacts.toml").write_text(f'[films]\nbundled = "films/artifact"\n{text}')


def films(**wishes) -> Space:
    return Space(**{"name": "films", "app": "films", "title": "Films", **wishes})


def read(readme: str) -> tuple[dict, str]:
    """The front matter as YAML reads it, and the rest."""
    empty, front, body = re.split(r"^---\n", readme, maxsplit=2, flags=re.MULTILINE)
    assert empty == ""
    assert not find_readme_errors(readme)
    return yaml.safe_load(front), body


def write(root, space: Space, **more) -> tuple[dict, str]:
    return read(write_readme(space, root=root, sdk_version="6.31.0", **more))


@pytest.mark.parametrize(
    "title",
    [
        "Films: a list",
        'It\'s "quoted"',
        "- dash",
        "# not a comment",
        "yes",
        "3.10",
        "{braces} [brackets] %s",
        "--- three",
        "Bären 🐻 und 熊",
        "trailing: ",
        "a\\b\tc",
        "x" * 300,
    ],
)
def test_whatever_is_written_is_what_the_hub_reads(root, title):
    wishes = {"title": title, "short_description": title[:60], "tags": (title, "b"), "emoji": "👩‍🔬"}
    front, body = write(root, films(**wishes))
    assert front["title"] == title
    assert front["short_description"] == title[:60]
    assert front["tags"] == [title, "b"]
    assert front["emoji"] == "👩‍🔬"
    assert f"# {title}\n" in body


def test_front_matter_is_complete(root):
    pin(root, f'repo_id = "visitor/films"\nrevision = "{COMMIT}"\n')
    line = f"visitor/bears config.json,model.onnx {COMMIT}"
    space = films(
        emoji="🎬",
        color_from="pink",
        color_to="red",
        short_description="Rate films",
        hardware="t4-small",
        python_version="3.12",
        models=("films", line),
        oauth=True,
        tags=("one",),
    )
    front, _ = write(root, space)
    assert front == {
        "title": "Films",
        "emoji": "🎬",
        "colorFrom": "pink",
        "colorTo": "red",
        "sdk": "gradio",
        "sdk_version": "6.31.0",
        "python_version": "3.12",
        "app_file": "app.py",
        "short_description": "Rate films",
        "license": "apache-2.0",
        "tags": ["one"],
        "models": ["visitor/bears", "visitor/films"],
        "preload_from_hub": [f"visitor/films config.json,README.md,model.safetensors {COMMIT}", line],
        "startup_duration_timeout": "30m",
        "hf_oauth": True,
        "hf_oauth_scopes": ["write-repos"],
        "suggested_hardware": "t4-small",
    }


def test_the_version_of_python_stays_a_text(root):
    assert re.search(
        r"^python_version: '3\.12'$", write_readme(films(), root=root, sdk_version="6.31.0"), re.M
    )


def test_what_is_not_wished_for_is_left_out(root):
    front, _ = write(root, films(models=("films",)))  # bundled only: nothing to bring from the Hub
    absent = {"tags", "models", "preload_from_hub", "hf_oauth", "hf_oauth_scopes", "short_description"}
    assert front.keys().isdisjoint(absent)


@pytest.mark.parametrize("hardware", HARDWARE)
def test_hardware_is_suggested_where_the_hub_allows_it(root, hardware):
    front, _ = write(root, films(hardware=hardware))
    assert front.get("suggested_hardware") == (hardware if hardware in SUGGESTED_HARDWARE else None)
    assert hardware != "zero-a10g" or "suggested_hardware" not in front


def test_a_model_without_a_full_commit_is_refused(root):
    pin(root, 'repo_id = "visitor/films"\nrevision = "main"\n')
    with pytest.raises(PushError, match=r"\[films\] is not pinned to a full commit of 40 digits\. Write"):
        front_matter(films(models=("films",)), root=root, sdk_version="6.31.0")


def test_people_read_the_tour_the_lesson_and_how_to_call(root):
    space = films(checks={"recommend": {"n": 3, "only": ["Crime"]}})
    _, body = write(root, space, owner="A_Visitor")
    assert body.startswith("\n# Films\n\nRate a few films.\n")
    assert (
        "[Lesson 7 of Practical Deep Learning for Coders](https://course.fast.ai/Lessons/lesson7.html)"
        in body
    )
    assert "Films (lesson 7): rate {a few}.\n\n    python apps/films.py\n" in body
    assert 'client = Client("A_Visitor/films")\n' in body
    assert "client.predict(n=3, only=['Crime'], api_name=\"/recommend\")\n" in body
    assert 'await Client.connect("A_Visitor/films");\n' in body
    assert 'await client.predict("/recommend", { n: 3, only: ["Crime"] });\n' in body
    assert "https://a-visitor-films.hf.space/gradio_api/mcp/." in body
    assert "OWNER" not in body
    assert "token" not in body


def test_a_space_whose_owner_is_open_says_what_to_put_in(root):
    _, body = write(root, films(private=True))
    assert 'Client("OWNER/films")' in body
    assert "https://OWNER-films.hf.space/gradio_api/mcp/." in body
    assert "Put the account this Space belongs to in the place of OWNER." in body
    assert "give both clients a token of yours" in body
    assert "client.predict" not in body  # no call is known that would work


def test_an_app_without_a_lesson_links_the_course(root):
    (root / "apps/films.py").write_text("")
    (root / "apps/catalog.py").unlink()
    _, body = write(root, films(short_description="Rate films"))
    assert "It belongs to [the course Practical Deep Learning for Coders](https://course.fast.ai)." in body
    assert "\n# Films\n\nRate films\n" in body


def test_the_example_is_short_and_sends_no_made_up_file(root):
    checks = {
        "train": {"zip": {"file": "a.zip"}, "expect": {"refusal": "zip"}},
        "read": {"file": {"file": "a.csv", "text": "a"}},
        "several": {"images": [{"file": "a.jpg"}]},
        "long": {"text": "x" * 200},
        "nothing": {},
        "classify": {"image": {"file": "shared/x/bear.jpg"}, "n": 2},
    }
    _, body = write(root, films(checks=checks), owner="visitor")
    address = "https://huggingface.co/spaces/visitor/films/resolve/main/shared/x/bear.jpg"
    assert "from gradio_client import Client, handle_file\n" in body
    assert f'client.predict(image=handle_file("{address}"), n=2, api_name="/classify")\n' in body
    assert 'import { Client, handle_file } from "@gradio/client";\n' in body
    assert f'client.predict("/classify", {{ image: handle_file("{address}"), n: 2 }});\n' in body


@pytest.mark.parametrize("name", load_config().spaces)
def test_the_python_of_each_space_is_python(name):
    space = load_config().spaces[name]
    front, body = read(write_readme(space, root=ROOT, sdk_version="6.31.0", owner="visitor"))
    assert front["title"] == space.title
    code = re.search(r"```python\n(.*?)```", body, re.DOTALL)[1]
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    called = [ast.unparse(call.func) for call in calls]
    assert {"Client", "client.view_api", "client.predict"} <= set(called)
    assert ("/visitor-gallery" in code.replace("https:/", "")) == (name == "gallery")
    assert body.count("```") == 4
