"""What stands before the page: who does not know the address gets nothing, and is not even read.

Waitress reads a request whole before it hands it on. So the head is looked at as soon as it is there: a wrong token,
a wrong host, a body that is too large or of unknown length end the connection before the body comes.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from returnctl.capture.uploads import MOST_BYTES

#: Bytes that may be on their way, or wait for the judge, at the same time.
MOST_AT_ONCE: Final = 200_000_000
MOST_GUESSES: Final = 20
_HEAD_SECONDS: Final = 15
_REQUEST_SECONDS: Final = 300
_CONNECTIONS_EACH: Final = 24
_BURST, _PER_SECOND = 200, 40
# What could be a token. Browsers and machines that look around ask for `/` and for names with a dot
# (favicon.ico, robots.txt, .well-known): nobody guesses with these.
_GUESS: Final = re.compile(r"[A-Za-z0-9_-]+")


def fresh_token() -> str:
    """128 bits of chance, fit for an address."""
    return secrets.token_urlsafe(16)


class Bucket:
    """So many at once, and so many a second."""

    def __init__(self, burst: float, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._per_second, self._clock = burst, per_second, clock
        self._left, self._at = burst, clock()
        self._lock = threading.Lock()

    def take(self) -> bool:
        with self._lock:
            now = self._clock()
            self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


class Gate:
    """Knows the token. `on_guessing` is called once, when somebody has tried too many others.

    Every wrong one counts, whoever sends it: the right one can't be found in twenty tries or in twenty million, and
    an end that one may wait for is a warning that one sees.
    """

    def __init__(
        self,
        token: str,
        on_guessing: Callable[[], None],
        *,
        burst: float = _BURST,
        per_second: float = _PER_SECOND,
    ) -> None:
        self._token = token.encode()
        self._on_guessing = on_guessing
        self._lock = threading.Lock()
        self._wrong = 0
        self._bucket = Bucket(burst, per_second)
        self.authority: str | None = None

    def knows(self, token: str) -> bool:
        """Whether this is the token, compared in constant time; counts a wrong one."""
        if secrets.compare_digest(token.encode("utf-8", "surrogatepass"), self._token):
            return True
        if _GUESS.fullmatch(token):
            with self._lock:
                self._wrong += 1
                over = self._wrong == MOST_GUESSES
            if over:
                self._on_guessing()
        return False

    def refuse(self, head: Any, coming: int) -> tuple[int, str] | None:
        """The status and its phrase for a request that is not let in, by its head alone; None for one that is.

        `coming` are the bytes that other requests bring.
        """
        if not self.knows(head.path.split("/", 2)[1] if head.path.startswith("/") else ""):
            return 404, "Not Found"
        if self.authority and head.headers.get("HOST", "").lower() != self.authority:
            return 421, "Misdirected Request"  # a name of somebody else's that leads to our address
        if head.chunked:
            return 411, "Length Required"
        if head.content_length > MOST_BYTES:
            return 413, "Content Too Large"
        if coming + head.content_length > MOST_AT_ONCE:
            return 503, "Service Unavailable"
        if not self._bucket.take():
            return 429, "Too Many Requests"
        return None


def channel(gate: Gate) -> Any:
    """Waitress's connection, with the gate before it."""
    from waitress.channel import HTTPChannel
    from waitress.parser import HTTPRequestParser
    from waitress.utilities import Error

    class Refusal(Error):  # type: ignore[misc]  # waitress ships no types
        def __init__(self, code: int, reason: str) -> None:
            super().__init__("")
            self.code, self.reason = code, reason

        def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
            headers = [
                ("Connection", "close"),
                ("Cache-Control", "no-store"),
                ("Content-Type", "text/plain; charset=utf-8"),
            ]
            if self.code in (429, 503):
                headers.append(("Retry-After", "1"))
            return f"{self.code} {self.reason}", headers, f"{self.reason}\n".encode()

    class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress ships no types
        looked = False
        error: Any = None
        coming: Callable[[], int] = staticmethod(lambda: 0)

        def received(self, data: bytes) -> int:
            consumed: int = super().received(data)
            if self.headers_finished and not (self.looked or self.empty or self.error is not None):
                self.looked = True
                refused = gate.refuse(self, self.coming())
                if refused:
                    self.error, self.completed, self.expect_continue = Refusal(*refused), True, False
            return consumed

    class Channel(HTTPChannel):  # type: ignore[misc]  # waitress ships no types
        def __init__(self, server: Any, sock: Any, addr: Any, adj: Any, map: Any = None) -> None:
            self.peer = addr[0] if addr else ""
            self.began: float | None = time.monotonic()
            super().__init__(server, sock, addr, adj, map=map)
            same = [one for one in server.active_channels.values() if getattr(one, "peer", None) == self.peer]
            if len(same) > _CONNECTIONS_EACH:
                self.will_close = True

        def parser_class(self, adj: Any) -> Any:
            parser = Parser(adj)
            self.began = time.monotonic()
            parser.coming = lambda: sum(
                one.content_length
                for other in self.server.active_channels.values()
                for one in (other.request, *other.requests)
                if one is not None and one is not parser
            )
            return parser

        def received(self, data: bytes) -> bool:
            taken: bool = super().received(data)
            if self.request is None:
                self.began = None
            return taken

        def late(self, now: float) -> bool:
            """Whether a request has been coming for longer than any honest one does."""
            if self.began is None:
                return False
            inside = self.request is not None and self.request.headers_finished
            return now - self.began > (_REQUEST_SECONDS if inside else _HEAD_SECONDS)

        def readable(self) -> bool:
            if self.late(time.monotonic()):
                self.will_close = True
            ready: bool = super().readable()
            return ready

        def writable(self) -> bool:
            ready: bool = super().writable()
            return ready or self.will_close

    return Channel
