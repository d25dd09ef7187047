"""`sandbox`: its commands as a user types them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.commands.running import ProcessRunner, Runner
from tests.commands.world import COUNTS, IMEI, Sandbox


def test_orders(run_line: Runner, sandbox: Sandbox) -> None:
    orders = run_line("sandbox orders --json").json["orders"]
    assert [order["order"] for order in orders if order["line"] == "1"] == [
        f"100000{n:02d}" for n in range(1, 11)
    ]
    assert orders[0]["imei"] == IMEI
    assert {"kind", "brand", "model", "ordered_on", "delivered_on", "name", "postcode"} <= orders[0].keys()
    assert "Jane Doe" in run_line("sandbox orders").stdout


def test_ledger(run_line: Runner, sandbox: Sandbox) -> None:
    whole = run_line("sandbox ledger --json").json["orders"]
    assert set(whole["10000001"]) == set(COUNTS)
    assert whole["10000006"]["attachments"] == 7
    one = run_line("sandbox ledger 10000006 --json").json["orders"]
    assert one == {"10000006": whole["10000006"]}
    assert "10000006" in run_line("sandbox ledger").stdout
    run_line("sandbox ledger 999", 5)


def test_advance(run_line: Runner, sandbox: Sandbox) -> None:
    run_line("open 10000001 --reason faulty --wants refund")
    run_line("label 10000001")
    assert run_line("sandbox advance 10000001 --to delivered --json").json["status"] == "delivered"
    run_line("sandbox advance 10000001 --to label-created", 6)
    run_line("sandbox advance 10000001 --to nowhere", 2)
    run_line("sandbox advance 10000002 --to delivered", 5)


def test_faults_and_reset(run_line: Runner, sandbox: Sandbox) -> None:
    run_line("open 10000001 --reason faulty --wants refund")
    run_line("sandbox faults 503")
    assert run_line("sandbox faults").stdout == "503\n"
    run_line("message 10000001 Hello.", 75)
    run_line("sandbox faults none")
    run_line("sandbox reset 10000001")
    assert sandbox.ledger()["returns"] == 0
    run_line("sandbox reset")
    run_line("sandbox faults nonsense:7", 2)


def test_photos(run_line: Runner, tmp_path: Path) -> None:
    there = tmp_path / "drawn pictures"
    printed = run_line("sandbox photos {there} --device console", there=there).stdout.splitlines()
    assert all(Path(line).is_file() for line in printed)
    run_line("photos --check --device console {there}", there=there)


@pytest.mark.parametrize("how", ["blurry", "duplicate"])
def test_bad_photos(run_line: Runner, tmp_path: Path, how: str) -> None:
    run_line(f"sandbox photos {{there}} --device audio --bad {how}", there=tmp_path / "bad")
    ran = run_line("photos --check --device audio {there} --json", 6, there=tmp_path / "bad")
    codes = [problem["code"] for photo in ran.json["photos"] for problem in photo["problems"]]
    assert how in codes


class TestRun:
    def test_passes_the_exit_code(self, run_process: ProcessRunner) -> None:
        code = (
            "from os import environ as e; print(e['RETURNCTL_SANDBOX_URL'], e['RETURNCTL_PROFILE']); exit(42)"
        )
        ran = run_process("sandbox run -- {python} -c {code}", 42, python=sys.executable, code=code)
        assert ran.stdout.startswith("http://127.0.0.1:")
        assert ran.stdout.endswith(" sandbox\n")

    def test_with_a_command_of_ours(self, run_process: ProcessRunner) -> None:
        line = "sandbox run --orders 1 -- {python} -m returnctl open 20000001 --reason faulty --wants refund --json"
        assert json.loads(run_process(line, python=sys.executable).stdout)["case"] == "R20000001-1"

    def test_no_command(self, run_line: Runner) -> None:
        run_line("sandbox run", 2)
        run_line("sandbox run -- /nowhere/at-all", 2)


def test_serve_says_when_it_listens(run_process: ProcessRunner, tmp_path: Path) -> None:
    import signal

    line = "sandbox serve --port 0 --data {data} --ready-file {ready}"
    running = run_process.start(line, data=tmp_path / "data", ready=tmp_path / "ready")
    assert running.process.stdout
    said = running.process.stdout.readline().decode()
    assert said.startswith("ready http://127.0.0.1:")
    assert (tmp_path / "ready").read_text() == said.removeprefix("ready ")
    running.signal(signal.SIGINT)
    running.process.wait(20)


@pytest.mark.parametrize("line", ["orders", "ledger", "advance 10000001 --to delivered", "faults", "reset"])
def test_a_dead_one(run_line: Runner, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setenv("RETURNCTL_SANDBOX_URL", "http://127.0.0.1:9")
    ran = run_line(f"sandbox {line}", 75)
    assert "sandbox serve" in ran.stderr


def test_a_place_that_is_not_this_machine(run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURNCTL_SANDBOX_URL", "http://example.com")
    run_line("sandbox orders", 2)
