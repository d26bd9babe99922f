"""What the tab *Why* says."""

from collections.abc import Mapping, Sequence

import numpy as np

from shared.forest.explorer import Explorer
from shared.forest.labels import Answer, name_value
from shared.forest.one_row import AboutRow
from shared.forest.scored import Scored
from shared.forest.shap_values import find_disagreements
from shared.forest.why_plots import MOST_BARS
from shared.limits import MAX_TABLE_MB, MAX_TABLE_SCORED_ROWS
from shared.tables.kinds import shorten
from shared.tables.numbers import write_number
from shared.ui.page import big_number_html, notice_html, table_html
from shared.words import count

TRY = (
    "Read the bars from top to bottom: from the mean of all rows to this one's prediction. Then change the "
    "first column in the form. Does only its own bar move?"
)
NEAR = (
    "Training rows that end in the same leaf in most trees: for the forest they are the most similar ones. "
    "Numbers are those of the table's rows, counted from 1."
)
SCORE = (
    "Send a CSV with the same columns; the target may be left out. Every row comes back with its prediction, "
    "how far the trees are apart, and the columns in which it leaves the training range. "
    f"At most {MAX_TABLE_MB} MB and {MAX_TABLE_SCORED_ROWS:,} rows, fewer of a wide table. "
    "The file is deleted as soon as it is read."
)
_N_NEAR_COLUMNS = 3


def prediction_html(about: AboutRow, answer: Answer, truth: str) -> str:
    """Write the prediction, back-transformed too, with what the trees say one by one."""
    predicted = float(about.why.prediction[0])
    low, high = (float(value) for value in np.percentile(about.tree_answers, (5, 95)))
    parts = []
    parts.append(
        f"The middle 90 % of {len(about.tree_answers)} trees: {answer.text(low)} to {answer.text(high)}; "
        f"standard deviation {answer.step(float(about.tree_answers.std())).removeprefix('+')}."
    )
    if truth:
        parts.append(f"In the table: {truth}.")
    if answer.raw_unit:
        parts.append(f"The forest predicts the logarithm: {write_number(predicted)}.")
    title = f"Prediction: {answer.title}"
    return big_number_html(title, answer.text(predicted), hint=" ".join(parts), width=7)


def sum_html(about: AboutRow, answer: Answer) -> str:
    """Write the sum that the waterfall draws."""
    why = about.why
    total = float(why.values[0].sum())
    return (
        f"<p>{answer.text(why.bias)} (bias) {answer.step(total)} (all columns) = "
        f"{answer.text(float(why.prediction[0]))}, exactly.</p>"
    )


def warning_html(
    explorer: Explorer, about: AboutRow, notes: Sequence[str], changes: Mapping[str, object]
) -> str:
    """Say what was edited, what was filled in, and where the row leaves the training range."""
    sentences = []
    if changes:
        sentences.append(f"What if: you changed {_join(list(changes))}.")
    sentences += notes
    X_train = explorer.encoded.X[explorer.train]
    for place in np.flatnonzero(about.outside)[:3]:
        column = explorer.encoded.columns[place]
        if column.kind == "category":
            sentences.append(f'No training row has this value of "{shorten(column.name)}".')
            continue
        low, high = X_train[:, place].min(), X_train[:, place].max()
        sentences.append(
            f'Outside the training rows: "{shorten(column.name)}" is {name_value(column, about.X[place])}, '
            f"and they have {name_value(column, low)} to {name_value(column, high)}. "
            "A forest answers as at the edge."
        )
    n_more = int(np.count_nonzero(about.outside)) - 3
    if n_more > 0:
        sentences.append(f"{count(n_more, 'more column is', 'more columns are')} outside.")
    return notice_html(" ".join(sentences))


