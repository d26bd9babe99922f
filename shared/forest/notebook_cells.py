"""The cells of the notebook that `notebook` puts together: Markdown, and code as a learner would write it.

Each is a `string.Template`; `$names` are filled with what is on the visitor's screen. Code cells are plain
Python, so a test can run them as they are.
"""

from string import Template

TITLE = Template("""\
# Your random forest again

This notebook fits again the forest of your screen in the random-forest explorer, with pandas and scikit-learn
alone: the same table, the same numbers, the same settings and seeds. So the error, the importances and the
curves are the same. It follows [lesson 6](https://course.fast.ai/Lessons/lesson6.html) of Practical Deep
Learning for Coders and chapter 9 of the fastai book. Run the cells from top to bottom, then change something.

It was written for $versions. Another release of scikit-learn may draw other trees from the same seed.

## The table

$how_to_get""")

IMPORTS = Template("""\
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats.mstats import mquantiles
from sklearn.ensemble import $forest_class
from sklearn.inspection import permutation_importance
from sklearn.model_selection import train_test_split

TABLE = $file_name  # the path of the table""")

READ = Template("""\
table = pd.read_csv(TABLE, dtype=str, keep_default_na=False, encoding="utf-8-sig")
table = table.apply(lambda cells: cells.str.strip())$undo
table.head()""")

UNDO_NAMES = Template("\ntable = table.rename(columns=$names)")
# Cells that a spreadsheet would run as formulas have an apostrophe in front in the file.
UNDO_CELLS = Template("\ntable = table.replace($cells)")

ENCODE_TEXT = Template("""\
## Only numbers, none missing

As the lessons do it for forests: a category becomes one column of codes, -1 where there is no value. A
missing number becomes the median of its column, and one more column says where that was done.$notes""")

CLEAN_NOTE = " Some cells are not written as pandas reads them; they are put right first."
DATES_NOTE = (
    " A date is taken apart into its year, its month and so on; parts that never change are left out."
)

TARGET_NUMBER = Template("""\
numbers = pd.to_numeric(table[$target], errors="coerce")
table, numbers = table[numbers.notna()], numbers[numbers.notna()]
y = $log(numbers.to_numpy(dtype=float))""")

TARGET_NUMBER_CLASSES = Template("""\
numbers = pd.to_numeric(table[$target], errors="coerce")
table, numbers = table[numbers.notna()], numbers[numbers.notna()]
classes, y = np.unique(numbers, return_inverse=True)""")

TARGET_CLASSES = Template("""\
table = table[table[$target] != ""]
classes = $classes
y = pd.Categorical(table[$target], categories=classes).codes""")

# A forest draws columns by their place, so their order belongs to the seed.
ENCODE = Template("""\
COLUMNS = {
$columns
}
$tables
made = []  # name and numbers of each column
for name, kind in COLUMNS.items():
    cells = table[name]
$branches
X = pd.DataFrame(np.column_stack([values for _, values in made]).astype(float))
X.columns = $names
print(f"{len(X):,} rows, {X.shape[1]} columns")""")

MADE_NAMES = "[name for name, _ in made]"

LEVELS = Template("""\
LEVELS = {  # in an order that is not that of the alphabet
$levels
}
""")

DATES = Template("""\
DATES = {  # how they are written, and the parts that change
$dates
}
PARTS = {
    "year": lambda dates: dates.dt.year,
    "month": lambda dates: dates.dt.month,
    "week": lambda dates: dates.dt.isocalendar().week.astype(float),
    "day": lambda dates: dates.dt.day,
    "weekday": lambda dates: dates.dt.dayofweek,
    "day of year": lambda dates: dates.dt.dayofyear,
    "month end": lambda dates: dates.dt.is_month_end.astype(float).where(dates.notna()),
    "days since 1970": lambda dates: (dates - pd.Timestamp(0)) / pd.Timedelta(days=1),
    "hour": lambda dates: dates.dt.hour,
}
""")

CATEGORY_BRANCH = Template("""\
    if kind == "category":
        levels = $levels
        made.append((name, pd.Categorical(cells.where(cells != ""), categories=levels).codes))""")

NUMBER_BRANCH = """\
    if kind == "number":
        numbers = pd.to_numeric(cells, errors="coerce").astype(float)
        made.append((name, numbers.fillna(numbers.median())))
        if numbers.isna().any():
            made.append((f"{name} is missing", numbers.isna()))"""

DATE_BRANCH = """\
    if kind == "date":
        written, parts = DATES[name]
        dates = pd.to_datetime(cells, format=written, errors="coerce", utc=True).dt.tz_localize(None)
        for part in parts:
            numbers = PARTS[part](dates)
            made.append((f"{name} {part}", numbers.fillna(numbers.median())))
        if dates.isna().any():
            made.append((f"{name} is missing", dates.isna()))"""

