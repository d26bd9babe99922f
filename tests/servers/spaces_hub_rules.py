"""What the local Hub of Spaces knows by heart: its hardware and prices, and the rules of a Space's files.

find_readme_errors("---\nsdk: gradio\ncolorFrom: teal\n---\n")   # ['"colorFrom" must be one of [...]']
check_requirements("numpy==2.4.6\n", sdk_version="6.31.0", hardware="cpu-basic", installable=set())
"""

import importlib.metadata
import re
from collections.abc import Iterator
from typing import Any

import yaml
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

COLORS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
SDKS = ("gradio", "docker", "static")
FREE_SLEEP_SECONDS = 48 * 3600
# What ZeroGPU offers: torch, and Python by its first two numbers.
ZERO_TORCH = ("2.8.0", "2.9.1", "2.10.0", "2.11.0")
ZERO_PYTHON = ("3.10", "3.12")
ZERO_HARDWARE = "zero-a10g"
_MAX_PYDANTIC = Version("2.12.5")  # of gradio's extra "mcp", which every Space has
_SCOPES = (
    "openid",
    "profile",
    "email",
    "read-billing",
    "read-repos",
    "gated-repos",
    "contribute-repos",
    "write-repos",
    "manage-repos",
    "read-mcp",
    "write-discussions",
    "read-collections",
    "write-collections",
    "inference-api",
    "jobs",
    "webhooks",
)
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2190-\u21ff\u2300-\u27bf\u2900-\u2bff\u3030\u303d\u3297"
    "\u3299\u00a9\u00ae]"
    "[\ufe0f\u200d\u20e3\U0001f300-\U0001faff\u2600-\u27bf\U0001f1e6-\U0001f1ff]*"
)
# PyTorch's own builds for CPUs; another index is no place to install from.
CPU_TORCH = "--extra-index-url https://download.pytorch.org/whl/cpu"
_REPO = re.compile(r"[\w.-]+/[\w.-]+")

_CENTS_PER_HOUR = {
    "cpu-basic": 0,
    "cpu-upgrade": 3,
    ZERO_HARDWARE: 0,
    "t4-small": 40,
    "t4-medium": 60,
    "l4x1": 80,
    "l4x4": 380,
    "l40sx1": 180,
    "l40sx4": 830,
    "l40sx8": 2350,
    "a10g-small": 100,
    "a10g-large": 150,
    "a10g-largex2": 300,
    "a10g-largex4": 500,
    "a100-large": 250,
    "a100x4": 1000,
    "a100x8": 2000,
}
_ONLY_FOR_JOBS = {"cpu-performance": 190, "cpu-xl": 100, "h200": 500, "h200x2": 1000, "h200x8": 4000}


def _describe(name: str, cents: int) -> dict[str, Any]:
    is_gpu = not name.startswith("cpu")
    accelerator = {
        "type": "gpu",
        "model": name.split("-")[0].split("x")[0].upper(),
        "quantity": "1",
        "vram": "16 GB",
        "manufacturer": "Nvidia",
    }
    return {
        "name": name,
        "prettyName": name.replace("-", " ").title(),
        "cpu": "2 vCPU" if name == "cpu-basic" else "8 vCPU",
        "ram": "16 GB" if name == "cpu-basic" else "32 GB",
        "ephemeralStorage": "50 GB",
        "accelerator": accelerator if is_gpu else None,
        "unitCostMicroUSD": round(cents * 10_000 / 60),
        "unitCostUSD": cents / 100 / 60,
        "unitLabel": "minute",
    }


SPACE_HARDWARE = [_describe(name, cents) for name, cents in _CENTS_PER_HOUR.items()]
JOB_HARDWARE = [
    _describe(name, cents)
    for name, cents in {**_CENTS_PER_HOUR, **_ONLY_FOR_JOBS}.items()
    if name != ZERO_HARDWARE
]
SPACE_FLAVORS = tuple(_CENTS_PER_HOUR)
JOB_FLAVORS = tuple(str(hardware["name"]) for hardware in JOB_HARDWARE)


