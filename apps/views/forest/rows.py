"""The rows that *One split* and *Grow a tree* work on: those of the visitor's forest.

The forest itself is not needed: for a table that comes with the project, none is fitted.
"""

import zlib
from functools import cache
from typing import Any

import gradio as gr

from apps.views.forest.session import default_choice, find_explorer
from shared.forest.encoded import Encoded
from shared.forest.explorer import SPLIT_SEED, VALID_SHARE
from shared.forest.fit import split_rows
from shared.forest.hunt import Hunt, start_hunt
from shared.forest.tables import NAMED_TABLES


def find_rows(state: dict[str, Any], request: gr.Request) -> Hunt:
    """Give the rows that a visitor's forest learned from, or would learn from.

    Raises:
        InputError: the visitor's table or forest is no longer there.
    """
    name = state.get("table")
    if state.get("model") is None and name in NAMED_TABLES:
        return _default_rows(name)
    explorer = find_explorer(state, request)
    return explorer.once("hunt", lambda: start_hunt(explorer.encoded, explorer.train, explorer.valid))


def all_train_rows(hunt: Hunt) -> Any:
    """Give the indices of all training rows, not only of the sample that the browser gets."""
    if hunt.n_train == len(hunt.train):
        return hunt.train
    return split_rows(len(hunt.encoded.y), valid_share=VALID_SHARE, seed=SPLIT_SEED)[0]


def table_key(encoded: Encoded) -> str:
    """Name a table by what is in it: the same after its forest was fitted anew, another for another table."""
    numbers = zlib.crc32(encoded.y.tobytes(), zlib.crc32(encoded.X.tobytes()))
    return f"{numbers}|{encoded.target}|{zlib.crc32(chr(10).join(encoded.names).encode())}"


@cache
def _default_rows(name: str) -> Hunt:
    encoded = default_choice(name).encoded
    return start_hunt(encoded, *split_rows(len(encoded.y), valid_share=VALID_SHARE, seed=SPLIT_SEED))
