r"""The README of a Space: first what the Hub reads, then what people read.

The Hub reads YAML between two lines of dashes (https://huggingface.co/docs/hub/spaces-config-reference).
People read what the app is, which lesson it belongs to, and how a program calls it; all of it comes from the
app's own module, from apps/catalog.py and from spaces.toml.

    from deploy.front_matter import write_readme
    write_readme(space, root=ROOT, sdk_version="6.31.0")  # "---\ntitle: Bear classifier\n..."
"""

import ast
import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.catalog import read_catalog
from deploy.config import Space
from deploy.errors import PushError
from deploy.hardware import SUGGESTED_HARDWARE
from deploy.imports import parse
from deploy.licences import licence_fields, licence_text

COURSE = "Practical Deep Learning for Coders"
COURSE_URL = "https://course.fast.ai"
STARTUP_TIMEOUT = "30m"  # a first start downloads the models that are not bundled
OAUTH_SCOPES = ("write-repos",)  # visitors push the model they trained

_SHORT = 100  # characters: a call to show
_OWNER = "OWNER"  # in an address, where nobody said whose Space it will be

_BODY = """
# {title}

{summary}

It belongs to [{lesson}]({lesson_url}).

## A tour

{tour}

## From a program

{about_calls}

In Python (`pip install gradio_client`):

```python
from gradio_client import {names}

client = Client({address})
client.view_api()  # the endpoints, their arguments, and what they answer
{python_call}```

In TypeScript (`npm install @gradio/client`):

```typescript
import {{ {names} }} from "@gradio/client";

const client = await Client.connect({address});
console.log(await client.view_api()); // the endpoints, their arguments, and what they answer
{typescript_call}```

## Licence

{licence}
"""


def write_readme(
    space: Space, *, root: Path, sdk_version: str, owner: str | None = None, paths: Sequence[str] = ()
) -> str:
    """Write the README.md of a Space.

    Args:
        space: what the Space is to be.
        root: the project: its app says the lesson and gives the tour.
        sdk_version: of Gradio.
        owner: whose Space it will be; the addresses have a placeholder when it is open.
        paths: the files of the Space, some of which have a licence of their own.

    Returns:
        The text, front matter first.

    Raises:
        PushError: a model that is to be there before the start is not pinned to a full commit.
    """
    fields = front_matter(space, root=root, sdk_version=sdk_version) | licence_fields(paths)
    return as_yaml(fields) + _body(space, root=root, owner=owner, licence=licence_text(paths))


def front_matter(space: Space, *, root: Path, sdk_version: str) -> dict[str, Any]:
    """What the Hub reads, by its own names for it.

    Args:
        space: what the Space is to be.
        root: the project, for the models it pins.
        sdk_version: of Gradio.

    Raises:
        PushError: as `write_readme` does.
    """
    preload = [line for model in space.models if (line := _preload(model, root=root))]
    fields: dict[str, Any] = {
        "title": space.title,
        "emoji": space.emoji,
        "colorFrom": space.color_from,
        "colorTo": space.color_to,
        "sdk": "gradio",
        "sdk_version": sdk_version,
        "python_version": space.python_version,
        "app_file": "app.py",
        "short_description": space.short_description,
        "tags": list(space.tags),
        "models": sorted({line.partition(" ")[0] for line in preload}),
        "preload_from_hub": preload,
        "startup_duration_timeout": STARTUP_TIMEOUT,
    }
    if space.oauth:
        fields |= {"hf_oauth": True, "hf_oauth_scopes": list(OAUTH_SCOPES)}
    if space.hardware in SUGGESTED_HARDWARE:
        fields["suggested_hardware"] = space.hardware
    return {key: value for key, value in fields.items() if value not in ("", [])}


def preloaded_folders(space: Space, *, root: Path) -> list[Path]:
    """List the folders of bundled models that the Space needs not hold: the Hub puts them there as it builds.

    Args:
        space: what the Space is to be.
        root: the project.
    """
    names = [model for model in space.models if "/" not in model]
    entries = [entry for name in names if (entry := _pinned(name, root))]
    return [root / "shared" / str(entry["bundled"]) for entry in entries]


def _pinned(model: str, root: Path) -> dict[str, Any] | None:
    """The manifest's entry for a model that has a repository on the Hub."""
    entry = tomllib.loads((root / "shared" / "artifacts" / "artifacts.toml").read_text("utf-8"))[model]
    return entry if entry.get("repo_id") else None


