"""Counting requests, for the limits that services set."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Throttle:
    """How often something happened in the present stretch of time. Safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds, from any start."""
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, int], tuple[float, int]] = {}
        self._blocked_until: dict[str, float] = {}

    def takes(self, name: str, limits: dict[int, int]) -> bool:
        """Whether one more passes; if so it is counted. `limits` are the most for each length, in seconds.

        A stretch begins with the first request after the one before has ended.
        """
        with self._lock:
            now = self._clock()
            counts = {length: self._count(name, length, now) for length in limits}
            if any(counts[length][1] >= most for length, most in limits.items()):
                return False
            for length, (start, count) in counts.items():
                self._counts[name, length] = (start, count + 1)
            return True

    def block(self, name: str, seconds: float) -> None:
        """Lets nothing of this name pass for some time."""
        with self._lock:
            self._blocked_until[name] = self._clock() + seconds

    def is_blocked(self, name: str) -> bool:
        """Whether a block of this name lasts still."""
        with self._lock:
            return self._clock() < self._blocked_until.get(name, float("-inf"))

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._counts.clear()
            self._blocked_until.clear()

    def _count(self, name: str, length: int, now: float) -> tuple[float, int]:
        start, count = self._counts.get((name, length), (now, 0))
        return (now, 0) if now - start >= length else (start, count)
