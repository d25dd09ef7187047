"""How often Back Market may be asked, and keeping to it within this process, where no workspace keeps the pace."""

from __future__ import annotations

import functools
import threading
import time
from collections import deque
from collections.abc import Callable

from returnctl.quotas import Limit, Quota

#: Above 200 calls in 10 s the edge blocks for 10 s; we stay well below, for we may not be the only one.
EDGE = Limit(150, 10)
EDGE_BLOCK_S = 10.0
A_MINUTE: dict[str, Limit] = {
    "list": Limit(520, 60),
    "detail": Limit(600, 60),
    "message": Limit(560, 60),
    "problem": Limit(750, 60),
}
#: Counted where a workspace keeps the pace; else for the words of a refusal.
A_DAY = {"list": 4_000, "detail": 40_000, "message": 40_000, "problem": 1_000}


class Pace:
    """Lets calls through at a limit's rate: each waits until the one `limit.calls` before it is old enough.

    May be shared between threads. `clock` is in seconds and never goes back.
    """

    def __init__(self, limit: Limit, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = limit.seconds
        self._clock = clock
        self._at: deque[float] = deque(maxlen=limit.calls)
        self._lock = threading.Lock()

    def wait(self) -> float:
        """Take the next place; returns the seconds until it."""
        with self._lock:
            now = self._clock()
            full = len(self._at) == self._at.maxlen
            delay = max(0.0, self._at[0] + self._seconds - now) if full else 0.0
            self._at.append(now + delay)
            return delay


def quotas(kind: str) -> tuple[Quota, ...]:
    """The limits that a call of this kind falls under, for a pace that is shared."""
    edge = Quota(name="edge", limits=(EDGE,), block_s=EDGE_BLOCK_S)
    if kind not in A_MINUTE:
        return (edge,)
    return (edge, Quota(name=kind, limits=(A_MINUTE[kind],), a_day=A_DAY[kind], block_s=EDGE_BLOCK_S))


@functools.cache
def paces(host: str, kind: str) -> tuple[Pace, ...]:
    """The limits that a call of this kind falls under, shared by everything in this process that asks this host."""
    edge = (_edge(host),)
    return (*edge, Pace(A_MINUTE[kind])) if kind in A_MINUTE else edge


@functools.cache
def _edge(host: str) -> Pace:
    return Pace(EDGE)


def in_words(kind: str) -> str:
    """The limits of a kind of call, for people."""
    if kind not in A_MINUTE:
        return "at most 200 calls in 10 seconds"
    return f"at most {A_MINUTE[kind].calls} such calls a minute and {A_DAY[kind]:,} a day"
