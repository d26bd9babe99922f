"""A staged app that is started here and called, before it is pushed."""

import os
from pathlib import Path

import pytest

from deploy.errors import PushError
from deploy.redact import read_secrets
from deploy.rehearse import rehearse
from deploy.space import Space
from tests.spaces.listening import family
from tests.spaces.small_project import APP

SPACE = Space(name="tiny", app="tiny", title="Tiny", checks={"greet": {"name": "Ada"}})


def try_out(folder: Path, code: str, *, space: Space = SPACE) -> None:
    (folder / "app.py").write_text(code)
    secrets = read_secrets(["API_KEY"], {"API_KEY": "never to be shown"})
    before = set(family(os.getpid()))
    try:
        rehearse(folder, space, owner="visitor", secrets=secrets, say=print)
    finally:
        assert [path.name for path in folder.iterdir()] == ["app.py"]  # nothing that would be pushed with it
        assert set(family(os.getpid())) <= before


def test_an_app_that_ends_at_its_start_shows_its_log_without_secrets(tmp_path: Path) -> None:
    with pytest.raises(PushError) as caught:
        try_out(tmp_path, "import os\nprint('The key is', os.environ['API_KEY'])\nraise SystemExit(3)\n")
    assert caught.value.problem == (
        "tiny does not work on this computer, and was not pushed: The app ended at its start (exit code 3)."
    )
    assert caught.value.details == "The key is ***"


@pytest.mark.long
def test_an_app_that_answers(tmp_path: Path) -> None:
    try_out(tmp_path, APP)


@pytest.mark.long
def test_an_app_without_an_endpoint_that_is_checked(tmp_path: Path) -> None:
    checks = {**SPACE.checks, "wave": {}}
    with pytest.raises(PushError, match="1 of 2 endpoints failed: wave") as caught:
        try_out(tmp_path, APP, space=Space(name="tiny", app="tiny", title="Tiny", checks=checks))
    assert "The app has no such endpoint" in caught.value.details
