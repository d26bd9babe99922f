"""The model card of a trained recommender, as the Hugging Face Hub shows it.

write_card(config)                         # the text of the artifact's README.md
"""

from typing import Any

from shared.collab.data import PACKAGED
from shared.collab.ratings_archive import is_movielens
from shared.words import percent

_CARD = """\
---
license: other
library_name: numpy
tags: [recommender, collaborative-filtering, education]
---
# Movie recommender

Two models for the recommender app of the lessons: one predicts stars, one makes lists. A new visitor is
folded in from their ratings in closed form; nothing is trained or kept for them.

## Trained on

{n_ratings:,} ratings of {n_films:,} films by {n_users:,} people, from `{source}`. The people's ids and the
times of their ratings are not in this artifact.{corner}

{terms}

## How

Method {method}, {factors} factors, {epochs} epochs, weight decay {weight_decay:g}, seed {seed}. The figures
were measured on models that had not seen the held-out ratings; the model here was then fitted to all of
them.{squeezed}

## Measured

| what | held out | error in stars (RMSE) |
|---|---|---|
{star_rows}

{interval_line}

{list_table}

## Limits

{whose}Films with few ratings are judged by their genres and year. Not meant for decisions about anybody.
"""
_CORNER = """ It does hold a 15 x 15 corner of the ratings (the
most-rated films and most active people, in no order that tells who they are), which the lesson trains on."""
_SQUEEZED = """
fastai's film factors were squeezed to at most 16 numbers a film; biases and people were then fitted to them,
as visitors are folded in."""
_MOVIELENS_TERMS = """\
MovieLens data may be used for non-commercial purposes under the terms of GroupLens. Cite: F. Maxwell Harper
and Joseph A. Konstan, "The MovieLens datasets: history and context", ACM TiiS 5, 4 (2015)."""
_OWN_TERMS = "Whoever trained this model brought the ratings; what may be done with it is theirs to say."


def write_card(config: dict[str, Any], *, has_corner: bool) -> str:
    """Fill the card from an artifact's config; `has_corner` says that a corner of the ratings is in it."""
    stars, data, how = config["metrics"]["stars"], config["data"], config["trained_with"]
    low, high = stars["rmse_interval"]
    own = f"{stars['rmse']:.4f} (95 % interval {low:.4f} to {high:.4f})"
    rows = [("this model, people folded in like visitors", own)]
    if "learner_rmse" in stars:
        low, high = stars["learner_rmse_interval"]
        rows.append(("the fastai learner itself", f"{stars['learner_rmse']:.4f} ({low:.4f} to {high:.4f})"))
    rows += [(name, f"{value:.4f}") for name, value in stars["baselines"].items()]
    coverage = stars["interval_coverage"]
    packaged = data["source"] == PACKAGED
    return _CARD.format(
        **data,
        corner=_CORNER if has_corner else "",
        squeezed=_SQUEEZED if how["method"] == "fastai" else "",
        terms=_MOVIELENS_TERMS if packaged or is_movielens(data["source"]) else _OWN_TERMS,
        whose="The ratings end in 2016 and come from people who like to rate films. " if packaged else "",
        **{name: how[name] for name in ("method", "factors", "epochs", "weight_decay", "seed")},
        star_rows="\n".join(f"| {name} | {stars['n_test']:,} ratings | {value} |" for name, value in rows),
        interval_line=(
            f"The printed {percent(stars['interval'])} intervals held {percent(coverage, 1)} of the held-out "
            "ratings."
        ),
        list_table=_list_table(config["metrics"]["list"]),
    )


def _list_table(figures: dict[str, Any] | None) -> str:
    if figures is None:
        return "The lists were not measured: too few people."
    lines = [
        f"Lists for {figures['n_users']} people held out whole, given 80 % of their ratings; a film is found "
        "when they rated it 4 or more.",
        "",
        "| list | NDCG@10 | Recall@20 |",
        "|---|---|---|",
    ]
    names = {
        "model": "the list model",
        "predicted stars": "highest predicted stars first",
        "most popular": "most popular first",
    }
    for name, words in names.items():
        cells = []
        for key in ("ndcg_at_10", "recall_at_20"):
            low, high = figures[name][key]["interval"]
            cells.append(f"{figures[name][key]['mean']:.3f} ({low:.3f} to {high:.3f})")
        lines.append(f"| {words} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)
