"""How often a service may be asked, kept to by everything that works on one workspace, on whichever machine.

Each API and account has a small file in the workspace. Of each limit it holds one moment, the one at which the bucket
is empty again (the generic cell rate algorithm), by the clock of day: machines that share a workspace have to agree
on the time to a second or so. A service that says 429 slows all of them.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from returnctl.digest import hex_of
from returnctl.errors import Unavailable
from returnctl.quotas import AT_ONCE, DAY_S, Quota
from returnctl.returns import shared

#: Who has to wait longer than this is told so, and holds no return meanwhile.
_LONGEST_WAIT_S = 120.0
_LONGEST_BLOCK_S = 3_600.0
#: For a service that asks for longer than any of them does: rubbish, or not meant for us.
_SHORT_BLOCK_S = 10.0


class Limiter:
    """The shared pace of one workspace. May be shared between threads. `clock` is the time of day in seconds."""

    def __init__(self, root: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._root = root
        self._clock = clock

    def take(self, api: str, account: str, quotas: Sequence[Quota]) -> float:
        """Take a place; returns the seconds until it. Raises Unavailable where none is free for minutes, or today."""
        name = _name(api, account)
        if not quotas:  # nearly every call: a look, no lock
            return self._bounded(float(shared.peek(self._root, name).get("blocked", 0)) - self._clock())
        with shared.opened(self._root, name) as content:
            now = self._clock()
            wait = float(content.get("blocked", 0)) - now
            for quota in quotas:
                wait = max(wait, self._place(content, quota, now))
            return self._bounded(wait)

    def slow(self, api: str, account: str, seconds: float) -> None:
        """The service has said 429: nobody asks it for so long; an unbelievable wait counts as a short one."""
        until = self._clock() + (seconds if seconds <= _LONGEST_BLOCK_S else _SHORT_BLOCK_S)
        with shared.opened(self._root, _name(api, account)) as content:
            content["blocked"] = max(until, float(content.get("blocked", 0)))

    @staticmethod
    def _bounded(wait: float) -> float:
        if wait > _LONGEST_WAIT_S:
            raise Unavailable(
                f"The service takes no more calls for {wait / 60:.0f} minutes.",
                hint="run the same command again then",
                retry_after=wait,
            )
        return max(0.0, wait)

    def _place(self, content: dict[str, Any], quota: Quota, now: float) -> float:
        """Seconds until the next place of this quota, which is taken."""
        if quota.a_day is not None:
            day = int(now // DAY_S)
            used = content.get(f"{quota.name} day", [day, 0])
            count = used[1] if used[0] == day else 0
            if count >= quota.a_day:
                raise Unavailable(
                    f"Today's {quota.a_day:,} calls of this kind ({quota.name}) are used up.",
                    hint="they begin anew at midnight UTC; run the same command again then",
                )
            content[f"{quota.name} day"] = [day, count + 1]
        wait = 0.0
        for limit in quota.limits:
            key = f"{quota.name} {limit.seconds:g}"
            at_once = max(1, int(limit.calls * AT_ONCE))
            every = limit.seconds / max(1, limit.calls - at_once)
            full_at = max(now, float(content.get(key, 0)))
            wait = max(wait, full_at - now - (at_once - 1) * every)
            content[key] = full_at + every
        return wait


class Turns:
    """So many requests at once, in this process: whoever enters takes a turn, or waits until one comes back.

    As `threading.Semaphore`, whose waiters need the interpreter several times until they have their turn.
    """

    def __init__(self, at_once: int) -> None:
        self._free: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(at_once):
            self._free.put(None)

    def __enter__(self) -> None:
        self._free.get()

    def __exit__(self, *_: object) -> None:
        self._free.put(None)


def _name(api: str, account: str) -> str:
    """Nothing of an account is in the name of a file."""
    return f"pace-{hex_of(f'{api} {account}'.encode())[:16]}"
