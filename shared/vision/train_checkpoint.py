"""What a killed training needs to go on: weights, optimiser and place, after every epoch. No pickle.

save_checkpoint(folder, learn, stage=1, epoch=2, facts={...})
facts = load_checkpoint(folder, learn)      # None when there is none
"""

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

_WEIGHTS, _FACTS = "checkpoint.safetensors", "checkpoint.json"


def save_checkpoint(folder: Path, learn: Any, facts: dict[str, Any]) -> None:
    """Write weights, optimiser state and facts; a checkpoint that is there is replaced in one step.

    Args:
        folder: where checkpoints of this training are.
        learn: a fastai Learner.
        facts: where the training is, as JSON.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"model.{name}": value.contiguous() for name, value in learn.model.state_dict().items()}
    numbers: list[dict[str, Any]] = []
    for at, state in enumerate(learn.opt.state_dict()["state"]):
        numbers.append({k: v for k, v in state.items() if not isinstance(v, torch.Tensor)})
        for name, value in state.items():
            if isinstance(value, torch.Tensor):
                tensors[f"opt.{at}.{name}"] = value.contiguous()
    # The weights carry the optimiser's place: the facts are read first and name the file they belong to.
    weights = folder / f"{facts['stage']}-{facts['epoch']}.{_WEIGHTS}"
    save_file(tensors, weights)
    scratch = folder / f"{_FACTS}.tmp"
    scratch.write_text(json.dumps({**facts, "weights": weights.name, "opt": numbers}))
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


def load_weights(folder: Path, learn: Any, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Put a checkpoint's weights into the learner; returns the optimiser's state, for `load_optimizer`."""
    tensors = load_file(folder / facts["weights"])
    learn.model.load_state_dict(
        {name.removeprefix("model."): value for name, value in tensors.items() if name.startswith("model.")}
    )
    states: list[dict[str, Any]] = [dict(numbers) for numbers in facts["opt"]]
    for name, value in tensors.items():
        if name.startswith("opt."):
            _, at, key = name.split(".", 2)
            states[int(at)][key] = value
    return states


def load_optimizer(learn: Any, states: list[dict[str, Any]]) -> None:
    """Put the optimiser's state back."""
    learn.opt.load_state_dict({"state": states, "hypers": learn.opt.state_dict()["hypers"]})
