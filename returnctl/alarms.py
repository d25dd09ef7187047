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


class Alarm:
    """Does `action` once, at `when` on the monotonic clock; `cancel` takes it back.

    All actions share a thread: one is quick, and raises nothing.
    """

    def __init__(self, when: float, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action
        _keeper().add(when, self)

    def cancel(self) -> None:
        """From now on it does nothing; what it does already goes on."""
        self.action = None


#: So many may wait before it is worth looking which of them are cancelled.
_FEW = 64


class _Keeper:
    def __init__(self) -> None:
        self.pid = os.getpid()
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int, Alarm]] = []
        self._numbers = itertools.count()
        self._runs = False
        self._wakes_at = 0.0
        self._most = _FEW

    def add(self, when: float, alarm: Alarm) -> None:
        with self._changed:
            if len(self._waiting) >= self._most:
                self._forget_cancelled()
            heapq.heappush(self._waiting, (when, next(self._numbers), alarm))
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="alarms", daemon=True).start()
            elif when < self._wakes_at:
                self._changed.notify()

    def _forget_cancelled(self) -> None:
        """Nearly all are cancelled long before their moment; until then each would keep its exchange in memory."""
        self._waiting[:] = [entry for entry in self._waiting if entry[2].action is not None]
        heapq.heapify(self._waiting)
        self._most = max(_FEW, 2 * len(self._waiting))

    def _run(self) -> None:
        while action := self._next():
            action()

    def _next(self) -> Callable[[], None] | None:
        """The next action, once its moment has come; None where there is none, and the thread ends."""
        with self._changed:
            while self._waiting:
                when, _, alarm = self._waiting[0]
                left = when - time.monotonic()
                if alarm.action is None or left <= 0:
                    heapq.heappop(self._waiting)
                    if alarm.action is not None:
                        return alarm.action
                    continue
                self._wakes_at = when
                self._changed.wait(left)
            self._runs = False
            return None


_kept: list[_Keeper] = []


def _keeper() -> _Keeper:
    """This process's own: a fork takes no thread along."""
    if not _kept or _kept[0].pid != os.getpid():
        _kept[:] = [_Keeper()]
    return _kept[0]
