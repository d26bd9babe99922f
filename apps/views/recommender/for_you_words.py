"""The sentences and small tables of *For you*."""

from typing import Any

from shared.collab.answers import Explanation
from shared.collab.lists import WELL_KNOWN
from shared.takeaway.csv_link import csv_address
from shared.ui.page import escape, marked, table_html
from shared.words import count, percent

NO_LIST_PARTS = "Rate a film first: each rating gets a bar here."
HOW_IT_WORKS = """
**Two models, two jobs.** The *list model* learned which films people choose to rate together, and whether
they liked them. It decides the order. The *star model* is the lesson's dot product with biases. It says
how many stars you would give, and how sure that is.

**Rare films count too.** A film with fewer than 10 ratings counts by its genres and years, the more so the
fewer well-known films you rated. Fame helps a film as well, in the same measure.

**Nothing is trained for you.** Your factors come from one small ridge regression on the films you rated. It
takes less than a millisecond, so every star you change changes everything at once.

**The interval** holds 80 % of ratings (checked on ratings that were kept out). It narrows as you rate,
but not to nothing: people give the same film different stars on different days.

**Nothing is kept.** Your ratings stay in this browser.
"""


def next_step(n_ratings: int) -> str:
    """What to try next, by how far the visitor is: two lines on a phone each, so that nothing moves."""
    if n_ratings == 0:
        return "Find three films you know and give them stars."
    if n_ratings < 3:
        return f"Rate {3 - n_ratings} more. Watch the list change and the uncertainty shrink."
    if n_ratings < 6:
        return "Press *Why?* beside a film. Which of your ratings put it there?"
    if n_ratings < 10:
        return "Sort by *Highest stars*. Would you watch these films?"
    return "Change one rating from 5 to 1. Which films leave your list?"


def list_heading(basis: str, n_ratings: int) -> str:
    """What kind of list is shown."""
    if basis == "popular":
        return "Famous films to start with"
    films = "1 film" if n_ratings == 1 else f"{n_ratings} films"
    if basis == "stars":
        return f"Highest predicted stars, from {films} you rated"
    return f"Your list, from {films} you rated"


def list_rests_on(basis: str, n_ratings: int, n_well_known: int) -> str:
    """What the list is made from: one sentence under its heading.

    Args:
        basis: as `Recommender.recommend` gives it.
        n_ratings: films the visitor rated.
        n_well_known: those of them with WELL_KNOWN ratings or more.
    """
    if basis == "popular":
        return "The most-rated films, the same for everybody until you rate."
    if basis == "stars":
        return "Sorted by predicted stars alone, however few people rated a film."
    if not n_well_known:
        films = "This film has" if n_ratings == 1 else "These films have"
        return f"{films} fewer than {WELL_KNOWN} ratings, so the list rests on fame, genres and years."
    rare = n_ratings - n_well_known
    if rare:
        others = "other counts by its" if rare == 1 else f"other {rare} count by their"
        return (
            f"It rests on what people rate along with {n_well_known} of your {n_ratings} films; "
            f"the {others} genres and years."
        )
    return f"It rests on what people rate along with your {'film' if n_ratings == 1 else 'films'}."


def question(films: list[dict[str, Any]]) -> str:
    """The film whose rating would teach the model most."""
    if not films:
        return ""
    film = films[0]
    year = f" ({film['year']})" if film["year"] else ""
    return (
        '<p class="look-ask"><span class="look-label">The model asks</span>'
        f"Have you seen <strong>{escape(film['title'])}</strong>{year}? "
        f"Your rating would teach the model most: {percent(film['gain'])} less doubt about your taste.</p>"
    )


def sure_hint(n_ratings: int) -> str:
    """What the uncertainty rests on."""
    rated = {0: "before your first rating", 1: "from 1 rating"}.get(n_ratings, f"from {n_ratings} ratings")
    return f"8 in 10 of your own ratings should come this close ({rated})"