def _preload(model: str, *, root: Path) -> str:
    """Give the line for one model: as it stands, or of the manifest; "" for a model that is bundled only."""
    if "/" in model:
        return model
    entry = _pinned(model, root)
    if entry is None:
        return ""
    revision = entry.get("revision", "")
    if not re.fullmatch(r"[0-9a-f]{40}", revision):
        raise PushError(
            f"shared/artifacts/artifacts.toml: [{model}] is not pinned to a full commit of 40 digits.",
            "Write the commit as its revision, or publish the model again.",
        )
    config = json.loads((root / "shared" / entry["bundled"] / "config.json").read_text("utf-8"))
    return f"{entry['repo_id']} {','.join(['config.json', *sorted(config['files'])])} {revision}"


def as_yaml(fields: dict[str, Any]) -> str:
    """Write it between two lines of dashes, so that it says the same to every reader whatever a title holds.

    Args:
        fields: from `front_matter`.
    """
    import yaml

    text = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=1_000_000)
    return f"---\n{text}---\n"


def _body(space: Space, *, root: Path, owner: str | None, licence: str) -> str:
    """What people read."""
    start = root / "apps" / f"{space.app}.py"
    row = read_catalog(root).apps.get(space.app)
    lesson, lesson_url = row.lesson_link if row else ("the course", COURSE_URL)
    path, endpoint, arguments = _example(space)
    site = f"{_site(owner, space.repo)}/{path}{'/' if path else ''}"
    repo_id = f"{owner or _OWNER}/{space.repo}"
    address = json.dumps(site if path else repo_id)
    about = ["The endpoints answer programs and assistants alike: plain JSON in, plain JSON out."]
    if path:
        about.append("Each app has its own, under its own path; the one below stands for all.")
    if owner is None:
        about.append(f"Put the account this Space belongs to in the place of {_OWNER}.")
    if space.private:
        about.append("The Space is private: give both clients a token of yours as `token`.")
    about.append(f"Assistants find them as tools (MCP) at {site}gradio_api/mcp/.")
    return _BODY.format(
        title=space.title,
        summary=(row and row.summary) or space.short_description or space.title,
        lesson=f"{lesson} of {COURSE}" if row else f"the course {COURSE}",
        lesson_url=lesson_url,
        tour=(ast.get_docstring(parse(start), clean=False) or space.title).strip(),
        about_calls="\n".join(about),
        names="Client, handle_file" if any(map(_is_file, arguments.values())) else "Client",
        address=address,
        licence=licence,
        python_call=_python_call(endpoint, arguments, repo_id) if endpoint else "",
        typescript_call=_typescript_call(endpoint, arguments, repo_id) if endpoint else "",
    )


def _example(space: Space) -> tuple[str, str, dict[str, Any]]:
    """The first short call of the smoke test: its path in the gallery, endpoint and arguments, or nothing."""
    for name, arguments in space.checks.items():
        plain = json.dumps([value for value in arguments.values() if not _is_file(value)])
        if (
            arguments
            and len(plain) <= _SHORT
            and not any(f'"{word}"' in plain for word in ("file", "refusal"))
        ):
            path, _, endpoint = name.rpartition("/")
            return path, endpoint, arguments
    return "", "", {}


def _is_file(value: object) -> bool:
    """Whether a check sends a file of the project."""
    return isinstance(value, dict) and value.keys() == {"file"}


def _site(owner: str | None, repo: str) -> str:
    """The address of the running app, as the Hub makes it of the repository's name."""
    host = re.sub(r"[^a-z0-9]+", "-", f"{owner or ''}-{repo}".lower()).strip("-")
    return f"https://{host if owner else f'{_OWNER}-{host}'}.hf.space"


def _file_call(value: dict[str, str], repo_id: str) -> str:
    """Send a file that is in the Space, by its address: it reads the same in both languages."""
    return f'handle_file("https://huggingface.co/spaces/{repo_id}/resolve/main/{value["file"]}")'


def _python_call(endpoint: str, arguments: dict[str, Any], repo_id: str) -> str:
    given = [
        f"{name}={_file_call(value, repo_id) if _is_file(value) else repr(value)}"
        for name, value in arguments.items()
    ]
    return f'client.predict({", ".join(given)}, api_name="/{endpoint}")\n'


def _typescript_call(endpoint: str, arguments: dict[str, Any], repo_id: str) -> str:
    given = [
        f"{name}: {_file_call(value, repo_id) if _is_file(value) else json.dumps(value, ensure_ascii=False)}"
        for name, value in arguments.items()
    ]
    return f'const {{ data }} = await client.predict("/{endpoint}", {{ {", ".join(given)} }});\n'
