"""One thread for all moments: each is kept to, a cancelled one does nothing, and a fork has its own."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterator

import pytest

from returnctl import alarms
from returnctl.alarms import Alarm

LONG_S = 60


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """The thread is busy with an action of its own until this is set."""
    busy, go = threading.Event(), threading.Event()

    def block() -> None:
        busy.set()
        go.wait(LONG_S)

    Alarm(time.monotonic(), block)
    assert busy.wait(LONG_S)
    yield go
    go.set()


def test_they_go_off_in_the_order_of_their_moments(held: threading.Event) -> None:
    went: queue.SimpleQueue[str] = queue.SimpleQueue()
    now = time.monotonic()
    never = Alarm(now + LONG_S * 60, lambda: went.put("never"))
    Alarm(now - 1, lambda: went.put("third"))
    Alarm(now - 3, lambda: went.put("first"))
    Alarm(now - 2, lambda: went.put("second"))
    held.set()
    assert [went.get(timeout=LONG_S) for _ in range(3)] == ["first", "second", "third"]
    assert went.empty()
    never.cancel()


def test_a_cancelled_one_does_nothing(held: threading.Event) -> None:
    went: queue.SimpleQueue[str] = queue.SimpleQueue()
    now = time.monotonic()
    Alarm(now - 2, lambda: went.put("cancelled")).cancel()
    Alarm(now - 1, lambda: went.put("kept"))
    held.set()
    assert went.get(timeout=LONG_S) == "kept"
    assert went.empty()


def test_those_that_are_cancelled_are_forgotten_before_their_moment(held: threading.Event) -> None:
    """Once a batch kept each of its requests in memory for a minute."""
    kept = [Alarm(time.monotonic() + LONG_S * 60, lambda: None) for _ in range(100)]
    for _ in range(1_000):
        Alarm(time.monotonic() + LONG_S * 60, lambda: None).cancel()
    assert len(alarms._keeper()._waiting) <= 2 * len(kept)
    assert {id(alarm) for _, _, alarm in alarms._keeper()._waiting} >= {id(alarm) for alarm in kept}
    for alarm in kept:
        alarm.cancel()


def test_a_sooner_one_wakes_the_thread() -> None:
    later = Alarm(time.monotonic() + LONG_S * 60, lambda: None)
    went = threading.Event()
    Alarm(time.monotonic(), went.set)
    assert went.wait(LONG_S)
    later.cancel()


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
