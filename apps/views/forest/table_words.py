"""What the table panel says: the line above the tabs, what was understood of a table, and remarks on it.

Names and cells are the visitor's own, so all of them are escaped.
"""

from collections.abc import Iterable, Mapping, Sequence

from shared.forest.error_scale import error_scale
from shared.forest.explorer import Explorer
from shared.forest.remarks import Remark
from shared.limits import MAX_CLUSTER_TABLE_ROWS, MAX_TABLE_MB, MAX_TABLE_SAMPLE_ROWS
from shared.tables.kinds import UnderstoodColumn
from shared.tables.read_table import Table
from shared.ui.page import escape, table_html, term
from shared.words import count

MOST_SHOWN = 200  # columns of a wide table that the page lists
UPLOAD_LABEL = f"Or your own CSV, at most {MAX_TABLE_MB} MB"
UPLOAD_HINT = (
    f"Any CSV with a header. It is read and deleted at once. Of more than {MAX_TABLE_SAMPLE_ROWS:,} rows "
    f"(where a cluster fits, {MAX_CLUSTER_TABLE_ROWS:,}) a random sample is taken. Your table and its "
    "forest are forgotten after an hour without use."
)
_KIND_WORDS = {"number": "number", "category": "category", "date": "date"}


def line_html(title: str, rows: str, n_columns: int, target: str, error: str = "") -> str:
    """Give the HTML of the line above the tabs.

    Args:
        title: of the table.
        rows: how many there are, as `rows_text` writes it.
        n_columns: that are learned from.
        target: the column to predict.
        error: of the forest, as `error_text` writes it; "" before one is fitted.
    """
    columns = "1 column" if n_columns == 1 else f"{n_columns:,} columns"
    lead = (
        f"<strong>{escape(title)}</strong> {escape(rows)}, {columns} learned from, target {escape(target)}."
    )
    return f'<p id="forest-table-line">{lead}{f" {escape(error)}" if error else ""}</p>'


def rows_text(table: Table) -> str:
    """Say how many rows are used, and of how many."""
    found = table.understood
    if found.is_sample:
        return f"a random sample of {found.n_kept:,} of {found.n_rows:,} rows"
    return "1 row" if found.n_kept == 1 else f"{found.n_kept:,} rows"


def error_text(explorer: Explorer) -> str:
    """Say on how many rows the forest learned, and how wrong it is on the others, with the interval."""
    curve, n_train = explorer.curves()["validation"], len(explorer.train)
    error, low, high = (float(values[-1]) for values in (curve.error, curve.low, curve.high))
    scale = error_scale(explorer.encoded)
    interval = f"(95 % interval {scale.interval(low, high)})"
    trees = "1 tree" if explorer.options.trees == 1 else f"{explorer.options.trees:,} trees"
    lead = f"A forest of {trees} learned from {n_train:,} rows"
    others = f"the other {len(explorer.valid):,}"
    if explorer.encoded.task == "classification":
        return f"{lead} and is wrong on {scale.write(error)} of {others} {interval}."
    if scale.is_log:
        return f"{lead}. On {others} it is typically off by {scale.write(error)} {interval}."
    return (
        f"{lead}. Its error (RMSE) on {others} is {scale.write(error)} {interval}, in units of "
        f"{explorer.encoded.target}."
    )


def understood_html(
    table: Table,
    columns: Mapping[str, UnderstoodColumn],
    remarks: Sequence[Remark],
    *,
    target: str,
    leave_out: Sequence[str],
) -> str:
    """Give the HTML of what was understood of a table: a sentence, remarks, and every column.

    Args:
        table: what was read.
        columns: how each column is read, changes by the visitor among them.
        remarks: what is worth knowing, leaks among them.
        target: the column to predict.
        leave_out: columns that are left out as it stands.
    """
    rows: list[list[object]] = [
        [
            term(name, table.meaning.explain(name)),
            "target, " + _KIND_WORDS[column.kind] if name == target else _KIND_WORDS[column.kind],
            ", ".join(column.examples) or "none",
            f"{column.n_missing:,}",
            column.note,
        ]
        for name, column in list(columns.items())[:MOST_SHOWN]
    ]
    more = len(columns) - len(rows)
    items = [escape(note) for note in table.understood.notes]
    items += [_remark_html(remark, is_out=remark.column in leave_out) for remark in remarks]
    if more > 0:
        items.append(
            f"The first {MOST_SHOWN:,} columns are listed; {count(more, 'more is', 'more are')} read as well."
        )
    headings = ["Column", "Read as", "Examples", "Missing", "Note"]
    if not any(row[-1] for row in rows):  # on a phone every row is a card, and its note an empty line
        headings, rows = headings[:-1], [row[:-1] for row in rows]
    listed = table_html(headings, rows, caption=f"What was understood of {len(rows):,} columns", numeric=[3])
    return (
        f"<p>{escape(table.name)}: {escape(table.understood.summary)}</p>{_list_html(items)}"
        '<div role="region" tabindex="0" aria-label="Columns of the table" '
        f'style="max-height: 20rem; overflow-y: auto; overflow-wrap: anywhere">{listed}</div>'
    )


def notes_html(sentences: Iterable[str]) -> str:
    """Give the HTML of a list of sentences; "" for none."""
    return _list_html(map(escape, sentences))


def used_html(explorer: Explorer) -> str:
    """Give the HTML that confirms a choice: what the tabs show now, and what was decided on the way."""
    done = "<p>The tabs show this table now.</p>"
    return f'<div role="status">{done}{notes_html(explorer.choice.notes)}</div>'


def _list_html(items: Iterable[str]) -> str:
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f'<ul class="look-notes">{listed}</ul>' if listed else ""


def _remark_html(remark: Remark, *, is_out: bool) -> str:
    """Write a remark, with a button that does what it suggests or takes back what was done."""
    if not remark.suggests:
        return escape(remark.text)
    if remark.suggests == "leave out":
        done, act, label = ("Left out.", "keep", "Keep it") if is_out else ("", "leave out", "Leave it out")
    else:
        done, act, label = "", remark.suggests, f"Read it as a {remark.suggests}"
    return (
        f'{escape(f"{remark.text} {done}".strip())} <button type="button" data-act="{act}" '
        f'data-column="{escape(remark.column)}" aria-label="{escape(f"{label}: {remark.column}")}">'
        f"{label}</button>"
    )
