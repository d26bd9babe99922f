"""What `python apps/<app>.py` takes: `--help`, `--port`, and what an app adds.

    given = read_command_line("Fit a curve by hand.", flags={"--scheduler": "a Dask cluster"})
    launch_app(build_demo(), server_port=given.port)  # given.scheduler is a text or None

It is read before the page is built: a mistake is told at once, and a port that was asked for and is in use is
refused in one sentence.
"""

import argparse
import errno
import os
import socket
import sys
from collections.abc import Mapping, Sequence

FIRST_PORT = 7860  # Gradio's
_N_PORTS = 100


def read_command_line(
    summary: str, *, flags: Mapping[str, str] | None = None, arguments: Sequence[str] | None = None
) -> argparse.Namespace:
    """Read the command line, and end the process where it cannot be followed.

    Args:
        summary: what the app is for.
        flags: further options that take a value, each with what it means.
        arguments: instead of the process's own.

    Returns:
        `port`, None where none was asked for, and each flag's value, None where it was not given.
    """
    parser = argparse.ArgumentParser(description=summary)
    parser.add_argument(
        "--port",
        type=_port,
        metavar="NUMBER",
        default=os.environ.get("GRADIO_SERVER_PORT") or None,
        help=f"where it listens (or GRADIO_SERVER_PORT); else the first free one from {FIRST_PORT}",
    )
    for flag, meaning in (flags or {}).items():
        parser.add_argument(flag, metavar="VALUE", help=meaning)
    given = parser.parse_args(arguments)
    if given.port is not None and (problem := find_problem(given.port)):
        sys.exit(problem)
    return given


def find_free_port() -> int:
    """Give the first port from FIRST_PORT on that can be had, or end the process."""
    ports = range(FIRST_PORT, FIRST_PORT + _N_PORTS)
    free = next((port for port in ports if not find_problem(port)), None)
    return free or sys.exit(f"No port from {ports[0]} to {ports[-1]} is free: choose one with --port.")


def server_name() -> str:
    """Give the address to listen on."""
    return os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"


def find_problem(port: int) -> str:
    """Say in one sentence why a port cannot be listened on, or "" where it can.

    Args:
        port: its number.
    """
    name = server_name()
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} is in use: choose another with --port, or leave it out."
        return f"Port {port} of {name} cannot be listened on: {error.strerror or error}."
    return ""


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() and len(text) <= 5 else 0
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"a port is a whole number from 1 to 65535, not {text[:40]!r}")
    return port
