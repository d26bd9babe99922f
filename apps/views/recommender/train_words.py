"""What the tab *Train* says: what was understood of the ratings, how far a run is, what came out.

describe_epoch(progress)                     # the epoch and the error after it
describe_data(facts), error_rows(result, published), list_html(result.metrics["list"])
"""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.views.recommender.train_kept import MOVIELENS, RunSummary
from shared.collab.own_ratings import MIN_RATINGS, RatingFacts
from shared.collab.train_plots import ErrorRow
from shared.collab.train_request import METHODS
from shared.collab.train_runs import RunResult, TrainProgress
from shared.limits import (
    MAX_UPLOADED_ITEMS,
    MAX_UPLOADED_RATINGS,
    MAX_UPLOADED_RATINGS_MB,
    MAX_UPLOADED_USERS,
)
from shared.ui.page import empty_html, marked, table_html
from shared.ui.training import KEPT_MINUTES

EMPTY_CURVE = "Press Train. The curve grows here."

CSV_NEEDED = "<p>{}</p>".format(
    marked(
        "One rating a row, under `user,item,rating`: for example `anna,Heat (1995),4.5`. Ratings go from 0.5 "
        f"to 5. At least {MIN_RATINGS} rows and at most {MAX_UPLOADED_RATINGS:,}; at most "
        f"{MAX_UPLOADED_RATINGS_MB} MB, {MAX_UPLOADED_USERS:,} users and {MAX_UPLOADED_ITEMS:,} items. The "
        f"file is read for the training only, and deleted {KEPT_MINUTES} minutes after its end."
    )
)
HOW_TO_RUN = (
    "Unpack the zip beside this project and start the app on it: "
    "`LESSONS_RECOMMENDER_MODEL=movie-recommender python apps/recommender.py`. The zip holds the model, its "
    "measured errors and its card, and nobody's id. It can be downloaded here for "
    f"{KEPT_MINUTES} minutes."
)
EXPLANATION = """
**What is learned.** Every film and every person gets a few numbers, the *factors*, and a bias. A prediction
is their dot product plus both biases. *Alternating least squares* holds the films still and solves for the
people, then holds the people still and solves for the films. *fastai* moves all numbers a little after each
small batch of ratings, by gradient descent.

**What is held out.** One rating in ten is put aside (at most 10,000) and never learned from. The orange curve
is the error on those. When it stops falling while the blue one goes on, the model is learning by heart. The
figures under the curve are measured as this app meets you: each person's taste is worked out from their other
ratings.

**The whisker** is a 95 % interval: with other held-out ratings the error would be somewhere there. Two
methods whose whiskers overlap widely may be equally good.

**The baselines** cost nothing. *Global mean* predicts the same stars for every film. *User + film bias* knows
who is generous and which film is liked, and nothing about taste. With fastai, *your model, as the app uses
it* can be worse than that: its factors are squeezed to 16, and people are folded in from their ratings, so
some of what fastai learned is lost.

**Lists** are measured on people the models never saw. They are given four fifths of a person's ratings, and
should find the rest. NDCG@10 is 1 when the first ten films are all ones that this person rated 4 or more.
Recall@20 is the share of such films that are among the first twenty. With fastai, the factors of the
films were learned with these people's ratings too: that can only help its list by stars.

After measuring, the model is fitted once more, on all ratings. That one is in the zip.
"""


def describe_data(facts: RatingFacts) -> str:
    """Write what was understood of a visitor's file."""
    size = (
        f"Understood: *{facts.n_ratings:,} ratings* by {facts.n_users:,} users of {facts.n_items:,} items. "
        f"Mean {facts.mean:.2f} stars."
    )
    notes = "".join(f"<p>{marked(note)}</p>" for note in facts.notes)
    rows = [[_short(user), _short(item), stars] for user, item, stars in facts.examples]
    table = table_html(["User", "Item", "Rating"], rows, caption="The first rows", numeric=[2])
    return f"<p>{marked(size)}</p>{notes}{table}"


def describe_movielens(data: Mapping[str, Any]) -> str:
    """Write what MovieLens small is."""
    return (
        f"<p>{data['n_ratings']:,} real ratings of {data['n_films']:,} films by {data['n_users']:,} people, "
        "gathered by GroupLens until 2016.</p>"
    )


def describe_epoch(progress: TrainProgress) -> str:
    """Write which epoch a run is at and the error after it, in one short line."""
    if not progress.history:
        return ""
    last = progress.history[-1]
    return f"Epoch {last['epoch']:.0f} of {progress.n_epochs}, held-out error {last['valid_rmse']:.3f} stars"


def describe_error(result: RunResult | None) -> dict[str, Any]:
    """Write the number that matters, for `big_number`."""
    if result is None:
        value, hint = "–", "Not trained yet"
    else:
        stars = result.metrics["stars"]
        low, high = stars["rmse_interval"]
        value = f"{stars['rmse']:.3f}"
        hint = f"95 % interval {low:.3f} to {high:.3f}, {stars['n_test']:,} ratings"
    return {
        "label": "Held-out error of your model (RMSE)",
        "value": value,
        "unit": "stars",
        "hint": hint,
        "width": 5,
    }