FIT_TEXT = Template("""\
## The forest

A quarter of the rows is kept out of training. The error on them is the one to believe$unit.""")

# As the lesson's own notebook has it: the forest goes on with the random numbers that the split has left.
SEEDED = Template("np.random.seed($split_seed)\n")

FIT = Template("""\
${seeded}train, valid = train_test_split(np.arange(len(y)), test_size=$valid_share$split_state)

def new_forest(seed):
    return $forest_class(
        n_estimators=$trees, min_samples_leaf=$leaf, max_features=$features, max_samples=$samples,
        random_state=seed,
    )

forest = new_forest($seed).fit(X.iloc[train], y[train])

def find_error(rows):
    predicted = forest.predict(X.iloc[rows])
    return $error

train_error, valid_error = find_error(train), find_error(valid)
print(f"Training error: {train_error:.6g}")
print(f"Validation error: {valid_error:.6g} (on the screen: $app_error)")""")

ERRORS = {
    "classification": "float((predicted != y[rows]).mean())",
    "regression": "float(np.sqrt(((predicted - y[rows]) ** 2).mean()))",
}

IMPORTANCES_TEXT = Template("""\
## Which columns matter

$count forests, each with one more column of random noise as the yardstick. *Impurity*: what the splits on a
column gained. *Permutation*: what shuffling it costs on the validation rows. What does not clearly beat the
noise need not be there. With many columns the shuffling takes a minute or two.""")

IMPORTANCES = Template("""\
def with_noise(rows, seed, part):
    noise = np.random.default_rng([seed, part]).normal(size=len(rows))
    return np.column_stack([X.iloc[rows], noise])

gains, losses = [], []
for seed in $seeds:
    noisy = new_forest(seed).fit(with_noise(train, seed, 0), y[train])
    gains.append(noisy.feature_importances_)
    shuffled = permutation_importance(
        noisy, with_noise(valid, seed, 1), y[valid], n_repeats=5, random_state=seed
    )
    losses.append(shuffled.importances_mean)

importances = pd.DataFrame(
    {"impurity": np.mean(gains, axis=0), "permutation": np.mean(losses, axis=0)},
    index=[*X.columns, "random noise"],
).sort_values("permutation", ascending=False)
importances.head(20)[::-1].plot.barh(subplots=True, layout=(1, 2), figsize=(10, 6), legend=False)
plt.tight_layout()
plt.show()
importances.head(20)""")

CURVES_TEXT = Template("""\
## Partial dependence

What would the forest say on average if *all* rows had this value, and that one, with everything else as it
is? These are the columns with the widest curves. For a category the values are its codes.""")

CURVES = Template("""\
def answer(rows):
    return $answer

def make_grid(name):
    values = np.unique(X[name])
    low, high = mquantiles(X[name], [0.05, 0.95])
    if ${is_category}len(values) < 50:
        return values
    if np.isclose(low, high):
        return values[np.linspace(0, len(values) - 1, 50).round().astype(int)]
    return np.linspace(low, high, 50)

curves = {}
for name in $curve_names:
    changed, averages = X.copy(), []
    for value in make_grid(name):
        changed[name] = value
        averages.append(answer(changed).mean())
    curves[name] = (make_grid(name), np.array(averages))

figure, axes = plt.subplots(2, 3, figsize=(12, 6), sharey=True)
for axis, (name, (grid, averages)) in zip(axes.flat, curves.items()):
    axis.plot(grid, averages, marker=".")
    axis.set_xlabel(name, parse_math=False)
plt.tight_layout()
plt.show()""")

SAVED_TEXT = Template("""\
## The forest as the app saved it

`$forest_name` holds the same forest without a pickle, which could run any code when it is loaded. Press
*Forest (skops)* on the tab *Take it away*, put the file beside this notebook, and
`pip install skops==$skops`.

skops loads only types that are known to be harmless, and others when you name them. A tree is one of the
others: scikit-learn follows its node numbers without checking them, so a forged file could crash Python. Name
it for a file that you got from the app yourself, and not for one from a stranger.""")

SAVED = Template("""\
if Path("$forest_name").exists():
    import skops.io

    saved = skops.io.load("$forest_name", trusted=["sklearn.tree._tree.Tree"])
    print(saved["task"], saved["target"], len(saved["columns"]), "columns")
    same = np.allclose(saved["forest"].predict(X.to_numpy()), forest.predict(X))
    print("It predicts the same." if same else "It predicts something else: is it of another forest?")""")

END = Template("""\
## Things to try

- Change `random_state` of the split. How much of the error was luck?
- Leave out the columns below the noise. Does the validation error rise?
- Fit with one tree, then with ten. What does averaging do?""")
