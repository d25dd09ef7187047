"""Pictures on their way, piece by piece: what has come stays when the connection goes.

The page's script gives each upload a name of chance, asks how far it got, and goes on from there. A piece that comes
again where it was already is left out; one that would leave a gap is refused with the place to go on from.
"""

from __future__ import annotations

import hashlib
import threading
import time

from msgspec import Struct

#: A phone's 50 megapixels are 25 MB. Everything that is on its way lies in memory.
MOST_BYTES = 60_000_000
#: Uploads at the same time, all phones together; the one that rested longest gives way.
MOST_OPEN = 4
_MOST_REMEMBERED = 400


class Wrong(Exception):
    """A piece that does not fit; `offset` is where the upload stands."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class Whole(Struct, frozen=True):
    """A picture that has come, and its SHA-256 (hex): added up on the way, so that nobody waits for it at the end."""

    content: bytes
    digest: str


class _Open:
    def __init__(self, length: int) -> None:
        self.length = length
        self.content = bytearray()
        self.digest = hashlib.sha256()
        self.at = 0.0


class Uploads:
    """By slot and name. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], _Open] = {}
        self._done: dict[tuple[str, str], int] = {}

    def offset(self, slot: str, name: str) -> int:
        """How many bytes have come."""
        with self._lock:
            found = self._open.get((slot, name))
            return len(found.content) if found else self._done.get((slot, name), 0)

    def is_done(self, slot: str, name: str) -> bool:
        """Whether it came whole before: an answer that got lost is asked for again."""
        with self._lock:
            return (slot, name) in self._done

    def add(self, slot: str, name: str, piece: bytes, *, offset: int, length: int) -> Whole | None:
        """Add a piece; the whole picture with the last one, else None. Raises Wrong."""
        key = (slot, name)
        with self._lock:
            found = self._open.get(key)
            if found is None:
                if offset or not 0 < length <= MOST_BYTES:
                    raise Wrong(0)
                self._make_room()
                found = self._open[key] = _Open(length)
            there = len(found.content)
            if offset > there or length != found.length or offset + len(piece) > length:
                raise Wrong(there)
            fresh = piece[there - offset :]
            found.content += fresh
            found.digest.update(fresh)
            found.at = time.monotonic()
            if len(found.content) < length:
                return None
            del self._open[key]
            while len(self._done) >= _MOST_REMEMBERED:
                del self._done[next(iter(self._done))]
            self._done[key] = length
            return Whole(bytes(found.content), found.digest.hexdigest())

    def _make_room(self) -> None:
        while len(self._open) >= MOST_OPEN:
            del self._open[min(self._open, key=lambda key: self._open[key].at)]
