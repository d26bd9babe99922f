"""What the tab *Take it away* says."""

from shared.forest.explorer import Explorer
from shared.limits import MB
from shared.tables.kinds import shorten
from shared.ui.page import escape, marked, notice_html

TRY = "Make the files, run the notebook, and see the same error. Then change one setting in it."
IDLE = "Nothing is made yet. All is of the table and the forest that you look at now."
STALE = "The table or the forest has changed. Make the files again."
FIGURES_HEAD = "Figures as PNG"
FIGURES = (
    "Your browser makes the pictures from the figures that you have looked at, as they are now. Open a tab, "
    "and its figures come here. *One split*, the tree and the small curves are drawn without Plotly, so they "
    "are not among them: take a screenshot."
)
NO_FIGURES = "No figure is drawn yet. Open another tab, and come back."
FILES = {
    "notebook": (
        "Notebook",
        "Fits your forest again with pandas and scikit-learn alone. It gets the same error.",
    ),
    "table": ("Table (CSV)", "The rows as the app read them. The notebook starts from this file."),
    "forest": ("Forest (skops)", "The fitted trees and what their columns mean, not as a pickle."),
    "importances": (
        "Importances (CSV)",
        "Over five forests, with intervals, beside a column of random noise.",
    ),
    "curves": ("Curves (CSV)", "Partial dependence and accumulated local effects of every column."),
    "predictions": (
        "Predictions (CSV)",
        "One line for each row; it says whether the forest has learned from it.",
    ),
}
STEPS = {
    "notebook": "Writing the notebook",
    "table": "Writing the table",
    "forest": "Saving the forest",
    "importances": "Fitting five forests for the importances",
    "curves": "Working out the curves",
    "predictions": "Predicting all rows",
}
# Names of pictures, by the figure's place in the page.
FIGURE_NAMES = {
    "forest-curve": "Error and trees",
    "forest-spread": "Spread over the trees",
    "forest-confidence": "Spread and error",
    "lottery-draws": "Split lottery: draws",
    "lottery-wins": "Split lottery: wins",
    "matter-plot": "Importances",
    "alike-plot": "Columns that are alike",
    "partial-plot": "Partial dependence",
    "partial-map": "Map of two columns",
    "why-plot": "Waterfall",
    "beyond-line": "Beyond the range",
    "beyond-tellers": "What tells new rows",
}


def list_html() -> str:
    """Say what each file is."""
    return "".join(
        f"<p><strong>{escape(label)}.</strong> {escape(text)}</p>" for label, text in FILES.values()
    )


def made_html(explorer: Explorer, sizes: dict[str, int], problems: list[str]) -> str:
    """Say what was made, and what could not be."""
    options = explorer.options
    total = sum(sizes.values()) / MB
    text = (
        f"{len(sizes)} files, {total:.1f} MB: {options.trees} trees, seed {options.seed}, target "
        f"{shorten(explorer.encoded.target)}. They are deleted here after about an hour."
    )
    return f"<p>{marked(text)}</p>{notice_html(' '.join(problems))}"


EXPLANATION = """
**The notebook** reads the table, makes the same columns of numbers, keeps the same quarter of the rows out of
training and fits with the same seed. So its validation error is that of the screen, and so are the
importances and the curves.

**The forest** is saved by [skops](https://skops.readthedocs.io): JSON and arrays in a zip. The usual way, a
pickle, can run any code when it is opened. Load it with
`skops.io.load("forest.skops", trusted=["sklearn.tree._tree.Tree"])` and the same release of scikit-learn. Do
that with files that you made, and not with those of strangers: a forged tree can crash Python.

**In a spreadsheet** a cell that begins with `=`, `+`, `-` or `@` would run as a formula. In all CSV files
text of that kind gets an apostrophe in front; the notebook takes it off again.
"""
