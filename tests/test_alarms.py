"""One thread for all moments: each is kept to, a cancelled one does nothing, and a fork has its own."""

from __future__ import annotations

import os
import queue
import threading
import time

from returnctl.alarms import Alarm

LONG_S = 60


def test_they_go_off_in_the_order_of_their_moments() -> None:
    went: queue.SimpleQueue[str] = queue.SimpleQueue()
    now = time.monotonic()
    never = Alarm(now + LONG_S * 60, lambda: went.put("never"))
    Alarm(now + 0.2, lambda: went.put("second"))
    Alarm(now - 1, lambda: went.put("at once"))
    Alarm(now + 0.1, lambda: went.put("first"))
    assert [went.get(timeout=LONG_S) for _ in range(3)] == ["at once", "first", "second"]
    assert went.empty()
    never.cancel()


def test_a_cancelled_one_does_nothing() -> None:
    went: queue.SimpleQueue[str] = queue.SimpleQueue()
    now = time.monotonic()
    Alarm(now + 0.1, lambda: went.put("cancelled")).cancel()
    Alarm(now + 0.2, lambda: went.put("kept"))
    assert went.get(timeout=LONG_S) == "kept"
    assert went.empty()


def test_many_share_a_thread() -> None:
    alarms = [Alarm(time.monotonic() + LONG_S, lambda: None) for _ in range(100)]
    assert sum(thread.name == "alarms" for thread in threading.enumerate()) == 1
    for alarm in alarms:
        alarm.cancel()


def test_a_fork_has_its_own() -> None:
    Alarm(time.monotonic() + LONG_S, lambda: None).cancel()
    forked = os.fork()
    if forked == 0:
        went = threading.Event()
        Alarm(time.monotonic(), went.set)
        os._exit(0 if went.wait(LONG_S) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]) == 0
