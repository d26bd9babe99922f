"""What *Grow a tree* says: the chosen leaf, the contest with scikit-learn, what to try, the explanation."""

from typing import Any

from apps.views.forest.grow_state import Grown
from apps.views.forest.tree_html import side_words, value_words
from shared.forest.encoded import Column
from shared.forest.error_scale import ErrorScale, error_scale
from shared.forest.fit import row_losses
from shared.forest.grow import predict_tree
from shared.forest.hand import HandScore, Offer
from shared.forest.hunt import short_side
from shared.forest.row_errors import error_interval
from shared.tables.numbers import write_number, write_score
from shared.ui.page import big_number_html, table_html
from shared.words import count

_EQUAL = 1e-9  # two errors closer than this differ by rounding
_ENOUGH_LEAVES = 4  # from so many on, the contest is worth looking at


def chosen_words(grown: Grown) -> str:
    """Say which leaf is chosen, and how mixed it is."""
    node = grown.tree.nodes[grown.leaf]
    measure = "Gini" if grown.tree.n_classes else "variance"
    rows = f"{node.n:,} {'row' if node.n == 1 else 'rows'}"
    value, mixed = value_words(node, grown.encoded), f"{measure} {write_number(node.impurity)}"
    return (
        f"Leaf {grown.leaf}: {side_words(grown.tree, grown.encoded, grown.leaf)}. {rows}, {value}, {mixed}. "
        "Tap another leaf to choose it."
    )


def threshold_value(offer: Offer, column: Column) -> dict[str, Any]:
    """Give the slider its thresholds, each with its words; it starts at the best."""
    if offer.best is None:
        note = "All rows of this leaf have the same value here. Choose another column."
        return {"items": [], "at": 0, "note": note}
    items = [
        [
            float(threshold),
            short_side(column, float(threshold)),
            f"Score {write_score(score)}{', the best of this column' if i == offer.best else ''}, "
            f"{count(n_below, 'row')} left, {offer.n_rows - n_below:,} right",
        ]
        for i, (threshold, score, n_below) in enumerate(
            zip(offer.thresholds, offer.scores, offer.n_below, strict=True)
        )
    ]
    is_cut = len(items) < offer.n_all
    note = f"{len(items):,} of {offer.n_all:,} thresholds are offered." if is_cut else ""
    return {"items": items, "at": offer.best, "note": note}


def number_html(grown: Grown, score: HandScore | None) -> str:
    """Write the error of the tree on the validation rows, large."""
    is_share = bool(grown.tree.n_classes)
    X, y = grown.valid_rows
    own = (
        score.hand if score else error_interval(row_losses(y, predict_tree(grown.tree, X)), is_share=is_share)
    )
    scale = error_scale(grown.encoded)
    rival = f"scikit-learn: {scale.write(score.greedy.mean)}." if score else "scikit-learn joins at 2 leaves."
    return big_number_html(
        f"Your tree, {_leaves(grown)}: {'error' if is_share else scale.name} on validation rows",
        scale.number(own.mean),
        unit=scale.unit,
        hint=f"95 % interval {scale.interval(own.low, own.high)}. {rival}",
    )


def contest_html(grown: Grown, score: HandScore | None) -> str:
    """Write both trees' errors as a table, and how sure the difference is."""
    if score is None:
        return ""
    scale, contest = error_scale(grown.encoded), score.contest
    rows = [
        (
            name,
            scale.write(train),
            f"{scale.write(valid.mean)} ({scale.interval(valid.low, valid.high)})",
        )
        for name, train, valid in (
            ("Yours", contest.hand_train, score.hand),
            ("scikit-learn's", contest.greedy_train, score.greedy),
        )
    ]
    mean, low, high = (_signed(float(end), scale) for end in score.difference)
    difference = f"{mean} ({low} to {high})"
    rows.append(("Difference", _signed(contest.hand_train - contest.greedy_train, scale), difference))
    what = "share of wrong rows, the difference in percentage points" if scale.is_share else scale.title
    return table_html(
        [
            "Tree",
            f"{len(grown.train):,} training rows",
            f"{len(grown.valid):,} validation rows (95 % interval)",
        ],
        rows,
        caption=f"Both trees with {_leaves(grown)}: {what}. Lower is better.",
        numeric=[1, 2],
    )


def key_words(grown: Grown) -> str:
    """Say what the nodes of the tree show."""
    encoded = grown.encoded
    if encoded.log_of:
        return f"Each node: the typical {encoded.log_of}, and its training rows."
    if not encoded.classes:
        return f"Each node: the mean of {encoded.target}, and its training rows."
    if len(encoded.classes) == 2:
        return f"Each node: how many rows {encoded.say_class(1)}, and its training rows."
    return f"Each node: the most frequent {encoded.target}, and its training rows."


def next_step(grown: Grown, score: HandScore | None) -> tuple[str, bool]:
    """Say what to try, and whether the visitor has won."""
    n_leaves = len(grown.tree.leaves)
    if score is None:
        return "Choose a column and a threshold, then press *Split here*.", False
    if n_leaves < _ENOUGH_LEAVES:
        return "Tap the leaf that is most mixed, and split it. Grow at least 4 leaves.", False
    low, mean, high = (
        float(end) for end in (score.difference.low, score.difference.mean, score.difference.high)
    )
    if abs(mean) < _EQUAL:
        return (
            "Both trees are equally good on these rows. *Undo* a split: can another one get you ahead?",
            False,
        )
    if high < 0:
        return "You beat scikit-learn, and the whole interval says so. Add leaves: are you still ahead?", True
    if mean < 0:
        return "You are ahead, but the interval reaches 0: other rows could decide otherwise.", True
    if low > 0:
        return "scikit-learn is clearly ahead. *Undo* a split and try another column.", False
    return "The interval includes 0: these rows cannot tell who is better. Can you get ahead?", False


def _leaves(grown: Grown) -> str:
    n_leaves = len(grown.tree.leaves)
    return f"{n_leaves} {'leaf' if n_leaves == 1 else 'leaves'}"


def _signed(value: float, scale: ErrorScale) -> str:
    text = scale.number(abs(value))
    if not any(digit in text for digit in "123456789"):
        return text
    return f"{'−' if value < 0 else '+'}{text}"


EXPLANATION = """
A **decision tree** is made of binary splits. Each split parts the rows of one *leaf* into two new leaves. A
new row walks down from the top, and its answer is the mean of the training rows in the leaf where it ends.
For classes it is their shares.

**Leaf, column, threshold** are your choice. The slider starts at the best threshold of the column, by the
lesson's score. **Best for me** tries all columns.

**scikit-learn** is *greedy*: it takes the split that gains most now, whatever comes after. A person who looks
ahead can do better. It also measures a little differently. It lowers Gini (or the variance), and the lesson's
score weighs standard deviations, so **Best for me** need not find its split.

**Training rows** were used to grow the tree, so their error goes down with every split. **Validation rows**
were kept out. When their error goes up again, the tree has learned its training rows by heart: it *overfits*.

**The difference** of both trees is taken on the same validation rows. Its 95 % interval looks at the rows
that only one of them gets right (for numbers, it draws these rows again, many times). When it includes 0, the
rows are too few to say who is better.

**Things to try**

- Titanic: split by *Sex* first, then each side once more. The lesson's small tree has four leaves as well.
- Press **Best for me** twenty times. What happens to the two errors?
- Light the path of a row that the tree gets wrong. Which split would help it?

[Lesson 6](https://course.fast.ai/Lessons/lesson6.html) grows such a tree in *How random forests really work*.
"""
