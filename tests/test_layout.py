"""What the tools take for granted about the tree."""

import re

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize("top", ["apps", "shared"])
def test_every_folder_with_code_is_a_package(top):
    # import-linter does not look into a folder without __init__.py: its imports would go unchecked.
    folders = {path.parent for path in (ROOT / top).rglob("*.py") if "node_modules" not in path.parts}
    assert [
        str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()
    ] == []


def test_every_requirement_is_exact_and_says_why():
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    assert len(lines) > 10
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+(\[[\w,]+\])?==[\w.]+ +# \S.*", line)] == []


def test_every_test_is_in_one_of_the_two_runs():
    """What `make test` leaves out, `make test-all` runs, and a check of the whole runs both."""
    makefile, ci = ((ROOT / name).read_text("utf-8") for name in ("Makefile", ".ci/run"))
    assert re.findall(r"^(\S+):.*\n.*\$\(PYTEST\) -m (.+) \$\(ARGS\)", makefile, re.MULTILINE) == [
        ("test", '"not long"'),
        ("test-all", "long"),
    ]
    assert re.findall(r"^make .* (\S+)$", ci, re.MULTILINE) == ["check", "test", "test-all"]


def test_no_test_reads_a_clock():
    """What is fast enough depends on the machine and on what else it does: tests/bench/ measures that."""
    clock = re.compile(
        r"perf_counter|process_time|thread_time|monotonic|getrusage|performance\.now|\btime\.time\b"
    )
    may = ("tests/bench/", "tests/gpu/", "tests/waiting.py", "tests/test_layout.py")
    files = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "tests").rglob("*.py")}
    assert [
        name for name, path in files.items() if not name.startswith(may) and clock.search(path.read_text())
    ] == []


def test_the_tour_of_collab_names_every_module():
    tour = (ROOT / "shared/collab/__init__.py").read_text("utf-8")
    modules = {path.stem for path in (ROOT / "shared/collab").glob("*.py")} - {"__init__"}
    assert modules == set(re.findall(r"`(\w+)`", tour))
    assert re.search(r"`(\w+)`", tour)[1] == "model"
