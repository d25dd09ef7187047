"""Several processes on this machine, each with threads of its own: none waits for another's interpreter.

Each row is handed over by a thread here, which waits for its outcome. A row whose process dies is said to be lost;
the rows after it go to the processes that are left.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.managers import BaseManager
from typing import TYPE_CHECKING, Protocol

from returnctl import rubbish
from returnctl.batch import engine
from returnctl.batch.engine import Engine
from returnctl.batch.outcome import Outcome
from returnctl.batch.rows import Row
from returnctl.batch.work import Desk, Setup, work

if TYPE_CHECKING:
    from returnctl.batch.run import Options


class _Work:
    """What stands in each process: the desk that its rows are worked on at."""

    def __init__(self, setup: Setup, at_once: int) -> None:
        self._desk = Desk(setup, at_once=at_once)

    def work(self, row: Row) -> Outcome:
        return work(self._desk, row)

    def close(self) -> None:
        self._desk.close()
        rubbish.no_more()


class _Processes(BaseManager):
    """The standard library's: a process that answers each of our threads in a thread of its own."""


_Processes.register("Work", _Work, exposed=("work", "close"))


class _There(Protocol):
    """`_Work` as it is seen from here. Raises EOFError, OSError where its process is gone."""

    def work(self, row: Row) -> Outcome: ...

    def close(self) -> None: ...


class _Crew:
    """The processes that are alive; each of our threads keeps to one of them."""

    def __init__(self, members: list[_There]) -> None:
        self._alive = members
        self._turn = itertools.count()
        self._mine = threading.local()

    def work(self, row: Row) -> Outcome:
        there = self._chosen()
        try:
            return there.work(row)
        except (EOFError, OSError) as error:
            self._mine.there = None
            with contextlib.suppress(ValueError):  # another thread has noticed it too
                self._alive.remove(there)
            raise BrokenExecutor from error

    def _chosen(self) -> _There:
        found: _There | None = getattr(self._mine, "there", None)
        if found is None:
            alive = list(self._alive)
            if not alive:
                raise BrokenExecutor
            found = self._mine.there = alive[next(self._turn) % len(alive)]
        return found


@contextlib.contextmanager
def processes(setup: Setup, options: Options, *, ahead: bool) -> Iterator[Engine]:
    """One for each processor, as far as there are jobs; the jobs are shared out among them. `ahead` as for threads."""
    processors = _processors()
    count = max(1, min(options.jobs, len(processors)))
    shares = [len(range(number, options.jobs, count)) for number in range(count)]
    # Where some stay free, the system had better choose: a second batch would meet this one on the first few.
    homes = processors if count == len(processors) else [None] * count
    Desk(setup).close()  # what is wrong with the workspace is said here, by our own error
    with contextlib.ExitStack() as stack:
        with ThreadPoolExecutor(count) as starters:  # side by side: each takes as long as a command's start
            members = list(starters.map(partial(_started, stack, setup), shares, homes))
        for there in members:
            stack.callback(_close, there)
        with engine.threads(_Crew(members).work, options.jobs, ahead=ahead) as chosen:
            yield chosen


def _processors() -> Sequence[int | None]:
    """Those that we may use, by their numbers where the system tells them."""
    if sys.platform == "linux":
        return sorted(os.sched_getaffinity(0))
    return [None] * (os.cpu_count() or 1)


def _started(stack: contextlib.ExitStack, setup: Setup, at_once: int, home: int | None) -> _There:
    process = _Processes(ctx=get_context("spawn"))
    process.start(_begin, (home,))
    stack.callback(process.shutdown)
    there: _There = process.Work(setup, at_once)  # type: ignore[attr-defined]  # made by `register`
    return there


def _begin(home: int | None) -> None:
    """In a process that has just been started."""
    if home is not None and sys.platform == "linux":
        # Its threads take turns for one interpreter: on two processors they would wake each other from afar.
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {home})
    rubbish.often()
    # Where the batch was killed, nobody tells its processes to end; what they work on goes by the record.
    parent = parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def _close(there: _There) -> None:
    with contextlib.suppress(EOFError, OSError):
        there.close()
