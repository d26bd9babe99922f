"""Which addresses a process and all that it started listen on, read where Linux tells it.

listening(process.pid)  # {("127.0.0.1", 7860)}
"""

import contextlib
import re
import socket
import struct
from pathlib import Path

LISTENS = "0A"


def is_alive(pid: int) -> bool:
    """Whether a process is there and has not ended; its parent may not have asked for its exit code yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def family(pid: int) -> list[int]:
    """A process and all that it started, and those they started."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            number, parent = re.match(r"(\d+) \(.*\) \S (\d+)", path.read_text(), re.DOTALL).groups()
            children.setdefault(int(parent), []).append(int(number))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def listening(pid: int) -> set[tuple[str, int]]:
    """Every address and port, of both kinds of TCP."""
    inodes = set()
    for member in family(pid):
        with contextlib.suppress(OSError):
            for link in Path(f"/proc/{member}/fd").iterdir():
                with contextlib.suppress(OSError):
                    inodes.update(re.findall(r"^socket:\[(\d+)\]$", str(link.readlink())))
    found = set()
    for table, kind in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENS and fields[9] in inodes:
                address, _, port = fields[1].partition(":")
                words = [int(address[at : at + 8], 16) for at in range(0, len(address), 8)]
                packed = struct.pack(f"={len(words)}I", *words)
                found.add((socket.inet_ntop(kind, packed), int(port, 16)))
    return found
