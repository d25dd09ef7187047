"""The checklist, points 43 to 52: the return's file, and the network."""

from __future__ import annotations

import json
import os
import signal
import threading
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from returnctl.http import ATTEMPTS, Http
from tests.carriers.wire import WireServer, reply
from tests.commands.running import Names, ProcessRunner, Runner
from tests.commands.world import BY_HAND, Sandbox
from tests.contract.offline import offline
from tests.faults.gate import Gate

OPEN = "open 10000001 --reason faulty --wants refund"
BUY = "label 10000007 --buy --yes --carrier ups --weight 1.5 --size 8x6x3 --format zpl"


def test_43_the_file_is_replaced_at_one_go_and_left_alone_when_damaged(
    run_line: Runner, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every call that may fail: tests/returns/test_files_faults.py."""
    happened: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(descriptor: int) -> None:
        happened.append(("fsync", str(Path(f"/proc/self/fd/{descriptor}").readlink())))
        fsync(descriptor)

    def note_replace(source: Any, target: Any, **more: Any) -> None:
        happened.append(("replace", str(target)))
        if Path(target).name == "return.json":
            assert Path(source).parent == Path(target).parent
            assert happened[-2] == ("fsync", str(source))
        replace(source, target, **more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", note_fsync)
        patch.setattr(os, "replace", note_replace)
        run_line(f"open 10000001 {BY_HAND}")
    record = workspace / "10000001" / "return.json"
    assert ("replace", str(record)) in happened
    assert happened[happened.index(("replace", str(record))) + 1] == ("fsync", str(record.parent))

    cut = record.read_bytes()[:-70]
    record.write_bytes(cut)
    for line in (
        "status 10000001",
        "slip 10000001",
        "imei 10000001 356789100000072",
        f"open 10000001 {BY_HAND}",
    ):
        run_line(line, 9)
    assert record.read_bytes() == cut


def test_44_killed_after_the_request_was_sent_it_is_not_bought_again(
    run_line: Runner, run_process: ProcessRunner, sandbox: Sandbox, gate: Gate, workspace: Path
) -> None:
    run_line("open 10000007 --reason faulty --wants repair")
    stop = gate.hold("POST", "/ups/api/shipments/*/ship", handled=True)
    running = run_process.start(BUY)
    assert stop.arrived()
    assert list((workspace / "10000007" / "intents").iterdir()), "nothing was on disk before the first byte"
    running.signal(signal.SIGKILL)
    running.finish(137)
    stop.let_go()
    assert run_line("status 10000007 --json").json["returns"][0]["steps"]["label"]["state"] == "in-doubt"
    run_line.attempt(BUY)
    run_line(BUY)
    assert sandbox.ledger("10000007")["labels"] == 1


def test_45_a_second_process_is_told_who_is_at_it(
    run_line: Runner, run_process: ProcessRunner, gate: Gate
) -> None:
    run_line(OPEN)
    stop = gate.hold("POST", "/v1/returns/*/messages", handled=True)
    first = run_process.start("message 10000001 Hello.")
    assert stop.arrived()
    second = run_process("message 10000001 Hello.", 7)
    assert str(first.pid) in second.stderr
    run_line("status 10000001")  # readers take no lock
    stop.let_go()


@pytest.mark.usefixtures("prepared")
def test_46_a_step_that_is_done_is_not_done_again(run_line: Runner, sandbox: Sandbox, names: Names) -> None:
    """Of each step: test_repeat."""
    line = "disconnect-proof 10000001 {proof}"
    run_line(line, **names)
    received = sandbox.whole_ledger()
    again = run_line(line, **names)
    assert "already" in (again.stdout + again.stderr).lower()
    assert sandbox.whole_ledger() == received


def test_47_a_record_of_another_schema(run_line: Runner, workspace: Path) -> None:
    """There is one schema so far, and it is read; a newer one is left alone and says what to do."""
    run_line(f"open 10000001 {BY_HAND}")
    record = workspace / "10000001" / "return.json"
    assert json.loads(record.read_bytes())["schema"] == 1
    sound = record.read_bytes()
    for schema, exit, words in ((b"2", 1, "newer returnctl"), (b"0", 9, "never was a schema 0")):
        body = sound[: sound.rindex(b',\n"checksum"')].replace(b'"schema":1', b'"schema":' + schema, 1)
        other = body + b',\n"checksum":"' + sha256(body).hexdigest().encode() + b'"}\n'
        record.write_bytes(other)
        assert words in run_line("status 10000001", exit).stderr
        assert record.read_bytes() == other


def test_48_a_silent_server_is_not_waited_for_forever(
    run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    defaults = Http.send.__kwdefaults__
    assert defaults is not None
    assert 0 < defaults["deadline_s"] <= 60
    monkeypatch.setitem(defaults, "deadline_s", 0.3)
    with WireServer(lambda _: over.wait(30) and None) as server:
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", server.url)
        error = run_line(f"{OPEN} --json", 75).error
        over.set()
    assert error["code"] == "unavailable"


def test_49_reading_is_tried_again_writing_never(
    run_line: Runner, sandbox: Sandbox, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waits, jitter and what each answer means: tests/test_http.py."""
    run_line(OPEN)
    sandbox.faults("503,retry-after:0")
    with WireServer(reply(503, Retry_After="0")) as server:
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", server.url)
        run_line("open 10000002 --reason faulty --wants refund", 75)
        assert len(server.requests) == ATTEMPTS
    with WireServer(reply(429, Retry_After="21600")) as server:
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", server.url)
        run_line("open 10000002 --reason faulty --wants refund", 75)
        assert len(server.requests) == 1
    monkeypatch.setenv("RETURNCTL_SANDBOX_URL", gate.url)
    sandbox.faults("none")
    gate.cut("POST", "/v1/returns/*/messages", handled=True)
    run_line("message 10000001 Hello.", 75)
    assert sandbox.ledger()["messages"] == 1
    run_line("message 10000001 Hello.")
    assert sandbox.ledger()["messages"] == 1


def test_50_the_carrier_is_quoted(
    run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    no = b'{"response":{"errors":[{"code":"250003","message":"Invalid Access License number"}]}}'
    token = b'{"access_token":"t","expires_in":"14399","token_type":"Bearer"}'
    with WireServer(reply(200, token), reply(400, no)) as server:
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", server.url)
        said = run_line("points --near 12207 --carrier ups", 6).stderr
    assert "250003" in said
    assert "Invalid Access License number" in said
    monkeypatch.setenv("RETURNCTL_SANDBOX_URL", sandbox.url)
    unknown = run_line("track --number 1Z999AA10123456784 --json").json["parcels"][0]
    assert (unknown["found"], unknown["status"]) == (False, "unknown")


def test_51_what_needs_no_network_has_none(run_line: Runner) -> None:
    run_line(f"open 10000001 {BY_HAND}")
    for words in (
        ["--version"],
        ["--help"],
        ["label", "--help"],
        ["status"],
        ["status", "10000001"],
        ["config", "show"],
    ):
        assert offline(*words).stdout, words


def test_52_proxies_authorities_and_who_calls(
    run_line: Runner, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    from returnctl import __version__

    with WireServer(reply(404)) as server:
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", server.url)
        run_line.attempt("open 10000002 --reason faulty --wants refund")
        assert f"User-Agent: returnctl/{__version__}" in server.text(0)
    monkeypatch.setenv("RETURNCTL_PROFILE", "environment")
    for name, text in {"": "returns-api", "_URL": "https://shop.example", "_TOKEN": "t"}.items():
        monkeypatch.setenv(f"RETURNCTL_MARKETPLACE{name}", text)
    with WireServer(reply(502)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        run_line(OPEN, 75)
        assert proxy.text(0).startswith("CONNECT shop.example:443 ")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/authorities.pem")
    assert "REQUESTS_CA_BUNDLE" in run_line(OPEN, 2).stderr
