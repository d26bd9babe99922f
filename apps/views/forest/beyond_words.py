"""What the tab *Beyond* says."""

from collections.abc import Sequence

import numpy as np

from shared.forest.domain import Line
from shared.forest.encoded import Column
from shared.forest.explorer import Explorer
from shared.forest.labels import Answer, name_value
from shared.forest.new_rows import Compared
from shared.limits import MAX_FOREST_DOMAIN_ROWS, MAX_TABLE_MB
from shared.tables.kinds import shorten
from shared.ui.page import big_number_html, marked, notice_html

TRY = (
    "Look at the book's example first: what does the forest say to the right of its last point? Then choose "
    "a column of your table and go far beyond its range."
)
TELL = (
    "A forest is trained to tell *new* rows from *training* rows. If it can, the new rows are different, and "
    "the columns it used say in what."
)
UPLOAD = (
    f"New rows: a CSV with the same columns. At most {MAX_TABLE_MB} MB; of more than "
    f"{MAX_FOREST_DOMAIN_ROWS:,} rows a random sample is compared. It is deleted as soon as it is read."
)
BUSY = "Fitting the detectors, and 19 on shuffled labels to see what chance does. This takes some seconds."


def line_html(line: Line, column: Column, answer: Answer) -> str:
    """Write what the forest says at both edges and beyond."""
    inside = np.flatnonzero((line.x >= line.low) & (line.x <= line.high))
    span = line.predicted[inside] if len(inside) else line.predicted
    return big_number_html(
        f"Beyond {name_value(column, line.high)}",
        answer.text(float(line.predicted[-1])),
        hint=(
            f"{answer.title}, the same for any larger value. Below {name_value(column, line.low)}: "
            f"{answer.text(float(line.predicted[0]))}. Inside: {answer.text(float(span.min()))} to "
            f"{answer.text(float(span.max()))}."
        ),
    )


def example_html(slope_end: float, last: float) -> str:
    """Write what the book's forest says of the last point."""
    return big_number_html(
        "Forest at x = 20",
        f"{last:.1f}",
        hint=f"The point itself is at {slope_end:.1f}. No leaf holds a number that large.",
    )


def verdict_html(compared: Compared, what: str) -> str:
    """Write how well the new rows can be told, beside what chance does."""
    domain = compared.domain
    return big_number_html(
        f"Told apart (AUC): {what}",
        f"{domain.auc:.2f}",
        hint=(
            f"0.5 is guessing, 1 is certain. {len(domain.chance)} detectors on shuffled labels: "
            f"{domain.chance.min():.2f} to {domain.chance.max():.2f}. "
            f"{compared.n_train:,} training and {compared.n_new:,} new rows."
        ),
    )


def meaning_html(explorer: Explorer, compared: Compared, notes: Sequence[str]) -> str:
    """Say what the verdict means."""
    domain, names = compared.domain, explorer.encoded.names
    if domain.differ:
        clear = np.flatnonzero(~domain.importances.below_noise)
        best = clear[np.argsort(-domain.importances.mean[clear], kind="stable")][:3]
        columns = ", ".join(f'"{shorten(names[place])}"' for place in best)
        by = f" mostly by {columns}" if columns else ""
        sentences = [f"These rows differ from the training rows,{by}." if by else "These rows differ."]
        sentences.append("Before you trust predictions for them, try the forest without these columns.")
    else:
        sentences = ["No better than chance: nothing says that these rows differ from the training rows."]
    if compared.n_outside:
        worst = int(compared.outside.argmax())
        leave = "leaves" if compared.n_outside == 1 else "leave"
        sentences.append(
            f"{compared.n_outside:,} of {compared.n_new:,} rows {leave} the training range in some column, "
            f'most often in "{shorten(names[worst])}" ({compared.outside[worst]:,}).'
        )
    if compared.is_sample:
        sentences.append(f"A random sample of at most {MAX_FOREST_DOMAIN_ROWS:,} rows of each was compared.")
    text = " ".join([*sentences, *notes[:4]])
    return notice_html(text) if domain.differ or compared.n_outside else f"<p>{marked(text)}</p>"


EXPLANATION = """
A leaf answers with the mean of the training rows in it. So a forest **never says more than the largest, or
less than the smallest** mean it has seen. Beyond the range of a column every question is answered as at its
edge, and the line is flat. A straight line, or a neural network, would go on; whether that is right is
another question. (fastai book, chapter 9, "The Extrapolation Problem".)

**The out-of-domain detector** puts training and new rows together and learns which is which. Its answers are
*out of bag*, so it is not praised for what it learned by heart. **AUC** is the chance that of one new and one
training row it takes the right one for the new one. *Chance* is measured: the same detector on shuffled
labels, 19 times. If the real one beats them all, that happens by luck in 1 of 20 tables.

Grey, hatched bars are columns that do not clearly beat a column of random noise. The bars are impurity
importances over five detectors.

Rows drawn at random, as our validation rows are, cannot be told apart, and should not be. Rows from a later
year, or another town, often can. A column that tells them apart and does not help to predict, such as an ID
or a date, is best left out.
"""
