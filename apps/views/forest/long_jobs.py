"""Work that takes minutes, shown as it goes on: it waits in a line of its own, so that sliders do not."""

from typing import Any

from shared.forest.explorer import Explorer
from shared.limits import HEAVY_CONCURRENCY
from shared.ui.progress import progress_html

LONG: dict[str, Any] = {
    "concurrency_id": "forest-long",
    "concurrency_limit": HEAVY_CONCURRENCY,
    "api_visibility": "private",
}
IDLE_HTML = progress_html("Nothing is running")
WAITING_HTML = progress_html("Waiting for your turn", detail="One long measurement runs at a time.")
STOPPED_HTML = progress_html("Stopped", detail="What was done stays.")


def table_key(state: dict[str, Any], explorer: Explorer) -> str:
    """Name what a visitor learns from, so that results of an earlier table can be told and cleared."""
    names = [column.name for column in explorer.encoded.columns]
    return repr((state.get("table"), explorer.encoded.target, explorer.encoded.X.shape, names))


def stop_work() -> str:
    """Say that the work was stopped; the event that calls this cancels it."""
    return STOPPED_HTML
