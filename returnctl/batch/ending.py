"""Ctrl-C, SIGTERM and SIGHUP while rows are worked on: noted, and acted on where nothing is half done.

An exception in the middle of taking an outcome from the queue would lose it, and the batch would wait for it forever.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from msgspec import Struct

_WANTED = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Noted(Struct):
    """The first signal that came, and what would have been done about it. `enough`: Ctrl-C now leaves at once."""

    number: int | None = None
    handler: Callable[[int, FrameType | None], Any] | None = None
    enough: bool = False

    def act(self) -> None:
        """Do that now: it raises what ends the command."""
        if self.number is not None and self.handler is not None:
            self.handler(self.number, None)


@contextlib.contextmanager
def put_off(notice: Callable[[], None]) -> Iterator[Noted]:
    """Until the block ends a signal only calls `notice`, between any two instructions of this thread.

    Ctrl-C after that leaves at once, which the records stand. What was ignored before stays so.
    """
    noted = Noted()
    if threading.current_thread() is not threading.main_thread():
        yield noted
        return

    def note(number: int, _: FrameType | None) -> None:
        if noted.enough and number == signal.SIGINT:
            os._exit(130)
        if noted.number is None:
            noted.number, noted.handler, noted.enough = number, before[number], True
            notice()

    before = {number: handler for number in _WANTED if callable(handler := signal.getsignal(number))}
    try:
        for number in before:
            signal.signal(number, note)
        yield noted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
