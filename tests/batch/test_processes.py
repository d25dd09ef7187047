"""The processes of a batch: one that dies loses what it was at, and none outlives a batch that was killed."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import subprocess
import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from returnctl.app import Options
from returnctl.batch import run
from returnctl.batch.engine import Flow
from returnctl.batch.outcome import Outcome
from returnctl.batch.processes import _Crew, processes
from returnctl.batch.rows import Row
from returnctl.batch.work import Setup
from returnctl.errors import Failed

ROWS = [Row(line=number, name=str(number), wishes={}) for number in range(1, 13)]
TWO = run.Options(jobs=2, engine="processes")


class Member:
    """Stands for a process; one that is gone answers as the connection to it would."""

    def __init__(self, gone: type[Exception] | None = None) -> None:
        self.gone = gone
        self.rows: list[str] = []

    def work(self, row: Row) -> Outcome:
        if self.gone:
            raise self.gone
        self.rows.append(row.name)
        return Outcome(line=row.line, name=row.name)

    def close(self) -> None: ...


@pytest.mark.parametrize("gone", [EOFError, ConnectionRefusedError, BrokenPipeError])
def test_the_rows_after_a_lost_one_go_to_the_others(gone: type[Exception]) -> None:
    lost, alive = Member(gone), Member()
    crew = _Crew([lost, alive])
    with pytest.raises(BrokenExecutor):
        crew.work(ROWS[0])
    assert [crew.work(row).name for row in ROWS[1:]] == alive.rows == [row.name for row in ROWS[1:]]


def test_with_none_left_each_row_is_lost() -> None:
    crew = _Crew([Member(EOFError)])
    for row in ROWS:
        with pytest.raises(BrokenExecutor):
            crew.work(row)


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return Setup(run="of-a-test", options=Options(workspace=tmp_path / "returns", profile="manual"))


def outcomes(setup: Setup, kill: int) -> list[int]:
    """The exit code of every row, where so many of two processes are killed before the first."""
    with processes(setup, TWO, ahead=False) as engine:
        for child in multiprocessing.active_children()[:kill]:
            child.kill()
            child.join()
        return [one.exit for one in Flow(engine, lambda: None).outcomes(ROWS)]


@pytest.mark.parametrize(("kill", "most"), [(0, 0), (1, 1)])
def test_real_ones(setup: Setup, monkeypatch: pytest.MonkeyPatch, kill: int, most: int) -> None:
    monkeypatch.setattr("returnctl.batch.processes._processors", lambda: [None, None])
    found = outcomes(setup, kill)
    assert len(found) == len(ROWS)
    assert found.count(75) <= most
    assert found.count(0) >= len(ROWS) - most


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system does not say which processors")
@pytest.mark.parametrize("spare", [0, 1])
def test_each_keeps_to_a_processor_of_its_own_where_all_are_used(
    setup: Setup, monkeypatch: pytest.MonkeyPatch, spare: int
) -> None:
    all_of_them = os.sched_getaffinity(0)
    first = min(all_of_them)
    monkeypatch.setattr("returnctl.batch.processes._processors", lambda: [first] * (1 + spare))
    with processes(setup, run.Options(jobs=1, engine="processes"), ahead=False):
        homes = [os.sched_getaffinity(child.pid or 0) for child in multiprocessing.active_children()]
    assert homes == [all_of_them if spare else {first}]


def test_what_is_wrong_with_the_workspace_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "returns").write_text("a file")
    setup = Setup(run="of-a-test", options=Options(workspace=tmp_path / "returns"))
    with pytest.raises(Failed, match="is a file"), processes(setup, TWO, ahead=False):
        pass


def test_all_are_lost_and_the_batch_ends(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("returnctl.batch.processes._processors", lambda: [None, None])
    assert outcomes(setup, 2) == [75] * len(ROWS)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs pidfd_open, which this system has not")
def test_they_end_with_a_batch_that_was_killed(tmp_path: Path) -> None:
    script = f"""
import multiprocessing, threading
from tests.batch.test_processes import TWO, Options, Path, Setup, processes
if __name__ == "__main__":
    setup = Setup(run="of-a-test", options=Options(workspace=Path({str(tmp_path)!r}), profile="manual"))
    with processes(setup, TWO, ahead=False):
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        threading.Event().wait()
"""
    batch = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert batch.stdout is not None
    with batch.stdout:
        children = [os.pidfd_open(int(word)) for word in batch.stdout.readline().split()]
        batch.send_signal(signal.SIGKILL)
        batch.wait()
    assert children
    for child in children:
        ended = select.poll()
        ended.register(child, select.POLLIN)
        assert ended.poll(20_000), "a process waits for a batch that is gone"
        os.close(child)
