"""What *Inside* shows as HTML: the tree of modules, what one of them is, and its pictures.

tree_html(inside.tree, current="conv_stem")
module_html(inside, "conv_stem", x, photo)      # x is the photo as the network takes it
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from shared.ui.page import escape, marked, table_html
from shared.vision.inside import N_FILTERS, Activations, Facts, Inside, Node, Shape
from shared.vision.inside_plots import filter_uris, map_uris
from shared.vision.inside_words import explain_no_maps
from shared.vision.thumbnails import data_uri

N_VALUES = 12  # numbers of a vector that are written out
IDLE = ("Identity", "Dropout", "DropPath")  # do nothing when a model answers


def tree_html(root: Node, *, current: str) -> str:
    """Write the tree: a group opens and is chosen by one click or Enter, a single module is a button.

    Args:
        root: the whole network.
        current: the path of the module that is chosen.
    """
    items = "".join(_branch(node, current) for node in root.children)
    return (
        f'<nav class="tree" aria-label="Modules of the model">'
        f'<button type="button" {_attributes(root, current)}>{_row("model", root)}</button><ul>{items}</ul>'
        '<p class="tree-aloud" role="status"></p></nav>'
    )


def _branch(node: Node, current: str) -> str:
    row = _row(node.name, node)
    if not node.children:
        return f'<li><button type="button" {_attributes(node, current)}>{row}</button></li>'
    is_open = " open" if current.startswith(f"{node.path}.") else ""
    items = "".join(_branch(child, current) for child in node.children)
    return (
        f"<li><details{is_open}><summary {_attributes(node, current)}>{row}</summary>"
        f"<ul>{items}</ul></details></li>"
    )


def _attributes(node: Node, current: str) -> str:
    chosen = ' aria-current="true"' if node.path == current else ""
    idle = ' class="tree-idle"' if node.kind in IDLE else ""
    return f'data-path="{escape(node.path)}"{chosen}{idle}'


def _row(name: str, node: Node) -> str:
    count = f" · {short_count(node.n_parameters)}" if node.n_parameters else ""
    return f"<span>{escape(name)}</span> <small>{escape(node.kind)}{count}</small>"


def short_count(number: int) -> str:
    """Write a large number short: 950, 12.3 k, 3.4 M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f}\u00a0{letter}"
    return str(number)


def module_html(
    inside: Inside, path: str, photo: npt.NDArray[np.float32] | None, square: Image.Image | None
) -> str:
    """Write all about one module.

    Args:
        inside: the network.
        path: of the module.
        photo: (3, size, size), what the network takes; None when no photo is chosen.
        square: the same as a picture.
    """
    facts = inside.facts(path)
    parts = [_facts_html(facts), _filters_html(inside, facts)]
    if photo is not None and square is not None:
        parts.append(_activations_html(inside.activations(path, photo), square))
    else:
        parts.append('<p class="look-empty">Put in a photo to see what this module makes of it.</p>')
    return "".join(parts)


def _facts_html(facts: Facts) -> str:
    code = f'model.get_submodule("{facts.path}")'
    rows = [
        ("Class", f"`{facts.kind}`"),
        ("Settings", f"`{facts.settings}`" if facts.settings else ""),
        ("Takes", _shape_words(facts.input_shape)),
        ("Gives", _shape_words(facts.output_shape)),
        ("Parameters", _parameters(facts)),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{marked(value)}</dd>" for name, value in rows if value)
    tensors = (
        table_html(
            ["Tensor", "Shape", "Numbers"],
            [[f"`{name}`", shape_text(shape), f"{n:,}"] for name, shape, n in facts.tensors],
            numeric=(2,),
        )
        if facts.tensors
        else ""
    )
    title = f"{facts.path.rpartition('.')[2] or 'The whole model'}: {facts.kind}"
    return (
        f"<h2>{escape(title)}</h2><p>{marked(facts.words)}</p>"
        f'<div class="module-code"><code>{escape(code)}</code>'
        f'<button type="button" data-copy="{escape(code)}">Copy</button></div><dl>{listed}</dl>{tensors}'
    )


def _parameters(facts: Facts) -> str:
    if facts.n_all == 0:
        return "none: nothing is learned here"
    if facts.n_own == facts.n_all:
        return f"{facts.n_all:,}"
    return f"{facts.n_all:,} in all, {facts.n_own:,} of its own"


def shape_text(shape: Shape) -> str:
    """Write a shape: 32 × 3 × 3 × 3."""
    return " × ".join(f"{size:,}" for size in shape) or "one number"


def _shape_words(shape: Shape | None) -> str:
    return "" if shape is None else f"{shape_text(shape)}{_AXES.get(len(shape), '')}"


_AXES = {4: " (photos, channels, height, width)", 2: " (photos, numbers)"}


def _filters_html(inside: Inside, facts: Facts) -> str:
    filters = inside.filters(facts.path)
    if filters is None:
        return ""
    n = min(len(filters), N_FILTERS)
    key = (
        "Each is drawn in the colours it looks for; grey is a weight of 0."
        if filters.shape[1] == 3
        else "Teal is a weight above 0, pink one below, grey is 0."
    )
    some = f"{n} of its {len(filters):,} filters" if n < len(filters) else f"Its {n} filters"
    pictures = _pictures(filter_uris(filters[:n]), [f"Filter {at}" for at in range(n)], range(n))
    return (
        f'<h3>{some}</h3><p class="module-key">{key}</p>'
        f'<ol class="module-grid module-filters">{pictures}</ol>'
    )


def _activations_html(found: Activations, square: Image.Image) -> str:
    seen = f'<img class="module-photo" src="{data_uri(square)}" alt="The photo as the model sees it">'
    if not found.channels:
        values = ", ".join(f"{value:.2f}" for value in found.values[:N_VALUES])
        more = ", ..." if len(found.values) > N_VALUES else ""
        written = f"<p>For this photo: {values}{more}</p>" if values else ""
        words = f'<p class="module-none">{escape(explain_no_maps(found.shape))}</p>{written}'
        return f'<h3>What it makes of the photo</h3><div class="module-seen">{seen}<div>{words}</div></div>'
    height, width = found.maps.shape[1:]
    n = len(found.channels)
    some = f"The {n} strongest of {found.n_channels:,} maps" if n < found.n_channels else f"Its {n} maps"
    key = (
        "Pale is 0, dark blue is much."
        if found.maps.min() >= 0
        else "Teal is above 0, pink below, grey is 0. A map with nothing below 0 goes from pale to dark blue."
    )
    names = [
        f"Channel {channel}, from {low:.2f} to {high:.2f}"
        for channel, low, high in zip(
            found.channels, found.maps.min(axis=(1, 2)), found.maps.max(axis=(1, 2)), strict=True
        )
    ]
    pictures = _pictures(map_uris(found.maps), names, found.channels)
    return (
        f'<h3>{some}, {height} × {width}</h3><div class="module-seen">{seen}'
        '<p class="module-key">The photo as the model sees it, and what single channels make of it, '
        f'each over its own range. {key}</p></div><ol class="module-grid">{pictures}</ol>'
    )


def _pictures(uris: Sequence[str], names: Sequence[str], numbers: Sequence[int]) -> str:
    return "".join(
        f'<li><img src="{uri}" alt="{escape(name)}" title="{escape(name)}"><small>{number}</small></li>'
        for uri, name, number in zip(uris, names, numbers, strict=True)
    )
