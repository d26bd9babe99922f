"""A decision tree as HTML: nested lists that a style sheet draws, so that it can be read at any width.

tree_html(tree, encoded, chosen=2, path=[0, 2])     # leaves are buttons; the path of a row is lit
tree_html(contest.greedy, encoded)                  # only to be looked at
"""

from collections.abc import Collection

import numpy as np

from shared.forest.encoded import Encoded
from shared.forest.grow import Node, Tree
from shared.forest.hunt import short_side
from shared.forest.labels import Answer
from shared.forest.splits import describe_side
from shared.ui.page import escape

MOST_ABREAST = 6  # leaves side by side on a wide page; a larger tree is an outline there too


def tree_html(
    tree: Tree,
    encoded: Encoded,
    *,
    chosen: int | None = None,
    path: Collection[int] = (),
    label: str = "Tree",
) -> str:
    """Write a tree.

    Args:
        tree: grown by hand, or read from scikit-learn's.
        encoded: the table that it splits.
        chosen: the leaf that is marked; None makes leaves that cannot be chosen.
        path: nodes to light.
        label: what the tree is, read out.
    """
    css = "grown" + (" grown-abreast" if len(tree.leaves) <= MOST_ABREAST else "")
    values = [_place(node, tree) for node in tree.nodes]
    low, high = min(values), max(values)
    shares = [value if tree.n_classes else (value - low) / (high - low or 1.0) for value in values]

    def write(index: int) -> str:  # as deep as the tree, at most 64 leaves by hand
        node = tree.nodes[index]
        inside = _node_html(tree, encoded, index, shares[index], lit=index in path, chosen=chosen)
        below = ""
        if node.left is not None and node.right is not None:
            below = f"<ul>{write(node.left)}{write(node.right)}</ul>"
        return f"<li>{inside}{below}</li>"

    return f'<div class="{css}" role="group" aria-label="{escape(label)}"><ul>{write(0)}</ul></div>'


def value_words(node: Node, encoded: Encoded) -> str:
    """Say what a node answers: "74.2 % survived", or "typically $154,800"."""
    if not encoded.classes:
        return f"{'typically' if encoded.log_of else 'mean'} {Answer.about(encoded).text(node.value[0])}"
    most = 1 if len(encoded.classes) == 2 else int(np.argmax(node.value))
    return f"{100 * node.value[most]:.1f} % {encoded.say_class(most, most=24)}"


def side_words(tree: Tree, encoded: Encoded, index: int, *, short: bool = True) -> str:
    """Say which rows of its parent a node holds: "Age ≤ 6"; "All rows" for the root."""
    parent = tree.nodes[index].parent
    if parent is None:
        return "All rows"
    above = tree.nodes[parent].right == index
    column, threshold = tree.nodes[parent].column, tree.nodes[parent].threshold
    assert column is not None and threshold is not None  # noqa: PT018  # of a node that has children
    say = short_side if short else describe_side
    return say(encoded.columns[column], threshold, above=above)


def _node_html(
    tree: Tree, encoded: Encoded, index: int, share: float, *, lit: bool, chosen: int | None
) -> str:
    node = tree.nodes[index]
    rows = f"{node.n:,} {'row' if node.n == 1 else 'rows'}"
    mark = (
        '<i class="grown-mark">●<span class="grown-aloud"> on the path of the row</span></i>' if lit else ""
    )
    inside = (
        f'{mark}<span class="grown-side">{escape(side_words(tree, encoded, index))}</span>'
        f'<span class="grown-value"><b>{escape(value_words(node, encoded))}</b> <small>{rows}</small></span>'
        f'<span class="grown-bar" style="--share:{share:.3f}"></span>'
    )
    css = "grown-node" + (" grown-leaf" if node.is_leaf else "") + (" grown-lit" if lit else "")
    title = escape(side_words(tree, encoded, index, short=False))
    if not node.is_leaf or chosen is None:
        return f'<div class="{css}" title="{title}">{inside}</div>'
    pressed = "true" if index == chosen else "false"
    return (
        f'<button type="button" class="{css}" title="{title}" data-node="{index}" aria-pressed="{pressed}">'
        f'<span class="grown-aloud">Leaf {index}, </span>{inside}</button>'
    )


def _place(node: Node, tree: Tree) -> float:
    """What the bar under a node shows: the mean, the share of the second of two classes, or the largest."""
    if not tree.n_classes:
        return node.value[0]
    return node.value[1] if tree.n_classes == 2 else max(node.value)
