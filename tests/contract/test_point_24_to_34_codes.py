"""The checklist, points 24 to 34: exit codes and signals, and work without a person."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from returnctl.cli import STEP_COMMANDS
from returnctl.commands.common import EXIT_CODES
from returnctl.returns.reference import Reference
from returnctl.returns.workspace import Workspace
from tests.commands.running import Names, ProcessRunner, Runner
from tests.commands.terminal import on_a_terminal
from tests.commands.world import BY_HAND, NUMBER, Sandbox, tree
from tests.contract import test_exit_codes
from tests.contract.examples import CHANGING, EXAMPLES
from tests.contract.offline import ROOT
from tests.faults.gate import Gate

OPEN = "open 10000001 --reason faulty --wants refund"
BUY = "label 10000007 --buy --carrier ups --weight 1.5 --size 8x6x3 --format zpl"


def test_24_every_code_is_told_and_has_a_test() -> None:
    readme = (ROOT / "README.md").read_text()
    rows = dict(re.findall(r"^\| (\d+) \| (.+) \|$", readme.split("## Exit codes", 1)[1], re.M))
    assert rows == {str(code): words for code, words in EXIT_CODES.items()}
    assert "A code that is not in the table is a failure" in " ".join(readme.split())
    tested = set(re.findall(r"_(\d+)", " ".join(vars(test_exit_codes) | vars(test_exit_codes.TestADefect))))
    assert {str(code) for code in EXIT_CODES} | {"141", "143"} <= tested


def test_25_of_several_each_is_tried(run_line: Runner, sandbox: Sandbox) -> None:
    for order in ("10000001", "10000002"):
        run_line(f"open {order} --reason faulty --wants refund")
        run_line(f"label {order} --number {sandbox.number(f'R{order}-1')}")
    ran = run_line("track 10000001 10000099 10000002", 3)
    assert [line.split(":")[0] for line in ran.stdout.splitlines() if line.startswith("1")] == [
        "10000001",
        "10000002",
        "10000099",
    ]
    run_line("track 10000001 10000002", 0)


class TestSignals:
    """In the middle of a request: no trace, the lock is free, the state can be read."""

    def test_26_ctrl_c(
        self, run_line: Runner, run_process: ProcessRunner, gate: Gate, workspace: Path
    ) -> None:
        self.interrupted(run_line, run_process, gate, workspace, signal.SIGINT, 130)

    def test_27_sigterm(
        self, run_line: Runner, run_process: ProcessRunner, gate: Gate, workspace: Path
    ) -> None:
        self.interrupted(run_line, run_process, gate, workspace, signal.SIGTERM, 143)

    def interrupted(
        self,
        run_line: Runner,
        run_process: ProcessRunner,
        gate: Gate,
        workspace: Path,
        number: signal.Signals,
        exit: int,
    ) -> None:
        run_line(OPEN)
        stop = gate.hold("POST", "/v1/returns/*/messages", handled=False)
        running = run_process.start("message 10000001 Hello.")
        assert stop.arrived()
        running.signal(number)
        ran = running.finish(exit)
        assert "Traceback" not in ran.stderr
        assert len(ran.stderr.strip().splitlines()) == 1
        with Workspace(workspace).hold(Reference("10000001")):
            assert run_line("status 10000001 --json").json["returns"]
        assert not list(workspace.rglob(".return.json.*")), "`finally` was passed over"


def test_28_a_defect_is_one_line(run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("seven by nought")

    monkeypatch.setattr("returnctl.steps.status.run", fail)
    ran = run_line("status", 70)
    first, hint = ran.stderr.splitlines()
    assert first == "returnctl: A defect in returnctl: ZeroDivisionError: seven by nought"
    assert "RETURNCTL_DEBUG=1" in hint
    monkeypatch.setenv("RETURNCTL_DEBUG", "1")
    assert "Traceback" in run_line("status", 70).stderr


def test_29_what_is_missing_is_named_at_once(
    run_line: Runner, run_process: ProcessRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option; and the variable, where there is one. An open pipe is not waited for."""
    running = run_process.start("open 10000002")
    assert running.process.wait(30) == 2
    for option in ("--device", "--received", "--ordered", "--name", "--reason", "--wants"):
        line = f"open 10000002 {BY_HAND}".replace(option, "--description")
        assert option in run_line(line, 2).stderr
    monkeypatch.setenv("RETURNCTL_MARKETPLACE", "returns-api")
    monkeypatch.setenv("RETURNCTL_MARKETPLACE_URL", "https://shop.example")
    said = run_line("open 10000002 --reason faulty --wants refund", 4).stderr
    assert "RETURNCTL_MARKETPLACE_TOKEN" in said
    assert "auth login" in said


@pytest.mark.parametrize("option", ["--no-input", "--json"])
def test_30_no_question_where_none_is_wanted(option: str) -> None:
    shown = on_a_terminal(f"open 10000002 {option}")
    assert shown.exit == 2
    assert "--device" in shown.screen


def test_31_standard_input_is_read_for_a_dash_alone(run_line: Runner, sandbox: Sandbox) -> None:
    """In real pipes: test_streams. Here: what lies ready there changes nothing."""
    run_line(OPEN)
    for line, exit in (
        ("message 10000001", 2),
        ("imei 10000001", 2),
        ("slip 10000001", 0),
        ("open 10000002", 2),
    ):
        run_line(line, exit, input="10000002\nyes\n")
    assert run_line("message 10000001 --body-file -", input="From a pipe.").stdout
    assert "From a pipe." in sandbox.messages()[-1]["text"]


def test_32_what_costs_is_confirmed(run_line: Runner, sandbox: Sandbox) -> None:
    run_line("open 10000007 --reason faulty --wants repair")
    for option in ("", "--no-input", "--json"):
        ran = run_line(f"{BUY} {option}", 2)
        assert "--yes" in ran.stderr
    assert sandbox.ledger("10000007")["labels"] == 0
    assert on_a_terminal(BUY, answers=["n\n"]).exit == 1
    assert sandbox.ledger("10000007")["labels"] == 0
    run_line(f"{BUY} --yes")
    assert sandbox.ledger("10000007")["labels"] == 1


@pytest.mark.usefixtures("prepared")
def test_33_a_dry_run_changes_nothing(
    run_line: Runner, sandbox: Sandbox, names: Names, workspace: Path
) -> None:
    """More of it: test_dry_run."""
    before, received = tree(workspace), sandbox.whole_ledger()
    for name in CHANGING:
        if name in STEP_COMMANDS:
            assert run_line(f"{name} {EXAMPLES[name].well} --dry-run --json", **names).json["dry_run"] is True
    assert (tree(workspace), sandbox.whole_ledger()) == (before, received)


def test_34_many_returns_as_words_or_one_a_line(run_line: Runner) -> None:
    for order in ("10000001", "10000002"):
        run_line(f"open {order} {BY_HAND}")
        run_line(f"label {order} --number {NUMBER}")
    as_words = run_line("track 10000001 10000002 --json").json["parcels"]
    listed = run_line("track - --json", input="10000001\n\n 10000002 \n").json["parcels"]
    assert [one["return"] for one in listed] == ["10000001", "10000002"]
    assert listed == as_words
    assert "names no return" in run_line("track -", 2, input="").stderr
    assert run_line("track -", 2, input=b"\xff\xfe\n").stderr.startswith("returnctl: ")
