"""Which marketplace: the profile's sources, and that a return stays with its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.running import Runner
from tests.commands.world import BY_HAND, Sandbox

#: Asked on a day of the sandbox's, whatever the clock of the profile says.
OPEN = "open 10000001 --reason faulty --wants refund --asked 2026-06-10"


def profile_of(run_line: Runner, number: str = "10000001") -> str:
    return str(run_line(f"status {number} --json").json["returns"][0]["profile"])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config" / "config.toml"
    file.parent.mkdir()
    return file


class TestChosen:
    def test_by_hand_unless_told_otherwise(self, run_line: Runner) -> None:
        run_line(f"open 10000001 {BY_HAND}")
        assert profile_of(run_line) == "manual"

    def test_by_the_configuration(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, config: Path
    ) -> None:
        monkeypatch.delenv("RETURNCTL_PROFILE")
        config.write_text('default_profile = "sandbox"\n')
        run_line(OPEN)
        assert profile_of(run_line) == "sandbox"

    def test_the_environment_goes_before_it(self, run_line: Runner, sandbox: Sandbox, config: Path) -> None:
        config.write_text('default_profile = "manual"\n')
        run_line(OPEN)
        assert profile_of(run_line) == "sandbox"

    def test_the_option_goes_before_both(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line(f"open 10000001 {BY_HAND} --profile manual")
        assert profile_of(run_line) == "manual"
        assert sandbox.ledger()["returns"] == 0

    def test_an_unknown_one(self, run_line: Runner) -> None:
        error = run_line(f"{OPEN} --profile nowhere --json", 2).error
        assert error["code"] == "config"
        assert "nowhere" in error["message"]

    def test_without_a_file(
        self, run_line: Runner, sandbox: Sandbox, staging: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("RETURNCTL_PROFILE")
        monkeypatch.setenv("RETURNCTL_MARKETPLACE", "returns-api")
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_URL", staging)
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", "good")
        monkeypatch.setenv("RETURNCTL_ENVIRONMENT", "staging")
        run_line(OPEN)
        assert sandbox.ledger()["returns"] == 1

    def test_a_host_of_another_environment(
        self, run_line: Runner, sandbox: Sandbox, staging: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("RETURNCTL_PROFILE")
        monkeypatch.setenv("RETURNCTL_MARKETPLACE", "returns-api")
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_URL", staging)
        monkeypatch.setenv("RETURNCTL_MARKETPLACE_TOKEN", "good")
        monkeypatch.setenv("RETURNCTL_ENVIRONMENT", "production")
        run_line(OPEN, 2)
        assert sandbox.ledger()["returns"] == 0

    def test_in_a_file_with_a_token_command(
        self, run_line: Runner, sandbox: Sandbox, staging: str, config: Path, workspace: Path
    ) -> None:
        config.write_text(
            f'[profile.desk]\nmarketplace = "returns-api"\nurl = "{staging}"\nenvironment = "staging"\n'
            'token_command = ["printf", "canary-77\\n"]\n'
        )
        ran = run_line(f"-vv {OPEN} --profile desk")
        assert sandbox.ledger()["returns"] == 1
        assert "canary-77" not in ran.stdout + ran.stderr
        for path in workspace.rglob("*"):
            assert not path.is_file() or b"canary-77" not in path.read_bytes()

    @pytest.mark.parametrize(
        "text",
        [
            '[profile.desk]\nmarketplace = "shop"\n',
            '[profile.desk]\nmarketplace = "returns-api"\n',
            '[profile.desk]\nenvironment = "test-env"\n',
            "[profile]\ndesk = 7\n",
            '[profile.desk]\ntoken_command = "pass show"\n',
            "\xff\xfe",
        ],
    )
    def test_a_broken_one(self, run_line: Runner, config: Path, text: str) -> None:
        config.write_bytes(text.encode("latin-1"))
        assert run_line(f"{OPEN} --profile desk --json", 2).error["code"] == "config"

    def test_an_unknown_key_is_warned_of(self, run_line: Runner, config: Path) -> None:
        config.write_text('[profile.desk]\nmarketplce = "manual"\n')
        ran = run_line(f"open 10000001 {BY_HAND} --profile desk")
        assert "marketplce" in ran.stderr
        assert "did you mean `marketplace`" in ran.stderr


class TestRemembered:
    def test_later_commands_use_it(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_line(OPEN)
        monkeypatch.setenv("RETURNCTL_PROFILE", "manual")
        assert run_line("message 10000001 Hello. --json").json["sent"] is True

    @pytest.mark.parametrize(
        "line",
        [
            "message 10000001 Hello.",
            "open 10000001",
            "slip --text 10000001",
            "status 10000001",
            "track 10000001",
        ],
    )
    def test_another_one_is_refused_and_both_are_named(
        self, run_line: Runner, sandbox: Sandbox, line: str
    ) -> None:
        run_line(OPEN)
        run_line(f"label 10000001 --number {sandbox.number()}")
        error = run_line(f"{line} --profile manual --json", 2).error
        assert "sandbox" in error["message"]
        assert "manual" in error["message"]
        run_line(f"{line} --profile sandbox")

    def test_the_clock_is_set_for_the_sandbox_alone(
        self, run_line: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RETURNCTL_NOW", "2031-01-01T12:00:00+00:00")
        assert run_line(f"open 10000001 {BY_HAND} --json").json["coverage"]["verdict"] == "return-window"

    def test_a_clock_that_is_none(
        self, run_line: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_line(OPEN)
        monkeypatch.setenv("RETURNCTL_NOW", "noon")
        assert run_line("close 10000001 --outcome refunded --json", 2).error["code"] == "config"
