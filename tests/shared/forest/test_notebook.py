"""The notebook: it is a valid one, and its code, run alone, gives the numbers of the page."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared.forest.choose import choose
from shared.forest.explorer import Explorer
from shared.forest.fit import ForestOptions
from shared.forest.importances import fit_with_noise, measure_impurity, measure_permutation
from shared.forest.labels import for_class
from shared.forest.notebook import FILE_NAMES, OWN_FILE_NAME, find_valid_error, write_notebook
from shared.forest.tables import NAMED_TABLES, load_table
from shared.forest.take_away import save_forest, table_csv
from shared.tables.read_table import Table, read_table

# Runs the code cells, and says what their variables hold in the end.
RUNNER = """
import io, json, sys, contextlib
import matplotlib.pyplot as plt
found, printed = {}, io.StringIO()
with contextlib.redirect_stdout(printed):
    for code in json.load(sys.stdin):
        exec(code, found)
        plt.close("all")
print(json.dumps({
    "names": list(found["X"].columns),
    "X": found["X"].to_numpy().tolist(),
    "y": found["y"].tolist(),
    "valid_error": found["valid_error"],
    "importances": found["importances"].loc[[*found["X"].columns, "random noise"]].to_dict("list"),
    "curves": {name: [grid.tolist(), curve.tolist()] for name, (grid, curve) in found["curves"].items()},
    "printed": printed.getvalue(),
    "ours": [name for name in sys.modules if name.split(".")[0] in ("shared", "apps")],
}))
"""


def messy_table() -> Table:
    """A table with all that must be put right: marks, units, dates, gaps, formulas, levels like numbers."""
    rng = np.random.default_rng(0)
    lines = ["=id;price;when;zone;grade;price is missing;amount"]
    for i in range(120):
        price = "" if i % 17 == 0 else f"{1000 + 7 * i:,}".replace(",", ".") + f",{i % 10}"
        when = "?" if i % 29 == 0 else f"{i % 28 + 1:02d}.{i % 12 + 1:02d}.{2019 + i % 3}"
        zone = ["A", "=1+2", "NA", "Ω", "+b"][int(rng.integers(5))]
        grade = str([2, 10, 100][int(rng.integers(3))])
        first = f"{rng.normal():.4f}".replace(".", ",")
        lines.append(f"{first};{price};{when};{zone};{grade};{i % 5};EUR {50 + 3 * i + i % 7}")
    return read_table("\n".join(lines).encode("utf-16"), "mess.csv")


def classes_table() -> Table:
    """Three classes, of which a rare one, and the target with gaps."""
    rng = np.random.default_rng(1)
    lines = ["a,b,kind"]
    for i in range(90):
        a = rng.normal()
        lines.append(
            f"{a:.3f},{'xyz'[i % 3]},{'' if i % 13 == 0 else ['low', 'mid', 'high'][int(a > 0) + (i == 7)]}"
        )
    return read_table("\n".join(lines).encode(), "classes.csv")


def numeric_classes_table() -> Table:
    """Two classes that are written in three ways."""
    lines = ["a,b,flag"] + [f"{i},{i * i % 11},{('0', '1', '1.0')[i % 3]}" for i in range(60)]
    return read_table("\n".join(lines).encode(), "flags.csv")


CASES: dict[str, Any] = {
    "titanic": (lambda: load_table("titanic"), ForestOptions(trees=12)),
    "titanic_lesson": (lambda: load_table("titanic_lesson"), ForestOptions(trees=12, seed=None)),
    "ames": (lambda: load_table("ames"), ForestOptions(trees=3, max_features=0.3, max_samples=0.4, seed=7)),
    "mess": (messy_table, ForestOptions(trees=9, min_samples_leaf=2)),
    "classes": (classes_table, ForestOptions(trees=9, max_features=0.5, bootstrap=False)),
    "numeric classes": (numeric_classes_table, ForestOptions(trees=5)),
}
TARGETS = {"mess": "amount", "classes": "kind", "numeric classes": "flag"}


def make_case(name: str) -> tuple[Explorer, Table]:
    make, options = CASES[name]
    table, known = make(), NAMED_TABLES.get(name)
    kinds = {"grade": "category"} if name == "mess" else None
    choice = choose(
        table,
        target=known.target if known else TARGETS[name],
        log_target=bool(known and known.log_target),
        kinds=kinds,
    )
    return Explorer.fit(choice, options), table


def codes_of(notebook: dict[str, Any]) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run(codes: list[str], folder: Path) -> dict[str, Any]:
    quiet = {"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "error::FutureWarning"}
    done = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input=json.dumps(codes), capture_output=True, text=True, cwd=folder, timeout=200,
        env={**os.environ, **quiet},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.long) for name in CASES])
def test_its_code_gives_the_numbers_of_the_page(name: str, tmp_path: Path) -> None:
    explorer, table = make_case(name)
    encoded, options = explorer.encoded, explorer.options
    file_name = FILE_NAMES.get(name, OWN_FILE_NAME)
    (tmp_path / file_name).write_text(table_csv(table), encoding="utf-8-sig")
    (tmp_path / "forest.skops").write_bytes(save_forest(explorer))
    found = run(codes_of(write_notebook(explorer, table, key=name)), tmp_path)
    assert found["ours"] == []
    assert found["names"] == encoded.names
    np.testing.assert_allclose(found["X"], encoded.X, rtol=1e-12)
    np.testing.assert_allclose(found["y"], encoded.y, rtol=1e-12)
    assert found["valid_error"] == pytest.approx(find_valid_error(explorer), rel=1e-9)
    assert found["valid_error"] == pytest.approx(explorer.curves()["validation"].error[-1], rel=1e-9)
    assert "It predicts the same." in found["printed"]

    X, y = explorer.rows(explorer.train)
    forests = fit_with_noise(X, y, task=encoded.task, options=options)
    gains = measure_impurity(forests)
    losses = measure_permutation(forests, *explorer.rows(explorer.valid))
    for kind, ours in (("impurity", gains), ("permutation", losses)):
        np.testing.assert_allclose(found["importances"][kind], [*ours.mean, ours.noise_mean], atol=1e-9)

    asked = for_class(explorer, None)
    for name_of_column, (grid, averages) in found["curves"].items():
        curve = asked.dependence()[encoded.names.index(name_of_column)]
        np.testing.assert_allclose(grid, curve.grid, rtol=1e-9)
        np.testing.assert_allclose(averages, curve.average, atol=1e-9)


def test_the_messy_table_has_what_it_is_for() -> None:
    explorer, table = make_case("mess")
    code = "\n".join(codes_of(write_notebook(explorer, table)))
    assert {recipe.understood.kind for recipe in explorer.choice.recipes} == {"number", "category", "date"}
    for part in ("LEVELS = {", "DATES = {", "rename(columns=", "'=1+2", ".str.replace(", "table.csv"):
        assert part in code


@pytest.mark.parametrize("name", CASES)
def test_it_is_a_notebook_of_format_4_5(name: str) -> None:
    explorer, table = make_case(name)
    notebook = json.loads(json.dumps(write_notebook(explorer, table, key=name), allow_nan=False))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", one) for one in ids)
    for cell in notebook["cells"]:
        is_code = cell["cell_type"] == "code"
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | (
            {"execution_count", "outputs"} if is_code else set()
        )
        source = "".join(cell["source"])
        if is_code:
            compile(source, cell["id"], "exec")
        else:
            assert "$" not in source
    assert f"TABLE = {FILE_NAMES.get(name, OWN_FILE_NAME)!r}" in "\n".join(codes_of(notebook))


def test_names_of_a_visitor_stay_text() -> None:
    """Names and levels that look like code, quotes and Markdown are only ever strings in it."""
    evil = '''"""+__import__('os').abort()+"""'''
    rows = "\n".join(f"{i % 7},{['$x', 'b'][i % 2]},{i}" for i in range(40))
    header = ",".join('"' + name.replace('"', '""') + '"' for name in (evil, "<b>$forest</b>", "y"))
    table = read_table(f"{header}\n{rows}".encode(), "evil.csv")
    explorer = Explorer.fit(choose(table, target="y", leave_out=[]), ForestOptions(trees=3))
    notebook = write_notebook(explorer, table)
    texts = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    assert not any("abort" in text or "<b>" in text for text in texts)
    for code in codes_of(notebook):
        compile(code, "cell", "exec")
        assert repr(evil) in code or "abort" not in code
