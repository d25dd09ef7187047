"""A marketplace that does not answer, or is not the one that it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from returnctl.sandbox.server import running
from tests.commands.running import Runner
from tests.commands.world import IMEI, NUMBER, Sandbox

NOBODY = "http://127.0.0.1:9"


class TestADeadSandbox:
    def test_opening(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, workspace: Path
    ) -> None:
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", NOBODY)
        ran = run_line("open 10000001 --reason faulty --wants refund --json", 75)
        assert ran.error["code"] == "unavailable"
        assert "127.0.0.1:9" in f"{ran.error['message']} {ran.error['hint']}"
        assert "sandbox serve" in ran.error["hint"]
        assert ran.stdout == ""
        assert not (workspace / "10000001").exists()

    @pytest.mark.parametrize(
        "line",
        ["photos 10000001 --without back", f"imei 10000001 {IMEI}", "label 10000001", "track 10000001",
         "messages 10000001", "message 10000001 Hello.", "ship 10000001 --battery ok --sent",
         "points --near 12207"],
    )  # fmt: skip
    def test_going_on(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, line: str
    ) -> None:
        run_line("open 10000001 --reason faulty --wants refund")
        run_line(f"label 10000001 --number {NUMBER}")
        if line.startswith("label"):
            run_line("open 10000002 --reason faulty --wants refund")
            line = "label 10000002"
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", NOBODY)
        ran = run_line(f"{line} --json", 6 if line.startswith("photos") else 75)
        assert ran.error["hint"]
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", sandbox.url)
        if not line.startswith("photos"):
            run_line(line)
        assert run_line("status 10000001 --json").json["returns"][0]["in_doubt"] == []

    def test_what_needs_no_network_goes_on(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_line("open 10000001 --reason faulty --wants refund")
        monkeypatch.setenv("RETURNCTL_SANDBOX_URL", NOBODY)
        for line in (
            "status 10000001",
            "slip 10000001",
            f"label 10000001 --number {NUMBER}",
            "close 10000001 --outcome refunded",
        ):
            run_line(line)

    def test_no_address(self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        for url in ("http://sandbox.invalid", "https://sandbox.invalid/", "nonsense", "ftp://127.0.0.1"):
            monkeypatch.setenv("RETURNCTL_SANDBOX_URL", url)
            assert (
                run_line("open 10000001 --reason faulty --wants refund --json", 2).error["code"] == "config"
            )


class TestAnotherSandbox:
    def test_is_not_the_one_that_the_return_belongs_to(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_line("open 10000001 --reason faulty --wants refund")
        with running() as other:
            monkeypatch.setenv("RETURNCTL_SANDBOX_URL", other)
            for line in (
                "message 10000001 Hello.",
                f"imei 10000001 {IMEI}",
                "label 10000001",
                "messages 10000001",
            ):
                error = run_line(f"{line} --json", 2).error
                assert "belongs to" in error["message"]
            assert Sandbox(other).ledger()["messages"] == 0
        assert run_line("status 10000001 --json").json["returns"][0]["in_doubt"] == []

    def test_the_same_one_at_another_port(
        self, run_line: Runner, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with running(tmp_path / "data") as url:
            monkeypatch.setenv("RETURNCTL_SANDBOX_URL", url)
            run_line("open 10000001 --reason faulty --wants refund")
        with running(tmp_path / "data") as url:
            monkeypatch.setenv("RETURNCTL_SANDBOX_URL", url)
            run_line("message 10000001 Hello.")
            assert Sandbox(url).ledger()["messages"] == 1
