"""Moments at which something is done: one thread waits for all of them, and ends when there are none.

A `threading.Timer` is a thread for each, and starting one costs a batch more than the rest of a request.
"""

from __future__ import annotations

import heapq
import itertools
import os
import threading
import time
from collections.abc import Callable

#: How long the thread stays without work, in seconds: requests come one after the other.
_LINGERS_S = 1.0


class Alarm:
    """Does `action` once, at `when` on the monotonic clock, on a thread of its own; `cancel` takes it back."""

    def __init__(self, when: float, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action
        _keeper().add(when, self)

    def cancel(self) -> None:
        """From now on it does nothing; what it does already goes on."""
        self.action = None


class _Keeper:
    def __init__(self) -> None:
        self.pid = os.getpid()
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int, Alarm]] = []
        self._numbers = itertools.count()
        self._runs = False
        self._wakes_at = 0.0

    def add(self, when: float, alarm: Alarm) -> None:
        with self._changed:
            heapq.heappush(self._waiting, (when, next(self._numbers), alarm))
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="alarms", daemon=True).start()
            elif when < self._wakes_at:
                self._changed.notify()

    def _run(self) -> None:
        idle_until = 0.0
        while True:
            with self._changed:
                now = time.monotonic()
                while self._waiting and self._waiting[0][2].action is None:
                    heapq.heappop(self._waiting)
                if self._waiting and self._waiting[0][0] <= now:
                    due = heapq.heappop(self._waiting)[2].action
                else:
                    due = None
                    if self._waiting:
                        idle_until = now + _LINGERS_S
                        self._wakes_at = self._waiting[0][0]
                    elif now >= idle_until:
                        self._runs = False
                        return
                    else:
                        self._wakes_at = idle_until
                    self._changed.wait(max(0.0, self._wakes_at - now))
            if due is not None:
                due()


_kept: list[_Keeper] = []


def _keeper() -> _Keeper:
    """This process's own: a fork takes no thread along."""
    if not _kept or _kept[0].pid != os.getpid():
        _kept[:] = [_Keeper()]
    return _kept[0]
