"""Two processes at one return: the second is told at once who holds it, and readers are not held up."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from returnctl.returns.reference import Reference
from returnctl.returns.workspace import Workspace
from tests.commands.pictures import Pictures
from tests.commands.running import Names, ProcessRunner, Runner, Running
from tests.commands.world import IMEI, NUMBER, Sandbox, modes, tree
from tests.faults.gate import Gate

pytestmark = pytest.mark.usefixtures("opened")


@pytest.fixture
def first(run_process: ProcessRunner, gate: Gate, opened: None) -> Running:
    """Another process in the middle of a message."""
    stop = gate.hold("POST", "/v1/returns/*/messages", handled=True)
    running = run_process.start("message 10000001 Hello.")
    assert stop.arrived()
    return running


class TestASecondTerminal:
    def test_is_told_who_holds_the_return(self, run_line: Runner, first: Running) -> None:
        error = run_line(f"imei 10000001 {IMEI} --json", 7).error
        assert error["code"] == "busy"
        assert str(first.pid) in error["message"]
        assert "message" in error["message"]
        assert error["hint"]

    def test_goes_on_when_the_first_is_gone(self, run_line: Runner, sandbox: Sandbox, first: Running) -> None:
        run_line(f"imei 10000001 {IMEI}", 7)
        first.signal(signal.SIGKILL)
        first.finish(137)
        run_line(f"imei 10000001 {IMEI}")
        run_line("message 10000001 Hello.")
        assert sandbox.ledger()["messages"] == 2

    def test_may_read(self, run_line: Runner, first: Running) -> None:
        run_line("status 10000001")
        run_line("status")
        run_line("messages 10000001")
        run_line("photos 10000001 --check", 6)

    def test_may_work_at_another_return(self, run_line: Runner, first: Running) -> None:
        run_line("open 10000002 --reason faulty --wants refund")

    def test_may_look_ahead(self, run_line: Runner, first: Running) -> None:
        run_line(f"imei 10000001 {IMEI} --dry-run")


@pytest.fixture
def held(workspace: Path, opened: None) -> Iterator[None]:
    with Workspace(workspace).hold(Reference("10000001")):
        yield


@pytest.mark.usefixtures("held")
class TestEveryCommandThatChanges:
    LINES = (
        "open 10000001",
        "open 10000001 --received 2026-06-01",
        "photos 10000001 {phone}",
        f"imei 10000001 {IMEI}",
        "disconnect-proof 10000001 {proof}",
        "slip 10000001",
        "label 10000001",
        f"label 10000001 --number {NUMBER}",
        "ship 10000001 --battery ok",
        "track 10000001 --delivered 2026-06-09",
        "message 10000001 Hello.",
        "handover 10000001",
        "resolve 10000001",
        "close 10000001 --outcome refunded",
    )

    @pytest.mark.parametrize("line", LINES)
    def test_is_busy(
        self, run_line: Runner, sandbox: Sandbox, workspace: Path, pictures: Pictures, line: str
    ) -> None:
        before, received = tree(workspace / "10000001"), sandbox.ledger()
        names: Names = {"phone": pictures.phone, "proof": pictures.phone / "disconnect-proof.png"}
        ran = run_line(f"{line} --json", 7, **names)
        assert ran.error["code"] == "busy"
        assert ran.json["return"] == "10000001"  # the whole result as far as it goes
        assert (tree(workspace / "10000001"), sandbox.ledger()) == (before, received)


class TestLocks:
    def test_lie_in_the_workspace_and_stay(self, run_line: Runner, workspace: Path) -> None:
        locks = workspace / ".returnctl" / "locks"
        before = {path.name for path in locks.iterdir()}
        assert any("10000001" in name for name in before)
        run_line("slip 10000001")
        assert {path.name for path in locks.iterdir()} == before

    def test_name_their_holder(self, workspace: Path, first: Running) -> None:
        texts = [path.read_text() for path in (workspace / ".returnctl" / "locks").iterdir()]
        holder = next(json.loads(text) for text in texts if text)
        assert holder["pid"] == first.pid
        assert holder["host"]
        assert "message" in holder["command"]
        assert "Hello." not in holder["command"]
        assert any("start" in key or "since" in key for key in holder)

    def test_are_the_users_alone(self, workspace: Path) -> None:
        found = modes(workspace / ".returnctl")
        folders = {"locks", "orders"}
        assert {found[name] for name in folders} == {0o700}
        assert {mode for name, mode in found.items() if name not in folders} == {0o600}

    def test_a_dead_holder_is_none(self, run_line: Runner, workspace: Path, first: Running) -> None:
        """The file stays behind a killed process, its lock does not."""
        first.signal(signal.SIGKILL)
        first.finish(137)
        run_line("slip 10000001")
