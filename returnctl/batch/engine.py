"""Rows to workers and their outcomes back, through any `concurrent.futures.Executor`.

Rows travel in chunks, with a window of them in flight: a future for each of a million rows would fill the memory. A
batch that is told to end finishes what is in flight.
"""

from __future__ import annotations

import contextlib
import itertools
import queue
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any

from msgspec import Struct

from returnctl.batch.outcome import Outcome
from returnctl.batch.rows import Row
from returnctl.errors import ReturnctlError

#: How often somebody who waits is asked whether the line on the screen is to change.
_TICK_S = 0.2
#: One thread more for every so many requests: it reads, checks and records while they are on their way.
_SPARE = 2


class Engine(Struct, frozen=True, kw_only=True):
    """An executor and how it likes its work: `work` is given a chunk of rows, `window` chunks are in flight.

    `recalls`: what has not begun can be taken back; a cluster would run it all the same.
    """

    executor: Executor
    work: Callable[[list[Row]], list[Outcome]]
    window: int
    chunk: int = 1
    recalls: bool = True


class Flow:
    """One pass of the rows through an engine; `stop` lets nothing more begin.

    `leave` may be called between any two instructions, by a signal: `outcomes` ends then, with the `rest` in flight.
    """

    def __init__(self, engine: Engine, tick: Callable[[], None]) -> None:
        self._engine = engine
        self._tick = tick
        #: None is nobody's: it wakes who waits. This queue alone may be put to while it is put to.
        self._done: queue.SimpleQueue[Future[list[Outcome]] | None] = queue.SimpleQueue()
        self._flying: dict[Future[list[Outcome]], list[Row]] = {}
        self._stopped = False
        self._left = False

    @property
    def in_flight(self) -> int:
        return sum(len(part) for future, part in self._flying.items() if not future.cancelled())

    def stop(self) -> None:
        self._stopped = True
        if self._engine.recalls:
            for future in list(self._flying):
                future.cancel()

    def leave(self) -> None:
        self._left = True
        self._done.put(None)

    def outcomes(self, rows: Iterable[Row]) -> Iterator[Outcome]:
        """The outcome of every row, as they come in."""
        for part in _chunks(rows, self._engine.chunk):
            while len(self._flying) >= self._engine.window and not self._left:
                yield from self._next()
            if self._stopped or self._left:
                break
            self._send(part)
        while self._flying and not self._left:
            yield from self._next()

    def rest(self) -> Iterator[Outcome]:
        """The outcomes of what is in flight."""
        while self._flying:
            yield from self._next()

    def _send(self, part: list[Row]) -> None:
        try:
            future = self._engine.executor.submit(self._engine.work, part)
        except (BrokenExecutor, RuntimeError) as error:
            future = Future()
            future.set_exception(error)
        self._flying[future] = part
        future.add_done_callback(self._done.put)

    def _next(self) -> Iterator[Outcome]:
        self._tick()
        try:
            future = self._done.get(timeout=_TICK_S)
        except queue.Empty:
            return
        if future is None:
            return
        part = self._flying.pop(future)
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            yield from future.result()
        else:
            yield from (_lost(row, error) for row in part)


def _chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while part := list(itertools.islice(waiting, size)):
        yield part


def _lost(row: Row, error: BaseException) -> Outcome:
    """For a row whose worker has died, or could not be reached; its record knows how far it came."""
    if isinstance(error, ReturnctlError):
        exit, code, message, hint = error.exit, error.code, error.message, error.hint
    else:
        exit, code, hint = 75, "unavailable", "run the batch again: it goes on from the return's record"
        message = f"Its worker was lost ({type(error).__name__})."
    return Outcome(line=row.line, name=row.name, exit=exit, code=code, message=message, hint=hint)


@contextlib.contextmanager
def threads(work: Callable[[Row], Outcome], jobs: int, *, ahead: bool) -> Iterator[Engine]:
    """With `ahead` there is work beside `jobs` requests that are on their way: some rows more are worked on, and each
    thread finds its next one waiting. Without, nothing begins before an outcome was looked at."""
    from concurrent.futures import ThreadPoolExecutor

    hands = jobs + jobs // _SPARE if ahead else jobs
    with ThreadPoolExecutor(hands, thread_name_prefix="batch") as executor:
        yield Engine(
            executor=executor,
            work=lambda part: [work(row) for row in part],
            window=hands * (2 if ahead else 1),
        )


def size(rows: int, workers: int, most: int) -> int:
    """Rows in a chunk: many where there are many, few enough that all workers end at about the same time."""
    return max(1, min(most, rows // (8 * workers)))


def leave_ctrl_c(*_: Any) -> None:
    """In a worker: Ctrl-C goes to the whole group, and what is in flight is to be finished."""
    with contextlib.suppress(
        ValueError
    ):  # not in this process's first thread: it was somebody else's to decide
        signal.signal(signal.SIGINT, signal.SIG_IGN)
