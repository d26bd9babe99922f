"""The what-if form of the tab *Why*: one control for each of the columns that matter most.

Columns differ from table to table, so every place of the form has a number field and a list, of which one is
seen. The row in the form is a gr.State: {"of": the visitor's state, "place": row of the encoded table}.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from shared.forest.explorer import Explorer
from shared.forest.labels import MISSING_LEVEL
from shared.forest.one_row import form_columns, take_row
from shared.tables.kinds import shorten
from shared.tables.read_table import Table

N_SLOTS = 8


@dataclass(frozen=True)
class Slot:
    """One place of the form.

    Attributes:
        name: the column of the table.
        kind: "number", "category" or "date".
        value: what the row has there, as the control shows it.
        choices: of a category, its levels.
        about: what the column is; "" where nobody knows.
    """

    name: str
    kind: str
    value: Any
    choices: tuple[str, ...] = ()
    about: str = ""


def make_slots(explorer: Explorer, table: Table, place: int) -> list[Slot]:
    """Fill the form from one row of the encoded table."""
    written = take_row(explorer, table, place)
    recipes = {recipe.name: recipe for recipe in explorer.choice.recipes}
    numbers = {c.source: at for at, c in enumerate(explorer.encoded.columns) if c.kind == "number"}
    slots = []
    for name in form_columns(explorer, most=N_SLOTS):
        recipe, text = recipes[name], written[name]
        kind, about = recipe.understood.kind, table.meaning.explain(name)
        if kind == "number":
            value: Any = None if text is None else float(explorer.encoded.X[place, numbers[name]])
            slots.append(Slot(name, kind, value, about=about))
        elif kind == "category":
            levels = recipe.columns[0].levels
            value = MISSING_LEVEL if text is None else text
            slots.append(Slot(name, kind, value, (*levels, MISSING_LEVEL), about))
        else:
            slots.append(Slot(name, kind, text or "", about=about))
    return slots


def lay_out_form() -> list[tuple[gr.Number, gr.Dropdown]]:
    """Make the controls, all out of sight."""
    pairs = []
    for slot in range(N_SLOTS):
        pairs.append(
            (
                gr.Number(visible=False, elem_id=f"why-number-{slot}"),
                gr.Dropdown(choices=[], visible=False, allow_custom_value=True, elem_id=f"why-list-{slot}"),
            )
        )
    return pairs


def form_updates(slots: Sequence[Slot]) -> list[Any]:
    """Give what fills the controls, in the order of `lay_out_form`."""
    updates: list[Any] = []
    for place in range(N_SLOTS):
        slot = slots[place] if place < len(slots) else None
        if slot is None:
            updates += [gr.Number(visible=False), gr.Dropdown(visible=False)]
        elif slot.kind == "number":
            updates += [
                gr.Number(label=shorten(slot.name), info=slot.about or None, value=slot.value, visible=True),
                gr.Dropdown(visible=False),
            ]
        else:
            updates += [
                gr.Number(visible=False),
                gr.Dropdown(
                    label=shorten(slot.name),
                    info=slot.about or None,
                    choices=list(slot.choices),
                    value=slot.value,
                    visible=True,
                ),
            ]
    return updates


def read_changes(slots: Sequence[Slot], values: Sequence[Any]) -> dict[str, object]:
    """Give what the visitor has changed, from column to new value; None for a value that is not known.

    Args:
        slots: the row as it was.
        values: of all controls, numbers and lists in turn.
    """
    changes: dict[str, object] = {}
    for place, slot in enumerate(slots):
        value = values[2 * place + (slot.kind != "number")]
        if value != slot.value:
            changes[slot.name] = None if value in (None, "", MISSING_LEVEL) else value
    return changes
