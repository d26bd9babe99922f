"""The screen as a notebook: the visitor's logits from exp to loss in PyTorch, and the accumulated step.

write_notebook(Batch(), ["cat", "dog", "plane", "fish", "building"])      # plain JSON; it needs torch
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.losses.accumulate import Accumulation
from shared.losses.entropy import Batch, compute
from shared.takeaway import notebook

_TEMPLATE = Path(__file__).with_name("notebook.py.jinja")


def write_notebook(batch: Batch, names: Sequence[str]) -> dict[str, Any]:
    """Write the notebook.

    Args:
        batch: of one row.
        names: of the classes, in any number.

    Returns:
        The notebook, ready for JSON.

    Raises:
        InputError: the batch cannot be computed.
    """
    compute(batch)
    named = [*names[: len(batch.logits[0])]]
    named += [f"class {i}" for i in range(len(named), len(batch.logits[0]))]
    return notebook.write_notebook(
        _TEMPLATE,
        names=[repr(name) for name in named],
        rate=Accumulation().learning_rate,
        **batch.model_dump(),
    )