def shap_html(explorer: Explorer, about: AboutRow, answer: Answer, shap: np.ndarray | None) -> str:
    """Say where the waterfall and SHAP disagree."""
    if shap is None:
        return ""
    values = about.why.values[0]
    places = find_disagreements(values, shap)
    if not places:
        return "<p>SHAP and the waterfall nearly agree on every column here.</p>"
    rows = [
        [
            shorten(explorer.encoded.names[place]),
            answer.step(float(values[place])),
            answer.step(float(shap[place])),
            "the sign" if values[place] * shap[place] < 0 else "the size",
        ]
        for place in places
    ]
    return table_html(
        ["Column", "Waterfall", "SHAP", "They differ in"],
        rows,
        caption="Where the two ways of sharing the prediction out disagree most",
        numeric=(1, 2),
    )


def neighbours_html(explorer: Explorer, about: AboutRow, answer: Answer) -> str:
    """Write the nearest training rows with their targets."""
    encoded = explorer.encoded
    main = np.argsort(-np.abs(about.why.values[0]), kind="stable")[:_N_NEAR_COLUMNS]
    rows = []
    for place, share in zip(about.neighbours.places, about.neighbours.proximity, strict=True):
        row = int(explorer.train[place])
        rows.append(
            [
                f"row {explorer.choice.rows[row] + 1:,}",
                f"{100 * share:.0f} %",
                target_text(explorer, answer, row),
                *(name_value(encoded.columns[column], encoded.X[row, column]) for column in main),
            ]
        )
    names = [shorten(encoded.names[column]) for column in main]
    return table_html(
        ["", "same leaf", shorten(encoded.asked), *names], rows, caption="Nearest training rows", numeric=(1,)
    )


def truth_text(explorer: Explorer, answer: Answer, row: int) -> str:
    """Write the true target of a row of the encoded table."""
    text, encoded = target_text(explorer, answer, row), explorer.encoded
    is_named = answer.is_share and text != shorten(encoded.classes[int(encoded.y[row])])
    return text if is_named else f"{shorten(explorer.choice.target)} = {text}"


def target_text(explorer: Explorer, answer: Answer, row: int) -> str:
    """Write the target of a row of the encoded table: the class, or the number as the table has it."""
    encoded, value = explorer.encoded, float(explorer.encoded.y[row])
    if answer.is_share:
        return shorten(encoded.name_class(int(value)))
    return answer.text(value)


def scored_html(scored: Scored) -> str:
    """Say what came of a table."""
    sentences = ["1 row is predicted." if scored.n_rows == 1 else f"{scored.n_rows:,} rows are predicted."]
    if scored.n_outside:
        leave = "leaves" if scored.n_outside == 1 else "leave"
        sentences.append(f"{scored.n_outside:,} of them {leave} the training range in some column.")
    text = " ".join([*sentences, *scored.notes[:5]])
    return notice_html(text) if len(sentences) > 1 or scored.notes else f'<p role="status">{text}</p>'


def _join(names: Sequence[str]) -> str:
    return ", ".join(f'"{shorten(name)}"' for name in names)


EXPLANATION = f"""
On the way down a tree every question moves the answer, from the mean of one node to the mean of its child.
That step is credited to the column asked. Added up over the path and averaged over the trees they give,
exactly:

**prediction = bias + sum of the contributions**

The *bias* is what the forest says of a row it knows nothing about, close to the mean of the target. The
package `treeinterpreter` made this known, and the lessons use it. The {MOST_BARS} largest contributions have
a bar of their own, the others share one.

**SHAP** shares the same prediction out in another way: it averages over all orders in which the columns could
become known. Both sums are exact. A diamond stands where the bar would end by SHAP. Where the two are far
apart, the order of the questions mattered, so do not take either for *the* reason.

A contribution is about this forest, not about the world: it does not say what would happen if somebody
changed that column in reality.

**Trees that are far apart** mean little confidence in this row. Their spread is no interval for the truth.

With the **logarithm** of the target, contributions are differences of logarithms. So they multiply, and are
written in per cent: a difference of +0.1 is 10.5 % more. The number shown is e to the power of the
prediction, so it is nearer to a typical value than to a mean.

**Nearest rows**: the share of the trees in which two rows end in the same leaf is their *proximity*
(Breiman).
"""