def error_rows(result: RunResult | None, published: Mapping[str, Any] | None) -> list[ErrorRow]:
    """Everything that predicted the held-out ratings, from the top down.

    Args:
        result: the visitor's run, or None before the first.
        published: metrics of the app's own model, when it was measured on the same ratings.
    """
    stars = (result.metrics if result else published or {}).get("stars", {})
    rows = [
        ErrorRow(name[:1].upper() + name[1:], value) for name, value in stars.get("baselines", {}).items()
    ]
    if published:
        low, high = published["stars"]["rmse_interval"]
        rows.append(ErrorRow("This app's own model", published["stars"]["rmse"], low, high, "published"))
    if result and "learner_rmse" in stars:
        low, high = stars["learner_rmse_interval"]
        rows.append(ErrorRow("fastai's own predictions", stars["learner_rmse"], low, high, "yours"))
    if result is None:
        return [*rows, ErrorRow("Your model", None, role="yours")]
    low, high = stars["rmse_interval"]
    return [*rows, ErrorRow("Your model, as the app uses it", stars["rmse"], low, high, "yours")]


def list_html(figures: Mapping[str, Any] | None) -> str:
    """Write how good the lists are, as a table."""
    if figures is None:
        return empty_html("The lists were not measured: there are too few people to hold some out.")
    names = {
        "model": "The list model",
        "predicted stars": "Highest predicted stars first",
        "most popular": "Most popular first",
    }
    rows = [[name, *_list_cells(figures[key])] for key, name in names.items()]
    caption = f"Lists for {figures['n_users']} people held out, ± a 95 % interval. More is better."
    return table_html(["List", "NDCG@10", "Recall@20"], rows, caption=caption, numeric=[1, 2])


def describe_finding(figures: Mapping[str, Any], *, whose: str = "your model") -> str:
    """Write the finding of the lesson, with the figures of a run.

    Args:
        figures: what was measured of the lists.
        whose: the model that predicted the stars.
    """
    means = {name: part["ndcg_at_10"]["mean"] for name, part in figures.items() if isinstance(part, Mapping)}
    by_stars, popular, by_list = means["predicted stars"], means["most popular"], means["model"]
    if by_stars < figures["most popular"]["ndcg_at_10"]["interval"][0]:
        return (
            "*A low error on stars does not make a good list.* With the highest predicted stars first, "
            f"{whose} scores {by_stars:.3f}. The same famous films for everybody score {popular:.3f}. So the "
            f"app ranks with a second model, which learns what people choose: {by_list:.3f}."
        )
    return (
        f"With the highest predicted stars first, {whose} scores {by_stars:.3f}. The same famous items for "
        f"everybody score {popular:.3f}, and the second model, which learns what people choose, "
        f"{by_list:.3f}. On MovieLens, predicted stars rank far worse than fame: a low error on stars does "
        "not make a good list."
    )


def finding_html(figures: Mapping[str, Any] | None, *, whose: str = "your model") -> str:
    """Give the HTML of `describe_finding`."""
    return f"<p>{marked(describe_finding(figures, whose=whose))}</p>" if figures else ""


def runs_html(runs: Sequence[RunSummary]) -> str:
    """Write the visitor's runs, the newest first."""
    labels = {key: label for label, key in METHODS.items()}
    rows = [
        [
            f"Run {run.number}",
            run.data,
            labels[run.method].partition(",")[0],
            run.factors,
            run.epochs,
            f"{run.weight_decay:g}",
            run.error,
        ]
        for run in reversed(runs)
    ]
    columns = ["Run", "Data", "Method", "Factors", "Epochs", "Weight decay", "Held-out error"]
    return table_html(columns, rows, caption="Your runs", numeric=[3, 4, 5, 6]) if rows else ""


def suggest_next(runs: Sequence[RunSummary]) -> str:
    """Say what to try, given what the visitor has trained."""
    methods = {run.method for run in runs}
    if not runs:
        return "Press *Train*. After how many epochs does the held-out error hardly fall any more?"
    if len(runs) == 1 and runs[-1].method == "als":
        return "Set the factors to 1 and train again. How much of the error do the other factors take away?"
    if "fastai" not in methods:
        return "Choose *fastai, as in the lesson*. Its blue curve falls lower. Does the orange one?"
    if all(run.data == MOVIELENS for run in runs):
        return "Bring ratings of your own: books, games, recipes. Choose *My own CSV*."
    return "Download the model, and start the app on it."


def _list_cells(part: Mapping[str, Any]) -> list[str]:
    cells = []
    for key in ("ndcg_at_10", "recall_at_20"):
        low, high = part[key]["interval"]
        cells.append(f"{part[key]['mean']:.3f} ± {(high - low) / 2:.3f}")
    return cells


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
