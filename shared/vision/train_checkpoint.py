"""What a killed training needs to go on as if nothing had happened, written after every epoch. No pickle.

Weights, the optimiser's state, gradients that are not used yet, the scale of mixed precision, the smoothed
loss, and every source of chance: Python's, NumPy's and torch's, of each process that takes part.

    save_checkpoint(folder, tensors, facts)     # tensors by name; facts are JSON, with "stage" and "epoch"
    facts = read_facts(folder)                  # None when there is none
    tensors = load_tensors(folder, facts)
    facts["chance"] = chance(); set_chance(facts["chance"])

Needs torch and safetensors; knows nothing of fastai.
"""

import json
import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

_WEIGHTS, _FACTS = "checkpoint.safetensors", "checkpoint.json"


def save_checkpoint(folder: Path, tensors: dict[str, torch.Tensor], facts: dict[str, Any]) -> None:
    """Write tensors and facts; a checkpoint that is there is replaced in one step.

    Args:
        folder: where checkpoints of this training are.
        tensors: by name.
        facts: where the training is, as JSON.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # The facts are read first and name the file that they belong to.
    weights = folder / f"{facts['stage']}-{facts['epoch']}.{_WEIGHTS}"
    save_file({name: value.detach().clone().contiguous() for name, value in tensors.items()}, weights)
    scratch = folder / f"{_FACTS}.tmp"
    scratch.write_text(json.dumps({**facts, "weights": weights.name}))
    os.replace(scratch, folder / _FACTS)
    for old in folder.glob(f"*.{_WEIGHTS}"):
        if old != weights:
            old.unlink()


def read_facts(folder: Path) -> dict[str, Any] | None:
    """Read where a training had come to; None when there is no checkpoint."""
    try:
        facts: dict[str, Any] = json.loads((folder / _FACTS).read_text())
    except (OSError, ValueError):
        return None
    return facts if (folder / facts["weights"]).is_file() else None


def load_tensors(folder: Path, facts: dict[str, Any]) -> dict[str, torch.Tensor]:
    """Read a checkpoint's tensors."""
    return load_file(folder / facts["weights"])


def named(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Give tensors a common first name: `named("model", state)` has "model.conv1.weight"."""
    return {f"{prefix}.{name}": value for name, value in tensors.items()}


def under(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Take back what `named` put together."""
    start = f"{prefix}."
    return {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}


def part_states(states: list[dict[str, Any]]) -> tuple[dict[str, torch.Tensor], list[dict[str, Any]]]:
    """Part an optimiser's states, one for each parameter, into tensors by name and plain numbers."""
    tensors = {
        f"{at}.{name}": value
        for at, state in enumerate(states)
        for name, value in state.items()
        if isinstance(value, torch.Tensor)
    }
    numbers = [{k: v for k, v in state.items() if not isinstance(v, torch.Tensor)} for state in states]
    return tensors, numbers


def join_states(tensors: dict[str, torch.Tensor], numbers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put together what `part_states` parted."""
    states = [dict(values) for values in numbers]
    for name, value in tensors.items():
        at, _, key = name.partition(".")
        states[int(at)][key] = value
    return states


def chance() -> dict[str, Any]:
    """The state of every source of chance in this process, as JSON."""
    kind, keys, *rest = np.random.get_state()
    return {
        "python": random.getstate(),
        "numpy": [kind, [int(key) for key in keys], *rest],
        "torch": torch.get_rng_state().numpy().tobytes().hex(),
        "cuda": torch.cuda.get_rng_state().numpy().tobytes().hex() if torch.cuda.is_available() else "",
    }


def set_chance(state: dict[str, Any]) -> None:
    """Put every source of chance back to where `chance` found it."""
    random.setstate(python_state(state["python"]))
    kind, keys, *rest = state["numpy"]
    np.random.set_state((kind, np.array(keys, np.uint32), *rest))
    torch.set_rng_state(_bytes(state["torch"]))
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state(_bytes(state["cuda"]))


def python_state(state: list[Any]) -> tuple[Any, ...]:
    """Read back from JSON what `random.Random.getstate` gave."""
    version, numbers, gauss = state
    return version, tuple(numbers), gauss


def _bytes(text: str) -> torch.Tensor:
    return torch.frombuffer(bytearray.fromhex(text), dtype=torch.uint8)
