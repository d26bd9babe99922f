"""*Embeddings*: what a net has learned of each category, as a map, a lookup, and columns for a forest."""

from typing import Annotated, Any

import gradio as gr
import numpy as np
from markupsafe import Markup
from pydantic import Field

from apps.views.titanic.hand import CSS, TEXTS
from apps.views.titanic.own import find_own
from shared.embeddings.model import FILMS, Embedding, load_embeddings, load_gain, shown
from shared.errors import InputError
from shared.options import Options
from shared.stats import correlation_interval
from shared.tabular.own import learn_categories
from shared.ui.options import controls
from shared.ui.page import explanation, section, try_this
from shared.ui.templates import render, show
from shared.ui.wire import keep_in_address, wire

TEMPLATE = "apps/views/titanic/embed.html"
YOURS = "Yours: "  # before a column of a visitor's own table


class Chosen(Options):
    """A column and one of its categories."""

    column: Annotated[str, Field(title="Column", max_length=100, description="A column of categories")] = (
        "Neighborhood"
    )
    category: Annotated[str, Field(title="Category", max_length=100, description="As the table has it")] = (
        "Northridge_Heights"
    )


class ChosenOfAny(Chosen):
    """The same, of a visitor's own table too."""

    file: str | None = None
    target: str = ""


def find_column(column: str) -> Embedding:
    """Find the embedding of a column of Ames.

    Raises:
        InputError: it has no such column of categories.
    """
    known = load_embeddings()
    if column == FILMS or column not in known:
        raise InputError(
            "Ames has no such column of categories. Choose one such as Neighborhood, House_Style."
        )
    return known[column]


def learn_column(column: str, file: str | None, target: str) -> tuple[Embedding, str]:
    """Learn the categories of a visitor's own table; give them, and what the share of each is of."""
    own = find_own(file, target)
    if column not in own.categories:
        raise InputError("Your table has no such column of categories. Choose another.")
    levels, start = own.categories[column]
    dummies = own.x[:, start : start + len(levels)]  # (n_rows, n_levels)
    counts = dummies.sum(axis=0)
    shares = own.y @ dummies / counts
    found = Embedding(column, levels, learn_categories(own)[column], counts, shares)
    return found, f"share with {target} = {own.yes}"


def draw_category(options: ChosenOfAny) -> dict[str, Any]:
    """Look a category up, and draw it among the others; one of another column becomes the largest here."""
    is_own = options.column.startswith(YOURS)
    if is_own:
        found, what = learn_column(options.column.removeprefix(YOURS), options.file, options.target)
    else:
        found, what = find_column(options.column), "median price"
    level = options.category if options.category in found.levels else found.levels[int(found.counts.argmax())]
    said = [f"{100 * value:.0f} %" if is_own else f"${value:,.0f}" for value in found.values.tolist()]
    place, n = found.place(level), len(found.levels)
    one_hot = np.eye(n, dtype=found.vectors.dtype)[place]
    axis = found.pca[0][:, 0]
    tied = n > 3 and axis.std() > 0 and found.values.std() > 0
    r = correlation_interval(float(np.corrcoef(axis, found.values)[0, 1]), n) if tied else None
    common = {"found": found, "place": place, "said": said, "what": what, "shown": shown}
    return {
        "category": gr.update(choices=[(shown(one), one) for one in found.levels], value=level),
        "words": render(TEMPLATE, part="words", near=found.nearest(level), **common),
        "maps": draw_maps(found, level, said, what, r),
        "product": render(
            TEMPLATE,
            part="product",
            one_hot=one_hot,
            picked=one_hot @ found.vectors,
            **common,
        ),
    }


def draw_maps(found: Embedding, level: str, said: list[str], what: str, r: Any) -> Markup:
    """Draw the categories, and beside them the recommender's films."""
    films = load_embeddings()[FILMS]
    stars = [f"{value:.2f} stars" for value in films.values.tolist()]
    maps = [
        (shown(found.name), found, level, said, what, r),
        ("Films of the recommender", films, films.levels[0], stars, "mean rating", None),
    ]
    return render(TEMPLATE, part="maps", maps=maps)


def list_columns(file: str | None, target: str) -> Any:
    """Offer the columns of a visitor's own table beside those of Ames."""
    own = list(find_own(file, target).categories) if file and target else []
    names = [name for name in load_embeddings() if name != FILMS]
    return gr.update(
        choices=[*((f"{YOURS}{name}", f"{YOURS}{name}") for name in own), *((shown(n), n) for n in names)]
    )


def build_embed(demo: gr.Blocks, own: dict[str, Any]) -> None:
    """Lay out the tab and wire it."""
    first = draw_category(ChosenOfAny())
    try_this("Guess first: which parts of the city does a net find alike? Then choose one and look it up.")
    with gr.Row():
        go = gr.Button("Look it up", variant="primary", min_width=280)
        with gr.Column(scale=2, min_width=280):
            words = show(css=CSS, elem_id="embed-words", elem_classes=["look-piece", "look-answer"])
    columns = list_columns(None, "")["choices"]
    levels = first["category"]["choices"]
    with gr.Row():
        boxes = controls(
            Chosen,
            column={"choices": columns, "min_width": 280},
            category={"choices": levels, "min_width": 280, "allow_custom_value": True},  # of another column
        )
    maps = show(first["maps"], css=CSS, elem_id="embed-maps")
    product = show(first["product"], css=CSS, elem_id="embed-product")
    section("Do they help a forest?", "Houses of Ames: the error of a forest by what it sees of a category.")
    gain = load_gain()
    show(
        render(TEMPLATE, part="gain", errors=gain.mean_errors, gain=gain, n=len(gain.errors)),
        css=CSS,
    )
    explanation(TEXTS["embed"])
    fills = {"category": boxes["category"], "words": words, "maps": maps, "product": product}
    events = [go.click, boxes["column"].change, boxes["category"].change]
    wire(events, draw_category, ChosenOfAny, boxes | own, fills)
    gr.on(
        [own["file"].change, own["target"].change],
        list_columns,
        list(own.values()),
        boxes["column"],
        api_visibility="private",
        show_progress="hidden",
    )
    keep_in_address("embed", Chosen, boxes, demo)
