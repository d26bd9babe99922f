"""The address of a Space of the local Hub: always the same, whichever process serves it now.

door = Door()
door.port = 40123          # where the process listens; None while there is none: 503
urllib.request.urlopen(door.url)
door.close()
"""

import contextlib
import socket
import threading

_CHUNK = 65_536
_NOBODY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Door:
    """Passes connections on, byte by byte.

    Attributes:
        url: without a slash at the end.
        port: where the process listens, or None.
    """

    def __init__(self) -> None:
        self.port: int | None = None
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                visitor, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(visitor,), daemon=True).start()

    def _serve(self, visitor: socket.socket) -> None:
        with visitor, contextlib.suppress(OSError):
            try:
                process = socket.create_connection(("127.0.0.1", self.port or 0), timeout=5)
            except OSError:
                visitor.recv(_CHUNK)
                visitor.sendall(_NOBODY)
                return
            process.settimeout(None)
            with process:
                back = threading.Thread(target=_pump, args=(process, visitor), daemon=True)
                back.start()
                _pump(visitor, process)
                back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
