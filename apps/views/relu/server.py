"""The Python functions that the page's script calls; each answers {"error": "one sentence"} to bad input."""

import functools
from collections.abc import Callable
from typing import Any

from shared.curves.points import check_number, check_points
from shared.curves.race import run_race
from shared.errors import InputError
from shared.plotting import as_lists


def answering(function: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """Turn an `InputError` into an answer that the page shows."""

    @functools.wraps(function)
    def answer(value: Any) -> dict[str, Any]:
        try:
            if not isinstance(value, dict):
                raise InputError("The page sent something that cannot be read; reload the page.")
            return function(value)
        except InputError as error:
            return {"error": str(error)}

    return answer


@answering
def race(value: dict[str, Any]) -> dict[str, Any]:
    """Let the visitor and every method fit a quadratic to the points.

    Args:
        value: {"points": [[x, y], ...], "kind": "mae", "visitor": [a, b, c], "loss_unit": 1},
            the last one what a loss of 1 is in the visitor's own units.

    Returns:
        {"racers": [{"name", "params", "loss", "note"}, ...]}; a loss beyond all bounds is None.
    """
    x, y = check_points(value.get("points"))
    unit = check_number("The unit of the loss", value.get("loss_unit", 1), low=0, high=1e40)
    racers = run_race(x, y, kind=value.get("kind", ""), visitor=value.get("visitor"), loss_unit=unit)
    return {
        "racers": [
            as_lists({"name": racer.name, "params": racer.params, "loss": racer.loss, "note": racer.note})
            for racer in racers
        ]
    }
