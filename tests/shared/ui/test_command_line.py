"""The command line of every app: read before the page is built, mistakes told in one sentence."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from shared.ui import command_line
from shared.ui.command_line import find_free_port, read_command_line
from tests.conftest import ROOT


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_port_is_the_one_asked_for_first_by_the_flag(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    assert read_command_line("What for.", arguments=[]).port is None
    monkeypatch.setenv("GRADIO_SERVER_PORT", str(free))
    assert read_command_line("What for.", arguments=[]).port == free
    monkeypatch.setenv("GRADIO_SERVER_PORT", "1")
    assert read_command_line("What for.", arguments=["--port", str(free)]).port == free


@pytest.mark.parametrize("port", ["", "0", "-1", "65536", "abc", "1.5", "²", "9" * 5000])
def test_what_is_no_port_is_told(capsys: pytest.CaptureFixture[str], port: str) -> None:
    with pytest.raises(SystemExit) as ended:
        read_command_line("What for.", arguments=[f"--port={port}"])
    assert ended.value.code == 2
    *_usage, told = capsys.readouterr().err.splitlines()
    assert "a port is a whole number from 1 to 65535" in told
    assert len(told) < 200


def test_a_busy_port_is_refused_in_one_sentence(busy: int) -> None:
    with pytest.raises(SystemExit) as ended:
        read_command_line("What for.", arguments=["--port", str(busy)])
    assert ended.value.code == f"Port {busy} is in use: choose another with --port, or leave it out."


def test_an_address_of_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setenv("GRADIO_SERVER_NAME", "192.0.2.1")
    with pytest.raises(SystemExit, match=rf"Port {free} of 192\.0\.2\.1 cannot be listened on: "):
        read_command_line("What for.", arguments=["--port", str(free)])


def test_without_a_wish_the_first_free_port_is_taken(monkeypatch: pytest.MonkeyPatch, busy: int) -> None:
    monkeypatch.setattr(command_line, "FIRST_PORT", busy)
    assert busy < find_free_port() < busy + 100
    monkeypatch.setattr(command_line, "_N_PORTS", 1)
    with pytest.raises(SystemExit, match="choose one with --port"):
        find_free_port()


@pytest.mark.long
@pytest.mark.parametrize("app", ["relu", "gallery"])
def test_an_app_says_what_it_takes_and_refuses_a_busy_port(app: str, busy: int) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, f"apps/{app}.py", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    helped = run("--help")
    assert helped.returncode == 0, helped.stderr
    assert "--port NUMBER" in helped.stdout
    refused = run("--port", str(busy))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"Port {busy} is in use: choose another with --port, or leave it out.\n"
