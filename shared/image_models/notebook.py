"""The screen as a notebook: its models as a table, the Pareto front, the course's score, and the training.

write_notebook(load_models(), Filters(hardware="i7"))      # plain JSON; it needs pandas and plotly
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.errors import InputError
from shared.image_models.rank import Filters, search
from shared.image_models.table import HARDWARE, Model, family, load_source, milliseconds
from shared.takeaway import notebook

_TEMPLATE = Path(__file__).with_name("notebook.py.jinja")


def write_notebook(models: Sequence[Model], wanted: Filters) -> dict[str, Any]:
    """Write the notebook of the models that the filters let through.

    Returns:
        The notebook, ready for JSON.

    Raises:
        InputError: no model is left.
    """
    found = search(models, wanted)
    if not found:
        raise InputError("No model fits, so there is nothing to put into a notebook. Allow more.")
    lines = ["name,size,family,parameters,top1,ms,train"]
    for one in found:
        ms = f"{milliseconds(one, wanted.hardware):.6g}"
        values = one.name, one.size, family(one.architecture), one.parameters, one.top1, ms, one.train or ""
        lines.append(",".join(map(str, values)))
    return notebook.write_notebook(
        _TEMPLATE,
        table="\n".join(lines),
        best=found[0].architecture,
        count=len(found),
        hardware=HARDWARE[wanted.hardware],
        source=load_source()["source"],
        taken=load_source()["taken"],
    )
