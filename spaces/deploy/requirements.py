"""The packages of a Space: those its files import, at the versions the project pins.

from deploy.requirements import find_requirements, read_pins
find_requirements(modules, pins=read_pins(ROOT / "requirements.txt"))  # ["numpy==2.4.6", ...]
"""

import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from deploy.errors import PushError
from deploy.hardware import ZERO_GPU, ZERO_GPU_TORCH
from deploy.imports import imported_names, is_ours

# The Hub itself installs gradio, in the README's sdk_version and with its client, and the newest spaces.
# gradio brings pydantic, and keeps it at a version that suits it.
CPU_TORCH = "--extra-index-url https://download.pytorch.org/whl/cpu"
GIVEN = ("gradio", "gradio_client", "pydantic", "spaces")


def read_pins(path: Path) -> dict[str, str]:
    """Read the exact versions in a requirements file.

    Args:
        path: the file; extras in brackets are left out.

    Returns:
        The version by the package's normal name, such as "scikit-learn".
    """
    lines = re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+)", path.read_text("utf-8"), flags=re.MULTILINE)
    return {normal_name(name): version for name, version in lines}


def find_requirements(
    modules: Iterable[Path], *, pins: dict[str, str], hardware: str = "cpu-basic"
) -> list[str]:
    """Give one line for each package that the modules import.

    Args:
        modules: files of Python.
        pins: the project's versions.
        hardware: what they will run on: ZeroGPU runs few versions of torch.

    Returns:
        Lines as pip reads them, sorted.

    Raises:
        PushError: a package has no pin.
    """
    if hardware == ZERO_GPU:
        pins = fit_zero_gpu(pins)
    providers = providers_of_names()
    wanted: set[str] = set()
    for module in modules:
        for name in {name.partition(".")[0] for name in imported_names(module)}:
            if name in sys.stdlib_module_names or name in GIVEN or is_ours(name):
                continue
            candidates = {normal_name(provider) for provider in [*providers.get(name, []), name]}
            if not candidates & pins.keys():
                raise PushError(
                    f"{module.name} imports {name}, which has no pin.",
                    "Give it a version in requirements.txt.",
                )
            wanted |= candidates & pins.keys()
    return as_lines({name: pins[name] for name in wanted}, pins=pins, hardware=hardware)


def as_lines(packages: Mapping[str, str], *, pins: Mapping[str, str], hardware: str) -> list[str]:
    """Write packages for pip, with the torch that the hardware runs.

    fastai and timm would take any torchvision. Without a GPU torch comes from PyTorch's own index of builds
    for CPUs, which leave out gigabytes of CUDA. pip prefers them: 2.14.1+cpu is higher than 2.14.1.

    Args:
        packages: versions by name.
        pins: the project's versions.
        hardware: of the Space.
    """
    found = dict(packages)
    if found.keys() & {"fastai", "timm"}:
        found |= {name: pins[name] for name in ("torch", "torchvision")}
    index = [CPU_TORCH] if "torch" in found and hardware.startswith("cpu") else []
    return [*index, *(f"{name}=={version}" for name, version in sorted(found.items()))]


def fit_zero_gpu(pins: dict[str, str]) -> dict[str, str]:
    """Put a torch that ZeroGPU runs, and the torchvision that belongs to it, in the place of another.

    Args:
        pins: the project's versions.
    """
    pinned = pins.get("torch")
    torch = pinned if pinned in ZERO_GPU_TORCH else list(ZERO_GPU_TORCH)[-1]
    return {**pins, "torch": torch, "torchvision": ZERO_GPU_TORCH[torch]}


@cache
def providers_of_names() -> dict[str, list[str]]:
    """Which installed packages give a name to import; a second to find out, so once per process."""
    return dict(packages_distributions())


def normal_name(name: str) -> str:
    """Write a package's name as indexes do: "scikit_learn" is "scikit-learn".

    Args:
        name: as somebody writes it.
    """
    return re.sub(r"[-_.]+", "-", name).lower()
