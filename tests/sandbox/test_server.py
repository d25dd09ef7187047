"""The server's end: what runs beside it may still speak to it."""

from __future__ import annotations

import threading

import pytest
from waitress.trigger import trigger

from returnctl.sandbox.server import running


def test_a_worker_that_wakes_the_loop_amid_the_end_finds_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Regression: the loop closed its own trigger while another thread was about to pull it."""
    others = set(threading.enumerate())
    pull = trigger._physical_pull

    def pull_twice(self: trigger) -> None:
        pull(self)
        for thread in set(threading.enumerate()) - others:
            if thread.name == "sandbox":
                thread.join(10)
        pull(self)

    with running():
        monkeypatch.setattr(trigger, "_physical_pull", pull_twice)
    assert not [thread for thread in set(threading.enumerate()) - others if thread.name == "sandbox"]
