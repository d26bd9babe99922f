"""What the tab *Partial dependence* says."""

from collections.abc import Sequence

import numpy as np

from shared.forest.curves_csv import curves_csv
from shared.forest.encoded import Encoded
from shared.forest.explorer import Explorer
from shared.forest.impossible import EXPECTED_ROWS, Impossible
from shared.forest.labels import Answer, name_value
from shared.forest.partial_dependence import Dependence
from shared.forest.partial_plots import FEW_ROWS, measure_range
from shared.tables.kinds import shorten
from shared.takeaway.csv_link import csv_address
from shared.ui.page import big_number_html, escape, notice_html

WARN_SHARE = 0.05  # of the rows of a curve that cannot exist, from where on it is said
TRY = (
    "Choose a column and read its curve from left to right. Is it flat somewhere? Then draw the *rows of "
    "their own*: do all of them go the same way?"
)
ALL = (
    "The average curve of every column, all on one scale: the widest range first. The number is that range. "
    "Choose a picture to see it large."
)
TWO = "Colour is the average answer when all rows get both values. Grey: no row is near."


def range_html(explorer: Explorer, dependence: Dependence, answer: Answer) -> str:
    """Write how far the curve goes, from where to where."""
    column = explorer.encoded.columns[dependence.column]
    known = np.flatnonzero(dependence.support >= FEW_ROWS)
    hint = f"No value has {FEW_ROWS} rows near it."
    if len(known):
        low = known[dependence.average[known].argmin()]
        high = known[dependence.average[known].argmax()]
        values = [shorten(name_value(column, dependence.grid[place])) for place in (low, high)]
        answers = [answer.text(dependence.average[place]) for place in (low, high)]
        hint = f"{answers[0]} at {values[0]}; {answers[1]} at {values[1]}"
        hint = f"{answer.title}: {hint}. Average over {len(explorer.encoded.X):,} rows."
    value = answer.step(measure_range(dependence)).removeprefix("+")
    sentence = explorer.encoded.explain(column)
    about = f'<p class="look-label">{escape(f"{column.name}: {sentence}")}</p>' if sentence else ""
    return about + big_number_html("Range of effect", value, hint=hint)


def warning_html(encoded: Encoded, dependence: Dependence, impossible: Impossible | None) -> str:
    """Say what the curve owes to values with few rows, and to rows that cannot exist."""
    column = encoded.columns[dependence.column]
    sentences = []
    few = int((dependence.support < FEW_ROWS).sum())
    if few:
        rows = int(dependence.support[dependence.support < FEW_ROWS].sum())
        have = "has" if few == 1 else "have"
        sentences.append(
            f"Grey: {few} of {len(dependence.grid)} values {have} fewer than {FEW_ROWS} rows near, "
            f"{rows} in all. Do not read much into them."
        )
    if impossible is not None and impossible.share >= WARN_SHARE:
        worst = int(impossible.by_value.argmax())
        partner = shorten(encoded.columns[impossible.partner].name)
        sentences.append(
            f"{100 * impossible.share:.0f} % of the rows behind this curve cannot exist, as far as the table "
            f'tells: each keeps its "{partner}", which is tied to this column (association '
            f"{impossible.association:.2f} of 1). Most at "
            f"{shorten(name_value(column, dependence.grid[worst]))}: "
            f"{100 * impossible.by_value[worst]:.0f} %. Accumulated local effects do without such rows."
        )
    return notice_html(" ".join(sentences))


def curve_html(explorer: Explorer, place: int) -> str:
    """Write a link that carries the curves of one column."""
    name = explorer.encoded.columns[place].name
    return _link(explorer, [place], "curve.csv", f"Download {shorten(name)} as CSV")


def all_curves_html(explorer: Explorer) -> str:
    """Write a link that carries all curves."""
    places = range(len(explorer.encoded.columns))
    return _link(explorer, places, "curves.csv", f"Download the curves of {len(places):,} columns")


def _link(explorer: Explorer, places: Sequence[int], file: str, label: str) -> str:
    """Make a link that carries the file itself, so that nothing is written on the server."""
    dependence, effects = explorer.dependence(), explorer.effects()
    text = curves_csv(
        explorer.encoded,
        [dependence[place] for place in places],
        [effects[place] for place in places],
        answer=Answer.of(explorer.choice, of_class=explorer.of_class).heading,
    )
    return (
        f'<p><a style="display:inline-block;padding:12px 0;overflow-wrap:anywhere" download="{file}" '
        f'href="{csv_address(text)}">{escape(label)}</a></p>'
    )


EXPLANATION = f"""
**Partial dependence** asks: what would the forest say on average if *all* rows had this value, then that one,
and everything else stayed as it is? The curve is exact: every row is asked at every value. Over a number the
values go from the 5th to the 95th percentile; the **bars** count the rows near each.

An average hides rows that go different ways. **Rows of their own** (individual conditional expectation, ICE)
draws 50 rows, drawn at random. *Centred*, all begin at 0, and only what changes is seen.

A curve asks rows that **cannot exist**, such as a small house with ten rooms. How this is measured: the
column and the one it is most tied to (Cramér's V) are put into up to 10 groups of about as many rows, or
their levels. A row at a value counts as impossible when no row of the table has the two groups together,
although at least {EXPECTED_ROWS} would if the columns had nothing to do with each other. One partner only,
and a careful count: the share is rather too small than too large.

**Accumulated local effects** move each row only to the borders of the small interval that it lies in, and add
these steps up. They use no far-away rows. Where both lines agree, the curve owes little to impossible rows.

*Range of effect*: highest minus lowest point of the average curve, values with fewer than {FEW_ROWS} rows
left out. A column may matter only together with another: then its curve is flat, its rows are not, and the
map of two columns shows it.
"""
