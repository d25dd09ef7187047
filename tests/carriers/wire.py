"""A server on loopback that answers with exactly the bytes it is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from types import TracebackType

from returnctl.http import Request

Step = bytes | Callable[[socket.socket], None]


def get(url: str, **headers: str) -> Request:
    return Request(method="GET", url=url, service="Post", headers=headers)


def post(url: str, body: bytes = b"{}") -> Request:
    return Request(method="POST", url=url, service="Post", body=body)


def reply(status: int = 200, body: bytes = b"{}", **headers: str) -> bytes:
    """A whole HTTP answer; underscores in header names are hyphens."""
    names = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
    names |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in names.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode("latin-1") + body


def reset(connection: socket.socket) -> None:
    """End the connection the hard way."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def drip(start: bytes, end: threading.Event) -> Step:
    """Send `start`, then byte after byte until `end` is set or the client goes."""

    def step(connection: socket.socket) -> None:
        connection.sendall(start)
        while not end.wait(0.01):
            connection.sendall(b"a")

    return step


class WireServer:
    """Gives each connection the next step: bytes to send, or a function of the socket; the last one repeats.

    `requests` holds what came in, byte for byte.
    """

    def __init__(self, *steps: Step, wrap: Callable[[socket.socket], socket.socket] | None = None) -> None:
        self._steps = list(steps)
        self._wrap = wrap
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self.connections = 0
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> WireServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def text(self, index: int = -1) -> str:
        return self.requests[index].decode("latin-1")

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            step = self._steps[min(self.connections, len(self._steps) - 1)]
            self.connections += 1
            with connection:
                self._answer(connection, step)

    def _answer(self, connection: socket.socket, step: Step) -> None:
        connection.settimeout(5)
        try:
            if self._wrap:
                connection = self._wrap(connection)
            self.requests.append(_read_request(connection))
            if isinstance(step, bytes):
                connection.sendall(step)
            else:
                step(connection)
        except OSError:
            return  # the client went away, as many of these tests want it to
        finally:
            connection.close()


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = _content_length(head.split(b"\r\n"))
    while len(body) < length:
        chunk = connection.recv(65536)
        if not chunk:
            break
        body += chunk
    return head + b"\r\n\r\n" + body


def _content_length(lines: Iterable[bytes]) -> int:
    for line in lines:
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0
