"""*Lookup*: one-hot rows times a table are a lookup. *Titanic*: one row through 20 hidden units."""

from typing import Annotated

import gradio as gr
import numpy as np
from pydantic import Field

from apps.views.matmul.multiply import CSS, NARROW, TEXTS
from shared.matmul.hidden import follow, load_net
from shared.matmul.lookup import MOVIELENS_FACTORS, MOVIELENS_USERS, count_saved, one_hot, parse_rows
from shared.matmul.products import draw_numbers
from shared.options import Options
from shared.ui.drawn import Drawn, build_drawn, draw
from shared.ui.page import explanation, try_this

_SEED = 5


class Lookup(Options):
    """Which rows of which table."""

    rows: Annotated[str, Field(max_length=40, title="Rows to look up", description="Counting from 0")] = (
        "2, 0, 2"
    )
    n_rows: Annotated[int, Field(ge=2, le=8, title="Rows of the table", description="One for each user")] = 5
    n_factors: Annotated[int, Field(ge=1, le=5, title="Columns", description="Factors of each user")] = 3


class Row(Options):
    """Which passenger, and which hidden unit."""

    passenger: Annotated[int, Field(ge=0, le=7, title="Passenger")] = 1
    unit: Annotated[int, Field(ge=1, le=20, title="Hidden unit", description="One column of the weights")] = 1


def draw_lookup(options: Lookup) -> Drawn:
    """Draw one-hot rows, the table, and their product beside the rows of the table."""
    rows = parse_rows(options.rows, options.n_rows)
    table = draw_numbers(_SEED, options.n_rows, options.n_factors, numbers="decimal")
    hot = one_hot(rows, options.n_rows)
    lesson = MOVIELENS_USERS, MOVIELENS_FACTORS
    return draw(
        "apps/views/matmul/lookup.html",
        rows=rows,
        hot=_plain(hot),
        table=_plain(table),
        product=_plain(hot @ table),
        saved=count_saved(len(rows), options.n_rows, options.n_factors),
        useful=len(rows) * options.n_factors,
        movielens=(*lesson, count_saved(1, *lesson)),
    )


def draw_row(options: Row) -> Drawn:
    """Draw a passenger's row on its way through one hidden unit, and all units together."""
    net = load_net()
    person, unit = net.passengers[options.passenger], options.unit - 1
    flow = follow(net, person)
    products = flow.products[:, unit] + 0.0  # no -0
    parts = zip(net.columns, person.values, net.layer1[:, unit], products, strict=True)
    return draw(
        "apps/views/matmul/titanic.html",
        person=person,
        unit=options.unit,
        parts=[(name, *map(float, numbers)) for name, *numbers in parts],
        total=float(flow.sums[unit]),
        hidden=flow.hidden.tolist(),
        highest=float(flow.hidden.max()) or 1.0,
        awake=int((flow.hidden > 0).sum()),
        weight=float(net.layer2[unit]),
        percent=min(max(100 * flow.survives, 0.1), 99.9),  # it is never quite sure
    )


def build_lookup(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    try_this("Look up row 4, then row 9 of a table with 5 rows. Which multiplications were needed at all?")
    rows = {"elem_classes": "look-act", "placeholder": "4, 0"}
    build_drawn(demo, "lookup", Lookup, draw_lookup, css=CSS, rows=rows, n_rows=NARROW, n_factors=NARROW)


def build_titanic(demo: gr.Blocks) -> None:
    """Lay out the tab and wire it."""
    names = [(one.name, at) for at, one in enumerate(load_net().passengers)]
    try_this("Move through the 20 hidden units. Which of them stay at 0 for this passenger?")
    passenger = {"choices": names, "min_width": 280}
    build_drawn(
        demo,
        "titanic",
        Row,
        draw_row,
        css=CSS,
        passenger=passenger,
        unit={"elem_classes": "look-act", "min_width": 280},
    )
    explanation(TEXTS["titanic"])


def _plain(matrix: np.ndarray) -> list[list[tuple[float, bool]]]:
    """Give a matrix as rows of (number, False): none of them is a copy."""
    return [[(value, False) for value in row] for row in matrix.tolist()]