def is_paid(hardware: str) -> bool:
    """Whether a flavour costs money by the minute."""
    return _CENTS_PER_HOUR[hardware] > 0


def read_front_matter(readme: str) -> dict[str, Any] | str | None:
    """The metadata of a README; None when there is none, a text when it is no YAML mapping."""
    match = re.match(r"\ufeff?---[ \t]*\r?\n(.*?)\r?\n?---[ \t]*(\r?\n|$)", readme, re.DOTALL)
    if match is None:
        return None
    try:
        value = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        return f"YAML Metadata Error: {error}".replace("\n", " ")
    return value if isinstance(value, dict) else "YAML Metadata Error: no mapping"


def find_readme_errors(readme: str, *, repo_type: str = "space") -> list[str]:
    """What the Hub refuses about a README's metadata, in its words; empty when all is well."""
    metadata = read_front_matter(readme)
    if isinstance(metadata, str):
        return [metadata]
    if metadata is None:
        return []
    errors = [*_check_card(metadata)]
    return [*errors, *_check_space(metadata)] if repo_type == "space" else errors


def _check_card(metadata: dict[str, Any]) -> Iterator[str]:
    for key in ("tags", "datasets", "metrics"):
        if key in metadata and not _is_list_of(metadata[key], str):
            yield f'"{key}" must be an array of strings'
    if not isinstance(metadata.get("license", ""), str):
        yield '"license" must be a string'
    if "license_name" in metadata and metadata.get("license") != "other":
        yield '"license_name" is only for "license: other"'
    if not re.fullmatch(r"[a-z0-9.-]+", str(metadata.get("license_name", "x"))):
        yield '"license_name" must be an id'
    if "pipeline_tag" in metadata and not isinstance(metadata["pipeline_tag"], str):
        yield '"pipeline_tag" must be a string'


def _check_space(metadata: dict[str, Any]) -> Iterator[str]:
    for key, allowed in {
        "sdk": SDKS,
        "colorFrom": COLORS,
        "colorTo": COLORS,
        "header": ("mini", "default"),
        "suggested_hardware": tuple(name for name in SPACE_FLAVORS if name != ZERO_HARDWARE),
    }.items():
        if key in metadata and metadata[key] not in allowed:
            yield f'"{key}" must be one of [{", ".join(allowed)}]'
    for key in (
        "title",
        "app_file",
        "sdk_version",
        "python_version",
        "short_description",
        "startup_duration_timeout",
        "base_path",
        "thumbnail",
    ):
        if key in metadata and not isinstance(metadata[key], str):
            yield f'"{key}" must be a string'
    for key in ("fullWidth", "pinned", "hf_oauth", "disable_embedding"):
        if key in metadata and not isinstance(metadata[key], bool):
            yield f'"{key}" must be a boolean'
    if "emoji" in metadata and not (
        isinstance(metadata["emoji"], str) and _EMOJI.fullmatch(metadata["emoji"])
    ):
        yield '"emoji" must be an emoji'
    if len(str(metadata.get("short_description", ""))) > 60:
        yield '"short_description" length must be less than or equal to 60 characters long'
    if not re.fullmatch(r"3\.\d+(\.\d+)?", str(metadata.get("python_version", "3.10"))):
        yield '"python_version" must match 3.x or 3.x.y'
    if not re.fullmatch(r"\d+(\.\d+)?\s?[smh]", str(metadata.get("startup_duration_timeout", "30m"))):
        yield '"startup_duration_timeout" must be a duration'
    for key in ("models", "datasets"):
        if key in metadata and not (
            _is_list_of(metadata[key], str) and all(map(_REPO.fullmatch, metadata[key]))
        ):
            yield f'"{key}" must be an array of repository ids'
    yield from _check_preload(metadata.get("preload_from_hub", []))
    yield from _check_oauth(metadata)


