"""The window, the chunks, workers that are lost, and stopping; without any service."""

from __future__ import annotations

import itertools
import pickle
import signal
import sys
from collections.abc import Iterable
from concurrent.futures import BrokenExecutor, Executor, Future
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import Any

from returnctl.app import Options
from returnctl.batch import left
from returnctl.batch.ending import put_off
from returnctl.batch.engine import Engine, Flow, size, threads
from returnctl.batch.outcome import Outcome
from returnctl.batch.progress import Progress
from returnctl.batch.rows import Row
from returnctl.batch.work import Setup
from returnctl.opening import Wish
from returnctl.returns.state import State


def rows(count: int) -> list[Row]:
    return [
        Row(line=number, name=str(number), wishes={"open": Wish(reason="faulty")}) for number in range(count)
    ]


def done(row: Row) -> Outcome:
    return Outcome(line=row.line, name=row.name)


class Held(Executor):
    """Runs what it is given when it is asked for the next result, and remembers how much waited at once."""

    def __init__(self, *, breaks_at: int | None = None) -> None:
        self.most = 0
        self.waiting: list[tuple[Future[Any], Any, Any]] = []
        self.breaks_at = breaks_at
        self.given = 0

    def submit(self, fn: Any, /, *args: Any, **_: Any) -> Future[Any]:
        self.given += 1
        if self.breaks_at is not None and self.given > self.breaks_at:
            raise BrokenExecutor("gone")
        future: Future[Any] = Future()
        self.waiting.append((future, fn, args))
        self.most = max(self.most, len(self.waiting))
        return future

    def run_one(self) -> None:
        if self.waiting:
            future, fn, args = self.waiting.pop(0)
            if future.set_running_or_notify_cancel():
                future.set_result(fn(*args))


def flow(executor: Held, *, window: int = 3, chunk: int = 1) -> Flow:
    engine = Engine(
        executor=executor, work=lambda part: [done(row) for row in part], window=window, chunk=chunk
    )
    return Flow(engine, executor.run_one)


def names(outcomes: Iterable[Outcome]) -> list[str]:
    return [one.name for one in outcomes]


def test_no_more_in_flight_than_the_window() -> None:
    executor = Held()
    assert len(names(flow(executor).outcomes(rows(20)))) == 20
    assert executor.most == 3


def test_in_chunks_nothing_is_left_out() -> None:
    executor = Held()
    assert sorted(map(int, names(flow(executor, chunk=7).outcomes(rows(20))))) == list(range(20))
    assert executor.given == 3


def test_a_lost_worker_is_said_by_its_rows() -> None:
    found = list(flow(Held(breaks_at=1), chunk=4).outcomes(rows(8)))
    assert [one.exit for one in found].count(75) == 4
    assert [one.exit for one in found].count(0) == 4


def test_what_has_not_begun_is_taken_back() -> None:
    executor = Held()
    running = flow(executor)
    first = next(running.outcomes(rows(20)))
    running.stop()
    assert [first.name, *names(running.rest())] == ["0"]


def test_a_signal_at_any_moment_loses_no_outcome() -> None:
    """Ctrl-C at each line of the flow in turn, until there is none left."""
    moment = 0
    while _interrupted_at(moment):
        moment += 1
    assert moment > 50


def _interrupted_at(moment: int) -> bool:
    """Whether the flow still ran at that line; what was in flight then has come in, and comes in once."""
    executor = Held()
    waits = itertools.count()

    def tick() -> None:
        assert next(waits) < 50, f"it waits forever (line event {moment})"
        executor.run_one()

    engine = Engine(executor=executor, work=lambda part: [done(row) for row in part], window=2, chunk=2)
    running = Flow(engine, tick)
    lines = itertools.count()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if Path(frame.f_code.co_filename).name != "engine.py":
            return None
        if event == "line" and next(lines) == moment:
            signal.raise_signal(signal.SIGINT)
        return trace

    with put_off(running.leave) as signalled:
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            found = names(running.outcomes(rows(6)))
        finally:
            sys.settrace(before)
        running.stop()
        found += names(running.rest())
    assert found == [str(number) for number in range(len(found))]
    assert not running.in_flight
    assert signalled.number is not None or len(found) == 6
    return signalled.number is not None


def test_threads_do_all() -> None:
    with threads(done, 4, ahead=True) as engine:
        assert len(names(Flow(engine, lambda: None).outcomes(rows(50)))) == 50


def test_chunks_are_smaller_where_there_are_few_rows() -> None:
    assert size(1_000_000, 16, most=50) == 50
    assert size(100, 16, most=50) == 1


def test_a_task_is_small_and_holds_no_secret() -> None:
    setup = Setup(run="r", options=Options(workspace=Path("/srv/returns"), profile="desk"), most=Decimal(5))
    task = pickle.dumps((setup, rows(1)))
    assert len(task) < 3_000
    assert pickle.loads(task)[0] == setup


def test_progress_off_a_terminal_is_a_line_every_ten_seconds(capsys: Any) -> None:
    now = [0.0]
    progress = Progress(100, shown=True, clock=lambda: now[0])
    for number in range(50):
        now[0] += 0.5
        progress.add(Outcome(line=number, name=str(number), exit=75 if number == 3 else 0))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("20 of 100: 19 done, 1 failed, 2.0/s, 40 s left")


def test_nothing_is_left_of_a_step_that_is_done() -> None:
    state = State(order="1", case="R1", reason="faulty", wants="refund")
    assert left.is_done(state, "open", Wish(reason="faulty"))
    assert not left.is_done(state, "open", Wish(reason="wrong-item"))
    assert not left.is_done(State(), "open", Wish(reason="faulty"))
