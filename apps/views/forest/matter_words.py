"""What the tab *Which matter* says of importances, of columns that are alike, and of forests without some."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.forest.importance_plots import order_columns
from shared.forest.importances import KINDS, Importances
from shared.forest.redundancy import Clusters, Retry
from shared.ui.page import empty_html, marked, table_html
from shared.words import count

MEASURES = {"Permutation": "permutation", "Impurity": "impurity", "Drop-column": "drop"}
TRY_FIRST = "Which columns beat a column of random numbers? Switch to *Impurity*: does the noise climb?"
MOST_NAMED = 6  # columns named in a sentence
_MOST_GROUPS = 5
NO_RETRY = empty_html("Leave columns out, and the out-of-bag score before and after comes here.")
NO_DROP = (
    "Every forest is fitted again without each column. That takes long, so it waits for your click: "
    "the columns that matter most by permutation come first, with fewer trees. You can stop it and go on."
)

EXPLANATION = """
- **Impurity**: what all splits on a column gained, added up over the trees. It comes free with the fit, but
  it is measured on training rows, and it favours columns with many different values: they offer a tree more
  chances to look good.
- **Permutation**: one column of the validation rows is shuffled. What does the score lose? The forest stays
  as it is. When two columns say the same thing, both look weaker than they are.
- **Drop-column**: the forest is fitted again without the column. What does the out-of-bag score lose? The
  fairest question, and the slowest. A column with a twin loses nothing.

**The yardstick.** Each forest also gets a column of random numbers, drawn anew. A real column has to beat
it in the same forests, and clearly: the 95 % interval of the difference must lie above 0. Otherwise it is
grey and hollow. That does not prove that it is useless. This measurement cannot tell it from noise.

Whiskers are 95 % intervals of the mean over forests with other seeds (Student's t). They do not say what
other rows would give. The score is the accuracy for classes, and R² for numbers.
"""
ALIKE_EXPLANATION = """
A tree looks only at the order of values. So two columns whose **ranks** agree, or are exactly reversed, are
the same to it. The picture joins the columns that agree most, then the groups, at the mean rank correlation
of their columns (Spearman's, without its sign). The further right two lines meet, the more alike they are.

The lesson leaves one of the twins out and fits again. When the out-of-bag score stays the same, the table
is simpler and nothing is lost. The interval is over forests with the same seeds before and after (Student's
t).
"""


@dataclass(frozen=True)
class RetryRow:
    """One line of the table of retries."""

    names: tuple[str, ...]
    before: float
    after: float
    change: tuple[float, float, float]  # mean, low, high
    n_forests: int


def name_some(names: Sequence[str]) -> str:
    """Name a few columns, and count the others."""
    named = ", ".join(names[:MOST_NAMED])
    return f"{named} and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else named


def describe_importances(importances: Importances, names: list[str], n_forests: int) -> str:
    """Say which columns do not beat the noise, over how many forests."""
    order = order_columns(importances)
    if not len(order):
        return "The forests with all columns, and without the noise, come first."
    below = [names[column] for column in order if importances.below_noise[column]]
    start = f"{KINDS[importances.kind]}, over {n_forests} forests. "
    if not below:
        return start + f"All {len(order):,} columns clearly beat the random noise."
    count = f"{len(below):,} of {len(order):,} columns" if len(below) > 1 else f"1 of {len(order):,} columns"
    verb = "do" if len(below) > 1 else "does"
    return start + f"{count} {verb} not clearly beat the random noise: {name_some(below)}."


def label_html(text: str) -> str:
    """Set a sentence under a figure."""
    return f'<p class="look-label">{marked(text)}</p>' if text else ""


def describe_groups(clusters: Clusters, groups: list[list[int]], names: list[str], at_least: float) -> str:
    """Name the groups of columns that say about the same."""
    rows = f"over {clusters.n_rows:,} training rows"
    if not groups:
        size = np.abs(clusters.correlation - np.eye(len(names)))
        first, second = np.unravel_index(int(size.argmax()), size.shape)
        correlation = f"{clusters.correlation[first, second]:.2f}".replace("-", "−")
        return (
            f"No columns are joined at {at_least:.2f} or more, {rows}. The closest pair: "
            f"{name_some([names[first], names[second]])} at {correlation}."
        )
    likeness = {tuple(group): _mean_likeness(clusters, group) for group in groups}
    closest = sorted(likeness, key=lambda group: -likeness[group])
    listed = "; ".join(
        f"{name_some([names[column] for column in group])} ({likeness[group]:.2f})"
        for group in closest[:_MOST_GROUPS]
    )
    rest = len(groups) - _MOST_GROUPS
    more = f"; and {count(rest, 'more group')}" if rest > 0 else ""
    return f"Alike at {at_least:.2f} or more, {rows}: {listed}{more}."


def _mean_likeness(clusters: Clusters, group: list[int]) -> float:
    pairs = np.abs(clusters.correlation[np.ix_(group, group)])[np.triu_indices(len(group), 1)]
    return float(pairs.mean())


def retry_row(retry: Retry, names: list[str]) -> RetryRow:
    """Keep of a retry what the table shows."""
    return RetryRow(
        names=tuple(names[column] for column in retry.removed),
        before=float(retry.before.mean()),
        after=float(retry.after.mean()),
        change=tuple(float(end) for end in retry.change),  # type: ignore[arg-type]
        n_forests=len(retry.before),
    )


def retry_table(rows: Sequence[RetryRow], task: str) -> str:
    """Write all retries, the newest first."""
    if not rows:
        return NO_RETRY
    factor, unit = (100.0, " %") if task == "classification" else (1.0, "")
    digits = 1 if task == "classification" else 4

    def write(value: float, *, sign: bool = False) -> str:
        return f"{value * factor:{'+' if sign else ''}.{digits}f}".replace("-", "−")

    score = "accuracy" if task == "classification" else "R²"
    return table_html(
        ["Left out", f"Out-of-bag {score} before", "After", "Change, 95 % interval", "Verdict"],
        [
            [
                name_some(row.names),
                write(row.before) + unit,
                write(row.after) + unit,
                f"{write(row.change[0], sign=True)} "
                f"({write(row.change[1], sign=True)} to {write(row.change[2], sign=True)})",
                verdict(row),
            ]
            for row in reversed(rows)
        ],
        caption=f"{rows[-1].n_forests} forests with all columns, and as many without, with the same seeds",
        numeric=(1, 2, 3),
    )


def verdict(row: RetryRow) -> str:
    """Say in two or three words what a retry showed."""
    _, low, high = row.change
    if high < 0:
        return "a loss"
    return "a gain" if low > 0 else "no clear change"
