"""A door in front of the sandbox, in a process of its own: it passes all on, and spoils the answers that it is told to.

It speaks to sockets alone, so that it can say what no HTTP library would.
"""

from __future__ import annotations

import mmap
import os
import re
import signal
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit

_PATIENCE_S = 30
#: What only reads although it is posted, and what is asked for a token.
_READS = re.compile(
    rb"oauth|token|authorization|rat(?:e|ing)|locations|availabilities|trackingnumbers|referencenumbers|recovery"
)
_REFERENCE = re.compile(rb"RC[A-Z2-7]{12}")

_HTML = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 25\r\n\r\n<html>Please wait</html>\r\n"
)


def _status(line: str, *headers: str, body: bytes = b"{}") -> bytes:
    head = [f"HTTP/1.1 {line}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


#: Told instead of the sandbox's answer. `True`: the request is passed on before.
SAID: dict[str, tuple[bool, bytes]] = {
    "429": (False, _status("429 Too Many Requests")),
    "500": (False, _status("500 Internal Server Error")),
    "502": (False, _status("502 Bad Gateway")),
    "503": (False, _status("503 Service Unavailable", "Retry-After: 1")),
    "504": (False, _status("504 Gateway Timeout")),
    "500-after": (True, _status("500 Internal Server Error")),
    "html": (True, _HTML),
    "garbage": (True, b"\x16\x03\x01\x02\x00\x01\x00 what is this?\r\n\r\n"),
    "empty": (True, _status("200 OK", body=b"")),
    "not-json": (True, _status("200 OK", body=b'{"case": ')),
    "other-json": (True, _status("200 OK", body=b'[null, 1e999, "x"]')),
    "retry-seconds": (False, _status("429 Too Many Requests", "Retry-After: 2")),
    "retry-date": (False, _status("429 Too Many Requests", "Retry-After: Wed, 21 Oct 2099 07:28:00 GMT")),
    "retry-past": (False, _status("429 Too Many Requests", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT")),
    "retry-huge": (False, _status("429 Too Many Requests", "Retry-After: 1000000000")),
    "retry-nonsense": (False, _status("429 Too Many Requests", "Retry-After: abc")),
    "too-long": (True, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{}"),
    "wrong-charset": (
        True,
        _status("200 OK", "Content-Type: application/json; charset=utf-7", body=b"+AHs-"),
    ),
    "circle": (False, _status("302 Found", "Location: ?again")),
    "elsewhere": (False, _status("307 Temporary Redirect", "Location: http://127.0.0.2:9/x")),
    "to-a-file": (False, _status("302 Found", "Location: file:///etc/passwd")),
    "weird-status": (False, b"HTTP/1.1 abc def\r\n\r\n"),
    "status-999": (False, _status("999 Odd")),
    "no-end-of-head": (True, b"HTTP/1.1 200 OK\r\nContent-Type: applicati"),
    "negative-length": (True, b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}"),
    "bad-chunks": (True, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}"),
    "bad-gzip": (True, _status("200 OK", "Content-Encoding: gzip", body=b"\x1f\x8bnot really")),
    "control-characters": (
        False,
        _status("422 Unprocessable", body=b'{"detail":"\\u001b]0;x\\u0007\\u202e"}'),
    ),
    "a-thousand-headers": (False, _status("200 OK", *(f"X-{n}: y" for n in range(1000)))),
}
#: What needs more than words.
DONE = ("none", "drop", "lost-answer", "truncated", "slow", "blind")
KINDS = (*DONE, *SAID)


def is_write(request: bytes) -> bool:
    """Whether a request, by its first line, buys, books or posts."""
    line = request.partition(b"\r\n")[0]
    return not line.startswith((b"GET", b"HEAD")) and not _READS.search(line)


class Door:
    """Opened with `with`; `url` leads through it to the sandbox at `behind`."""

    def __init__(self, behind: str) -> None:
        parts = urlsplit(behind)
        self._behind = (parts.hostname or "", parts.port or 80)
        self._shared = mmap.mmap(-1, 64)
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._process = 0

    def __enter__(self) -> Door:
        self._process = os.fork()
        if self._process == 0:
            try:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                self._serve()
            finally:
                os._exit(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        self._listening.close()
        self._shared.close()

    def set(self, kind: str, *, nth: int = 0, times: int = 1, writes: bool = True) -> None:
        """From now on the nth request (of those that write, or of all) meets `kind`, and so do the next ones.

        `nth` 0 is each one. `blind` needs no number: whatever is looked for by our reference is not found.
        """
        self._shared[:12] = struct.pack("BBBBII", KINDS.index(kind), nth, times, writes, 0, 0)

    @property
    def counts(self) -> tuple[int, int]:
        """How many requests there were since `set`: all, and those that write."""
        _, _, _, _, every, writing = struct.unpack("BBBBII", self._shared[:12])
        return every, writing

    def _serve(self) -> None:
        lock = threading.Lock()
        while True:
            connection, _ = self._listening.accept()
            threading.Thread(target=self._carry, args=(connection, lock), daemon=True).start()

    def _meets(self, writes: bool, lock: threading.Lock) -> str:
        with lock:
            kind, nth, times, only, every, writing = struct.unpack("BBBBII", self._shared[:12])
            every, writing = every + 1, writing + writes
            self._shared[:12] = struct.pack("BBBBII", kind, nth, times, only, every, writing)
            if KINDS[kind] == "blind":
                return "blind"
            number = writing if only else every
            met = (writes or not only) and (nth == 0 or nth <= number < nth + times)
            return KINDS[kind] if met else "none"

    def _carry(self, client: socket.socket, lock: threading.Lock) -> None:
        client.settimeout(_PATIENCE_S)
        with suppress(OSError), client:
            while request := _whole(client):
                writes = is_write(request)
                kind = self._meets(writes, lock)
                if kind == "blind" and not writes:
                    request = _REFERENCE.sub(b"RCAAAAAAAAAAAA", request)
                if not _answer(client, kind, lambda request=request: self._ask(request)):  # type: ignore[misc]
                    return

    def _ask(self, request: bytes) -> bytes:
        with socket.create_connection(self._behind, timeout=_PATIENCE_S) as there:
            there.sendall(request)
            return _whole(there)


def _answer(client: socket.socket, kind: str, ask: Callable[[], bytes]) -> bool:
    """Whether the connection stays open."""
    if kind == "drop":
        return False
    if kind in SAID:
        passes, said = SAID[kind]
        if passes:
            ask()
        client.sendall(said)
        return False
    answer = ask()
    if kind == "lost-answer":
        return False
    if kind == "truncated":
        client.sendall(answer[: len(answer) * 2 // 3])
        return False
    if kind == "slow":
        client.settimeout(_PATIENCE_S)
        client.recv(1)  # until the other side has enough of it
        return False
    client.sendall(answer)
    return bool(answer)


def _whole(connection: socket.socket) -> bytes:
    """A request or an answer, head and body; empty where the other side has gone."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = connection.recv(65536)
        if not part:
            return b""
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length: *([0-9]+)", head)
    missing = int(length[1]) - len(body) if length else 0
    while missing > 0:
        part = connection.recv(min(missing, 1 << 20))
        if not part:
            return b""
        got += part
        missing -= len(part)
    return got
