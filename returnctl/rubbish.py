"""What becomes of memory that is not needed any more.

A command's imports make tens of thousands of objects that all stay: looking through them for rubbish that holds on to
itself is most of their wait. Where work goes on for hours, each exception and each answer leaves a few that do not.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: Objects made, less those that went, before the next look.
_SELDOM = 50_000
_OFTEN = 2_000
#: The GNU C library's number for "so many heaps at most", and how many.
_M_ARENA_MAX, _HEAPS = -8, 2


def seldom() -> None:
    """For a command, whose objects end with it."""
    gc.set_threshold(_SELDOM)


def often() -> None:
    """For a process whose work goes on for long. What is there already is taken to stay, and not looked at."""
    gc.freeze()
    gc.set_threshold(_OFTEN)
    _few_heaps()


def _few_heaps() -> None:
    """Let threads share heaps. By default each gets its own, where what one thread freed waits for that thread alone:
    with 24 of them the memory creeps up. They take turns anyway, for the interpreter's lock."""
    if sys.platform != "linux":
        return
    import ctypes

    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _HEAPS)


def no_more() -> None:
    """For a process that is about to end: there is nothing to find then, and looking takes as long as at the start."""
    gc.freeze()


@contextmanager
def often_for_now() -> Iterator[None]:
    """As `often`, for as long as the block lasts; the heaps stay few."""
    before = gc.get_threshold()
    often()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
