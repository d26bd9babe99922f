"""What the tab *Forest* says about an error, the spread of the trees and the split lottery."""

import numpy as np

from shared.forest.confidence import Groups
from shared.forest.error_scale import ErrorScale, error_scale
from shared.forest.explorer import Explorer
from shared.forest.labels import cut_middle
from shared.forest.lottery import MODELS, Summary
from shared.forest.lottery_plots import better_first
from shared.tables.numbers import write_number
from shared.ui.page import big_number_html, empty_html, table_html

TRY_FIRST = (
    "Move *Trees* from 1 to 300. Where does the error stop falling? Then set *Rows in a leaf* to 1: "
    "training and validation part."
)
LOTTERY_TRY = "Before you press the button: how often will the small tree beat OneR?"
NO_LOTTERY = empty_html("Press *Draw splits*. Who wins comes here, draw by draw.")

EXPLANATION = """
A **random forest** is many trees, each fitted on rows drawn with replacement (*bagging*), and at each split
only some of the columns may be chosen. Each tree is wrong in its own way. The mean of many such errors is
smaller than each of them.

- **Training**: the trees answer rows that they have seen. Too good to be true.
- **Validation**: a quarter of the rows, which no tree has seen.
- **Out-of-bag**: a tree has not seen the rows that were not drawn for it, about 37 %. Each training row is
  answered by those trees only. It is an honest error without a validation set.

More trees do no harm: the curve flattens, and it does not rise again. The shaded bands are 95 % intervals
(Wilson's of a share of rows, else from drawing the rows again and again: *bootstrap*). They say how much
these errors could differ with other rows of the same kind. They do not say how another forest would do.

Where the logarithm of a target is predicted, the **typical error** is e to the power of the RMSE, minus 1: by
how many per cent a number is off.

**Spread.** For one row, the standard deviation over the trees says how much they disagree. It is a warning
sign, not an interval of the prediction: all trees can agree and be wrong.
"""

LOTTERY_EXPLANATION = """
The lesson compares OneR, a small tree and a forest on *one* random split. With another split the order can
change. Here each draw splits the rows anew, three quarters for training, and fits all three.

The bar at each mean holds the middle 95 % of the draws: that much is luck of the split. The intervals of the
wins say what more draws from **the same table** could change (Wilson). The draws share rows, so they say less
of another table than they seem to.
"""


def describe_error(explorer: Explorer, seconds: float | None = None) -> str:
    """Write the validation error with its interval, as the tab's large number."""
    curve, scale = explorer.curves()["validation"], error_scale(explorer.encoded)
    hint = f"95 % interval {scale.interval(curve.low[-1], curve.high[-1])}, {curve.n_rows[-1]:,} rows"
    if seconds is not None:
        hint += f". Fitted in {seconds:.1f} s"
    if scale.is_log:
        hint += f". Half of them are off by less than {_median_miss(explorer)}"
    value = scale.number(curve.error[-1]) if scale.is_percent else scale.write(curve.error[-1])
    return big_number_html(
        f"Validation: {scale.name}", value, unit="%" if scale.is_percent else "", hint=hint, width=4
    )


def _median_miss(explorer: Explorer) -> str:
    """Write by how much half of the validation rows are missed at the most, in the target's own unit."""
    predicted, true = np.exp(explorer.spread().mean), np.exp(explorer.rows(explorer.valid)[1])
    return f"{explorer.encoded.unit}{write_number(float(np.median(np.abs(predicted - true))))}"


def describe_out_of_bag(explorer: Explorer) -> str:
    """Compare the out-of-bag error with the validation error, in a sentence or two."""
    curves, scale = explorer.curves(), error_scale(explorer.encoded)
    bag, valid = curves["out-of-bag"], curves["validation"]
    if not np.isfinite(bag.error[-1]):
        ask = "Use more trees" if explorer.options.bootstrap else "Let each tree draw its rows"
        return f"Every tree learned from every row: there is no out-of-bag error. {ask}."
    words = f"Out-of-bag: {scale.write(bag.error[-1])} ({scale.interval(bag.low[-1], bag.high[-1])})"
    apart = bag.low[-1] > valid.high[-1] or bag.high[-1] < valid.low[-1]
    words += (
        ". It is *not* within reach of the validation error: are the two kinds of rows alike?"
        if apart
        else ". The validation error agrees with it: the intervals overlap."
    )
    if bag.n_rows[-1] < len(explorer.train):
        words += f" Only {bag.n_rows[-1]:,} of {len(explorer.train):,} training rows have such an answer."
    return words


