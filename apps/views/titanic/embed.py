"""*Embeddings*: what a net has learned of each category, as a map, a lookup, and columns for a forest."""

from typing import Annotated, Any

import gradio as gr
import numpy as np
from pydantic import Field

from apps.views.titanic.hand import CSS, TEXTS
from shared import artifacts
from shared.embeddings.model import FILMS, Embedding, load_embeddings, shown
from shared.options import Options
from shared.tabular.own import OwnTable, learn_categories, prepare, read_own
from shared.ui.options import controls
from shared.ui.page import explanation, section, try_this
from shared.ui.tabbed import action
from shared.ui.templates import render, show
from shared.ui.wire import keep_in_address, wire

TEMPLATE = "apps/views/titanic/embed.html"
Name = Annotated[str, Field(max_length=100)]


class Chosen(Options):
    """A column and one of its categories."""

    column: Annotated[Name, Field(description="Of the houses of Ames, with categories in it")] = (
        "Neighborhood"
    )
    category: Annotated[Name, Field(description="One of the column, as the table has it")] = (
        "Northridge_Heights"
    )


class ChosenOfAny(Chosen, OwnTable):
    """The same, of a visitor's own table too."""


def find_columns(options: ChosenOfAny) -> dict[str, Embedding]:
    """Give all embeddings: of a visitor's own table, learned now, and of Ames."""
    ames = {name: one for name, one in load_embeddings().items() if name != FILMS}
    if not options.target:
        return ames
    own = prepare(read_own(options.file), options.target)
    made = {}
    for name, vectors in learn_categories(own).items():
        levels, start = own.categories[name]
        dummies = own.x[:, start : start + len(levels)]  # (n_rows, n_levels)
        counts, what = dummies.sum(axis=0), f"share with {options.target} = {own.yes}"
        shares = 100 * own.y @ dummies / counts
        made[f"Yours: {name}"] = Embedding(name, levels, vectors, counts, shares, what, "{:.0f} %")
    return made | ames


def draw_category(options: ChosenOfAny) -> dict[str, Any]:
    """Look a category up, and draw it among the others; one of another column becomes the largest here."""
    columns, films = find_columns(options), load_embeddings()[FILMS]
    column = options.column if options.column in columns else "Neighborhood"
    found = columns[column]
    place = found.place(options.category) if options.category in found.levels else int(found.counts.argmax())
    common = {"found": found, "place": place, "shown": shown}
    one_hot = np.eye(len(found.levels), dtype=found.vectors.dtype)[place]
    product = {"one_hot": one_hot, "rows": np.vstack([found.vectors, one_hot @ found.vectors])}
    return {
        "column": gr.update(choices=[(shown(name), name) for name in columns], value=column),
        "category": gr.update(choices=[(shown(one), one) for one in found.levels], value=found.levels[place]),
        "words": render(TEMPLATE, part="words", **common),
        "maps": render(TEMPLATE, part="maps", maps=[(shown(column), found, place), ("Films", films, 0)]),
        "product": render(TEMPLATE, part="product", **product, **common),
    }


def build_embed(demo: gr.Blocks, own: dict[str, Any]) -> None:
    """Lay out the tab and wire it."""
    first = draw_category(ChosenOfAny())
    try_this("Guess first: which parts of the city does a net find alike? Then choose one and look it up.")
    go, words = action("Look it up", css=CSS, elem_id="embed-words")
    more = {name: {"choices": first[name]["choices"], "min_width": 280} for name in Chosen.model_fields}
    more["category"]["allow_custom_value"] = True  # a link may name one of another column
    with gr.Row():
        boxes = controls(Chosen, **more)
    maps = show(first["maps"], css=CSS, elem_id="embed-maps")
    product = show(first["product"], css=CSS, elem_id="embed-product")
    section("Do they help a forest?", "Houses of Ames: the error of a forest by what it sees of a category.")
    measured = artifacts.load("embeddings").config["metrics"]["forest"]
    show(render(TEMPLATE, part="forest", **measured), css=CSS)
    explanation(TEXTS["embed"])
    events = [go.click, *(box.change for box in (*boxes.values(), own["target"]))]
    fills = {**boxes, "words": words, "maps": maps, "product": product}
    wire(events, draw_category, ChosenOfAny, boxes | own, fills)
    keep_in_address("embed", Chosen, boxes, demo)
