"""One test for each row of the table of exit codes, which is treated as API."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from returnctl.returns.reference import Reference
from returnctl.returns.workspace import Workspace
from tests.commands.pictures import Pictures, in_turn
from tests.commands.running import ProcessRunner, Runner
from tests.commands.terminal import on_a_terminal
from tests.commands.world import Sandbox
from tests.faults.gate import Gate

OPEN = "open 10000001 --reason faulty --wants refund"


def test_0_done(run_line: Runner, sandbox: Sandbox) -> None:
    run_line(OPEN, 0)


def test_0_already_done(run_line: Runner, sandbox: Sandbox) -> None:
    run_line(OPEN)
    run_line(OPEN, 0)


def test_1_failed(run_line: Runner, sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    error = run_line(f"{OPEN} --workspace {{file}} --json", 1, file=tmp_path / "file").error
    assert error["code"] in ("failed", "disk")


def test_1_no_at_a_confirmation(
    sandbox: Sandbox, run_line: Runner, pictures: Pictures, tmp_path: Path
) -> None:
    run_line(OPEN)
    in_turn(pictures, tmp_path / "camera")
    ran = on_a_terminal(f"photos 10000001 --in-order {tmp_path / 'camera'}", answers=["n\n"])
    assert ran.exit == 1, ran
    assert sandbox.ledger()["messages"] == 0


def test_2_usage(run_line: Runner) -> None:
    assert run_line("open --json", 2).error["code"] == "usage"


def test_2_configuration(run_line: Runner, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('default_profile = "desk"\n[profile\n')
    error = run_line(f"{OPEN} --json", 2).error
    assert error["code"] == "config"
    assert "config.toml" in error["message"]
    assert "line 2" in error["message"]


def test_3_some_failed(run_line: Runner, sandbox: Sandbox) -> None:
    run_line(OPEN)
    run_line("label 10000001")
    run_line("track 10000001 10000099", 3)


@pytest.mark.parametrize("token", ["wrong", "expired", None])
def test_4_credentials(
    run_line: Runner, sandbox: Sandbox, staging: str, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    monkeypatch.delenv("RETURNCTL_PROFILE")
    monkeypatch.setenv("RETURNCTL_MARKETPLACE", "returns-api")
    monkeypatch.setenv("RETURNCTL_MARKETPLACE_URL", staging)
    monkeypatch.setenv("RETURNCTL_ENVIRONMENT", "staging")
    if token:
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", token)
    error = run_line(f"{OPEN} --json", 4).error
    assert error["code"] == "auth"


def test_5_not_found(run_line: Runner, sandbox: Sandbox) -> None:
    assert run_line("open 19999999 --reason faulty --wants refund --json", 5).error["code"] == "not-found"
    assert run_line("status 10000001 --json", 5).error["code"] == "not-found"


def test_6_refused(run_line: Runner, sandbox: Sandbox) -> None:
    assert run_line(f"{OPEN} --damage opened --json", 6).error["code"] == "refused"


def test_7_busy(run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
    run_line(OPEN)
    with Workspace(workspace).hold(Reference("10000001")):
        assert run_line("slip 10000001 --json", 7).error["code"] == "busy"


def test_8_pending(run_line: Runner, sandbox: Sandbox) -> None:
    sandbox.faults("no-label")
    run_line(OPEN)
    assert run_line("label 10000001 --json", 8).error["code"] == "pending"


def test_9_damaged(run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
    run_line(OPEN)
    (workspace / "10000001" / "return.json").write_text("{}")
    assert run_line("slip 10000001 --json", 9).error["code"] == "damaged"


def test_9_in_doubt(run_line: Runner, sandbox: Sandbox, workspace: Path) -> None:
    """What was sent can't be sent again as it was: its body is gone."""
    run_line(OPEN)
    sandbox.faults("lost-answer@POST/v1/returns/*/messages:1x1")
    run_line("message 10000001 Hello.", 75)
    for body in (workspace / "10000001" / "intents").iterdir():
        body.unlink()
    run_line("message 10000001 Hello.", 9)
    assert sandbox.ledger()["messages"] == 1


class TestADefect:
    @pytest.fixture(autouse=True)
    def defect(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError("seven by nought")

        monkeypatch.setattr("returnctl.steps.status.run", fail)

    def test_70(self, run_line: Runner) -> None:
        ran = run_line("status", 70)
        assert "ZeroDivisionError" in ran.stderr
        assert "Traceback" not in ran.stderr
        assert "RETURNCTL_DEBUG" in ran.stderr

    def test_70_in_json(self, run_line: Runner) -> None:
        error = run_line("status --json", 70).error
        assert (error["code"], error["exit"]) == ("defect", 70)

    def test_70_with_its_trace(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RETURNCTL_DEBUG", "1")
        ran = run_line.attempt("status")
        assert "seven by nought" in ran.stderr + ran.trace
        assert "Traceback" in ran.stderr + ran.trace


def test_70_with_its_trace_ends_with_70(run_process: ProcessRunner, tmp_path: Path) -> None:
    """The trace is shown beside the code, not in its place."""
    broken = "raise ZeroDivisionError('seven by nought')"
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, types\n"
        "fake = types.ModuleType('returnctl.steps.status')\n"
        f"def run(*_): {broken}\n"
        "fake.run, fake.Options = run, dict\n"
        "sys.modules['returnctl.steps.status'] = fake\n"
    )
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    ran = run_process("status", 70, env={"PYTHONPATH": path, "RETURNCTL_DEBUG": "1"})
    assert "Traceback" in ran.stderr


def test_75_unavailable(run_line: Runner, sandbox: Sandbox) -> None:
    sandbox.faults("503,retry-after:0")
    assert run_line(f"{OPEN} --json", 75).error["code"] == "unavailable"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_130_and_143_interrupted(
    run_process: ProcessRunner, sandbox: Sandbox, gate: Gate, number: int, code: int
) -> None:
    stop = gate.hold("GET", "/v1/orders/*", handled=False)
    running = run_process.start(OPEN)
    assert stop.arrived()
    running.signal(number)
    running.finish(code)


@pytest.mark.parametrize(
    "line", ["help exit-codes", "help exit-codes --json", "--help", "--version", "status", "open --help"]
)
def test_23_141_broken_pipe(run_process: ProcessRunner, line: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    running = run_process.start(line, stdout=writing)
    os.close(writing)
    ran = running.finish(141)
    assert ran.stderr == ""


def test_a_broken_pipe_hides_no_failure(run_process: ProcessRunner) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    running = run_process.start("status 10000001 --json", stdout=writing, stderr=subprocess.STDOUT)
    os.close(writing)
    running.finish(5)