def suggest_next(explorer: Explorer, before: Explorer | None) -> str:
    """Say what to try next, given the last change."""
    if before is None:
        return TRY_FIRST
    now, then = explorer.curves()["validation"], before.curves()["validation"]
    if explorer.options.trees == 1:
        return (
            "One tree alone: the spread is zero, for nobody disagrees. Add trees, and watch the error fall."
        )
    if explorer.options.min_samples_leaf == 1 and explorer.options.trees > 1:
        return (
            "Leaves of one row: the training error says little now. "
            "Compare out-of-bag and validation. Then try 5 and 50 rows in a leaf."
        )
    if then.low[-1] <= now.error[-1] <= then.high[-1]:
        return (
            "The new error lies inside the interval of the one before: the change may be luck. "
            "Look for a change that is clearly larger."
        )
    return "That change is larger than the interval. Which of the sliders did it, and does it go on?"


def spread_unit(explorer: Explorer) -> str:
    """Give the title of the axis of the spread."""
    if explorer.encoded.task == "regression":
        return f"spread ({error_scale(explorer.encoded).unit})"
    if len(explorer.encoded.classes) > 2:
        return "spread of the votes for its answer"
    return f"spread of the votes for {cut_middle(explorer.encoded.name_class(explorer.of_class), 24)}"


def describe_confidence(groups: Groups, scale: ErrorScale) -> str:
    """Say what the spread says about the error."""
    if len(groups.error) < 2:
        return "There are too few validation rows to compare groups of them."

    def ends(group: int) -> str:
        return f"{scale.write(groups.error[group])} ({scale.interval(groups.low[group], groups.high[group])})"

    what = "wrong" if scale.is_share else "mean absolute error"
    words = f"Where the trees agree most: {what} {ends(0)}. Where they agree least: {ends(-1)}."
    if np.isfinite(groups.rank_correlation):
        words += f" Rank correlation of spread and error: {groups.rank_correlation:.2f}."
    return words


def lottery_table(summary: Summary, scale: ErrorScale) -> str:
    """Write wins, ties, losses and the mean difference of each pair."""
    rows = []
    unit = " in points" if scale.is_share else " in per cent" if scale.is_log else ""
    for duel in summary.duels:
        first, second, share, low, high = better_first(
            duel.first, duel.second, duel.share, duel.low, duel.high
        )
        swapped = first != duel.first
        wins, losses = (duel.losses, duel.wins) if swapped else (duel.wins, duel.losses)
        sign = -1 if swapped else 1
        ends = sorted([sign * duel.difference_low, sign * duel.difference_high])
        rows.append(
            [
                f"{MODELS[first]} against {MODELS[second]}",
                f"{wins} : {duel.ties} : {losses}",
                f"{100 * share:.0f} % ({100 * low:.0f} to {100 * high:.0f})",
                _signed([sign * duel.difference, *ends], scale),
            ]
        )
    return table_html(
        [
            "Pair",
            "Won : tied : lost",
            "Wins, 95 % interval",
            f"Difference{unit}, middle 95 % of draws",
        ],
        rows,
        caption=f"{summary.n} draws. A difference below zero: the first of the pair has the lower error.",
        numeric=(1, 2, 3),
    )


def _signed(numbers: list[float], scale: ErrorScale) -> str:
    """Write a difference and its two ends with their signs, and no sign where nothing is left to see."""
    mean, low, high = (
        ("−" if number < 0 and float(text) else "+" if float(text) else "") + text
        for number, text in ((number, scale.number(abs(number)).replace(",", "")) for number in numbers)
    )
    return f"{mean} ({low} to {high})"


def lottery_finding(summary: Summary) -> str:
    """Say which comparisons the draws settle."""
    open_pairs = [
        f"{MODELS[duel.first]} and {MODELS[duel.second].lower()}"
        for duel in summary.duels
        if duel.low <= 0.5 <= duel.high
    ]
    if open_pairs:
        return f"After {summary.n} draws a coin could have done this: {'; '.join(open_pairs)}."
    upsets = sum(min(duel.wins, duel.losses) for duel in summary.duels)
    more = (
        "But look how often the better one loses: one split alone could have told you the opposite."
        if upsets
        else "The better one won every time: here one split would have told you."
    )
    return f"After {summary.n} draws every pair has a clear winner, and not by luck. {more}"