def why_heading() -> str:
    """The panel before a film was chosen."""
    return (
        '<div class="look-section"><h2>Why this film?</h2>'
        "<p>Press <em>Why?</em> beside a film in the list.</p></div>"
    )


def why_sentence(why: Explanation, *, popularity: float = 0.0, rated: bool = False) -> str:
    """The panel's heading for a film.

    Args:
        why: what `Recommender.explain` returns.
        popularity: where the slider stands; its part is not in the bars.
        rated: the visitor has given this film stars.
    """
    year = f" ({why['year']})" if why["year"] else ""
    if rated:
        place = "You have rated it, so it has left your list"
    else:
        place = f"Of all films it is number {why['rank']:,} for you"
    slider = ""
    if popularity and why["order"] == "list":
        power = f"({count(why['n_ratings'], 'rating')} + {WELL_KNOWN}) to the power {popularity:g}"
        slider = f" The slider then multiplies the score by {power}."
    elif popularity:
        slider = " The slider then adds or takes stars for fame, which the bars leave out."
    return (
        f'<div class="look-section look-chosen"><h2>Why {escape(why["title"])}{year}?</h2>'
        f"<p>{place}. Predicted {why['stars']:.1f} stars; 8 in 10 ratings like yours fall between "
        f"{why['low']:.1f} and {why['high']:.1f}. The bars below add up exactly.{slider}</p></div>"
    )


def without_table(why: Explanation) -> str:
    """What would happen to the film's place without each of the ratings that matter most."""
    if not why["without"]:
        return ""
    rows = [(film["title"], f"{film['rating']:g}", f"{film['rank']:,}") for film in why["without"]]
    return table_html(
        ("Without your rating of", "Your stars", "Its place would be"),
        rows,
        caption=f"{why['title']} is number {why['rank']:,} now. Take one rating away:",
        numeric=(1, 2),
    )


def take_away(csv_text: str, n_ratings: int) -> str:
    """A link that carries the visitor's ratings."""
    if not n_ratings:
        return ""
    words = "your rating" if n_ratings == 1 else f"your {n_ratings} ratings"
    return f'<p><a download="my_ratings.csv" href="{csv_address(csv_text)}">Download {words}</a></p>'


def finding(config: dict[str, Any]) -> str:
    """The measured lesson: a low error on stars does not make a good list."""
    lists = config["metrics"].get("list")
    if not lists:
        return ""
    names = {
        "model": "The list model (shown first)",
        "predicted stars": "Sorted by predicted stars",
        "most popular": "The most popular films, the same for everybody",
    }
    rows = [
        (label, _with_interval(lists[name]["ndcg_at_10"]), _with_interval(lists[name]["recall_at_20"]))
        for name, label in names.items()
    ]
    stars = config["metrics"]["stars"]
    low, high = stars["rmse_interval"]
    bias = stars["baselines"]["user + film bias"]
    return f"<p>{marked(_finding_sentence(stars, low, high, bias))}</p>" + table_html(
        ("List", "NDCG@10 (0 to 1)", "Recall@20 (0 to 1)"),
        rows,
        caption=(
            f"{lists['n_users']} people the models never saw gave 80 % of their ratings. How well does each "
            "list find the other films they liked? Mean, with a 95 % interval."
        ),
        numeric=(1, 2),
    )


def _finding_sentence(stars: dict[str, Any], low: float, high: float, bias: float) -> str:
    return (
        f"The star model is good at stars: on {stars['n_test']:,} ratings it never saw it is off by "
        f"{stars['rmse']:.3f} stars (root mean squared error, 95 % interval {low:.3f} to {high:.3f}; "
        f"with biases alone {bias:.3f}). Yet sorting by its stars makes a poor list: many of its first "
        "films are rare ones that few people ever choose. *A low error does not make a good list.*"
    )


def _with_interval(figure: dict[str, Any]) -> str:
    low, high = figure["interval"]
    return f"{figure['mean']:.3f} ({low:.3f} to {high:.3f})"
