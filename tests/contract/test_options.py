"""The common options and the help pages: the same on every command, before its name and after it."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

import returnctl
from returnctl.cli import STEP_COMMANDS, cli
from tests.commands.running import Runner
from tests.commands.world import Sandbox
from tests.contract.examples import EXAMPLES, GROUPS, LEAVES, command_of

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


@pytest.mark.parametrize("name", OURS)
def test_every_command_takes_them(name: str) -> None:
    assert options_of(name) >= set(COMMON)


@pytest.mark.parametrize("name", STEP_COMMANDS)
def test_every_step_takes_again_and_done(name: str) -> None:
    assert options_of(name) >= {"--again", "--done"}


def test_the_root_takes_them_all() -> None:
    words = {word for param in cli.params for word in (*param.opts, *param.secondary_opts)}
    assert words >= {*COMMON, "--again", "--done"}


def test_a_switch_has_no_short_cut_or_abbreviation(run_line: Runner) -> None:
    run_line("status --js", 2)
    run_line("stat", 2)


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


class TestVersion:
    def test_is_one_line(self, run_line: Runner) -> None:
        assert run_line("--version").stdout == f"returnctl {returnctl.__version__}\n"

    def test_is_the_packages(self) -> None:
        from importlib.metadata import version

        assert version("returnctl") == returnctl.__version__


@pytest.mark.parametrize("name", ["", *GROUPS, *LEAVES])
class TestHelpPages:
    def test_short_and_long(self, run_line: Runner, name: str) -> None:
        page = run_line(f"{name} --help")
        assert page.stderr == ""
        assert page.stdout.startswith("Usage: ")
        assert run_line(f"{name} -h").stdout == page.stdout

    def test_fits_into_eighty_columns(
        self, run_line: Runner, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        page = run_line(f"{name} --help").stdout
        assert [line for line in page.splitlines() if len(line) > 80] == []

    def test_says_what_it_does_in_a_line(self, run_line: Runner, name: str) -> None:
        page = run_line(f"{name} --help").stdout
        summary = page.partition("\n\n")[2].strip().splitlines()[0].strip()
        if name:
            assert summary.endswith("."), summary
            assert len(summary) <= 60, summary


@pytest.mark.parametrize("name", OURS)
class TestHelpOfCommands:
    def test_shows_examples_that_can_be_typed(self, run_line: Runner, name: str) -> None:
        page = run_line(f"{name} --help").stdout
        examples = re.findall(
            rf"^ +(?:\$\()?returnctl {name}\b.*$", page.partition("Examples:")[2], re.MULTILINE
        )
        assert examples

    def test_lists_its_exit_codes(self, run_line: Runner, name: str) -> None:
        page = run_line(f"{name} --help").stdout
        listed = re.findall(r"(\d+) [a-z]", page.partition("\nExit status, ")[2])
        expected = {EXAMPLES[name].exit, 5 if "[RETURN]" in page else 0} if name in EXAMPLES else set()
        assert {"0", "2", *map(str, expected)} <= set(listed)


def test_steps_are_listed_in_their_order(run_line: Runner) -> None:
    page = run_line("--help").stdout
    found = re.findall(rf"^  ({'|'.join(STEP_COMMANDS)})  ", page, re.MULTILINE)
    assert found == ["open", "photos", "imei", "disconnect-proof", "slip", "label", "ship", "track"]


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
