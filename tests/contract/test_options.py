"""The common options and the help pages: the same on every command, before its name and after it."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from returnctl.cli import STEP_COMMANDS, cli
from tests.commands.running import Runner
from tests.commands.world import Sandbox
from tests.contract.examples import LEAVES, command_of

COMMON = (
    "--json", "-q", "--quiet", "-v", "--verbose", "--no-input", "--dry-run", "--yes", "--profile", "--workspace",
    "--order", "--color", "--no-color",
)  # fmt: skip
#: The sandbox's commands are for practising: they take --json alone.
OURS = [name for name in LEAVES if not name.startswith("sandbox ")]


def options_of(name: str) -> set[str]:
    return {
        word
        for param in command_of(name).params
        if isinstance(param, click.Option)
        for word in (*param.opts, *param.secondary_opts)
    }


@pytest.mark.parametrize("name", STEP_COMMANDS)
def test_every_step_takes_again_and_done(name: str) -> None:
    assert options_of(name) >= {"--again", "--done"}


def test_the_root_takes_them_all() -> None:
    words = {word for param in cli.params for word in (*param.opts, *param.secondary_opts)}
    assert words >= {*COMMON, "--again", "--done"}


def test_no_option_takes_a_secret() -> None:
    for name in LEAVES:
        for word in options_of(name):
            assert not re.search(r"token$|secret|password|unlock-code-value", word), (name, word)


class TestBeforeAndAfter:
    @pytest.fixture(autouse=True)
    def opened(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("open 10000001 --reason faulty --wants refund")

    @pytest.mark.parametrize(
        "options",
        [
            "--json",
            "--order 10000001 --json",
            "--workspace {w} --json",
            "--profile sandbox --json",
            "--no-input --json",
        ],
    )
    def test_the_same(self, run_line: Runner, workspace: Path, options: str) -> None:
        number = "" if "--order" in options else "10000001"
        before = run_line(f"{options} slip --text {number}", w=workspace).json
        after = run_line(f"slip --text {number} {options}", w=workspace).json
        assert before == after

    def test_after_wins(self, run_line: Runner, tmp_path: Path, workspace: Path) -> None:
        line = "--workspace {nowhere} slip 10000001 --workspace {w}"
        run_line(line, nowhere=tmp_path / "nowhere", w=workspace)
        run_line("--profile manual slip 10000001 --profile sandbox")

    def test_again_before(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line("--again open 10000001 --wants exchange")
        assert sandbox.ledger()["messages"] == 1

    def test_yes_has_no_variable(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "RETURNCTL_YES" not in run_line("help environment").stdout

    def test_options_between_positionals(self, run_line: Runner, pictures: object) -> None:
        run_line("message 10000001 --json Hello. --no-input")


class TestCompletion:
    def complete(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch, words: str, at: int) -> str:
        monkeypatch.setenv("_CLI_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(at))
        return run_line("").stdout

    def test_of_commands(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "plain,status" in self.complete(run_line, monkeypatch, "returnctl st", 1)

    def test_of_options(self, run_line: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "plain,--in-order" in self.complete(run_line, monkeypatch, "returnctl photos --in", 2)