def _check_preload(lines: Any) -> Iterator[str]:
    if not _is_list_of(lines, str):
        yield '"preload_from_hub" must be an array of strings'
    elif not all(re.fullmatch(r"[\w.-]+/[\w.-]+( [^ ]+( [0-9a-f]{40})?)?", line) for line in lines):
        yield '"preload_from_hub" must be lines of "repository file1,file2 commit"'


def _check_oauth(metadata: dict[str, Any]) -> Iterator[str]:
    scopes = metadata.get("hf_oauth_scopes", [])
    if not _is_list_of(scopes, str) or set(scopes) - set(_SCOPES):
        yield f'"hf_oauth_scopes" must be of [{", ".join(_SCOPES)}]'
    minutes = metadata.get("hf_oauth_expiration_minutes", 480)
    if type(minutes) is not int or not 0 < minutes <= 43_200:
        yield '"hf_oauth_expiration_minutes" must be less than or equal to 43200'


def _is_list_of(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


class BuildError(Exception):
    """Why a Space cannot be built, as the log of its build says it."""


def check_requirements(text: str, *, sdk_version: str, hardware: str, installable: set[str]) -> Iterator[str]:
    """Go through a requirements.txt as the build does, and say of each line what was found.

    Args:
        text: the file.
        sdk_version: of gradio, which the build adds to what is asked for.
        hardware: the flavour; ZeroGPU offers some versions of torch and no others.
        installable: pins such as "torch==2.11.0" that are not here but can be had.

    Yields:
        Lines for the log.

    Raises:
        BuildError: at the first line that is no exact pin of a package that is here or can be had.
    """
    gradio = importlib.metadata.version("gradio")
    if sdk_version != gradio and f"gradio=={sdk_version}" not in installable:
        raise BuildError(f"ERROR: No matching distribution found for gradio[mcp,oauth]=={sdk_version}")
    seen: dict[str, str] = {"gradio": sdk_version}
    for line in text.splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if line == CPU_TORCH:
            yield f"Looking in indexes: the usual one, {line.partition(' ')[2]}"
        elif line:
            name, version = _read_pin(line)
            if seen.setdefault(name, version) != version:
                raise BuildError(
                    f"ERROR: Cannot install {name}=={version} and {name}=={seen[name]}: ResolutionImpossible"
                )
            _check_limits(name, version, hardware)
            yield _find_package(name, version, installable)


def _read_pin(line: str) -> tuple[str, str]:
    if line.startswith(("-", ".", "/")) or "://" in line:
        raise BuildError(f"ERROR: {line!r} cannot work: only requirements.txt is there during the build")
    try:
        wanted = Requirement(line)
    except InvalidRequirement as error:
        raise BuildError(f"ERROR: Invalid requirement: {line!r}: {error}") from None
    exact = [part.version for part in wanted.specifier if part.operator == "=="]
    if len(wanted.specifier) != 1 or not exact or exact[0].endswith("*"):
        raise BuildError(f"ERROR: {line!r} is no exact version")
    return canonicalize_name(wanted.name), exact[0]


def _check_limits(name: str, version: str, hardware: str) -> None:
    if name == "pydantic" and Version(version) > _MAX_PYDANTIC:
        raise BuildError(f"ERROR: gradio[mcp] needs pydantic<={_MAX_PYDANTIC}: ResolutionImpossible")
    if name == "torch" and hardware == ZERO_HARDWARE and version not in ZERO_TORCH:
        raise BuildError(f"ERROR: ZeroGPU offers torch {', '.join(ZERO_TORCH)}, not {version}")


def _find_package(name: str, version: str, installable: set[str]) -> str:
    try:
        installed = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        installed = ""
    if installed == version:
        return f"Requirement already satisfied: {name}=={version}"
    if f"{name}=={version}" in installable:
        instead = f"runs with {installed} here" if installed else "not here"
        return f"Collecting {name}=={version} ({instead})"
    raise BuildError(f"ERROR: No matching distribution found for {name}=={version}")
