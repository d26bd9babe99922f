"""The page as a whole: the table panel can open its first tab, and the command line names a scheduler."""

import gradio as gr
import pytest

from apps import forest
from apps.views.forest.table_panel import FIRST_TAB
from shared.forest import cluster
from shared.ui.command_line import read_command_line


def test_another_table_opens_a_tab_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forest, "prepare", lambda: None)
    blocks = forest.build_demo().blocks.values()
    (all_tabs,) = (block for block in blocks if isinstance(block, gr.Tabs))
    assert all_tabs.children[0].id == FIRST_TAB


def given(arguments: list[str]) -> str | None:
    return read_command_line("Forests.", flags=forest.FLAGS, arguments=arguments).scheduler


@pytest.mark.parametrize(
    ("arguments", "address"),
    [([], None), (["--scheduler", "tcp://10.0.0.7:8786"], "tcp://10.0.0.7:8786"), (["--scheduler="], "")],
)
def test_the_command_line_names_a_scheduler(arguments: list[str], address: str | None) -> None:
    assert given(arguments) == address


def test_the_command_line_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cluster.SCHEDULER_VARIABLE, "tcp://10.0.0.7:8786")
    try:
        cluster.use_scheduler(given(["--scheduler", "tcp://10.0.0.8:8786"]))
        assert cluster._current().address == "tcp://10.0.0.8:8786"
        cluster.use_scheduler(given([]))
        assert cluster._current().address == "tcp://10.0.0.7:8786"
    finally:
        cluster.use_scheduler("")
