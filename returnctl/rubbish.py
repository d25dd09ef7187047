"""How often the interpreter looks for rubbish that holds on to itself.

A command's imports make tens of thousands of objects that all stay: looking through them is most of their wait. Where
work goes on for hours, each exception and each answer leaves a few that do not.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: Objects made, less those that went, before the next look.
_SELDOM = 50_000
_OFTEN = 2_000


def seldom() -> None:
    """For a command, whose objects end with it."""
    gc.set_threshold(_SELDOM)


def often() -> None:
    """For a process whose work goes on for long. What is there already is taken to stay, and not looked at."""
    gc.freeze()
    gc.set_threshold(_OFTEN)


def no_more() -> None:
    """For a process that is about to end: there is nothing to find then, and looking takes as long as at the start."""
    gc.freeze()


@contextmanager
def often_for_now() -> Iterator[None]:
    """As `often`, for as long as the block lasts."""
    before = gc.get_threshold()
    often()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
