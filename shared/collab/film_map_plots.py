"""Draw the map of the films with the visitor in it, and tell what its axes go with.

The titles are laid out so that no two touch, on a narrow phone too.

    film_map = make_film_map(recommender.star_model, recommender.catalogue)
    figure = plot_film_map(film_map, recommender.catalogue, colour_by="Decade", spot=None)
    links_table(film_map)                    # keyword arguments of shared.ui.page.table_html
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from shared.collab.catalogue import Catalogue
from shared.collab.film_map import ELLIPSE_SHARE, NAMED_FROM, Axis, FilmMap, Link, Spot, trace_ellipse
from shared.collab.numbers import signed
from shared.errors import InputError
from shared.plotting import (
    ACCENT,
    AMBER,
    AXIS_TEXT,
    DATA,
    LABEL_GAP_PX,
    LABEL_SIDES,
    MUTED,
    PINK,
    PURPLE,
    TEAL,
    as_lists,
    base_layout,
    place_labels,
    plain_text,
    with_opacity,
)
from shared.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT_PX = 520
N_LINKS = 3  # strongest links of each axis in the table
OTHER = "other"

# Orange is the visitor's, so five colours are left for groups of films. A film is in the first that fits.
GENRE_GROUPS = {
    "family": {"Animation", "Children", "Musical"},
    "sci-fi, fantasy": {"Sci-Fi", "Fantasy"},
    "action, thriller": {"Action", "Adventure", "Crime", "Thriller", "Mystery", "Horror", "Western"},
    "comedy": {"Comedy"},
    "drama": {"Drama", "Romance", "War"},
}
_DECADES = (("before 1970", 1970), ("1970s", 1980), ("1980s", 1990), ("1990s", 2000), ("2000 on", 9999))
_COLOURS = (AMBER, PURPLE, DATA, PINK, TEAL)
_SYMBOLS = ("square", "diamond", "circle", "triangle-up", "x")

_EDGE = 3.4  # standard deviations from the middle to the edge; more, in whole steps, when films lie beyond
_LABEL_POOL, _LONGEST_LABEL = 100, 20


def group_by_genre(catalogue: Catalogue, film: int) -> str:
    """Put a film into one of a few groups of genres."""
    genres = set(catalogue.genres[film])
    return next((name for name, members in GENRE_GROUPS.items() if genres & members), OTHER)


def group_by_decade(catalogue: Catalogue, film: int) -> str:
    """Put a film into its decade."""
    year = int(catalogue.years[film])
    return next((name for name, end in _DECADES if 0 < year < end), OTHER)


# What the colours mean: the groups in their order, and the function that finds a film's group.
COLOUR_BY: dict[str, tuple[tuple[str, ...], Callable[[Catalogue, int], str]]] = {
    "Genre": (tuple(GENRE_GROUPS), group_by_genre),
    "Decade": (tuple(name for name, _ in _DECADES), group_by_decade),
}


def plot_film_map(
    film_map: FilmMap, catalogue: Catalogue, *, colour_by: str = "Genre", spot: Spot | None = None
) -> "go.Figure":
    """Draw the films as points, a few titles, and the visitor's place with its uncertainty.

    Args:
        film_map: what to draw.
        catalogue: its films' titles.
        colour_by: one of COLOUR_BY.
        spot: the visitor; without ratings only the ellipse is drawn, in which 80 % of visitors are.

    Raises:
        InputError: there is no such way to colour.
    """
    import plotly.graph_objects as go

    if not isinstance(colour_by, str) or colour_by not in COLOUR_BY:
        raise InputError(f"The colours can mean {' or '.join(COLOUR_BY)}. Choose one of them.")
    names, group_of = COLOUR_BY[colour_by]
    groups = [group_of(catalogue, film) for film in film_map.films.tolist()]
    farthest = 1.02 * float(np.abs(film_map.positions).max())
    edge = _EDGE if farthest <= _EDGE else float(np.ceil(farthest))
    plain = {"showticklabels": False, "dtick": 1}
    figure = go.Figure(
        layout=base_layout(
            height=HEIGHT_PX,
            x_title=axis_title(film_map.axes[0], 1),
            y_title=axis_title(film_map.axes[1], 2),
            x_range=(-edge, edge),
            y_range=(-edge, edge),
            xaxis=plain,
            yaxis=plain,
            margin={"l": 52, "r": 8, "t": 30, "b": 76},
            legend={"itemsizing": "constant", "font": {"size": 12}},
        )
    )
    for name, colour, symbol in [*zip(names, _COLOURS, _SYMBOLS, strict=True), (OTHER, MUTED, "circle-open")]:
        if members := [at for at, group in enumerate(groups) if group == name]:
            figure.add_scatter(**_film_points(film_map, catalogue, members, name, colour, symbol))
    if spot is not None:
        for trace in _visitor_traces(spot):
            figure.add_scatter(**trace)
    figure.update_layout(annotations=_film_labels(film_map, catalogue, spot, edge))
    return figure


def axis_title(axis: Axis, number: int) -> str:
    """Name an axis by what it goes with, and print its unit, its share of the spread, r and its interval."""
    share = f"axis {number} (standard deviations), {100 * axis.share:.0f} % of spread"
    if not axis.links:
        return f"no name: nothing to compare with<br>{_small(share)}"
    between = ",<br>" if number == 1 else ", "  # the horizontal axis is short on a phone
    measured = f"{share}{between}r = {_with_interval(axis.links[0])}"
    if axis.name is None:
        return f"no name: no |r| reaches {NAMED_FROM}<br>{_small(measured)}"
    return f"towards {plain_text(axis.name)} →<br>{_small(measured)}"


def links_table(film_map: FilmMap) -> dict[str, Any]:
    """Make the table of what each axis goes with, for `shared.ui.page.table_html`."""
    rows = []
    for number, axis in enumerate(film_map.axes, start=1):
        words = [f"{link.label} {_with_interval(link)}" for link in axis.links[:N_LINKS]]
        words += ["–"] * (N_LINKS - len(words))
        rows.append([f"Axis {number} ({100 * axis.share:.0f} % of the spread)", *words])
    return {
        "columns": ["Axis", "Goes most with", "then with", "and with"],
        "rows": rows,
        "caption": f"Correlation r of each axis and its 95 % interval, from {len(film_map.films)} films",
    }


def _with_interval(link: Link) -> str:
    return f"{signed(link.r)} ({_plain(link.low)} to {_plain(link.high)})"


def _plain(value: float) -> str:
    return signed(value).removeprefix("+")


def _small(text: str) -> str:
    return f'<span style="font-size:11px">{text}</span>'


def _film_points(
    film_map: FilmMap, catalogue: Catalogue, members: list[int], name: str, colour: str, symbol: str
) -> dict[str, Any]:
    films = film_map.films[members].tolist()
    hover = [
        f"<b>{plain_text(catalogue.label(film))}</b><br>{count(int(catalogue.n_ratings[film]), 'rating')}<br>"
        + (plain_text(", ".join(catalogue.genres[film])) or "no genre")
        for film in films
    ]
    return {
        "x": as_lists(film_map.positions[members, 0].round(3)),
        "y": as_lists(film_map.positions[members, 1].round(3)),
        "mode": "markers",
        "name": name,
        "text": hover,
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"color": colour, "symbol": symbol, "size": 7, "opacity": 0.75},
    }


def _visitor_traces(spot: Spot) -> list[dict[str, Any]]:
    """The ellipse, a line from the middle of the map, and a star."""
    outline = trace_ellipse(spot)
    ellipse = {
        "x": as_lists(outline[:, 0].round(3)),
        "y": as_lists(outline[:, 1].round(3)),
        "mode": "lines",
        "name": f"you, {100 * ELLIPSE_SHARE:.0f} % sure"
        if spot.n_ratings
        else f"{100 * ELLIPSE_SHARE:.0f} % of visitors",
        "line": {"color": ACCENT, "width": 1.5, "dash": "solid" if spot.n_ratings else "dash"},
        "fill": "toself",
        "fillcolor": with_opacity(ACCENT, 0.08 if spot.n_ratings else 0.03),
        "hoverinfo": "skip",
    }
    if not spot.n_ratings:
        return [ellipse]
    x, y = spot.position.round(3).tolist()
    direction = {
        "x": [0, x],
        "y": [0, y],
        "mode": "lines",
        "line": {"color": ACCENT, "width": 2},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    star = {
        "x": [x],
        "y": [y],
        "mode": "markers",
        "name": "you",
        "marker": {"color": ACCENT, "symbol": "star", "size": 18, "line": {"color": "white", "width": 1.5}},
        "hovertemplate": f"<b>You</b><br>from {spot.n_ratings} "
        f"{'rating' if spot.n_ratings == 1 else 'ratings'}<extra></extra>",
    }
    return [ellipse, direction, star]


def _film_labels(
    film_map: FilmMap, catalogue: Catalogue, spot: Spot | None, edge: float
) -> list[dict[str, Any]]:
    """The titles of well-known films as annotations, as many as fit without touching one another."""
    chosen = place_labels(
        film_map.positions,
        [_short(catalogue.titles[film]) for film in film_map.films[:_LABEL_POOL].tolist()],
        edge=edge,
        keep_free=spot.position if spot is not None and spot.n_ratings else None,
    )
    return [
        {
            "x": round(float(film_map.positions[at, 0]), 3),
            "y": round(float(film_map.positions[at, 1]), 3),
            "text": plain_text(title),
            "showarrow": False,
            "xanchor": LABEL_SIDES[side][0],
            "yanchor": LABEL_SIDES[side][1],
            "xshift": LABEL_GAP_PX * LABEL_SIDES[side][2],
            "yshift": LABEL_GAP_PX * LABEL_SIDES[side][3],
            "borderpad": 0,
            "font": {"size": 11, "color": AXIS_TEXT, "weight": 600},
        }
        for at, title, side in chosen
    ]


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST_LABEL else title[: _LONGEST_LABEL - 1].rstrip(" :,") + "…"
