"""Ctrl-C, SIGTERM and kill -9 in the middle of an upload: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.commands.pictures import Pictures
from tests.commands.running import ProcessRunner, Runner
from tests.commands.world import NUMBER, Sandbox
from tests.faults.gate import Gate

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGKILL: 137}


pytestmark = pytest.mark.usefixtures("opened")


@pytest.mark.parametrize("handled", [True, False])
@pytest.mark.parametrize(("number", "code"), SIGNALS.items())
def test_during_an_upload(
    run_line: Runner,
    run_process: ProcessRunner,
    sandbox: Sandbox,
    gate: Gate,
    pictures: Pictures,
    workspace: Path,
    number: int,
    code: int,
    handled: bool,
) -> None:
    stop = gate.hold("POST", "/v1/returns/*/messages", handled=handled)
    running = run_process.start("photos 10000001 {phone}", phone=pictures.phone)
    assert stop.arrived()
    running.signal(number)
    ran = running.finish(code)
    stop.let_go()
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
    if number != signal.SIGKILL:
        assert len(ran.stderr.splitlines()[-1]) < 100
        assert not list(workspace.rglob(".*.*json.*")), "a half-written file was left"
    json.loads((workspace / "10000001" / "return.json").read_bytes())
    assert run_line("status 10000001 --json").json["returns"][0]["steps"]["photos"]["state"] == "in-doubt"

    assert run_line("photos 10000001 {phone} --json", phone=pictures.phone).json["missing"] == []
    assert (sandbox.ledger()["messages"], sandbox.ledger()["attachments"]) == (1, 7)
    assert run_line("status 10000001 --json").json["returns"][0]["steps"]["photos"]["state"] == "done"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, 137)])
def test_during_the_opening(
    run_line: Runner, run_process: ProcessRunner, sandbox: Sandbox, gate: Gate, number: int, code: int
) -> None:
    stop = gate.hold("POST", "/v1/returns", handled=True)
    running = run_process.start("open 10000002 --reason faulty --wants refund --json")
    assert stop.arrived()
    running.signal(number)
    running.finish(code)
    result = run_line("open 10000002 --reason faulty --wants refund --json").json
    assert result["case"] == "R10000002-1"
    assert sandbox.ledger("10000002")["returns"] == 1


def test_between_reading_and_writing(
    run_line: Runner, run_process: ProcessRunner, sandbox: Sandbox, gate: Gate
) -> None:
    """Killed before anything was sent: the command simply begins anew."""
    stop = gate.hold("GET", "/v1/orders/10000002", handled=True)
    running = run_process.start("open 10000002 --reason faulty --wants refund")
    assert stop.arrived()
    running.signal(signal.SIGKILL)
    running.finish(137)
    run_line("open 10000002 --reason faulty --wants refund")
    assert sandbox.ledger("10000002")["returns"] == 1


def test_while_tracking(run_line: Runner, run_process: ProcessRunner, sandbox: Sandbox, gate: Gate) -> None:
    run_line(f"label 10000001 --number {NUMBER}")
    stop = gate.hold("GET", "/ups/*", handled=False)
    running = run_process.start("track 10000001 --until delivered")
    assert stop.arrived()
    run_line("slip --text 10000001")  # waiting holds no lock
    running.signal(signal.SIGINT)
    running.finish(130)


def test_an_ignored_hangup_stays_ignored(
    run_line: Runner, run_process: ProcessRunner, sandbox: Sandbox, gate: Gate, pictures: Pictures
) -> None:
    """As under `nohup`, which sets this before it starts the command."""
    stop = gate.hold("POST", "/v1/returns/*/messages", handled=True)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        running = run_process.start("photos 10000001 {phone}", phone=pictures.phone)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert stop.arrived()
    running.signal(signal.SIGHUP)
    stop.let_on()
    running.finish(0)
    assert (sandbox.ledger()["messages"], sandbox.ledger()["attachments"]) == (1, 7)
